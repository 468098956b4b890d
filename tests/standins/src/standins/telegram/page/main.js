// The chat page: who is here, which chat is open, and what the server tells.

import {config, join, Person} from "./api.js";
import {Chats, hint} from "./chats.js";
import {$, ask, h, icon, popup, toast} from "./dom.js";
import {Talk} from "./talk.js";
import {chooseLanguage, currentLanguage, languages, t} from "./texts.js";

class App {
  constructor(settings) {
    this.config = settings;
    this.person = null;
    this.talk = new Talk(this);
    this.chats = new Chats(this);
    $("account").append(icon("menu"));
    $("account").onclick = () => this.menu();
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]") && this.talk.username) this.leave();
    });
  }

  // Who

  async enter(name) {
    this.person = new Person(await join(name, currentLanguage()));
    $("join").close();
    $("app").hidden = false;
    this.decorate();
    const {seq} = await this.person.chats();
    await this.chats.load();
    this.person.follow(seq, {
      onEvent: (event) => this.handle(event),
      onState: (online) => { $("offline").hidden = online; },
      onLost: () => location.reload(),
    });
    await this.route();
  }

  askName() {
    $("join-languages").replaceChildren(...languages.map(([code, name]) => h("button", {
      type: "button", testid: `language-${code}`, "aria-pressed": String(code === currentLanguage()),
      onclick: () => { this.setLanguage(code); this.askName(); },
    }, name)));
    $("join-form").onsubmit = (event) => {
      event.preventDefault();
      const name = $("join-name").value.trim();
      if (!name) return;
      localStorage.setItem("person", name);
      this.enter(name).catch((error) => toast(t("failed") + error.message));
    };
    $("join").oncancel = (event) => event.preventDefault();
    if (!$("join").open) $("join").showModal();
  }

  menu() {
    const box = $("account").getBoundingClientRect();
    popup([
      [this.person.name, () => this.leave(), "who"],
      [t("new_group"), () => this.makeGroup()],
      [t("hint_show"), () => { this.hideHint(false); this.leave(); }],
      [t("other_language"), () => this.switchLanguage()],
      [t("switch_person"), () => this.switchPerson()],
    ], {x: box.left, y: box.bottom + 4});
  }

  setLanguage(code) {
    localStorage.setItem("language", code);
    chooseLanguage(code);
  }

  async switchLanguage() {
    this.setLanguage(currentLanguage() === "ru" ? "en" : "ru");
    await join(this.person.name, currentLanguage());
    this.decorate();
    await this.chats.load();
    if (this.talk.username) await this.talk.reload();
  }

  switchPerson() {
    localStorage.removeItem("person");
    location.assign(location.pathname);
  }

  // What to try: in the middle of a wide screen, above the chats on a narrow one.

  hideHint(hidden) {
    localStorage.setItem("hint", hidden ? "hidden" : "shown");
    this.decorate();
  }

  decorate() {
    const hidden = localStorage.getItem("hint") === "hidden";
    $("welcome").replaceChildren(hint(this));
    $("side-hint").replaceChildren(hidden ? "" : hint(this, {onHide: () => this.hideHint(true)}));
    $("account").title = this.person.name;
    $("account").replaceChildren(icon("menu"));
  }

  // Where

  async route() {
    const username = /^#@(-?\w+)$/.exec(location.hash)?.[1];
    if (!username) return this.showNone();
    const start = this.nextStart ?? null;
    this.nextStart = null;
    try {
      await this.talk.open(username, start);
    } catch {
      toast(t("gone") + username);
      return this.leave();
    }
    $("app").classList.add("in-talk");
    $("talk").hidden = false;
    $("welcome").hidden = true;
    this.talk.toBottom();
    if (!this.chats.get(username)) await this.chats.load();
    return this.chats.show();
  }

  open(username, start = null) {
    this.nextStart = start;
    if (location.hash.toLowerCase() === `#@${username.toLowerCase()}`) this.route();
    else location.hash = `@${username}`;
  }

  leave() {
    if (location.hash) history.pushState(null, "", location.pathname + location.search);
    this.showNone();
  }

  showNone() {
    this.talk.close();
    $("app").classList.remove("in-talk");
    $("talk").hidden = true;
    $("welcome").hidden = false;
    this.chats.show();
  }

  async makeGroup() {
    const title = await ask({title: t("new_group"), text: t("new_group_text"), ok: t("create"), cancel: true, input: "", placeholder: t("group_name")});
    if (!title) return;
    const made = await this.talk.attempt(() => this.person.makeGroup(title));
    if (made) this.open(String(made.id));
  }

  async askManaged(manager, username, name) {
    const chosen = await ask({
      title: t("new_bot"), text: `@${manager} ${t("new_bot_text")}`, ok: t("create"), cancel: true,
      input: username, placeholder: t("username"),
    });
    if (!chosen) return;
    const made = await this.talk.attempt(() => this.person.makeManaged(manager, chosen.replace(/^@/, ""), name));
    if (made) toast(`${t("bot_created")}@${made.username}`);
  }

  // What happens

  handle(event) {
    if (event.type === "reset") {
      this.chats.load();
      if (this.talk.username) this.talk.reload();
      return;
    }
    if (event.chat === this.talk.username) this.talk.handle(event);
    this.chats.handle(event);
  }
}

async function begin() {
  const browser = navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en";
  chooseLanguage(localStorage.getItem("language") ?? browser);
  const app = new App(await config());
  const name = new URLSearchParams(location.search).get("as") ?? localStorage.getItem("person");
  if (name?.trim()) await app.enter(name.trim().slice(0, 64));
  else app.askName();
}

begin().catch((error) => toast(t("failed") + error.message));
