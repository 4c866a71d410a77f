// All panels as one picture in SVG: for a file, for paper, and from it a PNG.
import { tallyOf } from "../core/judge.js";
import { svg, mark } from "./dom.js";
import { trajectory } from "./panels.js";
import { percent, valueText } from "./words.js";

const COLUMNS = 4;
const CELL = [340, 230];
const MARGIN = 24;
const HEAD = 74;
// The inks of every chart of the package; a picture is always on white.
const INK = { ink: "#222222", muted: "#6b6b6b", faint: "#b8b8b8", line: "#e3e3e3", blue: "#0072B2", band: "#56B4E9" };
const TONE = { met: "#00805d", above_band: "#0072B2", missed: "#b84f00", undecidable: "#8a5f00", missing: "#6b6b6b" };
const FONT = "system-ui, 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', 'zjsim Han', sans-serif";

const text = (x, y, words, more = {}) => svg("text", { x, y, "font-size": 12, fill: INK.ink, ...more }, words);

export function boardSvg(doc, words, { rows, run, ghost, summary, title, source }) {
  const lines = Math.ceil((rows.length + 1) / COLUMNS);
  const width = 2 * MARGIN + COLUMNS * CELL[0];
  const height = HEAD + lines * CELL[1] + 30;
  const picture = svg("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`,
    width, height, "font-family": FONT, role: "img", "aria-label": title },
    svg("rect", { width, height, fill: "#ffffff" }),
    text(MARGIN, 32, words.of(doc.plan.title), { "font-size": 20, "font-weight": 600 }),
    text(MARGIN, 56, title, { fill: INK.muted, "font-size": 14 }));
  const place = (k) => `translate(${MARGIN + (k % COLUMNS) * CELL[0]} ${HEAD + Math.floor(k / COLUMNS) * CELL[1]})`;
  rows.forEach((row, k) => picture.append(cell(words, row, run, ghost?.[k], summary, k, place(k))));
  picture.append(tallyCell(words, rows, summary, place(rows.length)));
  picture.append(text(MARGIN, height - 10, source, { fill: INK.muted, "font-size": 11 }));
  return picture;
}

function cell(words, row, run, ghost, summary, k, transform) {
  const { item } = row;
  const plot = { left: 40, top: 62, width: CELL[0] - 116, height: CELL[1] - 108 };
  const [xs, ys] = trajectory(run, item);
  const band = summary?.bands?.[k];
  const scale = scales(item, plot, xs, [...ys, ...(band ?? []).flatMap((b) => [b[1], b[2]]), ...(ghost?.[1] ?? [])]);
  const line = (px, py, more) => svg("path", { fill: "none", d: pathOf(px, py, scale), ...more });
  const likely = summary ? `${words.say("explorer.met_in")} ${percent(summary.targets[k].value)}` : "";
  const badge = mark(row.verdict, 12);
  badge.setAttribute("fill", TONE[row.verdict]);
  badge.setAttribute("x", 0);
  badge.setAttribute("y", 33);
  const parts = [
    text(0, 14, `${item.number}  ${shortened(words.of(item.label), CELL[0] - 30)}`, { "font-size": 13, "font-weight": 600 }),
    text(0, 29, `${words.of(item.unit)} | ${words.say(`nature.${item.nature}`)}`, { "font-size": 11, fill: INK.muted }),
    badge,
    text(17, 43, `${words.say(`verdict.${row.verdict}`)}${likely ? `  |  ${likely}` : ""}`, { fill: TONE[row.verdict], "font-size": 12, "font-weight": 600 }),
    ...axesOf(item, plot, scale),
  ];
  if (band) {
    const years = band.map((b) => b[0]);
    const around = [...band.map((b) => [b[0], b[2]]), ...[...band].reverse().map((b) => [b[0], b[1]])];
    if (years.length) parts.push(svg("path", { fill: INK.band, "fill-opacity": 0.3, d: `${pathOf(around.map((p) => p[0]), around.map((p) => p[1]), scale)}Z` }));
  }
  parts.push(line(...item.planPath, { stroke: INK.faint, "stroke-width": 1.2 }));
  if (ghost) parts.push(line(...ghost, { stroke: INK.muted, "stroke-width": 1.2, "stroke-dasharray": "2 3" }));
  parts.push(line(xs, ys, { stroke: INK.blue, "stroke-width": 2 }));
  for (const [year, value] of item.outturns) parts.push(dot(scale, year, value, year > item.base.year));
  if (item.base.value !== null) parts.push(dot(scale, item.base.year, item.base.value, false));
  parts.push(diamond(scale, item.target.year, item.target.value));
  parts.push(...endLabels(words, row, scale, plot));
  return svg("g", { transform }, parts);
}

function shortened(label, room) {
  let width = 0;
  for (let k = 0; k < label.length; k++) {
    width += label.charCodeAt(k) > 0x2e80 ? 13.5 : 7.6;
    if (width > room) return `${label.slice(0, k - 1)}…`;
  }
  return label;
}

function endLabels(words, row, scale, plot) {
  const { item } = row;
  let [target, value] = [scale.y(item.target.value), scale.y(row.value)];
  if (Number.isFinite(value) && Math.abs(target - value) < 13) {
    const middle = (target + value) / 2;
    [target, value] = target < value ? [middle - 6.5, middle + 6.5] : [middle + 6.5, middle - 6.5];
  }
  const x = plot.left + plot.width + 12;
  const found = [text(x, target + 4, words.of(item.target.words), { "font-size": 11 })];
  if (Number.isFinite(value)) found.push(text(x, value + 4, valueText(row), { "font-size": 11, fill: INK.blue }));
  return found;
}

function scales(item, plot, xs, values) {
  const known = [...values, item.start, item.target.value, ...item.outturns.map(([, v]) => v)].filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const space = 0.08 * (high - low || 1);
  const first = Math.min(item.base.year, ...item.outturns.map(([year]) => year), ...xs) - 0.2;
  const last = item.target.year + 0.2;
  return { low: low - space, high: high + space, first, last,
    x: (year) => plot.left + ((year - first) / (last - first)) * plot.width,
    y: (value) => plot.top + plot.height - ((value - low + space) / (high - low + 2 * space)) * plot.height };
}

function axesOf(item, plot, scale) {
  const found = [];
  const step = niceStep((scale.high - scale.low) / 4);
  for (let value = Math.ceil(scale.low / step) * step; value <= scale.high; value += step) {
    const y = scale.y(value);
    found.push(svg("line", { x1: plot.left, x2: plot.left + plot.width, y1: y, y2: y, stroke: INK.line }),
      text(plot.left - 6, y + 4, String(Number(value.toPrecision(6))), { "text-anchor": "end", "font-size": 10, fill: INK.muted }));
  }
  const every = scale.last - scale.first < 7 ? 1 : 2;
  for (let year = item.target.year; year >= scale.first; year -= every) {
    found.push(text(scale.x(year), plot.top + plot.height + 15, String(year), { "text-anchor": "middle", "font-size": 10, fill: INK.muted }));
  }
  return found;
}

function niceStep(rough) {
  const size = 10 ** Math.floor(Math.log10(rough));
  return size * [1, 2, 2.5, 5, 10].find((k) => k * size >= rough * 0.999);
}

function pathOf(xs, ys, scale) {
  let pen = "M";
  let found = "";
  xs.forEach((x, k) => {
    if (!Number.isFinite(ys[k])) return void (pen = "M");
    found += `${pen}${scale.x(x).toFixed(1)} ${scale.y(ys[k]).toFixed(1)}`;
    pen = "L";
  });
  return found;
}

const dot = (scale, year, value, hollow) => svg("circle", { cx: scale.x(year), cy: scale.y(value), r: 3.2,
  fill: hollow ? "#ffffff" : INK.ink, stroke: INK.ink, "stroke-width": 1.2 });

function diamond(scale, year, value) {
  const [x, y] = [scale.x(year), scale.y(value)];
  return svg("path", { d: `M${x} ${y - 6}l6 6-6 6-6-6z`, fill: INK.ink });
}

function tallyCell(words, rows, summary, transform) {
  const tally = tallyOf(rows);
  const lines = [words.say("explorer.met", tally)];
  if (tally.binding) lines.push(words.say("explorer.binding_met", tally));
  if (summary) {
    lines.push(words.say("explorer.all_in", { share: percent(summary.joint.value) }),
      words.say("explorer.binding_in", { share: percent(summary.binding.value) }),
      words.say("explorer.runs", { runs: summary.runs }));
  }
  return svg("g", { transform }, text(0, 60, `${tally.met}/${tally.total}`, { "font-size": 40, "font-weight": 600 }),
    lines.map((line, k) => text(0, 92 + 20 * k, line, { "font-size": 13 })));
}

