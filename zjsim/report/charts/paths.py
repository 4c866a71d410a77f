"""Paths over time as charts draw them: variables of the model, levers and drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zjsim.errors import RunError, did_you_mean
from zjsim.frozen import FrozenDict
from zjsim.language import LANGUAGES, Language
from zjsim.model.names import canonical
from zjsim.openplan import OpenPlan
from zjsim.report.charts import style as house_style
from zjsim.report.words.labels import label, localised
from zjsim.scenario.outlook import OBSERVED_PATH
from zjsim.scenario.tables import find_name
from zjsim.workflow import Runs, label_of

if TYPE_CHECKING:
    from zjsim.ensembles.run import EnsembleRuns

    AnyRuns = Runs | EnsembleRuns

BAND = (5.0, 50.0, 95.0)
# Scenarios beyond this many are told apart by nobody.
MOST_SCENARIOS = 6


@dataclass(frozen=True, slots=True)
class PathLine:
    """One line over model time.

    Parameters
    ----------
    key : {"value", "asked", "carried_out", "observed"}
    scenario : object
        Words for its scenario; None of what was observed.
    place : int
        Of the scenario among those drawn.
    times, values : tuple of float
        Model time in years: ``2021.0`` is the middle of 2021. Of an ensemble the median.
    low, high : tuple of float
        5th and 95th percentile of an ensemble; empty of one run.
    """

    key: str
    scenario: Any
    place: int
    times: tuple[float, ...]
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PathPanel:
    """One variable: its name in every language, its unit, and its lines."""

    variable: str
    name: Any
    unit: str
    lines: tuple[PathLine, ...]


@dataclass(frozen=True, slots=True)
class PathsData:
    """Variables over time.

    Parameters
    ----------
    panels : tuple of PathPanel
    scenarios : tuple
        Words for each scenario.
    runs : tuple of str
        Run of each scenario, for the footer.
    draws : int or None
        Of an ensemble.
    at_rest : int
        Drivers that never move, for which there is no panel.
    """

    panels: tuple[PathPanel, ...]
    scenarios: tuple[Any, ...]
    runs: tuple[str, ...]
    draws: int | None = None
    at_rest: int = 0

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a point of a line."""
        heads = ["variable", "unit", "scenario", "line", "time", "value"]
        heads += ["p05", "p95"] if self.draws else []
        rows: list[list[Any]] = []
        for panel in self.panels:
            for line in panel.lines:
                said = [panel.variable, panel.unit, localised(line.scenario, language), line.key]
                for k, (time, value) in enumerate(zip(line.times, line.values, strict=True)):
                    edges = (line.low[k], line.high[k]) if line.low else (None, None)
                    rows.append([*said, time, value, *(edges if self.draws else ())])
        return heads, rows

    def footer(self, language: Language) -> str:
        """Runs, draws and the standing caution."""
        draws = f"{self.draws:,}" if self.draws else ""
        more = label("paths.draws", language, draws=draws) if self.draws else ""
        return house_style.footer_line(
            language, label("note.run", language, run=", ".join(self.runs)), more
        )


def variable_data(runs: AnyRuns | Sequence[AnyRuns], variable: str) -> PathsData:
    """What `plot_variable` draws: one line a scenario, with a band where they are ensembles."""
    several = _several(runs)
    plan, known = several[0].plan, _known(several[0])
    found = find_name(variable, known)
    if len(found) != 1:
        if variable in plan.plan.indicator_ids:
            raise RunError(
                f"{variable}: an indicator of the plan. Its charts: zjsim plot indicator, "
                f"zjsim plot fan. Its variable in the model: "
                f"{plan.plan.indicator(variable).variable}."
            )
        hint = did_you_mean(variable, known) or "zjsim describe lists all of them."
        raise RunError(f"{variable}: no such variable in the model of {plan.folder.name}. {hint}")
    lines = tuple(_line("value", one, found[0], place) for place, one in enumerate(several))
    return _data(several, [_panel(plan, found[0], _names(plan, found[0]), lines)])


def levers_data(runs: AnyRuns | Sequence[AnyRuns], only: str | None = None) -> PathsData:
    """What `plot_levers` draws: levers in use, as asked for and as carried out."""
    several = _several(runs)
    plan = several[0].plan
    wanted = [lever for lever in plan.levers if only in (None, lever.id, *_said(lever.label))]
    if not wanted:
        hint = did_you_mean(str(only), [lever.id for lever in plan.levers])
        raise RunError(f"{only}: no such lever. {hint}".rstrip())
    made = []
    for lever in wanted:
        lines: list[PathLine] = []
        for place, one in enumerate(several):
            paths = one.resolved.inputs.paths
            name = next((n for n in paths if canonical(n) == canonical(lever.variable)), None)
            if name is None or (not paths[name].values.any() and only is None):
                continue
            lines.append(_asked("asked", one, name, place))
            known = find_name(lever.carried_out, _known(one)) if lever.carried_out else []
            lines += [_line("carried_out", one, known[0], place)] if known else []
        if lines:
            made.append(PathPanel(lever.id, lever.label, "", tuple(lines)))
    if not made:
        raise RunError(f"{several[0].name}: no lever is in use, so there is no path to draw.")
    return _data(several, made)


def drivers_data(runs: AnyRuns | Sequence[AnyRuns], only: str | None = None) -> PathsData:
    """What `plot_drivers` draws: drivers of the scenarios, and what was observed."""
    several = _several(runs)
    plan = several[0].plan
    drivers = list(plan.drivers.drivers.values())
    wanted = drivers if only is None else find_name(only, drivers)
    if not wanted:
        raise RunError(f"{only}: no such driver. {did_you_mean(str(only), drivers)}".rstrip())
    observed = plan.drivers.series.get(OBSERVED_PATH, {})
    made, at_rest = [], 0
    for driver in wanted:
        lines: list[PathLine] = []
        for place, one in enumerate(several):
            paths = one.resolved.inputs.paths
            name = next((n for n in paths if canonical(n) == canonical(driver)), None)
            if name is not None:
                in_draws = hasattr(one, "store") and name in one.store.names
                lines.append((_line if in_draws else _asked)("value", one, name, place))
        if not lines:
            continue
        seen = observed.get(canonical(driver))
        if seen is not None:
            years, values = zip(*seen.values, strict=True)
            lines.append(PathLine("observed", None, -1, tuple(map(float, years)), values))
        if only is None and not any(map(_moves, lines)):
            at_rest += 1
            continue
        made.append(_panel(plan, driver, _names(plan, driver), tuple(lines)))
    if not made:
        raise RunError(f"{several[0].name}: no driver has a path, so there is none to draw.")
    return replace(_data(several, made), at_rest=at_rest)


def _moves(line: PathLine) -> bool:
    return any(len(set(row)) > 1 for row in (line.values, line.low, line.high))


def _said(words: Any) -> list[str]:
    return [localised(words, each) for each in LANGUAGES]


def _several(runs: Any) -> list[Any]:
    found = list(runs) if isinstance(runs, Sequence) or hasattr(runs, "__iter__") else [runs]
    if len(found) > MOST_SCENARIOS:
        raise RunError(
            f"{len(found)} scenarios in one chart cannot be told apart; name at most "
            f"{MOST_SCENARIOS}."
        )
    return found


def _known(one: Any) -> list[str]:
    """Names of the variables that runs hold."""
    return list(one.store.names if hasattr(one, "store") else one.trajectories.names)


def _names(plan: OpenPlan, variable: str) -> Any:
    """The variable in every language that the plan names it in."""
    known = {each: plan.names_in(each).get(canonical(variable), variable) for each in LANGUAGES}
    return FrozenDict(known)


def _panel(plan: OpenPlan, variable: str, name: Any, lines: tuple[PathLine, ...]) -> PathPanel:
    units = {canonical(key): unit for key, unit in plan.program.units.items()}
    units |= {canonical(key): unit for key, unit in plan.names.units.items()}
    return PathPanel(variable, name, units.get(canonical(variable), ""), lines)


def _data(several: Sequence[Any], made: Sequence[PathPanel]) -> PathsData:
    draws = several[0].n_run if hasattr(several[0], "store") else None
    return PathsData(
        tuple(made), tuple(map(_scenario, several)), tuple(one.run_id for one in several), draws
    )


def _scenario(one: Any) -> Any:
    return label_of(one.resolved.scenario) or one.name


def _line(key: str, one: Any, variable: str, place: int) -> PathLine:
    """A variable of runs: the run itself, or the median and a band of many."""
    if not hasattr(one, "store"):
        trajectories = one.trajectories
        values = trajectories[variable][0]
        return PathLine(key, _scenario(one), place, _floats(trajectories.times), _floats(values))
    table = one.values(variable)[one.status == 0]
    low, middle, high = np.nanpercentile(table, BAND, axis=0)
    return PathLine(
        key, _scenario(one), place, _floats(one.times), _floats(middle), _floats(low),
        _floats(high),
    )  # fmt: skip


def _asked(key: str, one: Any, variable: str, place: int) -> PathLine:
    """What the scenario asks of an input, over the years of its runs."""
    grid = one.resolved.inputs.grid
    path = one.resolved.inputs.paths[variable]
    inside = path.times[(path.times > grid.start) & (path.times < grid.stop)]
    times = np.concatenate([[grid.start], inside, [grid.stop]])
    # Where the path jumps a time stands twice: before and after.
    after = np.append(False, np.diff(times) == 0)
    values = np.where(after, path.right(times)[0], path.left(times)[0])
    values[0] = path.right(times[:1])[0, 0]
    return PathLine(key, _scenario(one), place, _floats(times), _floats(values))


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(map(float, values))


def needed_names(plan: OpenPlan, kind: str, variable: str | None) -> tuple[str, ...]:
    """Variables that an ensemble must keep for a chart of this kind."""
    if kind == "variable":
        return (cast(str, variable),)
    if kind == "levers":
        return tuple(lever.carried_out for lever in plan.levers if lever.carried_out)
    return ()
