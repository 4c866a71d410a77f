// The loop over steps: the same for every model, as PythonRenderer._loop writes it out.
// A rule is a table: where in the step each stage lies, how it is weighed, and its order.
function run(job) {
  const { step, start, stop, saveEvery, nSteps, perSave, nodes, weights, order, rows, out, few } = job;
  const width = few ? N_FEW : N_SAVE;
  const stages = nodes.length;
  const hair = order > 1 ? HAIR * step : 0;
  let total = 0;
  for (let k = 0; k < stages; k++) total += weights[k];
  const part = step / total;
  C.set(job.constants);
  G.set(job.given);
  Q.set(job.pathStart);
  begin(step, start, stop, saveEvery);
  const rings = [];
  for (let i = 0; i < N_RING; i++) {
    // A delay beyond the horizon never shows more than its initial value.
    const size = LENGTH[i] <= nSteps ? Math.max(Math.trunc(LENGTH[i]), 1) : nSteps + 1;
    rings.push(new Float64Array(size).fill(FIRST[i]));
  }
  let lost = -1;
  while (X.length < stages) X.push(new Float64Array(N_STATE));
  for (let turn = 0, row = 0; turn <= nSteps; turn++) {
    const time = start + turn * step;
    pathsAt(rows, 3 * turn);
    for (let i = 0; i < N_RING; i++) D[i] = rings[i][turn % rings[i].length];
    if (turn % perSave === 0) {
      for (let i = 0; lost < 0 && i < N_STATE; i++) if (!Number.isFinite(S[i])) lost = row;
      if (few && lost >= 0) {
        // An ensemble keeps nothing of a run after one of its states has been lost.
        out.fill(NaN, row * width, (Math.floor(nSteps / perSave) + 1) * width);
        return lost;
      }
      if (few) observeFew(time, time + hair, time, step, start, stop, saveEvery, out, row * width);
      else observe(time, time + hair, time, step, start, stop, saveEvery, out, row * width);
      row++;
    }
    if (turn === nSteps) break;
    if (N_HELD + N_RING) remember(time, time + hair, time, step, start, stop, saveEvery);
    for (let i = 0; i < N_STATE; i++) B[i] = S[i];
    for (let k = 0; k < stages; k++) {
      const to = nodes[k] * step;
      const last = k > 0 && nodes[k] === 1;
      if (k > 0) {
        const before = X[k - 1];
        for (let i = 0; i < N_STATE; i++) S[i] = B[i] + to * before[i];
        pathsAt(rows, 3 * turn + (last ? 2 : 1));
      }
      const clock = k === 0 ? time + hair : last ? time + to - hair : time + to;
      rates(time + to, clock, time, step, start, stop, saveEvery, X[k]);
    }
    for (let i = 0; i < N_STATE; i++) {
      let sum = weights[0] * X[0][i];
      for (let k = 1; k < stages; k++) sum += weights[k] * X[k][i];
      S[i] = B[i] + part * sum;
    }
    for (const i of NON_NEGATIVE) if (S[i] < 0) S[i] = 0;
    for (let i = 0; i < N_HELD; i++) H[i] = H_NEXT[i];
    for (let i = 0; i < N_RING; i++) rings[i][turn % rings[i].length] = INTO[i];
  }
  return lost;
}

function pathsAt(rows, moment) {
  const from = moment * N_PATH;
  for (let i = 0; i < N_PATH; i++) P[i] = rows[from + i];
}

// V8's pow takes three times as long as its exp and log together. Within these bounds the last
// bit of the product costs at most 16 * 2^-53 of the result.
function power(a, b) {
  if (a > 0 && a < Infinity) {
    const exponent = b * Math.log(a);
    if (exponent > -16 && exponent < 16) return Math.exp(exponent);
  }
  return edgeOfPower(a, b);
}

// As C's pow, which JavaScript's differs from where a base of one meets what is no number.
function edgeOfPower(a, b) {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return Math.pow(a, b);
}

// Number of points at or below x, as Python's bisect_right.
function pointsUpTo(x, xs) {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x < xs[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

function readTable(x, xs, ys, slopes) {
  if (x <= xs[0]) return ys[0];
  if (x >= xs[xs.length - 1]) return ys[ys.length - 1];
  if (Number.isNaN(x)) return x;
  const i = pointsUpTo(x, xs) - 1;
  return ys[i] + slopes[i] * (x - xs[i]);
}

function readTableOn(x, xs, ys, slopes) {
  if (Number.isNaN(x)) return x;
  const i = Math.min(Math.max(pointsUpTo(x, xs) - 1, 0), xs.length - 2);
  return ys[i] + slopes[i] * (x - xs[i]);
}

function readSteps(x, xs, ys) {
  return Number.isNaN(x) ? x : ys[Math.max(pointsUpTo(x, xs) - 1, 0)];
}
