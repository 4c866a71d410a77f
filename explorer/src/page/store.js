// What the hands have made: one scenario, what it began as, what it is compared with, and every
// stop on the way, for undo and redo.
import { ScenarioProblem, fromAddress, heldAt, toAddress } from "../core/scenario.js";

const MOST_KEPT = 200;

export class Store {
  constructor(doc) {
    this.doc = doc;
    this.whole = doc.scenarios.map((one) => complete(doc, one));
    this.listeners = [];
    this.past = [];
    this.future = [];
    this.base = doc.start;
    this.ghost = doc.start;
    this.scenario = complete(doc, this.shipped(doc.start));
    this.stop = this.snapshot();
  }

  shipped(name) {
    return this.doc.scenarios.find((one) => one.name === name) ?? this.doc.scenarios[0];
  }

  snapshot() {
    return { base: this.base, scenario: structuredClone(this.scenario) };
  }

  // `stopped` is false while a hand is still moving: undo then goes back to before it began.
  // `whole`: so much may be new that the page is made anew.
  change(scenario, { stopped = true, base = this.base, event = null, whole = false } = {}) {
    this.base = base;
    this.scenario = scenario;
    if (stopped) this.settle();
    this.tell({ stopped, event, whole });
  }

  // The hand has let go.
  settle() {
    if (JSON.stringify(this.stop) === JSON.stringify(this.snapshot())) return;
    this.past.push(this.stop);
    if (this.past.length > MOST_KEPT) this.past.shift();
    this.future = [];
    this.stop = this.snapshot();
  }

  rest() {
    this.settle();
    this.tell({ stopped: true });
  }

  undo() {
    this.travel(this.past, this.future);
  }

  redo() {
    this.travel(this.future, this.past);
  }

  travel(from, to) {
    if (!from.length) return;
    to.push(this.stop);
    this.restore(from.pop());
    this.tell({ stopped: true, whole: true });
  }

  restore({ base, scenario }) {
    this.base = base;
    this.scenario = structuredClone(scenario);
    this.stop = this.snapshot();
  }

  begin(name) {
    const shipped = this.shipped(name);
    this.change(complete(this.doc, shipped), { base: shipped.name, whole: true });
  }

  open(scenario) {
    this.change(complete(this.doc, scenario), { whole: true });
  }

  setLever(id, entry, how) {
    this.change({ ...this.scenario, levers: { ...this.scenario.levers, [id]: entry } }, how);
  }

  // An entry taken away by null.
  setEntry(section, id, entry, how) {
    const entries = { ...this.scenario[section] };
    if (entry === null) delete entries[id];
    else entries[id] = entry;
    this.change({ ...this.scenario, [section]: entries }, how);
  }

  setField(field, value, how) {
    this.change({ ...this.scenario, [field]: value }, how);
  }

  tell(what) {
    for (const listener of this.listeners) listener(what);
  }

  get changedFromBase() {
    return this.address() !== `s=${encodeURIComponent(this.base)}`;
  }

  address() {
    return toAddress({ base: this.base, scenario: this.scenario }, this.whole);
  }

  // False when the address names no scenario of this page; a problem when it does not fit.
  fromAddress(text) {
    let found = null;
    try {
      found = fromAddress(text, this.whole);
    } catch (failure) {
      if (failure instanceof SyntaxError) throw new ScenarioProblem([[text.slice(0, 80), "yaml"]]);
      throw failure;
    }
    if (!found) return false;
    this.restore(found);
    return true;
  }
}

// Every lever is there to be moved, at rest where the scenario says nothing of it.
export function complete(doc, scenario) {
  const levers = { ...scenario.levers };
  for (const { id } of doc.levers) levers[id] ??= heldAt(0);
  return { ...structuredClone(scenario), levers };
}
