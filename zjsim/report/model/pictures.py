"""Diagrams of a plan's model with the plan's own names: sectors, levers, loops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zjsim.errors import RunError, did_you_mean
from zjsim.frozen import FrozenDict
from zjsim.language import LANGUAGES, Language, chosen_language
from zjsim.model.spec import ModelSpec
from zjsim.report.charts.canvas import Size
from zjsim.report.charts.style import Style, footer_line, house
from zjsim.report.model.diagrams import draw_stock_flow, sectors
from zjsim.report.model.loop_diagram import DiagramLoop, diagram_loops, draw_loops
from zjsim.report.words.labels import label

if TYPE_CHECKING:
    from zjsim.workflow import Runs


@dataclass(frozen=True, slots=True)
class ModelOrigin:
    """The model and the run that a diagram was read from, and what variables are called."""

    model: str
    run_id: str
    translated: Mapping[Language, Mapping[str, str]]

    def footer(self, language: Language) -> str:
        """Model, run and the standing caution."""
        said = label("note.model", language, model=self.model)
        return footer_line(language, said, label("note.run", language, run=self.run_id))

    def names(self, language: Language) -> Mapping[str, str]:
        """What variables are called, where not as in the model."""
        return self.translated[language]


def _origin(runs: Runs) -> ModelOrigin:
    plan = runs.plan
    model = f"{plan.model.name} {plan.model_hash[:8]}"
    return ModelOrigin(
        model, runs.run_id, FrozenDict({one: FrozenDict(plan.names_in(one)) for one in LANGUAGES})
    )


def _values(runs: Runs) -> FrozenDict[str, float]:
    """Values at the start, for signs that structure leaves open."""
    values = {name: float(runs.trajectories[name][0, 0]) for name in runs.trajectories.names}
    return FrozenDict(values | {item.name: item.value for item in runs.plan.model.constants})


@dataclass(frozen=True, slots=True)
class LoopsData:
    """The named loops of a model with the signs of their links."""

    loops: tuple[DiagramLoop, ...]
    stocks: tuple[str, ...]
    origin: ModelOrigin

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a loop: the names of the model in their order, and the signs between them."""
        heads = ["loop", "polarity", "cycle", "signs"]
        return heads, [
            [
                loop.id, "R" if loop.polarity == "+" else "B", " > ".join(loop.variables),
                " ".join(loop.links),
            ]
            for loop in self.loops
        ]  # fmt: skip


def loops_data(runs: Runs) -> LoopsData:
    """What `plot_loops` draws."""
    spec = runs.plan.model
    loops = diagram_loops(spec, runs.plan.loops, _values(runs))
    return LoopsData(tuple(loops), tuple(stock.name for stock in spec.stocks), _origin(runs))


def plot_loops(
    runs: Runs | LoopsData,
    language: str | None = None,
    figure: Any = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Any:
    """The named feedback loops of a plan's model, with the signs of their links.

    Parameters
    ----------
    runs : Runs or LoopsData
        Of one scenario, with all variables; they decide signs that structure leaves open.
    language : {"zh", "en"} or None
        None is the user's.
    figure : Figure, SubFigure or None
        An empty one to draw on; None makes one. Letters go with its size.
    figsize : (float, float) or None
        Inches of a new figure; usual are about 16 by 10.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Figure
        Of matplotlib; ``savefig`` writes it.

    Examples
    --------
    >>> import zjsim
    >>> figure = zjsim.plot_loops(zjsim.simulate("zhejiang"))
    """
    words = chosen_language(language)
    data = runs if isinstance(runs, LoopsData) else loops_data(runs)
    origin = data.origin
    with house(style):
        return draw_loops(
            data.loops, words, data.stocks, footer=origin.footer(words),
            names=origin.names(words), figure=figure, figsize=figsize, title=title,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StockFlowData:
    """One sector of a model: its stocks and flows, and what policy sets."""

    spec: ModelSpec
    sector: str
    title: object
    levers: tuple[str, ...]
    values: Mapping[str, float]
    origin: ModelOrigin

    def table(self, _language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a stock."""
        return ["stock", "unit", "inflows", "outflows"], [
            [stock.name, stock.unit, "; ".join(stock.inflows), "; ".join(stock.outflows)]
            for stock in self.spec.stocks
            if stock.group == self.sector
        ]


def stock_flow_data(runs: Runs, sector: str) -> StockFlowData:
    """What `plot_stock_flow` draws."""
    from zjsim.report.model.model_book import ModelBook, exact_name

    plan, spec = runs.plan, runs.plan.model
    known = sectors(spec)
    if sector not in known:
        hint = did_you_mean(sector, known) or f"Sectors: {', '.join(known)}."
        said = f"{sector}: no such sector with stocks." if sector else "Name a sector."
        raise RunError(f"{said} {hint}")
    entries = ModelBook(plan, "en").boundary.get("sectors") or {}
    entry = entries.get(sector)
    title = FrozenDict(entry) if isinstance(entry, dict) else ""
    levers = tuple(exact_name(spec, lever.variable) for lever in plan.levers)
    return StockFlowData(spec, sector, title, levers, _values(runs), _origin(runs))


def plot_stock_flow(
    runs: Runs | StockFlowData,
    sector: str = "",
    language: str | None = None,
    figure: Any = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Any:
    """Stocks and flows of one sector of a plan's model, and what each flow depends on.

    Parameters
    ----------
    runs : Runs or StockFlowData
        Of one scenario, with all variables.
    sector : str
        Group of the model's elements that holds a stock.
    language : {"zh", "en"} or None
        None is the user's.
    figure : Figure, SubFigure or None
        An empty one to draw on; None makes one. Letters go with its size.
    figsize : (float, float) or None
        Inches of a new figure; the usual are 12 to 14 by what the stocks need.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Figure
        Of matplotlib; ``savefig`` writes it.

    Raises
    ------
    RunError
        When no sector of that name holds a stock.

    Examples
    --------
    >>> import zjsim
    >>> runs = zjsim.simulate("zhejiang")
    >>> figure = zjsim.plot_stock_flow(runs, runs.plan.model.stocks[0].group)
    """
    words = chosen_language(language)
    data = runs if isinstance(runs, StockFlowData) else stock_flow_data(runs, sector)
    origin = data.origin
    said = str(data.title.get(words, "")) if isinstance(data.title, Mapping) else ""
    with house(style):
        return draw_stock_flow(
            data.spec, data.sector, words, data.values, data.levers, said,
            origin.footer(words), origin.names(words), figure, figsize, title,
        )  # fmt: skip
