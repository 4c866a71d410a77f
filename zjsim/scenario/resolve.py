"""Scenario × model × tables → Inputs: names, ranges, units and provenance, once.

Only here does a scenario's word become a model name. All problems are reported together, with the
line that caused it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from zjsim.errors import Problem, ScenarioError, did_you_mean, raise_if_any
from zjsim.inputs import Inputs, TimePath
from zjsim.language import LANGUAGES, Text
from zjsim.model.names import CONTROL_NAMES, canonical, identifier
from zjsim.scenario import path_words, paths, plausible, writing
from zjsim.scenario.lever_names import find_lever, lever_hint, with_lever_ids
from zjsim.scenario.outlook import OBSERVED_PATH
from zjsim.scenario.posterior import Posterior
from zjsim.scenario.resolved import Entry, Kind, ModelNames, Names, Resolved, names_of
from zjsim.scenario.schema import DriverPath, LeverPath, Scenario, Setting
from zjsim.scenario.tables import ConstantTable, DriverTable, Lever, find_name
from zjsim.timeline import TimeGrid

__all__ = ["Entry", "ModelNames", "Names", "Resolved", "names_of", "resolve"]


def resolve(
    scenario: Scenario,
    model: ModelNames,
    levers: Sequence[Lever],
    drivers: DriverTable,
    constants: ConstantTable,
    save: tuple[str, ...] | None = None,
    posterior: Posterior | None = None,
) -> Resolved:
    """Turn a scenario into the inputs of one run.

    Parameters
    ----------
    posterior : Posterior or None
        The draws that ``sampling.posterior`` names.

    Raises
    ------
    ScenarioError
        With every name that is unknown, value out of range and time that does not fit.
    """
    scenario = with_lever_ids(scenario, levers)
    work = _Resolution(scenario, model, levers, drivers, constants)
    grid = work.grid()
    switches = paths.Switches(grid)
    work.resolve_levers(switches)
    work.resolve_drivers(switches)
    work.resolve_constants()
    work.resolve_initials()
    raise_if_any(scenario.subject(work.problems), work.problems, ScenarioError)
    inputs = Inputs(
        grid=grid,
        constants=work.constants,
        initials=work.initials,
        paths=work.paths,
        save=save,
        method=scenario.method or "rk4",
    )
    return Resolved(
        scenario=scenario,
        inputs=inputs,
        entries=tuple(work.entries),
        notes=(*switches.notes(), *work.notes),
        hash=writing.inputs_hash(
            inputs, scenario, drivers.errors, posterior.hash if posterior else ""
        ),
        posterior=posterior,
        levers=tuple(levers),
        outlook=drivers.errors,
    )


class _Resolution:
    """The work of one `resolve`: what was found so far, and every problem."""

    def __init__(
        self,
        scenario: Scenario,
        model: ModelNames,
        levers: Sequence[Lever],
        drivers: DriverTable,
        table: ConstantTable,
    ) -> None:
        self.scenario, self.model, self.table, self.drivers = scenario, model, table, drivers
        self.levers = {lever.id: lever for lever in levers}
        self.by_name = {canonical(name): name for name in model.constants}
        self.driver_names = list(drivers.drivers.values())
        lever_names = {canonical(lever.variable): lever.id for lever in levers}
        self.taken = {**dict.fromkeys(drivers.drivers, "drivers"), **lever_names}
        self._problems: list[tuple[int, int, Problem]] = []
        self.notes: list[str] = []
        self.entries: list[Entry] = []
        self.paths: dict[str, TimePath] = {}
        self.constants: dict[str, np.ndarray] = {}
        self.initials: dict[str, np.ndarray] = {}

    def fault(self, at: str, location: Sequence[object], what: str, hint: str = "") -> None:
        """Note a problem at a place of the scenario's files."""
        file, _, line = at.rpartition(":")
        chain = self.scenario.chain
        place = chain.index(file) if file in chain else len(chain)
        problem = Problem(self.scenario.where(at, *location), what, hint)
        self._problems.append((place, int(line) if line.isdigit() else 0, problem))

    @property
    def problems(self) -> list[Problem]:
        """Every problem, in the order in which the files are read."""
        return [problem for *_, problem in sorted(self._problems, key=lambda each: each[:2])]

    def grid(self) -> TimeGrid:
        """The scenario's time settings over the model's; a misfit is noted."""
        own, said = self.model.time, self.scenario.time
        wanted = {key: getattr(own, key) for key in ("start", "stop", "step", "save_every")}
        wanted |= {key: setting.value for key, setting in said.items()}
        if "start" in said and said["start"].value != own.start:
            start = said["start"].value
            self.notes.append(f"the run starts at t = {start:g} with the model's initial values")
        try:
            if said and not wanted["stop"] > wanted["start"]:
                raise ScenarioError(
                    f"time: stop {wanted['stop']:g} must come after start {wanted['start']:g}"
                )
            return TimeGrid(**wanted)
        except ScenarioError as misfit:
            places = [
                said[key].at for key in ("step", "stop", "start", "save_every") if key in said
            ]
            at = places[0] if places else ""
            self.fault(at, ["time"], str(misfit).removeprefix("time: "))
            return own

    def unit(self, name: str) -> str:
        """The model's unit of a name."""
        return self.model.units.get(name, "")

    def variable(self, name: str, at: str, location: Sequence[str]) -> str | None:
        """The model's own spelling of a constant that a table names, or a problem."""
        found = self.by_name.get(canonical(name))
        if found is None:
            self.fault(at, location, f"the model has no constant {name} for it")
        return found

    def resolve_levers(self, switches: paths.Switches) -> None:
        """Every lever the scenario sets, as a path over time."""
        for entry in self.scenario.levers.values():
            place = ("levers", entry.lever)
            lever = find_lever(entry.lever, self.levers.values())
            if lever is None:
                hint = lever_hint(entry.lever, self.levers.values())
                self.fault(entry.at, place, "no such lever", hint)
                continue
            name = self.variable(lever.variable, lever.at, place)
            if name in self.paths:
                self.fault(entry.at, place, f"{lever.id} is set twice", "Keep one of the two.")
                continue
            path = self._shaped(entry, lever)
            if name is None or path is None or not self._in_range(path, lever):
                continue
            delay = self.scenario.lever_delay if lever.delayable else 0.0
            self.paths[name] = points = paths.lever_points(path, delay, switches)
            if points.times[0] >= switches.grid.stop and points.values[0, 0] == 0:
                self.notes.append(f"{lever.id}: begins after the run ends")
            said = Text(*(path_words.lever_words(path, delay, each) for each in LANGUAGES))
            unit, at = self.unit(name), entry.at
            self.entries.append(Entry("lever", lever.id, name, unit, said, at))

    def _shaped(self, entry: LeverPath, lever: Lever) -> LeverPath | None:
        """The entry with the lever's default shape where it names none."""
        if entry.shape is not None:
            return replace(entry, lever=lever.id)
        default, to = lever.shape, entry.to or 0.0
        dated = entry.from_year is not None or entry.until_year is not None
        if dated and default.shape in ("table", "constant"):
            what = f"from and until do not go with the lever's own shape, a {default.shape}"
            self.fault(entry.at, ("levers", entry.lever), what, "Give a shape.")
            return None
        path = replace(
            default,
            to=None if default.shape == "table" else to,
            from_year=default.from_year if entry.from_year is None else entry.from_year,
            until_year=default.until_year if entry.until_year is None else entry.until_year,
            values=tuple((year, value * to) for year, value in default.values),
            at=entry.at,
        )
        first, last = path.from_year, path.until_year
        if first is not None and last is not None and last <= first:
            what = f"until {last:g} must come after from {first:g} ({lever.at} gives the other)"
            self.fault(entry.at, ("levers", entry.lever), what)
            return None
        return path

    def _in_range(self, path: LeverPath, lever: Lever) -> bool:
        values = [value for _, value in path.values] if path.shape == "table" else [path.to or 0.0]
        outside = [value for value in values if not lever.low <= value <= lever.high]
        for value in outside:
            file = lever.at.rpartition(":")[0]
            what = f"{value:g} is outside {lever.low:g}..{lever.high:g} ({file})"
            self.fault(path.at, ("levers", lever.id), what)
        return not outside

    def resolve_drivers(self, switches: paths.Switches) -> None:
        """Every driver that a path or the scenario gives, as a path over time."""
        known = self.drivers.series
        at = self.scenario.decided.get("driver_path", "")
        self._check_path_names(self.scenario.driver_path, at, ("driver_path",))
        changes = self._driver_changes()
        held: list[str] = []
        late: dict[float, list[str]] = {}
        for key, name in self.drivers.drivers.items():
            change = changes.get(key)
            place = ("drivers", identifier(name))
            order = (change.path if change else ()) or self.scenario.driver_path
            series = [known[path][key] for path in order if path in known and key in known[path]]
            where = change.at if change else at
            found = self.variable(name, self.drivers.first_row(key), place)
            if found is None or (change and not all(path in known for path in change.path)):
                continue
            replaced = change is not None and _replaces(change)
            if not series and not replaced:
                if change is not None:
                    what = "no path of driver_path has this driver"
                    self.fault(change.at, place, what, "Name one: {path: …}.")
                held.append(found)
                continue
            try:
                made, last = _driver_points(series, change, switches)
            except ScenarioError as gap:
                self.fault(where, place, str(gap))
                continue
            index = bool(series) and series[0].kind == "index"
            if index and made.values.min() <= 0:
                what = f"the index falls to {made.values.min():g}; it must stay above 0"
                self.fault(where, place, what)
            if index and change is not None and made.values.min() > 0:
                self._check_plausible(found, made, series, change, switches, place)
            beyond = last if last is not None and last < switches.grid.stop else None
            if beyond is not None:
                late.setdefault(beyond, []).append(identifier(found))
            self.paths[found] = made
            used = [one.path for one in series]
            said = Text(*(path_words.driver_words(change, used, each) for each in LANGUAGES))
            observed = bool(series) and not replaced and series[0].path == OBSERVED_PATH
            seen = series[0].values[-1][0] if observed else None
            unit, key = self.unit(found), identifier(found)
            entry = Entry("driver", key, found, unit, said, where, index, beyond)
            self.entries.append(replace(entry, known=seen))
        self._driver_notes(held, late)

    def _check_plausible(
        self, name: str, made: TimePath, series: Sequence[Any], change: DriverPath,
        switches: paths.Switches, place: Sequence[str],
    ) -> None:  # fmt: skip
        """Hold an index that the scenario sets against the path it departs from."""
        start, stop = switches.grid.start, switches.grid.stop
        points = paths.extrapolated(paths.continued(series), "index", stop)
        usual = paths.yearly(points)
        times = np.arange(np.ceil(start), np.floor(stop) + 1)
        found = plausible.compared(made, usual, times)
        absurd = plausible.absurd_words(*found)
        if absurd:
            self.fault(change.at, place, absurd, "Write a change, such as {multiply: 1.1}.")
            return
        flat = plausible.flat_note(change, usual, times[0], times[-1])
        wide = plausible.driver_note(name, *found, times[0], self.drivers.errors)
        self.notes += [note for note in (flat, wide) if note]

    def _driver_notes(self, held: Sequence[str], late: Mapping[float, Sequence[str]]) -> None:
        for last, names in sorted(late.items()):
            self.notes.append(
                f"extrapolated after {last:g} (growth of an index held, value of a level held): "
                f"{', '.join(names)}"
            )
        if held:
            self.notes.append(
                f"no driver path gives {', '.join(map(identifier, held))}: the model's value holds"
            )
            if not self.scenario.driver_path and len(self.scenario.chain) == 1:
                self.notes.append(
                    "the scenario is based on no other: what it does not set keeps the model's own "
                    "value, levers 0 and drivers flat. Add `based_on: baseline` to change the "
                    "plan as written"
                )

    def _check_path_names(self, names: Sequence[str], at: str, place: Sequence[str]) -> None:
        for name in names:
            if name not in self.drivers.series:
                known = list(self.drivers.series)
                hint = did_you_mean(name, known) or f"Paths: {', '.join(known) or 'none'}."
                file = self.drivers.file
                self.fault(at, place, f"no such driver path {name} in {file}", hint)

    def _driver_changes(self) -> dict[str, DriverPath]:
        """The scenario's own driver entries by canonical name."""
        changes: dict[str, DriverPath] = {}
        for entry in self.scenario.drivers.values():
            place = ("drivers", entry.driver)
            found = find_name(entry.driver, self.driver_names)
            if len(found) != 1:
                ids = [identifier(name) for name in self.driver_names]
                hint = did_you_mean(entry.driver, ids) or f"Drivers: {', '.join(ids) or 'none'}."
                self.fault(entry.at, place, "no such driver", hint)
            elif canonical(found[0]) in changes:
                self.fault(entry.at, place, f"{found[0]} is set twice")
            else:
                changes[canonical(found[0])] = entry
            self._check_path_names(entry.path, entry.at, place)
        return changes

    def resolve_constants(self) -> None:
        """Every constant the scenario sets, within its range."""
        for entry in self.scenario.constants.values():
            name = self._named(entry, "constants", list(self.by_name.values()))
            if name is None:
                continue
            place, owner = ("constants", entry.name), self.taken.get(canonical(name))
            if canonical(name) in CONTROL_NAMES:
                self.fault(entry.at, place, "the horizon and step are set under time")
            elif owner is not None:
                section = "drivers" if owner == "drivers" else "levers"
                key = identifier(name) if owner == "drivers" else owner
                what = f"{name} is a {section[:-1]}"
                self.fault(entry.at, place, what, f"Set it under {section}: {key}.")
            elif name in self.constants:
                self.fault(entry.at, place, f"{name} is set twice")
            elif self._constant_in_range(entry, name):
                self.constants[name] = np.array([entry.value])
                self._add_number("constant", entry, name)

    def _constant_in_range(self, entry: Setting, name: str) -> bool:
        row = self.table.row(name)
        if row is None or row.low is None or row.high is None:
            return True
        inside = row.low <= entry.value <= row.high
        if not inside:
            unit = f" {self.unit(name)}" if self.unit(name) else ""
            what = f"{entry.value:g}{unit} is outside {row.low:g}..{row.high:g}{unit} ({row.at})"
            self.fault(entry.at, ("constants", entry.name), what)
        return inside

    def resolve_initials(self) -> None:
        """Every initial value the scenario sets."""
        for entry in self.scenario.initial.values():
            name = self._named(entry, "initial", list(self.model.stocks))
            if name is not None:
                self.initials[name] = np.array([entry.value])
                self._add_number("initial", entry, name)

    def _named(self, entry: Setting, section: str, names: list[str]) -> str | None:
        """The model name an entry means, or a problem."""
        found = find_name(entry.name, names)
        if len(found) == 1:
            return found[0]
        noun = "constant" if section == "constants" else "stock"
        if found:
            hint = "Write its name as the model does."
            self.fault(entry.at, (section, entry.name), f"may be {' or '.join(found)}", hint)
        else:
            near = did_you_mean(entry.name, [*map(identifier, names), *names])
            hint = near or "`zjsim describe` lists them."
            self.fault(entry.at, (section, entry.name), f"the model has no such {noun}", hint)
        return None

    def _add_number(self, kind: Kind, entry: Setting, name: str) -> None:
        unit = self.unit(name)
        said = f"{entry.value:g} {unit}".rstrip()
        self.entries.append(Entry(kind, identifier(name), name, unit, said, entry.at))


def _replaces(change: DriverPath) -> bool:
    """Whether a change needs no path below it."""
    return change.shape == "table" or (change.shape == "constant" and change.to is not None)


def _driver_points(
    series: Sequence[Any], change: DriverPath | None, switches: paths.Switches
) -> tuple[TimePath, float | None]:
    """A driver's path, and the last year that a driver path gives when one is used."""
    if change is not None and change.shape == "table":
        return paths.yearly(change.values), None
    if change is not None and _replaces(change):
        return paths.yearly(((switches.grid.start, change.to or 0.0),)), None
    points = paths.continued(series)
    last = points[-1][0]
    base = paths.yearly(paths.extrapolated(points, series[0].kind, switches.grid.stop))
    if change is None or change.shape is None:
        return base, last
    return paths.changed(base, change, switches), last
