// A scenario as plain data, what it is based on, and how it is written to a file and an address.
// The rules are those of zjsim/scenario/reader.py and writing.py.
import { load } from "js-yaml";

export const SHAPES = ["constant", "step", "ramp", "s_curve", "table"];
const SINGLE = ["plan", "driver_path", "lever_delay", "method"];
const KEYS = [...SINGLE, "name", "label", "based_on", "why", "levers", "drivers", "constants",
  "initial", "time", "sampling"];
const AMOUNTS = ["multiply", "add", "to"];

// One spelling of a name: no case, spaces and underscores as one.
export function keyOf(name) {
  let text = String(name).normalize("NFC").replaceAll("\\n", " ").toLowerCase();
  if (text.length > 1 && text[0] === '"' && text.endsWith('"')) text = text.slice(1, -1);
  return text.replace(/[\s_]+/gu, " ").trim().replaceAll(" ", "_");
}

export function identifier(name) {
  return keyOf(name).replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^_+|_+$/g, "");
}

export class ScenarioProblem extends Error {
  constructor(problems) {
    super(problems.map((one) => one.join(": ")).join("\n"));
    this.problems = problems;
  }
}

const isMap = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
const names = (value) => (Array.isArray(value) ? value : [value]).map(String);

// A scenario file's text over what the page holds of shipped ones.
export function readScenario(text, shipped, known) {
  let data;
  try {
    data = load(text);
  } catch (failure) {
    throw new ScenarioProblem([[String(failure.reason ?? failure.message), "yaml"]]);
  }
  if (!isMap(data)) throw new ScenarioProblem([["", "not_a_mapping"]]);
  const problems = [];
  for (const key of Object.keys(data)) if (!KEYS.includes(key)) problems.push([key, "unknown_key"]);
  let base = { levers: {}, drivers: {}, constants: {}, initial: {}, time: {}, driver_path: [],
    lever_delay: 0, method: null, label: {}, why: {} };
  if (data.based_on != null) {
    const found = shipped.find((one) => one.name === data.based_on);
    if (found) base = found;
    else problems.push([`based_on ${data.based_on}`, "no_such_base"]);
  }
  const scenario = overlay(base, data, known, problems);
  if (problems.length) throw new ScenarioProblem(problems);
  return scenario;
}

function overlay(base, data, known, problems) {
  const both = (text) => (typeof text === "string" ? { zh: text, en: text } : text ?? {});
  const result = { ...structuredClone(base), name: String(data.name ?? "scenario"),
    label: both(data.label), why: both(data.why) };
  if (data.driver_path != null) result.driver_path = names(data.driver_path);
  if (data.lever_delay != null) number(data.lever_delay, "lever_delay", problems, (v) => {
    result.lever_delay = v;
  });
  if (data.method != null) result.method = data.method;
  const sections = { levers: leverEntry, drivers: driverEntry };
  for (const section of ["levers", "drivers", "constants", "initial", "time"]) {
    if (data[section] != null && !isMap(data[section])) problems.push([section, "not_a_mapping"]);
    for (const [name, entry] of Object.entries(isMap(data[section]) ? data[section] : {})) {
      const place = `${section}.${name}`;
      const key = known(section, name);
      if (key == null) {
        problems.push([place, "unknown_name"]);
      } else if (section in sections) {
        const made = sections[section](entry, place, problems);
        if (made) result[section][key] = made;
      } else {
        number(entry, place, problems, (value) => {
          result[section][key] = value;
        });
      }
    }
  }
  return result;
}

function number(value, place, problems, use) {
  if (isNumber(value)) use(value);
  else problems.push([place, "not_a_number"]);
}

function shaped(entry, place, problems) {
  if (entry.values != null && !isMap(entry.values)) problems.push([`${place}.values`, "not_a_mapping"]);
  const wrong = ["from", "until", ...AMOUNTS].find((key) => entry[key] != null && !isNumber(entry[key]));
  if (wrong) problems.push([`${place}.${wrong}`, "not_a_number"]);
  const made = { shape: entry.shape ?? null, from: entry.from ?? null, until: entry.until ?? null,
    values: Object.entries(isMap(entry.values) ? entry.values : {}).map(([year, value]) => [Number(year), value]) };
  if (made.values.flat().some((number) => !isNumber(number))) problems.push([`${place}.values`, "not_a_number"]);
  made.values.sort((a, b) => a[0] - b[0]);
  const allowed = ["shape", "from", "until", "values", "path", ...AMOUNTS];
  const odd = Object.keys(entry).find((key) => !allowed.includes(key));
  if (odd) problems.push([`${place}.${odd}`, "unknown_key"]);
  if (made.shape !== null && !SHAPES.includes(made.shape)) problems.push([place, "unknown_shape"]);
  const wants = { step: ["from"], ramp: ["from", "until"], s_curve: ["from", "until"] };
  const missing = (wants[made.shape] ?? []).some((key) => !isNumber(made[key]));
  const order = made.from != null && made.until != null && made.until <= made.from;
  const empty = made.shape === "table" ? !made.values.length : made.values.length > 0;
  if (missing || order || empty) problems.push([place, "shape_lacks"]);
  return made;
}

// A lever at a height, with the shape that is its own.
export const heldAt = (to) => ({ to, shape: null, from: null, until: null, values: [] });

function leverEntry(entry, place, problems) {
  if (isNumber(entry)) return heldAt(entry);
  if (!isMap(entry)) return void problems.push([place, "not_a_number"]);
  const made = { to: entry.to ?? null, ...shaped(entry, place, problems) };
  if (made.shape !== "table" && !isNumber(made.to)) problems.push([place, "shape_lacks"]);
  return made;
}

function driverEntry(entry, place, problems) {
  const none = { path: [], multiply: null, add: null, to: null };
  if (isNumber(entry)) {
    return { ...none, to: entry, shape: "constant", from: null, until: null, values: [] };
  }
  if (!isMap(entry)) return void problems.push([place, "not_a_number"]);
  const amounts = Object.fromEntries(AMOUNTS.map((key) => [key, entry[key] ?? null]));
  const path = entry.path == null ? [] : names(entry.path);
  return { ...amounts, path, ...shaped(entry, place, problems) };
}

const filled = (entries) => Object.fromEntries(
  Object.entries(entries).filter(([, value]) => value !== null && value !== undefined));

function shapeOf(entry) {
  const table = entry.values.length ? { values: Object.fromEntries(entry.values) } : {};
  return { ...filled({ shape: entry.shape, from: entry.from, until: entry.until }), ...table };
}

// The scenario in the form of its file, self-contained, as `zjsim scenario show` writes one.
export function entriesOf(scenario, sampling) {
  const data = { name: scenario.name };
  for (const key of ["label", "why"]) {
    const texts = filled(scenario[key] ?? {});
    if (Object.keys(texts).length) data[key] = texts;
  }
  if (scenario.plan) data.plan = scenario.plan;
  if (scenario.driver_path.length) data.driver_path = scenario.driver_path;
  if (scenario.lever_delay) data.lever_delay = scenario.lever_delay;
  const map = (section, make) => Object.fromEntries(
    Object.entries(scenario[section]).map(([name, entry]) => [name, make(entry)]));
  data.levers = map("levers", (entry) => {
    const shape = shapeOf(entry);
    if (!Object.keys(shape).length) return entry.to;
    return entry.to == null ? shape : { ...shape, to: entry.to };
  });
  data.drivers = map("drivers", (entry) => ({
    ...(entry.path.length ? { path: entry.path } : {}),
    ...shapeOf(entry),
    ...filled(Object.fromEntries(AMOUNTS.map((key) => [key, entry[key]]))),
  }));
  for (const section of ["constants", "initial", "time"]) data[section] = scenario[section];
  if (scenario.method) data.method = scenario.method;
  if (sampling) data.sampling = sampling;
  return Object.fromEntries(Object.entries(data).filter(
    ([, value]) => !isMap(value) || Object.keys(value).length));
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const TAKEN = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
const keyText = (key) => (/^\d+$/.test(key) || (PLAIN.test(key) && !TAKEN.includes(key.toLowerCase()))
  ? key : JSON.stringify(key));

// In one line; every text is written as JSON writes it, which YAML reads back unchanged.
function flow(value) {
  if (isMap(value)) {
    return `{${Object.entries(value).map(([k, v]) => `${keyText(k)}: ${flow(v)}`).join(", ")}}`;
  }
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  return JSON.stringify(value);
}

// Two levels in blocks and the rest in one line, as zjsim writes it.
export function scenarioText(scenario, sampling) {
  const lines = [];
  for (const [key, value] of Object.entries(entriesOf(scenario, sampling))) {
    if (!isMap(value)) lines.push(`${keyText(key)}: ${flow(value)}`);
    else {
      lines.push(`${keyText(key)}:`);
      for (const [name, item] of Object.entries(value)) lines.push(`  ${keyText(name)}: ${flow(item)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

// How the address calls the sections.
const SECTIONS = { l: "levers", d: "drivers", c: "constants", i: "initial", time: "time" };

// The address says only what differs from a shipped scenario: short, and a reader understands it.
export function toAddress(state, shipped) {
  const base = shipped.find((one) => one.name === state.base) ?? shipped[0];
  const words = new URLSearchParams();
  words.set("s", state.base);
  const { scenario } = state;
  if (String(scenario.driver_path) !== String(base.driver_path)) {
    words.set("path", scenario.driver_path.join(","));
  }
  if (scenario.lever_delay !== base.lever_delay) words.set("delay", String(scenario.lever_delay));
  for (const [letter, section] of Object.entries(SECTIONS)) {
    const own = base[section];
    for (const [name, entry] of Object.entries(scenario[section])) {
      const text = compact(section, entry);
      if (!(name in own) || compact(section, own[name]) !== text) words.set(`${letter}.${name}`, text);
    }
    for (const name of Object.keys(own)) {
      if (!(name in scenario[section])) words.set(`${letter}.${name}`, "");
    }
  }
  if (scenario.method && scenario.method !== base.method) words.set("method", scenario.method);
  return words.toString();
}

function compact(section, entry) {
  if (typeof entry === "number") return String(entry);
  if (section === "levers" && !Object.keys(shapeOf(entry)).length) return String(entry.to);
  return JSON.stringify(filled({ ...entry, values: entry.values.length ? entry.values : null,
    path: entry.path?.length ? entry.path : null }));
}

export function fromAddress(text, shipped) {
  const words = new URLSearchParams(text);
  const base = shipped.find((one) => one.name === words.get("s"));
  if (!base) return null;
  const scenario = structuredClone(base);
  if (words.has("path")) scenario.driver_path = words.get("path").split(",").filter(Boolean);
  if (words.has("delay")) scenario.lever_delay = finite(words.get("delay"));
  if (words.has("method")) scenario.method = words.get("method") === "euler" ? "euler" : "rk4";
  for (const [key, value] of words) {
    const [letter, ...rest] = key.split(".");
    const section = Object.hasOwn(SECTIONS, letter) ? SECTIONS[letter] : null;
    const name = rest.join(".");
    if (!section || !name || name === "__proto__") continue;
    if (value === "") delete scenario[section][name];
    else scenario[section][name] = expanded(section, value);
  }
  return { base: base.name, scenario };
}

function finite(text) {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ScenarioProblem([[text, "not_a_number"]]);
  return value;
}

function expanded(section, text) {
  if (section !== "levers" && section !== "drivers") return finite(text);
  const raw = text.startsWith("{") ? JSON.parse(text) : finite(text);
  // An address comes from anywhere: it is checked as a file is.
  if (Array.isArray(raw.values)) raw.values = Object.fromEntries(raw.values);
  const problems = [];
  const made = section === "levers" ? leverEntry(raw, section, problems) : driverEntry(raw, section, problems);
  if (problems.length) throw new ScenarioProblem(problems);
  return made;
}
