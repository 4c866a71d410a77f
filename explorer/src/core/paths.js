// Shapes and yearly series as piecewise-linear points over model time: zjsim/scenario/paths.py
// and zjsim/inputs.py in JavaScript. tests/explorer/test_rules.py holds the two together.

// An s-curve, and a product of two sloping lines, is drawn in pieces this long, in years.
const PIECE = 1 / 128;
const TIME_TOLERANCE = 1e-6;
const HALF_YEAR = 0.5;

export const startOf = (year) => year - HALF_YEAR;

export function stepsOf(grid) {
  return Math.round((grid.stop - grid.start) / grid.step);
}

export function perSaveOf(grid) {
  return grid.saveEvery == null ? 1 : Math.round(grid.saveEvery / grid.step);
}

// Half to even, as Python rounds.
export function roundEven(value) {
  const floor = Math.floor(value);
  const part = value - floor;
  if (part !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

export function snapper(grid) {
  return (time) => {
    if (time <= grid.start) return time;
    return grid.start + grid.step * roundEven((time - grid.start) / grid.step);
  };
}

export function path(times, values) {
  return { times: Float64Array.from(times), values: Float64Array.from(values) };
}

function linspace(first, last, pieces) {
  const step = (last - first) / pieces;
  const found = Array.from({ length: pieces + 1 }, (_, i) => i * step + first);
  found[pieces] = last;
  return found;
}

// Share of a change that is complete over time, from 0 to 1.
export function progress(shape, start, stop, snap) {
  if (shape === "constant" || start == null) return path([0], [1]);
  const first = snap(start);
  if (shape === "step" || stop == null) {
    if (stop == null) return path([first, first], [0, 1]);
    const last = snap(stop);
    return path([first, first, last, last], [0, 1, 1, 0]);
  }
  const last = snap(stop);
  const pieces = shape === "s_curve" ? Math.max(1, roundEven((last - first) / PIECE)) : 1;
  const share = linspace(0, 1, pieces);
  const height = shape === "s_curve" ? share.map((x) => x * x * (3 - 2 * x)) : share;
  return path(share.map((x) => first + x * (last - first)), height);
}

export function yearly(points) {
  return path(points.map(([year]) => year), points.map(([, value]) => value));
}

// Path of a lever whose shape is known; `delay` shifts every date.
export function leverPoints(entry, delay, grid) {
  if (entry.shape === "table") {
    const made = yearly(entry.values.map(([y, v]) => [y + delay, v]));
    return begun(made, snapper(grid)(made.times[0] - HALF_YEAR), grid);
  }
  let { shape } = entry;
  let begins = entry.from == null ? null : startOf(entry.from) + delay;
  const ends = entry.until == null ? null : startOf(entry.until) + delay;
  if (shape === "constant" && delay > 0) {
    shape = "step";
    begins = grid.start + delay;
  }
  const share = progress(shape, begins, ends, snapper(grid));
  return { times: share.times, values: share.values.map((value) => value * (entry.to ?? 0)) };
}

// No effort before `first`, 1 January of a table's first year.
function begun(made, first, grid) {
  if (made.values[0] === 0 || first <= grid.start) return made;
  return path([first, first, ...made.times], [0, made.values[0], ...made.values]);
}

// Yearly values of the first series, carried on by each next one after its last year.
export function continued(series) {
  const points = series[0].values.map((point) => [...point]);
  for (const following of series.slice(1)) {
    const values = new Map(following.values);
    const [last, level] = points[points.length - 1];
    const later = following.values.map(([year]) => year).filter((year) => year > last);
    later.sort((a, b) => a - b);
    if (!later.length) continue;
    const gap = later[0] > last + 1 || (following.kind === "index" && !values.has(last));
    if (gap) throw new RangeError(`${following.path} / ${series[0].path}: ${last}`);
    const factor = following.kind === "index" ? level / values.get(last) : 1;
    for (const year of later) points.push([year, values.get(year) * factor]);
  }
  return points;
}

// Carried on to `stop`: growth held for an index, value for a level.
export function extrapolated(points, kind, stop) {
  const longer = points.map((point) => [...point]);
  let growth = 1;
  if (kind === "index" && points.length > 1) {
    const [before, low] = points[points.length - 2];
    const [last, high] = points[points.length - 1];
    growth = (high / low) ** (1 / (last - before));
  }
  while (longer[longer.length - 1][0] < stop) {
    const [year, value] = longer[longer.length - 1];
    longer.push([year + 1, value * growth]);
  }
  return longer;
}

// Points at or below (side right) or strictly below (left) a time.
function pointsUpTo(times, time, right) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (right ? time < times[middle] : time <= times[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function valueAt({ times, values }, time, side = "right") {
  const upper = pointsUpTo(times, time, side === "right");
  const high = Math.min(upper, times.length - 1);
  const low = Math.max(upper - 1, 0);
  const span = times[high] - times[low];
  const share = (time - times[low]) / (span > 0 ? span : 1);
  return values[low] + share * (values[high] - values[low]);
}

const sortedUnique = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);

// `base` with a change laid over it: multiplied, added to, or replaced.
export function changed(base, change, grid) {
  const begins = change.from == null ? null : startOf(change.from);
  const ends = change.until == null ? null : startOf(change.until);
  const share = progress(change.shape, begins, ends, snapper(grid));
  const mix = (level, part) => {
    if (change.multiply != null) return level * (1 + part * (change.multiply - 1));
    if (change.add != null) return level + part * change.add;
    return (1 - part) * level + part * (change.to ?? 0);
  };
  let times = sortedUnique([...base.times, ...share.times]);
  if (change.shape === "ramp" || change.shape === "s_curve") {
    const first = share.times[0];
    const last = share.times[share.times.length - 1];
    const pieces = Math.max(1, roundEven((last - first) / PIECE));
    times = sortedUnique([...times, ...linspace(first, last, pieces)]);
  }
  const outTimes = [];
  const outValues = [];
  for (const time of times) {
    const left = mix(valueAt(base, time, "left"), valueAt(share, time, "left"));
    const right = mix(valueAt(base, time), valueAt(share, time));
    outTimes.push(time);
    outValues.push(left);
    if (left !== right) {
      outTimes.push(time);
      outValues.push(right);
    }
  }
  return path(outTimes, outValues);
}

// Where the values of every step are read: its start, its middle and its end from the left.
export function moments(grid) {
  const steps = stepsOf(grid);
  const time = (turn) => grid.start + grid.step * turn;
  const found = [];
  for (let turn = 0; turn <= steps; turn++) {
    found.push([time(turn), "right"], [time(turn) + 0.5 * grid.step, "right"]);
    found.push([time(Math.min(turn + 1, steps)), "left"]);
  }
  return found;
}

export function locate(times, where) {
  const lower = new Int32Array(where.length);
  const upper = new Int32Array(where.length);
  const share = new Float64Array(where.length);
  where.forEach(([time, side], i) => {
    const place = pointsUpTo(times, time, side === "right");
    upper[i] = Math.min(place, times.length - 1);
    lower[i] = Math.max(place - 1, 0);
    const span = times[upper[i]] - times[lower[i]];
    share[i] = (time - times[lower[i]]) / (span > 0 ? span : 1);
  });
  return { lower, upper, share };
}

// Fill column `column` of `rows` (a row a moment) with the values of a path.
export function fillColumn(rows, column, width, { lower, upper, share }, values) {
  for (let i = 0; i < share.length; i++) {
    const low = values[lower[i]];
    rows[i * width + column] = low + share[i] * (values[upper[i]] - low);
  }
}

export function rowAt(grid, time) {
  const every = grid.step * perSaveOf(grid);
  const row = Math.round((time - grid.start) / every);
  const count = Math.floor(stepsOf(grid) / perSaveOf(grid)) + 1;
  const found = grid.start + row * every;
  return row >= 0 && row < count && Math.abs(found - time) <= TIME_TOLERANCE ? row : -1;
}
