"""Tables of the plan itself: indicators, milestones, and the audit's arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from zjsim.language import Language
from zjsim.report.tables.wording import base_words, plan_target_words
from zjsim.report.words.labels import label
from zjsim.report.words.numbers import DASH, format_number
from zjsim.report.words.text_table import Table

if TYPE_CHECKING:
    from zjsim.assessment.audit import Audit
    from zjsim.assessment.milestones import MilestoneStatus
    from zjsim.assessment.plan import Milestone, Plan


def indicator_table(plan: Plan, language: Language) -> Table:
    """The plan's own table, with scope and clause."""
    keys = ("number", "indicator", "unit", "nature", "base", "target", "scope", "clause")
    named = {"base": plan.base_year, "target": plan.years[-1]}
    heads = tuple(
        label(f"column.{key}", language, **({"year": named[key]} if key in named else {}))
        for key in keys
    )
    rows = tuple(
        (
            str(item.number),
            item.label.in_(language),
            item.unit.in_(language),
            label(f"nature.{item.nature}", language),
            base_words(item),
            plan_target_words(item, language),
            item.scope.in_(language),
            item.clause,
        )
        for item in plan.indicators
    )
    return Table(heads, rows, "><<<>><<", keys=2)


def milestone_table(statuses: Sequence[MilestoneStatus], language: Language) -> Table:
    """Every quantitative statement of the prose, with the user's own figure when given."""
    keys = ("indicator", "milestone_target", "milestone_date", "clause", "own_figure", "state")
    rows = tuple(
        (
            status.milestone.label.in_(language),
            _wanted(status.milestone, language),
            DASH if status.milestone.date is None else str(status.milestone.date),
            status.milestone.clause,
            DASH if status.value is None else format_number(status.value, 0),
            label(f"milestone.{status.state}", language),
        )
        for status in statuses
    )
    return Table(tuple(label(f"column.{key}", language) for key in keys), rows, "<<><><")


def _wanted(item: Milestone, language: Language) -> str:
    number = f"{item.number:,g}"
    if item.number_high is not None:
        number += f"–{item.number_high:,g}"
    mark = {">=": "≥", ">": ">", "about": "≈", "=": "", "range": ""}.get(item.comparator)
    if mark is None:
        return label(f"comparator.{item.comparator}", language, number=number)
    wanted = f"{mark}{number} {item.unit.in_(language)}".strip()
    return label("comparator.strive", language, wanted=wanted) if item.strive else wanted


def growth_table(audit: Audit, language: Language) -> Table:
    """What each target asks for, a year."""
    keys = ("indicator", "years", "yearly", "points", "logit", "amended", "text_pace")
    rows = tuple(
        (
            item.label.in_(language),
            str(item.years),
            format_number(item.yearly, 2),
            format_number(item.points, 2),
            format_number(item.logit, 2),
            format_number(item.amended, 2),
            format_number(item.text, 2),
        )
        for item in audit.growth
    )
    return Table(tuple(label(f"audit.{key}", language) for key in keys), rows, "<>>>>>>")


def paths_table(audit: Audit, language: Language) -> Table:
    """Growth a year that pairs of targets imply for amounts, over growth and inflation."""
    names = {path.quantity: path.label.in_(language) for path in audit.paths}
    cells = sorted({(path.real_growth, path.inflation) for path in audit.paths})
    heads = (label("audit.real_growth", language), label("audit.inflation", language))
    rows = tuple(
        (
            f"{real:g}",
            f"{inflation:g}",
            *(f"{audit.path(name, real, inflation).yearly:+.2f}" for name in names),
        )
        for real, inflation in cells
    )
    return Table((*heads, *names.values()), rows, ">" * (2 + len(names)), keys=2)


def findings_text(audit: Audit, language: Language) -> Iterator[str]:
    """Each finding as a title and a paragraph."""
    for finding in audit.findings:
        kind, title = label(f"audit.{finding.kind}", language), finding.title.in_(language)
        yield label("audit.finding", language, kind=kind, title=title)
        yield f"  {finding.text.in_(language)}"
