// form[data-saves]: its text is sent a second after typing stops, and kept here first, so that a lost network loses none.
// The server answers {version, at}; 409 {text, version, said} where somebody else wrote meanwhile: both texts are there.
// What could not be sent is sent when the network is back, from whichever page of Concord is open then.
// [data-clock] and [data-left] count; without this they stand as the page was drawn.
import { keptHere, markSent, nameOf, read } from "./drafts.js";
import { element, icon, say, whenPresent } from "./page.js";
import { toast } from "./toast.js";

const PAUSE_MS = 1000;
const RETRY_MS = 5000;
const SLOWEST_MS = 60_000;
const GIVEN_UP_MS = 15_000;
const forms = new Map();

const token = () => JSON.parse(document.body.getAttribute("data-hx-headers"))["X-CSRFToken"];

/** The answer as {status, …}; 0 where there was none, 401 where the session has ended. */
async function post(url, text, version) {
  const body = new FormData();
  body.set("text", text);
  body.set("version", version);
  try {
    const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token() }, signal: AbortSignal.timeout(GIVEN_UP_MS) });
    const told = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (!told) return { status: answer.redirected || answer.status === 403 ? 401 : answer.status === 200 ? 500 : answer.status };
    return { status: answer.status, ...(await answer.json()) };
  } catch {
    return { status: 0 };
  }
}

/** Theirs, and below it what of mine is not the same from the beginning. */
function bothOf(theirs, mine) {
  let same = 0;
  while (same < mine.length && theirs[same] === mine[same]) same += 1;
  const from = mine.lastIndexOf("\n", same) + 1;
  return `${theirs}\n${mine.slice(from)}`;
}

class Notes {
  constructor(form) {
    this.form = form;
    this.field = form.querySelector("textarea");
    this.version = form.querySelector("[name=version]");
    this.url = form.dataset.saves;
    this.saved = this.field.value;
    this.busy = false;
    this.wait = RETRY_MS;
    if (!this.form.dataset.saved && !document.querySelector("[data-saved]")?.textContent) this.tell("notes.ready");
    this.restore();
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("blur", () => this.save());
    // Before htmx sends it.
    form.addEventListener("submit", (event) => this.submit(event), true);
    markSent(form);
  }

  tell(word, values = {}, sign = "cloud-check") {
    const said = say(word, values);
    const place = document.querySelector(this.form.dataset.saved ?? "[data-saved]");
    if (place) place.replaceChildren(icon(sign), ` ${said}`);
  }

  restore() {
    const kept = read(nameOf(this.form));
    if (!kept || kept.fields?.text === undefined || kept.fields.text === this.saved) return localStorage.removeItem(nameOf(this.form));
    this.field.value = kept.fields.text;
    this.version.value = kept.version;
    this.tell("notes.kept", {}, "cloud-off");
    this.later(0);
  }

  typed() {
    this.keep();
    this.tell("notes.saving", {}, "cloud-up");
    this.later(PAUSE_MS);
  }

  keep() {
    localStorage.setItem(nameOf(this.form), JSON.stringify({ at: Date.now(), version: this.version.value, url: this.url, fields: { text: this.field.value } }));
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.busy || this.other || this.field.value === this.saved) return;
    this.busy = true;
    const text = this.field.value;
    const answer = await post(this.url, text, this.version.value);
    this.busy = false;
    if (answer.status === 200) this.settled(text, answer);
    else if (answer.status === 409) this.overtaken(answer);
    else if (answer.status === 422) this.tell("notes.refused", { why: answer.said }, "cloud-off");
    else this.failed(answer.status);
    this.leave?.();
  }

  settled(text, { version, at }) {
    this.saved = text;
    this.version.value = version;
    this.wait = RETRY_MS;
    if (this.field.value !== text) return this.keep(), this.later(PAUSE_MS);
    localStorage.removeItem(nameOf(this.form));
    this.tell("notes.saved", { time: at });
  }

  failed(status) {
    this.tell(status === 401 ? "notes.signed-out" : "notes.kept", {}, "cloud-off");
    this.later(this.wait);
    this.wait = Math.min(this.wait * 2, SLOWEST_MS);
  }

  /** Both texts are there, and the person says what stands. */
  overtaken({ text, version, said }) {
    this.tell("notes.kept", {}, "cloud-off");
    const choose = (word, value) => {
      const button = element("button", "btn", say(word));
      button.type = "button";
      button.addEventListener("click", () => {
        this.other.remove();
        this.other = null;
        this.version.value = version;
        this.saved = text;
        this.field.value = value();
        this.keep();
        this.field.focus();
        if (this.field.value === text) this.settled(text, { version, at: new Date().toTimeString().slice(0, 5) });
        else this.save();
      });
      return button;
    };
    const acts = element("p", "c-acts", choose("notes.mine", () => this.field.value), choose("notes.both", () => bothOf(text, this.field.value)), choose("notes.theirs", () => text));
    this.other = element("div", "c-overtaken", element("p", "due", said), element("p", "note", text), acts);
    this.other.setAttribute("role", "alert");
    this.field.after(this.other);
  }

  /** The page is left by the form itself: what is under way ends first, so that one does not overtake oneself. */
  submit(event) {
    if (this.other) {
      event.preventDefault();
      event.stopImmediatePropagation();
      toast({ message: say("notes.choose"), bad: true });
      return this.other.querySelector("button").focus();
    }
    if (!this.busy) return clearTimeout(this.timer);
    const { submitter } = event;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.leave = () => {
      this.leave = null;
      if (!this.other) this.form.requestSubmit(submitter);
    };
  }
}

/** What was kept on another page and never sent. Somebody may have written since: then it waits until its page is open. */
async function sendLeftBehind() {
  const open = new Set([...forms.keys()].map(nameOf));
  for (const [name, kept] of keptHere()) {
    if (!kept?.url || open.has(name)) continue;
    const answer = await post(kept.url, kept.fields.text, kept.version);
    if (answer.status === 200) localStorage.removeItem(name);
  }
}

const two = (number) => String(number).padStart(2, "0");

function count() {
  const clock = document.querySelector("[data-clock]");
  if (clock) {
    clock.dataset.from ??= Date.now() - Number(clock.dataset.clock) * 1000;
    const seconds = Math.floor((Date.now() - clock.dataset.from) / 1000);
    clock.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
    clock.classList.toggle("over", seconds > Number(clock.dataset.of));
  }
  for (const left of document.querySelectorAll("[data-left]")) {
    const minutes = Math.floor((Date.parse(left.dataset.left) - Date.now()) / 60_000);
    const now = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: left.dataset.zone }).format(new Date());
    left.textContent = say(minutes < 0 ? "live.over" : "live.left", { time: now, minutes: Math.abs(minutes) });
  }
}

export function startNotes() {
  whenPresent("form[data-saves]", (form) => forms.has(form) || forms.set(form, new Notes(form)));
  addEventListener("online", () => {
    for (const notes of forms.values()) notes.save();
    sendLeftBehind();
  });
  document.addEventListener("visibilitychange", () => forms.forEach((notes) => document.hidden && notes.save()));
  setTimeout(sendLeftBehind, PAUSE_MS);
  if (document.querySelector("[data-clock], [data-left]")) setInterval(count, 1000);
}
