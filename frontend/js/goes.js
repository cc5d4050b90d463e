// form[data-goes]: leads to another page. Without a network it stays on this one, where what was typed is, says so
// (errors.js), and goes on by itself once somebody answers again, unless the person has typed or gone elsewhere since.
import { unsent } from "./drafts.js";

const AGAIN_MS = 5000;
let waiting = null;
let submitter = null;
let timer;

function wait({ detail }) {
  const form = detail.elt;
  if (!form.matches?.("form[data-goes]")) return;
  unsent();
  waiting = { form, submitter };
  later();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(goOn, AGAIN_MS);
}

const forget = () => (waiting = null);

async function goOn() {
  clearTimeout(timer);
  if (!waiting) return;
  try {
    // Whatever the answer is, it is one.
    await fetch(document.body.dataset.icons, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(AGAIN_MS) });
  } catch {
    return later();
  }
  const found = waiting;
  forget();
  if (found?.form.isConnected && !document.querySelector("dialog[open]")) found.form.requestSubmit(found.submitter);
}

export function startGoing() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-goes]")) return;
    forget();
    submitter = event.submitter;
  }, true);
  document.addEventListener("htmx:sendError", wait);
  document.addEventListener("htmx:timeout", wait);
  document.addEventListener("input", forget);
  addEventListener("online", goOn);
}
