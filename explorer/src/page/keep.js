// What is kept and passed on: the scenario's file, pictures, data, the address.
import { scenarioText } from "../core/scenario.js";
import { svg } from "./dom.js";

export function save(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// A scenario that carries the hands' changes has a name of its own.
export function ownScenario(store) {
  const { scenario } = store;
  const base = store.shipped(store.base);
  if (!store.changedFromBase) return scenario;
  const suffix = { zh: "（调整）", en: " (changed)" };
  const label = Object.fromEntries(store.doc.languages.map((language) =>
    [language, `${base.label?.[language] || base.name}${suffix[language] ?? ""}`]));
  const why = Object.fromEntries(store.doc.languages.map((language, k) =>
    [language, store.doc.words["explorer.made_by_hand"][k].replace("{name}", base.label?.[language] || base.name)]));
  return { ...scenario, name: `${base.name}_changed`.replace(/(_changed)+$/, "_changed"), label, why };
}

export function scenarioFile(store) {
  const { doc } = store;
  const sampling = doc.sampling.method === "none" ? null : doc.sampling.entries;
  return scenarioText(ownScenario(store), sampling);
}

const cell = (value) => {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const csv = (rows) => `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;

// Every saved variable over time, in the unit of the model.
export function runTable(run, names) {
  const rows = [["time", ...names]];
  for (let row = 0; row < run.rows; row++) {
    rows.push([run.time(row), ...names.map((name) => run.values[row * run.width + run.index.get(name)])]);
  }
  return csv(rows);
}

// One line an indicator: what the panels say.
export function verdictTable(rows, summary) {
  const head = ["number", "id", "unit", "target", "projection", "verdict", "probability", "low", "high", "runs"];
  return csv([head, ...rows.map((row, k) => {
    const share = summary?.targets[k];
    return [row.item.number, row.item.id, row.item.unit.en, row.item.target.value, row.value, row.verdict,
      share?.value, share?.low, share?.high, share?.total];
  })]);
}

// A picture by itself reads no font of the page's: Chinese letters bring theirs along.
function pictureText(picture) {
  if (/[\u2e80-\u9fff]/.test(picture.textContent)) {
    const faces = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
      .filter((rule) => rule instanceof CSSFontFaceRule);
    picture.prepend(svg("style", {}, faces.map((rule) => rule.cssText).join("\n")));
  }
  return new XMLSerializer().serializeToString(picture);
}

export async function savePng(name, picture, scale = 2) {
  const text = pictureText(picture);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = scale * Number(picture.getAttribute("width"));
  canvas.height = scale * Number(picture.getAttribute("height"));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  save(name, blob, "image/png");
}

export function saveSvg(name, picture) {
  save(name, pictureText(picture), "image/svg+xml");
}
