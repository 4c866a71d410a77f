// A scenario → what one run needs: the rules of zjsim/scenario/resolve.py, for the numbers only.
import * as paths from "./paths.js";
import { ScenarioProblem } from "./scenario.js";

export function gridOf(doc, scenario) {
  const own = doc.grid;
  const said = scenario.time;
  return {
    start: said.start ?? own.start,
    stop: said.stop ?? own.stop,
    step: said.step ?? own.step,
    saveEvery: said.save_every ?? own.saveEvery,
  };
}

function checkGrid(grid, problems) {
  const whole = (ratio) => Math.abs(ratio - Math.round(ratio)) <= 1e-6 * Math.max(1, ratio);
  const steps = (grid.stop - grid.start) / grid.step;
  const fits = grid.step > 0 && grid.stop > grid.start && whole(steps) && steps <= 1e5
    && (grid.saveEvery == null || whole(grid.saveEvery / grid.step));
  if (!fits) problems.push(["time", "grid_misfit"]);
  return fits;
}

// The entry with the lever's default shape where it names none.
export function shapedLever(entry, lever) {
  if (entry.shape !== null) return entry;
  const to = entry.to ?? 0;
  return {
    ...lever.shape,
    to: lever.shape.shape === "table" ? null : to,
    from: entry.from ?? lever.shape.from,
    until: entry.until ?? lever.shape.until,
    values: lever.shape.values.map(([year, value]) => [year, value * to]),
  };
}

function resolveLevers(doc, scenario, grid, found, problems) {
  for (const [id, entry] of Object.entries(scenario.levers)) {
    const lever = doc.levers.find((one) => one.id === id);
    const place = `levers.${id}`;
    if (!lever) {
      problems.push([place, "unknown_name"]);
      continue;
    }
    const shaped = shapedLever(entry, lever);
    if (shaped.from != null && shaped.until != null && shaped.until <= shaped.from) {
      problems.push([place, "shape_lacks"]);
      continue;
    }
    const values = shaped.shape === "table" ? shaped.values.map(([, v]) => v) : [shaped.to ?? 0];
    if (values.some((value) => !(value >= lever.low && value <= lever.high))) {
      problems.push([`${place} (${lever.low}–${lever.high})`, "out_of_range"]);
      continue;
    }
    const delay = lever.delayable ? scenario.lever_delay : 0;
    const points = paths.leverPoints(shaped, delay, grid);
    found.paths.set(lever.variable, points);
    found.levers.push({ lever, points, shaped });
  }
}

const replaces = (change) =>
  change.shape === "table" || (change.shape === "constant" && change.to != null);

function driverPoints(series, change, grid) {
  if (change?.shape === "table") return paths.yearly(change.values);
  if (change && replaces(change)) return paths.yearly([[grid.start, change.to ?? 0]]);
  const points = paths.continued(series);
  const base = paths.yearly(paths.extrapolated(points, series[0].kind, grid.stop));
  return !change || change.shape === null ? base : paths.changed(base, change, grid);
}

function resolveDrivers(doc, scenario, grid, found, problems) {
  const known = doc.drivers.series;
  for (const name of scenario.driver_path) {
    if (!Object.hasOwn(known, name)) problems.push([`driver_path ${name}`, "unknown_name"]);
  }
  // What was published is known to draws after learning, whatever the scenario supposes.
  const seenFirst = doc.sampling?.posterior && !scenario.driver_path.includes(doc.drivers.observed);
  const said = seenFirst ? [doc.drivers.observed, ...scenario.driver_path] : scenario.driver_path;
  for (const driver of doc.drivers.list) {
    const change = scenario.drivers[driver.id];
    const order = change?.path.length ? change.path : said;
    const series = order.filter((path) => Object.hasOwn(known, path) && known[path][driver.id])
      .map((path) => known[path][driver.id]);
    const replaced = change !== undefined && replaces(change);
    const place = `drivers.${driver.id}`;
    if (!series.length && !replaced) {
      if (change) problems.push([place, "no_path"]);
      continue;
    }
    let points;
    try {
      points = driverPoints(series, change, grid);
    } catch (gap) {
      problems.push([`${place}: ${gap.message}`, "path_gap"]);
      continue;
    }
    const index = series.length > 0 && series[0].kind === "index";
    if (index && Math.min(...points.values) <= 0) problems.push([place, "index_not_positive"]);
    const observed = series.length > 0 && !replaced && series[0].path === doc.drivers.observed;
    const seen = observed ? series[0].values[series[0].values.length - 1][0] : null;
    found.paths.set(driver.name, points);
    found.drivers.push({ driver, points, index, known: seen });
  }
}

function resolveNumbers(doc, scenario, found, problems) {
  found.constants = Float64Array.from(doc.kernel.constants.values);
  found.given = new Float64Array(doc.kernel.states.length).fill(NaN);
  for (const [id, value] of Object.entries(scenario.constants)) {
    const row = Object.hasOwn(doc.constants, id) ? doc.constants[id] : null;
    if (!row) {
      problems.push([`constants.${id}`, "unknown_name"]);
      continue;
    }
    if (row.low != null && row.high != null && !(value >= row.low && value <= row.high)) {
      problems.push([`constants.${id} (${row.low}–${row.high})`, "out_of_range"]);
    }
    found.constants[row.slot] = value;
    found.set.add(id);
  }
  for (const [id, value] of Object.entries(scenario.initial)) {
    const slot = doc.kernel.states.findIndex((one) => one === id);
    if (slot < 0) problems.push([`initial.${id}`, "unknown_name"]);
    else found.given[slot] = value;
  }
}

// Everything one run needs; a ScenarioProblem lists all that does not fit.
export function resolve(doc, scenario) {
  const problems = [];
  const grid = gridOf(doc, scenario);
  const found = { grid, method: scenario.method ?? doc.method, paths: new Map(), levers: [],
    drivers: [], set: new Set() };
  if (checkGrid(grid, problems)) {
    resolveLevers(doc, scenario, grid, found, problems);
    resolveDrivers(doc, scenario, grid, found, problems);
  }
  resolveNumbers(doc, scenario, found, problems);
  if (problems.length) throw new ScenarioProblem(problems);
  for (const [name, [times, values]] of Object.entries(doc.series ?? {})) {
    found.paths.set(name, paths.path(times, values));
  }
  // What has no path stands still at the model's own number.
  for (const name of doc.kernel.paths) {
    if (!found.paths.has(name)) {
      const value = found.constants[doc.kernel.constants.names.indexOf(name)];
      found.paths.set(name, paths.path([grid.start], [value]));
    }
  }
  return found;
}
