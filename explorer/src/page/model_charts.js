// Of a bare model: charts of the variables that a user has chosen, stocks at first.
import { variableChart } from "./charts.js";
import { fill, h } from "./dom.js";

const FIRST = 4;

export class ModelCharts {
  constructor(doc, words, look) {
    Object.assign(this, { doc, words, look });
    const stocks = doc.kernel.save.filter((name) => doc.elements[name]?.kind === "stock");
    const rest = doc.kernel.save.filter((name) => !stocks.includes(name));
    doc.shown ??= [...stocks, ...rest].slice(0, FIRST);
    this.boxes = h("fieldset", {}, h("legend", {}, words.say("explorer.charts")),
      h("div", { class: "checks many" }, doc.kernel.save.map((name, k) => {
        const id = `zx-chart-${k}`;
        return h("span", { class: "check" }, h("input", { type: "checkbox", id, checked: doc.shown.includes(name),
          onchange: (event) => this.choose(name, event.target.checked) }), h("label", { for: id }, words.variable(name)));
      })));
    this.panels = h("div", { class: "panels wide" });
    this.element = h("section", {}, this.panels, h("details", {}, h("summary", {}, words.say("explorer.choose_charts")), this.boxes));
    this.build();
  }

  choose(name, shown) {
    const chosen = new Set(this.doc.shown);
    if (shown) chosen.add(name);
    else chosen.delete(name);
    this.doc.shown = this.doc.kernel.save.filter((one) => chosen.has(one));
    this.build();
    if (this.runs) this.draw(this.runs);
  }

  build() {
    this.close();
    this.cards = this.doc.shown.map((name) => {
      const plot = h("div", { class: "plot", role: "img" });
      const now = h("p", { class: "sub" });
      return { name, plot, now, element: h("article", { class: "panel" }, h("h3", {}, this.words.variable(name)), now, plot) };
    });
    fill(this.panels, this.cards.map((card) => card.element));
  }

  draw(runs) {
    this.runs = runs;
    const { now, ghost } = runs;
    const times = Array.from({ length: now.rows }, (_, row) => now.time(row));
    for (const card of this.cards) {
      card.chart ??= variableChart(card.plot, false, this.look, () => {});
      const other = ghost?.rows === now.rows ? [...ghost.column(card.name)] : times.map(() => null);
      const own = [...now.column(card.name)];
      card.chart.chart.setData([times, other, own]);
      card.now.textContent = `${this.words.time(times.at(-1))}: ${this.words.measure(own.at(-1), this.doc.elements[card.name]?.unit)}`;
      card.plot.setAttribute("aria-label", `${this.words.variable(card.name)}: ${card.now.textContent}`);
    }
  }

  close() {
    for (const card of this.cards ?? []) card.chart?.close();
  }
}
