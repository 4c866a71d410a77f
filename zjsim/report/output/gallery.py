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
from typing import TYPE_CHECKING, Any, Literal, cast

from zjsim.errors import RunError, did_you_mean

if TYPE_CHECKING:
    from zjsim.language import Language
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.schema import Scenario

# What a chart is drawn from: judged runs, an ensemble or several, the influence of each input,
# what was learnt year by year, runs as they are, parts of a change or of probabilities, paths of
# runs or ensembles, a study, a backcast with a probability, where a plan fails, or several
# strategies against the same worlds.
Of = Literal[
    "assessment", "assessments", "ensemble", "ensembles", "influence", "learning", "runs", "parts",
    "chances", "paths", "study", "backcast", "discovery", "robustness",
]  # fmt: skip
Advance = Callable[[int], None]
Choice = Literal["", "indicator", "sector", "variable", "lever", "driver"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A chart that can be asked for by name.

    Parameters
    ----------
    name : str
    of : str
        What it is drawn from.
    module : str
    choice : str
        What is chosen within its source.
    most : int
        How many scenarios it takes.
    """

    name: str
    of: Of
    module: str
    choice: Choice = ""
    most: int = 1

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
        Kind("comparison", "assessments", "charts.comparison_chart", most=99),
        Kind("fan", "ensemble", "charts.ensemble_charts", "indicator"),
        Kind("probabilities", "ensembles", "charts.probability_charts", most=5),
        Kind("learning", "learning", "charts.learning_chart"),
        Kind("tornado", "influence", "charts.tornado", "indicator"),
        Kind("wedges", "parts", "charts.wedge_charts", "indicator", most=2),
        Kind("decomposition", "parts", "charts.part_rows", most=2),
        Kind("chance-parts", "chances", "charts.part_rows", most=2),
        Kind("frontier", "backcast", "charts.frontier_chart"),
        Kind("study", "study", "charts.study_chart"),
        Kind("variable", "paths", "charts.path_charts", "variable", most=6),
        Kind("levers", "paths", "charts.path_charts", "lever", most=6),
        Kind("drivers", "paths", "charts.path_charts", "driver", most=6),
        Kind("discover", "discovery", "charts.discover_chart"),
        Kind("robust", "robustness", "charts.robust_chart", most=99),
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
# The same of those that may be asked for one lever or driver alone.
PANELS = ("levers", "drivers")


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


@dataclass(frozen=True, slots=True)
class Asked:
    """How the source of a chart is computed.

    Parameters
    ----------
    runs : int
        Draws of an ensemble, particles of a learning.
    seed : int or None
        None is that of the scenario.
    probability : bool
        Whether verdicts say how likely they are.
    known_until : int or None
        Last year of a learning; None takes the last that has a figure. Draws of an ensemble that
        know a year are named in its scenario instead.
    by_lever : bool
        Whether parts are those of the levers instead of the causes.
    band : bool
        Whether paths are those of an ensemble.
    variable : str or None
        What a chart of paths is of.
    targets : str
        Of a backcast.
    share : float
        Probability wanted of a backcast.
    cost : {"budget", "steps", "equal"}
        What a change of a lever costs in a backcast.
    """

    runs: int = 1024
    seed: int | None = None
    probability: bool = False
    known_until: int | None = None
    by_lever: bool = False
    band: bool = False
    variable: str | None = None
    targets: str = "binding"
    share: float = 0.8
    cost: str = "budget"


def source_of(
    kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked,
    advance: Advance = lambda count: None,
) -> Any:  # fmt: skip
    """What a chart of this kind is drawn from, computed.

    Raises
    ------
    RunError
        When there are more scenarios than the chart shows.
    """
    if len(scenarios) > kind.most:
        most = "one scenario" if kind.most == 1 else f"at most {kind.most} scenarios"
        raise RunError(f"{kind.name}: shows {most}, not {len(scenarios)}.")
    return SOURCES[kind.of](kind, plan, scenarios, asked, advance)


def _learning(
    _kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked, _advance: Advance
) -> Any:
    from zjsim.analysis.learning.learn import SEED, learn

    chosen = SEED if asked.seed is None else asked.seed
    return learn(
        plan, asked.known_until, scenario=scenarios[0], particles=asked.runs, seed=chosen
    )  # fmt: skip


def _ensembles(
    kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked, advance: Advance
) -> Any:
    from zjsim.ensembles.run import simulate_ensemble

    many = [
        simulate_ensemble(plan, one, runs=asked.runs, seed=asked.seed, advance=advance)
        for one in scenarios
    ]
    return many if kind.of == "ensembles" else many[0]


def _assessments(
    kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked, _advance: Advance
) -> Any:
    found = [_judged(plan, scenario, asked.probability) for scenario in scenarios]
    return found if kind.of == "assessments" else found[0]


def _runs(
    kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], _asked: Asked, _advance: Advance
) -> Any:
    from zjsim.workflow import simulate

    run = simulate(plan, scenarios[0])
    if kind.of == "runs":
        return run
    from zjsim.analysis.sensitivity.one_at_a_time import compute_influence

    return compute_influence(run)


def _parts(
    kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked, advance: Advance
) -> Any:
    # The second scenario is held against the first.
    against = scenarios[0] if len(scenarios) > 1 else None
    if against is not None and asked.by_lever:
        raise RunError("--levers: two scenarios are held apart by all inputs that differ.")
    by: Any = "levers" if asked.by_lever else None
    if kind.of == "parts":
        from zjsim.analysis.decomposition.wedges import wedges

        return wedges(plan, scenarios[-1], against=against, by=by, advance=advance)
    from zjsim.analysis.decomposition.chances import WORLDS, chance_wedges

    worlds = min(asked.runs, WORLDS) if asked.runs == Asked().runs else asked.runs
    return chance_wedges(
        plan, scenarios[-1], against=against, by=by, worlds=worlds, seed=asked.seed,
        advance=advance,
    )  # fmt: skip


def _paths(
    kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked, advance: Advance
) -> Any:
    if not asked.band:
        from zjsim.workflow import simulate

        return [simulate(plan, one, estimate_error=False) for one in scenarios]
    from zjsim.ensembles.run import simulate_ensemble
    from zjsim.report.charts.paths import needed_names

    save = needed_names(plan, kind.name, asked.variable)
    return [
        simulate_ensemble(plan, one, runs=asked.runs, seed=asked.seed, save=save, advance=advance)
        for one in scenarios
    ]


def _backcast(
    _kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked, advance: Advance
) -> Any:
    from zjsim.analysis.deciding.backcast import backcast

    return backcast(
        plan, scenarios[0], targets=asked.targets, probability=asked.share, worlds=asked.runs,
        cost=cast(Any, asked.cost), prices=False, advance=advance,
    )  # fmt: skip


def _discovery(
    _kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked, _advance: Advance
) -> Any:
    from zjsim.analysis.deciding.discover import discover

    return discover(
        plan, scenarios[0], targets=asked.targets, runs=asked.runs, seed=asked.seed, tree=False
    )


def _robustness(
    _kind: Kind, plan: OpenPlan, scenarios: Sequence[Scenario], asked: Asked, _advance: Advance
) -> Any:
    from zjsim.analysis.deciding.robust import robust

    # The chart says that of each strategy it is the levers that count.
    return robust(
        plan, scenarios, world=scenarios[0], worlds=asked.runs, seed=asked.seed, watch=False
    )


# By what a chart is drawn from; a study is run from its own file, see `study_source`.
SOURCES: dict[str, Callable[[Kind, Any, Sequence[Any], Asked, Advance], Any]] = {
    "assessment": _assessments, "assessments": _assessments,
    "ensemble": _ensembles, "ensembles": _ensembles,
    "influence": _runs, "runs": _runs, "learning": _learning,
    "parts": _parts, "chances": _parts, "paths": _paths, "backcast": _backcast,
    "discovery": _discovery, "robustness": _robustness,
}  # fmt: skip


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
    drawn = kind.plot(data, language=language, **_sized(kind, size, choice))
    figure = drawn if hasattr(drawn, "savefig") else drawn.get_figure(root=True)
    said = (choice or "").lower() if kind.choice == "sector" else choice
    part = f"-{said.replace(' ', '-').replace(',', '')}" if said and kind.choice else ""
    return Chart(f"{kind.name}{part}", figure, data)


def _sized(kind: Kind, size: str | None, choice: str | None) -> dict[str, Any]:
    """The arguments that give a chart its size; none for its own."""
    if size is None:
        return {}
    if size not in SIZES:
        raise RunError(f"{size}: no such size. Sizes: {', '.join(SIZES)}.")
    whole = kind.name in WHOLE_PAGES or (kind.name in PANELS and choice is None)
    if whole and size == "column":
        most = "; take" if kind.name in WHOLE_PAGES else ". Name one with --variable, or take"
        raise RunError(f"{kind.name}: too many panels for a column{most} --size page or slide.")
    return {"figsize": SLIDE if whole and size == "slide" else SIZES[size]}


def write_chart(
    chart: Chart, stem: Any, formats: Sequence[str], language: Language, dpi: int = 150
) -> list[Any]:
    """The figure in each format, and beside it as CSV what was drawn; the pictures' paths."""
    from zjsim.report.charts.figures import write_chart_data, write_figure

    written = write_figure(chart.figure, stem, formats, dpi)
    write_chart_data(stem, *chart.data.table(language))
    return written
