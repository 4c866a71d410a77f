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

  // What the kernel needs for a run; `few` saves what targets are judged by, otherwise everything.
  jobOf(inputs, { few = false, grid = inputs.grid } = {}) {
    const perSave = paths.perSaveOf(grid);
    return { ...this.doc.steppers[inputs.method], few, grid, perSave,
      step: grid.step, start: grid.start, stop: grid.stop, saveEvery: grid.step * perSave,
      nSteps: paths.stepsOf(grid), constants: inputs.constants, given: inputs.given,
      pathStart: this.startsOf(inputs, grid), rows: this.rowsOf(inputs, grid) };
  }

  runJob(job) {
    const names = job.few ? this.doc.kernel.few : this.doc.kernel.save;
    const out = new Float64Array((Math.floor(job.nSteps / job.perSave) + 1) * names.length);
    const failed = this.kernel.run({ ...job, out });
    return new Run(names, job.grid, out, failed < 0 && allFinite(out), this.doc.rows);
  }

  run(inputs, how) {
    return this.runJob(this.jobOf(inputs, how));
  }

  // The numerical error of a run, by halving the step: a function of a variable and a time.
  errorOf(inputs, whole) {
    const { grid } = inputs;
    const saveEvery = grid.saveEvery ?? grid.step;
    const half = this.run(inputs, { few: true, grid: { ...grid, step: grid.step / 2, saveEvery } });
    return (name, time) => {
      const change = Math.abs(whole.at(name, time) - half.at(name, time));
      return change * ERROR_SHARE[inputs.method];
    };
  }
}

function allFinite(values) {
  // A sum is finite only when every term is, and costs no call a number.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i];
  return sum === 0;
}

function picked(values, rows, width) {
  const found = new Float64Array(rows.length * width);
  rows.forEach((row, k) => found.set(values.subarray(row * width, (row + 1) * width), k * width));
  return found;
}

class Run {
  // `kept`: rows of a model that saves at what is no multiple of its step.
  constructor(names, grid, values, ok, kept = null) {
    this.grid = grid;
    this.ok = ok;
    this.kept = kept;
    this.width = names.length;
    this.values = kept ? picked(values, kept, this.width) : values;
    this.index = names.places ??= new Map(names.map((name, i) => [name, i]));
  }

  get rows() {
    return this.values.length / this.width;
  }

  time(row) {
    const step = this.kept ? this.kept[row] : row * paths.perSaveOf(this.grid);
    return this.grid.start + this.grid.step * step;
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
