// Ctrl/⌘+K: places, partners and actions by a few letters, in a dialog of its own over whatever is open.
// The server finds and ranks (/palette/?q=); here is only how one moves, chooses and leaves.
import { element, icon, say } from "./page.js";

const PAUSE_MS = 120;
const opener = () => document.querySelector("[data-palette]");

let frame, input, list, status;
let asked = null;
let cameFrom = null;
let listed = null;
let waiting = 0;
/** Enter came before the answer: the first of it is opened. */
let hurried = false;

function build() {
  input = element("input", "");
  Object.assign(input, { type: "text", name: "q", autocomplete: "off", spellcheck: false, placeholder: say("palette.hint"), ariaLabel: say("palette.hint") });
  Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", enterkeyhint: "go" }).forEach(([name, value]) => input.setAttribute(name, value));
  list = element("div", "c-options");
  Object.assign(list, { id: "palette-list", role: "listbox", ariaLabel: say("palette.title") });
  status = element("p", "visually-hidden");
  status.setAttribute("role", "status");
  const close = element("button", "btn btn-quiet", icon("x"));
  Object.assign(close, { type: "button", ariaLabel: say("dialog.close") });
  close.addEventListener("click", () => frame.close());
  const form = element("form", "", icon("search"), input, close);
  Object.assign(form, { method: "get", action: opener().getAttribute("href") });
  frame = element("dialog", "c-dialog c-palette", form, list, status);
  frame.ariaLabel = say("palette.title");
  document.body.append(frame);
  form.addEventListener("submit", choose);
  input.addEventListener("input", () => later(ask));
  input.addEventListener("keydown", onKey);
  list.addEventListener("click", onClick);
  list.addEventListener("pointermove", (event) => light(event.target.closest("[role=option]")));
  frame.addEventListener("click", (event) => event.target === frame && frame.close());
  frame.addEventListener("close", goBack);
}

/** from: what was pressed for it, where that was no key. */
export function openPalette(from = document.activeElement) {
  if (!opener()) return;
  if (!frame) build();
  if (frame.open) return frame.close();
  cameFrom = from;
  document.querySelectorAll("details.c-menu[open]").forEach((menu) => (menu.open = false));
  input.value = "";
  hurried = false;
  frame.showModal();
  input.focus();
  ask();
}

/** The browser gives the focus back to what had it, unless that went: a list fetched itself again, or its menu closed. */
function goBack() {
  const gone = document.activeElement === document.body || frame.contains(document.activeElement);
  if (!gone || !cameFrom) return;
  const there = cameFrom.isConnected ? cameFrom : cameFrom.id && document.getElementById(cameFrom.id);
  const menu = there && there.closest("details:not([open])");
  (menu ? menu.querySelector("summary") : there || null)?.focus();
}

function later(run) {
  clearTimeout(waiting);
  waiting = setTimeout(run, PAUSE_MS);
}

async function ask() {
  clearTimeout(waiting);
  const typed = input.value;
  asked?.abort();
  const mine = (asked = new AbortController());
  const address = new URL(opener().href, location.href);
  address.searchParams.set("q", typed);
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: mine.signal });
    // The session has ended: the page goes to the sign-in form as a whole.
    if (answer.redirected || answer.headers.get("HX-Redirect")) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    show(typed, await answer.text());
  } catch (error) {
    if (error.name !== "AbortError") fail(error);
  }
}

function show(typed, html) {
  if (typed !== input.value) return;
  list.innerHTML = html;
  listed = typed;
  status.textContent = list.querySelector("[data-said]").dataset.said;
  if (!options().length) list.append(element("p", "none", say("combo.none")));
  light(options()[0]);
  list.scrollTop = 0;
  if (hurried) choose();
}

function fail(error) {
  hurried = false;
  const reason = error instanceof TypeError ? "error.offline" : "error.server";
  const said = `${say("error.not-loaded")} ${say(reason)}`;
  list.replaceChildren(element("p", "none", said));
  status.textContent = said;
  light(null);
}

const options = () => [...list.querySelectorAll("[role=option]")];
const lit = () => list.querySelector("[aria-selected=true]");

/** Marks an option as the one that Enter opens; the focus stays in the field. */
function light(option) {
  if (option === undefined) option = null;
  if (option === lit() && option) return;
  lit()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function onKey(event) {
  const all = options();
  const at = all.indexOf(lit());
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || event.shiftKey || event.ctrlKey || event.metaKey || !all.length) return;
  event.preventDefault();
  light(all[(to + all.length) % all.length]);
  lit().scrollIntoView({ block: "nearest" });
}

/** What is listed may be older than what was typed; then the answer is waited for. */
function choose(event) {
  event?.preventDefault();
  hurried = listed !== input.value;
  if (hurried) return ask();
  lit()?.click();
}

/** A choice is a link: the click goes on to the browser, or to the dialog (dialog.js) once the palette is gone. */
function onClick(event) {
  const option = event.target.closest("[role=option]");
  if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
  frame.close();
  goBack();
}

export function startPalette() {
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest("[data-palette]");
    if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    anchor.closest("details.c-menu")?.removeAttribute("open");
    openPalette(anchor);
  });
}
