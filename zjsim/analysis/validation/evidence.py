"""Evidence: how the sectors fit what they were fitted to; whether sensitivities have settled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zjsim.analysis.history.calibration import Fit, calibrate
from zjsim.analysis.history.published import hash_of, published_until
from zjsim.analysis.history.sectors import SectorRun
from zjsim.analysis.history.sectors_file import read_sectors
from zjsim.analysis.sensitivity.sensitivity import sobol
from zjsim.analysis.sensitivity.uncertain_inputs import open_study
from zjsim.analysis.validation.record import Measured, NotRunError
from zjsim.analysis.validation.subject import Subject
from zjsim.cache import content_hash
from zjsim.errors import DataError
from zjsim.scenario.calibrated import FILE, CalibrationRow, read_calibration


def relative_error(fit: Fit) -> float:
    """Distance of the fitted median from a figure, in parts of the figure's level.

    Growth rates and indices are in percent of the level already.
    """
    if fit.comparison.measure == "level":
        return abs(fit.median / fit.datum.value - 1)
    return abs(fit.median - fit.datum.value) / 100


def calibration(subject: Subject, draws: int) -> Measured:
    """Largest mean absolute relative error of a sector after a small fit of its own.

    The details count what ``calibration.csv`` says: identified constants, intervals inside
    the prior's range, and whether it was made from this model and these figures.
    """
    plan = subject.plan
    if not plan.folder.file("sectors.yaml").is_file():
        raise NotRunError("the plan has no sectors.yaml: nothing was calibrated")
    errors, details = {}, []
    for fitted in calibrate(plan, draws=draws, profile_points=0, backend="python").sectors:
        name = fitted.sector.id
        errors[name] = float(np.mean([relative_error(fit) for fit in fitted.fits]))
        reached = sum(fit.reached for fit in fitted.fits)
        details.append(
            f"{name}: {100 * errors[name]:.1f} % over {len(fitted.fits)} figures, "
            f"{reached} inside the interval"
        )
    worst = max(errors, key=lambda name: errors[name])
    rows = read_calibration(plan.folder.file(FILE))
    known = sum(row.identified for row in rows)
    inside = sum(row.prior_low <= row.low and row.high <= row.prior_high for row in rows)
    words = (
        f"{len(errors)} sectors, largest {100 * errors[worst]:.1f} % ({worst}); {FILE}: "
        f"{known} of {len(rows)} constants identified, {inside} with their interval in the prior"
    )
    if old := stale_sectors(subject, rows):
        details.append(f"{FILE} was made from another model or other figures: {', '.join(old)}")
    return Measured(errors[worst], words, details)


def stale_sectors(subject: Subject, rows: Sequence[CalibrationRow]) -> list[str]:
    """Sectors whose rows were made from another model or other figures."""
    plan = subject.plan
    file = read_sectors(plan)
    history = published_until(plan.observations, file.cut_off)
    fresh = {}
    for sector in file.sectors:
        run = SectorRun(plan, sector, history, file.base_year, file.step, "python")
        fresh[sector.id] = content_hash(hash_of(run.rows), file.text, plan.model_hash)[:16]
    return sorted({row.sector for row in rows if row.data_hash != fresh.get(row.sector)})


def indices(subject: Subject, points: int, seed: int) -> Measured:
    """Largest bootstrap half-width among the five strongest total indices of each indicator."""
    try:
        study = open_study(subject.plan)
    except DataError as problem:
        raise NotRunError(str(problem)) from None
    found = sobol(study, points, seed, groups=False).convergence
    words = (
        f"{points} base points, {found.runs:,} runs of {len(study.dimensions)} inputs: half-width "
        f"{found.widest:.3f}; half the design names {found.stable} of the {found.of} deciders"
    )
    return Measured(found.widest, words)
