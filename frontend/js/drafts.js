// form[data-draft="key"]: what is typed is kept in this browser until it is saved, so that a lost network, a closed
// dialog or an ended session loses no text. Kept per person and for a week; never passwords.
import { isSaving } from "./forms.js";
import { element, say, whenPresent } from "./page.js";

const PREFIX = "concord:draft:";
const SENT = "concord:sent";
const KEPT_MS = 7 * 24 * 3600 * 1000;
const person = () => document.body.dataset.user ?? "";
/** Under which name a form's texts are kept; forms that save themselves keep theirs there too (notes.js). */
export const nameOf = (form) => `${PREFIX}${person()}:${form.dataset.draft}`;
const texts = (form) =>
  [...form.elements].filter((field) => field.name && field.matches("textarea, input[type=text], input[type=search], input:not([type])") && !field.closest(".ts-wrapper"));

/** The request ended at the sign-in page: nothing was saved. */
export const atSignIn = ({ responseURL }) => Boolean(responseURL) && new URL(responseURL).pathname === document.body.dataset.signIn;

/** What this person has kept here, by name. */
export const keptHere = () => Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX}${person()}:`)).map((name) => [name, read(name)]);

export function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function keep(form) {
  const fields = Object.fromEntries(texts(form).filter((field) => field.value !== field.defaultValue).map((field) => [field.name, field.value]));
  if (Object.keys(fields).length) localStorage.setItem(nameOf(form), JSON.stringify({ at: Date.now(), fields }));
  else localStorage.removeItem(nameOf(form));
}

function restore(form) {
  const kept = read(nameOf(form));
  if (!kept) return;
  const empty = texts(form).filter((field) => kept.fields[field.name] && field.value === "");
  if (!empty.length) return;
  empty.forEach((field) => {
    field.value = kept.fields[field.name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const drop = element("button", "c-linkish", say("draft.discard"));
  drop.type = "button";
  const note = element("p", "c-restored", say("draft.restored"), drop);
  note.setAttribute("role", "status");
  drop.addEventListener("click", () => {
    empty.forEach((field) => {
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    localStorage.removeItem(nameOf(form));
    note.remove();
    empty[0].focus();
  });
  empty[0].after(note);
}

function start(form) {
  if (form.dataset.saves) return;
  restore(form);
  form.addEventListener("input", () => keep(form));
  markSent(form);
}

/** A plain submit leads to another page, which settles what was kept. */
export function markSent(form) {
  form.addEventListener("submit", () => {
    if (!form.closest("#dialog")) sessionStorage.setItem(SENT, nameOf(form));
  });
}

/** It was not taken after all. */
export const unsent = () => sessionStorage.removeItem(SENT);

/** A plain submit was taken when the next page does not show its form again; pages of failure take the mark away (failed.js). */
function settleSent() {
  const sent = sessionStorage.getItem(SENT);
  if (!sent) return;
  sessionStorage.removeItem(SENT);
  const again = [...document.querySelectorAll("form[data-draft]")].some((form) => nameOf(form) === sent);
  if (!again && person()) localStorage.removeItem(sent);
}

/** Drafts of others who used this browser, and old ones, go. */
function prune() {
  for (const name of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
    const old = Date.now() - (read(name)?.at ?? 0) > KEPT_MS;
    if (old || (person() && !name.startsWith(`${PREFIX}${person()}:`))) localStorage.removeItem(name);
  }
}

export function startDrafts() {
  settleSent();
  prune();
  whenPresent("form[data-draft]", start);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (atSignIn(event.detail.xhr)) return;
    const form = event.detail.elt;
    if (event.detail.successful && isSaving(event) && form.dataset.draft) localStorage.removeItem(nameOf(form));
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
  });
}
