// What policy sets: every lever by chapter of the plan, with its clause, range and path.
import { leverPoints, valueAt } from "../core/paths.js";
import { gridOf, shapedLever } from "../core/resolve.js";
import { heldAt } from "../core/scenario.js";
import { fill, h, newId, svg } from "./dom.js";
import { quantity } from "./words.js";

const EDITABLE = ["constant", "step", "ramp", "s_curve"];
const WIDTH = 240;
const HEIGHT = 64;

export class Levers {
  constructor(store, words) {
    this.store = store;
    this.words = words;
    this.rows = store.doc.levers.map((lever) => new LeverRow(lever, store, words));
    const groups = new Map();
    for (const row of this.rows) {
      const { chapter } = row.lever;
      if (!groups.has(chapter)) groups.set(chapter, []);
      groups.get(chapter).push(row.element);
    }
    // What stands under no chapter comes last.
    const place = (chapter) => chapter ?? Infinity;
    const sorted = [...groups].sort((a, b) => place(a[0]) - place(b[0]));
    this.element = h("div", { class: "levers" }, sorted.map(([chapter, rows]) =>
      h("section", {}, this.heading(chapter), rows)), this.delay());
    this.draw();
  }

  heading(place) {
    if (place === null) return null;
    const { number, title } = this.store.doc.chapters[place];
    // The plan's own numeral is for those who read it.
    const chapter = this.words.language === "zh" ? number : place + 1;
    return h("h3", {}, this.words.say("explorer.chapter", { chapter }),
      h("span", { class: "title" }, ` ${this.words.of(title)}`));
  }

  delay() {
    const id = newId("delay");
    this.delayInput = h("input", { id, type: "number", min: 0, max: 5, step: 0.5, onchange: () =>
      this.store.setField("lever_delay", Math.max(0, Number(this.delayInput.value) || 0)) });
    return h("p", { class: "field" }, h("label", { for: id }, this.words.say("explorer.delay")), this.delayInput);
  }

  draw() {
    const base = this.store.shipped(this.store.base);
    for (const row of this.rows) row.draw(base.levers[row.lever.id] ?? heldAt(0));
    if (!this.delayInput.matches(":focus")) this.delayInput.value = this.store.scenario.lever_delay;
  }
}

class LeverRow {
  constructor(lever, store, words) {
    Object.assign(this, { lever, store, words });
    const id = newId("lever");
    const list = newId("plan");
    this.value = h("output", { for: id });
    this.slider = h("input", { type: "range", id, min: lever.low, max: lever.high, step: 0.01, list,
      oninput: (event) => this.set({ to: Number(this.slider.value) }, { stopped: false, event }),
      onchange: () => store.rest() });
    this.back = h("button", { type: "button", class: "back", onclick: () => this.reset(),
      "aria-label": words.say("explorer.reset", { name: words.of(lever.label) }) }, "↺");
    this.details = h("div", { id: newId("path"), class: "path", hidden: true });
    const about = `${words.say("explorer.path_and_clause")}: ${words.of(lever.label)}`;
    this.more = h("button", { type: "button", class: "more", "aria-expanded": "false", "aria-label": about,
      title: words.say("explorer.path_and_clause"), "aria-controls": this.details.id, onclick: () => this.toggle() });
    this.element = h("div", { class: "lever" },
      h("div", { class: "line" }, this.more, h("label", { for: id }, words.of(lever.label)), this.value, this.back),
      this.slider,
      h("datalist", { id: list }, h("option", { value: lever.plan })),
      this.details);
    this.id = id;
  }

  toggle() {
    this.details.hidden = !this.details.hidden;
    this.more.setAttribute("aria-expanded", String(!this.details.hidden));
    this.draw(this.base);
  }

  get entry() {
    return this.store.scenario.levers[this.lever.id] ?? heldAt(0);
  }

  set(part, how) {
    this.store.setLever(this.lever.id, { ...this.entry, ...part }, how);
  }

  reset() {
    this.store.setLever(this.lever.id, structuredClone(this.base), { stopped: true });
  }

  draw(base) {
    const { entry } = this;
    const { lever_delay: delay } = this.store.scenario;
    const shown = !this.details.hidden;
    // While one slider moves the others stand still.
    if (this.entryDrawn === entry && this.base === base && this.shown === shown && this.delay === delay) return;
    Object.assign(this, { entryDrawn: entry, base, shown, delay });
    const table = entry.shape === "table";
    this.slider.disabled = table;
    this.slider.value = table ? this.lever.plan : entry.to ?? 0;
    const said = table ? this.words.say("explorer.by_table") : quantity(entry.to ?? 0);
    this.value.textContent = said;
    this.slider.setAttribute("aria-valuetext", this.words.say("explorer.value_text", {
      value: said, plan: this.lever.plan }));
    const same = JSON.stringify(entry) === JSON.stringify(base);
    this.element.classList.toggle("changed", !same);
    this.back.hidden = same;
    if (!this.details.hidden) this.drawDetails();
  }

  drawDetails() {
    if (!this.path) {
      const { lever, words } = this;
      const { baseYear } = this.store.doc.plan;
      this.path = new PathEditor(this);
      const facts = [
        lever.quote ? h("blockquote", { lang: "zh-CN" }, lever.quote) : null,
        h("p", { class: "sub" }, [lever.clause, words.say("explorer.range", {
          low: lever.low, high: lever.high, plan: lever.plan, year: baseYear }),
          lever.cost === null ? words.say("explorer.no_cost")
            : words.say("explorer.cost", { share: quantity(100 * lever.cost), year: baseYear })].filter(Boolean).join(" · ")),
        lever.note && words.language === "en" ? h("p", { class: "sub" }, lever.note) : null,
        lever.delayable ? null : h("p", { class: "sub" }, words.say("explorer.national")),
      ];
      this.details.append(this.path.element, ...facts.filter(Boolean));
    }
    this.path.draw();
  }
}

// The path as a small curve: two handles for where it begins and is complete; the slider is its height.
class PathEditor {
  constructor(row) {
    this.row = row;
    const { words, lever } = row;
    const grid = gridOf(row.store.doc, row.store.scenario);
    this.grid = grid;
    this.line = svg("path", { class: "curve" });
    this.handles = Object.fromEntries(["from", "until"].map((key) => [key, this.handle(key)]));
    this.picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "editor", role: "group",
      "aria-label": words.say("explorer.path_of", { name: words.of(lever.label) }) },
      svg("line", { class: "rest", x1: 0, x2: WIDTH, y1: this.y(0), y2: this.y(0) }),
      svg("line", { class: "plan", x1: 0, x2: WIDTH, y1: this.y(lever.plan), y2: this.y(lever.plan) }),
      this.years(), this.line, Object.values(this.handles));
    this.shape = h("select", { "aria-label": words.say("explorer.shape"), onchange: () => this.reshape() },
      EDITABLE.map((shape) => h("option", { value: shape }, words.say(`explorer.shape.${shape}`))));
    this.inputs = Object.fromEntries(["from", "until"].map((key) => {
      const id = newId(key);
      const input = h("input", { id, type: "number", step: 0.25, min: grid.start, max: grid.stop + 1,
        onchange: () => this.move(key, Number(input.value), true) });
      return [key, { input, label: h("label", { for: id }, words.say(`explorer.${key}`)) }];
    }));
    this.element = h("div", {}, this.picture, h("p", { class: "field" }, this.shape,
      Object.values(this.inputs).flatMap(({ label, input }) => [label, input])));
  }

  x = (time) => ((time - this.grid.start) / (this.grid.stop - this.grid.start)) * WIDTH;
  y = (value) => {
    const { low, high } = this.row.lever;
    return HEIGHT - 14 - ((value - low) / (high - low)) * (HEIGHT - 22);
  };

  years() {
    const { plan } = this.row.store.doc;
    return plan.years.map((year) => svg("text", { x: this.x(year), y: HEIGHT - 2, class: "year" }, String(year)));
  }

  handle(key) {
    const { words } = this.row;
    const knob = svg("circle", { r: 6, class: "handle", tabindex: 0, role: "slider",
      "aria-label": words.say(`explorer.${key}`) });
    knob.addEventListener("pointerdown", (event) => {
      knob.setPointerCapture(event.pointerId);
      const drag = (moved) => this.drag(key, moved, false);
      knob.addEventListener("pointermove", drag);
      knob.addEventListener("pointerup", (last) => {
        knob.removeEventListener("pointermove", drag);
        this.drag(key, last, true);
      }, { once: true });
    });
    knob.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -0.25, ArrowDown: -0.25, ArrowRight: 0.25, ArrowUp: 0.25 }[event.key];
      if (step) {
        event.preventDefault();
        this.move(key, this.shaped()[key] + step, true);
      }
    });
    return knob;
  }

  drag(key, event, stopped) {
    const box = this.picture.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const time = this.grid.start + share * (this.grid.stop - this.grid.start);
    // The middle of a year is its number; 1 January is half a year before.
    this.move(key, Math.round(4 * (time + 0.5)) / 4, stopped);
  }

  shaped() {
    return shapedLever(this.row.entry, this.row.lever);
  }

  move(key, year, stopped) {
    const now = this.shaped();
    if (!Number.isFinite(year)) return;
    const first = this.grid.start + 0.5;
    const last = this.grid.stop + 1;
    let value = Math.min(Math.max(year, first), last);
    if (key === "from" && now.until != null) value = Math.min(value, now.until - 0.25);
    if (key === "until") value = Math.max(value, now.from + 0.25);
    this.row.set({ shape: now.shape, from: now.from, until: now.until, [key]: value }, { stopped });
  }

  reshape() {
    const now = this.shaped();
    const shape = this.shape.value;
    const own = this.row.lever.shape;
    const from = shape === "constant" ? null : now.from ?? own.from ?? this.grid.start + 1;
    const sloped = shape === "ramp" || shape === "s_curve";
    const until = sloped ? now.until ?? own.until ?? from + 1 : null;
    this.row.set({ shape, from, until, values: [], to: this.row.entry.to ?? this.row.lever.plan });
  }

  draw() {
    const { store, lever } = this.row;
    const shaped = this.shaped();
    const points = leverPoints(shaped, lever.delayable ? store.scenario.lever_delay : 0, this.grid);
    const steps = [];
    for (let k = 0; k <= 176; k++) {
      const time = this.grid.start + (k / 176) * (this.grid.stop - this.grid.start);
      steps.push([this.x(time), this.y(valueAt(points, time, "left"))], [this.x(time), this.y(valueAt(points, time))]);
    }
    this.line.setAttribute("d", `M${steps.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`);
    this.shape.value = shaped.shape;
    this.shape.disabled = shaped.shape === "table";
    for (const key of ["from", "until"]) {
      const { input, label } = this.inputs[key];
      const there = shaped[key] != null;
      input.hidden = label.hidden = !there;
      if (!input.matches(":focus")) input.value = there ? shaped[key] : "";
      const knob = this.handles[key];
      knob.style.display = there ? "" : "none";
      if (!there) continue;
      const time = shaped[key] - 0.5;
      knob.setAttribute("cx", this.x(time));
      knob.setAttribute("cy", this.y(key === "from" && shaped.shape !== "step" ? 0 : shaped.to ?? 0));
      knob.setAttribute("aria-valuenow", shaped[key]);
      knob.setAttribute("aria-valuemin", this.grid.start);
      knob.setAttribute("aria-valuemax", this.grid.stop + 1);
    }
  }
}
