// One registry (web/shortcuts.json) of which the keys are made and the help is written, so that neither can lie about the other.
import REGISTRY from "../../web/shortcuts.json";
import { AGENDA_KEYS } from "./agenda.js";
import { canChoose, toggleFocused } from "./bulk.js";
import { asksFromCalendar, canConfirm, confirmFocused, dismissFocused, walk } from "./captured.js";
import { element, isTyping, say } from "./page.js";
import { closeTopmost, openDialog } from "./dialog.js";
import { openPalette } from "./palette.js";
import { undoLatest } from "./toast.js";

const SECOND_KEY_MS = 1200;
/** What the page offers goes before what the navigation offers: L on a partner's page logs with that partner. */
const link = (name) => document.querySelector(`main [data-key-link="${name}"]`) ?? document.querySelector(`[data-key-link="${name}"]`);
const follow = (name) => () => link(name)?.click();
/** On its own page search is the field; from any other it is the way there. */
const search = () => document.querySelector("[data-searching] [name=q]") ?? link("search");
const openSearch = () => (search().matches("input") ? search().select() : search().click());

/**
 * What the keys of web/shortcuts.json do. when: whether the page offers it now; told: whether the help names it, where that is more.
 * Without run it is handled below or by the browser.
 */
const HANDLERS = {
  ...AGENDA_KEYS,
  log: { when: () => link("log"), run: follow("log") },
  create: { when: () => link("create"), run: follow("create") },
  meeting: { when: () => link("meeting"), run: follow("meeting") },
  search: { when: search, run: openSearch },
  today: { when: () => link("today"), run: follow("today") },
  portfolio: { when: () => link("portfolio"), run: follow("portfolio") },
  promises: { when: () => link("promises"), run: follow("promises") },
  meetings: { when: () => link("meetings"), run: follow("meetings") },
  insights: { when: () => link("insights"), run: follow("insights") },
  hold: { when: () => link("hold"), run: follow("hold") },
  decision: { when: () => link("decision"), run: follow("decision") },
  promise: { when: () => link("promise"), run: follow("promise") },
  feedback: { when: () => link("feedback"), run: follow("feedback") },
  next: { when: () => link("next"), run: follow("next") },
  notes: { when: () => link("notes"), run: () => link("notes").focus() },
  end: { when: () => link("end-meeting"), run: follow("end-meeting") },
  choose: { when: canChoose, run: toggleFocused },
  "next-asked": { when: asksFromCalendar, run: () => walk(1) },
  "former-asked": { when: asksFromCalendar, run: () => walk(-1) },
  dismiss: { when: asksFromCalendar, run: dismissFocused },
  confirm: { when: canConfirm, run: confirmFocused },
  undo: { when: () => document.body.dataset.undoLatest, run: undoLatest },
  help: { when: () => true, run: showHelp },
  leave: { when: () => document.querySelector("form[data-saves]") },
  palette: { when: () => document.querySelector("[data-palette]") },
  save: {},
  close: {},
};
const ALL = REGISTRY.map((entry) => ({ ...entry, ...HANDLERS[entry.name] }));
const SHORTCUTS = ALL.filter(({ run }) => run);

/** Keys that are shown by a sign. */
const SIGNS = { "Alt+ArrowUp": "Alt ↑", "Alt+ArrowDown": "Alt ↓" };

const STORED = "concord:shortcuts";
const switchedOff = () => document.body.dataset.shortcuts === "off" || localStorage.getItem(STORED) === "off";

let pressed = [];
let pressedAt = 0;

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return submitFocused(event);
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) return showPalette(event);
  if (event.key === "Escape") return closeTopmost(event);
  if (event.ctrlKey || event.metaKey || event.repeat || (event.altKey && !event.key.startsWith("Arrow"))) return;
  if (switchedOff() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const now = Date.now();
  if (now - pressedAt > SECOND_KEY_MS) pressed = [];
  pressedAt = now;
  const plain = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const key = event.altKey && plain.startsWith("Arrow") ? `Alt+${plain}` : plain;
  const chosen = match([...pressed, key]) ?? match([key]);
  const goesOn = SHORTCUTS.some(({ keys }) => keys.length > 1 && keys[0] === key);
  pressed = !chosen && goesOn ? [key] : [];
  if (!chosen) return;
  event.preventDefault();
  chosen.run();
}

function match(typed) {
  return SHORTCUTS.find(({ keys, when }) => keys.length === typed.length && keys.every((key, i) => key === typed[i]) && when());
}

function showPalette(event) {
  event.preventDefault();
  if (!event.repeat) openPalette();
}

function submitFocused(event) {
  const form = event.target.form ?? event.target.closest?.("form") ?? document.querySelector("dialog[open] form") ?? document.querySelector(".c-form form");
  if (form?.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.requestSubmit(form.querySelector("[type=submit].btn-primary") ?? undefined);
}

function showHelp() {
  const list = element("dl", "c-keys");
  for (const { name, keys, same, when, told = when } of ALL) {
    if (same || (told && !told())) continue;
    const pressable = keys.map((key) => element("kbd", "", SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key)));
    list.append(element("dt", "", say(`key.${name}`)), element("dd", "", ...pressable));
  }
  const choice = element("input", "form-check-input");
  Object.assign(choice, { type: "checkbox", checked: !switchedOff(), disabled: document.body.dataset.shortcuts === "off" });
  choice.addEventListener("change", () => localStorage.setItem(STORED, choice.checked ? "on" : "off"));
  const all = element("a", "c-link", say("help.all"));
  all.href = document.querySelector("[data-help]").dataset.help;
  const body = element("div", "body", list, element("label", "c-choice", choice, say("help.single-keys")), element("p", "hint", all));
  openDialog(say("help.title"), body);
}

export function startShortcuts() {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", (event) => event.target.closest("[data-help]") && showHelp());
  document.querySelectorAll("[data-help]").forEach((button) => (button.hidden = false));
}
