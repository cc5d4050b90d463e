// form[data-bulk]: the bar under a list with ticks. It shows while something is chosen and opens its pages in the dialog.
// Without JavaScript it always stands there and its buttons go to those pages.
import { request, whenPresent } from "./page.js";

const form = () => document.querySelector("form[data-bulk]");
const ticks = () => [...document.querySelectorAll("input[name=rows][form=bulk]")];

function draw() {
  const bar = form();
  if (!bar) return;
  const boxes = ticks();
  const count = boxes.filter((box) => box.checked).length;
  const all = document.querySelector("[data-choose-all]");
  all.checked = count > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
  const fits = bar.querySelector("[data-bulk-fits]");
  if (fits) {
    fits.hidden = !all.checked;
    if (fits.hidden) fits.querySelector("input").checked = false;
  }
  const said = bar.querySelector("[data-bulk-count]");
  said.textContent = count === 1 ? said.dataset.one : said.dataset.many.replace("{count}", count);
  bar.hidden = count === 0;
}

function choose(boxes, on) {
  for (const box of boxes) box.checked = on;
  draw();
}

function start(bar) {
  bar.querySelector("[data-bulk-none]").hidden = false;
  document.querySelector("[data-choose-all]").hidden = false;
  draw();
}

function onSubmit(event) {
  if (!event.target.matches("form[data-bulk]")) return;
  event.preventDefault();
  const values = new FormData(event.target, event.submitter);
  if (values.has("fits")) values.delete("rows");
  const path = `${event.target.getAttribute("action")}?${new URLSearchParams(values)}`;
  request("GET", path, { source: event.submitter ?? event.target, target: "#dialog", swap: "innerHTML" });
}

/** The tick of the row in which the focus is. */
export function toggleFocused() {
  const box = document.activeElement?.closest("tr")?.querySelector("input[name=rows][form=bulk]");
  if (box) choose([box], !box.checked);
}

export const canChoose = () => ticks().length > 0;

export function startBulk() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choose-all]")) choose(ticks(), event.target.checked);
    else if (event.target.matches("input[name=rows][form=bulk]")) draw();
  });
  document.addEventListener("click", (event) => event.target.closest("[data-bulk-none]") && choose(ticks(), false));
  whenPresent("form[data-bulk]", start);
}
