// [data-captured]: rows that a calendar asks about. Enter on the button confirms, as buttons do; X dismisses. When the list
// has fetched itself again the focus is on the row that took the place, so that one key after the other settles them.
const rows = () => [...document.querySelectorAll("[data-captured]")];
const focused = () => document.activeElement?.closest("[data-captured]");

let settled = -1;

export const asksFromCalendar = () => rows().length > 0;

/** The row in which the focus is; with none the first, so that the second key does it. */
function row() {
  const found = focused();
  if (!found) rows()[0]?.querySelector("[data-confirm-row]")?.focus();
  return found;
}

/** To the next row, or the one before; from anywhere else to the first. */
export function walk(by) {
  const all = rows();
  const at = all.indexOf(focused());
  all[at < 0 ? 0 : Math.max(0, Math.min(at + by, all.length - 1))]?.querySelector("[data-confirm-row]")?.focus();
}

/** On the button Enter is the browser's own. With nothing in focus it goes to the first row. */
export const canConfirm = () => asksFromCalendar() && !document.activeElement?.closest("a, button, input, select, textarea, summary, [role]");
export const confirmFocused = () => row()?.querySelector("[data-confirm-row]")?.click();
export const dismissFocused = () => row()?.querySelector("[data-dismiss-row]")?.click();

export function startCaptured() {
  document.addEventListener("submit", (event) => {
    const asked = event.target.closest("[data-captured]");
    if (asked) settled = rows().indexOf(asked);
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (settled < 0 || document.querySelector("dialog[open]")) return;
    const left = rows();
    left[Math.min(settled, left.length - 1)]?.querySelector("[data-confirm-row]")?.focus();
    settled = -1;
  });
}
