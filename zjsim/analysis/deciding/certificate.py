"""How it is known that a set of conditions cannot be met, or that a cost cannot be undercut.

The argument is one of direction. Where each number moves a margin one way only, the margin is
nowhere higher than at the corner that all these ways lead to. That it moves one way is *checked*
on a design, not assumed: whatever movement against the direction is seen there is granted in full
on top of the corner. Several conditions are joined by weights into one margin: when a weighted
mean of margins cannot reach 0, the margins cannot all do so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zjsim.analysis.deciding.search import Question

BASES, LEVELS = 24, 4


@dataclass(frozen=True)
class Design:
    """Each number moved through its whole range from many places, one at a time.

    Parameters
    ----------
    steps : array, shape (base, n, level - 1, k)
        What each step upwards adds to each margin.
    parts : array, shape (n, level - 1)
        Part of the number's range that each step is.
    points : int
        Points computed.
    """

    steps: np.ndarray
    parts: np.ndarray
    points: int

    def directions(self, weights: np.ndarray, price: np.ndarray | float = 0.0) -> np.ndarray:
        """Where the corner of a weighted margin less a price lies: 1 up, -1 down, shape (n,)."""
        moved = self._weighted(weights, price).sum(axis=2)
        return np.where(moved.mean(axis=0) >= 0, 1, -1)

    def contrary(self, weights: np.ndarray, price: np.ndarray | float = 0.0) -> np.ndarray:
        """The largest movement against the direction that was seen anywhere, shape (n,)."""
        steps = self._weighted(weights, price)
        against = np.maximum(-steps * self.directions(weights, price)[None, :, None], 0)
        found: np.ndarray = against.sum(axis=2).max(axis=0)
        return found

    def contrary_share(self, margin: int) -> float:
        """Part of all single steps that go against their direction."""
        weights = np.eye(self.steps.shape[-1])[margin]
        steps = self._weighted(weights, 0.0) * self.directions(weights)[None, :, None]
        return float(np.mean(steps < 0))

    @property
    def most_contrary(self) -> float:
        """The largest such part over the margins."""
        return max(map(self.contrary_share, range(self.steps.shape[-1])))

    def _weighted(self, weights: np.ndarray, price: np.ndarray | float) -> np.ndarray:
        """Steps of one weighted margin, less what the step costs, shape (base, n, level - 1)."""
        cost = np.broadcast_to(np.asarray(price, dtype=float), (self.steps.shape[1],))
        found: np.ndarray = self.steps @ weights - cost[:, None] * self.parts
        return found


def check_directions(
    question: Question,
    *,
    bases: int = BASES,
    levels: int = LEVELS,
    through: np.ndarray | None = None,
    seed: int = 0,
) -> Design:
    """Run the design from ``bases`` Latin-hypercube places.

    Parameters
    ----------
    through : array, shape (n,), or None
        A point that is one of the places, with its values among the levels of each number: a
        rise that ends there is seen.
    """
    from scipy.stats import qmc

    n = question.start.size
    cube = qmc.LatinHypercube(n, rng=np.random.default_rng(seed)).random(bases)
    places = question.lower + cube * (question.upper - question.lower)
    # Half of the bases are corners, where bends are strongest.
    ends = np.where(cube > 0.5, question.upper, question.lower)
    places[::2] = ends[::2]
    if through is not None:
        places[:3] = through, question.lower, question.upper
    grid = np.linspace(question.lower, question.upper, levels)
    if through is not None:
        grid = np.sort(np.concatenate([grid, through[None]]), axis=0)
        levels += 1
    block = np.broadcast_to(places[:, None, None, :], (bases, n, levels, n)).copy()
    for k in range(n):
        block[:, k, :, k] = grid[:, k]
    points = block.reshape(-1, n)
    table = question.margins(points).reshape(bases, n, levels, -1)
    span = np.maximum(question.upper - question.lower, 1e-300)
    parts = (np.diff(grid, axis=0) / span).T
    return Design(np.nan_to_num(np.diff(table, axis=2)), parts, len(points))


def corner(question: Question, directions: np.ndarray) -> np.ndarray:
    """The corner of the bounds that the directions lead to."""
    return np.where(directions > 0, question.upper, question.lower)


def most_of(question: Question, design: Design, weights: np.ndarray) -> float:
    """More than this the weighted sum of margins cannot be, as far as the design tells."""
    top = corner(question, design.directions(weights))
    at_corner = float(question.margins(top[None])[0] @ weights)
    return at_corner + float(design.contrary(weights).sum())


def most_alone(question: Question, design: Design) -> np.ndarray:
    """More than this each margin by itself cannot be, as far as the design tells, shape (k,)."""
    units = np.eye(design.steps.shape[-1])
    return np.array([most_of(question, design, unit) for unit in units])


def least_cost(question: Question, design: Design, weights: np.ndarray) -> float:
    """Less than this no point that meets every condition costs, as far as the design tells.

    Lagrange's bound: the least of ``cost - weights · margins`` over the bounds. The cost
    is the price of each number's change, which bends at the start: a number is taken on either
    side of it by its direction, so this holds where all may only rise, or only fall.
    """
    span = question.upper - question.lower
    rising = np.all(question.lower >= question.start)
    falling = np.all(question.upper <= question.start)
    if not (rising or falling) or not np.isfinite(weights).all():
        return 0.0
    price = question.price * span * (1 if rising else -1)
    top = corner(question, design.directions(weights, price))
    reached = float(question.margins(top[None])[0] @ weights)
    # A number that stands between its bounds at the optimum bends there, and the design sees the
    # bend at its levels only.
    bound = float(question.cost(top)[0]) - reached - float(design.contrary(weights, price).sum())
    return max(bound, 0.0)
