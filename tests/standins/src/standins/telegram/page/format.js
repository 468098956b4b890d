// A message's text with its entities as elements. Offsets are UTF-16 units, as JavaScript counts.

import {copy, h, icon} from "./dom.js";
import {t} from "./texts.js";

// `act`: what links do: command(text), open(username, start), managed(manager, username, name)
export function formatted(text, entities, act) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const fragment = document.createDocumentFragment();
  fragment.append(...pieces(text, 0, text.length, sorted, act));
  return fragment;
}

function pieces(text, start, end, entities, act) {
  const made = [];
  let at = start;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (from >= to || entity.offset < at) continue;
    if (from > at) made.push(text.slice(at, from));
    const inner = entities.slice(i + 1).filter((other) => other.offset < to);
    made.push(element(entity, text.slice(from, to), pieces(text, from, to, inner, act), act));
    at = BLOCKS.has(entity.type) && text[to] === "\n" ? to + 1 : to;
  }
  if (at < end) made.push(text.slice(at, end));
  return made;
}

// After these a new line begins anyway.
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SIMPLE = {bold: "b", italic: "i", underline: "u", strikethrough: "s"};

function element(entity, words, inner, act) {
  if (entity.type in SIMPLE) return h(SIMPLE[entity.type], {}, inner);
  switch (entity.type) {
    case "code":
      return h("code", {tabindex: "0", role: "button", title: t("copy_code"), onclick: () => copy(words), onkeydown: onEnter(() => copy(words))}, words);
    case "pre":
      return h("figure", {class: "pre"},
        h("figcaption", {}, h("span", {}, entity.language ?? ""),
          h("button", {type: "button", label: t("copy_code"), onclick: () => copy(words)}, icon("copy"))),
        h("pre", {}, h("code", {}, words)));
    case "spoiler":
      return h("span", {class: "spoiler", tabindex: "0", role: "button", onclick: reveal, onkeydown: onEnter(reveal)}, inner);
    case "blockquote":
      return h("blockquote", {}, inner);
    case "expandable_blockquote": {
      const quote = h("blockquote", {class: "expandable folded", tabindex: "0"}, h("span", {}, inner));
      quote.addEventListener("click", () => quote.classList.toggle("folded"));
      quote.addEventListener("keydown", onEnter(() => quote.classList.toggle("folded")));
      return quote;
    }
    case "text_link":
      return link(entity.url, inner, act);
    case "url":
      return link(/^[a-z][a-z0-9+.-]*:\/\//i.test(words) ? words : `http://${words}`, inner, act);
    case "email":
      return h("a", {href: `mailto:${words}`}, inner);
    case "mention":
      return h("a", {href: `#@${words.slice(1)}`}, inner);
    case "bot_command":
      return h("a", {href: "#", onclick: (event) => { event.preventDefault(); act.command(words); }}, inner);
    default:
      return h("span", {class: entity.type === "hashtag" ? "hashtag" : null}, inner);
  }
}

function reveal(event) {
  event.currentTarget.classList.add("revealed");
}

function onEnter(action) {
  return (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      action(event);
    }
  };
}

function link(address, inner, act) {
  const inside = insideLink(address);
  if (inside) return h("a", {href: inside.href, onclick: (event) => { event.preventDefault(); follow(inside, act); }}, inner);
  if (!/^(https?|mailto|tg):/i.test(address)) return h("span", {}, inner);
  return h("a", {href: address, target: "_blank", rel: "noopener noreferrer", title: address}, inner);
}

// Links that lead to bots of this messenger.
export function insideLink(address) {
  let url;
  try { url = new URL(address); } catch { return null; }
  const path = url.pathname.split("/").filter(Boolean);
  if (["t.me", "telegram.me", "www.t.me"].includes(url.hostname)) {
    if (path[0] === "newbot" && path.length === 3) {
      return {manager: path[1], username: path[2], name: url.searchParams.get("name") ?? "", href: "#"};
    }
    if (path.length === 1) return {open: path[0], start: url.searchParams.get("start"), href: `#@${path[0]}`};
  }
  if (url.protocol === "tg:" && address.startsWith("tg://resolve")) {
    const username = url.searchParams.get("domain");
    return username ? {open: username, start: url.searchParams.get("start"), href: `#@${username}`} : null;
  }
  return null;
}

export function follow(inside, act) {
  if (inside.open) act.open(inside.open, inside.start);
  else act.managed(inside.manager, inside.username, inside.name);
}
