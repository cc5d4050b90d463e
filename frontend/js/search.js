// Search by keyboard: from the field down into what was found and back, Esc to the field, and out of it again.
const field = () => document.querySelector("[data-searching] [name=q]");
const hits = () => [...document.querySelectorAll("#found [data-hit]")];

function onKey(event) {
  if (!field() || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || document.querySelector("dialog[open]")) return;
  const all = hits();
  const at = all.indexOf(document.activeElement);
  const typing = document.activeElement === field();
  if (!typing && at < 0) return;
  if (event.key === "Escape") return leave(event, typing);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (to === undefined || (typing && event.key === "ArrowUp") || !all.length) return;
  event.preventDefault();
  (to < 0 ? field() : all[Math.min(to, all.length - 1)]).focus();
}

/** From a line to the field, whose words the browser removes at the next; from an empty one to where one came from. */
function leave(event, typing) {
  if (!typing) {
    event.preventDefault();
    return field().select();
  }
  if (!field().value && document.referrer.startsWith(location.origin)) history.back();
}

export function startSearch() {
  document.addEventListener("keydown", onKey);
}
