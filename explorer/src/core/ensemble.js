// Many runs of one scenario, judged: zjsim/ensembles/run.py and analysis/uncertainty/statistics.py.
import { Draws } from "./draws.js";
import { PASSES, indicatorValue, quantile, verdictOf, wilson } from "./judge.js";
import { stepsOf } from "./paths.js";
import { resolve } from "./resolve.js";

const BAND = [0.025, 0.975];

// Only what is read is saved: every half year, where the step allows.
export function sparse(grid) {
  const every = 0.5 / grid.step;
  return Number.isInteger(every) && stepsOf(grid) % every === 0 ? { ...grid, saveEvery: 0.5 } : grid;
}

// What the one run of a scenario needs: of draws after learning, at their mean.
export function inputsOf(doc, binary, scenario) {
  const inputs = resolve(doc, scenario);
  if (!binary.posterior()) return inputs;
  return new Draws(doc, binary, inputs, scenario).middle();
}

export class Ensemble {
  constructor(doc, binary, engine, scenario) {
    this.doc = doc;
    this.binary = binary;
    this.engine = engine;
    const inputs = resolve(doc, scenario);
    this.draws = new Draws(doc, binary, { ...inputs, grid: sparse(inputs.grid) }, scenario);
    this.items = doc.plan.indicators.map((item) => ({
      item,
      years: doc.plan.years.filter((year) => year <= item.target.year),
      values: [],
      verdicts: [],
    }));
    this.done = 0;
  }

  // Run until `count` runs are done.
  upTo(count) {
    for (; this.done < count; this.done++) {
      const run = this.engine.run(this.draws.inputs(this.done), { few: true });
      for (const one of this.items) {
        const read = one.years.map((year) => (run.ok ? indicatorValue(run, one.item, year) : NaN));
        const laid = this.binary.lay(one.item, this.done, read);
        one.values.push(laid);
        const { lowest, highest } = one.item.target;
        one.verdicts.push(verdictOf(laid[laid.length - 1], lowest, highest));
      }
    }
    return this;
  }

  met(run) {
    return this.items.map((one) => PASSES.has(one.verdicts[run]));
  }

  summary() {
    const n = this.done;
    const binding = this.items.map((one) => one.item.nature === "binding");
    const counts = new Array(this.items.length + 1).fill(0);
    const alone = new Array(this.items.length).fill(0);
    let joint = 0;
    let bound = 0;
    for (let run = 0; run < n; run++) {
      const met = this.met(run);
      const number = met.filter(Boolean).length;
      counts[number]++;
      met.forEach((is, k) => {
        alone[k] += is;
      });
      joint += number === met.length;
      bound += met.every((is, k) => is || !binding[k]);
    }
    return {
      runs: n,
      targets: alone.map((met) => wilson(met, n)),
      joint: wilson(joint, n),
      binding: wilson(bound, n),
      numberMet: counts,
      bands: this.items.map((one) => this.bandOf(one)),
    };
  }

  bandOf({ years, values }) {
    return years.map((year, k) => {
      const sorted = values.map((row) => row[k]).filter(Number.isFinite);
      const numbers = Float64Array.from(sorted).sort();
      return [year, ...BAND.map((level) => quantile(numbers, level)), quantile(numbers, 0.5)];
    });
  }
}
