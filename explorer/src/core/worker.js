// The worker: ensembles, coarse at once and refined after, and searches; the page never waits.
import { binaryOf } from "./binary.js";
import { engineOf } from "./engine.js";
import { Ensemble } from "./ensemble.js";
import { ScenarioProblem } from "./scenario.js";
import { Search } from "./search.js";

const FIRST = 64;
const PIECE = 64;

// `port` has postMessage and onmessage: the worker itself.
export function work(port, makeKernel) {
  let doc;
  let binary;
  let engine;
  // A newer request of a kind ends the older one.
  const newest = { ensemble: 0, search: 0 };

  const pause = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(0);
  });

  async function ensemble({ id, scenario }) {
    const many = new Ensemble(doc, binary, engine, scenario);
    if (!many.draws.possible) return port.postMessage({ kind: "ensemble", id, impossible: true });
    const whole = doc.sampling.runs;
    const begun = performance.now();
    while (newest.ensemble === id && many.done < whole) {
      many.upTo(Math.min(many.done + PIECE, whole));
      if (many.done === FIRST || many.done === whole) {
        const spent = performance.now() - begun;
        port.postMessage({ kind: "ensemble", id, ...many.summary(), whole, spent });
      }
      await pause();
    }
  }

  async function search({ id, ...what }) {
    const steps = new Search(doc, binary, engine, what).steps();
    let told = 0;
    for (;;) {
      const { value, done } = steps.next();
      if (newest.search !== id) return;
      const now = performance.now();
      if (done || now - told > 200) {
        port.postMessage({ kind: "search", id, done, ...value });
        told = now;
      }
      if (done) return;
      await pause();
    }
  }

  port.onmessage = async ({ data }) => {
    if (data.kind === "open") {
      doc = data.doc;
      binary = binaryOf(doc);
      engine = engineOf(doc, makeKernel());
      return;
    }
    newest[data.kind] = data.id;
    if (data.stop) return;
    try {
      await (data.kind === "ensemble" ? ensemble(data) : search(data));
    } catch (failure) {
      const known = failure instanceof ScenarioProblem || failure instanceof RangeError;
      port.postMessage({ kind: data.kind, id: data.id, impossible: true });
      if (!known) throw failure;
    }
  };
}
