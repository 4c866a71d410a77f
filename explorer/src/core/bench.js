// A scenario whose levers can be set, in worlds that are the same for every setting: what
// zjsim/analysis/deciding/levers.py calls a bench.
import { clip, Draws } from "./draws.js";
import { sparse } from "./ensemble.js";
import { indicatorValue } from "./judge.js";
import { fillColumn, valueAt } from "./paths.js";
import { resolve } from "./resolve.js";
import { heldAt } from "./scenario.js";

// What stands for a margin where there is no value.
const LOST = -1e3;

export const heightOf = (scenario, lever) => scenario.levers[lever.id]?.to ?? 0;

// `scenario` with the levers at the values of a point.
export function settle(scenario, levers, point) {
  const made = { ...scenario, levers: { ...scenario.levers } };
  levers.forEach((lever, k) => {
    if (point[k] === heightOf(scenario, lever)) return;
    made.levers[lever.id] = { ...(scenario.levers[lever.id] ?? heldAt(0)), to: point[k] };
  });
  return made;
}

export class Bench {
  // `levers` may be set; `items` are the indicators whose targets are asked for.
  constructor(doc, binary, engine, { scenario, levers, items }) {
    Object.assign(this, { binary, engine, levers, items });
    // Every lever that may be set is in use, so that its implementation is drawn.
    const heights = levers.map((lever) => heightOf(scenario, lever) || 1);
    const inputs = resolve(doc, settle(scenario, levers, heights));
    this.base = { ...inputs, grid: sparse(inputs.grid) };
    this.draws = new Draws(doc, binary, this.base, scenario);
    if (!this.draws.possible) throw new RangeError("sampling");
    this.columns = levers.map((lever, k) => {
      const points = this.base.paths.get(lever.variable);
      return { lever, column: doc.kernel.paths.indexOf(lever.variable),
        unit: points.values.map((value) => value / heights[k]), times: points.times,
        places: engine.placesOf(points, this.base.grid) };
    });
    this.carried = this.draws.dimensions.map((one) =>
      (one.kind === "lever" ? levers.findIndex((lever) => lever.variable === one.name) : -1));
    this.spans = items.map((item) => Math.abs(item.target.value - item.start) || 1);
    this.worlds = [];
  }

  // What does not depend on the levers is made once for each world.
  world(number) {
    return (this.worlds[number] ??= this.drawn(number));
  }

  drawn(number) {
    const inputs = this.draws.inputs(number);
    const shares = this.levers.map(() => 1);
    this.carried.forEach((k, place) => {
      if (k >= 0) shares[k] = this.draws.last[place];
    });
    return { job: this.engine.jobOf(inputs, { few: true }), shares };
  }

  // How far above its target each indicator is, in parts of the target's way from its base.
  margins(point, number) {
    const { job, shares } = this.world(number);
    this.columns.forEach(({ lever, column, unit, times, places }, k) => {
      const values = unit.map((part) => clip(shares[k] * (part * point[k]), lever.low, lever.high));
      fillColumn(job.rows, column, this.engine.width, places, values);
      job.pathStart[column] = valueAt({ times, values }, this.base.grid.start);
    });
    const run = this.engine.runJob(job);
    return this.items.map((item, k) => {
      if (!run.ok) return LOST;
      const read = indicatorValue(run, item, item.target.year);
      const [value] = this.binary.lay(item, number, [read]);
      return Number.isFinite(value) ? (value - item.target.lowest) / this.spans[k] : LOST;
    });
  }
}
