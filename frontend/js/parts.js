// Parts of a page that fetch themselves again when something was changed (web/responses.py).
import { whenPresent } from "./page.js";

/** The newest change counts. A request that waits for the one before goes down with the part that this one replaces. */
export function startParts() {
  whenPresent('[data-hx-trigger="concord:changed from:body"]', (part) => part.setAttribute("data-hx-sync", "this:replace"));
}
