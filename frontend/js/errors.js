// A request that failed says so and what was kept; one that ended at the sign-in page goes there.
import { say } from "./page.js";
import { toast } from "./toast.js";

const SPECIAL = { 403: "error.forbidden", 404: "error.gone", 409: "error.conflict", 429: "error.too-many" };

function failed(event) {
  const { requestConfig, xhr } = event.detail;
  const saving = requestConfig.verb !== "get";
  const status = xhr?.status ?? 0;
  const reason = SPECIAL[status] ?? (status >= 400 ? "error.server" : "error.offline");
  const form = requestConfig.elt?.closest("form");
  const goes = form?.matches("[data-goes]") && !status;
  const lead = say(saving && !goes ? "error.not-saved" : "error.not-loaded");
  const kept = saving && form ? ` ${say(goes ? "error.goes-on" : "error.kept")}` : "";
  toast({ message: `${lead} ${say(reason)}${kept}`, bad: true });
}

const redirected = (xhr, { finalRequestPath }) => new URL(xhr.responseURL).pathname !== new URL(finalRequestPath, location.href).pathname;

/** A whole page in answer to a part's request: the session ended, or the view knows only redirects. Go there. */
function wholePage(event) {
  const { xhr, pathInfo } = event.detail;
  if (!/^\s*<!doctype html/i.test(xhr.responseText) || !redirected(xhr, pathInfo)) return;
  event.detail.shouldSwap = false;
  location.assign(xhr.responseURL);
}

export function startErrors() {
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  document.addEventListener("htmx:beforeSwap", wholePage);
}
