"""Reading ``learning.yaml``: figures, errors, biases and what was believed before them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zjsim.analysis.history.comparison import Comparison, comparison_from
from zjsim.errors import DataError, Problem, did_you_mean, raise_if_any
from zjsim.grades import EVIDENCE
from zjsim.language import LANGUAGES, Text
from zjsim.model.names import canonical
from zjsim.scenario.schema import Range
from zjsim.workflow import OpenPlan
from zjsim.yamlfile import read_yaml

FILE = "learning.yaml"
Phase = Literal["history", "plan"]
OWN_ERROR = 0.005  # of a user's own figure, relative to the target
PHASES: tuple[Phase, ...] = ("history", "plan")
_OWN = {"quantity", "bias", "from", "to", "indicator", "of_plan_scale"}
_KEYS = {
    "freedom", "grades", "history", "plan", "priors", "figures", "early_warning", "choices",
}  # fmt: skip
_SAID = {"early_warning", "choices"}  # keys that change no draw


@dataclass(frozen=True, slots=True)
class Row:
    """One line of figures.

    Parameters
    ----------
    phase : {"history", "plan"}
        Which run it is held against.
    comparison : Comparison
    quantity : str
        What it tells of; one figure a year counts.
    bias : float
        Standard deviation of an unknown constant difference of scope, in the measure's unit.
    first, last : int
        Years that it may tell of.
    indicator : str
        Id of the plan's indicator that it measures; empty for none.
    of_plan_scale : float
        Of a level that measures an indicator in another vintage or scope: its size over that on
        the plan's scale in the base year.
    own : bool
        Only a user's own figures count, which have no grade.
    """

    phase: Phase
    comparison: Comparison
    quantity: str
    bias: float
    first: int
    last: int
    indicator: str = ""
    of_plan_scale: float = 1.0
    own: bool = False

    @property
    def key(self) -> str:
        """``phase.series.measure``: labels the bias."""
        item = self.comparison
        return f"{self.phase}.{item.key}" + (f".{item.vintage}" if item.vintage else "")


@dataclass(frozen=True, slots=True)
class LearningFile:
    """What is learnt from.

    Parameters
    ----------
    rows : tuple of Row
    priors : mapping of canonical name to Range
    grades : mapping of grade to factor on the error
    freedom : float
        Of the Student t.
    history_scenario : Path or None
        The run before the plan; None without one.
    until : int
        Last year of the history.
    scenario : str
        Of the years of the plan.
    text : str
        What draws depend on, for their hash: neither warning lines nor comments.
    red, amber : float
        Probabilities below which a target is under warning.
    choices : tuple of Text
        What was chosen after an outturn or a score had been seen.
    """

    rows: tuple[Row, ...]
    priors: Mapping[str, Range]
    grades: Mapping[str, float]
    freedom: float
    history_scenario: Path | None
    until: int
    scenario: str
    text: str
    red: float = 0.2
    amber: float = 0.5
    choices: tuple[Text, ...] = ()


def read_learning(plan: OpenPlan) -> LearningFile:
    """Read what a plan learns from.

    Raises
    ------
    DataError
        When the file is missing, or names something that the plan lacks.
    """
    path = plan.folder.needed_file(FILE, "learning", DataError)
    data = read_yaml(path, DataError).data
    if not isinstance(data, dict) or not isinstance(data.get("figures"), dict):
        raise DataError(f"{path}: this must be a mapping with figures.")
    problems = [
        Problem(str(key), "no such key", did_you_mean(str(key), _KEYS))
        for key in data
        if key not in _KEYS
    ]
    rows = _rows(data["figures"], plan, problems)
    choices = data.get("choices") or []
    problems += [
        Problem(f"choices[{k}]", "a text in each language is needed, such as {zh: …, en: …}")
        for k, entry in enumerate(choices)
        if not (isinstance(entry, dict) and set(entry) == set(LANGUAGES))
    ]
    priors = _priors(data.get("priors") or {}, plan, problems)
    grades = data.get("grades") or {}
    problems += [
        Problem(f"grades.{grade}", "each grade needs a factor of 1 or more")
        for grade in EVIDENCE
        if not isinstance(grades.get(grade), int | float) or grades[grade] < 1
    ]
    history = data.get("history") or {}
    scenario = path.parent / str(history["scenario"]) if "scenario" in history else None
    if scenario is not None and not scenario.is_file():
        problems.append(Problem("history.scenario", f"no such file {scenario}"))
    raise_if_any(path, problems, DataError)
    lines = data.get("early_warning") or {}
    return LearningFile(
        rows=(*_own_rows(plan, rows), *rows),
        priors=priors,
        grades={grade: float(grades[grade]) for grade in EVIDENCE},
        freedom=float(data.get("freedom", 5)),
        history_scenario=scenario,
        until=int(history.get("until", plan.plan.base_year)),
        scenario=str((data.get("plan") or {}).get("scenario", "observed")),
        text=json.dumps({k: v for k, v in data.items() if k not in _SAID}, sort_keys=True),
        red=float(lines.get("red", 0.2)),
        amber=float(lines.get("amber", 0.5)),
        choices=tuple(Text(**entry) for entry in choices),
    )


def _own_rows(plan: OpenPlan, rows: tuple[Row, ...]) -> Iterator[Row]:
    """A row for a user's own figures of each indicator that is read as it stands."""
    quantities = {row.indicator: row.quantity for row in rows if row.indicator}
    for item in plan.plan.indicators:
        if item.reads == "value":
            comparison = Comparison(
                series=item.id, variables=(item.variable,), measure="level",
                base_year=plan.plan.base_year, scale=item.scale,
                # Half of the last digit, and a hundredth: a reported figure is revised by that.
                error=0.5 * 10**-item.decimals + OWN_ERROR * item.target.value,
                label={"zh": item.label.zh, "en": item.label.en},
            )  # fmt: skip
            quantity = quantities.get(item.id, item.id)
            yield Row("plan", comparison, quantity, 0.0, 0, 9999, item.id, own=True)


def _rows(figures: Mapping[str, Any], plan: OpenPlan, problems: list[Problem]) -> tuple[Row, ...]:
    found = []
    for phase in PHASES:
        for k, entry in enumerate(figures.get(phase) or []):
            where = f"figures.{phase}[{k}]"
            if not isinstance(entry, dict) or not entry.get("quantity"):
                problems.append(Problem(where, "this must be a mapping with a quantity"))
                continue
            rest = {key: value for key, value in entry.items() if key not in _OWN}
            made, wrong = comparison_from(rest, where, plan.program.names, plan.plan.base_year)
            problems += wrong
            years = entry.get("from", 0), entry.get("to", 9999)
            bias = entry.get("bias", 0.0)
            if not all(isinstance(year, int) for year in years):
                problems.append(Problem(where, "from and to are years"))
            elif not isinstance(bias, int | float) or bias < 0:
                problems.append(Problem(f"{where}.bias", f"{bias} is no standard deviation"))
            elif made is not None:
                named = str(entry.get("indicator", ""))
                if named and named not in plan.plan.indicator_ids:
                    near = did_you_mean(named, plan.plan.indicator_ids)
                    problems.append(
                        Problem(f"{where}.indicator", f"no such indicator {named}", near)
                    )
                factor = float(entry.get("of_plan_scale", 1.0))
                quantity = str(entry["quantity"])
                found.append(Row(phase, made, quantity, float(bias), *years, named, factor))
    return tuple(found)


def _priors(
    entries: Mapping[str, Any], plan: OpenPlan, problems: list[Problem]
) -> dict[str, Range]:
    known = {row.name for row in plan.constants.rows.values()}
    found = {}
    for name, entry in entries.items():
        where = f"priors.{name}"
        if plan.constants.row(str(name)) is None:
            hint = did_you_mean(str(name), known)
            problems.append(Problem(where, "no such constant in constants.csv", hint))
        elif not (
            isinstance(entry, list)
            and len(entry) == 2
            and all(isinstance(x, int | float) for x in entry)
            and entry[1] > 0
        ):
            problems.append(Problem(where, "a mean and a standard deviation are expected"))
        else:
            mean, sd = map(float, entry)
            # The bounds of a normal in constants.csv hold 95 percent, and cut.
            found[canonical(str(name))] = Range(
                mean - 2 * sd, mean + 2 * sd, mean, "normal", at=f"{FILE}, {where}"
            )
    return found
