// The page on paper: all panels, and everything that the hands can have set.
import { h } from "./dom.js";
import { quantity } from "./words.js";
import { departure } from "./world.js";

const item = (name, text, changed) => h("li", {}, `${name}: `, changed ? h("b", {}, text) : text);

// What stands on paper; `board` is the picture of all panels.
export function paperOf({ doc, scenario, words, board }) {
  const lists = { levers: levers(doc, scenario, words), world: world(doc, scenario, words),
    constants: constants(doc, scenario, words) };
  const parts = Object.entries(lists).filter(([, list]) => list.length).flatMap(([key, list]) =>
    [h("h2", {}, words.say(`explorer.section.${key}`)), h("ul", {}, list)]);
  return [board, ...parts];
}

function levers(doc, scenario, words) {
  const list = doc.levers.map((lever) => {
    const entry = scenario.levers[lever.id];
    if (entry.shape === "table") return item(words.of(lever.label), words.say("explorer.by_table"), true);
    return item(words.of(lever.label), quantity(entry.to ?? 0), entry.to !== lever.plan);
  });
  const delay = scenario.lever_delay;
  return delay ? [...list, item(words.say("explorer.delay"), quantity(delay), true)] : list;
}

function world(doc, scenario, words) {
  const departures = doc.drivers.list.filter(({ id }) => scenario.drivers[id]).map(({ id, name }) =>
    item(words.variable(name), departure(scenario.drivers[id], words), true));
  const path = item(words.say("explorer.world_path"), words.path(scenario.driver_path), false);
  return departures.length ? [path, ...departures] : [path];
}

function constants(doc, scenario, words) {
  return Object.entries(scenario.constants).map(([id, value]) => {
    const { name } = doc.constants[id];
    return item(words.variable(name), words.measure(value, doc.elements[name]?.unit), true);
  });
}
