// Which policies move an indicator: each one held at rest in turn, everything else as it stands.
import { indicatorValue } from "../core/judge.js";
import { heldAt } from "../core/scenario.js";
import { fill, h, newId } from "./dom.js";
import { fixed } from "./words.js";

export class Movers {
  // `seek` is told the place of the indicator whose target somebody wants to meet.
  // `run` runs a scenario once.
  constructor(store, words, run, chosen, seek) {
    Object.assign(this, { store, words, run });
    const { indicators } = store.doc.plan;
    const id = newId("moved");
    this.choice = h("select", { id, onchange: () => {
      chosen.moved = Number(this.choice.value);
      this.draw(true);
    } }, indicators.map((item, k) =>
      h("option", { value: k, selected: k === chosen.moved }, `${item.number} ${words.of(item.label)}`)));
    this.list = h("tbody", {});
    this.total = h("p", { class: "sub" });
    this.element = h("div", { class: "movers" },
      h("p", { class: "sub" }, words.say("explorer.movers_about", { year: store.doc.plan.baseYear })),
      h("p", { class: "field" }, h("label", { for: id }, words.say("explorer.indicator")), this.choice,
        h("button", { type: "button", onclick: () => seek(Number(this.choice.value)) }, words.say("explorer.movers_seek"))),
      h("table", {}, h("thead", {}, h("tr", {}, ["policy", "effect"].map((key) =>
        h("th", { scope: "col" }, words.say(`explorer.movers_${key}`))), h("td", {}))), this.list),
      this.total);
  }

  // What each policy is worth: the indicator at its target year with it, less without it.
  worths(item) {
    const { store, run } = this;
    const value = (scenario) => indicatorValue(run(scenario), item, item.target.year);
    const now = value(store.scenario);
    return store.doc.levers.map((lever) => {
      const levers = { ...store.scenario.levers, [lever.id]: heldAt(0) };
      return { lever, worth: now - value({ ...store.scenario, levers }) };
    }).sort((a, b) => Math.abs(b.worth) - Math.abs(a.worth));
  }

  // Sixteen runs are too many for every move of a slider, and none are needed unseen.
  draw(seen) {
    if (!seen) return;
    const item = this.store.doc.plan.indicators[this.choice.value];
    const worths = this.worths(item).filter(({ worth }) => Number.isFinite(worth));
    const most = Math.max(...worths.map(({ worth }) => Math.abs(worth)), 1e-12);
    // Two figures of the largest effect, however small it is.
    const digits = Math.min(Math.max(item.decimals + 1, 1 - Math.floor(Math.log10(most))), 6);
    fill(this.list, worths.map(({ lever, worth }) => {
      const bar = h("div", { class: `bar ${worth < 0 ? "loss" : "gain"}` });
      bar.style.width = `${(100 * Math.abs(worth)) / most}%`;
      return h("tr", {}, h("th", { scope: "row" }, this.words.of(lever.label)),
        h("td", { class: "number" }, fixed(worth, digits, true)), h("td", { class: "bars" }, bar));
    }));
    this.total.textContent = this.words.say("explorer.movers_unit", { unit: this.words.of(item.unit), year: item.target.year });
  }
}
