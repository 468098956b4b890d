// The list on the left: chats, search, and what to try.

import {$, avatar, h, icon} from "./dom.js";
import {summary} from "./bubble.js";
import {shortDate, t} from "./texts.js";

export class Chats {
  constructor(app) {
    this.app = app;
    this.entries = [];
    this.found = null; // bots of a search
    document.querySelector(".search-icon").append(icon("search"));
    $("search").oninput = () => this.search();
    $("search").onkeydown = (event) => {
      if (event.key === "Escape") this.endSearch();
      if (event.key === "Enter") $("chats").querySelector("a")?.click();
      if (event.key === "ArrowDown") $("chats").querySelector("a")?.focus();
    };
    $("chats").onkeydown = (event) => {
      const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
      if (!step) return;
      event.preventDefault();
      const rows = [...$("chats").querySelectorAll("a")];
      rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(document.activeElement) + step))]?.focus();
    };
  }

  async load() {
    const {chats} = await this.app.person.chats();
    this.entries = chats;
    this.show();
  }

  get(username) {
    return this.entries.find((entry) => entry.bot.username.toLowerCase() === username.toLowerCase());
  }

  // Take in an event; a chat that is not listed yet, or lost its last message, is asked for.
  handle(event) {
    const entry = this.get(event.chat);
    if (!entry || event.type === "chat" || event.type === "deleted") return this.load();
    if (event.type === "message") {
      entry.last = event.message;
      if (event.message.from.id !== this.app.person.id) entry.unread += 1;
    } else if (event.type === "edited" && entry.last?.message_id === event.message.message_id) {
      entry.last = event.message;
    } else if (event.type === "read_by_person") {
      entry.unread = event.unread;
    } else if (event.type === "read_by_bot") {
      entry.read_by_bot = event.up_to;
    } else if (event.type === "action") {
      entry.typing = true;
      clearTimeout(entry.timer);
      entry.timer = setTimeout(() => { entry.typing = false; this.show(); }, event.seconds * 1000);
    } else if (event.type === "draft") {
      entry.draft = event.draft;
    } else {
      return undefined;
    }
    if (event.type === "message" && event.message.from.is_bot) entry.typing = false;
    return this.show();
  }

  show() {
    const unread = this.entries.reduce((sum, entry) => sum + entry.unread, 0);
    document.title = unread ? `(${unread}) ${t("page")}` : t("page");
    if (this.found) return this.showFound();
    const date = (entry) => entry.last?.date ?? 0;
    const sorted = [...this.entries].sort((a, b) => b.pinned - a.pinned || (a.pinned ? 0 : date(b) - date(a)));
    return renew($("chats"), sorted.map((entry) => this.row(entry)));
  }

  row(entry) {
    const {bot, last, unread} = entry;
    const mine = last?.from.id === this.app.person.id;
    const reached = mine && last.message_id <= entry.read_by_bot;
    const words = entry.typing
      ? h("span", {class: "typing"}, t("typing"))
      : entry.draft?.text ? h("span", {}, h("i", {}, "✎ "), entry.draft.text)
        : last ? h("span", {}, mine ? h("i", {}, `${t("you")}: `) : null, summary(last)) : h("span", {}, bot.short_description || bot.description.split("\n")[0] || t("no_messages"));
    return h("li", {}, h("a", {
      class: "chat-row", href: `#@${bot.username}`, testid: "chat-row", "data-username": bot.username,
      "aria-current": this.app.talk.username === bot.username ? "page" : null,
    },
      avatar(h("span", {"aria-hidden": "true"}), bot.name, bot.id),
      h("span", {class: "row-words"},
        h("span", {class: "row-top"},
          h("b", {}, bot.name), bot.verified ? icon("verified") : null,
          h("span", {class: "row-time"}, mine ? icon(reached ? "checks" : "check") : null, last ? shortDate(last.date) : "")),
        h("span", {class: "row-bottom"},
          h("span", {class: "row-last", dir: "auto"}, words),
          unread ? h("span", {class: "badge", testid: "unread", label: `${unread} ${t("unread")}`}, String(unread))
            : entry.pinned ? h("span", {class: "pin", role: "img", label: t("pin")}, icon("pin")) : null))));
  }

  async search() {
    const words = $("search").value.trim();
    if (!words) return this.endSearch();
    const found = await this.app.person.find(words);
    if ($("search").value.trim() !== words) return undefined;
    this.found = found;
    return this.showFound();
  }

  endSearch() {
    $("search").value = "";
    this.found = null;
    this.show();
  }

  showFound() {
    const rows = this.found.map((bot) => h("li", {}, h("a", {
      class: "chat-row found", href: `#@${bot.username}`, testid: "chat-row", "data-username": bot.username,
      onclick: () => this.endSearch(),
    },
      avatar(h("span", {"aria-hidden": "true"}), bot.name, bot.id),
      h("span", {class: "row-words"},
        h("span", {class: "row-top"}, h("b", {}, bot.name), bot.verified ? icon("verified") : null),
        h("span", {class: "row-bottom"}, h("span", {class: "row-last"}, `@${bot.username}`))))));
    renew($("chats"), [h("li", {class: "caption"}, rows.length ? t("found") : t("nothing_found")), ...rows]);
  }
}

// Put these elements into the list, but leave alone what would look the same: it may have the focus.
function renew(list, elements) {
  elements.forEach((element, index) => {
    const old = list.children[index];
    if (!old) list.append(element);
    else if (!old.isEqualNode(element)) old.replaceWith(element);
  });
  while (list.children.length > elements.length) list.lastChild.remove();
}

// The steps from nothing to a bot that answers.
export function hint(app, {onHide = null} = {}) {
  const {master_username: master, sample_key: key} = app.config;
  const chat = (username, name) => h("a", {href: `#@${username}`}, name ?? `@${username}`);
  const fill = (words, values) => words.split(/\{(\w+)\}/).map((part, index) => (index % 2 ? values[part] : part));
  const steps = [
    fill(t("hint_botfather"), {botfather: chat("BotFather")}),
    ...(master ? [
      fill(t("hint_master"), {master: chat(master)}),
      key ? fill(t("hint_key"), {key: h("code", {}, key)}) : [t("hint_key_any")],
      [t("hint_own")],
    ] : [[t("hint_find")]]),
  ];
  return h("section", {class: "hint", testid: "hint", label: t("hint_title")},
    h("h2", {}, t("hint_title"), onHide ? h("button", {class: "icon-button", label: t("hint_hide"), testid: "hint-hide", onclick: onHide}, icon("close")) : null),
    h("ol", {}, steps.map((step) => h("li", {}, step))));
}
