"""What a notebook shows of a plan and of an assessment: the report's own tables as HTML.

`markup.displays` finds this module by name, for the rooms below that show themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zjsim.judging import assess
from zjsim.language import Language, chosen_language
from zjsim.markup import html_table
from zjsim.report.tables.chance_words import headline, likely_words
from zjsim.report.tables.ensemble_tables import share_table
from zjsim.report.tables.rows import as_report
from zjsim.report.tables.tables import brief_table, remark_lines, scenarios_table
from zjsim.report.tables.verdict_columns import office_table
from zjsim.report.tables.wording import plan_target_words
from zjsim.report.words.labels import label, localised
from zjsim.report.words.text_table import Table

if TYPE_CHECKING:
    import pandas as pd

    from zjsim.assessment.assess import Assessment
    from zjsim.assessment.plan import Plan
    from zjsim.workflow import Runs


def assessment_table(assessment: Assessment, language: Language) -> pd.DataFrame:
    """The planning-office table as texts, with all its columns."""
    import pandas as pd

    table = office_table(assessment, language)
    return pd.DataFrame(table.rows, columns=table.headers)


def runs_html(runs: Runs) -> str:
    """The verdicts of runs that nobody has judged yet."""
    return assessment_html(assess(runs.plan, runs))


def assessment_html(assessment: Assessment) -> str:
    """The table in the user's language: verdicts of one run, probabilities of many."""
    language = chosen_language()
    caption = localised(assessment.label, language) or assessment.name
    if assessment.n_run > 1:
        counts = {"runs": f"{assessment.n_run:,}", "failed": f"{assessment.n_failed:,}"}
        likely = likely_words(as_report(assessment), language)
        note = "\n".join([likely, label("notebook.counted", language, **counts)])
        return _html(caption, share_table(assessment, language), note)
    lines = [*headline(as_report(assessment), language), *remark_lines(assessment, language)]
    note = label("notebook.failed", language) if assessment.n_failed else "\n".join(lines)
    return _html(caption, brief_table(assessment, language, units=True), note)


def several_html(assessments: Sequence[Assessment], language: Language) -> str:
    """Targets down, scenarios across: the projection and the mark of its verdict."""
    return _html("", scenarios_table(assessments, language))


def plan_html(plan: Plan) -> str:
    """The indicators of a plan with the ids by which Python knows them."""
    language = chosen_language()
    heads = ["id", *(label(f"column.{key}", language) for key in ("number", "indicator", "unit"))]
    heads += [label("column.target", language, year=plan.years[-1])]
    rows = tuple(
        (
            item.id,
            str(item.number),
            localised(item.label, language),
            localised(item.unit, language),
            plan_target_words(item, language),
        )
        for item in plan.indicators
    )
    return _html(localised(plan.title, language), Table(tuple(heads), rows, "<><<>"))


def _html(caption: str, table: Table, note: str = "") -> str:
    return html_table(caption, table.headers, table.rows, note, table.alignment)
