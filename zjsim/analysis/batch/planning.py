"""A study cut into shards: what each will hold, and the hash of all it depends on.

Nothing here is computed but what is asked for: a study of a million cases is planned by
arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, overload

from zjsim.analysis.batch.layout import Cut, Layout
from zjsim.cache import content_hash
from zjsim.ensembles.chunks import RUNS_A_CHUNK, Part, Work, backend_for_all
from zjsim.ensembles.shards import SUFFIX
from zjsim.errors import Problem, ScenarioError, raise_if_any
from zjsim.prepare import prepare
from zjsim.scenario.cases import Case, Cases, plain_data
from zjsim.scenario.reader import assignment
from zjsim.scenario.study import Study, scenario_document, scenario_hash
from zjsim.version import __version__
from zjsim.workflow import OpenPlan


def shard_name(cut: Cut) -> str:
    """The file of a shard: its first case and first run."""
    return f"{cut.cases[0]:06d}-{cut.first:09d}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One shard to be: its file name, the hash of what it depends on, and the work.

    Parameters
    ----------
    name, key : str
    cut : Cut
        The runs it will hold.
    shards : Shards
        Those it is one of.
    """

    name: str
    key: str
    cut: Cut
    shards: Shards = field(repr=False)

    @property
    def n_run(self) -> int:
        """Runs it will hold."""
        return self.cut.n_run

    @property
    def work(self) -> Work:
        """What a worker is told, made when it is asked for: it holds whole scenarios."""
        return self.shards.work_of(self.cut)


@dataclass(frozen=True)
class Shards(Sequence[ShardPlan]):
    """Every shard of a study, each made from its place when it is asked for.

    Parameters
    ----------
    cases : Cases
    layout : Layout
    common : Work
        What all shards share, without parts.
    """

    cases: Cases
    layout: Layout
    common: Work

    def __len__(self) -> int:
        return len(self.layout)

    @overload
    def __getitem__(self, place: int) -> ShardPlan: ...
    @overload
    def __getitem__(self, place: slice) -> list[ShardPlan]: ...
    def __getitem__(self, place: int | slice) -> ShardPlan | list[ShardPlan]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        cut = self.layout[place]
        return ShardPlan(shard_name(cut), self._key(cut), cut, self)

    def cuts(self) -> Iterator[Cut]:
        """The runs of each shard, in order."""
        return (self.layout[place] for place in range(len(self)))

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Hash of each scenario without the matrix, by name."""
        return {one.name: scenario_hash(one) for one in self.cases.scenarios}

    @cached_property
    def _content(self) -> str:
        """Hash of all that the numbers of every shard depend on, but for its place."""
        work, matrix = self.common, _pairs(self.cases.matrix)
        content = [__version__, work.bundle, work.engine, work.backend, work.save, work.times]
        return content_hash(_canonical([*content, matrix, self.cases.draws]))

    def _key(self, cut: Cut) -> str:
        """Hash of all that the numbers of a shard depend on: no scenario of a case is made."""
        base = self.cases.scenarios[cut.cases.start // self.cases.points].name
        place = [cut.cases.start, cut.cases.stop, cut.first, cut.last]
        return content_hash(self._content, base, self.hashes[base], repr(place))

    def work_of(self, cut: Cut) -> Work:
        """The work of one shard."""
        cases = [self.cases[place] for place in cut.cases]
        parts = tuple(
            Part(
                case=case.index,
                first=cut.first,
                last=cut.last,
                scenario=scenario_document(case.scenario),
                coordinates=self.cases.typed_coordinates(case),
                draws=self.cases.draws,
            )
            for case in cases
        )
        return replace(self.common, parts=parts)


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """A study cut into shards.

    Parameters
    ----------
    name : str
        ``<study>-<hash8>``, the folder of its results; the number of runs does not enter,
        so a study that grows keeps its folder.
    shards : Shards
    document : mapping
        The study as plain data, for ``study.json``.
    """

    name: str
    shards: Shards
    document: Mapping[str, Any] = field(repr=False)

    @property
    def n_run(self) -> int:
        """Runs of the whole study."""
        return self.shards.layout.n_run


def check_cases(study: Study, cases: Cases, opened: OpenPlan) -> None:
    """Refuse a study of which some case does not fit the plan.

    Each value of the matrix is tried once under each scenario, not every combination, so
    that a large study is checked in moments.

    Raises
    ------
    ScenarioError
        With every misfit and the line of the study it comes from.
    """
    # Read first, so that a fault of the plan's own tables is not laid on the study.
    _ = opened.names, opened.levers, opened.drivers, opened.constants
    if any(_misfits(case, opened, cases.draws) for case in cases.trials(every=False)):
        problems: dict[str, Problem] = {}
        for case in cases.trials(every=True):
            for line in _misfits(case, opened, cases.draws):
                problems.setdefault(line, Problem(_place(study, case, line), line.strip()))
        raise_if_any(study.origin, list(problems.values()), ScenarioError)


def _misfits(case: Case, opened: OpenPlan, draws: bool) -> list[str]:
    """What does not fit the plan in one case."""
    try:
        ready = prepare(opened, case.scenario)
        if draws:
            ready.sampled(calibrated={})
    except ScenarioError as misfit:
        return str(misfit).splitlines()[1:] or [str(misfit)]
    return []


def _place(study: Study, case: Case, line: str) -> str:
    """The line of the study that a misfit of a case comes from, as far as that is known."""
    for key, value in case.assignments:
        if assignment(key, value) in line:
            position = study.matrix[key].index(value)
            return study.where(f"matrix.{key}.{position}")
    return case.id


def plan_batch(
    study: Study,
    cases: Cases,
    *,
    plan: str,
    bundle: str,
    save: Sequence[str],
    times: Sequence[float],
    trust_model: bool = False,
    rows_a_shard: int | None = None,
) -> BatchPlan:
    """Cut a study into shards.

    Parameters
    ----------
    plan, bundle : str
        Name or folder of the plan, and the hash of its files.
    save : sequence of str
        Model variables to keep.
    times : sequence of float
        Model times to keep, in years.
    rows_a_shard : int or None
        Runs a shard at most; None takes what suits the engine.
    """
    most = rows_a_shard or RUNS_A_CHUNK[study.engine]
    layout = Layout([cases.runs_of(one) for one in cases.scenarios], cases.points, most)
    common = Work(
        plan=plan,
        bundle=bundle,
        engine=study.engine,
        save=tuple(save),
        times=tuple(times),
        parts=(),
        trust_model=trust_model,
        backend=backend_for_all(study.engine, layout.n_run),
    )
    shards = Shards(cases, layout, common)
    document = _study_document(study, shards)
    name = f"{study.name}-{content_hash(_canonical(document))[:8]}"
    return BatchPlan(name, shards, document)


def _pairs(matrix: Mapping[str, Any]) -> list[Any]:
    """The lines of a matrix as a list, because their order decides the number of a case."""
    return [[key, plain_data(values)] for key, values in matrix.items()]


def _canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _study_document(study: Study, shards: Shards) -> dict[str, Any]:
    # Without the number of runs: see BatchPlan.name.
    sample = {k: v for k, v in (study.sample or {}).items() if k != "runs"}
    return {
        "name": study.name,
        "zjsim": __version__,
        "plan": shards.common.bundle,
        "engine": study.engine,
        "save": list(shards.common.save),
        "times": list(shards.common.times),
        "sample": sample if study.sample is not None else None,
        "scenarios": shards.hashes,
        "matrix": _pairs(study.matrix),
        "cases": len(shards.cases),
    }
