// Tabler's stylesheet weighs 600 kB; we use its reset, its buttons, its form controls and a few utilities.
// A selector stays when every class it names is one of these.
const KEPT = new RegExp(
  "^(?:btn|btn-primary|btn-icon|form-(?:control|select|label|check|check-input|check-label|hint|fieldset)|input-group|input-group-text" +
    "|visually-hidden|visually-hidden-focusable|text-(?:end|start|center|nowrap|truncate|break)|w-(?:100|auto)" +
    "|d-(?:none|block|inline|inline-block|flex|grid)|[mp][tbsexy]?-(?:0|1|2|3|4|5|auto)|disabled|active|show|was-validated)$",
);

/** The end of the block or string that opens at `at`. */
function closing(css, at) {
  let depth = 0;
  for (let i = at; i < css.length; i++) {
    const char = css[i];
    if (char === '"' || char === "'") i = css.indexOf(char, i + 1);
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i;
  }
  return css.length;
}

/** Splits a selector list at its outer commas. */
function selectors(list) {
  const parts = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= list.length; i++) {
    if (list[i] === "(" || list[i] === "[") depth++;
    else if (list[i] === ")" || list[i] === "]") depth--;
    else if (i === list.length || (list[i] === "," && depth === 0)) {
      parts.push(list.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts;
}

function wanted(selector) {
  const classes = selector.match(/\.-?[_a-zA-Z][\w-]*/g) ?? [];
  return classes.every((name) => KEPT.test(name.slice(1)));
}

/** The stylesheet without the rules for classes that we do not use, and without its own key frames and fonts. */
export function keepRules(source) {
  const css = source.replace(/\/\*[\s\S]*?\*\//g, "");
  let kept = "";
  for (let at = 0; at < css.length; ) {
    const open = css.indexOf("{", at);
    if (open < 0) break;
    const end = closing(css, open);
    const head = css.slice(at, open).replace(/@charset[^;]*;/, "").trim();
    const body = css.slice(open + 1, end);
    if (head.startsWith("@media") || head.startsWith("@supports")) {
      const inner = keepRules(body);
      if (inner) kept += `${head}{${inner}}\n`;
    } else if (!head.startsWith("@")) {
      const list = selectors(head).filter(wanted);
      if (list.length) kept += `${list.join(",")}{${body}}\n`;
    }
    at = end + 1;
  }
  return kept;
}
