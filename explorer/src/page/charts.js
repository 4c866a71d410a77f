// Charts by uPlot, in the colours of the page's style sheet; the same meaning as in every report.
import uPlot from "uplot";

export function colours(element) {
  const style = getComputedStyle(element);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return { ink: of("ink"), muted: of("muted"), faint: of("faint"), line: of("line"),
    blue: of("blue"), band: of("band"), paper: of("paper") };
}

const FONT = "11px system-ui, 'Noto Sans SC', 'Microsoft YaHei', 'zjsim Han', sans-serif";

function axes(look, ticks) {
  const grid = { stroke: () => look().line, width: 1 };
  const shared = { stroke: () => look().muted, font: FONT, grid, ticks: { show: false } };
  return [
    { ...shared, size: 22, gap: 2, space: 34, grid: { show: false }, ...ticks },
    { ...shared, size: 38, gap: 3, space: 24 },
  ];
}

const whole = {
  splits: (chart, axis, low, high) => {
    const first = Math.ceil(low);
    const last = Math.floor(high);
    const room = chart.bbox.width / (window.devicePixelRatio || 1);
    const every = Math.max(1, Math.ceil(((last - first + 1) * 34) / Math.max(room, 1)));
    const found = [];
    for (let year = last; year >= first; year -= every) found.unshift(year);
    return found;
  },
  values: (chart, splits) => splits.map((year) => String(year)),
};

function sized(holder, height, make) {
  const width = () => Math.max(holder.clientWidth, 120);
  const chart = make(width(), height);
  const watch = new ResizeObserver(() => {
    if (holder.isConnected && chart.width !== width()) chart.setSize({ width: width(), height });
  });
  watch.observe(holder);
  return { chart, close: () => { watch.disconnect(); chart.destroy(); } };
}

// A small panel of one indicator: data are [x, plan path, ghost, projection, low, high].
export function panelChart(holder, item, look) {
  const marks = { outturns: item.outturns, base: item.base.value === null && !item.cumulative ? null
    : [item.base.year, item.start] };
  return sized(holder, 132, (width, height) => new uPlot({
    width, height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 16, 0, 0],
    scales: { x: { time: false }, y: { range: (chart, low, high) => room(item, low, high) } },
    axes: wordless(axes(look, whole)),
    bands: [{ series: [5, 4], fill: () => look().band }],
    series: [
      {},
      { stroke: () => look().faint, width: 1.5, points: { show: false }, spanGaps: true },
      { stroke: () => look().muted, width: 1.5, dash: [2, 3], points: { show: false } },
      { stroke: () => look().blue, width: 2.2, points: { show: false } },
      { stroke: "transparent", width: 0, points: { show: false }, spanGaps: true },
      { stroke: "transparent", width: 0, points: { show: false }, spanGaps: true },
    ],
    hooks: { drawAxes: [labels(look)], draw: [(chart) => drawMarks(chart, item, marks, look())] },
  }, [[], [], [], [], [], []], holder));
}

// Letters cost more than all lines together: those of a panel's axes are written once for every
// range of values, on a canvas of their own.
const wordless = (list) => list.map((axis) => ({ ...axis, values: (chart, splits) => splits.map(() => null) }));

function labels(look) {
  let [key, kept] = ["", null];
  return (chart) => {
    const { ctx, axes: [years, values], scales: { y } } = chart;
    const { width, height } = ctx.canvas;
    const ink = look().muted;
    const now = [width, height, y.min, y.max, years._splits, values._splits, ink].join();
    if (now !== key) [key, kept] = [now, lettered(chart, width, height, ink)];
    ctx.drawImage(kept, 0, 0);
  };
}

function lettered(chart, width, height, ink) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const ctx = canvas.getContext("2d");
  const { left, top, height: high } = chart.bbox;
  Object.assign(ctx, { font: FONT.replace("11px", `${11 * ratio}px`), fillStyle: ink });
  Object.assign(ctx, { textAlign: "center", textBaseline: "top" });
  for (const year of chart.axes[0]._splits) {
    ctx.fillText(String(year), chart.valToPos(year, "x", true), top + high + 6 * ratio);
  }
  Object.assign(ctx, { textAlign: "right", textBaseline: "middle" });
  for (const value of chart.axes[1]._splits) {
    ctx.fillText(numeral(value), left - 5 * ratio, chart.valToPos(value, "y", true));
  }
  return canvas;
}

const numeral = (value) => String(Number(value.toPrecision(6)));

function room(item, low, high) {
  const fixed = [item.start, item.target.value, ...item.outturns.map(([, value]) => value)];
  if (item.amended) fixed.push(item.amended.value);
  const from = Math.min(low ?? Infinity, ...fixed);
  const to = Math.max(high ?? -Infinity, ...fixed);
  const space = 0.09 * (to - from || 1);
  return [from - space, to + space];
}

function drawMarks(chart, item, marks, look) {
  const { ctx } = chart;
  const ratio = window.devicePixelRatio || 1;
  const at = ([x, y]) => [chart.valToPos(x, "x", true), chart.valToPos(y, "y", true)];
  ctx.save();
  ctx.lineWidth = 1.4 * ratio;
  const dot = (point, solid) => {
    const [x, y] = at(point);
    ctx.beginPath();
    ctx.arc(x, y, 3.2 * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = solid ? look.ink : look.paper;
    ctx.strokeStyle = look.ink;
    ctx.fill();
    ctx.stroke();
  };
  if (marks.base) dot(marks.base, true);
  for (const outturn of marks.outturns) dot(outturn, outturn[0] <= item.base.year);
  diamond(ctx, at([item.target.year, item.target.value]), 5.5 * ratio, look.ink, true);
  if (item.amended) diamond(ctx, at([item.target.year, item.amended.value]), 5.5 * ratio, look.muted, false);
  ctx.restore();
}

function diamond(ctx, [x, y], size, colour, solid) {
  ctx.beginPath();
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, y);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.strokeStyle = colour;
  if (solid) ctx.fill();
  ctx.stroke();
}

// A variable of the model, large: now and the scenario compared with. Names stand beside the
// chart as text, because uPlot takes those of a legend for markup.
export function variableChart(holder, years, look, onPoint) {
  return sized(holder, 260, (width, height) => new uPlot({
    width, height,
    legend: { show: false },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    padding: [10, 26, 0, 4],
    scales: { x: { time: false } },
    axes: axes(look, { ...(years ? whole : { values: whole.values }), space: 50 }).map((axis, i) => (i ? { ...axis, size: 64 } : axis)),
    series: [
      {},
      { stroke: () => look().muted, width: 1.5, dash: [2, 3], points: { show: false } },
      { stroke: () => look().blue, width: 2.2, points: { show: false } },
    ],
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx)] },
  }, [[], [], []], holder));
}
