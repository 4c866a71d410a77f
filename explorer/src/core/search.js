// What it takes: the least additional effort of the levers that meets chosen targets together at
// a chosen probability. Effort is what `zjsim backcast` counts: the share of the fiscal envelope
// that a lever takes; where a plan has none, 1 for the plan as written.
import { Bench, heightOf, settle } from "./bench.js";
import { Straight, needed } from "./straight.js";

const COARSE = 64; // worlds of a first look
const FINER = 160;
const PIECE = 24; // runs between two looks at the mailbox
const SPAN = 0.02; // of a lever's range: by how much it is moved for a slope
const NEAR = 0.1;
// A lever joins the second round when it brings this part of the best one's worth.
const PROMISING = 0.6;
const LINE = 6;
const TURNS = 4;
const EXTRA = 0.005;
const SUREST = 0.998;
const UNIT = 1e-3; // of a lever's value in the answer

export const hasBudget = (doc) => doc.levers.some((lever) => lever.cost !== null);

export function priceOf(doc, lever) {
  if (hasBudget(doc)) return lever.cost;
  return lever.plan ? 1 / Math.abs(lever.plan) : 1;
}

// Levers that the plan carries out itself, that have a price, and one number to be set.
export function movable(doc, scenario) {
  return doc.levers.filter((lever) => lever.delayable && priceOf(doc, lever) !== null
    && scenario.levers[lever.id]?.shape !== "table");
}

export class Search {
  // `targets` are positions of indicators.
  constructor(doc, binary, engine, { scenario, targets, probability }) {
    Object.assign(this, { doc, binary, engine, scenario, targets, probability });
    this.items = targets.map((k) => doc.plan.indicators[k]);
    this.runs = doc.sampling.runs;
    this.all = movable(doc, scenario);
    this.trail = [];
    this.spent = 0;
    this.expected = 5 * this.runs + COARSE * (this.all.length + 2) + FINER * 8;
  }

  bench(levers) {
    const { doc, binary, engine, scenario, items } = this;
    return new Bench(doc, binary, engine, { scenario, levers, items });
  }

  bounds(levers) {
    return {
      lower: levers.map((lever) => heightOf(this.scenario, lever)),
      upper: levers.map((lever) => Math.max(lever.high, heightOf(this.scenario, lever))),
      price: levers.map((lever) => priceOf(this.doc, lever)),
    };
  }

  effort(levers, point) {
    const { lower, price } = this.bounds(levers);
    return point.reduce((sum, value, k) => sum + (value - lower[k]) * price[k], 0);
  }

  // Yields after every piece of work, so that the worker can stop; the last value is the answer.
  * steps() {
    const { probability, runs } = this;
    const first = yield* this.counted(this.bench([]), [], runs);
    this.first = first.share;
    if (first.share >= probability) return this.answer("found", { levers: [], point: [], ...first });
    const bench = this.bench(this.all);
    const { upper } = this.bounds(this.all);
    const corner = yield* this.counted(bench, upper, COARSE);
    const near = corner.share < probability + NEAR;
    const rough = yield* this.round(bench, near ? upper : this.middle(), COARSE);
    // What cannot be is told before anything is searched for.
    const far = corner.share < probability;
    const short = far ? yield* this.outOfReach(bench, rough) : null;
    if (short) return short;
    const best = yield* this.search(rough);
    if (best.share >= probability) return this.answer("found", best);
    return (far ? null : yield* this.outOfReach(bench, rough)) ?? this.answer("none", best);
  }

  // The straight answers, each counted: what few worlds promise too much is asked for on top.
  * search(rough) {
    const chosen = this.chosen(rough);
    const levers = chosen.map((k) => this.all[k]);
    const second = yield* this.round(this.bench(levers), chosen.map((k) => rough.found.point[k]), FINER);
    let best = null;
    let more = 0;
    for (let turn = 0; turn < TURNS; turn++) {
      const point = second.straight.cheapest(Math.min(this.probability + more, SUREST)).point;
      const answer = yield* this.along(levers, point);
      if (best && String(answer.point) === String(best.point)) break;
      if (!best || answer.share > best.share) best = answer;
      if (best.share >= this.probability) return best;
      more += this.probability - answer.share + EXTRA;
    }
    // At last everything that helps, as far as it goes.
    const most = yield* this.along(this.all, rough.straight.highest());
    return most.share > best.share ? most : best;
  }

  middle() {
    const { lower, upper } = this.bounds(this.all);
    return lower.map((value, k) => (value + upper[k]) / 2);
  }

  // Margins of the first worlds at a point: every world and target.
  * table(bench, point, worlds) {
    const margins = new Float64Array(worlds * this.items.length);
    for (let w = 0; w < worlds; w++) {
      margins.set(bench.margins(point, w), w * this.items.length);
      this.spent += 1;
      if (this.spent % PIECE === 0) yield this.report("searching");
    }
    return margins;
  }

  * counted(bench, point, worlds) {
    const margins = yield* this.table(bench, point, worlds);
    const count = this.items.length;
    const worst = Float64Array.from({ length: worlds }, (_, w) =>
      Math.min(...margins.subarray(w * count, (w + 1) * count)));
    const share = worst.filter((margin) => margin >= 0).length / worlds;
    this.trail.push({ effort: this.effort(bench.levers, point), share, worlds });
    return { share, worst, margins };
  }

  // The worlds taken as straight about a point, and the cheapest setting by them.
  * round(bench, point, worlds) {
    const { lower, upper, price } = this.bounds(bench.levers);
    const margins = yield* this.table(bench, point, worlds);
    const slopes = [];
    for (let k = 0; k < point.length; k++) {
      const span = SPAN * (upper[k] - lower[k]);
      const step = point[k] + span <= upper[k] ? span : -span;
      const moved = yield* this.table(bench, point.with(k, point[k] + step), worlds);
      slopes.push(moved.map((margin, i) => (step === 0 ? 0 : (margin - margins[i]) / step)));
    }
    const straight = new Straight({ point, margins, slopes, targets: this.items.length, lower, upper, price });
    return { straight, found: straight.cheapest(this.probability) };
  }

  // The levers of a rough answer, and those that might have been as good.
  chosen({ straight, found }) {
    straight.go(found.point);
    straight.level();
    const worths = [...straight.gains()].map((gain, k) => gain / straight.price[k]);
    const most = Math.max(...worths);
    return worths.flatMap((worth, k) =>
      (found.point[k] > straight.lower[k] + UNIT || worth > PROMISING * most ? [k] : []));
  }

  // A target that misses the probability even with every lever at the end that is best for it
  // alone is out of reach, and so are all together.
  * outOfReach(bench, { straight }) {
    const { lower, upper } = straight;
    for (let k = 0; k < this.items.length; k++) {
      const slope = (lever) => straight.slopes[lever].reduce((sum, x, i) =>
        sum + (i % this.items.length === k ? x : 0), 0);
      const corner = upper.map((value, lever) => (slope(lever) < 0 ? lower[lever] : value));
      const share = (margins) => {
        const own = margins.filter((_, i) => i % this.items.length === k);
        return own.filter((margin) => margin >= 0).length / own.length;
      };
      const rough = share(yield* this.table(bench, corner, COARSE));
      if (rough > this.probability + NEAR) continue;
      const most = share(yield* this.table(bench, corner, this.runs));
      if (most >= this.probability) continue;
      return { ...this.report("none"), share: most, short: this.targets[k], scenario: this.scenario };
    }
    return null;
  }

  // From the scenario to an answer: the first setting at which the counted share is reached.
  * along(asked, end) {
    const { scenario } = this;
    // A lever that stays at rest is none of the draws.
    const keep = [...asked.keys()].filter((k) => end[k] > heightOf(scenario, asked[k]) + UNIT / 2);
    const levers = keep.map((k) => asked[k]);
    const point = keep.map((k) => end[k]);
    const { lower, upper } = this.bounds(levers);
    const bench = this.bench(levers);
    const place = (part) => lower.map((value, k) => {
      const there = value + part * (point[k] - value);
      return Math.min(Number((Math.ceil(there / UNIT - 1e-6) * UNIT).toFixed(3)), upper[k]);
    });
    const at = function* (part) {
      return { part, levers, point: place(part), ...yield* this.counted(bench, place(part), this.runs) };
    }.bind(this);
    let high = yield* at(1);
    if (high.share < this.probability) return high;
    let low = yield* at(0.8);
    if (low.share >= this.probability) [high, low] = [low, yield* at(0)];
    for (let turn = 0; turn < LINE; turn++) {
      const part = this.between(low, high);
      if (part === null || String(place(part)) === String(high.point)) break;
      const middle = yield* at(part);
      if (middle.share >= this.probability) high = middle;
      else low = middle;
    }
    return high;
  }

  // Where between two settings the wanted share is reached, were every world straight between.
  between(low, high) {
    const must = needed(this.probability, this.runs);
    const parts = high.worst.map((above, w) => {
      const below = low.worst[w];
      if (above < 0) return Infinity;
      return below >= 0 ? 0 : below / (below - above);
    }).sort();
    const room = high.part - low.part;
    if (room < 0.002) return null;
    // A hair beyond, and never on either end.
    return low.part + room * Math.min(Math.max(parts[must - 1] + 0.002, 0.02), 0.99);
  }

  answer(state, { levers, point, share }) {
    const scenario = settle(this.scenario, levers, point);
    return { ...this.report(state), effort: this.effort(levers, point), share, short: null, scenario };
  }

  report(state) {
    const { trail, spent, expected, first } = this;
    return { state, trail: [...trail], spent, first, part: Math.min(spent / expected, 0.98) };
  }
}
