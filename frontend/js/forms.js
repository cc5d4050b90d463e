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
  if (form.method === "post") setTimeout(() => !event.defaultPrevented && busy(form, true), 0);
}

/** Where words are suggested nothing is drawn anew as one types; a word taken, Enter, or leaving the field sends it. */
function waitForWord(event) {
  const { inputType, target } = event;
  if (target.list && inputType && inputType !== "insertReplacementText") event.stopPropagation();
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
    "data-hx-trigger": "change, submit, input delay:300ms",
  };
  if (form.hasAttribute("data-hx-get")) return;
  for (const [name, value] of Object.entries(given)) form.setAttribute(name, value);
  form.addEventListener("input", waitForWord, true);
  htmx.process(form);
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

/** What a person has unfolded stays so when the part around it is drawn anew, and they go on in it where they were. */
function keepUnfolded() {
  let open = false;
  let at = "";
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const unfolded = detail.target?.querySelector?.("details[open]");
    open = Boolean(unfolded);
    at = unfolded?.contains(document.activeElement) ? document.activeElement.id : "";
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const details = open && document.querySelector(`#${CSS.escape(detail.target.id)} details`);
    if (!details) return;
    details.open = true;
    const field = at && details.querySelector(`#${CSS.escape(at)}`);
    if (!field || field === document.activeElement) return;
    field.focus({ preventScroll: true });
    if (field.matches("[type=text]")) field.setSelectionRange(field.value.length, field.value.length);
  });
}

export function startForms() {
  keepUnfolded();
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
