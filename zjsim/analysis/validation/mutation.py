"""Mutation test: does the rest of the page notice a wrong equation?

A mutant is noticed when a law, a unit, a check, a loop, an extreme or a stated sign fails for
it, never by comparison with stored results. The killers run in order of generality; signs and
sizes of single links come last, so that the page can say how many needed them. A killer that
cannot be run on the plan's own model, or that notices it, proves nothing and is left out.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from zjsim.analysis.validation import accounts, behaviour, extremes, ledger, numerics, structure
from zjsim.analysis.validation.mutants import Mutant, mutants, sample
from zjsim.analysis.validation.record import Measured, NotRunError
from zjsim.analysis.validation.subject import Subject, subject_of
from zjsim.engines.executors import Executor
from zjsim.engines.pool import Chunk, available_cores
from zjsim.workflow import open_plan

# A shorter century shows the drift of a wrong equation as well.
_YEARS = 20.0
# Direct structure tests: they look at one equation, not at what the model does.
DIRECT = frozenset({"extremes_direct", "elasticities", "signs"})
_TOGETHER = 4  # mutants that a worker is given at a time
Killer = tuple[str, Callable[[Subject, Mutant], bool]]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant; ``killer`` is empty when it survived."""

    id: str
    text: str
    killer: str


def _exceeds(measured: Measured, limit: float) -> bool:
    return not measured.value <= limit


def _units(subject: Subject, mutant: Mutant) -> bool:
    return ledger.units(subject, only=mutant.variable).value > 0


def _base(subject: Subject, mutant: Mutant) -> bool:
    return _exceeds(accounts.base_year(subject), 1e-12)


def _identities(subject: Subject, mutant: Mutant) -> bool:
    return _exceeds(accounts.identities(subject), 1e-9)


def _balances(subject: Subject, mutant: Mutant) -> bool:
    return _exceeds(accounts.balances(subject), 1e-9)


def _vintages(subject: Subject, mutant: Mutant) -> bool:
    return accounts.vintages(subject).value > 0


def _equilibrium(subject: Subject, mutant: Mutant) -> bool:
    return _exceeds(numerics.equilibrium(subject, _YEARS), 1e-6)


def _reality(subject: Subject, mutant: Mutant) -> bool:
    return bool(behaviour.violated(subject, "baseline", stop_at_first=True))


def _loops(subject: Subject, mutant: Mutant) -> bool:
    return structure.loops(subject, only_through=mutant.variable).value > 0


def _knockouts(subject: Subject, mutant: Mutant) -> bool:
    """A surprise that the model itself does not have; those it has are no proof."""
    kept = subject.kept
    if kept.surprises is None:
        own = behaviour.knockouts(subject_of(subject.plan))
        kept.surprises = frozenset(_place(line) for line in own.details)
    found = {_place(line) for line in behaviour.knockouts(subject).details}
    return bool(found - kept.surprises)


def _place(surprise: str) -> str:
    """Loop and variable of a surprise, without its numbers."""
    return surprise.split(" expected ")[0]


def _extremes(subject: Subject, mutant: Mutant) -> bool:
    settings = (subject.protocol.get("mutation") or {}).get("extremes")
    if not settings:
        raise NotRunError("the protocol has no extremes of the mutation test")
    return extremes.tried(subject, settings).value > 0


def _direct(subject: Subject, mutant: Mutant) -> bool:
    return structure.extremes_direct(subject, only=mutant.variable).value > 0


def _elasticities(subject: Subject, mutant: Mutant) -> bool:
    return _exceeds(structure.elasticities(subject, only=mutant.variable), 1e-5)


def _signs(subject: Subject, mutant: Mutant) -> bool:
    return structure.signs(subject, only=mutant.variable).value > 0


KILLERS: tuple[Killer, ...] = (
    ("units", _units),
    ("base_year", _base),
    ("identities", _identities),
    ("equilibrium", _equilibrium),
    ("balances", _balances),
    ("vintages", _vintages),
    ("reality", _reality),
    ("extremes_single", _extremes),
    ("loops", _loops),
    ("knockouts", _knockouts),
    ("extremes_direct", _direct),
    ("elasticities", _elasticities),
    ("signs", _signs),
)


def idle(subject: Subject, mutant: Mutant) -> frozenset[str]:
    """Killers that cannot be run on the model as it stands, or that notice it."""
    found = set()
    for name, notices in KILLERS:
        try:
            with np.errstate(all="ignore"):
                useless = notices(subject, mutant)
        except Exception:
            # What breaks down without a mutant would notice every one, whatever it raises.
            useless = True
        if useless:
            found.add(name)
    return frozenset(found)


def fate_of(subject: Subject, mutant: Mutant, without: frozenset[str] = frozenset()) -> Fate:
    """The first test that notices the mutant, of all but those ``without``."""
    mutated = subject.changed(mutant.applied(subject.spec))
    for name, notices in KILLERS:
        if name in without:
            continue
        try:
            with np.errstate(all="ignore"):
                noticed = notices(mutated, mutant)
        except NotRunError:
            noticed = False
        except Exception:
            # A model that cannot be lowered, run or judged is noticed, whatever it raises.
            noticed = True
        if noticed:
            return Fate(mutant.id, mutant.text, name)
    return Fate(mutant.id, mutant.text, "")


def mutation(
    subject: Subject,
    count: int | None,
    seed: int = 0,
    workers: int | None = None,
    seconds: float = float("inf"),
    advance: Callable[[int], None] = lambda count: None,
) -> Measured:
    """Share of mutants that the tests notice.

    Parameters
    ----------
    count : int or None
        Size of the seeded sample; None takes every mutant.
    seconds : float
        After so long no further mutant is begun; the words say how many were not tried.
    """
    every = mutants(subject.spec)
    equivalent = set((subject.protocol.get("mutation") or {}).get("equivalent") or {})
    candidates = tuple(mutant for mutant in every if mutant.id not in equivalent)
    chosen = candidates if count is None else sample(candidates, count, seed)
    without = idle(subject, chosen[0]) if chosen else frozenset()
    fates = list(_fates(subject, chosen, without, workers or available_cores(), seconds, advance))
    return summary(fates, len(chosen), len(every), len(every) - len(candidates), without)


def summary(
    fates: Sequence[Fate],
    chosen: int,
    every: int,
    equivalent: int,
    without: frozenset[str] = frozenset(),
) -> Measured:
    """The score with what noticed how many, and the survivors by name."""
    by_killer = Counter(fate.killer for fate in fates if fate.killer)
    killed = sum(by_killer.values())
    direct = sum(number for name, number in by_killer.items() if name in DIRECT)
    score = killed / len(fates) if fates else float("nan")
    shown = ", ".join(f"{name} {number}" for name, number in by_killer.most_common())
    words = (
        f"{killed} of {len(fates)} noticed ({100 * score:.1f} %; without the tests of single "
        f"links {100 * (killed - direct) / max(len(fates), 1):.1f} %), of {every} possible, "
        f"{equivalent} equivalent; by {shown}"
    )
    if len(fates) < chosen:
        words += f"; {chosen - len(fates)} not tried for lack of time"
    if without:
        names = ", ".join(sorted(without))
        words += f"; left out, for they fail or break down without a mutant: {names}"
    survivors = [f"{fate.id} -> {fate.text}" for fate in fates if not fate.killer]
    return Measured(score, words, survivors)


def _fates(
    subject: Subject,
    chosen: Sequence[Mutant],
    without: frozenset[str],
    workers: int,
    seconds: float,
    advance: Callable[[int], None],
) -> Iterator[Fate]:
    until = time.time() + seconds
    if workers <= 1 or len(chosen) < 8:
        for mutant in chosen:
            if time.time() > until:
                return
            yield fate_of(subject, mutant, without)
            advance(1)
        return
    place = {mutant.id: number for number, mutant in enumerate(chosen)}
    found: list[Fate] = []
    # Workers keep the texts of mutants to themselves: the user's cache is no place for them.
    with tempfile.TemporaryDirectory(prefix="zjsim-mutants-") as scratch:
        task = _Task(str(subject.plan.folder.path), scratch, without, until)
        chunks = [
            Chunk(f"mutants from {first}", (task, list(place)[first : first + _TOGETHER]))
            for first in range(0, len(chosen), _TOGETHER)
        ]
        # Not concurrent.futures: an interrupt would wait for all that its workers still have.
        with closing(Executor("process", workers).map(_fates_by_id, chunks)) as results:  # type: ignore[type-var]
            for _, fates in results:
                found += fates
                advance(len(fates))
    # In the order of the sample, whichever worker was the first.
    yield from sorted(found, key=lambda fate: place[fate.id])


@dataclass(frozen=True, slots=True)
class _Task:
    """What every worker is told: the plan, a cache of its own, idle killers, and until when."""

    folder: str
    scratch: str
    without: frozenset[str]
    until: float


@lru_cache(maxsize=1)
def _read(folder: str, scratch: str) -> tuple[Subject, Mapping[str, Mutant]]:
    """The plan, once a worker; after that, what is cached goes to the scratch folder."""
    plan = open_plan(folder)
    subject = subject_of(plan)
    subject.baseline  # noqa: B018  (fills what every mutant shares)
    os.environ["ZJSIM_CACHE"] = scratch
    return subject, {mutant.id: mutant for mutant in mutants(plan.model)}


def _fates_by_id(work: tuple[_Task, Sequence[str]]) -> list[Fate]:
    task, names = work
    subject, by_id = _read(task.folder, task.scratch)
    return [
        fate_of(subject, by_id[name], task.without) for name in names if time.time() <= task.until
    ]
