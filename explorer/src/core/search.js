// What it takes: the least additional effort of the levers that meets chosen targets at a chosen
// probability. A search without gradients: the lever that brings most for its effort is moved one
// notch at a time, then every lever is moved back as far as the probability allows.
import { Ensemble } from "./ensemble.js";

const NOTCH = 0.2; // parts of the plan's own effort
const COARSE = 64;
const NEAR = 0.1;
// A lever that brings less than this part of the best one's gain is asked again only later.
const LEAST = 0.1;
const ASK_ALL = 4;
const MOST_STEPS = 60;

const valueOf = (entry) => (entry.shape === "table" ? null : entry.to ?? 0);

export class Search {
  // `free` are the levers that may move; `targets` positions of indicators.
  constructor(doc, binary, engine, { scenario, targets, probability, free }) {
    Object.assign(this, { doc, binary, engine, targets, probability });
    this.start = scenario;
    this.scenario = structuredClone(scenario);
    this.levers = doc.levers.filter((lever) => free.includes(lever.id)
      && valueOf(scenario.levers[lever.id] ?? { to: 0, shape: null }) !== null);
    this.path = [];
    this.kept = new Map();
  }

  value(lever, scenario = this.scenario) {
    return scenario.levers[lever.id] ? valueOf(scenario.levers[lever.id]) : 0;
  }

  moved(lever, value, scenario = this.scenario) {
    const entry = scenario.levers[lever.id]
      ?? { to: 0, shape: null, from: null, until: null, values: [] };
    const levers = { ...scenario.levers, [lever.id]: { ...entry, to: Number(value.toFixed(4)) } };
    return { ...scenario, levers };
  }

  effort(scenario) {
    return this.levers.reduce((sum, lever) =>
      sum + Math.max(0, this.value(lever, scenario) - this.value(lever, this.start)), 0);
  }

  share(scenario, runs) {
    const key = `${runs} ${JSON.stringify(this.levers.map((lever) => this.value(lever, scenario)))}`;
    if (!this.kept.has(key)) {
      const ensemble = new Ensemble(this.doc, this.binary, this.engine, scenario);
      if (!ensemble.draws.possible) throw new RangeError("sampling");
      this.kept.set(key, ensemble.upTo(runs).shareOf(this.targets));
    }
    return this.kept.get(key);
  }

  // Yields after every piece of work, so that the worker can stop; the last value is the answer.
  * steps() {
    const runs = this.doc.sampling.runs;
    let now = this.share(this.scenario, runs);
    const first = now;
    this.path.push({ lever: null, value: null, share: now.share });
    yield this.report("searching");
    while (now.share < this.probability && this.path.length < MOST_STEPS) {
      const best = yield* this.best();
      if (!best) break;
      this.scenario = this.moved(best.lever, best.value);
      now = this.share(this.scenario, COARSE);
      // All runs are asked only where the few come near.
      if (now.share > this.probability - NEAR) now = this.share(this.scenario, runs);
      this.path.push({ lever: best.lever.id, value: best.value, share: now.share });
      yield this.report("searching");
    }
    const reached = now.share >= this.probability;
    if (reached && this.path.length > 1) yield* this.back(runs);
    const last = this.share(this.scenario, runs);
    return { ...this.report(reached ? "found" : "none"), first: first.share, share: last.share,
      scenario: this.scenario };
  }

  * best() {
    const here = this.share(this.scenario, COARSE);
    let best = null;
    const all = (this.path.length - 1) % ASK_ALL === 0 || !this.promising?.length;
    const gains = [];
    for (const lever of all ? this.levers : this.promising) {
      const value = this.value(lever);
      const next = Math.min(value + NOTCH * lever.plan, lever.high);
      if (next - value < 1e-9) continue;
      const found = this.share(this.moved(lever, next), COARSE);
      const gain = found.share - here.share + (found.near - here.near);
      const worth = gain / (next - value);
      gains.push([lever, worth]);
      if (gain > 1e-9 && (!best || worth > best.worth)) best = { lever, value: next, worth };
      yield this.report("searching");
    }
    this.promising = gains.filter(([, worth]) => best && worth > LEAST * best.worth).map(([lever]) => lever);
    if (!best && !all) return yield* this.best();
    return best;
  }

  // Take back what is not needed, the largest additions first, down to a hundredth.
  * back(runs) {
    const added = this.levers.filter((lever) => this.value(lever) > this.value(lever, this.start));
    added.sort((a, b) => this.value(b) - this.value(b, this.start)
      - (this.value(a) - this.value(a, this.start)));
    for (const lever of added) {
      let low = this.value(lever, this.start);
      let high = this.value(lever);
      if (this.share(this.moved(lever, low), runs).share >= this.probability) high = low;
      while (high - low > 0.011) {
        const middle = Math.round(50 * (low + high)) / 100;
        if (this.share(this.moved(lever, middle), runs).share >= this.probability) high = middle;
        else low = middle;
        yield this.report("trimming");
      }
      this.scenario = this.moved(lever, high);
      yield this.report("trimming");
    }
  }

  report(state) {
    return { state, path: this.path, effort: this.effort(this.scenario) };
  }
}
