"""Every kind of chart by name: what it is drawn from, its figure, and the data that it shows.

To add a chart: a frozen data class with a ``table``, a function ``<name>_data`` that makes one, a
function ``plot_<name>`` that draws one, and a line in ``KINDS``. `zjsim plot`, the how-to page and
the tests follow. Nothing here imports matplotlib until a chart is drawn.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from zjsim.errors import RunError, did_you_mean

if TYPE_CHECKING:
    from zjsim.language import Language
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.schema import Scenario

# What a chart is drawn from: judged runs of one scenario or of several, an ensemble, the
# influence of each input, what was learnt year by year, runs as they are, where a plan fails, or
# several strategies against the same worlds.
Of = Literal[
    "assessment",
    "assessments",
    "ensemble",
    "influence",
    "learning",
    "runs",
    "discovery",
    "robustness",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A chart that can be asked for by name; ``choice`` is what is chosen within its source."""

    name: str
    of: Of
    module: str
    choice: Literal["", "indicator", "sector"] = ""

    @property
    def function(self) -> str:
        """Its name in Python."""
        return f"plot_{self.name.replace('-', '_')}"

    @property
    def plot(self) -> Callable[..., Any]:
        """Draws its data; Axes, or a Figure of several panels."""
        return self._found(self.function)

    @property
    def compute(self) -> Callable[..., Any]:
        """Makes its data."""
        return self._found(f"{self.name.replace('-', '_')}_data")

    @property
    def shows(self) -> str:
        """What it shows, in a sentence."""
        return (inspect.getdoc(self.plot) or "").split("\n")[0]

    def _found(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(import_module(f"zjsim.report.{self.module}"), name)
        return found


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("board", "assessment", "charts.board"),
        Kind("indicator", "assessment", "charts.board", "indicator"),
        Kind("targets", "assessment", "charts.targets"),
        Kind("progress", "assessment", "charts.targets"),
        Kind("comparison", "assessments", "charts.comparison_chart"),
        Kind("fan", "ensemble", "charts.ensemble_charts", "indicator"),
        Kind("probabilities", "ensemble", "charts.ensemble_charts"),
        Kind("learning", "learning", "charts.learning_chart"),
        Kind("tornado", "influence", "charts.tornado", "indicator"),
        Kind("discover", "discovery", "charts.discover_chart"),
        Kind("robust", "robustness", "charts.robust_chart"),
        Kind("stock-flow", "runs", "model.pictures", "sector"),
        Kind("loops", "runs", "model.pictures"),
    )
}


# Inches: what is scaled up to a 16:9 slide, down to a column of a journal, and to a page's text.
# Letters keep their points, so a smaller sheet has larger ones once it is scaled.
SIZES = {"slide": (9.6, 5.4), "column": (5.0, 3.9), "page": (9.4, 6.2)}
# Of many panels, drawn at the full size of a slide.
SLIDE = (13.33, 7.5)
DPI = {"slide": 220, "column": 300}
# Charts of many panels, or whose size follows from what they draw.
WHOLE_PAGES = ("board", "comparison", "stock-flow", "loops")


def kind_of(name: str) -> Kind:
    """The kind of this name.

    Raises
    ------
    RunError
        When there is none; near misses are named.
    """
    if name not in KINDS:
        hint = did_you_mean(name, list(KINDS)) or f"Kinds: {', '.join(KINDS)}"
        raise RunError(f"{name}: no such chart. {hint}")
    return KINDS[name]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure, the stem of its file, and the very data that was drawn."""

    stem: str
    figure: Any
    data: Any


def source_of(
    kind: Kind,
    plan: OpenPlan,
    scenarios: Sequence[Scenario],
    runs: int,
    seed: int | None,
    probability: bool = False,
    known_until: int | None = None,
) -> Any:
    """What a chart of this kind is drawn from, computed; verdicts with how likely they are.

    Parameters
    ----------
    known_until : int or None
        Last year of a learning; None takes the last that has a figure. Draws of an ensemble that
        know a year are named in its scenario instead.
    """
    if kind.of == "learning":
        from zjsim.analysis.learning.learn import SEED, learn

        chosen = SEED if seed is None else seed
        return learn(plan, known_until, scenario=scenarios[0], particles=runs, seed=chosen)
    if kind.of == "ensemble":
        from zjsim.ensembles.run import simulate_ensemble

        return simulate_ensemble(plan, scenarios[0], runs=runs, seed=seed)
    if kind.of == "discovery":
        from zjsim.analysis.deciding.discover import discover

        targets = "binding" if any(item.binding for item in plan.plan.indicators) else "all"
        return discover(plan, scenarios[0], targets=targets, runs=runs, seed=seed, tree=False)
    if kind.of == "robustness":
        from zjsim.analysis.deciding.robust import robust

        return robust(plan, scenarios, worlds=runs, seed=seed, watch=False)
    if kind.of == "assessments":
        return [_judged(plan, scenario, probability) for scenario in scenarios]
    if kind.of == "assessment":
        return _judged(plan, scenarios[0], probability)
    from zjsim.workflow import simulate

    run = simulate(plan, scenarios[0])
    if kind.of == "runs":
        return run
    from zjsim.analysis.sensitivity.one_at_a_time import compute_influence

    return compute_influence(run)


def _judged(plan: OpenPlan, scenario: Scenario, probability: bool) -> Any:
    from zjsim.judging import assess
    from zjsim.report.output.results import report_of
    from zjsim.workflow import simulate

    run = simulate(plan, scenario)
    return report_of(run, assess(plan, run, probability=probability))


def draw_charts(
    kind: Kind, source: Any, choice: str | None = None, language: str | None = None,
    size: str | None = None,
) -> list[Chart]:  # fmt: skip
    """One chart, or one of every sector when none is chosen; data are computed once.

    Raises
    ------
    RunError
        When the chart cannot be drawn at one of the named sizes.
    """
    if kind.choice == "sector" and choice is None:
        from zjsim.report.model.diagrams import sectors

        names = sectors(source.plan.model)
        return [_drawn(kind, source, name, language, size) for name in names]
    return [_drawn(kind, source, choice, language, size)]


def _drawn(
    kind: Kind, source: Any, choice: str | None, language: str | None, size: str | None
) -> Chart:
    data = kind.compute(source, choice) if kind.choice else kind.compute(source)
    # A list is several scenarios; the data of a chart say themselves what was chosen.
    drawn = kind.plot(data, language=language, **_sized(kind, size))
    figure = drawn if hasattr(drawn, "savefig") else drawn.get_figure(root=True)
    said = (choice or "").lower() if kind.choice == "sector" else choice
    part = f"-{said.replace(' ', '-').replace(',', '')}" if said and kind.choice else ""
    return Chart(f"{kind.name}{part}", figure, data)


def _sized(kind: Kind, size: str | None) -> dict[str, Any]:
    """The arguments that give a chart its size; none for its own."""
    if size is None:
        return {}
    if size not in SIZES:
        raise RunError(f"{size}: no such size. Sizes: {', '.join(SIZES)}.")
    if kind.name in WHOLE_PAGES and size == "column":
        raise RunError(f"{kind.name}: too many panels for a column; take --size page or slide.")
    return {"figsize": SLIDE if kind.name in WHOLE_PAGES and size == "slide" else SIZES[size]}


def write_chart(
    chart: Chart, stem: Any, formats: Sequence[str], language: Language, dpi: int = 150
) -> list[Any]:
    """The figure in each format, and beside it as CSV what was drawn; the pictures' paths."""
    from zjsim.report.charts.figures import write_chart_data, write_figure

    written = write_figure(chart.figure, stem, formats, dpi)
    write_chart_data(stem, *chart.data.table(language))
    return written
