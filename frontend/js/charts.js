// Draws what web/charts.py describes (ECharts, SVG). Its own bundle, for pages that have charts. Colours are variables of
// tokens.css inside the drawing, so that a change of theme, and paper, need no drawing anew. All words come from the server.
import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { packed } from "./packing.js";
import { whenPresent } from "./page.js";

use([CustomChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer]);

const FAMILY = "Inter Variable, system-ui, sans-serif";
const FONT = { fontFamily: FAMILY, fontSize: 12 };
const NARROW_PX = 520;
/** Letters of 12 px are about so wide, and a label at the end of a line is about so high. */
const LETTER_PX = 6.8, LABEL_PX = 15;
const DASHES = { solid: "solid", dashed: [7, 4], dotted: [2, 3], "dash-dot": [10, 3, 2, 3] };

const hue = (tone) => `var(--${tone})`;
const word = (tone = "ink-3") => ({ ...FONT, color: hue(tone) });
const roomFor = (texts) => Math.ceil(Math.max(0, ...texts.map((text) => text.length)) * LETTER_PX);
const quiet = { silent: true, animation: false, emphasis: { disabled: true } };
const bare = { axisLine: { show: false }, axisTick: { show: false } };
const ruled = { splitLine: { lineStyle: { color: hue("line") } } };

// Lines over time ----------------------------------------------------------------------------------------------------

/** What the height of the axis is: the values and a little more, in full numbers that three or four rules part well. */
function span(plot) {
  const most = plot.high ?? Math.max(1, ...plot.lines.flatMap(({ values }) => values.filter((value) => value !== null)));
  const wide = most - plot.low;
  const step = [1, 2, 5].flatMap((one) => [1, 10, 100, 1000, 10000, 100000].map((ten) => one * ten)).sort((a, b) => a - b).find((one) => wide / one <= 4.5);
  return { low: plot.low, high: plot.high ?? plot.low + Math.ceil(wide / step) * step, step };
}

/** How far each label at the end of a line moves, so that none lies on another: pushed apart around where they belong. */
function apart(wanted) {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  for (let round = 0; round < 8; round++) {
    for (let i = 1; i < order.length; i++) {
      const lack = LABEL_PX - (order[i].y - order[i - 1].y);
      if (lack > 0) {
        order[i - 1].y -= lack / 2;
        order[i].y += lack / 2;
      }
    }
  }
  const moved = [];
  for (const { y, index } of order) moved[index] = y - wanted[index];
  return moved;
}

function lines(plot, { width, height }) {
  const { low, high, step } = span(plot);
  const sides = { left: roomFor([`${high}${plot.unit}`]) + 12, right: roomFor(plot.lines.map(({ label }) => label)) + 16 };
  const xs = plot.stops.map(({ x }) => x);
  const first = xs[0] ?? 0, end = xs.at(-1) ?? 1;
  const flags = flagged(plot.marks, (x) => sides.left + ((x - first) / (end - first || 1)) * (width - sides.left - sides.right));
  const grid = { ...sides, top: 12 + FLAG_PX * Math.max(0, ...flags.map(({ level }) => level + 1)), bottom: 26 };
  const inner = height - grid.top - grid.bottom;
  const last = (values) => values.findLast((value) => value !== null) ?? low;
  const moved = apart(plot.lines.map(({ values }) => grid.top + inner * (1 - (last(values) - low) / (high - low))));
  const text = new Map(plot.ticks.map(({ x, text }) => [x, text]));
  const stops = [...plot.stops.map((stop, i) => ({ ...stop, at: plot.lines.map(({ values }) => values[i]) })), ...plot.marks].sort((a, b) => a.x - b.x);
  return {
    rows: [stops],
    here: ({ x, at = [] }) => ({
      data: at.map((value, i) => ({ value: [x, value], itemStyle: { borderColor: hue(plot.lines[i].tone) } })).filter(({ value }) => value[1] !== null),
      markLine: { ...quiet, symbol: "none", label: { show: false }, lineStyle: { color: hue("ink-3"), type: "solid", width: 1 }, data: [{ xAxis: x }] },
    }),
    option: {
      grid,
      xAxis: {
        ...bare, type: "value", min: first, max: end > first ? end : first + 1, splitLine: { show: false }, axisLine: { show: true, onZero: false, lineStyle: { color: hue("line") } },
        axisLabel: { ...word(), customValues: plot.ticks.map(({ x }) => x), formatter: (x) => text.get(x) ?? "", hideOverlap: true, margin: 10 },
      },
      yAxis: { ...bare, ...ruled, type: "value", min: low, max: high, interval: step, axisLabel: { ...word(), formatter: `{value}${plot.unit}` } },
      series: [...flagSeries(flags, low), ...plot.lines.map((line, i) => ({
        ...quiet, type: "line", name: line.name, data: xs.map((x, k) => [x, line.values[k]]), z: line.firm ? 4 : 3,
        showSymbol: line.shape !== "none", showAllSymbol: true, symbol: line.shape, symbolSize: (_, { dataIndex }) => (dataIndex % line.every ? 0 : 7), clip: false,
        lineStyle: { color: hue(line.tone), width: line.firm ? 2.5 : 2, type: DASHES[line.dash] },
        itemStyle: { color: hue(line.tone) },
        ...(line.filled && { areaStyle: { color: hue(line.tone), opacity: 0.08, origin: "start" } }),
        endLabel: { show: true, formatter: line.label, ...word(line.ink), fontWeight: 600, distance: 8, offset: [0, moved[i]] },
      }))],
    },
  };
}

const FLAG_PX = 15, FLAGS_HIGH = 5;

/**
 * Thin lines for what happened, each with its name as a flag at its left. A flag flies above all lines that it reaches over, so that none goes
 * through it; level -1 is a line that has no room for its name.
 */
function flagged(marks, px) {
  const before = [];
  for (const mark of marks) {
    const at = px(mark.x), from = at - roomFor([mark.name]) - 6;
    const level = 1 + Math.max(-1, ...before.filter((one) => one.at > from).map((one) => one.level));
    before.push({ ...mark, at, level: mark.name && from > 0 && level < FLAGS_HIGH ? level : -1 });
  }
  return before;
}

function flagSeries(flags, low) {
  const renderItem = ({ dataIndex, coordSys }, api) => {
    const { name, tone, level } = flags[dataIndex], [x, y2] = api.coord([flags[dataIndex].x, low]);
    const y1 = coordSys.y - (level + 1) * FLAG_PX;
    const line = { type: "line", shape: { x1: x, y1, x2: x, y2 }, style: { stroke: hue(tone), lineWidth: 1, lineDash: [2, 3] } };
    const text = { type: "text", style: { text: name, x: x - 4, y: y1, align: "right", verticalAlign: "top", fill: hue("ink-2"), font: `12px ${FAMILY}` } };
    return { type: "group", children: level < 0 ? [line] : [line, text] };
  };
  return flags.length ? [{ ...quiet, type: "custom", data: flags.map(({ x }) => [x, low]), renderItem, z: 2 }] : [];
}

// A dot for each, in lanes -------------------------------------------------------------------------------------------

/** So many rows above a dot with a name stay free: for the name there, or to part it from the name above it. */
const NAME_ROWS = { above: 2, beside: 1 }, NAME_GAP_PX = 6;
/** So far apart are two lines in one row, at the least. */
const LINES_GAP_PX = 14;

/** Where the axis begins so that each name has room at the left of its line; nothing where it would have none from 0. */
function begin(plot, inner) {
  const named = plot.lanes.flatMap((lane) => lane.dots).filter(({ name }) => name);
  for (let low = plot.low; low >= 0; low -= 10) {
    if (named.every((dot) => (inner * (dot.low - low)) / (plot.high - low) >= roomFor([dot.name]) + NAME_GAP_PX)) return low;
  }
  return null;
}

/** Lanes one below the other, as high as their rows. */
function stacked(lanes) {
  let top = 0;
  return lanes.map((lane) => {
    const rows = Math.max(3, ...lane.dots.map(({ row }) => row + 1));
    const used = Math.max(0, ...lane.dots.map(({ row }) => row + 1));
    const from = top + (rows - used) / 2 + 0.5;
    const laid = { ...lane, centre: top + rows / 2, top, rows, dots: lane.dots.map((dot) => ({ ...dot, y: from + dot.row })) };
    top += rows + 1.5;
    return laid;
  });
}

const RIGHT_PX = 14;
const across = (plot, width, left) => ({
  grid: { left, right: RIGHT_PX, top: 10, bottom: 28 },
  xAxis: { ...bare, ...ruled, type: "value", min: plot.low, max: plot.high, interval: width < NARROW_PX ? 20 : 10, axisLabel: word() },
});
const middles = (lanes) => lanes.filter(({ middle }) => middle !== null);

function dots(given, { width }) {
  const left = roomFor(given.lanes.map(({ name }) => name)) + 14;
  const low = begin(given, width - left - RIGHT_PX), above = low === null;
  const plot = above ? given : { ...given, low };
  const gap = (LINES_GAP_PX * (plot.high - plot.low)) / Math.max(1, width - left - RIGHT_PX);
  const lanes = stacked(plot.lanes.map((lane) => ({ ...lane, dots: packed(lane.dots, NAME_ROWS[above ? "above" : "beside"], gap) })));
  const below = Math.max(1, ...lanes.map(({ top, rows }) => top + rows));
  const all = lanes.flatMap((lane) => lane.dots);
  const names = new Map(lanes.map(({ centre, name }) => [centre, name]));
  const drawDot = (params, api) => {
    const { low, high, value, y, name } = all[params.dataIndex];
    const [x, cy] = api.coord([value, y]), [from] = api.coord([low, y]), [to] = api.coord([high, y]);
    const tone = hue(name ? "over" : "ink-3");
    // What stands out is larger and has a name, so that it does without its hue.
    const parts = [
      { type: "line", shape: { x1: from, y1: cy, x2: to, y2: cy }, style: { stroke: tone, opacity: name ? 0.6 : 0.35, lineWidth: name ? 2 : 1.5 } },
      { type: "circle", shape: { cx: x, cy, r: name ? 4.5 : 3.5 }, style: { fill: tone, stroke: hue("bg"), lineWidth: 1 } },
    ];
    if (name) {
      const place = above ? { x: Math.max(x, params.coordSys.x + roomFor([name]) / 2), y: cy - 8, align: "center", verticalAlign: "bottom" } : { x: from - NAME_GAP_PX, y: cy, align: "right", verticalAlign: "middle" };
      parts.push({ type: "text", style: { text: name, ...place, fill: hue("ink"), stroke: hue("bg"), lineWidth: 3, font: `500 12px ${FAMILY}` } });
    }
    return { type: "group", children: parts };
  };
  const drawMiddle = (params, api) => {
    const { middle, top, rows } = middles(lanes)[params.dataIndex];
    const [x, y1] = api.coord([middle, top - 0.25]), [, y2] = api.coord([middle, top + rows + 0.25]);
    return { type: "line", shape: { x1: x, y1, x2: x, y2 }, style: { stroke: hue("ink"), lineWidth: 1, lineDash: [3, 3] } };
  };
  const base = across(plot, width, left);
  return {
    above,
    rows: lanes.map((lane) => [...lane.dots].sort((a, b) => a.value - b.value)).filter((row) => row.length),
    here: ({ value, y }) => ({ data: [[value, y]], symbolSize: 14 }),
    option: {
      ...base,
      yAxis: {
        ...bare, type: "value", min: 0, max: below, inverse: true, splitLine: { show: false },
        axisLabel: { ...word("ink-2"), fontSize: 13, fontWeight: 500, customValues: [...names.keys()], formatter: (y) => names.get(y) ?? "", align: "left", margin: base.grid.left },
      },
      series: [
        { ...quiet, type: "custom", data: middles(lanes).map(({ middle, top }) => [middle, top]), renderItem: drawMiddle, z: 2 },
        { ...quiet, type: "custom", data: all.map(({ value, y }) => [value, y]), renderItem: drawDot, z: 3 },
      ],
    },
  };
}

// How many, in lanes -------------------------------------------------------------------------------------------------

function heaps(plot, { width }) {
  const all = plot.lanes.flatMap((lane, i) => lane.heaps.map((heap) => ({ ...heap, lane: i, value: (heap.low + heap.high) / 2, y: i + 0.82 })));
  const names = new Map(plot.lanes.map(({ name }, i) => [i + 0.55, name]));
  const drawHeap = (params, api) => {
    const { low, high, lane, count } = all[params.dataIndex];
    const [x1, foot] = api.coord([low, lane + 0.9]), [x2] = api.coord([high, lane + 0.9]);
    const full = api.size([0, 0.68])[1], tall = count ? Math.max(2, (full * count) / plot.most) : 0;
    return { type: "group", children: [
      { type: "line", shape: { x1, y1: foot, x2, y2: foot }, style: { stroke: hue("line-firm"), lineWidth: 1 } },
      { type: "rect", shape: { x: x1 + 1.5, y: foot - tall, width: x2 - x1 - 3, height: tall }, style: { fill: hue("earned") } },
      { type: "text", style: { text: count ? String(count) : "", x: (x1 + x2) / 2, y: foot - tall - 3, align: "center", verticalAlign: "bottom", fill: hue("ink-2"), font: `11px ${FAMILY}` } },
    ] };
  };
  const drawMiddle = (params, api) => {
    const lane = middles(plot.lanes)[params.dataIndex], i = plot.lanes.indexOf(lane);
    const [x, y1] = api.coord([lane.middle, i + 0.05]), [, y2] = api.coord([lane.middle, i + 0.9]);
    return { type: "line", shape: { x1: x, y1, x2: x, y2 }, style: { stroke: hue("over"), lineWidth: 1.5, lineDash: [3, 3] } };
  };
  const base = across(plot, width, roomFor(plot.lanes.map(({ name }) => name)) + 14);
  return {
    rows: plot.lanes.map((_, i) => all.filter(({ lane }) => lane === i)),
    here: ({ value, y }) => ({ data: [[value, y]], symbolSize: 10 }),
    option: {
      ...base,
      yAxis: {
        ...bare, type: "value", min: 0, max: plot.lanes.length, inverse: true, splitLine: { show: false },
        axisLabel: { ...word("ink-2"), fontSize: 13, fontWeight: 500, customValues: [...names.keys()], formatter: (y) => names.get(y) ?? "", align: "left", margin: base.grid.left },
      },
      series: [
        { ...quiet, type: "custom", data: all.map(({ value, y }) => [value, y]), renderItem: drawHeap, z: 3 },
        { ...quiet, type: "custom", data: middles(plot.lanes).map(({ middle }) => [middle, 0]), renderItem: drawMiddle, z: 4 },
      ],
    },
  };
}

// Drawing and reading out --------------------------------------------------------------------------------------------

const KINDS = { lines, dots, heaps };
const HERE = { ...quiet, id: "here", type: "scatter", z: 9, symbol: "circle", symbolSize: 9, itemStyle: { color: hue("bg"), borderColor: hue("accent"), borderWidth: 2.5 } };

function draw(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "true";
  const plot = JSON.parse(place.dataset.chart);
  const says = document.getElementById(place.dataset.says);
  const chart = init(place, null, { renderer: "svg" });
  let laid, row = 0, column = -1;

  const lay = () => {
    const room = { width: place.clientWidth, height: place.clientHeight };
    if (!room.width || !room.height) return;
    laid = KINDS[plot.kind](plot, room);
    chart.resize();
    chart.setOption({ animation: false, textStyle: FONT, ...laid.option, series: [...laid.option.series, { ...HERE, data: [] }] }, true);
    if (column >= 0) show();
  };
  const chosen = () => laid.rows[row]?.[column];
  const show = () => {
    const stop = chosen();
    chart.setOption({ series: [{ ...HERE, data: [], markLine: { data: [] }, ...(stop && laid.here(stop)) }] });
    says.textContent = stop?.said ?? (document.activeElement === place ? says.dataset.hint : "");
    place.classList.toggle("leads", Boolean(stop?.href));
  };
  const go = (toRow, toColumn) => {
    row = Math.min(Math.max(toRow, 0), laid.rows.length - 1);
    column = Math.min(Math.max(toColumn, 0), (laid.rows[row]?.length ?? 0) - 1);
    show();
  };
  /** In another lane, what stands nearest above or below. */
  const cross = (by) => {
    const from = chosen(), next = laid.rows[row + by];
    if (!from || !next) return go(row + (from ? 0 : by), Math.max(column, 0));
    go(row + by, next.reduce((best, one, i) => (Math.abs(one.value - from.value) < Math.abs(next[best].value - from.value) ? i : best), 0));
  };
  const leave = () => {
    column = -1;
    show();
  };
  const follow = () => chosen()?.href && location.assign(chosen().href);
  const keys = {
    ArrowRight: () => go(row, column + 1),
    ArrowLeft: () => go(row, column < 0 ? (laid.rows[row]?.length ?? 0) - 1 : column - 1),
    ArrowDown: () => cross(1),
    ArrowUp: () => cross(-1),
    Home: () => go(row, 0),
    End: () => go(row, (laid.rows[row]?.length ?? 0) - 1),
    Escape: leave,
    Enter: follow,
  };

  /** Of all that can be read out, what is nearest to the pointer. */
  const nearest = (event) => {
    const box = place.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    let best = Infinity;
    laid.rows.forEach((stops, r) => stops.forEach((stop, c) => {
      const [x, y] = chart.convertToPixel("grid", [stop.x ?? stop.value, stop.y ?? 0]);
      // A name is part of its dot: at its left, from where its line begins, or above it.
      const wide = stop.name ? roomFor([stop.name]) : 0;
      const [from, to] = !wide ? [x, x] : laid.above ? [x - wide / 2, x + wide / 2] : [chart.convertToPixel("grid", [stop.low, stop.y])[0] - NAME_GAP_PX - wide, x];
      const off = stop.y === undefined ? Math.abs(x - px) : Math.hypot(Math.max(from - px, 0, px - to), y - py);
      if (off < best) [best, row, column] = [off, r, c];
    }));
    if (best > 40) column = -1;
    show();
  };

  place.setAttribute("role", "application");
  place.setAttribute("aria-roledescription", place.dataset.kind);
  place.setAttribute("aria-label", place.dataset.label);
  place.setAttribute("aria-describedby", says.id);
  place.tabIndex = 0;
  lay();
  new ResizeObserver(lay).observe(place);
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !keys[event.key] || !laid) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  place.addEventListener("focus", show);
  place.addEventListener("blur", leave);
  place.addEventListener("pointermove", nearest);
  place.addEventListener("pointerleave", () => document.activeElement !== place && leave());
  place.addEventListener("click", (event) => {
    nearest(event);
    follow();
  });
}

whenPresent("[data-chart]", draw);
// It may come after htmx has begun.
const now = () => document.querySelectorAll("[data-chart]").forEach(draw);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", now);
else now();
