// textarea[data-mention='["Bob Brandt", …]']: typing @ offers the names; arrows, Enter or Tab, Esc. Without JavaScript
// the name is typed. The server reads the mentions from the text either way.
import { element, say, whenPresent } from "./page.js";

const MOST = 6;
// What stands before the caret: an @ that begins a word, and the letters of a name behind it.
const BEGUN = /(?:^|[^\p{L}\p{M}\p{N}._%+\-/@=&#~])@((?:[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}.'’\- ]{0,60})?)$/u;
const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/[.'’\-\s]+/g, " ").trimStart();

function matching(names, typed) {
  const wanted = folded(typed);
  // A space behind a whole name ends it; what follows is the sentence.
  if (names.some((name) => wanted.startsWith(`${folded(name)} `))) return [];
  const words = (name) => folded(name).split(" ").map((_, at, all) => all.slice(at).join(" "));
  const first = names.filter((name) => folded(name).startsWith(wanted));
  const later = names.filter((name) => !first.includes(name) && words(name).some((rest) => rest.startsWith(wanted)));
  return [...first, ...later].slice(0, MOST);
}

class Offer {
  found = [];
  active = 0;

  constructor(field) {
    this.field = field;
    this.names = JSON.parse(field.dataset.mention);
    this.list = element("ul", "c-mentions");
    this.list.id = `${field.id}-names`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", say("mention.names"));
    field.after(this.list);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("input", () => this.look());
    field.addEventListener("click", () => this.look());
    field.addEventListener("keydown", (event) => this.onKey(event));
    field.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => this.onPress(event));
  }

  /** The letters behind the @ before the caret; null where none is being typed. */
  begun() {
    const { selectionStart, selectionEnd, value } = this.field;
    if (selectionStart !== selectionEnd) return null;
    return BEGUN.exec(value.slice(Math.max(0, selectionStart - 80), selectionStart))?.[1] ?? null;
  }

  look() {
    const typed = this.begun();
    this.found = typed === null ? [] : matching(this.names, typed);
    this.active = 0;
    this.draw();
  }

  draw() {
    this.list.hidden = !this.found.length;
    this.list.replaceChildren(
      ...this.found.map((name, at) => {
        const option = element("li", "", name);
        option.id = `${this.list.id}-${at}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(at === this.active));
        return option;
      }),
    );
    if (this.found.length) this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.found = [];
    this.draw();
  }

  onKey(event) {
    if (!this.found.length || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.active = (this.active + step + this.found.length) % this.found.length;
      this.draw();
    } else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) this.take(this.found[this.active]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Before the field loses the focus. */
  onPress(event) {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) this.take(option.textContent);
  }

  take(name) {
    const end = this.field.selectionStart;
    this.field.setRangeText(`${name} `, end - this.begun().length, end, "end");
    this.close();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.focus();
  }
}

export function startMentions() {
  whenPresent("textarea[data-mention]", (field) => new Offer(field));
}
