// Words in the reader's language, and numbers as the package writes them.

export const DASH = "–";

export class Words {
  constructor(doc, language) {
    this.doc = doc;
    this.language = language;
    this.place = doc.languages.indexOf(language);
  }

  // The words of a key, with names in braces filled in.
  say(key, values = {}) {
    const texts = this.doc.words[key];
    if (!texts) throw new Error(`no words for ${key}`);
    return texts[this.place].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  // A text in the reader's language; the other one serves where it is empty.
  of(text) {
    if (text === null || text === undefined) return "";
    if (typeof text === "string") return text;
    return text[this.language] || Object.values(text).find(Boolean) || "";
  }

  // A variable of the model.
  variable(name) {
    const zh = this.doc.elements[name]?.zh;
    return this.language === "zh" && zh ? zh : name;
  }

  // A unit of the model file in words; nothing for a number without one.
  unit(text) {
    return text ? this.doc.units[text]?.[this.language] ?? text : "";
  }

  measure(value, unit) {
    const said = this.unit(unit);
    // Chinese letters follow a number at once, Latin ones do not.
    const apart = /^[A-Za-z/(]/.test(said) || (said && this.language !== "zh" && said !== "%") ? " " : "";
    return `${quantity(value)}${Number.isFinite(value) ? apart + said : ""}`;
  }

  // A moment of a plan by the calendar, whose years have their number in the middle.
  time(moment) {
    if (this.doc.kind !== "plan") return `t = ${Number(moment.toFixed(4))}`;
    const days = moment + 0.5 + 1e-6;
    const year = Math.floor(days);
    const month = Math.floor(12 * (days - year));
    return month === 0 ? this.say("explorer.time_end", { year: year - 1 })
      : this.say("explorer.time_month", { year, month: month + 1 });
  }

  // Named paths of the outside world, each followed by the next.
  path(names) {
    return names.map((name) => name.replaceAll("_", " ")).join(this.say("explorer.then")) || DASH;
  }

  scenario(one) {
    return this.of(one.label) || one.name;
  }
}

const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

export function fixed(value, decimals, signed = false) {
  if (!Number.isFinite(value)) return DASH;
  const text = Math.abs(value).toFixed(decimals);
  const [whole, part] = text.split(".");
  const shown = grouped(whole) + (part ? `.${part}` : "");
  if (Number(text) === 0) return shown;
  return (value < 0 ? "-" : signed ? "+" : "") + shown;
}

// Three figures, or whole thousands, never more than needed.
export function quantity(value) {
  if (!Number.isFinite(value)) return DASH;
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-6)) return value.toPrecision(3);
  const decimals = size >= 100 || size === 0 ? 0 : Math.min(Math.max(2 - Math.floor(Math.log10(size)), 0), 8);
  const text = fixed(value, decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

export const percent = (share, decimals = 1) =>
  Number.isFinite(share) ? `${fixed(100 * share, decimals)}%` : DASH;

// More decimals where rounding would contradict the verdict.
export function valueText({ item, value, verdict }) {
  for (const digits of [item.decimals, item.decimals + 1]) {
    const passes = Number(value.toFixed(digits)) >= item.target.lowest;
    if (verdict === "missing" || passes === value >= item.target.lowest) return fixed(value, digits);
  }
  return fixed(value, item.decimals + 2);
}
