// The emitted kernel with jobs made from resolved inputs.
import * as paths from "./paths.js";

// Of each rule, how much of the change by halving the step is the error of the whole step.
const ERROR_SHARE = { euler: 2, rk4: 16 / 15 };

export function engineOf(doc, kernel) {
  return new Engine(doc, kernel);
}

class Engine {
  constructor(doc, kernel) {
    this.doc = doc;
    this.kernel = kernel;
    this.width = doc.kernel.paths.length;
    // Where each path is read, by path and grid: a slider moves one path at a time.
    this.columns = new Map();
    this.moments = new Map();
  }

  momentsOf(grid) {
    const key = `${grid.start} ${grid.stop} ${grid.step}`;
    if (!this.moments.has(key)) this.moments.set(key, { key, list: paths.moments(grid) });
    return this.moments.get(key);
  }

  placesOf(points, grid) {
    const { key, list } = this.momentsOf(grid);
    if (!this.columns.has(key)) this.columns.set(key, new WeakMap());
    const kept = this.columns.get(key);
    if (!kept.has(points.times)) kept.set(points.times, paths.locate(points.times, list));
    return kept.get(points.times);
  }

  rowsOf(inputs, grid) {
    const rows = new Float64Array(this.width * this.momentsOf(grid).list.length);
    this.doc.kernel.paths.forEach((name, column) => {
      const points = inputs.paths.get(name);
      paths.fillColumn(rows, column, this.width, this.placesOf(points, grid), points.values);
    });
    return rows;
  }

  startsOf(inputs, grid) {
    return this.doc.kernel.paths.map((name) => paths.valueAt(inputs.paths.get(name), grid.start));
  }

  // One run; `few` saves what targets are judged by, otherwise everything.
  run(inputs, { few = false, grid = inputs.grid } = {}) {
    const rule = this.doc.steppers[inputs.method];
    const perSave = paths.perSaveOf(grid);
    const names = few ? this.doc.kernel.few : this.doc.kernel.save;
    const count = Math.floor(paths.stepsOf(grid) / perSave) + 1;
    const out = new Float64Array(count * names.length);
    const job = {
      ...rule, few, out, perSave,
      step: grid.step, start: grid.start, stop: grid.stop, saveEvery: grid.step * perSave,
      nSteps: paths.stepsOf(grid), constants: inputs.constants, given: inputs.given,
      pathStart: this.startsOf(inputs, grid), rows: this.rowsOf(inputs, grid),
    };
    const failed = this.kernel.run(job);
    return new Run(names, grid, out, failed < 0 && allFinite(out));
  }

  // A run and its numerical error by halving the step.
  runWithError(inputs) {
    const whole = this.run(inputs);
    const { grid } = inputs;
    const saveEvery = grid.saveEvery ?? grid.step;
    const half = this.run(inputs, { few: true, grid: { ...grid, step: grid.step / 2, saveEvery } });
    const errorAt = (name, time) => {
      const change = Math.abs(whole.at(name, time) - half.at(name, time));
      return change * ERROR_SHARE[inputs.method];
    };
    return { whole, errorAt };
  }
}

function allFinite(values) {
  // A sum is finite only when every term is, and costs no call a number.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i];
  return sum === 0;
}

class Run {
  constructor(names, grid, values, ok) {
    this.grid = grid;
    this.values = values;
    this.ok = ok;
    this.width = names.length;
    this.index = names.places ??= new Map(names.map((name, i) => [name, i]));
  }

  get rows() {
    return this.values.length / this.width;
  }

  time(row) {
    return this.grid.start + this.grid.step * row * paths.perSaveOf(this.grid);
  }

  at(name, time) {
    const row = paths.rowAt(this.grid, time);
    const column = this.index.get(name);
    if (row < 0 || column === undefined) return NaN;
    return this.values[row * this.width + column];
  }

  column(name) {
    const column = this.index.get(name);
    return Float64Array.from({ length: this.rows }, (_, row) => this.values[row * this.width + column]);
  }
}
