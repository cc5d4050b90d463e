// [data-copy]: an address to be handed on. It is chosen as a whole by whoever comes to it; the button, which is hidden
// without JavaScript, copies it and says so.
import { say, whenPresent } from "./page.js";

const SAID_MS = 4000;

/** Without a secure connection there is no clipboard to write to: then what is chosen is copied as by the keys. */
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    return document.execCommand("copy");
  }
}

function start(part) {
  const field = part.querySelector("input");
  const button = part.querySelector("button");
  const word = button.querySelector("span");
  const before = word.textContent;
  let timer;
  field.addEventListener("focus", () => field.select());
  button.hidden = false;
  button.addEventListener("click", async () => {
    clearTimeout(timer);
    word.textContent = say((await copy(field)) ? "copy.done" : "copy.by-hand");
    timer = setTimeout(() => { word.textContent = before; }, SAID_MS);
  });
}

export function startCopying() {
  whenPresent("[data-copy]", start);
}
