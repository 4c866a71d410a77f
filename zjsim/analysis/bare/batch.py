"""A batch of a bare model: every combination of values of constants, kept case by case.

A case is kept in a file of its own under a hash of all that its numbers depend on. A batch that
was stopped computes only what is missing when it is run again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.analysis.bare.compute import run_drawn
from zjsim.analysis.bare.study import BareStudy
from zjsim.cache import content_hash
from zjsim.ensembles.shards import cannot_write
from zjsim.errors import RunError
from zjsim.files import atomic
from zjsim.plaintext import file_name
from zjsim.scenario.draws import draw
from zjsim.version import __version__

if TYPE_CHECKING:
    import pandas as pd

# Runs computed together: cases are small, and one by one they would be slow.
_TOGETHER = 4096


@dataclass(frozen=True, slots=True)
class BareCase:
    """One combination of values, and the file that keeps its runs."""

    id: str
    values: Mapping[str, float]
    path: Path


@dataclass(frozen=True, slots=True)
class BareBatch:
    """A batch that is done.

    Parameters
    ----------
    study : BareStudy
    folder : Path
        Holds a Parquet file a case (a row a run and a time) and ``summary.csv``.
    cases : sequence of BareCase
    runs : int
        Runs of each case.
    computed, reused : int
        Cases.
    """

    study: BareStudy
    folder: Path
    cases: Sequence[BareCase]
    runs: int
    computed: int
    reused: int

    def to_frame(self) -> pd.DataFrame:
        """A row a case: its values, failed runs, and each output at the last time.

        Of several runs an output has three columns: 5 %, median, 95 %.
        """
        import pandas as pd

        return pd.DataFrame([self._row(case) for case in self.cases])

    def _row(self, case: BareCase) -> dict[str, Any]:
        import pandas as pd

        frame = pd.read_parquet(case.path)
        last = frame[frame["time"] == frame["time"].max()]
        good = last[last["status"] == 0]
        row: dict[str, Any] = {"case": case.id, **case.values, "failed": len(last) - len(good)}
        for name in self.study.outputs:
            if self.runs == 1:
                row[name] = float(last[name].iloc[0])
                continue
            found = good[name].quantile([0.05, 0.5, 0.95]) if len(good) else [np.nan] * 3
            for head, value in zip(("5 %", "median", "95 %"), found, strict=True):
                row[f"{name} {head}"] = float(value)
        return row


def bare_cases(study: BareStudy, folder: Path | str = "runs") -> tuple[Path, list[BareCase]]:
    """The cases of a study and the folder of its results; nothing is computed.

    Raises
    ------
    RunError
        When the study has no ``matrix``.
    """
    if not study.matrix:
        raise RunError(
            f"{study.path}: a batch needs a matrix. Write values of constants whose every "
            "combination is a case:\n  matrix:\n    SOME CONSTANT: [0.5, 1, 1.5]"
        )
    common = _common(study)
    place = Path(folder) / f"{file_name(study.name)}-{content_hash(common)[:8]}"
    combinations = list(product(*study.matrix.values()))
    width = len(str(len(combinations)))
    cases = []
    for number, values in enumerate(combinations, start=1):
        chosen = dict(zip(study.matrix, values, strict=True))
        key = content_hash(common, json.dumps(chosen))[:8]
        case = f"{number:0{width}d}"
        cases.append(BareCase(case, chosen, place / f"case-{case}-{key}.parquet"))
    return place, cases


def _common(study: BareStudy) -> str:
    """All that the numbers of every case depend on, as a text."""
    inputs, model = study.ready.inputs, study.model
    grid = inputs.grid
    return json.dumps(
        {
            "zjsim": __version__,
            "model": [model.suffix, content_hash(model.source), dict(model.files)],
            "constants": {name: value.tolist() for name, value in inputs.constants.items()},
            "grid": [grid.start, grid.stop, grid.step, grid.save_every],
            "rows": None if study.ready.own.rows is None else study.ready.own.rows.tolist(),
            "method": [inputs.method, study.ready.seed],
            "draws": [repr(study.plan(_runs(study)).dimensions), study.seed, study.sampling],
            "runs": _runs(study),
            "outputs": study.outputs,
        }
    )


def _runs(study: BareStudy) -> int:
    """Runs of each case: one where nothing is drawn."""
    return study.runs if study.dimensions or study.ready.seed is not None else 1


def run_bare_batch(
    study: BareStudy,
    folder: Path | str = "runs",
    advance: Callable[[int], None] = lambda count: None,
) -> BareBatch:
    """Run every case of a study; run again, it goes on where it was stopped.

    Every case has the same draws, so that cases differ in their values alone.

    Parameters
    ----------
    study : BareStudy
        With a ``matrix``, and perhaps ``ranges``.
    folder : path
        Results go to ``<study>-<hash8>`` in it.
    advance : callable
        Told how many cases are done or found.

    Raises
    ------
    RunError
        When the study has no matrix, or the folder cannot be written.
    """
    place, cases = bare_cases(study, folder)
    runs = _runs(study)
    missing = [case for case in cases if not _is_whole(case.path, study, runs)]
    advance(len(cases) - len(missing))
    try:
        place.mkdir(parents=True, exist_ok=True)
        for group in _groups(missing, max(1, _TOGETHER // runs)):
            _compute(study, group, runs, runs * len(cases))
            advance(len(group))
    except OSError as problem:
        raise cannot_write(place, problem) from None
    done = BareBatch(study, place, cases, runs, len(missing), len(cases) - len(missing))
    with atomic(place / "summary.csv") as part:
        done.to_frame().to_csv(part, index=False, encoding="utf-8-sig")
    return done


def _is_whole(path: Path, study: BareStudy, runs: int) -> bool:
    """Whether a file holds a case; a broken one is computed again."""
    from pyarrow import ArrowException
    from pyarrow.parquet import read_metadata

    own = study.ready.own
    times = len(own.grid.saved_times if own.rows is None else own.rows)
    try:
        return path.is_file() and read_metadata(path).num_rows == runs * times
    except (ArrowException, OSError):
        return False


def _groups(cases: Sequence[BareCase], size: int) -> Iterator[Sequence[BareCase]]:
    for first in range(0, len(cases), size):
        yield cases[first : first + size]


def _compute(study: BareStudy, group: Sequence[BareCase], runs: int, total: int) -> None:
    """Run some cases side by side and write a file for each."""
    drawn = draw(study.plan(runs), 0, runs) if study.dimensions else {}
    many = {name: np.tile(values, len(group)) for name, values in drawn.items()}
    for name in study.matrix:
        many[name] = np.repeat([case.values[name] for case in group], runs)
    found = run_drawn(study, many, runs * len(group), total=total)
    for place, case in enumerate(group):
        rows = slice(place * runs, (place + 1) * runs)
        own = replace(found, values=found.values[rows], status=found.status[rows])
        _write(case.path, own, {name: values[rows] for name, values in many.items()})


def _write(path: Path, runs: Any, drawn: Mapping[str, np.ndarray]) -> None:
    import pandas as pd

    count, times = runs.values.shape[:2]
    columns: dict[str, Any] = {
        "run": np.repeat(np.arange(count), times),
        "time": np.tile(runs.times, count),
        "status": np.repeat(runs.status, times),
    }
    columns |= {name: np.repeat(values, times) for name, values in drawn.items()}
    columns |= {name: runs.values[:, :, k].ravel() for k, name in enumerate(runs.names)}
    with atomic(path) as part:
        pd.DataFrame(columns).to_parquet(part, index=False)
