"""Calibration: each sector alone against what was published up to the cut-off year.

No run of the whole model before the base year is claimed. A constant counts as identified
when the figures take at least three tenths off its prior's standard deviation; everything
else keeps its range, and the table says so. Four or more figures of a series in consecutive
years may err together; see `log_likelihood`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from zjsim.analysis.history.comparison import Comparison, Datum
from zjsim.analysis.history.likelihood import (
    SHORTEST_RUN,
    effective_draws,
    log_likelihood,
    marginal,
    profile,
    profile_word,
    weighted_correlation,
    weighted_quantile,
    weights_of,
)
from zjsim.analysis.history.published import hash_of, published_until
from zjsim.analysis.history.sectors import Sector, SectorRun
from zjsim.analysis.history.sectors_file import SectorsFile, read_sectors
from zjsim.cache import content_hash
from zjsim.engines.kernel.engine import Backend
from zjsim.errors import DataError
from zjsim.markup import Shown
from zjsim.openplan import PlanLike, open_plan
from zjsim.scenario.calibrated import CalibrationRow, calibrated_ranges
from zjsim.scenario.draws import EDGE, Dimension, quantile
from zjsim.workflow import OpenPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Calibration", "SectorFit", "calibrate", "calibrated_ranges"]

IDENTIFIED_BELOW = 0.7  # of the prior's standard deviation
TIED_BEYOND = 0.95
FEWEST_EFFECTIVE = 200
PIECE = 4096
FEW_DRAWS = 256


@dataclass(frozen=True, slots=True)
class Fit:
    """One figure: published, and the model's median and 95 % interval before and after fitting."""

    comparison: Comparison
    datum: Datum
    prior_median: float
    prior_low: float
    prior_high: float
    median: float
    low: float
    high: float

    @property
    def reached(self) -> bool:
        """Whether the figure lies in the interval widened by twice its own error."""
        reach = 2 * self.comparison.error
        return self.low - reach <= self.datum.value <= self.high + reach


@dataclass(frozen=True, slots=True)
class SectorFit:
    """What one sector's figures say.

    Parameters
    ----------
    sector : Sector
    rows : tuple of CalibrationRow
        A row a parameter.
    fits : tuple of Fit
        A row a figure.
    ties : tuple of (str, str, float)
        Unknowns, nuisances included, whose correlation is beyond 0.95.
    effective : float
        Draws that the weighted ones are worth.
    """

    sector: Sector
    rows: tuple[CalibrationRow, ...]
    fits: tuple[Fit, ...]
    ties: tuple[tuple[str, str, float], ...]
    effective: float

    @property
    def trusted(self) -> bool:
        """Whether enough draws carry weight for two printed figures."""
        return self.effective >= FEWEST_EFFECTIVE


@dataclass(frozen=True, slots=True, repr=False)
class Calibration(Shown):
    """All sectors, and what has no figures to be fitted to."""

    file: SectorsFile
    seed: int
    sectors: tuple[SectorFit, ...]

    @property
    def rows(self) -> tuple[CalibrationRow, ...]:
        """A row a constant: of several sectors the one that tells most of it."""
        best: dict[str, CalibrationRow] = {}
        for row in (row for fit in self.sectors for row in fit.rows):
            held = best.get(row.name)
            if held is None or row.sd / row.prior_sd < held.sd / held.prior_sd:
                best[row.name] = row
        return tuple(best.values())

    def to_frame(self) -> pd.DataFrame:
        """A row a constant, with its range before and after; see `CalibrationRow`."""
        import pandas as pd

        return pd.DataFrame(asdict(row) for row in self.rows)

    def _said(self) -> str:
        names = ", ".join(fit.sector.id for fit in self.sectors)
        found = sum(row.identified for row in self.rows)
        return f"of {names}: {found} of {len(self.rows)} constants identified, seed {self.seed}"


def calibrate(
    plan: PlanLike,
    *,
    seed: int = 2020,
    draws: int = 16384,
    profile_points: int = 9,
    only: tuple[str, ...] = (),
    backend: Backend | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> Calibration:
    """Calibrate every sector of a plan's ``sectors.yaml``.

    Parameters
    ----------
    plan : str, Path or OpenPlan
        Its published figures up to the cut-off year enter through `published_until`; its
        targets are not read.
    seed, draws : int
        Of the Sobol set from the priors; a power of two is balanced.
    profile_points : int
        Points of each profile likelihood; 0 computes none.
    only : tuple of str
        Ids of sectors; empty takes all.
    backend : {"auto", "python", "members", "compiled"} or None
        None decides once by the number of draws: compiling the sectors takes minutes.
    advance : function
        Called with 1 when a sector is done.

    Returns
    -------
    Calibration
        ``to_frame()`` has a row a constant: its range before and after, in the model's unit.

    Raises
    ------
    DataError
        When ``sectors.yaml`` is wrong or a sector has no figures.

    Examples
    --------
    >>> import zjsim
    >>> found = zjsim.calibrate("zhejiang", draws=64, profile_points=0, only=("digital_core",))
    >>> found.sectors[0].sector.id
    'digital_core'
    """
    plan = open_plan(plan)
    file = read_sectors(plan)
    unknown = set(only) - {sector.id for sector in file.sectors}
    if unknown:
        known = ", ".join(sector.id for sector in file.sectors)
        raise DataError(f"{', '.join(sorted(unknown))}: no such sector. Sectors: {known}.")
    history = published_until(plan.observations, file.cut_off)
    chosen = backend or ("python" if draws <= FEW_DRAWS else "compiled")
    fits = []
    for sector in file.sectors:
        if not only or sector.id in only:
            run = SectorRun(plan, sector, history, file.base_year, file.step, chosen)
            fits.append(_fit(run, file, seed, draws, profile_points))
            advance(1)
    return Calibration(file, seed, tuple(fits))


def dimensions_of(plan: OpenPlan, sector: Sector) -> list[Dimension]:
    """The priors: those of ``constants.csv``, flat where the file says so; nuisances flat.

    Raises
    ------
    DataError
        When a parameter is fixed.
    """
    found = []
    for name in sector.parameters:
        row = plan.constants.row(name)
        if row is None or row.low is None or row.high is None or row.distribution == "fixed":
            raise DataError(f"sectors.yaml, {sector.id}: {name} is fixed in constants.csv.")
        kind = "uniform" if name in sector.flat else row.distribution
        centre = plan.names.constants[name]
        found.append(Dimension("constant", name, name, row.low, centre, row.high, kind))
    for item in sector.nuisance:
        middle = (item.low + item.high) / 2
        found.append(
            Dimension("constant", item.name, item.name, item.low, middle, item.high, "uniform")
        )
    return found


def _fit(
    run: SectorRun, file: SectorsFile, seed: int, draws: int, profile_points: int
) -> SectorFit:
    # Imported here because only analyses draw by hand (scipy.stats costs 0.5 s).
    from scipy.stats import qmc

    if not run.data:
        raise DataError(f"sectors.yaml, {run.sector.id}: no figure up to {file.cut_off}.")
    dimensions = dimensions_of(run.plan, run.sector)
    engine = qmc.Sobol(len(dimensions), scramble=True, seed=np.random.default_rng(seed))
    unit = np.clip(engine.random(draws), EDGE, 1 - EDGE)
    table = np.stack([quantile(d, unit[:, k]) for k, d in enumerate(dimensions)], axis=1)
    observed = np.array([datum.value for _, datum in run.data])
    scale = np.array([item.error for item, _ in run.data])
    names = run.sector.unknowns

    def predicted(rows: np.ndarray) -> np.ndarray:
        pieces = [
            run.predict(dict(zip(names, rows[k : k + PIECE].T, strict=True)))
            for k in range(0, len(rows), PIECE)
        ]
        return np.concatenate(pieces)

    together = consecutive(run.data)
    predictions = predicted(table)
    loglik = log_likelihood(predictions, observed, scale, runs=together)
    weights = weights_of(loglik)
    words = dict.fromkeys(run.sector.parameters, "")
    if profile_points:
        bounds = np.array([(d.low, d.high) for d in dimensions])
        best = table[np.argsort(-loglik)[:16]]
        for k, name in enumerate(run.sector.parameters):
            _, curve = profile(
                lambda rows: log_likelihood(predicted(rows), observed, scale, runs=together),
                bounds, k, best, profile_points,
            )  # fmt: skip
            words[name] = profile_word(curve)
    ties = tuple(_ties(names, weighted_correlation(table, weights)))
    provenance = {
        "cut_off": file.cut_off,
        "draws": draws,
        "effective_draws": effective_draws(weights),
        "seed": seed,
        "data_hash": content_hash(hash_of(run.rows), file.text, run.plan.model_hash)[:16],
    }
    rows = tuple(
        _row(run, dimension, table[:, k], weights, words, ties, provenance)
        for k, dimension in enumerate(dimensions[: len(run.sector.parameters)])
    )
    return SectorFit(
        sector=run.sector,
        rows=rows,
        fits=tuple(_fits(run, predictions, weights)),
        ties=ties,
        effective=effective_draws(weights),
    )


def consecutive(data: Sequence[tuple[Comparison, Datum]]) -> tuple[tuple[int, ...], ...]:
    """Positions of the figures of one comparison in consecutive years, long runs only.

    Averages of a span are left out: their errors overlap already.
    """
    found: list[list[int]] = []
    order = sorted(range(len(data)), key=lambda k: (id(data[k][0]), data[k][1].time))
    for k in order:
        item, datum = data[k]
        last = data[found[-1][-1]] if found else None
        follows = last is not None and last[0] is item and datum.time - last[1].time == 1
        if follows and datum.span == 1:
            found[-1].append(k)
        else:
            found.append([k])
    return tuple(sorted(tuple(run) for run in found if len(run) >= SHORTEST_RUN))


def _ties(names: tuple[str, ...], matrix: np.ndarray) -> Iterator[tuple[str, str, float]]:
    for i, first in enumerate(names):
        for j in range(i + 1, len(names)):
            if abs(matrix[i, j]) > TIED_BEYOND:
                yield first, names[j], float(matrix[i, j])


def _row(
    run: SectorRun,
    dimension: Dimension,
    values: np.ndarray,
    weights: np.ndarray,
    words: dict[str, str],
    ties: tuple[tuple[str, str, float], ...],
    provenance: dict[str, object],
) -> CalibrationRow:
    found = marginal(values, weights)
    tied = [b if a == dimension.name else a for a, b, _ in ties if dimension.name in (a, b)]
    return CalibrationRow(
        name=dimension.name,
        sector=run.sector.id,
        value=found.median,
        low=found.low,
        high=found.high,
        sd=found.sd,
        prior_value=dimension.mode,
        prior_low=dimension.low,
        prior_high=dimension.high,
        prior_sd=found.prior_sd,
        overlap=found.overlap,
        profile=words[dimension.name],
        identified=bool(found.sd < IDENTIFIED_BELOW * found.prior_sd),
        tied_to=";".join(tied),
        **provenance,  # type: ignore[arg-type]
    )


def _fits(run: SectorRun, predictions: np.ndarray, weights: np.ndarray) -> Iterator[Fit]:
    alive = np.isfinite(predictions).all(axis=1)
    for (item, datum), column in zip(run.data, predictions.T, strict=True):
        levels = (0.5, 0.025, 0.975)
        before = np.quantile(column[alive], levels)
        after = weighted_quantile(column[alive], weights[alive], levels)
        yield Fit(item, datum, *map(float, before), *map(float, after))
