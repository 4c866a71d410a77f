// The answers: a tally, and a panel for each indicator in the order of the plan.
import { indicatorValue, judge, readingTime, tallyOf } from "../core/judge.js";
import { panelChart } from "./charts.js";
import { fill, h, mark, newId } from "./dom.js";
import { DASH, fixed, percent, valueText } from "./words.js";

// Pixels of a canvas by which a line may be off while a hand moves.
const INVISIBLE = 0.25;

// Values of an indicator at every saved moment from its base year on, as x and y.
export function trajectory(run, item) {
  const xs = [];
  const ys = [];
  const shift = readingTime(item, 0);
  for (let row = 0; row < run.rows; row++) {
    const year = run.time(row) - shift;
    if (year < item.base.year - 1e-9 || year > item.target.year + 1e-9) continue;
    xs.push(year);
    ys.push(run.ok ? indicatorValue(run, item, year) : null);
  }
  return [xs, ys];
}

function interpolated(xs, [px, py]) {
  let k = 0;
  return xs.map((x) => {
    if (!px.length || x < px[0] || x > px[px.length - 1]) return null;
    while (k < px.length - 2 && px[k + 1] < x) k++;
    const span = px[k + 1] - px[k];
    return py[k] + ((x - px[k]) / (span || 1)) * (py[k + 1] - py[k]);
  });
}

export class Panel {
  constructor(item, words, look) {
    this.item = item;
    this.words = words;
    this.id = newId("panel");
    this.verdict = h("span", { class: "verdict" });
    this.number = document.createTextNode("");
    this.step = document.createTextNode("");
    this.now = h("dd", { class: "now" }, h("b", {}, this.number), " ", h("span", {}, this.step));
    this.likely = h("dd", {});
    this.plot = h("div", { class: "plot", role: "img" });
    const sub = [words.of(item.unit), item.cumulative ? words.say("note.cumulative") : "",
      words.say(`nature.${item.nature}`)].filter(Boolean).join(" | ");
    this.element = h("article", { class: `panel ${item.nature}`, "aria-labelledby": this.id, tabindex: "-1" },
      h("h3", { id: this.id }, h("span", { class: "number" }, String(item.number)), " ", words.of(item.label)),
      h("div", { class: "state" }, h("p", { class: "sub" }, sub), this.verdict),
      this.plot,
      h("dl", { class: "facts" },
        h("div", {}, h("dt", {}, words.say("legend.projection")), this.now),
        h("div", {}, h("dt", {}, words.say("legend.target")), h("dd", {}, words.of(item.target.words))),
        h("div", { class: "likely" }, h("dt", {}, words.say("explorer.met_in")), this.likely),
        item.amended ? h("div", { class: "amended sub" },
          `${words.say("legend.amended")} ${words.of(item.amended.words)} (${item.amended.date})`) : null));
    this.look = look;
    this.chart = null;
  }

  draw(row, run, ghost, band, moving) {
    this.chart ??= panelChart(this.plot, this.item, this.look);
    const [xs, ys] = trajectory(run, this.item);
    const before = this.kept;
    const still = this.still(xs, ghost, band);
    this.say(row);
    // A move that no eye can see is drawn when the hand rests.
    if (moving && still === before && this.same(ys)) return;
    this.drawn = ys;
    const pad = new Array(still.edge.length).fill(null);
    this.chart.chart.setData([[...still.edge, ...xs], still.plan, still.ghost, [...pad, ...ys], still.low, still.high]);
  }

  same(ys) {
    const { scales: { y }, bbox } = this.chart.chart;
    const most = (INVISIBLE * (y.max - y.min)) / bbox.height;
    return this.drawn?.length === ys.length && ys.every((value, k) => Math.abs(value - this.drawn[k]) <= most);
  }

  // What stands still while a slider moves: the plan's path, the ghost and the band.
  still(xs, ghost, band) {
    const kept = this.kept;
    if (kept && kept.count === xs.length && kept.first === xs[0] && kept.of === ghost && kept.around === band) return kept;
    const edge = this.edge(xs);
    const pad = edge.map(() => null);
    const line = (points) => [...pad, ...(points ? interpolated(xs, points) : xs.map(() => null))];
    const end = (place) => line(band && [band.map((b) => b[0]), band.map((b) => b[place])]);
    this.kept = { count: xs.length, first: xs[0], of: ghost, around: band, edge, plan: line(this.item.planPath),
      ghost: line(ghost), low: end(1), high: end(2) };
    return this.kept;
  }

  // Years of history before the run, so that the axis holds them.
  edge(xs) {
    const before = this.item.outturns.map(([year]) => year).filter((year) => year < (xs[0] ?? Infinity));
    return [...new Set(before)].sort((a, b) => a - b);
  }

  say(row) {
    const { words } = this;
    const key = `${row.verdict} ${row.amended}`;
    if (this.said !== key) {
      this.said = key;
      fill(this.verdict, mark(row.verdict), ` ${words.say(`verdict.${row.verdict}`)}`);
      this.verdict.className = `verdict ${row.verdict}`;
    }
    const text = valueText(row);
    if (this.text === `${text} ${key}`) return;
    this.text = `${text} ${key}`;
    this.number.data = text;
    this.plot.setAttribute("aria-label", words.say("explorer.panel_alt", {
      name: words.of(this.item.label), value: text, target: words.of(this.item.target.words),
      verdict: words.say(`verdict.${row.verdict}`) }));
  }

  // How the projection has moved since the hand began to.
  moved(change) {
    const digits = this.item.decimals + 1;
    const there = Number.isFinite(change) && Number(change.toFixed(digits)) !== 0;
    this.step.data = there ? fixed(change, digits, true) : "";
    this.step.parentNode.className = there ? (change > 0 ? "up" : "down") : "";
  }

  tell(share, complete) {
    const text = share ? `${complete ? "" : "≈"}${percent(share.value, complete ? 1 : 0)}` : DASH;
    const title = share && complete ? this.words.say("explorer.interval", {
      low: percent(share.low), high: percent(share.high), runs: share.total }) : "";
    fill(this.likely, h("span", { title }, text));
  }

  close() {
    this.chart?.close();
  }
}

export class Panels {
  constructor(doc, words, look, onTally) {
    this.doc = doc;
    this.words = words;
    this.panels = doc.plan.indicators.map((item) => new Panel(item, words, look));
    this.element = h("div", { class: "panels" }, this.panels.map((panel) => panel.element));
    this.tally = new Tally(doc, words, this.panels);
    this.onTally = onTally;
    this.band = null;
    this.before = null;
  }

  setGhost(run) {
    this.ghost = run ? this.doc.plan.indicators.map((item) => trajectory(run, item)) : null;
  }

  // `moving`: a hand is still on a slider. What it does is told against where it began, and stays
  // to be read until the next one begins.
  draw(run, errorAt, moving) {
    if (this.settled) this.before = this.rows;
    this.settled = !moving;
    this.rows = judge(this.doc.plan, run, errorAt);
    this.before ??= this.rows;
    this.panels.forEach((panel, k) => {
      panel.draw(this.rows[k], run, this.ghost?.[k], this.band?.[k], moving);
      panel.moved(this.rows[k].value - this.before[k].value);
    });
    this.tally.draw(this.rows);
    this.run = run;
  }

  tell(summary) {
    const complete = summary && summary.runs === summary.whole;
    this.band = summary?.bands ?? null;
    this.panels.forEach((panel, k) => {
      panel.tell(summary?.targets[k], complete);
      if (this.rows) panel.draw(this.rows[k], this.run, this.ghost?.[k], this.band?.[k]);
      if (this.rows) panel.moved(this.rows[k].value - this.before[k].value);
    });
    this.tally.tell(summary, complete);
  }

  close() {
    for (const panel of this.panels) panel.close();
  }
}

class Tally {
  constructor(doc, words, panels) {
    this.words = words;
    this.counts = h("p", { class: "counts", "aria-live": "polite" });
    this.sure = h("p", { class: "sure" });
    this.marks = panels.map((panel) => h("button", { type: "button", class: "jump",
      onclick: () => { panel.element.scrollIntoView({ block: "center" }); panel.element.focus(); } }));
    this.element = h("section", { class: "tally", "aria-label": words.say("explorer.tally") },
      this.counts, h("div", { class: "marks" }, this.marks), this.sure);
  }

  draw(rows) {
    const { words } = this;
    const tally = tallyOf(rows);
    const counts = [h("b", {}, words.say("explorer.met", tally))];
    if (tally.binding) counts.push(h("span", {}, words.say("explorer.binding_met", tally)));
    const text = JSON.stringify(tally);
    if (this.said !== text) fill(this.counts, counts);
    this.said = text;
    rows.forEach((row, k) => {
      const button = this.marks[k];
      if (button.dataset.verdict === row.verdict) return;
      button.dataset.verdict = row.verdict;
      fill(button, mark(row.verdict), h("span", {}, String(row.item.number)));
      const name = `${row.item.number} ${words.of(row.item.label)}: ${words.say(`verdict.${row.verdict}`)}`;
      button.setAttribute("aria-label", name);
      button.title = name;
    });
  }

  tell(summary, complete) {
    const { words } = this;
    if (!summary) return void fill(this.sure, words.say("explorer.waiting"));
    if (summary.missing) return void fill(this.sure, words.say("explorer.no_worker"));
    if (summary.impossible) return void fill(this.sure, words.say("explorer.no_sampling"));
    const said = (share) => (complete ? percent(share.value) : `≈${percent(share.value, 0)}`);
    const most = summary.numberMet.indexOf(Math.max(...summary.numberMet));
    const parts = [words.say("explorer.all_in", { share: said(summary.joint) })];
    if (this.words.doc.plan.indicators.some((item) => item.nature === "binding")) {
      parts.push(words.say("explorer.binding_in", { share: said(summary.binding) }));
    }
    parts.push(words.say("explorer.most_often", { count: most }));
    parts.push(words.say("explorer.runs", { runs: summary.runs }));
    fill(this.sure, parts.map((part) => h("span", {}, part)));
  }
}
