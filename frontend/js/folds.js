import { whenPresent } from "./page.js";

/** What is open for those who have no JavaScript, and folded for who has the picture beside it. */
export function startFolding() {
  whenPresent("details[data-folds]", (details) => {
    details.open = false;
    details.dataset.folded = "";
  });
}
