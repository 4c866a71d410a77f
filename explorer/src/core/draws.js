// What varies in an ensemble of a scenario, and run i's numbers: zjsim/scenario/sampling.py,
// draws.py and outlook.py. The points of the Sobol set travel with the page.
import { ndtr, ndtri } from "./normal.js";
import { path, valueAt } from "./paths.js";

const EDGE = 2 ** -40;
const BITS = 30;
export const clip = (value, low, high) => Math.min(Math.max(value, low), high);

// The dimensions of a resolved scenario, in the order of the command line.
export function dimensionsOf(doc, inputs, scenario) {
  const sampling = doc.sampling;
  const found = [];
  for (const row of sampling.constants) {
    const isSet = inputs.set.has(row.key);
    if (isSet && !row.listed) continue;
    const centre = isSet ? inputs.constants[row.slot] : row.centre;
    const own = isSet || !row.learnt ? { ...row, mode: centre } : row.learnt;
    found.push({ kind: "constant", key: row.key, slot: row.slot, low: own.low, mode: own.mode,
      high: own.high, distribution: own.distribution });
  }
  found.push(...driverDimensions(doc, inputs));
  found.push(...leverDimensions(doc, inputs));
  return found;
}

function driverDimensions(doc, inputs) {
  const own = [];
  const ahead = [];
  for (const bounds of doc.sampling.drivers) {
    const entry = inputs.drivers.find((one) => one.driver.id === bounds.id);
    if (entry) own.push({ ...bounds, kind: "driver", key: `drivers.${bounds.id}`,
      name: entry.driver.name, index: entry.index });
  }
  for (const entry of inputs.drivers) {
    if (own.some((one) => one.name === entry.driver.name)) continue;
    const error = doc.sampling.outlook.find((one) => one.id === entry.driver.id);
    const { start, stop } = inputs.grid;
    const since = entry.known === null ? Math.floor(start) : Math.max(entry.known, Math.floor(start));
    if (!error || since >= stop) continue;
    const years = Math.max(Math.ceil(stop - since), 0);
    const whole = Math.max(Math.floor(stop - since), 1);
    const sd = sdOfMean(error, whole);
    ahead.push({ kind: "driver", key: `drivers.${entry.driver.id}`, name: entry.driver.name,
      of: "outlook", index: entry.index, low: -2 * sd, mode: 0, high: 2 * sd,
      distribution: "normal", error, since, years, whole, sd, scores: years - 1 });
  }
  return [...own, ...ahead];
}

function leverDimensions(doc, inputs) {
  const { implementation, implementationOf } = doc.sampling;
  if (!implementation) return [];
  const found = [];
  for (const { lever, points } of inputs.levers) {
    const own = implementationOf[lever.id];
    const idle = points.values.every((value) => value === 0);
    if (idle || (!lever.delayable && !own)) continue;
    found.push({ ...(own ?? implementation), kind: "lever", key: `levers.${lever.id}`,
      name: lever.variable, limits: [lever.low, lever.high] });
  }
  return found;
}

export const sizeOf = (dimensions) =>
  dimensions.length + dimensions.reduce((sum, one) => sum + (one.scores ?? 0), 0);

// What a shock of each year (column) leaves in each year (row).
function responses(persistence, years) {
  return Array.from({ length: years }, (_, row) => Array.from({ length: years },
    (__, column) => (row >= column ? persistence ** (row - column) : 0)));
}

const columnSums = (rows, years) =>
  Array.from({ length: years }, (_, c) => rows.reduce((sum, row) => sum + row[c], 0));

function sdOfMean(error, years) {
  const reach = columnSums(responses(error.persistence, years), years);
  return (error.sd * Math.sqrt(reach.reduce((sum, x) => sum + x * x, 0))) / years;
}

// Orthonormal directions of the yearly shocks; the first moves the mean deviation.
function axes({ error, years, whole }) {
  const weight = columnSums(responses(error.persistence, years).slice(0, whole), years);
  const norm = Math.sqrt(weight.reduce((sum, x) => sum + x * x, 0));
  const normal = weight.map((x, i) => x / norm - (i === 0 ? 1 : 0));
  const length = normal.reduce((sum, x) => sum + x * x, 0);
  return normal.map((a, row) => normal.map((b, column) =>
    (row === column ? 1 : 0) - (length > 1e-30 ? (2 / length) * a * b : 0)));
}

const product = (a, b) => a.map((row) => b[0].map((_, c) => row.reduce((s, x, k) => s + x * b[k][c], 0)));

// Correlations of the scores of two drivers: shocks of the same calendar year share one.
function correlation(first, second) {
  const shared = first.error.common * second.error.common;
  const [early, late] = [axes(first), axes(second)];
  return Array.from({ length: first.years }, (_, i) => Array.from({ length: second.years }, (__, j) => {
    let sum = 0;
    for (let a = 0; a < first.years; a++) {
      const b = first.since + a - second.since;
      if (b >= 0 && b < second.years) sum += early[a][i] * late[b][j];
    }
    return shared * sum;
  }));
}

// Positions that are correlated, and the lower Cholesky factor of their correlation.
function correlated(doc, dimensions) {
  const place = new Map(dimensions.map((one, i) => [one.key, i]));
  const pairs = new Map();
  const put = (a, b, r) => pairs.set(`${Math.min(a, b)} ${Math.max(a, b)}`, r);
  let last = dimensions.length;
  const ahead = [];
  dimensions.forEach((one, i) => {
    if (!one.error) return;
    ahead.push([one, [i, ...Array.from({ length: one.scores }, (_, k) => last + k)]]);
    last += one.scores;
  });
  for (let i = 0; i < ahead.length; i++) {
    for (let j = i + 1; j < ahead.length; j++) {
      correlation(ahead[i][0], ahead[j][0]).forEach((line, row) => line.forEach((r, column) => {
        if (Math.abs(r) > 1e-12) put(ahead[i][1][row], ahead[j][1][column], r);
      }));
    }
  }
  for (const [a, b, r] of doc.sampling.correlations) {
    if (place.has(a) && place.has(b)) put(place.get(a), place.get(b), r);
  }
  const used = [...new Set([...pairs.keys()].flatMap((key) => key.split(" ").map(Number)))];
  used.sort((a, b) => a - b);
  const rowOf = new Map(used.map((position, row) => [position, row]));
  const matrix = used.map((_, row) => used.map((__, column) => (row === column ? 1 : 0)));
  for (const [key, r] of pairs) {
    const [a, b] = key.split(" ").map((position) => rowOf.get(Number(position)));
    matrix[a][b] = r;
    matrix[b][a] = r;
  }
  return { rows: used, factor: cholesky(matrix) };
}

function cholesky(matrix) {
  const n = matrix.length;
  const lower = matrix.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      for (let k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k];
      if (i === j && !(sum > 0)) throw new RangeError("correlations");
      lower[i][j] = i === j ? Math.sqrt(sum) : sum / lower[j][j];
    }
  }
  return lower;
}

// The points of a scrambled Sobol set: a shift, and a direction for each bit of the run's number.
export function sobolPoint(table, size, run, out) {
  const columns = table.length / size;
  const gray = run ^ (run >>> 1);
  for (let i = 0; i < size; i++) {
    let bits = table[i * columns];
    for (let k = 0; gray >>> k; k++) if ((gray >>> k) & 1) bits ^= table[i * columns + 1 + k];
    out[i] = bits / 2 ** BITS + 2 ** -(BITS + 1);
  }
}

// Of each dimension, the number for a place in its distribution.
function quantileOf(one, unit, pert) {
  const { low, mode, high } = one;
  const span = high - low;
  if (one.of === "outlook") return mode + (span / 4) * ndtri(unit);
  let value;
  if (one.distribution === "triangular") {
    const part = (mode - low) / span;
    value = unit < part ? low + Math.sqrt(unit * span * (mode - low))
      : high - Math.sqrt((1 - unit) * span * (high - mode));
  } else if (one.distribution === "pert") {
    value = low + span * interpolated(unit, pert((mode - low) / span));
  } else if (one.distribution === "normal" || one.distribution === "lognormal") {
    value = normalQuantile(one, unit);
  } else {
    value = low + span * unit;
  }
  return clip(value, low, high);
}

function normalQuantile(one, unit) {
  const log = one.distribution === "lognormal";
  const [low, mode, high] = [one.low, one.mode, one.high].map((x) => (log ? Math.log(x) : x));
  const deviation = (high - low) / 4;
  const [below, above] = [ndtr((low - mode) / deviation), ndtr((high - mode) / deviation)];
  const value = mode + deviation * ndtri(below + unit * (above - below));
  return log ? Math.exp(value) : value;
}

// As NumPy's interp over equal steps of the value: `table` holds the distribution function.
function interpolated(unit, table) {
  const steps = table.length - 1;
  let low = 0;
  let high = steps;
  if (unit >= table[steps]) return 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (table[middle] <= unit) low = middle;
    else high = middle;
  }
  const slope = (1 / steps) / (table[low + 1] - table[low]);
  return slope * (unit - table[low]) + low / steps;
}

// Draws of an ensemble: `inputs(run)` gives the inputs of a run.
export class Draws {
  constructor(doc, binary, inputs, scenario) {
    this.doc = doc;
    this.base = inputs;
    this.dimensions = dimensionsOf(doc, inputs, scenario);
    this.size = sizeOf(this.dimensions);
    this.table = binary.sobol(this.size);
    this.pert = binary.pert;
    this.learnt = binary.posterior();
    this.unit = new Float64Array(this.size);
    // What the dimensions came to in the run asked for last.
    this.last = new Float64Array(this.dimensions.length);
    this.bases = new Map();
    let last = this.dimensions.length;
    for (const one of this.dimensions) {
      if (!one.error) continue;
      one.first = last;
      last += one.scores;
      const directions = product(responses(one.error.persistence, one.years), axes(one));
      one.reach = directions.map((row) => row.map((x) => x * one.error.sd));
    }
  }

  // A page that draws nothing, but stands at the mean of what was learnt, needs no correlations.
  get mix() {
    return (this.mixed ??= correlated(this.doc, this.dimensions));
  }

  // Whether the page holds points for so many numbers a run.
  get possible() {
    return this.size === 0 || this.table !== null;
  }

  units(run) {
    const { unit, mix } = this;
    sobolPoint(this.table, this.size, run, unit);
    for (let i = 0; i < this.size; i++) unit[i] = clip(unit[i], EDGE, 1 - EDGE);
    const scores = mix.rows.map((row) => ndtri(unit[row]));
    mix.rows.forEach((row, i) => {
      let sum = 0;
      for (let k = 0; k <= i; k++) if (mix.factor[i][k] !== 0) sum += mix.factor[i][k] * scores[k];
      unit[row] = clip(ndtr(sum), EDGE, 1 - EDGE);
    });
    return unit;
  }

  inputs(run) {
    const { base } = this;
    const constants = Float64Array.from(base.constants);
    const changed = new Map(base.paths);
    if (this.size) {
      const unit = this.units(run);
      this.dimensions.forEach((one, i) => {
        const value = this.learnt?.value(one.key, run) ?? quantileOf(one, unit[i], this.pert);
        this.last[i] = value;
        this.put(one, value, constants, changed, () => this.driver(one, changed.get(one.name), value, unit, run));
      });
    }
    return { ...base, constants, paths: changed };
  }

  put(one, value, constants, changed, driver) {
    if (one.kind === "constant") constants[one.slot] = value;
    else if (one.kind === "lever") changed.set(one.name, scaled(changed.get(one.name), value, one.limits));
    else changed.set(one.name, driver());
  }

  // The one run that stands for draws after learning: `middle_of` in zjsim/scenario/sampling.py.
  middle() {
    const { base, learnt } = this;
    const constants = Float64Array.from(base.constants);
    const changed = new Map(base.paths);
    for (const one of this.dimensions) {
      const shocks = learnt.shocksOf(one.key, null);
      const value = learnt.value(one.key, null);
      if (value === undefined && !shocks) continue;
      this.put(one, value, constants, changed, () =>
        this.bent(one, changed.get(one.name), persisting(one, shocks), one.since));
    }
    return { ...base, constants, paths: changed };
  }

  driver(one, points, value, unit, run) {
    const { start, stop } = this.base.grid;
    if (one.of === "outlook") {
      const scores = [value / one.sd];
      for (let k = 0; k < one.scores; k++) scores.push(ndtri(unit[one.first + k]));
      const learnt = this.learnt?.shocksOf(one.key, run);
      if (learnt) {
        const shocks = scores.map((score, year) => learnt[year] ?? score);
        return this.bent(one, points, persisting(one, shocks), one.since);
      }
      const moves = one.reach.map((row) => row.reduce((sum, x, k) => sum + scores[k] * x, 0));
      return this.bent(one, points, moves, one.since);
    }
    if (one.of === "scale") {
      const origin = valueAt(points, start);
      const values = points.values.map((x) => (one.index ? origin * (x / origin) ** value
        : origin + value * (x - origin)));
      return { times: points.times, values };
    }
    const years = Math.max(Math.ceil(stop - start), 1);
    return this.bent(one, points, new Array(years).fill(value), start);
  }

  // A path with yearly deviations added from the middle of `since` on.
  bent(one, points, moves, since) {
    const { times, values } = this.withHalves(points);
    const total = [0];
    for (const move of moves) total.push(total[total.length - 1] + move);
    const bent = new Float64Array(times.length);
    for (let i = 0; i < times.length; i++) {
      const place = clip(times[i] - since, 0, moves.length);
      const before = Math.min(Math.trunc(place), moves.length - 1);
      const part = place - before;
      const added = total[before] * (1 - part) + total[before + 1] * part;
      bent[i] = one.index ? values[i] * Math.exp(added) : values[i] + added;
    }
    return { times, values: bent };
  }

  // Growth bends a straight line: the path with points at every half year.
  withHalves(points) {
    if (this.bases.has(points)) return this.bases.get(points);
    const { start, stop } = this.base.grid;
    const list = Array.from(points.times, (time, i) => [time, points.values[i]]);
    const known = new Set(points.times);
    for (let k = 0; start + 0.5 * k < stop + 0.5; k++) {
      const time = start + 0.5 * k;
      if (!known.has(time)) list.push([time, valueAt(points, time)]);
    }
    list.sort((a, b) => a[0] - b[0]);
    const made = path(list.map(([time]) => time), list.map(([, value]) => value));
    this.bases.set(points, made);
    return made;
  }
}

// What the shocks of each year have left of a driver's growth in each year.
function persisting({ error, years }, shocks) {
  const moves = [];
  for (let year = 0; year < years; year++) {
    moves.push((shocks[year] ?? 0) + (year ? error.persistence * moves[year - 1] : 0));
  }
  return moves.map((move) => error.sd * move);
}

function scaled({ times, values }, factor, [low, high]) {
  return { times, values: values.map((value) => clip(factor * value, low, high)) };
}
