// a[data-dialog] opens its page in the one dialog. Without JavaScript the link simply goes to that page.
// The same template serves both: inside the dialog its forms are sent by htmx, on a page of their own by the browser.
import { element, icon, request, say, whenPresent } from "./page.js";

// The frame stays, so that toasts can stand in it; #dialog inside it is what a response fills.
const frame = () => document.getElementById("dialog-frame");
const box = () => document.getElementById("dialog");
let cameFrom = null;

function show() {
  if (frame().open) return;
  cameFrom = document.activeElement;
  frame().showModal();
}

/** Opens the dialog with a title and content made here (help). */
export function openDialog(title, ...content) {
  const close = element("button", "btn btn-quiet end", icon("x"));
  Object.assign(close, { type: "button", ariaLabel: say("dialog.close") });
  close.dataset.dialogClose = "";
  box().replaceChildren(element("header", "", element("h2", "", title), close), ...content);
  settle();
  show();
}

/** The first heading names the dialog. */
function settle() {
  const dialog = box();
  const heading = dialog.querySelector("h1, h2");
  if (heading) {
    heading.id ||= "dialog-title";
    frame().setAttribute("aria-labelledby", heading.id);
  }
}

/** A partner that is chosen already needs no typing, nor does the field that the search box put in. */
const isOpen = (field) => !field.closest(".ts-wrapper") && !field.disabled && !(field.dataset.comboNext && field.value);

/** Of several choices the one that is chosen, as the Tab key would. */
const chosenOf = (field) =>
  field?.type === "radio" ? [...field.form.elements].find((one) => one.type === "radio" && one.name === field.name && one.checked) : null;

function focusFirst() {
  const dialog = box();
  const wanted =
    dialog.querySelector(".c-summary") ??
    dialog.querySelector("[autofocus]") ??
    [...dialog.querySelectorAll("form :is(select[data-combo], input:not([type=hidden]), textarea, select)")].find(isOpen);
  if (wanted?.tomselect) wanted.tomselect.focus();
  else (chosenOf(wanted) ?? wanted)?.focus();
}

function openLink(anchor) {
  request("GET", anchor.getAttribute("href"), { source: anchor, target: "#dialog", swap: "innerHTML" });
}

function onClick(event) {
  const anchor = event.target.closest("a[data-dialog]");
  if (anchor && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    openLink(anchor);
  } else if (event.target.closest("#dialog [data-dialog-close]")) {
    event.preventDefault();
    frame().close();
  } else if (event.target === frame()) closeOutside(event);
}

/** Forms of the dialog are sent by htmx and answered in it; one without an address goes back to where it came from. */
function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || !form.matches("#dialog form:not([data-hx-post], [data-dialog-plain])")) return;
  event.preventDefault();
  const { submitter } = event;
  const values = submitter?.name ? { [submitter.name]: submitter.value } : {};
  const path = submitter?.getAttribute("formaction") || form.getAttribute("action") || box().dataset.from;
  // The whole answer, also of a form that fetches a part of itself again when its partner is chosen.
  request("POST", path, { source: form, target: "#dialog", swap: "innerHTML", select: "unset", values });
}

function isOutside(event) {
  const edge = frame().getBoundingClientRect();
  return event.clientX < edge.left || event.clientX > edge.right || event.clientY < edge.top || event.clientY > edge.bottom;
}

/** A press that begins and ends on the dimmed page closes; one on the dialog's own padding does not. */
let beganOutside = false;
function closeOutside(event) {
  if (beganOutside && isOutside(event)) frame().close();
}

/** A list of choices that closes under a press must not move away what is pressed: the form keeps its height meanwhile. */
function onPress(event) {
  beganOutside = event.target === frame() && isOutside(event);
  const bodies = [...box().querySelectorAll(".body")];
  bodies.forEach((body) => { body.style.minHeight = `${body.offsetHeight}px`; });
  const letGo = () => setTimeout(() => bodies.forEach((body) => { body.style.minHeight = ""; }));
  document.addEventListener("pointerup", letGo, { once: true });
  document.addEventListener("pointercancel", letGo, { once: true });
}

/** Esc: the browser closes the dialog itself; menus and the search field are ours. */
export function closeTopmost(event) {
  const menu = document.querySelector("details.c-menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  } else if (event.target.matches?.("[data-search], form[data-saves] textarea") && !frame().open) event.target.blur();
}

export function startDialogs() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  frame().addEventListener("pointerdown", onPress, true);
  document.addEventListener("click", (event) => {
    // Enter in a field presses the button of its form, also where that is hidden.
    if (event.target.hidden) return;
    document.querySelectorAll("details.c-menu[open]").forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest(".c-item")) menu.open = false;
    });
  });
  document.addEventListener("dialog:close", () => frame().close());
  frame().addEventListener("close", () => {
    // The event comes later than the closing; by then it may be open again with something else.
    if (frame().open) return;
    box().replaceChildren();
    // A list that fetched itself again meanwhile has a new field in the place of the old one.
    const there = cameFrom?.isConnected ? cameFrom : cameFrom?.id && document.getElementById(cameFrom.id);
    (there || document.getElementById("main"))?.focus();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== box()) return;
    const { requestPath } = event.detail.pathInfo;
    settle();
    box().dataset.from = requestPath;
    show();
  });
  document.addEventListener("htmx:afterSettle", (event) => event.detail.target === box() && focusFirst());
  whenPresent("[data-focus]", (node) => !box().contains(node) && node.focus());
}
