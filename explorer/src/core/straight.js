// Margins of many worlds taken as straight about a point, and the cheapest setting by them: as
// zjsim/analysis/deciding/worlds.py, with steps of single levers in place of SLSQP.

// The margin that the wanted share of worlds has is averaged over this part of them beside it.
const SOFT = 0.03;
const LARGEST = 0.05; // steps, in parts of a lever's range
const SMALLEST = 0.002;
const EXCHANGES = [0.1, 0.03, 0.01];
const MOST_STEPS = 3000;
const HAIR = 1e-9;

// How many worlds must meet the targets for a share of them.
export const needed = (probability, worlds) => Math.ceil(probability * worlds - HAIR);

export class Straight {
  // `margins` by world and target; `slopes` the same by lever: an array for each.
  constructor({ point, margins, slopes, targets, lower, upper, price }) {
    Object.assign(this, { point, margins, slopes, targets, lower, upper, price });
    this.worlds = margins.length / targets;
    this.hardest = new Int32Array(this.worlds);
    this.worst = new Float64Array(this.worlds);
  }

  // The cheapest of two ways: up from the start, and down from the far end.
  cheapest(probability) {
    const must = needed(probability, this.worlds);
    const half = Math.max(1, Math.round(SOFT * this.worlds));
    const allowed = this.worlds - must;
    this.window = [Math.max(allowed - half, 0), Math.min(allowed + half + 1, this.worlds)];
    const found = [this.lower, this.upper].map((from) => {
      this.go(from);
      this.rise();
      this.trim();
      for (const part of EXCHANGES) this.exchange(part);
      return { point: Float64Array.from(this.at), level: this.level(), cost: this.cost() };
    });
    const better = (a, b) => (a.level >= 0 && b.level >= 0 ? a.cost <= b.cost : a.level >= b.level);
    return better(found[0], found[1]) ? found[0] : found[1];
  }

  // The setting with the highest level, whatever it costs; after `cheapest`.
  highest() {
    this.go(this.lower);
    this.rise(Infinity);
    return this.at;
  }

  go(to) {
    this.at = Float64Array.from(this.point);
    this.now = Float64Array.from(this.margins);
    to.forEach((value, lever) => this.move(lever, value - this.point[lever]));
  }

  move(lever, change) {
    if (change === 0) return;
    this.at[lever] += change;
    const slopes = this.slopes[lever];
    for (let i = 0; i < this.now.length; i++) this.now[i] += slopes[i] * change;
  }

  cost() {
    return this.at.reduce((sum, value, k) => sum + (value - this.lower[k]) * this.price[k], 0);
  }

  // The margin of the worlds about the wanted share; those worlds are the first of `order`.
  level() {
    const { worlds, targets, now } = this;
    for (let w = 0; w < worlds; w++) {
      let hardest = 0;
      for (let k = 1; k < targets; k++) {
        if (now[w * targets + k] < now[w * targets + hardest]) hardest = k;
      }
      this.hardest[w] = hardest;
      this.worst[w] = now[w * targets + hardest];
    }
    const sorted = Float64Array.from(this.worst).sort();
    const [low, high] = this.window;
    this.between = [sorted[low], sorted[high - 1]];
    let sum = 0;
    for (let i = low; i < high; i++) sum += sorted[i];
    return sum / (high - low);
  }

  // What a unit of each lever adds to the level; after `level`.
  gains() {
    const [low, high] = this.between;
    const gains = new Float64Array(this.at.length);
    let count = 0;
    for (let w = 0; w < this.worlds; w++) {
      if (this.worst[w] < low || this.worst[w] > high) continue;
      count += 1;
      const place = w * this.targets + this.hardest[w];
      for (let j = 0; j < gains.length; j++) gains[j] += this.slopes[j][place];
    }
    return gains.map((gain) => gain / count);
  }

  range(lever) {
    return this.upper[lever] - this.lower[lever];
  }

  // The lever that brings most for its price, again and again, until the level is reached.
  rise(goal = 0) {
    for (let step = 0; step < MOST_STEPS; step++) {
      const level = this.level();
      if (level >= goal) return;
      const gains = this.gains();
      let best = -1;
      gains.forEach((gain, j) => {
        const room = gain > 0 ? this.upper[j] - this.at[j] : this.at[j] - this.lower[j];
        if (Math.abs(gain) < HAIR || room < HAIR) return;
        if (best < 0 || worth(gain, this.price[j]) > worth(gains[best], this.price[best])) best = j;
      });
      if (best < 0) return;
      const range = this.range(best);
      const way = Math.min(Math.max((goal - level) / Math.abs(gains[best]), SMALLEST * range), LARGEST * range);
      if (gains[best] > 0) this.move(best, Math.min(way, this.upper[best] - this.at[best]));
      else this.move(best, -Math.min(way, this.at[best] - this.lower[best]));
    }
  }

  // Take back what is not needed, from the lever that brings least for its price.
  trim() {
    if (this.level() < 0) return;
    const gains = this.gains();
    const order = [...this.at.keys()].sort((a, b) => gains[a] / this.price[a] - gains[b] / this.price[b]);
    for (const lever of order) this.lowered(lever, this.at[lever] - this.lower[lever]);
  }

  // Lower a lever by as much of `most` as the level allows.
  lowered(lever, most) {
    if (most < HAIR) return;
    let [low, high, there] = [0, most, 0];
    const less = (change) => {
      this.move(lever, there - change);
      there = change;
    };
    less(most);
    if (this.level() >= 0) return;
    for (let turn = 0; turn < 12; turn++) {
      const middle = (low + high) / 2;
      less(middle);
      if (this.level() >= 0) low = middle;
      else high = middle;
    }
    less(low);
  }

  // A little less of one lever for as little as need be of another, where that is cheaper.
  exchange(part) {
    if (this.level() < 0) return;
    for (let a = 0; a < this.at.length; a++) {
      for (let b = 0; b < this.at.length; b++) {
        const less = Math.min(part * this.range(a), this.at[a] - this.lower[a]);
        if (a === b || less < HAIR) continue;
        const most = Math.min((less * this.price[a]) / this.price[b], this.upper[b] - this.at[b]);
        if (most < HAIR) continue;
        this.move(a, -less);
        this.move(b, most);
        if (this.level() >= 0) this.lowered(b, most);
        else {
          this.move(b, -most);
          this.move(a, less);
        }
      }
    }
  }
}

// Taking back what only harms is worth more than anything added.
const worth = (gain, price) => (gain < 0 ? 1e6 * -gain : gain / price);
