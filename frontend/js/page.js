/** Runs `start` on every element that matches, now and after each swap. htmx:load names the swapped node itself, so it is tested too. */
export function whenPresent(selector, start) {
  const look = (part) => {
    if (part.matches?.(selector)) start(part);
    part.querySelectorAll?.(selector).forEach(start);
  };
  document.addEventListener("htmx:load", (event) => look(event.detail.elt));
}

/** A text of the interface, translated by the server (templates/_words.html). */
export function say(name, values = {}) {
  const source = document.getElementById("words").content.querySelector(`[data-word="${name}"]`);
  return source.textContent.trim().replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** An icon of the sprite, as the template tag draws it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** An element with a class and text or children. */
export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** A field of a dialog just closed may still hold the focus for a moment; nobody types into it any more. */
export const isTyping = (node) =>
  node instanceof HTMLElement &&
  !node.closest("dialog:not([open])") &&
  (node.isContentEditable || node.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

/** htmx.ajax without its rejection: a request that failed has been reported by errors.js. */
export const request = (verb, path, options) => htmx.ajax(verb, path, options).catch(() => {});
