// One registry that both implements the keys and writes the help, so that neither can lie about the other.
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

/** keys: what to press, one after the other; when: whether the page offers it now; told: whether the help names it, where that is more. */
const SHORTCUTS = [
  // An item of an agenda that is chosen goes before all else.
  ...AGENDA_KEYS,
  { keys: ["l"], label: "key.log", when: () => link("log"), run: follow("log") },
  { keys: ["c"], label: "key.create", when: () => link("create"), run: follow("create") },
  { keys: ["m"], label: "key.meeting", when: () => link("meeting"), run: follow("meeting") },
  { keys: ["/"], label: "key.search", when: search, run: openSearch },
  { keys: ["g", "t"], label: "key.today", when: () => link("today"), run: follow("today") },
  { keys: ["g", "p"], label: "key.portfolio", when: () => link("portfolio"), run: follow("portfolio") },
  { keys: ["g", "m"], label: "key.promises", when: () => link("promises"), run: follow("promises") },
  { keys: ["g", "k"], label: "key.meetings", when: () => link("meetings"), run: follow("meetings") },
  { keys: ["g", "i"], label: "key.insights", when: () => link("insights"), run: follow("insights") },
  { keys: ["s"], label: "key.hold", when: () => link("hold"), run: follow("hold") },
  { keys: ["d"], label: "key.decision", when: () => link("decision"), run: follow("decision") },
  { keys: ["p"], label: "key.promise", when: () => link("promise"), run: follow("promise") },
  { keys: ["f"], label: "key.feedback", when: () => link("feedback"), run: follow("feedback") },
  { keys: ["n"], label: "key.next", when: () => link("next"), run: follow("next") },
  { keys: ["i"], label: "key.notes", when: () => link("notes"), run: () => link("notes").focus() },
  { keys: ["e"], label: "key.end", when: () => link("end-meeting"), run: follow("end-meeting") },
  { keys: ["x"], label: "key.choose", when: canChoose, run: toggleFocused },
  { keys: ["j"], label: "key.next-asked", when: asksFromCalendar, run: () => walk(1) },
  { keys: ["k"], label: "key.former-asked", when: asksFromCalendar, run: () => walk(-1) },
  { keys: ["x"], label: "key.dismiss", when: asksFromCalendar, run: dismissFocused },
  { keys: ["Enter"], label: "key.confirm", when: canConfirm, run: confirmFocused },
  { keys: ["z"], label: "key.undo", when: () => document.body.dataset.undoLatest, run: undoLatest },
  { keys: ["?"], label: "key.help", when: () => true, run: showHelp },
];
/** Keys that also work while typing; told in the help, handled below and by the browser. */
const ALWAYS = [
  { keys: ["Esc"], label: "key.leave", when: () => document.querySelector("form[data-saves]") },
  { keys: ["Ctrl", "K"], label: "key.palette", when: () => document.querySelector("[data-palette]") },
  { keys: ["Ctrl", "Enter"], label: "key.save" },
  { keys: ["Esc"], label: "key.close" },
];

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
  for (const { keys, label, when, told = when } of [...SHORTCUTS, ...ALWAYS]) {
    if (told && !told()) continue;
    // Without words of its own it is another key for the same.
    if (!label) continue;
    const pressable = keys.map((key) => element("kbd", "", SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key)));
    list.append(element("dt", "", say(label)), element("dd", "", ...pressable));
  }
  const choice = element("input", "form-check-input");
  Object.assign(choice, { type: "checkbox", checked: !switchedOff(), disabled: document.body.dataset.shortcuts === "off" });
  choice.addEventListener("change", () => localStorage.setItem(STORED, choice.checked ? "on" : "off"));
  const body = element("div", "body", list, element("label", "c-choice", choice, say("help.single-keys")));
  openDialog(say("help.title"), body);
}

export function startShortcuts() {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", (event) => event.target.closest("[data-help]") && showHelp());
  document.querySelectorAll("[data-help]").forEach((button) => (button.hidden = false));
}
