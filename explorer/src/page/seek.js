// What it takes: which targets, how sure, and what was found.
import { fill, h, newId } from "./dom.js";
import { fixed, percent, quantity } from "./words.js";

const SURE = [0.5, 0.66, 0.8, 0.9, 0.95];

export class Seek {
  constructor(store, words, ask) {
    Object.assign(this, { store, words, ask });
    const { doc } = store;
    this.boxes = doc.plan.indicators.map((item) => {
      const id = newId("target");
      const box = h("input", { type: "checkbox", id, checked: item.nature === "binding" });
      return { box, element: h("span", { class: "check" }, box,
        h("label", { for: id }, `${item.number} ${words.of(item.label)}`)) };
    });
    if (!this.boxes.some(({ box }) => box.checked)) for (const { box } of this.boxes) box.checked = true;
    const sure = newId("sure");
    this.sure = h("select", { id: sure }, SURE.map((share) =>
      h("option", { value: share, selected: share === 0.8 }, percent(share, 0))));
    this.button = h("button", { type: "button", class: "primary", onclick: () => this.toggle() },
      words.say("explorer.seek"));
    this.result = h("div", { class: "found", "aria-live": "polite" });
    this.element = h("div", { class: "seek" },
      h("p", { class: "sub" }, words.say("explorer.seek_about")),
      h("fieldset", {}, h("legend", {}, words.say("explorer.seek_targets")),
        h("div", { class: "checks" }, this.boxes.map(({ element }) => element))),
      h("p", { class: "field" }, h("label", { for: sure }, words.say("explorer.seek_sure")), this.sure, this.button),
      this.result);
  }

  toggle() {
    if (this.running) return this.stop();
    const targets = this.boxes.flatMap(({ box }, k) => (box.checked ? [k] : []));
    if (!targets.length) return void fill(this.result, this.words.say("explorer.seek_none_chosen"));
    this.wanted = Number(this.sure.value);
    this.running = true;
    this.button.textContent = this.words.say("explorer.seek_stop");
    fill(this.result, this.words.say("explorer.seek_begun"));
    this.ask({ scenario: this.store.scenario, targets, probability: this.wanted,
      free: this.store.doc.levers.filter((lever) => lever.delayable).map((lever) => lever.id) });
  }

  stop() {
    this.running = false;
    this.button.textContent = this.words.say("explorer.seek");
    this.ask(null);
  }

  tell(found) {
    if (found.impossible) {
      this.stop();
      return void fill(this.result, this.words.say("explorer.no_sampling"));
    }
    if (!this.running) return;
    if (found.done) {
      this.running = false;
      this.button.textContent = this.words.say("explorer.seek");
      this.finish(found);
    } else {
      fill(this.result, h("p", {}, this.words.say(`explorer.seek_${found.state}`, {
        steps: found.path.length - 1, share: percent(found.path.at(-1).share) })), this.trail(found.path));
    }
  }

  name(id) {
    return this.words.of(this.store.doc.levers.find((lever) => lever.id === id).label);
  }

  trail(path) {
    return h("ol", { class: "trail" }, path.map(({ lever, value, share }) => h("li", {},
      lever ? `${this.name(lever)} → ${quantity(value)}` : this.words.say("explorer.seek_start"), ": ", h("b", {}, percent(share)))));
  }

  finish(found) {
    const { words, store } = this;
    const values = { share: percent(found.share), first: percent(found.first), wanted: percent(this.wanted, 0),
      effort: fixed(found.effort, 2), runs: store.doc.sampling.runs };
    if (found.state === "none") {
      return void fill(this.result, h("p", {}, h("b", {}, words.say("explorer.seek_impossible", values))), this.trail(found.path));
    }
    if (found.effort < 1e-9) return void fill(this.result, h("p", {}, h("b", {}, words.say("explorer.seek_already", values))));
    const changes = store.doc.levers.flatMap((lever) => {
      const before = store.scenario.levers[lever.id]?.to ?? 0;
      const after = found.scenario.levers[lever.id]?.to ?? 0;
      return Math.abs(after - before) > 1e-9
        ? [h("li", {}, `${words.of(lever.label)}: ${quantity(before)} → `, h("b", {}, quantity(after)))] : [];
    });
    fill(this.result,
      h("p", {}, h("b", {}, words.say("explorer.seek_found", values))),
      h("ul", {}, changes),
      h("button", { type: "button", onclick: () => store.open(found.scenario) }, words.say("explorer.seek_apply")),
      h("details", {}, h("summary", {}, words.say("explorer.seek_trail")), this.trail(found.path)));
  }
}
