"""The page: which tests are run, in what order, and what came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zjsim.analysis.validation import (
    accounts,
    behaviour,
    extremes,
    family,
    ledger,
    numerics,
    shocks,
    spreadsheet,
    structure,
)
from zjsim.analysis.validation.mutation import mutation
from zjsim.analysis.validation.record import Measured, NotRunError, Row, judged
from zjsim.analysis.validation.subject import Subject, subject_of
from zjsim.bundle import PLAN_AS_WRITTEN, scenario_names
from zjsim.cache import content_hash
from zjsim.errors import PlanError, ScenarioError
from zjsim.markup import Shown
from zjsim.openplan import PlanLike, open_plan
from zjsim.prepare import prepare
from zjsim.version import __version__
from zjsim.workflow import OpenPlan

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_MUTANTS = 150
Test = Callable[[Subject, "Depth"], Measured]


@dataclass(frozen=True, slots=True)
class Depth:
    """How much work the tests do.

    Parameters
    ----------
    full : bool
        Every shipped scenario, all pairs of extremes, more draws and examples.
    mutants : int or None
        Size of the sample; None takes all, 0 leaves the mutation test out.
    seed : int
        Of the search, the draws and the sample of mutants.
    workers : int or None
        Processes of the mutation test; one a core if None.
    trust : bool
        Whether PySD may execute what it generates from a model that is not shipped.
    """

    full: bool = False
    mutants: int | None = DEFAULT_MUTANTS
    seed: int = 0
    workers: int | None = None
    trust: bool = False
    scenarios: tuple[str, ...] = field(default=(PLAN_AS_WRITTEN,))
    advance: Callable[[int], None] = lambda count: None

    def some(self, subject: Subject) -> tuple[str, ...]:
        """All scenarios in a full validation, otherwise those that the protocol names."""
        wanted = subject.protocol.get("quick_scenarios") or [PLAN_AS_WRITTEN]
        return self.scenarios if self.full else tuple(n for n in wanted if n in self.scenarios)


def _foresight() -> Any:
    # A hindcast draws from SciPy's distributions, which few other tests need.
    from zjsim.analysis.validation import foresight

    return foresight


def _evidence() -> Any:
    # So do calibration and sensitivities.
    from zjsim.analysis.validation import evidence

    return evidence


# Cheap tests of the structure first: a reader who changed an equation sees them within seconds.
TESTS: dict[str, Test] = {
    "boundary": lambda s, d: structure.boundary(s),
    "units": lambda s, d: ledger.units(s),
    "documentation": lambda s, d: ledger.documentation(s),
    "ledger": lambda s, d: ledger.ledger(s),
    "loops": lambda s, d: structure.loops(s),
    "signs": lambda s, d: structure.signs(s),
    "elasticities": lambda s, d: structure.elasticities(s),
    "scale": lambda s, d: ledger.scale(s),
    "base_year": lambda s, d: accounts.base_year(s),
    "identities": lambda s, d: accounts.identities(s, d.scenarios),
    "balances": lambda s, d: accounts.balances(s),
    "vintages": lambda s, d: accounts.vintages(s, d.scenarios),
    "extremes_direct": lambda s, d: structure.extremes_direct(s),
    "extremes_single": lambda s, d: extremes.extremes_single(s),
    "extremes_pairs": lambda s, d: extremes.extremes_pairs(
        s, 2000 if d.full else 150, d.full, d.seed
    ),
    "equilibrium": lambda s, d: numerics.equilibrium(s),
    "step_error": lambda s, d: numerics.step_error(s, d.scenarios),
    "adaptive": lambda s, d: numerics.adaptive(s, d.scenarios),
    "euler": lambda s, d: numerics.euler(s, d.scenarios),
    "pysd": lambda s, d: numerics.pysd(s, d.some(s), d.trust),
    "simlin": lambda s, d: numerics.simlin(s, d.scenarios),
    "reproducible": lambda s, d: numerics.reproducible(s, d.scenarios),
    "mape": lambda s, d: behaviour.mape(s),
    "theil": lambda s, d: behaviour.theil(s),
    "hindcast": lambda s, d: _foresight().coverage(s, 2048),
    "skill": lambda s, d: _foresight().skill(s, 2048),
    "calibration": lambda s, d: _evidence().calibration(s, 512 if d.full else 64),
    "family": lambda s, d: family.family(s),
    "variants": lambda s, d: family.variants(s),
    "spreadsheet": lambda s, d: spreadsheet.spreadsheet(s),
    "shocks": lambda s, d: shocks.shocks(s),
    "knockouts": lambda s, d: behaviour.knockouts(s),
    "reality": lambda s, d: behaviour.reality(s, d.some(s)),
    "ranking": lambda s, d: behaviour.ranking(s, 256 if d.full else 64),
    "indices": lambda s, d: _evidence().indices(s, 2048, d.seed),
    "mutation": lambda s, d: mutation(s, d.mutants, d.seed, d.workers, advance=d.advance),
}
# What needs the compiled kernel or minutes is left out of a quick validation.
_SLOW = frozenset({"ranking", "hindcast", "skill", "indices"})
GROUPS = ("structure", "conservation", "extremes", "numerics", "behaviour", "mutation")


@dataclass(frozen=True, slots=True, repr=False)
class Validation(Shown):
    """The page as data.

    Parameters
    ----------
    plan : str
    rows : tuple of Row
        In the order of the groups.
    model_hash, protocol_hash, version : str
        What was tested, by which thresholds, with which program.
    depth : str
    unasked : tuple of str
        Tests that the plan's protocol has no threshold for; they were not run.
    """

    plan: str
    rows: tuple[Row, ...]
    model_hash: str
    protocol_hash: str
    depth: str
    version: str = __version__
    unasked: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Row, ...]:
        """Rows that did not pass; a row that was not run did not pass either."""
        return tuple(row for row in self.rows if row.verdict != "passed")

    @property
    def passed(self) -> bool:
        """Whether every row passed."""
        return not self.failed

    def to_frame(self) -> pd.DataFrame:
        """A row a test: what was measured, against which threshold, and the verdict."""
        import pandas as pd

        heads = ("id", "group", "value", "compare", "threshold", "verdict")
        rows = [row.document for row in self.rows]
        return pd.DataFrame([{head: row[head] for head in heads} for row in rows])

    def _said(self) -> str:
        passed = len(self.rows) - len(self.failed)
        return f"of {self.plan} ({self.depth}): {passed} of {len(self.rows)} tests passed"


def chosen_tests(subject: Subject, depth: Depth, only: Iterable[str] | None = None) -> list[str]:
    """Ids of the tests to run: those that the plan's protocol has a threshold for.

    Raises
    ------
    PlanError
        When the protocol has a threshold for an unknown test, or ``only`` names
        a test that is none or that the protocol does not ask for.
    """
    known = subject.protocol["tests"]
    strange = [name for name in known if name not in TESTS]
    if strange:
        raise PlanError(
            f"the protocol has a threshold for {', '.join(map(str, strange))}: no such test. "
            f"There are {', '.join(TESTS)}."
        )
    if only is not None:
        names = list(only)
        unknown = [name for name in names if name not in TESTS]
        if unknown:
            raise PlanError(f"no such test: {', '.join(unknown)}. There are {', '.join(TESTS)}.")
        unasked = [name for name in names if name not in known]
        if unasked:
            raise PlanError(f"the protocol has no threshold for {', '.join(unasked)}")
        return names
    names = [name for name in TESTS if name in known and (depth.full or name not in _SLOW)]
    return [name for name in names if name != "mutation" or depth.mutants != 0]


def unasked_tests(subject: Subject) -> tuple[str, ...]:
    """Tests that the plan's protocol has no threshold for; they are not run."""
    known = subject.protocol["tests"]
    return tuple(name for name in TESTS if name not in known)


def run_test(subject: Subject, name: str, depth: Depth) -> Row:
    """One test against its threshold; a test that breaks down has failed."""
    entry = subject.protocol["tests"][name]
    compare, threshold = entry["compare"], float(entry["threshold"])
    begin = time.perf_counter()
    measured, reason, verdict = None, "", "failed"
    try:
        measured = TESTS[name](subject, depth)
        verdict = judged(measured, compare, threshold)
    except NotRunError as problem:
        reason, verdict = str(problem), "not_run"
    except Exception as problem:
        # One broken test must not hide the others: a wrong equation can break any of them.
        reason = f"broke down: {type(problem).__name__}: {problem}"
    return Row(
        name, entry["group"], entry["what"], entry["statistic"], entry["source"], compare,
        threshold, measured, verdict, time.perf_counter() - begin, reason,  # type: ignore[arg-type]
    )  # fmt: skip


def validate(
    plan: PlanLike,
    depth: Depth | None = None,
    only: Iterable[str] | None = None,
    on_row: Callable[[Row], None] = lambda row: None,
) -> Validation:
    """Run the plan's protocol of validation.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    depth : Depth or None
        How much work; None is a quick one with the default sample of mutants.
    only : ids of tests, or None
        None runs all that the depth asks for.
    on_row : callable
        Called with each row as soon as it is there.

    Returns
    -------
    Validation
        A row a test: what was measured, its threshold, and whether it passed.

    Raises
    ------
    PlanError
        When the plan has no protocol, or it names an unknown test.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.validate("zhejiang", only=["boundary"]).passed
    True
    """
    plan = open_plan(plan)
    subject = subject_of(plan)
    depth = depth or Depth(scenarios=scenarios_of(plan))
    rows = []
    for name in chosen_tests(subject, depth, only):
        row = run_test(subject, name, depth)
        rows.append(row)
        on_row(row)
    rows.sort(key=lambda row: GROUPS.index(row.group))
    protocol = plan.folder.file("validation.yaml").read_bytes()
    words = "full" if depth.full else "quick"
    return Validation(
        plan.folder.name,
        tuple(rows),
        plan.model_hash,
        content_hash(protocol),
        words,
        unasked=() if only is not None else unasked_tests(subject),
    )


def scenarios_of(plan: OpenPlan) -> tuple[str, ...]:
    """Scenarios of this plan, the baseline first; of a copy, the shipped ones that fit it."""
    return tuple(plan.scenarios) or tuple(n for n in scenario_names() if _fits(plan, n))


def _fits(plan: OpenPlan, name: str) -> bool:
    try:
        prepare(plan, name)
    except ScenarioError:
        return False
    return True
