// The numbers that travel as text: points of the Sobol sets, distribution tables, discrepancies.

function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes.buffer;
}

const once = (make) => {
  const kept = new Map();
  return (key) => {
    if (!kept.has(key)) kept.set(key, make(key));
    return kept.get(key);
  };
};

export function binaryOf(doc) {
  const { sobol, pert, walks } = doc.sampling;
  const walkOf = once((id) => ({
    form: walks[id].form,
    last: new Float64Array(bytesOf(walks[id].last)),
    before: new Float32Array(bytesOf(walks[id].before)),
  }));
  const pertOf = once((key) => new Float64Array(bytesOf(pert[key][1])));
  // Draws after learning, which belong together run by run; run null is their mean.
  const posteriorOf = once(() => {
    const { posterior } = doc.sampling;
    if (!posterior) return null;
    const table = (columns) => new Map(Object.entries(columns).map(([key, text]) =>
      [key, new Float64Array(bytesOf(text))]));
    const [values, shocks] = [table(posterior.values), table(posterior.shocks)];
    return {
      value: (key, run) => (run === null ? posterior.means[key] : values.get(key)?.[run]),
      shocksOf(key, run) {
        if (run === null) return posterior.shockMeans[key];
        const { years } = posterior;
        return shocks.get(key)?.subarray(run * years, (run + 1) * years);
      },
    };
  });
  return {
    posterior: () => posteriorOf(0),
    sobol: once((size) => (sobol[size] ? new Uint32Array(bytesOf(sobol[size])) : null)),
    pert(part) {
      const place = pert.findIndex(([known]) => Math.abs(known - part) < 1e-12);
      if (place < 0) throw new RangeError("pert");
      return pertOf(place);
    },
    // An indicator's values by year with the model discrepancy of a run laid over them.
    lay(item, run, values) {
      if (!walks[item.id]) return values;
      const { form, last, before } = walkOf(item.id);
      const years = values.length - 1;
      return values.map((value, k) => {
        const departure = k === years ? last[run] : before[run * years + k];
        const factor = Math.exp(departure / 100);
        return form === "gap" ? 100 - (100 - value) * factor : value * factor;
      });
    },
  };
}
