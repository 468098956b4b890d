// Making elements, icons, avatars; toasts, dialogs, menus.

import {t} from "./texts.js";

export const $ = (id) => document.getElementById(id);

// h("p", {class: "x", onclick: f, testid: "y"}, "text", child, null)
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "testid") element.dataset.testid = value;
    else if (name === "label") element.setAttribute("aria-label", value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  back: "M15 5l-7 7 7 7",
  dots: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM20 20l-4.8-4.800",
  clip: "M19.5 11.5l-7.4 7.4a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-7.9 7.9a1.5 1.5 0 0 1-2.1-2.1l7-7",
  down: "M6 9.5l6 6 6-6",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M10 6l-6 6 6 6M4.5 12H14a6 6 0 0 1 6 6v.5",
  check: "M4 12.5l5 5L20 6.5",
  checks: "M2 12.5l5 5L17.5 6.5M11.5 16.8l.8.7L23 6.5",
  file: "M13 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V9l-6-6ZM13 3v6h6",
  keyboard: "M3.5 7.5a2 2 0 0 1 2-2h13a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2zM8 15h8M7.5 9.5v.01M12 9.5v.01M16.5 9.5v.01M7.5 12.3v.01M12 12.3v.01M16.5 12.3v.01",
  link: "M8 16L16.5 7.5M9 7h8v8",
  copy: "M9 9h10v10H9zM5 15V5h10",
  stop: "M7.5 7.5h9v9h-9z",
  voice: "M12 4a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 12 4ZM6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3.500",
};
const FILLED = {
  send: "M3.4 20.4l17.5-7.5a1 1 0 0 0 0-1.84L3.4 3.6a.7.7 0 0 0-.97.8L4.2 10.6l9.3 1.4-9.3 1.4-1.77 6.2a.7.7 0 0 0 .97.8Z",
  pin: "M14.5 3.5l6 6-1.5 1.5-.8-.3-3.7 3.700.2 3.3-1.5 1.5-3.6-3.6L5 20.2l-1.2-1.2 4.6-4.6-3.6-3.6 1.5-1.5 3.300.2 3.7-3.7-.3-.8z",
  verified: "M12 1.8l2.5 2.1 3.2-.3 1 3.1 2.8 1.7-.9 3.2 1 3.1-2.7 1.8-.8 3.2-3.3-.1L12.2 22l-2.7-1.9-3.200.3-1.2-3-2.8-1.700.8-3.2-1.1-3.1 2.7-1.900.7-3.2 3.200.1z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", PATHS[name] ?? FILLED[name]);
  path.setAttribute("class", PATHS[name] ? "stroke" : "fill");
  svg.append(path);
  if (name === "verified") {
    const check = document.createElementNS(svg.namespaceURI, "path");
    check.setAttribute("d", "M7.8 12.2l3 3 5.6-6.200");
    check.setAttribute("class", "inner");
    svg.append(check);
  }
  return svg;
}

export function avatar(element, name, id) {
  const words = name.replace(/['’]/g, "").replace(/[^\p{L}\p{N}\s]/gu, " ").trim().split(/\s+/);
  element.textContent = words.slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase() || "•";
  element.className = `avatar tint-${id % 7}`;
  return element;
}

export function toast(text) {
  const element = h("p", {class: "toast", testid: "toast"}, text);
  $("toasts").append(element);
  setTimeout(() => element.remove(), 4000);
}

// A question with an optional line of input; resolves to null, or true, or what was typed.
export function ask({title = "", text = "", ok = t("ok"), cancel = false, input = null, placeholder = ""}) {
  const dialog = $("ask");
  $("ask-title").textContent = title;
  $("ask-title").hidden = !title;
  $("ask-text").textContent = text;
  $("ask-ok").textContent = ok;
  $("ask-cancel").hidden = !cancel;
  const field = $("ask-input");
  field.hidden = input === null;
  field.required = input !== null;
  field.value = input ?? "";
  field.placeholder = placeholder;
  field.setAttribute("aria-label", placeholder || title);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      // Chromium gives the focus back, but what is typed then goes nowhere until the focus has moved.
      const back = document.activeElement;
      back?.blur();
      back?.focus();
      if (dialog.returnValue !== "ok") resolve(null);
      else resolve(input === null ? true : field.value.trim());
    }, {once: true});
  });
}

// A small menu near a place on the screen: [[text, action], …]
export function popup(entries, {x, y}) {
  document.querySelector(".popup")?.remove();
  const menu = h("div", {class: "popup", role: "menu", testid: "context-menu"},
    entries.map(([text, action, kind]) => h("button", {
      role: "menuitem", class: kind, onclick: () => { leave(); action(); },
    }, text)));
  const leave = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", keys, true);
  };
  const outside = (event) => { if (!menu.contains(event.target)) leave(); };
  const keys = (event) => {
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape") leave();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  document.body.append(menu);
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", keys, true);
  menu.firstChild.focus();
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https only this old way is open.
    const area = h("textarea", {class: "off-screen", readonly: true});
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(t("copied"));
}
