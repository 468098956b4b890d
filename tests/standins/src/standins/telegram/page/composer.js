// Under the messages: the line of input, commands, the bot's keyboard, files, replies, Start.

import {$, h, icon, toast} from "./dom.js";
import {summary} from "./bubble.js";
import {t} from "./texts.js";

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const CAPTION_LIMIT = 1024;

export class Composer {
  constructor(talk) {
    this.talk = talk;
    this.reply = null;
    this.choice = 0;
    this.shown = []; // commands in the list
    this.keysOpen = true;
    $("attach").append(icon("clip"));
    $("send").append(icon("send"));
    $("speak").append(icon("voice"));
    $("speak").onclick = () => this.talk.speak();
    $("keys").append(icon("keyboard"));
    $("reply-cancel").append(icon("close"));
    document.querySelector(".reply-icon").append(icon("reply"));
    $("entry").onsubmit = (event) => { event.preventDefault(); this.send(); };
    $("input").oninput = () => { this.fit(); this.complete(); };
    $("input").onkeydown = (event) => this.key(event);
    $("input").onpaste = (event) => this.files([...event.clipboardData.files], event);
    $("menu").onclick = () => this.toggleCommands();
    $("attach").onclick = () => $("file").click();
    $("file").onchange = () => { this.files([...$("file").files]); $("file").value = ""; };
    $("keys").onclick = () => { this.keysOpen = !this.keysOpen; this.refresh(); };
    $("reply-cancel").onclick = () => this.replyTo(null);
    $("start").onclick = () => this.begin();
    this.dropping();
  }

  clear() {
    $("input").value = "";
    this.replyTo(null);
    this.hideCommands();
    this.fit();
  }

  refresh() {
    const {view} = this.talk;
    if (!view) return;
    const waiting = !view.started || view.blocked;
    const start = waiting || this.talk.startWith !== null;
    $("start").hidden = !start;
    $("start").textContent = t(view.blocked ? "unblock" : view.messages.length && waiting ? "restart" : "start");
    $("entry").hidden = start;
    $("menu").hidden = !view.bot.commands.length;
    $("menu").replaceChildren(icon("menu"), h("span", {}, t("menu")));
    $("menu").setAttribute("aria-label", t("commands"));
    $("attach").hidden = $("speak").hidden = Boolean(view.bot.group);
    const keys = view.keyboard?.keyboard;
    $("keys").hidden = !keys;
    $("keyboard").hidden = !keys || start || !this.keysOpen;
    $("keyboard").replaceChildren(...(keys ?? []).map((row) => h("div", {class: "key-row"}, row.map((key) => h("button", {
      type: "button", class: "key", testid: "reply-key", onclick: () => this.pressKey(key),
    }, key.text)))));
    $("input").placeholder = view.keyboard?.input_field_placeholder || t("message");
    this.fit();
  }

  async begin() {
    if (this.talk.view.blocked) await this.talk.act_("unblock");
    else await this.talk.start();
    this.refresh();
    $("input").focus();
  }

  pressKey(key) {
    if (!key.request_managed_bot) return this.talk.say(key.text);
    const {suggested_username: username, suggested_name: name} = key.request_managed_bot;
    return this.talk.act.managed(this.talk.username, username ?? "", name ?? "");
  }

  async send() {
    const text = $("input").value;
    if (!text.trim()) return;
    const {reply} = this;
    this.clear();
    const sent = await this.talk.say(text, reply?.message_id);
    if (!sent && !$("input").value) $("input").value = text;
  }

  replyTo(message) {
    this.reply = message;
    $("reply-bar").hidden = !message;
    if (!message) return;
    $("reply-name").textContent = this.talk.mine(message) ? t("you") : message.from.first_name;
    $("reply-words").textContent = summary(message);
    $("input").focus();
  }

  fit() {
    const input = $("input");
    input.style.height = "auto";
    if (input.scrollHeight) input.style.height = `${Math.min(input.scrollHeight, 200)}px`;
    $("send").classList.toggle("ready", Boolean(input.value.trim()));
  }

  key(event) {
    const open = !$("commands").hidden;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (open && this.shown.length) this.pick(this.shown[this.choice]);
      else this.send();
    } else if (event.key === "Escape") {
      if (open) this.hideCommands();
      else if (this.reply) this.replyTo(null);
      else this.talk.app.leave();
      event.stopPropagation();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.list(this.shown, (this.choice + step + this.shown.length) % this.shown.length);
    } else if (open && event.key === "Tab" && this.shown.length) {
      event.preventDefault();
      $("input").value = `/${this.shown[this.choice].command} `;
      this.hideCommands();
      this.fit();
    }
  }

  // Commands

  complete() {
    const typed = /^\/(\w*)$/.exec($("input").value);
    const found = typed ? this.talk.view.bot.commands.filter((entry) => entry.command.startsWith(typed[1].toLowerCase())) : [];
    if (found.length) this.list(found, 0);
    else this.hideCommands();
  }

  toggleCommands() {
    if ($("commands").hidden) this.list(this.talk.view.bot.commands, 0);
    else this.hideCommands();
    $("input").focus();
  }

  list(entries, choice) {
    this.shown = entries;
    this.choice = choice;
    $("commands").hidden = false;
    $("commands").replaceChildren(...entries.map((entry, index) => h("button", {
      type: "button", class: "command", role: "option", testid: "command-item", tabindex: "-1",
      "aria-selected": String(index === choice), onclick: () => this.pick(entry),
    }, h("b", {}, `/${entry.command}`), h("span", {}, entry.description))));
    $("commands").children[choice]?.scrollIntoView({block: "nearest"});
  }

  hideCommands() {
    $("commands").hidden = true;
    this.shown = [];
  }

  pick(entry) {
    this.clear();
    this.talk.say(`/${entry.command}`);
    $("input").focus();
  }

  // Files

  files(files, event) {
    if (!files.length || $("entry").hidden || $("attach").hidden) return;
    event?.preventDefault();
    const caption = $("input").value.trim();
    if (caption.length > CAPTION_LIMIT) return toast(t("too_long"));
    this.clear();
    files.forEach((file, index) => {
      const small = file.size <= 10 * 1024 * 1024;
      this.talk.sendFile(file, index ? "" : caption, small && IMAGES.includes(file.type));
    });
  }

  dropping() {
    const area = $("talk");
    let depth = 0;
    const show = (on) => { $("drop").hidden = !on; };
    area.addEventListener("dragenter", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      depth += 1;
      show(true);
    });
    area.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); if (!depth) show(false); });
    area.addEventListener("dragover", (event) => event.preventDefault());
    area.addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      show(false);
      this.files([...event.dataTransfer.files]);
    });
  }
}
