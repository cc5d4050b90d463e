// What just happened, for ten seconds (longer while pointed at or focused), with Undo. Server: HX-Trigger
// {"toast": {"message": "…", "undo_url": "/…", "undo_label": "Undo", "again": false, "link_url": "/…", "link_label": "History", "about": "/…", "seconds": 20}}, or Django messages rendered by _toast.html.
import { element, icon, request, say } from "./page.js";

const SHOWN_MS = 10_000;
const AT_MOST = 3;
const region = () => document.getElementById("toasts");

function dismiss(toast) {
  if (toast.contains(document.activeElement)) document.getElementById("main")?.focus();
  toast.remove();
}

function count(toast, shown) {
  let left = shown;
  let timer;
  let since;
  const run = () => {
    clearTimeout(timer);
    since = Date.now();
    timer = setTimeout(() => dismiss(toast), left);
  };
  const hold = () => {
    clearTimeout(timer);
    left = Math.max(2000, left - (Date.now() - since));
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", run);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", run);
  run();
}

function closeButton() {
  const button = element("button", "btn c-close", icon("x"));
  Object.assign(button, { type: "button", ariaLabel: say("toast.close") });
  button.dataset.toastClose = "";
  return button;
}

function undoButton(url, label, again) {
  const button = element("button", "btn", label);
  button.type = "button";
  button.dataset.undo = url;
  if (again) button.dataset.again = "";
  return button;
}

function moreLink(url, label) {
  const link = element("a", "btn", label);
  link.href = url;
  return link;
}

function undo(button) {
  button.disabled = true;
  const toast = button.closest(".c-toast");
  const url = button.dataset.undo;
  const answered = (event) => {
    if (event.detail.pathInfo?.requestPath !== url) return;
    document.body.removeEventListener("htmx:afterRequest", answered);
    if (event.detail.successful) dismiss(toast);
    else button.disabled = false;
  };
  document.body.addEventListener("htmx:afterRequest", answered);
  request("POST", url, { source: document.body, target: document.body, swap: "none" });
}

/** Shows a toast. `bad` marks what went wrong; the link leads to where more of it stands; one `about` the same thing is replaced. */
export function toast({ message, undo_url: undoUrl, undo_label: undoLabel, again = false, link_url: linkUrl, link_label: linkLabel, about = "", bad = false, seconds = 0 }) {
  const node = element("div", bad ? "c-toast bad" : "c-toast", ...(bad ? [icon("alert-triangle")] : []), element("p", "", message));
  if (linkUrl) node.append(moreLink(linkUrl, linkLabel));
  if (undoUrl) node.append(undoButton(undoUrl, undoLabel || say("toast.undo"), again));
  node.append(closeButton());
  if (!bad) region().querySelectorAll(".c-toast.bad").forEach((failure) => failure.remove());
  if (about) {
    node.dataset.about = about;
    [...region().children].filter((former) => former.dataset.about === about).forEach(dismiss);
  }
  region().append(node);
  while (region().children.length > AT_MOST) region().firstElementChild.remove();
  count(node, seconds ? seconds * 1000 : SHOWN_MS);
}

let asked = false;

/** Clicks the newest Undo still offered, never a Redo: who goes back comes to the deed before. One that came with the page may still be its plain form. Without one the server knows what was done last. */
export function undoLatest() {
  const buttons = [...region().querySelectorAll(":is([data-undo], form > button):not([data-again])")];
  if (buttons.length) return buttons.filter((button) => !button.disabled).at(-1)?.click();
  if (asked) return;
  asked = true;
  request("POST", document.body.dataset.undoLatest, { source: document.body, target: document.body, swap: "none" }).finally(() => (asked = false));
}

/** Toasts that came with the page: their plain form becomes the same button, and they are read out only when added after loading. */
function adopt(node) {
  const form = node.querySelector("form");
  const link = node.querySelector("a");
  const given = { message: node.querySelector("p").textContent.trim(), bad: node.classList.contains("bad") };
  if (form) Object.assign(given, { undo_url: form.getAttribute("action"), undo_label: form.querySelector("button").textContent.trim(), again: form.querySelector("[data-again]") !== null });
  if (link) Object.assign(given, { link_url: link.getAttribute("href"), link_label: link.textContent.trim() });
  node.remove();
  toast(given);
}

/** A modal dialog makes the rest of the page inert, so the toasts stand inside it while it is open. */
function followDialog() {
  const frame = document.getElementById("dialog-frame");
  new MutationObserver(() => {
    const place = frame.open ? frame : document.body;
    if (region().parentElement !== place) place.append(region());
  }).observe(frame, { attributes: true, attributeFilter: ["open"] });
}

export function startToasts() {
  followDialog();
  document.addEventListener("toast", (event) => toast(event.detail));
  document.addEventListener("click", (event) => {
    const undoing = event.target.closest("[data-undo]");
    if (undoing) undo(undoing);
    const closing = event.target.closest("[data-toast-close]");
    if (closing) dismiss(closing.closest(".c-toast"));
  });
  setTimeout(() => region().querySelectorAll(".c-toast").forEach(adopt), 100);
}
