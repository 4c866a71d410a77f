// What it takes: which targets, how sure, and what was found.
import { heightOf } from "../core/bench.js";
import { hasBudget, priceOf } from "../core/search.js";
import { fill, h, newId } from "./dom.js";
import { fixed, percent, quantity } from "./words.js";

const SURE = [0.5, 0.66, 0.8, 0.9, 0.95];
const binding = (item) => item.nature === "binding";

export class Seek {
  constructor(store, words, chosen, ask) {
    Object.assign(this, { store, words, chosen, ask });
    const { doc } = store;
    this.some = doc.plan.indicators.some(binding);
    chosen.targets ??= new Set(doc.plan.indicators.filter((item) => binding(item) || !this.some));
    this.budget = hasBudget(doc);
    this.boxes = doc.plan.indicators.map((item) => {
      const id = newId("target");
      const box = h("input", { type: "checkbox", id, checked: chosen.targets.has(item),
        onchange: () => (box.checked ? chosen.targets.add(item) : chosen.targets.delete(item)) });
      return { box, item, element: h("span", { class: "check" }, box,
        h("label", { for: id }, `${item.number} ${words.of(item.label)}`)) };
    });
    const sure = newId("sure");
    this.sure = h("select", { id: sure, onchange: () => { chosen.sure = Number(this.sure.value); } }, SURE.map((share) =>
      h("option", { value: share, selected: share === chosen.sure }, percent(share, 0))));
    this.button = h("button", { type: "button", class: "primary", onclick: () => this.toggle() },
      words.say("explorer.seek"));
    this.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": words.say("explorer.seek_begun") });
    this.result = h("div", { class: "found", "aria-live": "polite" });
    this.element = h("div", { class: "seek" },
      h("p", { class: "sub" }, words.say("explorer.seek_about"), " ",
        words.say(this.budget ? "explorer.seek_budget" : "explorer.seek_steps", { year: doc.plan.baseYear })),
      h("fieldset", {}, h("legend", {}, words.say("explorer.seek_targets")), this.choices(),
        h("div", { class: "checks" }, this.boxes.map(({ element }) => element))),
      h("p", { class: "field" }, h("label", { for: sure }, words.say("explorer.seek_sure")), this.sure, this.button, this.bar),
      this.result);
  }

  choices() {
    const button = (key, which) => h("button", { type: "button", onclick: () => this.choose(which) },
      this.words.say(`explorer.seek_${key}`));
    return h("p", { class: "field" }, this.some ? button("binding", binding) : null,
      button("all", () => true), button("none", () => false));
  }

  // The target of one indicator, asked for from elsewhere on the page.
  only(place) {
    this.choose((item) => item === this.store.doc.plan.indicators[place]);
    const section = this.element.closest("details");
    section.open = true;
    this.button.focus({ preventScroll: true });
    section.scrollIntoView({ block: "nearest" });
  }

  choose(which) {
    this.chosen.targets = new Set(this.store.doc.plan.indicators.filter(which));
    for (const { box, item } of this.boxes) box.checked = which(item);
  }

  toggle() {
    if (this.running) return this.stop();
    const targets = this.boxes.flatMap(({ box }, k) => (box.checked ? [k] : []));
    if (!targets.length) return void fill(this.result, this.words.say("explorer.seek_none_chosen"));
    this.wanted = Number(this.sure.value);
    this.run(true);
    fill(this.result, this.words.say("explorer.seek_begun"));
    this.begun = this.store.scenario;
    this.ask({ scenario: this.begun, targets, probability: this.wanted });
  }

  run(running) {
    this.running = running;
    this.button.textContent = this.words.say(running ? "explorer.seek_stop" : "explorer.seek");
    this.bar.hidden = !running;
    this.bar.value = 0;
  }

  stop() {
    this.run(false);
    fill(this.result);
    this.ask(null);
  }

  tell(found) {
    if (!this.running) return;
    if (found.impossible) {
      this.run(false);
      return void fill(this.result, this.words.say("explorer.no_sampling"));
    }
    if (found.done) {
      this.run(false);
      return this.finish(found);
    }
    this.bar.value = found.part;
    fill(this.result, this.tried(found.trail));
  }

  effort(cost) {
    return this.budget ? percent(cost, 2) : fixed(cost, 2);
  }

  tried(trail) {
    const { words } = this;
    return h("ol", { class: "trail" }, trail.map(({ effort, share, worlds }) => h("li", {},
      words.say("explorer.seek_tried", { effort: this.effort(effort), share: percent(share), runs: worlds }))));
  }

  finish(found) {
    const { words, store } = this;
    const values = { share: percent(found.share), first: percent(found.first), wanted: percent(this.wanted, 0),
      effort: this.effort(found.effort), runs: store.doc.sampling.runs };
    const say = (key, more) => h("p", {}, h("b", {}, words.say(`explorer.seek_${key}`, { ...values, ...more })));
    const trail = h("details", {}, h("summary", {}, words.say("explorer.seek_trail")), this.tried(found.trail));
    if (found.state === "none") {
      const item = store.doc.plan.indicators[found.short];
      const said = item ? say("out_of_reach", { name: `${item.number} ${words.of(item.label)}` }) : say("impossible");
      return void fill(this.result, said, trail);
    }
    if (found.effort < 1e-9) return void fill(this.result, say("already"));
    fill(this.result, say("found"), h("ul", {}, this.changes(found.scenario)),
      h("button", { type: "button", onclick: () => store.open(found.scenario) }, words.say("explorer.seek_apply")),
      trail);
  }

  // The levers that move, those that take most first.
  changes(scenario) {
    const { words, store } = this;
    const moved = store.doc.levers.flatMap((lever) => {
      const [before, after] = [heightOf(this.begun, lever), heightOf(scenario, lever)];
      return after === before ? [] : [{ lever, before, after, cost: (after - before) * priceOf(store.doc, lever) }];
    }).sort((a, b) => b.cost - a.cost);
    return moved.map(({ lever, before, after, cost }) => h("li", {},
      `${words.of(lever.label)}: ${quantity(before)} → `, h("b", {}, quantity(after)),
      ` (${words.say("explorer.seek_effort", { effort: this.effort(cost) })}${
        after >= lever.high ? `${words.say("explorer.seek_comma")}${words.say("explorer.seek_bound")}` : ""})`));
  }
}
