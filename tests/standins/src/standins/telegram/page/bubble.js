// One message as an element: what it answers, its file, its text, its time and ticks, its buttons.

import {copy, h, icon} from "./dom.js";
import {formatted} from "./format.js";
import {bytes, clock, t} from "./texts.js";

const PHOTO_HEIGHT = 380;

// `talk` gives: person, username, view, mine(message), readByBot, act, press(message, row, column), jump(id), openImage(url, name)
export function bubble(message, talk) {
  const mine = talk.mine(message);
  if (message.managed_bot_created) {
    const {username} = message.managed_bot_created.bot;
    return h("article", {
      class: "service", testid: "message", "data-message-id": message.message_id, "data-day": dayKey(message.date),
    },
      h("span", {}, t("bot_created"), h("a", {href: `#@${username}`}, `@${username}`)));
  }
  const joined = message.new_chat_members?.map((user) => user.first_name).join(", ");
  if (joined || message.left_chat_member) {
    return h("article", {
      class: "service", testid: "message", "data-message-id": message.message_id, "data-day": dayKey(message.date),
    },
      h("span", {}, joined ? `${joined} ${t("joined")}` : `${message.left_chat_member.first_name} ${t("left")}`));
  }
  const file = message.photo ? photo(message, talk) : message.document ? document_(message, talk) : message.voice ? voice(message) : null;
  const words = message.text ?? message.caption;
  const entities = message.entities ?? message.caption_entities;
  const box = h("div", {class: `bubble${message.photo ? " with-photo" : ""}${words ? "" : " no-text"}`},
    talk.view.bot.group && !mine ? h("b", {class: "sender"}, message.from.first_name) : null,
    message.reply_to_message ? quote(message, talk) : null,
    file,
    h("div", {class: "text", dir: "auto"},
      words ? h("span", {testid: "message-text"}, formatted(words, entities, talk.act)) : null,
      meta(message, mine, talk)));
  const rows = message.reply_markup?.inline_keyboard ?? [];
  return h("article", {
    class: `message ${mine ? "mine" : "theirs"}`, testid: "message", "data-message-id": message.message_id,
    "data-from": mine ? "me" : message.from.is_bot ? "bot" : "other", "data-edited": message.edit_date ? "true" : null, "data-day": dayKey(message.date),
  }, h("div", {class: "stack"}, box, rows.length ? keyboard(message, rows, talk) : null));
}

export function dayKey(seconds) {
  return new Date(seconds * 1000).toDateString();
}

// What a message says in one line: for the list of chats, for replies.
export function summary(message) {
  if (message.managed_bot_created) return `${t("bot_created")}@${message.managed_bot_created.bot.username}`;
  const words = message.text ?? message.caption ?? "";
  if (message.new_chat_members) return `${message.new_chat_members[0].first_name} ${t("joined")}`;
  if (message.photo) return words ? `🖼 ${words}` : `🖼 ${t("photo")}`;
  if (message.voice) return `🎤 ${t("voice")}`;
  if (message.document) return `📄 ${words || message.document.file_name}`;
  return words;
}

function meta(message, mine, talk) {
  const reached = message.message_id <= talk.readByBot;
  return h("span", {class: "meta"},
    message.edit_date ? h("span", {class: "edited"}, t("edited")) : null,
    h("time", {datetime: new Date(message.date * 1000).toISOString()}, clock(message.date)),
    mine ? h("span", {class: "ticks", role: "img", label: t(reached ? "reached" : "sent"), "data-reached": String(reached)},
      icon(reached ? "checks" : "check")) : null);
}

function quote(message, talk) {
  const answered = message.reply_to_message;
  const name = talk.mine(answered) ? t("you") : answered.from.first_name;
  return h("button", {class: "quote", type: "button", onclick: () => talk.jump(answered.message_id)},
    h("b", {}, name), h("span", {}, message.quote?.text ?? summary(answered)));
}

function document_(message, talk) {
  const {document: held} = message;
  const ending = /\.([^.]{1,4})$/.exec(held.file_name ?? "")?.[1] ?? "";
  return h("a", {
    class: "file", testid: "document", href: talk.person.fileUrl(talk.username, held.file_id), download: held.file_name || "file",
  },
    h("span", {class: `file-mark ${kind(ending)}`, "aria-hidden": "true"}, icon("file"), h("i", {}, ending)),
    h("span", {class: "file-words"}, h("b", {}, held.file_name || t("document")), h("span", {}, bytes(held.file_size ?? 0))));
}

function voice(message) {
  const {duration} = message.voice;
  return h("span", {class: "file", testid: "voice"},
    h("span", {class: "file-mark plain", "aria-hidden": "true"}, icon("voice")),
    h("span", {class: "file-words"}, h("b", {}, t("voice")), h("span", {}, `0:${String(duration).padStart(2, "0")}`)));
}

function kind(ending) {
  const kinds = {pdf: "red", doc: "blue", docx: "blue", md: "violet", txt: "violet", json: "green", csv: "green", xlsx: "green"};
  return kinds[ending.toLowerCase()] ?? "plain";
}

function photo(message, talk) {
  const largest = message.photo[message.photo.length - 1];
  const url = talk.person.fileUrl(talk.username, largest.file_id);
  const image = h("img", {src: url, alt: message.caption ?? t("photo"), width: largest.width, height: largest.height});
  image.style.width = `${Math.min(largest.width, (PHOTO_HEIGHT * largest.width) / largest.height)}px`;
  return h("button", {class: "photo", type: "button", testid: "photo", onclick: () => talk.openImage(url, image.alt)}, image);
}

function keyboard(message, rows, talk) {
  return h("div", {class: "buttons", testid: "inline-keyboard"}, rows.map((row, r) =>
    h("div", {class: "button-row"}, row.map((button, c) => {
      const mark = button.url || button.web_app ? "link" : button.copy_text ? "copy" : null;
      return h("button", {
        type: "button", class: "inline-button", testid: "inline-button",
        onclick: (event) => (button.copy_text ? copy(button.copy_text.text) : talk.press(message, r, c, button, event.currentTarget)),
      }, h("span", {}, button.text), mark ? icon(mark) : null);
    }))));
}

// A message that the bot is still writing.
export function draftBubble(draft, talk) {
  const words = draft.text
    ? h("span", {testid: "message-text"}, formatted(draft.text, draft.entities, talk.act))
    : h("span", {class: "thinking"}, t("thinking"));
  return h("article", {class: "message theirs draft", testid: "draft", "data-day": dayKey(draft.date)},
    h("div", {class: "stack"},
      h("div", {class: "bubble"}, h("div", {class: "text", dir: "auto"}, words, h("span", {class: "caret", "aria-hidden": "true"}))),
      draft.can_stop ? h("div", {class: "buttons"}, h("div", {class: "button-row"},
        h("button", {type: "button", class: "inline-button", testid: "draft-stop", onclick: talk.stop}, icon("stop"), h("span", {}, t("stop"))))) : null));
}

// A file on its way up.
export function uploadBubble(file) {
  const bar = h("progress", {max: "1", value: "0", label: file.name});
  const element = h("article", {class: "message mine uploading", "data-day": dayKey(Date.now() / 1000)},
    h("div", {class: "stack"}, h("div", {class: "bubble"},
      h("span", {class: "file"}, h("span", {class: "file-mark plain"}, icon("file")),
        h("span", {class: "file-words"}, h("b", {}, file.name), h("span", {}, bytes(file.size)), bar)))));
  return {element, progress: (share) => { bar.value = share; }};
}
