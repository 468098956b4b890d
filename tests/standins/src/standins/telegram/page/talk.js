// The conversation on the right: messages, the draft being written, what the bot is doing, and the menu.

import {bubble, draftBubble, uploadBubble} from "./bubble.js";
import {$, ask, avatar, copy, h, icon, popup, toast} from "./dom.js";
import {Composer} from "./composer.js";
import {follow, insideLink} from "./format.js";
import {day, t} from "./texts.js";

export class Talk {
  constructor(app) {
    this.app = app;
    this.username = null;
    this.view = null;
    this.startWith = null; // what follows /start, of a link
    this.pressed = new Map(); // query id → button that waits for its answer
    this.act = {
      command: (words) => this.say(words),
      open: (username, start) => app.open(username, start),
      managed: (manager, username, name) => app.askManaged(manager, username, name),
    };
    this.composer = new Composer(this);
    $("back").append(icon("back"));
    $("talk-menu").append(icon("dots"));
    $("scroll-down").append(icon("down"));
    $("back").onclick = () => app.leave();
    $("talk-menu").onclick = () => this.menu();
    $("scroll-down").onclick = () => this.toBottom(true);
    $("scroll").addEventListener("scroll", () => this.scrolled(), {passive: true});
    $("messages").addEventListener("contextmenu", (event) => this.messageMenu(event));
    $("messages").addEventListener("dblclick", (event) => this.doubleClick(event));
    $("viewer-close").append(icon("close"));
    $("viewer-close").onclick = () => $("viewer").close();
    $("viewer").onclick = (event) => { if (event.target === $("viewer")) $("viewer").close(); };
    document.addEventListener("visibilitychange", () => this.markRead());
    this.following = true; // the newest message stays in sight, whatever grows
    this.lastTop = 0;
    const sizes = new ResizeObserver(() => { if (this.following) this.toBottom(); });
    sizes.observe($("scroll"));
    sizes.observe($("messages"));
  }

  get person() { return this.app.person; }
  get name() { return this.view.bot.name; }
  get kind() {
    const {bot} = this.view;
    if (bot.group) return `${bot.members} ${t("members")}`;
    return bot.verified ? t("official") : t("bot");
  }

  mine(message) { return message.from.id === this.person.id; }

  get readByBot() { return this.view.read_by_bot; }

  async open(username, start) {
    const view = await this.person.chat(username);
    const other = this.username !== view.bot.username;
    this.username = view.bot.username;
    this.startWith = start ?? (other ? null : this.startWith);
    this.show(view);
    if (other) this.composer.clear();
    this.toBottom();
    if (matchMedia("(hover: hover)").matches) $("input").focus();
  }

  close() {
    this.username = null;
    this.view = null;
  }

  show(view) {
    this.view = view;
    avatar($("talk-avatar"), view.bot.name, view.bot.id);
    $("talk-name").replaceChildren(view.bot.name, view.bot.verified ? icon("verified") : "");
    this.status(view.action);
    $("messages").replaceChildren(this.about(), ...view.messages.map((message) => bubble(message, this)));
    this.showDraft(view.draft);
    this.regroup();
    this.composer.refresh();
    this.markRead();
  }

  about() {
    const {bot, messages} = this.view;
    if (messages.length || !bot.description) return "";
    return h("div", {class: "about", testid: "about"}, h("h2", {}, t("what_can")), h("p", {}, bot.description));
  }

  status(action, seconds = 5) {
    clearTimeout(this.statusTimer);
    const words = {typing: t("typing"), upload_document: t("upload_document"), upload_photo: t("upload_photo")};
    $("talk-status").textContent = action ? words[action] ?? t("working") : this.kind;
    $("talk-status").classList.toggle("active", Boolean(action));
    if (action) this.statusTimer = setTimeout(() => this.view && this.status(null), seconds * 1000);
  }

  handle(event) {
    switch (event.type) {
      case "message": return this.add(event.message);
      case "edited": return this.change(event.message);
      case "deleted": return this.remove(event.message_ids);
      case "draft": return this.showDraft(event.draft);
      case "action": return this.status(event.action, event.seconds);
      case "keyboard":
        this.view.keyboard = event.keyboard;
        return this.composer.refresh();
      case "read_by_bot":
        this.view.read_by_bot = event.up_to;
        return this.view.messages.filter((message) => this.mine(message)).forEach((message) => {
          const ticks = this.element(message.message_id)?.querySelector(".ticks");
          if (ticks?.dataset.reached === "false") this.change(message);
        });
      case "callback_answer": return this.answered(event);
      case "chat": case "members": return this.reload();
      default: return undefined;
    }
  }

  async reload() {
    try {
      this.show(await this.person.chat(this.username));
    } catch {
      this.app.leave();
    }
  }

  element(id) {
    return $("messages").querySelector(`[data-message-id="${id}"]`);
  }

  add(message) {
    this.view.messages.push(message);
    const mine = this.mine(message);
    if (!mine) this.status(null);
    if (mine) this.view.started = true;
    $("messages").querySelector(".about")?.remove();
    const element = bubble(message, this);
    element.classList.add("arriving");
    const place = $("messages").querySelector(".draft, .uploading");
    if (place) place.before(element);
    else $("messages").append(element);
    this.regroup();
    this.composer.refresh();
    if (this.following || mine) this.toBottom(true);
    this.markRead();
  }

  change(message) {
    const index = this.view.messages.findIndex((other) => other.message_id === message.message_id);
    if (index < 0) return;
    this.view.messages[index] = message;
    this.element(message.message_id)?.replaceWith(bubble(message, this));
    this.regroup();
  }

  remove(ids) {
    this.view.messages = this.view.messages.filter((message) => !ids.includes(message.message_id));
    for (const id of ids) this.element(id)?.remove();
    this.regroup();
  }

  showDraft(draft) {
    $("messages").querySelector(".draft")?.remove();
    this.view.draft = draft;
    if (draft) $("messages").append(draftBubble(draft, this));
    this.status(draft ? "typing" : null, 30);
    this.regroup();
  }

  // Days between the messages, and which of them stand together.
  regroup() {
    for (const old of $("messages").querySelectorAll(".day")) old.remove();
    const elements = [...$("messages").querySelectorAll(".message, .service")];
    elements.forEach((element, index) => {
      const [before, after] = [elements[index - 1], elements[index + 1]];
      const side = (other) => other?.classList.contains("mine");
      const newDay = element.dataset.day && element.dataset.day !== before?.dataset.day;
      element.classList.toggle("first", !before || newDay || side(before) !== side(element));
      element.classList.toggle("last", !after || after.dataset.day !== element.dataset.day || side(after) !== side(element));
      if (newDay) {
        element.before(h("div", {class: "day", role: "separator"}, h("span", {}, day(Date.parse(element.dataset.day) / 1000))));
      }
    });
  }

  // Scrolling

  get atBottom() {
    const {scrollTop, scrollHeight, clientHeight} = $("scroll");
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  toBottom(smooth = false) {
    this.following = true;
    $("scroll").scrollTo({top: $("scroll").scrollHeight, behavior: smooth && !matchMedia("(prefers-reduced-motion: reduce)").matches ? "smooth" : "instant"});
    $("scroll-down").hidden = true;
  }

  scrolled() {
    const top = $("scroll").scrollTop;
    if (this.atBottom) this.following = true;
    else if (top < this.lastTop) this.following = false;
    this.lastTop = top;
    $("scroll-down").hidden = this.following || !this.view?.messages.length;
  }

  jump(id) {
    const element = this.element(id);
    element?.scrollIntoView({block: "center", behavior: "smooth"});
    element?.classList.add("flash");
    setTimeout(() => element?.classList.remove("flash"), 1500);
  }

  markRead() {
    if (!this.view || document.hidden) return;
    const newest = this.view.messages.at(-1)?.message_id ?? 0;
    if (newest > this.view.read_by_person) {
      this.view.read_by_person = newest;
      this.person.read(this.username, newest).catch(() => {});
    }
  }

  // Doing things

  async attempt(action) {
    try {
      return await action();
    } catch (error) {
      toast(t("failed") + error.message);
      return null;
    }
  }

  say(text, replyTo) {
    return this.attempt(() => this.person.say(this.username, text, replyTo));
  }

  // A messenger would record here; the stand-in for the model hears what is typed.
  async speak() {
    const words = await ask({title: t("voice"), text: t("voice_ask"), ok: t("send"), cancel: true, input: "", placeholder: t("voice_words")});
    if (words) await this.attempt(() => this.person.speak(this.username, words));
  }

  start() {
    const words = this.startWith ? `/start ${this.startWith}` : "/start";
    this.startWith = null;
    return this.say(words);
  }

  async sendFile(file, caption, asPhoto) {
    if (!file.size) return toast(t("empty_file"));
    const {username} = this;
    const upload = uploadBubble(file);
    $("messages").querySelector(".about")?.remove();
    $("messages").append(upload.element);
    this.regroup();
    this.toBottom(true);
    await this.attempt(() => this.person.sendFile(username, file, {caption, asPhoto, onProgress: upload.progress}));
    upload.element.remove();
    return this.regroup();
  }

  async press(message, row, column, button, element) {
    const address = button.url ?? button.web_app?.url;
    if (address) {
      const inside = insideLink(address);
      if (inside) follow(inside, this.act);
      else open(address, "_blank", "noopener");
      return;
    }
    element.classList.add("waiting");
    const result = await this.attempt(() => this.person.press(this.username, message.message_id, row, column));
    if (!result?.query_id || this.pressed.get(result.query_id) === "answered") element.classList.remove("waiting");
    else this.pressed.set(result.query_id, element);
    setTimeout(() => element.classList.remove("waiting"), 15_000);
  }

  answered({query_id: id, text, show_alert: alert, url}) {
    const element = this.pressed.get(id);
    if (element) element.classList.remove("waiting");
    this.pressed.set(id, "answered");
    if (text && alert) ask({title: this.name, text});
    else if (text) toast(text);
    if (url) open(url, "_blank", "noopener");
  }

  stop = () => this.attempt(() => this.person.act(this.username, "stop"));

  openImage(url, alt) {
    $("viewer-image").src = url;
    $("viewer-image").alt = alt;
    $("viewer").showModal();
  }

  // Menus

  menu() {
    const box = $("talk-menu").getBoundingClientRect();
    if (this.view.bot.group) return popup([[t("add_bot"), () => this.addBot()]], {x: box.right - 200, y: box.bottom + 4});
    const entries = [[t("clear"), () => this.clear(), "danger"]];
    if (!this.view.bot.verified) {
      entries.unshift(this.view.blocked ? [t("unblock"), () => this.act_("unblock")] : [t("block"), () => this.block()]);
    }
    return popup(entries, {x: box.right - 200, y: box.bottom + 4});
  }

  async addBot() {
    const username = await ask({title: t("add_bot"), text: t("add_bot_text"), ok: t("add_bot"), cancel: true, input: "", placeholder: t("username")});
    if (!username) return;
    await this.attempt(() => this.person.addToGroup(this.username, username.replace(/^@/, "")));
    if (this.username) await this.reload();
  }

  act_(what) {
    return this.attempt(() => this.person.act(this.username, what));
  }

  async block() {
    if (await ask({title: t("block"), text: t("block_ask"), ok: t("block"), cancel: true})) await this.act_("block");
  }

  async clear() {
    if (await ask({title: t("clear"), text: t("clear_ask"), ok: t("delete"), cancel: true})) {
      await this.attempt(() => this.person.clear(this.username));
    }
  }

  messageOf(target) {
    const id = Number(target.closest("[data-message-id]")?.dataset.messageId);
    return this.view.messages.find((message) => message.message_id === id);
  }

  messageMenu(event) {
    const message = this.messageOf(event.target);
    if (!message || event.target.closest("a") || getSelection().toString()) return;
    event.preventDefault();
    const words = message.text ?? message.caption;
    const entries = [[t("reply"), () => this.composer.replyTo(message)]];
    if (words) entries.push([t("copy"), () => copy(words)]);
    if (!this.view.bot.group) entries.push([t("delete"), () => this.attempt(() => this.person.remove(this.username, message.message_id)), "danger"]);
    popup(entries, {x: event.clientX, y: event.clientY});
  }

  doubleClick(event) {
    if (event.target.closest(".bubble, button, a")) return;
    const message = this.messageOf(event.target);
    if (message) this.composer.replyTo(message);
  }
}
