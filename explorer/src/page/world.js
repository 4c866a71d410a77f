// The outside world by named path, a departure for each driver, and the constants that decide.
import { h, newId } from "./dom.js";
import { quantity } from "./words.js";

const AMOUNTS = ["multiply", "add", "to"];
const NEUTRAL = { multiply: 1, add: 0, to: 0 };
const SIGNS = { multiply: "×", add: "+", to: "=" };

const amountOf = (entry) => AMOUNTS.find((amount) => entry[amount] !== null);

// How a driver's entry departs from its path, in words.
export function departure(entry, words, key = amountOf(entry)) {
  if (entry?.shape === "table" || !key) return words.say("explorer.by_table");
  return `${SIGNS[key]} ${quantity(entry?.[key] ?? NEUTRAL[key])}`;
}

export class World {
  constructor(store, words) {
    this.store = store;
    this.words = words;
    const { doc } = store;
    const id = newId("path");
    const sets = new Map(doc.scenarios.map((one) => [one.driver_path.join(","), one.driver_path]));
    // A path that leaves drivers out is followed by another one in some scenario, or not offered.
    for (const [path, series] of Object.entries(doc.drivers.series)) {
      if (doc.drivers.list.every(({ id }) => series[id])) sets.set(path, [path]);
    }
    this.choice = h("select", { id, onchange: () =>
      store.setField("driver_path", this.choice.value.split(",").filter(Boolean)) },
      [...sets].map(([key, path]) => h("option", { value: key }, words.path(path))));
    this.rows = doc.drivers.list.map((driver) => new DriverRow(driver, store, words));
    this.element = h("div", {},
      h("p", { class: "field" }, h("label", { for: id }, words.say("explorer.world_path")), this.choice),
      h("p", { class: "sub" }, words.say("explorer.departure", { year: doc.plan.years.at(-1) })),
      this.rows.map((row) => row.element));
    this.draw();
  }

  draw() {
    const key = this.store.scenario.driver_path.join(",");
    if (![...this.choice.options].some((option) => option.value === key)) {
      this.choice.append(h("option", { value: key }, this.words.path(this.store.scenario.driver_path)));
    }
    this.choice.value = key;
    const base = this.store.shipped(this.store.base);
    for (const row of this.rows) row.draw(base.drivers[row.driver.id] ?? null);
  }
}

class DriverRow {
  constructor(driver, store, words) {
    Object.assign(this, { driver, store, words });
    const { years } = store.doc.plan;
    const all = Object.values(store.doc.drivers.series).map((path) => path[driver.id]).filter(Boolean);
    // A level may be zero, which no factor moves: something is added to it.
    this.amount = all[0]?.kind === "level" ? "add" : "multiply";
    this.span = spanOf(all, store.doc.scenarios.map((one) => one.drivers[driver.id]).filter(Boolean));
    // It grows from the first day of the plan to the last: the base year stays what it was.
    this.fresh = { path: [], multiply: null, add: null, to: null, shape: "ramp", from: years[0],
      until: years.at(-1) + 1, values: [] };
    this.line = new SliderLine(words, {
      name: words.variable(driver.name),
      oninput: (value, how) => this.set(value, how),
      onrest: () => store.rest(),
      onreset: () => store.setEntry("drivers", driver.id, this.base && structuredClone(this.base)),
    });
    this.element = this.line.element;
  }

  keyOf(entry) {
    return (entry && amountOf(entry)) ?? this.amount;
  }

  set(value, how) {
    const now = this.store.scenario.drivers[this.driver.id] ?? this.fresh;
    const key = this.keyOf(now);
    const neutral = value === NEUTRAL[key] && !this.base;
    const shape = now.shape === null ? { ...this.fresh, path: now.path } : now;
    this.store.setEntry("drivers", this.driver.id, neutral ? null : { ...shape, [key]: value }, how);
  }

  draw(base) {
    this.base = base;
    const entry = this.store.scenario.drivers[this.driver.id];
    const key = this.keyOf(entry);
    const value = entry?.[key] ?? NEUTRAL[key];
    const [low, high] = key === "multiply" ? [0.7, 1.3] : [-this.span, this.span];
    const shown = departure(entry, this.words, key);
    this.line.draw({ value, low: Math.min(low, value), high: Math.max(high, value),
      step: (high - low) / 120, shown, disabled: entry?.shape === "table",
      changed: JSON.stringify(entry ?? null) !== JSON.stringify(base) });
  }
}

// How far a level may be moved: as far as any path or scenario has it.
function spanOf(series, changes) {
  const sizes = series.flatMap((one) => one.values.map(([, value]) => Math.abs(value)));
  for (const change of changes) sizes.push(Math.abs(change.add ?? 0), Math.abs(change.to ?? 0));
  return Number(Math.max(...sizes, 0).toPrecision(2)) || 0.1;
}

// A label, a number and a slider, with a way back.
export class SliderLine {
  constructor(words, { name, note = "", oninput, onrest, onreset }) {
    const id = newId("slider");
    this.value = h("output", { for: id });
    this.slider = h("input", { type: "range", id,
      oninput: (event) => oninput(Number(this.slider.value), { stopped: false, event }), onchange: onrest });
    this.back = h("button", { type: "button", class: "back", onclick: onreset,
      "aria-label": words.say("explorer.reset", { name }) }, "↺");
    this.element = h("div", { class: "lever" },
      h("div", { class: "line" }, h("label", { for: id, title: note || null }, name), this.value, this.back),
      this.slider, note ? h("p", { class: "sub" }, note, this.state = h("span", {})) : null);
  }

  draw({ value, low, high, step, shown, changed, disabled = false, state = "" }) {
    const key = `${value} ${low} ${high} ${shown} ${changed} ${disabled} ${state}`;
    if (this.drawn === key) return;
    this.drawn = key;
    if (this.state) this.state.textContent = state;
    Object.assign(this.slider, { min: low, max: high, step, disabled });
    this.slider.value = value;
    this.slider.setAttribute("aria-valuetext", shown);
    this.value.textContent = shown;
    this.back.hidden = !changed;
    this.element.classList.toggle("changed", changed);
  }
}

// Constants: held where a user puts them, free to vary otherwise.
export class Constants {
  constructor(store, words, ids, { drawn }) {
    this.store = store;
    this.rows = ids.map((id) => {
      const row = store.doc.constants[id];
      const element = store.doc.elements[row.name] ?? {};
      const { unit } = element;
      const grade = element.grade ? words.say("explorer.grade", { grade: element.grade }) : "";
      const range = row.low == null ? "" : `${quantity(row.low)} – ${words.measure(row.high, unit)}`;
      const line = new SliderLine(words, {
        name: words.variable(row.name),
        note: [range, grade].filter(Boolean).join(" · "),
        oninput: (value, how) => store.setEntry("constants", id, value, how),
        onrest: () => store.rest(),
        onreset: () => store.setEntry("constants", id, store.shipped(store.base).constants[id] ?? null),
      });
      return { id, row, unit, line };
    });
    this.words = words;
    this.drawn = drawn;
    this.element = h("div", {}, this.rows.map(({ line }) => line.element));
    this.draw();
  }

  draw() {
    const { doc, scenario } = this.store;
    const base = this.store.shipped(this.store.base);
    for (const { id, row, unit, line } of this.rows) {
      const own = doc.kernel.constants.values[row.slot];
      const value = scenario.constants[id] ?? own;
      const [low, high] = rangeOf(row, own);
      const held = id in scenario.constants;
      const state = this.drawn ? ` · ${this.words.say(held ? "explorer.held" : "explorer.free")}` : "";
      line.draw({ value, low: Math.min(low, value), high: Math.max(high, value), step: (high - low) / 500 || 0.01,
        shown: this.words.measure(value, unit), state,
        changed: scenario.constants[id] !== base.constants[id] });
    }
  }
}

// A range of its own, or half to one and a half times the number where the model gives none.
function rangeOf(row, value) {
  if (row.low != null && row.high != null && row.low < row.high) return [row.low, row.high];
  if (value === 0) return [-1, 1];
  return value > 0 ? [value / 2, value * 1.5] : [value * 1.5, value / 2];
}
