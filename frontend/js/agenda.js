// The agenda of a meeting ([data-agenda]): its items are chosen and moved by keys, and dragged by their grip.
// Without JavaScript each item has a menu with buttons; what is done here presses the same buttons.
import Sortable from "sortablejs";
import { element, say, whenPresent } from "./page.js";

// So long a person may go on pressing before the item is put where it stands by then.
const PUT_AFTER_MS = 300;

const agenda = () => document.querySelector("[data-agenda]");
const items = () => [...(agenda()?.querySelectorAll(".c-agenda > li[data-key]") ?? [])];
const mine = () => items().filter((item) => "mine" in item.dataset);
/** The item that the focus is on; not one of its own buttons or links. */
const chosen = () => (document.activeElement?.matches("[data-agenda] li[data-mine]") ? document.activeElement : null);

let moving = null;
let former = [];
let timer;
let lost = null;

/** Said to who hears the page; the region stands beside what is swapped. */
function tell(name, item) {
  let region = document.getElementById("agenda-said");
  if (!region) {
    region = element("p", "visually-hidden");
    Object.assign(region, { id: "agenda-said", role: "status" });
    document.body.append(region);
  }
  region.textContent = say(name, { item: item.dataset.title, place: items().indexOf(item) + 1, count: items().length });
}

function focus(item) {
  if (!item) return;
  for (const one of mine()) one.tabIndex = one === item ? 0 : -1;
  item.focus();
}

function choose(step) {
  const all = mine();
  const from = all.indexOf(chosen());
  focus(all[from === -1 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, from + step))]);
}

const press = (item, deed) => item.querySelector(`[data-deed="${deed}"]`)?.click();

/** Put it where it stands on the page now. */
function put(item) {
  clearTimeout(timer);
  item.querySelector("input[name=to]").value = items().indexOf(item);
  press(item, "move");
}

/** One place up or down, on the page. The line where the time ends stays where it is until the server has drawn it anew. */
function shift(item, step) {
  const all = items();
  const beside = all[all.indexOf(item) + step];
  if (!beside) return;
  if (step > 0) beside.after(item);
  else beside.before(item);
  item.focus();
  tell("agenda.now", item);
}

function shiftAndPut(step) {
  const item = chosen();
  shift(item, step);
  clearTimeout(timer);
  if (moving !== item) timer = setTimeout(() => put(item), PUT_AFTER_MS);
}

function pickUp() {
  moving = chosen();
  former = [...moving.parentElement.children];
  moving.classList.add("moving");
  tell("agenda.picked", moving);
}

function letGo() {
  const item = moving;
  moving = null;
  item.classList.remove("moving");
  return item;
}

function onKey(event) {
  if (!moving) return;
  if (event.key === "Enter") put(letGo());
  else if (event.key === "Escape") {
    const item = letGo();
    item.parentElement.append(...former);
    item.focus();
    tell("agenda.as-before", item);
  } else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** What the registry of keys lists: those of the chosen item also while none is, so that one finds them. */
export const AGENDA_KEYS = {
  "next-item": { when: () => mine().length, run: () => (moving ? shift(moving, 1) : choose(1)) },
  "former-item": { when: () => mine().length, run: () => (moving ? shift(moving, -1) : choose(-1)) },
  "next-item-arrow": { when: chosen, run: () => (moving ? shift(moving, 1) : choose(1)) },
  "former-item-arrow": { when: chosen, run: () => (moving ? shift(moving, -1) : choose(-1)) },
  "item-up": { when: chosen, told: () => mine().length, run: () => shiftAndPut(-1) },
  "item-down": { when: chosen, told: () => mine().length, run: () => shiftAndPut(1) },
  "move-item": { when: chosen, told: () => mine().length, run: pickUp },
  "pin-item": { when: chosen, told: () => mine().length, run: () => press(chosen(), "pin") },
  "edit-item": { when: chosen, told: () => mine().length, run: () => press(chosen(), "edit") },
  "drop-item": { when: chosen, told: () => mine().length, run: () => press(chosen(), "drop") },
};

function makeSortable(part) {
  const list = part.querySelector(".c-agenda");
  Sortable.create(list, {
    handle: ".c-grip",
    draggable: "li[data-mine]",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    onEnd: ({ item, oldIndex, newIndex }) => {
      if (oldIndex === newIndex) return;
      tell("agenda.now", item);
      put(item);
    },
  });
}

/** After the page has drawn the agenda anew: the focus stays at the same place where its item has gone. */
function keepPlace() {
  if (lost === null || document.activeElement !== document.body) return;
  focus(mine()[Math.min(lost, mine().length - 1)]);
  lost = null;
}

export function startAgenda() {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("focusin", (event) => {
    const item = event.target.closest?.("[data-agenda] li[data-mine]");
    lost = item ? mine().indexOf(item) : event.target === document.body ? lost : null;
    if (moving && item !== moving) letGo();
  });
  document.addEventListener("pointerdown", (event) => (lost = event.target.closest?.("[data-agenda]") ? lost : null));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    // Also where it was added in the dialog, after it was too long for one line.
    const adds = document.querySelector("[data-agenda-add]");
    if (adds && detail.xhr?.status === 204 && detail.requestConfig?.path === adds.getAttribute("action")) adds.reset();
  });
  // What was folded open stays open.
  let open = false;
  document.addEventListener("htmx:beforeSwap", () => (open = document.getElementById("agenda-more")?.open ?? open));
  document.addEventListener("htmx:afterSettle", () => {
    const more = document.getElementById("agenda-more");
    if (more && open) more.open = true;
    keepPlace();
  });
  whenPresent("[data-agenda]", makeSortable);
}
