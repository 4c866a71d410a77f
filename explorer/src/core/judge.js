// A plan's targets: zjsim/assessment/progress.py, assess.py and probability.py in JavaScript.

const NORMAL_95 = 1.959963984540054;
export const PASSES = new Set(["met", "above_band"]);

export function verdictOf(value, lowest, highest, error = null) {
  if (!Number.isFinite(value)) return "missing";
  const margin = value - lowest;
  if (error !== null && (!Number.isFinite(error) || Math.abs(margin) < Math.abs(error))) {
    return "undecidable";
  }
  if (highest !== null && value > highest) return "above_band";
  return margin >= 0 ? "met" : "missed";
}

export const readingTime = (item, year) => (item.reading === "year_end" ? year + 0.5 : year);

// An indicator in one year, in the printed unit; NaN where the run does not hold it.
export function indicatorValue(run, item, year) {
  const value = item.scale * run.at(item.variable, readingTime(item, year));
  if (item.reads === "value") return value;
  const start = item.scale * run.at(item.variable, readingTime(item, item.base.year));
  return 100 * (1 - value / start);
}

export function indicatorError(run, errorAt, item, year) {
  let error = Math.abs(item.scale * errorAt(item.variable, readingTime(item, year)));
  if (item.reads === "intensity") {
    error = (100 * error) / Math.abs(item.scale * run.at(item.variable, readingTime(item, item.base.year)));
  }
  return error;
}

// Each indicator of one run: its values by year and the verdict at the target year.
export function judge(plan, run, errorAt = null) {
  return plan.indicators.map((item) => {
    const alive = run.ok;
    const years = plan.years.filter((year) => year <= item.target.year);
    const values = years.map((year) => (alive ? indicatorValue(run, item, year) : NaN));
    const value = values[values.length - 1];
    const error = errorAt && Number.isFinite(value)
      ? indicatorError(run, errorAt, item, item.target.year) : null;
    const verdict = verdictOf(value, item.target.lowest, item.target.highest, error);
    const amended = item.amended
      ? verdictOf(value, item.amended.value, null, error) : null;
    return { item, years, values, value, error, verdict, amended, met: PASSES.has(verdict) };
  });
}

export function tallyOf(rows) {
  const binding = rows.filter((row) => row.item.nature === "binding");
  const met = (some) => some.filter((row) => row.met).length;
  return { met: met(rows), total: rows.length, bindingMet: met(binding), binding: binding.length };
}

// A share with its Wilson score interval.
export function wilson(met, total, z = NORMAL_95) {
  if (total === 0) return { met, total, value: NaN, low: NaN, high: NaN };
  const share = met / total;
  const scale = 1 + (z * z) / total;
  const middle = (share + (z * z) / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return { met, total, value: share, low: met === 0 ? 0 : Math.max(0, middle - half),
    high: met === total ? 1 : Math.min(1, middle + half) };
}

// As NumPy's quantile: linear between order statistics. `sorted` holds finite numbers only.
export function quantile(sorted, level) {
  if (!sorted.length) return NaN;
  const place = level * (sorted.length - 1);
  const low = Math.floor(place);
  const part = place - low;
  const a = sorted[low];
  const b = sorted[Math.min(low + 1, sorted.length - 1)];
  return part >= 0.5 ? b - (b - a) * (1 - part) : a + (b - a) * part;
}
