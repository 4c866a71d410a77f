// Entry points of the built asset: the page, the widget, the worker, and the rules for tests.
import "uplot/dist/uPlot.min.css";
import "./page/page.css";
import * as binary from "./core/binary.js";
import * as draws from "./core/draws.js";
import * as engine from "./core/engine.js";
import * as ensemble from "./core/ensemble.js";
import * as judge from "./core/judge.js";
import * as normal from "./core/normal.js";
import * as paths from "./core/paths.js";
import * as resolve from "./core/resolve.js";
import * as scenario from "./core/scenario.js";
import * as search from "./core/search.js";
import * as straight from "./core/straight.js";

export { work } from "./core/worker.js";
export { mount, openPage, unpacked } from "./page/app.js";
export { scenarioFile } from "./page/keep.js";
export const core = { binary, draws, engine, ensemble, judge, normal, paths, resolve, scenario, search, straight };
