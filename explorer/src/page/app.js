// The page: what the hands move on one side, what follows from it on the other.
import { binaryOf } from "../core/binary.js";
import { engineOf } from "../core/engine.js";
import { inputsOf } from "../core/ensemble.js";
import { resolve } from "../core/resolve.js";
import { ScenarioProblem, identifier, readScenario } from "../core/scenario.js";
import { boardSvg } from "./board.js";
import { colours } from "./charts.js";
import { fill, h, newId } from "./dom.js";
import * as keep from "./keep.js";
import { Levers } from "./levers.js";
import { Movers } from "./movers.js";
import { ModelCharts } from "./model_charts.js";
import { Panels } from "./panels.js";
import { paperOf } from "./paper.js";
import { Seek } from "./seek.js";
import { Store } from "./store.js";
import { Variables } from "./variables.js";
import { Words } from "./words.js";
import { Constants, World } from "./world.js";

const REST = 120; // milliseconds a hand rests before an ensemble is begun

// Put the explorer into `root`. `kernelText` and `codeText` are what the worker runs.
export function mount(root, { doc, makeKernel, kernelText, codeText, address = null, onState = () => {} }) {
  return new App(root, { doc, makeKernel, kernelText, codeText, address, onState });
}

// The data as the package packs them: JSON, compressed, in base64.
export async function unpacked(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).json();
}

// The page of a file: its data and texts stand in elements of their own.
export async function openPage() {
  const root = document.getElementById("zjsim-explorer");
  const doc = await unpacked(document.getElementById("zjsim-data").textContent);
  // Letters drawn before their font is there would stay empty boxes.
  await document.fonts.load("16px 'zjsim Han'", "规").catch(() => []);
  const text = (id) => document.getElementById(id).textContent;
  const app = mount(root, { doc, makeKernel: globalThis.zjsimKernel, kernelText: text("zjsim-kernel"),
    codeText: text("zjsim-code"), address: {
      read: () => location.hash.slice(1),
      write: (words) => history.replaceState(null, "", `#${words}`),
    } });
  window.addEventListener("hashchange", () => app.readAddress());
  root.app = app;
  app.openedAfter = performance.now();
}

class App {
  constructor(root, { doc, makeKernel, kernelText, codeText, address, onState }) {
    Object.assign(this, { root, doc, address, onState });
    this.timings = [];
    this.store = new Store(doc);
    this.engine = engineOf(doc, makeKernel());
    this.binary = binaryOf(doc);
    this.look = () => (this.inks ??= colours(root));
    this.language = doc.language;
    this.asked = 0;
    this.open = new Set(["levers"]);
    // What somebody has asked about outlives the page's being made anew.
    this.chosen = { moved: 0, targets: null, sure: 0.8 };
    if (doc.kind === "plan") this.startWorker(`${kernelText}\n${codeText}\nzjsimExplorer.work(self, zjsimKernel);`);
    this.readAddress(true);
    this.store.listeners.push((what) => this.follow(what));
    this.render();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.inks = null;
      this.draw(false);
    });
    this.beforePrint = () => this.layOut();
    window.addEventListener("beforeprint", this.beforePrint);
    root.addEventListener("keydown", (event) => this.keys(event));
    root.addEventListener("dragover", (event) => event.preventDefault());
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files[0]) this.openFile(event.dataTransfer.files[0]);
    });
  }

  close() {
    this.worker?.terminate();
    window.removeEventListener("beforeprint", this.beforePrint);
    this.sight?.disconnect();
    this.watch?.disconnect();
    this.panels?.close();
    this.charts?.close();
    this.variables?.close();
  }

  startWorker(text) {
    try {
      const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      this.worker = new Worker(address);
      this.worker.onmessage = ({ data }) => this.told(data);
      this.worker.onerror = () => {
        this.worker = null;
        this.panels?.tally.tell({ missing: true });
      };
      this.worker.postMessage({ kind: "open", doc: this.doc });
    } catch {
      this.worker = null;
    }
  }

  readAddress(first = false) {
    const words = new URLSearchParams(this.address?.read() ?? "");
    if (this.doc.languages.includes(words.get("lang"))) this.language = words.get("lang");
    if (words.get("vs")) this.store.ghost = this.store.shipped(words.get("vs")).name;
    const before = this.store.snapshot();
    try {
      if (!this.store.fromAddress(words.toString())) return;
      resolve(this.doc, this.store.scenario);
    } catch (failure) {
      if (!(failure instanceof ScenarioProblem) && !(failure instanceof SyntaxError)) throw failure;
      this.store.restore(before);
      this.fault = failure;
    }
    if (!first) this.render();
  }

  writeAddress() {
    const words = new URLSearchParams(this.store.address());
    if (this.language !== this.doc.language) words.set("lang", this.language);
    if (this.store.ghost !== this.doc.start) words.set("vs", this.store.ghost);
    this.address?.write(words.toString());
  }

  // What has changed is drawn at once; an ensemble follows when the hand rests.
  follow({ stopped, event, whole }) {
    const begun = event?.timeStamp ?? performance.now();
    if (stopped) {
      this.writeAddress();
      this.onState(this.store);
    }
    if (whole) return void this.render();
    this.draw(!stopped);
    this.drawControls(!stopped);
    this.askEnsemble();
    // uPlot draws in a microtask, and this comes after it.
    queueMicrotask(() => queueMicrotask(() => this.timings.push(performance.now() - begun)));
  }

  draw(moving) {
    try {
      const inputs = inputsOf(this.doc, this.binary, this.store.scenario);
      const whole = this.engine.run(inputs);
      this.run = whole;
      // While a hand moves, the numerical error is that of where it set out.
      if (this.panels && !(moving && this.errorAt)) this.errorAt = this.engine.errorOf(inputs, whole);
      this.say("");
      this.panels?.draw(whole, this.errorAt, moving);
      if (!moving) this.movers?.draw(this.open.has("movers"));
      this.charts?.draw({ now: whole, ghost: this.ghostRun });
      if (!moving || this.inSight) this.variables.draw({ now: whole, ghost: this.ghostRun });
    } catch (failure) {
      if (!(failure instanceof ScenarioProblem)) throw failure;
      this.sayProblem(failure);
    }
  }

  // Asking for the place of a box would lay the page out anew at every move.
  watchVariables() {
    this.sight?.disconnect();
    this.inSight = false;
    this.sight = new IntersectionObserver((seen) => { this.inSight = seen.at(-1).isIntersecting; });
    this.sight.observe(this.variables.plot);
  }

  setGhost(name) {
    this.store.ghost = name;
    const inputs = inputsOf(this.doc, this.binary, this.store.shipped(name));
    this.ghostRun = this.engine.run(inputs);
    this.panels?.setGhost(this.ghostRun);
  }

  askEnsemble() {
    if (!this.worker) return;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.asked += 1;
      this.worker.postMessage({ kind: "ensemble", id: this.asked, scenario: this.store.scenario });
    }, REST);
  }

  askSearch(what) {
    if (!this.worker) return;
    this.asked += 1;
    this.searching = this.asked;
    this.worker.postMessage(what ? { kind: "search", id: this.asked, ...what }
      : { kind: "search", id: this.asked, stop: true });
  }

  told(data) {
    if (data.kind === "search") {
      if (data.id === this.searching) this.seek.tell(data);
      return;
    }
    if (data.impossible) this.summary = null;
    else this.summary = data;
    this.panels?.tell(data.impossible ? { ...data, targets: [], bands: null } : data);
  }

  say(text) {
    if (this.message) this.message.textContent = text;
  }

  sayProblem(failure) {
    const { words } = this;
    const lines = failure.problems.map(([place, reason]) =>
      `${place ? `${place}: ` : ""}${this.doc.words[`explorer.problem.${reason}`] ? words.say(`explorer.problem.${reason}`) : reason}`);
    this.say([words.say("explorer.problems"), ...lines].join("\n"));
  }

  keys(event) {
    const typing = event.target.matches?.("input:not([type=range]), select, textarea");
    if (!(event.ctrlKey || event.metaKey) || typing) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.store.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) this.store.redo();
    else return;
    event.preventDefault();
  }

  async openFile(file) {
    const { doc, store } = this;
    const known = (section, name) => {
      if (section === "time") return name in { start: 1, stop: 1, step: 1, save_every: 1 } ? name : null;
      const id = identifier(name);
      const there = { levers: doc.levers.some((one) => one.id === id),
        drivers: doc.drivers.list.some((one) => one.id === id), constants: Object.hasOwn(doc.constants, id),
        initial: doc.kernel.states.some((one) => identifier(one) === id) }[section];
      return there ? id : null;
    };
    try {
      const scenario = readScenario(await file.text(), doc.scenarios, known);
      resolve(doc, scenario);
      store.open(scenario);
    } catch (failure) {
      if (!(failure instanceof ScenarioProblem)) throw failure;
      this.sayProblem(failure);
    }
  }

  setLanguage(language) {
    this.language = language;
    this.writeAddress();
    this.render();
  }

  // Everything anew: at the start, in another language, or from another scenario.
  render() {
    const focused = this.root.getRootNode().activeElement?.dataset?.keep;
    this.panels?.close();
    this.charts?.close();
    this.variables?.close();
    const { doc, store } = this;
    this.words = new Words(doc, this.language);
    this.root.lang = this.language === "zh" ? "zh-CN" : "en";
    if (this.address) document.documentElement.lang = this.root.lang;
    this.message = h("pre", { class: "message", role: "alert" });
    if (doc.kind === "plan") {
      this.panels = new Panels(doc, this.words, this.look);
    } else {
      this.charts = new ModelCharts(doc, this.words, this.look);
    }
    const first = this.shown ?? doc.plan.indicators[0]?.variable ?? doc.kernel.save[0];
    this.variables = new Variables(doc, this.words, this.look, first);
    this.setGhost(store.ghost);
    this.watchVariables();
    const head = this.head();
    this.watch?.disconnect();
    this.watch = new ResizeObserver(() =>
      this.root.style.setProperty("--head", `${head.offsetHeight}px`));
    this.watch.observe(head);
    fill(this.root, head, h("div", { class: "body" }, this.hands(), this.answers()), this.foot());
    this.draw(false);
    if (this.summary) this.panels?.tell(this.summary);
    else this.panels?.tally.tell(this.worker ? null : { missing: true });
    this.askEnsemble();
    if (this.fault) this.sayProblem(this.fault);
    this.fault = null;
    if (focused) this.root.querySelector(`[data-keep="${focused}"]`)?.focus();
  }

  button(key, onclick, more = {}) {
    return h("button", { type: "button", onclick, "data-keep": key, ...more }, this.words.say(`explorer.${key}`));
  }

  head() {
    const { doc, words, store } = this;
    const base = newId("base");
    const ghost = newId("ghost");
    const options = (chosen) => doc.scenarios.map((one) =>
      h("option", { value: one.name, selected: one.name === chosen }, words.scenario(one)));
    this.undo = this.button("undo", () => store.undo());
    this.redo = this.button("redo", () => store.redo());
    this.changed = h("span", { class: "sub" });
    const several = doc.scenarios.length > 1;
    const frozen = doc.scenarios.find((one) => one.name === "frozen_effort");
    return h("header", { class: "head" },
      this.button("skip", () => this.main.focus(), { class: "skip" }),
      h("div", { class: "title" },
        h("h1", {}, doc.kind === "plan" ? words.of(doc.plan.title) : doc.model),
        h("div", { class: "switch", role: "group", "aria-label": words.say("explorer.language") },
          [["zh", "中文"], ["en", "English"]].map(([language, name]) => h("button", { type: "button",
            lang: language, "aria-pressed": String(language === this.language), "data-keep": language,
            onclick: () => this.setLanguage(language) }, name)))),
      h("div", { class: "tools" },
        several ? h("span", { class: "field" }, h("label", { for: base }, words.say("explorer.scenario")),
          this.choice = h("select", { id: base, "data-keep": "base", onchange: () => store.begin(this.choice.value) }, options(store.base)), this.changed) : null,
        several ? h("span", { class: "field" }, h("label", { for: ghost }, words.say("explorer.compared")),
          h("select", { id: ghost, "data-keep": "ghost", onchange: (event) => {
            this.setGhost(event.target.value);
            this.writeAddress();
            this.draw(false);
          } }, options(store.ghost))) : null,
        h("button", { type: "button", "data-keep": "start", onclick: () => store.begin(doc.start) },
          words.say("explorer.to_start", { name: words.scenario(store.shipped(doc.start)) })),
        frozen && doc.start !== frozen.name ? this.button("to_frozen", () => store.begin("frozen_effort")) : null,
        this.undo, this.redo),
      this.message,
      this.panels?.tally.element);
  }

  section(key, content, more = {}) {
    const details = h("details", { open: this.open.has(key), ...more },
      h("summary", {}, h("h2", {}, this.words.say(`explorer.section.${key}`))), content);
    details.addEventListener("toggle", () => {
      if (details.open) this.open.add(key);
      else this.open.delete(key);
      if (key === "movers") this.movers.draw(details.open);
    });
    return details;
  }

  hands() {
    const { doc, store, words } = this;
    this.controls = [];
    const keepControl = (control) => {
      this.controls.push(control);
      return control.element;
    };
    const parts = [];
    if (doc.levers.length) parts.push(this.section("levers", keepControl(new Levers(store, words))));
    if (doc.drivers.list.length) parts.push(this.section("world", keepControl(new World(store, words))));
    if (doc.deciding.length) {
      const note = doc.kind === "plan" ? h("p", { class: "sub" }, words.say("explorer.deciding")) : null;
      const constants = new Constants(store, words, doc.deciding, { drawn: doc.kind === "plan" });
      if (doc.kind === "model") this.open.add("constants");
      parts.push(this.section(doc.kind === "plan" ? "deciding" : "constants", [note, keepControl(constants)]));
    }
    parts.push(this.section("keep", this.keepers()));
    this.drawControls();
    return h("nav", { class: "hands", "aria-label": words.say("explorer.hands") }, parts);
  }

  keepers() {
    const file = h("input", { type: "file", accept: ".yaml,.yml", hidden: true,
      onchange: () => file.files[0] && this.openFile(file.files[0]).then(() => { file.value = ""; }) });
    const name = () => keep.ownScenario(this.store).name;
    const plan = this.doc.kind === "plan";
    return h("div", { class: "keepers" },
      plan ? this.button("save_yaml", () => keep.save(`${name()}.yaml`, keep.scenarioFile(this.store), "text/yaml")) : null,
      plan ? this.button("open_yaml", () => file.click()) : null, file,
      this.address ? this.button("copy_link", (event) => this.copy(event.target)) : null,
      plan ? this.button("save_verdicts", () => keep.save(`${name()}_verdicts.csv`, keep.verdictTable(this.panels.rows, this.whole()), "text/csv")) : null,
      this.button("save_csv", () => keep.save(`${name()}_run.csv`, keep.runTable(this.run, this.doc.kernel.save), "text/csv")),
      plan ? this.button("save_png", () => keep.savePng(`${name()}.png`, this.board())) : null,
      plan ? this.button("save_svg", () => keep.saveSvg(`${name()}.svg`, this.board())) : null,
      plan ? this.button("print", () => window.print()) : null,
      plan ? h("p", { class: "sub" }, this.words.say("explorer.drop")) : null);
  }

  async copy(button) {
    this.writeAddress();
    const { words } = this;
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = words.say("explorer.copied");
    } catch {
      this.say(location.href);
    }
    setTimeout(() => { button.textContent = words.say("explorer.copy_link"); }, 2000);
  }

  // From which draws the page starts; empty for those from the ranges of the plan.
  get known() {
    const { posterior } = this.doc.sampling ?? {};
    return posterior ? this.words.say("explorer.known", { year: posterior.knownUntil, hash: posterior.hash }) : "";
  }

  // The probabilities, once all runs are done.
  whole() {
    return this.summary && this.summary.runs === this.summary.whole ? this.summary : null;
  }

  board() {
    const { doc, words, store } = this;
    const summary = this.whole();
    const sure = summary ? words.say("explorer.board_runs", { runs: summary.runs, seed: doc.sampling.seed }) : "";
    return boardSvg(doc, words, { rows: this.panels.rows, run: this.run, ghost: this.panels.ghost, summary,
      title: this.title(), source: `zjsim ${doc.version} · ${doc.modelHash} · ${words.say("explorer.compared")}: ${words.scenario(store.shipped(store.ghost))}${sure}${this.known && ` · ${this.known}`}` });
  }

  title() {
    const name = this.words.scenario(this.store.shipped(this.store.base));
    return this.store.changedFromBase ? this.words.say("explorer.changed", { name }) : name;
  }

  layOut() {
    const { doc, words, store: { scenario } } = this;
    if (doc.kind === "plan") fill(this.paper, paperOf({ doc, scenario, words, board: this.board() }));
  }

  answers() {
    const { doc, words } = this;
    this.movers = doc.levers.length ? new Movers(this.store, words, (scenario) =>
      this.engine.run(inputsOf(doc, this.binary, scenario), { few: true }), this.chosen, (place) => this.seek.only(place)) : null;
    this.seek = doc.kind === "plan" ? new Seek(this.store, words, this.chosen, (what) => this.askSearch(what)) : null;
    return this.main = h("main", { class: "answers", tabindex: -1 },
      this.known ? h("p", { class: "sub" }, this.known) : null,
      this.panels ? h("section", { "aria-label": words.say("explorer.section.answers") }, this.panels.element, this.key()) : null,
      this.charts?.element,
      doc.notes?.map((note) => h("p", { class: "sub", lang: "en" }, note)),
      this.movers ? this.section("movers", this.movers.element) : null,
      this.seek ? this.section("seek", this.seek.element) : null,
      this.section("variables", this.variables.element));
  }

  key() {
    const { words } = this;
    const item = (name, key) => h("span", {}, h("i", { class: `key ${name}` }), words.say(key));
    return h("p", { class: "legend" }, item("projection", "legend.projection"), item("ghost", "explorer.ghost"),
      item("band", "legend.band"), item("plan", "legend.plan_path"), item("outturn", "legend.outturn"),
      item("target", "legend.target"));
  }

  foot() {
    const { doc, words } = this;
    this.paper = h("div", { class: "paper" });
    return [h("footer", { class: "foot" }, `zjsim ${doc.version} · ${doc.model} · ${words.say("explorer.foot")}`), this.paper];
  }

  drawControls(moving = false) {
    for (const control of this.controls ?? []) control.draw();
    if (!this.undo || moving) return;
    this.undo.disabled = !this.store.past.length;
    this.redo.disabled = !this.store.future.length;
    this.changed.textContent = this.store.changedFromBase ? this.words.say("explorer.with_changes") : "";
    if (this.choice) this.choice.value = this.store.base;
  }
}
