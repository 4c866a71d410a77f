"""Reading ``learning.yaml``: figures, errors, biases and what was believed before them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zjsim.analysis.history.comparison import Comparison, comparison_from
from zjsim.assessment.learning_keys import LEARNING, PHASES, Phase
from zjsim.errors import DataError, raise_if_any
from zjsim.grades import EVIDENCE
from zjsim.language import Text
from zjsim.model.names import canonical
from zjsim.plan_keys import learning_keys
from zjsim.scenario.schema import Range
from zjsim.workflow import OpenPlan
from zjsim.yamlfile import read_yaml

FILE = LEARNING
OWN_ERROR = 0.005  # of a user's own figure, relative to the target
_OWN = {"quantity", "bias", "from", "to", "indicator", "of_plan_scale", "effort"}
_SAID = {"early_warning", "choices", "why", "family"}  # keys that change no draw


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
    milestone : float
        Of a milestone of the prose, which tells of effort: the number that it asks for. 0 of
        every other row.
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
    milestone: float = 0.0

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


def read_learning(plan: OpenPlan, efforts: bool = False) -> LearningFile:
    """Read what a plan learns from.

    Parameters
    ----------
    efforts : bool
        Also learn from milestones of the prose, as observations of effort.

    Raises
    ------
    DataError
        When the file is missing, has a key that there is not, or names something that the plan
        lacks: every problem with its line.
    """
    path = plan.folder.needed_file(FILE, "learning", DataError)
    data = learning_keys(plan)
    written = read_yaml(path, DataError).data
    every = _rows(data["figures"], plan)
    rows = tuple(row for row in every if efforts or not row.milestone)
    history, lines = data.get("history"), data.get("early_warning", {})
    return LearningFile(
        rows=(*_own_rows(plan, rows), *rows),
        priors=_priors(data.get("priors", {})),
        grades={grade: float(data["grades"][grade]) for grade in EVIDENCE},
        freedom=float(data.get("freedom", 5)),
        history_scenario=path.parent / history["scenario"] if history else None,
        until=int((history or {}).get("until", plan.plan.base_year)),
        scenario=str(data.get("plan", {}).get("scenario", "observed")),
        text=_text(written, efforts),
        red=float(lines.get("red", 0.2)),
        amber=float(lines.get("amber", 0.5)),
        choices=tuple(Text(**entry) for entry in data.get("choices", ())),
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


def _text(written: Mapping[str, Any], efforts: bool) -> str:
    kept = {key: value for key, value in written.items() if key not in _SAID}
    if not efforts:
        plan = [row for row in kept["figures"].get("plan", []) if "effort" not in row]
        kept["figures"] = {**kept["figures"], "plan": plan}
    return json.dumps(kept, sort_keys=True)


def _rows(figures: Mapping[str, Any], plan: OpenPlan) -> tuple[Row, ...]:
    found, asked = [], {item.id: item.number for item in plan.plan.milestones}
    for phase in PHASES:
        for entry in figures.get(phase, ()):
            rest = {key: value for key, value in entry.items() if key not in _OWN}
            if "variables" in rest:
                rest["variables"] = list(rest["variables"])
            made, wrong = comparison_from(rest, FILE, plan.program.names, plan.plan.base_year)
            # What comparison_from could complain of has been checked when the file was read.
            raise_if_any(FILE, wrong, DataError)
            assert made is not None
            found.append(
                Row(
                    phase, made, entry["quantity"], float(entry.get("bias", 0.0)),
                    entry.get("from", 0), entry.get("to", 9999), entry.get("indicator", ""),
                    float(entry.get("of_plan_scale", 1.0)),
                    milestone=asked[entry["series"]] if "effort" in entry else 0.0,
                )
            )  # fmt: skip
    return tuple(found)


def _priors(entries: Mapping[str, Any]) -> dict[str, Range]:
    # The bounds of a normal in constants.csv hold 95 percent, and cut.
    return {
        canonical(name): Range(
            mean - 2 * sd, mean + 2 * sd, mean, "normal", at=f"{FILE}, priors.{name}"
        )
        for name, (mean, sd) in entries.items()
    }
