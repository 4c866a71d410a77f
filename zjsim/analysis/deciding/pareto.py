"""Strategies that nobody has written down: effort against how many worlds meet the targets.

A many-objective evolutionary search by pymoo (Blank and Deb 2020, IEEE Access 8, 89497-89509) over
the numbers of the levers. Each candidate meets the same worlds; what is left is counted once more
in worlds that the search has not seen. Such a search proves nothing: better points may exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.deciding.levers import Bench, Setting, open_bench
from zjsim.analysis.deciding.strategies import Strategy, effort_in, paths_in
from zjsim.cache import content_hash
from zjsim.ensembles.chunks import bundle_hash
from zjsim.errors import RunError
from zjsim.files import atomic
from zjsim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from zjsim.analysis.deciding.robust import Robustness

POPULATION, GENERATIONS = 48, 30
WORLDS, FRESH = 256, 2048
DIGITS = 2  # of a lever's number, so that a scenario file holds what was counted
EACH = 3  # targets that are objectives by themselves; of more, their number and all together


@dataclass(frozen=True, repr=False)
class Front:
    """Settings of the levers of which none found is better in every objective.

    Parameters
    ----------
    bench : Bench
        Scenario, levers and prices.
    points : array, shape (p, n)
        Values of the levers, the least effort first.
    effort : array, shape (p,)
    share, number : array, shape (p,)
        Part of fresh worlds that meet all targets, and mean number of targets met there.
    each : array, shape (p, k)
        Part of fresh worlds that meet each target.
    worlds, fresh : int
        Searched in, and counted again in.
    evaluated : int
        Settings tried.
    """

    bench: Bench
    points: np.ndarray
    effort: np.ndarray
    share: np.ndarray
    number: np.ndarray
    each: np.ndarray
    worlds: int
    fresh: int
    evaluated: int

    def __repr__(self) -> str:
        return f"<Front of {len(self.points)} settings, {self.evaluated:,} tried>"

    @property
    def levers(self) -> tuple[Setting, ...]:
        """Those that were set."""
        return self.bench.settings

    def scenario(self, place: int, name: str) -> Scenario:
        """One point as a scenario, which `zjsim run` takes."""
        return self.bench.scenario_at(self.points[place], name)

    def to_frame(self) -> pd.DataFrame:
        """A row a point: ``effort``, ``share``, ``number``, each target's share, each lever."""
        import pandas as pd

        columns: dict[str, Any] = {
            "effort": self.effort, "share": self.share, "number": self.number,
        }  # fmt: skip
        columns |= {item.id: self.each[:, k] for k, item in enumerate(self.bench.targets)}
        columns |= {
            f"levers.{one.lever.id}": self.points[:, k] for k, one in enumerate(self.levers)
        }
        return pd.DataFrame(columns)


def search_front(
    bench: Bench,
    starts: np.ndarray,
    *,
    generations: int = GENERATIONS,
    seed: int = 0,
    kept: Path | None = None,
    fixed: float = 0.0,
) -> Front:
    """The settings found of which none is better in every objective.

    Parameters
    ----------
    bench : Bench
        With the worlds that are searched in.
    starts : array, shape (m, n)
        Points that the search begins with, among others.
    generations : int
    seed : int
        Of the search.
    kept : Path or None
        Folder in which evaluations are kept: the same search, run again, goes on where it was
        stopped, and ends at the same points.
    fixed : float
        Effort of the levers that stay as they are.

    Raises
    ------
    RunError
        When pymoo is not installed.
    """
    minimize, problem_class, algorithm_of = _pymoo()
    counter = _Counter(bench, kept, seed, fixed)
    lower = np.array([one.low for one in bench.settings])
    upper = np.array([one.high for one in bench.settings])

    class Problem(problem_class):  # type: ignore[misc, valid-type]
        """The objectives, all to be made small."""

        def _evaluate(self, x: np.ndarray, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"] = counter.objectives(x)

    first = _first(starts, lower, upper, seed)
    problem = Problem(n_var=lower.size, n_obj=counter.count, xl=lower, xu=upper)
    algorithm = algorithm_of(counter.count, first)
    ended = minimize(problem, algorithm, ("n_gen", generations), seed=seed, verbose=False)
    points = np.unique(np.round(np.atleast_2d(ended.X), DIGITS), axis=0)
    return _again(bench, points, counter)


def search_strategies(
    found: Robustness,
    *,
    levers: Sequence[str] | None = None,
    generations: int = GENERATIONS,
    worlds: int = WORLDS,
    seed: int = 0,
    kept: Path | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> Front:
    """Settings beside the strategies of a comparison, for the same targets and around its worlds.

    Parameters
    ----------
    found : Robustness
        As `robust` returns it; the search begins with its strategies, among others.
    levers : sequence of str or None
        Ids or labels that may be set; None is every one that the plan carries out itself.
    worlds : int
        Draws that each candidate meets.
    """
    field = found.field
    scenario = field.ready.resolved.scenario
    bench = open_bench(
        field.plan, scenario, field.targets,
        levers=levers, cost=field.cost, reallocate=True, worlds=worlds,
    )  # fmt: skip
    bench = replace(bench, seed=found.seed, advance=advance)
    starts = [
        [_height(one, setting) for setting in bench.settings] for one in field.strategies
    ]  # fmt: skip
    set_here = {one.lever.id for one in bench.settings}
    others = [lever for lever in field.plan.levers if lever.id not in set_here]
    fixed = effort_in(field.plan, others, paths_in(field.plan, field.ready.resolved), field.cost)
    return search_front(
        bench, np.array(starts), generations=generations, seed=seed, kept=kept, fixed=fixed
    )


def _height(strategy: Strategy, setting: Setting) -> float:
    path = strategy.paths.get(setting.lever.id)
    return 0.0 if path is None else float(path.values.max())


def _pymoo() -> tuple[Any, Any, Callable[[int, np.ndarray], Any]]:
    try:
        # Optional, and slow to import.
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.algorithms.moo.nsga3 import NSGA3
        from pymoo.config import Config
        from pymoo.core.problem import Problem
        from pymoo.optimize import minimize
        from pymoo.util.ref_dirs import get_reference_directions
    except ImportError:
        raise RunError(
            'The search needs pymoo: pip install "zjsim[discover]". '
            "Strategies are held against each other without it; leave --search out."
        ) from None
    Config.show_compile_hint = False

    def algorithm(objectives: int, first: np.ndarray) -> Any:
        if objectives <= 3:
            return NSGA2(pop_size=len(first), sampling=first)
        ways = get_reference_directions("das-dennis", objectives, n_partitions=5)
        return NSGA3(ref_dirs=ways, pop_size=max(len(first), len(ways)), sampling=first)

    return minimize, Problem, algorithm


def _first(starts: np.ndarray, lower: np.ndarray, upper: np.ndarray, seed: int) -> np.ndarray:
    """Points to begin with: those given, both ends, and a Latin hypercube."""
    from scipy.stats import qmc

    known = np.concatenate([np.clip(starts, lower, upper), lower[None], upper[None]])
    more = max(POPULATION - len(known), 8)
    unit = qmc.LatinHypercube(lower.size, rng=np.random.default_rng(seed)).random(more)
    return np.concatenate([known, lower + unit * (upper - lower)])


class _Counter:
    """Objectives of settings, each counted once, and kept in a file if there is a folder."""

    def __init__(self, bench: Bench, kept: Path | None, seed: int, fixed: float) -> None:
        self.bench, self.fixed = bench, fixed
        k = len(bench.targets)
        self.single = k <= EACH
        self.count = 1 + (k if self.single else 2)
        self.known: dict[bytes, np.ndarray] = {}
        self.file = None if kept is None else kept / f"search-{_hash(bench, seed)}.npy"
        if self.file is not None:
            self._read(self.file)

    def _read(self, file: Path) -> None:
        n = len(self.bench.settings)
        try:
            table = np.load(file, allow_pickle=False)
        except (OSError, ValueError):
            return
        if table.ndim == 2 and table.shape[1] == n + self.count:
            self.known = {row[:n].tobytes(): row[n:] for row in table}

    def objectives(self, points: np.ndarray) -> np.ndarray:
        """Shape (m, objectives): effort, and what is to be large with its sign turned."""
        rounded = np.round(points, DIGITS) + 0.0
        new = [row for row in np.unique(rounded, axis=0) if row.tobytes() not in self.known]
        if new:
            block = np.array(new)
            effort = self.effort(block)
            each, share, number = met_in(self.bench, block)
            good = each if self.single else np.column_stack([share, number])
            table = np.column_stack([effort, -good])
            self.known |= {row.tobytes(): own for row, own in zip(block, table, strict=True)}
            self._write()
        return np.array([self.known[row.tobytes()] for row in rounded])

    def effort(self, points: np.ndarray) -> np.ndarray:
        """Sum of price times value of all levers, shape (m,)."""
        prices = np.array([one.price for one in self.bench.settings])
        return np.asarray(self.fixed + np.abs(points) @ prices)

    def _write(self) -> None:
        if self.file is None:
            return
        rows = [np.concatenate([np.frombuffer(key), own]) for key, own in self.known.items()]
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with atomic(self.file) as part, part.open("wb") as stream:
                np.save(stream, np.array(rows), allow_pickle=False)
        except OSError as problem:
            raise RunError(f"{self.file}: cannot be written ({problem.strerror}).") from None


def _hash(bench: Bench, seed: int) -> str:
    said: list[str] = [
        bundle_hash(bench.plan.folder), bench.ready.resolved.hash, str(bench.sample.seed),
        str(bench.worlds), str(seed), *(item.id for item in bench.targets),
    ]  # fmt: skip
    said += [f"{one.lever.id} {one.low} {one.high} {one.price}" for one in bench.settings]
    return content_hash(*said)[:16]


def met_in(bench: Bench, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parts of the worlds that meet each target, (m, k), and all, (m,); mean number met, (m,)."""
    numbers = np.tile(np.arange(bench.worlds), len(points))
    margins = bench.margins(np.repeat(points, bench.worlds, axis=0), numbers)
    met = (np.nan_to_num(margins, nan=-1.0) >= 0).reshape(len(points), bench.worlds, -1)
    return met.mean(axis=1), met.all(axis=2).mean(axis=1), met.sum(axis=2).mean(axis=1)


def _again(bench: Bench, points: np.ndarray, counter: _Counter) -> Front:
    """What holds in fresh worlds, without what others beat there."""
    fresh = replace(bench, worlds=FRESH, seed=bench.sample.seed + 1)
    each, share, number = met_in(fresh, points)
    effort = counter.effort(points)
    good = each if counter.single else np.column_stack([share, number])
    kept = not_beaten(np.column_stack([effort, -good]))
    order = kept[np.argsort(effort[kept], kind="stable")]
    return Front(
        bench, points[order], effort[order], share[order], number[order], each[order],
        bench.worlds, FRESH, len(counter.known),
    )  # fmt: skip


def not_beaten(table: np.ndarray) -> np.ndarray:
    """Positions of the rows that no other row beats or equals in all, and beats in one.

    Examples
    --------
    >>> not_beaten(np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0]])).tolist()
    [0, 1]
    """
    kept = [
        place
        for place, row in enumerate(table)
        if not np.any(np.all(table <= row, axis=1) & np.any(table < row, axis=1))
    ]
    return np.array(kept, dtype=int)


def spread(front: Front, most: int) -> Sequence[int]:
    """Positions of a few points, from the least effort to the most."""
    count = len(front.points)
    if count <= most:
        return range(count)
    return sorted({round(place) for place in np.linspace(0, count - 1, most)})
