// select[data-combo][data-combo-url]: search as you type. The server answers GET ?q= with [{value, text, hint, state}],
// own ones first. Without JavaScript it stays the select that the server filled.
import TomSelect from "tom-select/base";
import { element, icon, say, whenPresent } from "./page.js";

/** The cadence states as they look everywhere: class of the colour, icon. */
const STATES = {
  new: ["new", "sparkles"],
  in_touch: ["ok", "circle-check"],
  due: ["due", "clock"],
  booked: ["ok", "calendar-check"],
  overdue: ["over", "alert-triangle"],
  paused: ["paused", "player-pause"],
  no_cadence: ["paused", "circle-dashed"],
  ended: ["paused", "flag-check"],
};

function line({ text, hint, state }) {
  const row = element("div", "", element("span", "", text));
  if (hint) {
    const mark = STATES[state];
    const drawn = mark ? [element("span", mark[0], icon(mark[1])), " "] : [];
    row.append(element("span", "hint", ...drawn, hint));
  }
  return row;
}

/** tom-select wants one element with its class on it. */
function drawn(className) {
  return (item) => {
    const row = line(item);
    row.className = className;
    return row;
  };
}

/** What stands in the list and cannot be picked; a listbox may hold options only. */
function remark(className, text) {
  const node = element("div", className, text);
  node.setAttribute("role", "option");
  node.setAttribute("aria-disabled", "true");
  return node;
}

async function fetchMatches(url, query) {
  const address = new URL(url, location.href);
  address.searchParams.set("q", query);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function start(select) {
  if (select.tomselect) return;
  const url = select.dataset.comboUrl;
  // tom-select hides the select and moves its label away; the name has to stay on both.
  const label = select.labels?.[0]?.firstChild?.textContent?.trim();
  if (label && !select.ariaLabel) select.ariaLabel = label;
  const given = new Map([...select.options].map((option) => [option.value, { hint: option.dataset.hint, state: option.dataset.state }]));
  const search = url && new Search(url);
  const combo = new TomSelect(select, {
    valueField: "value",
    labelField: "text",
    searchField: url ? [] : ["text"],
    maxOptions: 50,
    selectOnTab: true,
    closeAfterSelect: true,
    create: false,
    preload: url ? "focus" : false,
    loadThrottle: 150,
    // Anything later would open the list again, and take the focus back, after somebody has picked.
    refreshThrottle: 0,
    placeholder: select.dataset.placeholder || say("combo.placeholder"),
    shouldLoad: () => true,
    ...(url && { score: () => () => 1, load: (query, done) => search.load(combo, query, done) }),
    render: {
      option: drawn("option"),
      item: drawn("item"),
      no_results: () => remark("no-results", say("combo.none")),
      loading: () => remark("spinner", say("combo.loading")),
    },
  });
  // Picking is a step of its own: what follows it in the form is next.
  const goOn = () => select.dataset.comboNext && select.form.querySelector(select.dataset.comboNext)?.focus();
  combo.on("item_add", () => setTimeout(goOn, 0));
  // In a dialog the list stands among the fields, perhaps below what can be seen.
  const show = () => combo.isOpen && combo.dropdown.closest("dialog") && combo.dropdown.scrollIntoView({ block: "nearest" });
  ["dropdown_open", "load"].forEach((event) => combo.on(event, () => requestAnimationFrame(show)));
  if (url) {
    combo.wrapper.addEventListener("keydown", (event) => search.pickLater(combo, event) && goOn(), true);
    select.form?.addEventListener("submit", (event) => search.holdBack(event), true);
  }
  given.forEach((more, value) => combo.options[value] && Object.assign(combo.options[value], more));
  if (combo.items.length) combo.items.slice().forEach((value) => combo.updateOption(value, combo.options[value]));
  if (select.hasAttribute("autofocus")) combo.focus();
}

/** What was typed and what is listed may differ for a moment; nobody must get what they did not type. */
class Search {
  listed = "";
  pending = null;

  constructor(url) {
    this.url = url;
  }

  load(combo, query, done) {
    fetchMatches(this.url, query).then((found) => this.list(combo, query, found, done), () => done());
  }

  list(combo, query, found, done) {
    if (query === combo.inputValue()) {
      replace(combo, found, done);
      this.listed = query;
    } else {
      done();
      delete combo.loadedSearches[query];
    }
  }

  /** Enter before the answer is there takes the first of what is still to come, not what is listed from before. */
  pickLater(combo, event) {
    const query = combo.inputValue();
    const picks = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
    if (!picks || event.ctrlKey || event.metaKey || !query || query === this.listed) return false;
    event.preventDefault();
    event.stopPropagation();
    this.pending = fetchMatches(this.url, query)
      .then((found) => this.pick(combo, query, found), () => this.pick(combo, query, []))
      .finally(() => (this.pending = null));
    return true;
  }

  /** Who is quicker than the answer still saves what they picked. */
  holdBack(event) {
    if (!this.pending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target, submitter } = event;
    this.pending.then(() => target.isConnected && target.requestSubmit(submitter));
  }

  pick(combo, query, [first]) {
    if (!combo.input.isConnected || combo.items.length) return;
    if (first) {
      combo.addOption({ ...first, value: String(first.value) });
      combo.addItem(String(first.value));
    } else {
      combo.focus();
      combo.setTextboxValue(query);
    }
  }
}

/** The server's order is the order: what it did not name leaves the list, except what is chosen. */
function replace(combo, found, done) {
  combo.clearOptions((option) => combo.items.includes(String(option.value)));
  done(found.map((option) => ({ ...option, value: String(option.value) })));
}

export function startCombos() {
  whenPresent("select[data-combo]", start);
}
