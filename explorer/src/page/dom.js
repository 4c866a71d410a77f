// Elements made by hand: texts are always text, never markup.
const SVG = "http://www.w3.org/2000/svg";

function made(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.setAttribute("class", value);
    else if (name in element && typeof value !== "string" && !(element instanceof SVGElement)) {
      element[name] = value;
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const h = (tag, properties, ...children) =>
  made(document.createElement(tag), properties, children);
export const svg = (tag, properties, ...children) =>
  made(document.createElementNS(SVG, tag), properties, children);

export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null));
  return element;
}

// A shape for each verdict, so that neither colour nor word has to carry it alone.
const SHAPES = {
  met: () => svg("circle", { cx: 8, cy: 8, r: 6 }),
  above_band: () => svg("path", { d: "M8 1.5 15 14H1z" }),
  missed: () => svg("path", { d: "M4 1.5 8 5.5l4-4L14.5 4l-4 4 4 4-2.5 2.5-4-4-4 4L1.5 12l4-4-4-4z" }),
  undecidable: () => svg("rect", { x: 2, y: 2, width: 12, height: 12 }),
  missing: () => svg("rect", { x: 2, y: 6.5, width: 12, height: 3 }),
};

export function mark(verdict, size = 14) {
  return svg("svg", { class: `mark ${verdict}`, viewBox: "0 0 16 16", width: size, height: size,
    "aria-hidden": "true" }, SHAPES[verdict]());
}

let counter = 0;
export const newId = (stem) => `zx-${stem}-${++counter}`;
