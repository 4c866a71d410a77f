"""What turns a verdict: one input alone, two together, and the likeliest departure of all.

Distances are in *spreads*: from the scenario's own value of an input to the 16th or 84th
percentile of what an ensemble draws for it is one, on that side. No input leaves its range. Draws
after learning belong together: inputs that are not moved go along with those that are, and a
distance is how unlikely the moved ones are together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.deciding.backcast import chosen_targets
from zjsim.analysis.sensitivity.inputs_of_designs import values_of
from zjsim.analysis.sensitivity.switching import crossings
from zjsim.analysis.sensitivity.uncertain_inputs import Study, open_study
from zjsim.assessment.plan import Indicator
from zjsim.engines.kernel.engine import backend_for_search
from zjsim.openplan import PlanLike, ScenarioLike, open_plan
from zjsim.scenario.draws import Dimension
from zjsim.scenario.reader import Changes

if TYPE_CHECKING:
    import pandas as pd

POINTS = 9  # on each side of a line that is searched for a crossing, and again where one is
STRONGEST = 4  # inputs whose pairs are tried
MATTERS = 1e-2  # an input that does less than this part of the strongest is left where it is
# Of tied inputs, which are known by a thousand draws: a correlation of nothing is within 0.06.
MATTERS_TIED = 0.1
ONE_SPREAD = 0.8413447460685429  # of the normal distribution, below one standard deviation
TINY = 1e-12
MOST = 6.0  # spreads beyond which nothing is looked for


@dataclass(frozen=True, slots=True)
class Departure:
    """A change of some inputs that just turns a verdict.

    Parameters
    ----------
    inputs : tuple of Dimension
    before, values : tuple of float
        What each is in the scenario, and then.
    spreads : tuple of float
        How far each has gone from the scenario, in its spreads; its sign is the way it went.
    distance : float
        Root of the sum of their squares.
    """

    inputs: tuple[Dimension, ...]
    before: tuple[float, ...]
    values: tuple[float, ...]
    spreads: tuple[float, ...]
    distance: float

    def rows(self) -> Iterator[tuple[Dimension, float, float, float]]:
        """Input, its value in the scenario, its value then, and how far it has gone."""
        return zip(self.inputs, self.before, self.values, self.spreads, strict=True)


@dataclass(frozen=True, slots=True)
class Flip:
    """What turns the verdict on one target.

    Parameters
    ----------
    indicator : Indicator
    value : float
        In the scenario, in the printed unit.
    met : bool
        The verdict that is turned.
    singles : tuple of Departure
        One input alone, the nearest first; inputs that cannot do it within their range are absent.
    pairs : tuple of Departure
        Two of the strongest inputs together, over several proportions, the nearest first.
    joint : Departure or None
        The nearest point of all inputs together at which the verdict turns, with the inputs that
        matter most; None where none was found within their ranges.
    """

    indicator: Indicator
    value: float
    met: bool
    singles: tuple[Departure, ...]
    pairs: tuple[Departure, ...]
    joint: Departure | None


@dataclass(frozen=True, repr=False)
class Flips:
    """What turns each verdict of a scenario."""

    study: Study
    flips: tuple[Flip, ...]
    runs: int

    def __repr__(self) -> str:
        name = self.study.resolved.scenario.name
        return f"<Flips of {name}: {len(self.flips)} verdicts, {self.runs:,} runs>"

    def to_frame(self) -> pd.DataFrame:
        """A row a departure and input: ``number``, ``id``, ``met``, ``kind`` (single, pair or
        joint), ``departure`` (its place among its kind, the nearest first), ``distance``,
        ``input``, ``before``, ``value``, ``low``, ``high`` and ``spreads``.
        """
        import pandas as pd

        rows = []
        for one in self.flips:
            kinds = {"single": one.singles, "pair": one.pairs}
            kinds["joint"] = () if one.joint is None else (one.joint,)
            rows += [
                {
                    "number": one.indicator.number, "id": one.indicator.id, "met": one.met,
                    "kind": kind, "departure": place, "distance": found.distance,
                    "input": item.key, "before": before, "value": value,
                    "low": item.low, "high": item.high, "spreads": spreads,
                }
                for kind, departures in kinds.items()
                for place, found in enumerate(departures, start=1)
                for item, before, value, spreads in found.rows()
            ]  # fmt: skip
        return pd.DataFrame(rows)


def flip(
    plan: PlanLike,
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    targets: str | Sequence[int | str] = "all",
    calibrated: bool = True,
    advance: Callable[[int], None] = lambda count: None,
) -> Flips:
    """The smallest changes of uncertain inputs that turn each verdict of a scenario.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    scenario : str, Path, mapping or Scenario
        A shipped name, a file, the content of one, or a Scenario; see `read_scenario`.
    changes : str, sequence of str, or mapping
        Laid over the scenario: ``"levers.rd_support=1.2"``, several of them, or
        ``{"levers.rd_support": 1.2}``.
    levers, drivers, constants : mapping or None
        The same as mappings: ``levers={"rd_support": 1.2}``.
    targets : {"all", "binding"}, str or sequence
        Numbers, ids or labels, in one text by commas or one by one.
    calibrated : bool
        Vary identified constants within ``calibration.csv``.
    advance : function
        Called with the number of runs that have just been finished.

    Returns
    -------
    Flips
        For a met target what would lose it, for a missed one what would win it; ``to_frame()``
        has a row a departure.

    Raises
    ------
    ZjsimError
        For an unknown target, or when the scenario does not fit the plan.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.flip("zhejiang", targets=[9])
    >>> found.to_frame().loc[0, "input"]
    'drivers.drift_of_water'
    """
    plan = open_plan(plan)
    read = plan.read_scenario(
        scenario, changes, levers=levers, drivers=drivers, constants=constants
    )
    backend = backend_for_search(plan.program)
    study = open_study(plan, read, calibrated=calibrated, backend=backend)
    space = Spreads(study, advance)
    chosen = {item.number for item in chosen_targets(plan, targets)}
    return Flips(study, _flips(space, chosen), space.runs)


class Spreads:
    """The inputs of a study as departures in spreads; 0 is the scenario itself."""

    def __init__(self, study: Study, advance: Callable[[int], None] = lambda count: None) -> None:
        self.study, self.advance, self.runs = study, advance, 0
        items = study.dimensions
        self.centre = np.array([study.centre(item) for item in items])
        ends = np.array([[1 - ONE_SPREAD] * len(items), [ONE_SPREAD] * len(items)])
        drawn = values_of(items, ends)
        low, high = np.array([drawn[item.key] for item in items]).T
        # Where the scenario stands beyond a percentile there is a sliver of range left.
        reach = np.array([item.high - item.low for item in items])
        self.below = np.maximum(self.centre - low, 0.01 * reach)
        self.above = np.maximum(high - self.centre, 0.01 * reach)
        self.least = (np.array([item.low for item in items]) - self.centre) / self.below
        self.most = (np.array([item.high for item in items]) - self.centre) / self.above
        # An outlook has no bounds that cut; its range holds 95 percent.
        self.least = np.clip(self.least, -MOST, 0)
        self.most = np.clip(self.most, 0, MOST)

    def length(self, departure: np.ndarray) -> float:
        """How far a departure is, shape (n,): by the spreads, or how unlikely tied inputs are."""
        if self.study.company is None:
            return float(np.linalg.norm(departure))
        moved = np.flatnonzero(departure)
        part = departure[moved]
        return float(np.sqrt(max(part @ self.metric(moved) @ part, 0.0)))

    def metric(self, moved: np.ndarray) -> np.ndarray:
        """Of the square of that length over some inputs, the others going along."""
        company = self.study.company
        return np.eye(len(moved)) if company is None else company.metric(moved)

    def straight(self, slopes: np.ndarray, margin: float) -> tuple[np.ndarray, np.ndarray]:
        """The nearest point at which a margin of these slopes is 0, shape (n,), and what moves."""
        least = MATTERS if self.study.company is None else MATTERS_TIED
        moved = np.flatnonzero(np.abs(slopes) > least * np.abs(slopes).max())
        used = np.arange(slopes.size) if self.study.company is None else moved
        size = float(slopes[used] @ self.metric(used) @ slopes[used])
        guess = np.zeros(slopes.size)
        guess[used] = -margin * slopes[used] / size
        return np.clip(guess, self.least, self.most), moved

    def values(self, departures: np.ndarray) -> np.ndarray:
        """Values of the inputs, shape (m, n)."""
        found: np.ndarray = self.centre + np.where(
            departures < 0, departures * self.below, departures * self.above
        )
        return found

    def margins(self, departures: np.ndarray) -> np.ndarray:
        """Each indicator less its target, in parts of the target's way, shape (m, k)."""
        values = self.values(departures)
        items = self.study.indicators
        if self.study.company is not None:
            # What has not departed goes along with what has.
            values = np.where(departures == 0, np.nan, values)
        columns = {item.key: values[:, k] for k, item in enumerate(self.study.dimensions)}
        table = self.study.run(columns, self.advance)
        self.runs += len(values)
        ways = np.array([abs(item.target.value - item.start) for item in items])
        lowest = np.array([item.target.lowest for item in items])
        found: np.ndarray = (table - lowest) / ways
        return found


def _flips(space: Spreads, chosen: Container[int]) -> tuple[Flip, ...]:
    n = len(space.study.dimensions)
    now = space.margins(np.zeros((1, n)))[0]
    lines = np.zeros((n, 2 * POINTS - 1, n))
    for k in range(n):
        down, up = np.linspace(space.least[k], 0, POINTS), np.linspace(0, space.most[k], POINTS)
        lines[k, :, k] = np.concatenate([down, up[1:]])
    table = space.margins(lines.reshape(-1, n)).reshape(n, 2 * POINTS - 1, -1)
    found = []
    for place, indicator in enumerate(space.study.indicators):
        if indicator.number not in chosen or not np.isfinite(now[place]):
            continue
        met, one = bool(now[place] >= 0), _OfTarget(space, place)
        singles = one.nearest(lines, table[:, :, place])
        slopes = _slopes(lines, table[:, :, place])
        pairs = _pairs(one, met, slopes)
        joint = _joint(one, met, slopes, [*singles[:1], *pairs[:1]])
        way = abs(indicator.target.value - indicator.start)
        value = float(now[place] * way + indicator.target.lowest)
        found.append(
            Flip(
                indicator, value, met,
                tuple(_departure(space, each) for each in singles),
                tuple(_departure(space, each) for each in pairs),
                None if joint is None else _departure(space, joint),
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True)
class _OfTarget:
    """The margin of one target over departures."""

    space: Spreads
    place: int

    def margins(self, departures: np.ndarray) -> np.ndarray:
        """Shape (m,)."""
        found: np.ndarray = self.space.margins(departures)[:, self.place]
        return found

    def nearest(self, lines: np.ndarray, margins: np.ndarray) -> list[np.ndarray]:
        """The crossing of each line that is nearest to the scenario, the nearest first.

        Parameters
        ----------
        lines : array, shape (line, point, n)
        margins : array, shape (line, point)
        """
        pieces = []
        for line, values in zip(lines, margins, strict=True):
            crossed = [int(at) for at, _ in crossings(np.arange(len(line)), values, 0.0)]
            if crossed:
                far = [min(map(self.space.length, line[at : at + 2])) for at in crossed]
                at = crossed[int(np.argmin(far))]
                pieces.append(line[at : at + 2])
        if not pieces:
            return []
        # Each piece once more, closely.
        parts = np.linspace(0, 1, POINTS)[:, None]
        close = np.stack([piece[0] + parts * (piece[1] - piece[0]) for piece in pieces])
        again = self.margins(close.reshape(-1, close.shape[2])).reshape(close.shape[:2])
        ends = []
        for line, values in zip(close, again, strict=True):
            places = [place for place, _ in crossings(np.arange(float(POINTS)), values, 0.0)]
            whole, part = divmod(places[0] if places else 0.0, 1.0)
            ends.append(line[int(whole)] + part * (line[int(whole) + 1] - line[int(whole)]))
        return sorted(ends, key=self.space.length)


def _slopes(lines: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """How fast each input moves the margin about the scenario, shape (n,), by spread."""
    n = len(lines)
    own = lines[np.arange(n), :, np.arange(n)]
    low, high = POINTS - 2, POINTS
    width = own[:, high] - own[:, low]
    moved = np.nan_to_num(margins[:, high] - margins[:, low])
    return np.where(width > 0, moved / np.where(width > 0, width, 1.0), 0.0)


def _rays(space: Spreads, ways: np.ndarray) -> np.ndarray:
    """Points along each way from the scenario, cut to the ranges, shape (way, point, n)."""
    lengths = np.linspace(0, MOST, 2 * POINTS - 1)
    points = lengths[None, :, None] * ways[:, None, :]
    found: np.ndarray = np.clip(points, space.least, space.most)
    return found


def _pairs(one: _OfTarget, met: bool, slopes: np.ndarray) -> list[np.ndarray]:
    """The nearest crossing of each pair of strong inputs, over several proportions."""
    space, n = one.space, slopes.size
    strong = [int(k) for k in np.argsort(-np.abs(slopes))[:STRONGEST] if slopes[k] != 0]
    turned = np.sign(slopes) * (-1 if met else 1)
    nearest = []
    for first, second in itertools.combinations(strong, 2):
        steepest = np.arctan2(abs(slopes[second]), abs(slopes[first]))
        angles = np.sort(np.append(np.radians([30.0, 60.0]), steepest))
        ways = np.zeros((angles.size, n))
        ways[:, first] = np.cos(angles) * turned[first]
        ways[:, second] = np.sin(angles) * turned[second]
        nearest.append(_rays(space, ways))
    if not nearest:
        return []
    rays = np.stack(nearest)
    table = one.margins(rays.reshape(-1, n)).reshape(rays.shape[:3])
    ends = []
    for lines, margins in zip(rays, table, strict=True):
        ends += one.nearest(lines, margins)[:1]
    return sorted(ends, key=space.length)


def _joint(
    one: _OfTarget, met: bool, slopes: np.ndarray, known: Sequence[np.ndarray]
) -> np.ndarray | None:
    """The point nearest to the scenario at which the margin is 0, by SLSQP from several points.

    Parameters
    ----------
    known : sequence of array
        Crossings of fewer inputs: the nearest of all is no farther.
    """
    if not slopes.any():
        return None
    space, ends = one.space, list(known)
    now = float(one.margins(np.zeros((1, slopes.size)))[0])
    guess, moved = space.straight(slopes, now)
    for start in (guess, *known[-1:]):
        end = _nearest_from(one, met, start, moved)
        length = float(np.linalg.norm(end))
        if length > 0:
            # What the search left of a margin is taken away along the ray.
            ray = _rays(space, end[None] / length)
            crossed = one.nearest(ray, one.margins(ray[0])[None])
            ends += crossed
            if crossed:
                break
    return min(ends, key=space.length, default=None)


def _nearest_from(one: _OfTarget, met: bool, start: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """From a start, with some of the inputs moved: where a search for the nearest point ends."""
    from scipy.optimize import minimize

    n, sign = moved.size, -1.0 if met else 1.0
    least, most = one.space.least[moved], one.space.most[moved]
    metric = one.space.metric(moved)

    def whole(points: np.ndarray) -> np.ndarray:
        block = np.zeros((len(points), start.size))
        # An input of the search that is back at 0 stays there; it does not go along.
        block[:, moved] = np.where(points == 0, TINY, points)
        return block

    @lru_cache(maxsize=1)  # SLSQP asks for the value and the slopes of a point one by one
    def local(key: bytes) -> tuple[float, np.ndarray]:
        point = np.frombuffer(key)
        step = np.where(point + 0.05 <= most, 0.05, -0.05)
        block = np.repeat(point[None], n + 1, axis=0)
        block[np.arange(n) + 1, np.arange(n)] += step
        margins = np.nan_to_num(one.margins(whole(block)), nan=-1.0)
        return sign * float(margins[0]), sign * (margins[1:] - margins[0]) / step

    ended = minimize(
        lambda point: float(point @ metric @ point), start[moved],
        jac=lambda point: 2 * metric @ point,
        method="SLSQP", bounds=list(zip(least, most, strict=True)),
        constraints={
            "type": "ineq",
            "fun": lambda point: local(point.tobytes())[0],
            "jac": lambda point: local(point.tobytes())[1],
        },
        options={"ftol": 1e-5, "maxiter": 15},
    )  # fmt: skip
    found: np.ndarray = whole(np.clip(np.nan_to_num(ended.x), least, most)[None])[0]
    return found


def _departure(space: Spreads, departure: np.ndarray) -> Departure:
    """With the inputs that make up the way, the farthest gone first."""
    order = [int(k) for k in np.argsort(-np.abs(departure)) if departure[k] != 0]
    values = space.values(departure[None])[0]
    return Departure(
        inputs=tuple(space.study.dimensions[k] for k in order),
        before=tuple(float(space.centre[k]) for k in order),
        values=tuple(float(values[k]) for k in order),
        spreads=tuple(float(departure[k]) for k in order),
        distance=space.length(departure),
    )
