"""What carries the result, what would turn it and what it would take: sections on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from zjsim.errors import RunError
from zjsim.language import Language
from zjsim.report.document.compose_pictures import PHONE_STYLE, PHONE_WIDTH
from zjsim.report.document.document import Block, Medium, Picture, Section, TableBlock, Text
from zjsim.report.tables import (
    deciding_tables,
    decomposition_tables,
    discover_tables,
    flip_tables,
)
from zjsim.report.words.labels import label

if TYPE_CHECKING:
    from zjsim.analysis.deciding.answer import Backcast
    from zjsim.analysis.deciding.discover import Discovery
    from zjsim.analysis.deciding.flip import Flips
    from zjsim.analysis.decomposition.wedges import Wedges
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.schema import Scenario

# Inches of a picture that is printed across a page.
PAGE = (7.2, 5.6)

Topic = Literal["wedges", "flips", "what-it-takes", "what-to-watch"]
TOPICS: tuple[Topic, ...] = get_args(Topic)


@dataclass(frozen=True)
class Deciding:
    """What was asked beside the verdicts; None where it was not.

    Parameters
    ----------
    wedges : Wedges or None
        What carries each indicator.
    flips : Flips or None
        What would turn each verdict.
    takes : Backcast or None
        What it would take to meet the binding targets.
    watch : Discovery or None
        In which part of the uncertain world they are missed.
    """

    wedges: Wedges | None = None
    flips: Flips | None = None
    takes: Backcast | None = None
    watch: Discovery | None = None


def compute_deciding(plan: OpenPlan, scenario: Scenario, topics: Sequence[str]) -> Deciding | None:
    """What the sections rest on; None when there is no topic.

    Raises
    ------
    RunError
        When there is no such topic.
    """
    unknown = [topic for topic in topics if topic not in TOPICS]
    if unknown:
        raise RunError(f"--with {unknown[0]}: no such section. Sections: {', '.join(TOPICS)}.")
    if not topics:
        return None
    found: dict[str, Any] = {}
    # Each takes seconds and libraries that a report without it does not need.
    if "wedges" in topics:
        from zjsim.analysis.decomposition.wedges import wedges

        found["wedges"] = wedges(plan, scenario)
    if "flips" in topics:
        from zjsim.analysis.deciding.flip import flip

        found["flips"] = flip(plan, scenario)
    binding = any(item.binding for item in plan.plan.indicators)
    if "what-to-watch" in topics:
        from zjsim.analysis.deciding.discover import discover

        targets = "binding" if binding else "all"
        found["watch"] = discover(plan, scenario, targets=targets, tree=False)
    if "what-it-takes" in topics:
        from zjsim.analysis.deciding.backcast import backcast

        costs = any(lever.cost_share for lever in plan.levers)
        found["takes"] = backcast(
            plan, scenario, targets="binding" if binding else "all",
            cost="budget" if costs else "steps",
        )  # fmt: skip
    return Deciding(**found)


def deciding_sections(found: Deciding | None, language: Language) -> Iterator[Section]:
    """The sections asked for, in the order in which a reader asks."""
    if found is None:
        return
    if found.wedges is not None:
        yield _section("carries", language, _carries(found.wedges, language))
    if found.flips is not None:
        yield _section("flips", language, _flips(found.flips, language))
    if found.takes is not None:
        yield _section("takes", language, _takes(found.takes, language))
    if found.watch is not None:
        yield _section("regions", language, _regions(found.watch, language))


def _section(key: str, language: Language, blocks: Iterator[Block]) -> Section:
    return Section(key, 1, label(f"heading.{key}", language), tuple(blocks))


def _carries(found: Wedges, language: Language) -> Iterator[Block]:
    from zjsim.analysis.decomposition.decomposition import in_target_year

    yield Text(label("text.carries", language))
    whole = in_target_year(found)
    yield TableBlock(
        "carries", decomposition_tables.heading(whole, language).rstrip(".。"),
        decomposition_tables.share_table(whole, language),
        notes=tuple(decomposition_tables.remarks(whole, language)),
    )  # fmt: skip

    def draw(medium: Medium) -> Sequence[Any]:
        from zjsim.report.charts.part_rows import plot_decomposition

        sizes = {"phone": (PHONE_WIDTH, 6.4), "page": PAGE, "parts": PAGE}
        style = PHONE_STYLE if medium in sizes else None
        return [plot_decomposition(found, language, figsize=sizes.get(medium), style=style).figure]

    title = label("figure.carries", language)
    yield Picture("carries-chart", title, label("alt.carries", language), draw)


def _flips(found: Flips, language: Language) -> Iterator[Block]:
    yield TableBlock(
        "turning", label("table.turning", language), flip_tables.verdict_table(found, language)
    )
    yield TableBlock(
        "alone", label("flip.alone_head", language), flip_tables.single_table(found, language),
        notes=(label("flip.note", language),), long=True,
    )  # fmt: skip


def _takes(found: Backcast, language: Language) -> Iterator[Block]:
    for line in deciding_tables.backcast_heading(found, language):
        yield Text(line)
    if found.changes:
        yield TableBlock(
            "efforts", label("table.efforts", language),
            deciding_tables.change_table(found, language),
        )  # fmt: skip
    yield TableBlock(
        "prices", label("table.prices", language), deciding_tables.target_table(found, language),
        notes=tuple(deciding_tables.backcast_remarks(found, language)),
    )  # fmt: skip


def _regions(found: Discovery, language: Language) -> Iterator[Block]:
    for line in discover_tables.heading(found, language):
        yield Text(line)
    for line in discover_tables.sentences(found, language):
        yield Text(line)
    if not found.boxes:
        return
    yield TableBlock(
        "watch-for", label("discover.watch", language),
        discover_tables.watch_table(found, language),
        notes=tuple(discover_tables.remarks(found, language)),
    )  # fmt: skip

    def draw(medium: Medium) -> Sequence[Any]:
        from zjsim.report.charts.discover_chart import plot_discover

        sizes = {"phone": (PHONE_WIDTH, 5.2), "page": (PAGE[0], 4.2), "parts": (PAGE[0], 4.2)}
        style = PHONE_STYLE if medium in sizes else None
        axes = plot_discover(found, language, figsize=sizes.get(medium), style=style)
        return [axes.get_figure(root=True)]

    yield Picture(
        "regions-chart", label("figure.regions", language), label("alt.regions", language), draw
    )
