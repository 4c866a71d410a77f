// Any variable of the model: its chart, and its equation to click along.
import { variableChart } from "./charts.js";
import { fill, h, newId } from "./dom.js";
import { DASH, quantity } from "./words.js";

export class Variables {
  constructor(doc, words, look, first) {
    this.doc = doc;
    this.words = words;
    this.look = look;
    this.name = first;
    this.runs = {};
    const id = newId("variable");
    const list = newId("names");
    this.known = new Map();
    for (const name of Object.keys(doc.elements)) {
      this.known.set(name.toLowerCase(), name);
      this.known.set(words.variable(name).toLowerCase(), name);
    }
    this.search = h("input", { id, type: "search", list, autocomplete: "off", onchange: () => this.find() });
    this.readout = h("p", { class: "readout", "aria-live": "off" });
    this.plot = h("div", { class: "plot", role: "img" });
    this.table = h("p", { class: "sub" });
    this.about = h("div", { class: "about" });
    this.element = h("div", { class: "variables" },
      h("p", { class: "field" }, h("label", { for: id }, words.say("explorer.variable")), this.search),
      h("datalist", { id: list }, Object.keys(doc.elements).map((name) =>
        h("option", { value: words.variable(name) }))),
      this.readout, this.plot, this.table, this.about);
    this.show(first);
  }

  find() {
    const name = this.known.get(this.search.value.trim().toLowerCase());
    if (name) this.show(name);
    else this.readout.textContent = this.words.say("explorer.no_variable", { name: this.search.value });
  }

  show(name) {
    this.name = name;
    this.search.value = this.words.variable(name);
    this.describe();
    this.draw(this.runs);
  }

  draw(runs) {
    this.runs = runs;
    const { now, ghost } = runs;
    const there = now?.index.has(this.name);
    this.plot.hidden = !there;
    if (!there) return void (this.readout.textContent = "");
    this.chart ??= variableChart(this.plot, this.doc.kind === "plan", this.look, (place) => this.read(place));
    const times = Array.from({ length: now.rows }, (_, row) => now.time(row));
    const column = (run) => (run?.ok && run.index.has(this.name) && run.rows === now.rows
      ? [...run.column(this.name)] : times.map(() => null));
    this.data = [times, column(ghost), column(now)];
    this.chart.chart.setData(this.data);
    this.read(null);
    this.plot.setAttribute("aria-label", `${this.words.variable(this.name)}: ${this.readout.textContent}`);
  }

  read(place) {
    if (!this.data) return;
    const [times, other, own] = this.data;
    const k = place ?? times.length - 1;
    const { unit } = this.doc.elements[this.name] ?? {};
    const said = (value) => this.words.measure(value ?? NaN, unit);
    const key = other[k] === null || this.doc.scenarios.length < 2 ? "explorer.readout_alone" : "explorer.readout";
    this.readout.textContent = this.words.say(key, { time: this.words.time(times[k]), now: said(own[k]), ghost: said(other[k]) });
  }

  link(name) {
    return h("button", { type: "button", class: "link", onclick: () => this.show(name) },
      this.words.variable(name));
  }

  links(names) {
    if (!names.length) return DASH;
    // A comma stays on the line of its name.
    const last = names.length - 1;
    return names.flatMap((name, k) => [h("span", { class: "listed" }, this.link(name), k < last ? "," : ""), " "]);
  }

  // The equation with every name in it a button; names are looked for longest first.
  equation(text, names) {
    const sorted = [...names].sort((a, b) => b.length - a.length);
    if (!sorted.length) return [text];
    const escaped = sorted.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pieces = text.split(new RegExp(`(${escaped.join("|")})`, "u"));
    return pieces.map((piece) => (names.includes(piece) ? this.link(piece) : piece));
  }

  describe() {
    const { words } = this;
    const one = this.doc.elements[this.name];
    const say = (key) => words.say(`model.field.${key}`);
    const sector = this.doc.sectors[one.sector];
    const rows = [
      [words.say("explorer.kind"), [words.say(`model.kind.${one.kind}`), sector ? words.of(sector) : ""].filter(Boolean).join(" · ")],
      [say("unit"), words.unit(one.unit) || one.unit || DASH],
      one.said ? [words.say("explorer.sentence"), h("span", { lang: "en" }, one.said)] : null,
      ...this.equationRows(one, say),
      one.range ? [words.say("explorer.range_of"), `${quantity(one.range[0])} – ${quantity(one.range[1])}`] : null,
      one.source ? [words.say("explorer.source"), one.source + (one.grade ? ` (${words.say("explorer.grade", { grade: one.grade })})` : "")] : null,
      one.note ? [words.say("explorer.note"), h("span", { lang: "en" }, one.note)] : null,
      one.causes.length ? [say("causes"), this.links(one.causes)] : null,
      [say("uses"), this.links(one.uses)],
    ].filter(Boolean);
    fill(this.about, h("h4", {}, words.variable(this.name)),
      h("dl", {}, rows.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)])));
  }

  equationRows(one, say) {
    const head = one.kind === "stock" ? [say("net_flow"), say("initial")] : [this.words.say("explorer.equation")];
    return one.equations.map((text, k) => [head[k], h("code", {}, this.equation(text, one.causes))]);
  }

  close() {
    this.chart?.close();
  }
}
