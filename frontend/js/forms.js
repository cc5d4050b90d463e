// One click, one record: while a form is under way it takes no second submit. Filters submit themselves.
import { whenPresent } from "./page.js";

const buttons = (form) => [...form.elements].filter((control) => control.type === "submit");

/** A disabled button loses the focus; it has it again afterwards, and by its id in a part that is fetched anew. */
const held = new WeakMap();

function busy(form, on) {
  if (on && form.contains(document.activeElement)) held.set(form, document.activeElement);
  if (on) form.setAttribute("aria-busy", "true");
  else form.removeAttribute("aria-busy");
  buttons(form).forEach((button) => (button.disabled = on));
  if (on) return;
  if (document.activeElement === document.body) held.get(form)?.focus({ preventScroll: true });
  held.delete(form);
}

/** A form that sends what was typed, as opposed to one that fetches something on change. */
export const isSaving = ({ detail }) => detail.elt.matches("form") && detail.requestConfig.verb !== "get";

function onSubmit(event) {
  const form = event.target;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // After the browser has read the fields: a disabled button would not be sent. What htmx sends is seen to below.
  // After a download the page is still here.
  if (event.submitter?.hasAttribute("data-download")) return;
  if (form.method === "post") setTimeout(() => !event.defaultPrevented && busy(form, true), 0);
}

/** Where words are suggested nothing is drawn anew as one types; a word taken, Enter, or leaving the field sends it. */
function waitForWord(event) {
  const { inputType, target } = event;
  if (target.list && inputType && inputType !== "insertReplacementText") event.stopPropagation();
}

/** Whoever presses arrows goes through the choices of a field; whoever points has chosen. */
let byKey = false;
function noteHow() {
  addEventListener("keydown", () => (byKey = true), true);
  addEventListener("pointerdown", () => (byKey = false), true);
}

/** form[data-autosubmit]: sends its query on change, swaps data-target (or #main) and puts the address into the bar. */
function autosubmit(form) {
  const target = form.dataset.target || "#main";
  const given = {
    "data-hx-get": form.getAttribute("action") || location.pathname,
    "data-hx-target": target,
    "data-hx-select": target,
    "data-hx-swap": "outerHTML",
    "data-hx-push-url": "true",
    "data-hx-sync": "this:replace",
    "data-hx-trigger": "submit, chosen, input target:input delay:300ms, passed delay:700ms",
  };
  if (form.hasAttribute("data-hx-get")) return;
  for (const [name, value] of Object.entries(given)) form.setAttribute(name, value);
  // An answer to what was chosen before would put the field back under the fingers of who has gone on.
  form.addEventListener("input", () => htmx.trigger(form, "htmx:abort"), true);
  form.addEventListener("input", waitForWord, true);
  htmx.process(form);
  form.addEventListener("input", ({ target }) => target.matches("select") && htmx.trigger(form, "passed"));
  form.addEventListener("change", ({ target }) => (byKey && target.matches("select")) || htmx.trigger(form, "chosen"));
  form.querySelectorAll("[data-nojs]").forEach((node) => (node.hidden = true));
}

/** Whoever taps *Other day* goes on to type it. On the keyboard the arrows pass over it, and Tab leads there. */
function leadToDay({ target, detail }) {
  const other = detail > 0 && target.closest(".c-when label")?.querySelector("[value=other]");
  // Only once it is chosen is the field there.
  if (other) setTimeout(() => other.closest(".c-when").querySelector("[type=date]")?.focus(), 0);
}

/** Empty fields stay out of the address. */
function dropEmpty(event) {
  if (!event.target.matches("form[data-autosubmit]")) return;
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
}

/** A preview asks with what was chosen; what was typed stays out of addresses and so out of logs. */
function keepTextOut(event) {
  const { elt, verb, parameters } = event.detail;
  if (verb !== "get" || !elt.matches("form[method=post]")) return;
  for (const control of elt.elements) {
    if (control.matches("textarea, input[type=text], [name=csrfmiddlewaretoken]")) delete parameters[control.name];
  }
}

/** The nth of those that look alike, as what is drawn anew has no other name for it. */
const foldsOf = (part) => {
  const seen = {};
  return [...part.querySelectorAll("details")].map((fold) => {
    seen[fold.className] = (seen[fold.className] ?? 0) + 1;
    return [`${fold.className} ${seen[fold.className]}`, fold];
  });
};

/** What is unfolded stays so when what is around it is drawn anew, with the focus in it: htmx cannot give it to what is folded. */
function keepUnfolded() {
  let open = [];
  let focused = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const there = document.activeElement;
    const folds = detail.target?.querySelectorAll ? foldsOf(detail.target) : [];
    open = folds.filter(([, fold]) => fold.open).map(([name]) => name);
    const around = folds.find(([, fold]) => fold.contains(there));
    focused = around && { fold: around[0], id: there.id, range: there.type === "text" && [there.selectionStart, there.selectionEnd] };
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const part = document.getElementById(detail.target.id);
    if (!part) return;
    const folds = foldsOf(part);
    folds.forEach(([name, fold]) => open.includes(name) && (fold.open = true));
    const around = focused && document.activeElement === document.body && folds.find(([name]) => name === focused.fold)?.[1];
    if (!around) return;
    const again = (focused.id && around.querySelector(`#${CSS.escape(focused.id)}`)) || around.querySelector("summary");
    again.focus({ preventScroll: true });
    if (focused.range) again.setSelectionRange?.(...focused.range);
  });
}

/** The fields of a filter lie over what they narrow: who leaves them by Tab sees it. */
function foldWhenLeft({ target, relatedTarget }) {
  const fields = target.closest?.("details.c-filters");
  if (fields && relatedTarget && !fields.contains(relatedTarget)) fields.open = false;
}

export function startForms() {
  noteHow();
  keepUnfolded();
  document.addEventListener("focusout", foldWhenLeft);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", leadToDay);
  document.addEventListener("htmx:beforeRequest", (event) => isSaving(event) && busy(event.detail.elt, true));
  document.addEventListener("htmx:afterRequest", (event) => isSaving(event) && busy(event.detail.elt, false));
  document.addEventListener("htmx:confirm", (event) => {
    // A form that fetches something on change must not break off its own saving.
    if (event.detail.verb === "get" && event.detail.elt.matches('form[aria-busy="true"]')) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[aria-busy]").forEach((form) => busy(form, false));
  });
  document.addEventListener("htmx:configRequest", dropEmpty);
  document.addEventListener("htmx:configRequest", keepTextOut);
  whenPresent("form[data-autosubmit]", autosubmit);
  // Buttons for who has no JavaScript, where a change alone does it.
  whenPresent("form:not([data-autosubmit]) [data-nojs]", (node) => (node.hidden = true));
}
