// form[data-reading]: while the note is typed, what the log understands of it stands below it, and the topics it speaks of
// are marked. Sent by POST, as the note belongs into no address. Quiet when it fails: nothing depends on it.
import { whenPresent } from "./page.js";

const PAUSE_MS = 400;
const place = (form) => form.querySelector("#log-reading");
const note = (form) => form.elements.summary;

async function fetchReading(form, signal) {
  const answer = await fetch(form.dataset.reading, { method: "POST", body: new FormData(form), signal });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer.text();
}

/** Only marked: what a talk was about is what somebody ticks. */
function markTopics(form) {
  const suggested = form.querySelector("[data-suggested]")?.dataset.suggested.split(" ") ?? [];
  form.querySelectorAll("[name=topics]").forEach((box) => box.closest(".c-pill").classList.toggle("suggested", suggested.includes(box.value)));
}

function show(form, html) {
  // The same again would be read out again.
  if (place(form).dataset.said === html) return;
  place(form).dataset.said = html;
  place(form).innerHTML = html;
  markTopics(form);
}

function start(form) {
  let timer, asked;
  const read = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const html = note(form).value.trim() ? await fetchReading(form, asked.signal) : "";
      if (form.isConnected) show(form, html.trim());
    } catch {
      // Broken off for a newer one, or no connection.
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.isConnected && read(), PAUSE_MS);
  };
  note(form).addEventListener("input", () => {
    place(form).dataset.typed = "";
    later();
  });
  form.addEventListener("change", () => note(form).value.trim() && later());
  const stop = () => {
    clearTimeout(timer);
    asked?.abort();
  };
  form.addEventListener("submit", stop);
  form.addEventListener("htmx:beforeRequest", (event) => event.detail.requestConfig.verb !== "get" && stop());
  // A draft that came back, or a note that was refused; what was kept before needs no reading.
  if (note(form).value !== note(form).defaultValue || /^\s*!/m.test(note(form).value)) later();
  const button = form.querySelector("[data-add-promise]");
  button.hidden = false;
  button.addEventListener("click", () => addPromise(note(form)));
}

/** A new line for it at the end, with the caret behind the mark. */
function addPromise(area) {
  const end = area.value.length;
  const begun = /(^|\n)! ?$/.test(area.value);
  const mark = `${area.value && !area.value.endsWith("\n") ? "\n" : ""}! `;
  if (begun) area.setSelectionRange(end, end);
  else area.setRangeText(mark, end, end, "end");
  area.focus();
  area.scrollTop = area.scrollHeight;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

export function startReading() {
  whenPresent("form[data-reading]", start);
}
