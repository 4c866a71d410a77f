"""A plan's folder opened: everything in it read on demand, once.

What is slow to derive from a file comes from the private cache when the file has not changed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from zjsim.assessment.checks import (
    Check,
    check_names,
    checks_from_document,
    read_checks_document,
)
from zjsim.assessment.loops_file import LoopsFile
from zjsim.assessment.named import Indicators
from zjsim.assessment.observations import Observations, read_observations
from zjsim.assessment.plan import Plan, plan_from_document, read_plan_document
from zjsim.assessment.protocol import Protocol
from zjsim.bundle import DEFAULT_PLAN, PlanFolder, find_plan, scenario_names, scenarios_folder
from zjsim.cache import cached_document, content_hash
from zjsim.engines.kernel.program import Program
from zjsim.errors import PlanError, ScenarioError, raise_if_any
from zjsim.formats import read_document
from zjsim.language import LANGUAGES, Language
from zjsim.markup import displays
from zjsim.model.names import canonical
from zjsim.model.spec import ModelSpec
from zjsim.plan_tables import Constants, Drivers, Levers, Scenarios
from zjsim.scenario.calibrated import calibrated_ranges
from zjsim.scenario.discrepancy import FILE as DISCREPANCIES
from zjsim.scenario.discrepancy import Discrepancy, read_discrepancies
from zjsim.scenario.outlook import FILE as OUTLOOK_ERRORS
from zjsim.scenario.outlook import OBSERVED_PATH, read_outlook_errors
from zjsim.scenario.posterior import Posterior, read_posterior
from zjsim.scenario.reader import Changes, NamesOf, scenario_from_mapping, with_changes
from zjsim.scenario.reader import read_scenario as read_file
from zjsim.scenario.resolve import Names, Resolved, names_of, resolve
from zjsim.scenario.schema import Range, Scenario
from zjsim.scenario.settable import Settable, settable
from zjsim.scenario.tables import (
    DriverTable,
    known_until,
    read_constants,
    read_drivers,
    read_levers,
)
from zjsim.timeline import TimeGrid
from zjsim.yamlfile import read_text

PROTOCOL = "validation.yaml"
LONGEST_PATH = 240  # in a repr
ScenarioLike = str | Path | Mapping[str, Any] | Scenario


@dataclass(frozen=True)
class OpenPlan:
    """A plan's folder with everything in it read on demand, once.

    Parameters
    ----------
    folder : PlanFolder
        Paths and hashes.

    ``indicators``, ``levers``, ``drivers``, ``constants``, ``scenarios`` and ``observations``
    each have `to_frame()`, with units in a column.

    Examples
    --------
    >>> import zjsim
    >>> plan = zjsim.open_plan("zhejiang")
    >>> plan.levers.to_frame()["high"].min() > 0
    np.True_
    """

    folder: PlanFolder

    def __repr__(self) -> str:
        place = str(self.folder.path)
        place = place if len(place) <= LONGEST_PATH else f"…{place[-LONGEST_PATH:]}"
        return f"<OpenPlan {self.folder.name[:80]} in {place}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # What was read is read again where it is wanted: a plan travels as its folder.
        return OpenPlan, (self.folder,)

    def _repr_html_(self) -> str:
        return str(displays().plan_html(self.plan))

    @cached_property
    def model(self) -> ModelSpec:
        """The model as it was read.

        Raises
        ------
        PlanError
            When it reads figures from other files, whose changes nobody would notice.
        """
        # A warm check never needs the expression trees.
        from zjsim.model.reader import read_model

        spec = read_model(self.folder.model)
        if spec.files:
            raise PlanError(
                f"{self.folder.model.name}: the model of a plan reads no figures from other files "
                f"({', '.join(spec.files)}). Give them in drivers.csv or constants.csv."
            )
        if spec.draws:
            raise PlanError(
                f"{self.folder.model.name}: the model of a plan draws no random numbers "
                f"({spec.draws[0].said}) Give the spread of a constant in constants.csv instead."
            )
        return spec

    @cached_property
    def model_hash(self) -> str:
        """Hash of the model file's content."""
        return content_hash(self.folder.model.suffix, self.folder.model.read_bytes())

    @cached_property
    def _card(self) -> dict[str, Any]:
        """The lowered program and the model's names, from the cache when unchanged."""

        def build() -> dict[str, Any]:
            # Only a model that is new to the cache is lowered.
            from zjsim.engines.kernel.lower import lower

            names = names_of(self.model)
            grid = names.time
            return {
                "program": lower(self.model).to_document(),
                "constants": dict(names.constants),
                "stocks": list(names.stocks),
                "units": dict(names.units),
                "time": [grid.start, grid.stop, grid.step, grid.save_every],
            }

        return dict(cached_document("model", f"{self.folder.model.name} {self.model_hash}", build))

    @cached_property
    def program(self) -> Program:
        """The lowered model."""
        return Program.from_document(self._card["program"])

    @cached_property
    def names(self) -> Names:
        """What a scenario must know of the model."""
        card = self._card
        return Names(card["constants"], card["stocks"], card["units"], TimeGrid(*card["time"]))

    @cached_property
    def plan(self) -> Plan:
        """Indicators, targets and milestones."""
        return plan_from_document(self._document("plan.yaml", read_plan_document))

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Reality checks; none when the folder has no such file."""
        if not self.folder.file("checks.yaml").is_file():
            return ()
        checks = checks_from_document(self._document("checks.yaml", read_checks_document))
        path = self.folder.file("checks.yaml")
        named = check_names(checks, set(self.names.constants), set(self.program.names), path.name)
        raise_if_any(path, named, PlanError)
        return checks

    def _document(self, name: str, read: Callable[[Path], Any]) -> Any:
        path = self.folder.file(name)
        key = f"{name} {content_hash(path.read_bytes())}" if path.is_file() else ""
        # A missing file is the reader's error to tell.
        return cached_document(path.stem, key, lambda: read(path)) if key else read(path)

    def _declared(self, name: str, kind: type) -> dict[str, Any]:
        """The document of a declared file of the folder."""
        return dict(self._document(name, lambda path: read_document(kind, path, PlanError)))

    @cached_property
    def loops(self) -> tuple[dict[str, Any], ...]:
        """Named feedback loops with their off-switches and what cutting them should do."""
        path = self.folder.file("loops.yaml")
        if not path.is_file():
            return ()
        return tuple(self._declared("loops.yaml", LoopsFile)["loops"])

    @property
    def names_zh(self) -> Mapping[str, str]:
        """Chinese names of model variables, by canonical name; empty without such a file."""
        return self.names_in("zh")

    def names_in(self, language: Language) -> Mapping[str, str]:
        """Names of model variables from ``names_<language>.csv``, by canonical name.

        Empty without such a file: then names are as the model writes them.
        """
        return self._translations[language]

    @cached_property
    def _translations(self) -> Mapping[Language, Mapping[str, str]]:
        return {language: self._read_names(language) for language in LANGUAGES}

    def _read_names(self, language: Language) -> Mapping[str, str]:
        path = self.folder.file(f"names_{language}.csv")
        if not path.is_file():
            return {}
        rows = csv.DictReader(io.StringIO(read_text(path, PlanError), newline=""))
        pairs = ((row.get("name"), row.get(language)) for row in rows)
        return {canonical(name): said for name, said in pairs if name and said}

    @cached_property
    def levers(self) -> Levers:
        """What policy sets; ``.to_frame()`` is a table of them."""
        return Levers(read_levers(self.folder.file("levers.yaml")))

    @cached_property
    def drivers(self) -> Drivers:
        """Exogenous series by named path, and how wrong their outlook may be; ``.to_frame()``."""
        table = read_drivers(self.folder.file("drivers.csv"))
        path = self.folder.file(OUTLOOK_ERRORS)
        errors = read_outlook_errors(path, table.drivers) if path.is_file() else ()
        return Drivers(table.file, table.series, errors, of=self)

    @cached_property
    def constants(self) -> Constants:
        """Range, source and grade of each constant; ``.to_frame()`` has its value and unit too."""
        table = read_constants(self.folder.file("constants.csv"))
        return Constants(table.file, table.rows, of=self)

    @property
    def indicators(self) -> Indicators:
        """What the plan names and sets targets for; ``.to_frame()`` is a table of them."""
        return Indicators(self.plan.indicators)

    @cached_property
    def scenarios(self) -> Scenarios:
        """Names of the scenarios of this plan; ``.to_frame()`` says what they are."""
        folder = self.folder.scenarios
        named = scenario_names(folder)
        if folder == scenarios_folder():
            named = tuple(n for n in named if self.read_scenario(n).plan == self.folder.name)
        found = Scenarios(named)
        found.of = self
        return found

    @cached_property
    def calibrated(self) -> Mapping[str, Range]:
        """Ranges learnt from history, by canonical name; empty without a calibration."""
        return calibrated_ranges(self)

    @cached_property
    def discrepancies(self) -> Mapping[str, Discrepancy]:
        """How far quantities may wander from the model, by indicator or comparison."""
        return read_discrepancies(self.folder.file(DISCREPANCIES))

    @cached_property
    def observations(self) -> Observations:
        """What was published; ``.to_frame()`` is a table of it."""
        path = self.folder.file("observations.csv")
        return read_observations(path) if path.is_file() else Observations(())

    @cached_property
    def protocol(self) -> dict[str, Any]:
        """The protocol of validation: thresholds and expectations, fixed before any run.

        Raises
        ------
        PlanError
            When the folder has none, or it lacks a part.
        """
        self.folder.needed_file(PROTOCOL, "a validation or decomposition")
        return self._declared(PROTOCOL, Protocol)

    @cached_property
    def exogenous(self) -> tuple[str, ...]:
        """Model names of all levers and drivers, as the model spells them."""
        spelt = {canonical(name): name for name in self.names.constants}
        wanted = [*(lever.variable for lever in self.levers), *self.drivers.drivers.values()]
        return tuple(spelt[canonical(name)] for name in wanted if canonical(name) in spelt)

    def read_scenario(
        self, scenario: ScenarioLike = "baseline", changes: Changes = (), **sections: Any
    ) -> Scenario:
        """A scenario by name, path or content, or as it is, with changes; see `read_scenario`."""
        folder = self.folder.scenarios
        return _read_scenario(scenario, changes, lambda _: self.settable, folder, **sections)

    @property
    def settable(self) -> Settable:
        """What a bare ``name=value`` may set."""
        return settable(self.names.constants, self.levers, self.drivers.drivers.values())

    def resolve(self, scenario: Scenario, series: DriverTable | None = None) -> Resolved:
        """The scenario as inputs of one run; `zjsim.prepare.prepare` is where it is run.

        Parameters
        ----------
        series : DriverTable or None
            Other driver series than the plan's own.
        """
        table = self.drivers if series is None else series
        given = self._posterior_of(scenario)
        if given is not None:
            table = known_until(table, OBSERVED_PATH, given.known_until)
            if OBSERVED_PATH not in scenario.driver_path:
                paths = (OBSERVED_PATH, *scenario.driver_path)
                scenario = scenario.changed(driver_path=paths)
        return resolve(scenario, self.names, self.levers, table, self.constants, posterior=given)

    def _posterior_of(self, scenario: Scenario) -> Posterior | None:
        """The draws after learning that a scenario starts from."""
        if not scenario.sampling.posterior:
            return None
        given = read_posterior(Path(scenario.sampling.posterior))
        if (given.plan, given.model_hash) != (self.folder.name, self.model_hash):
            raise ScenarioError(
                f"{scenario.sampling.posterior}: learnt for {given.plan} with another model file "
                f"than this plan has. Learn again: zjsim learn."
            )
        return given

    @property
    def indicator_variables(self) -> tuple[str, ...]:
        """Model variables that an assessment reads, each once."""
        names: dict[str, None] = {}
        for item in self.plan.indicators:
            wanted = [item.variable, item.constant_price_variable]
            wanted += [variant.variable for variant in item.variants]
            names.update(dict.fromkeys(name for name in wanted if name))
        return tuple(names)


def read_scenario(
    scenario: ScenarioLike = "baseline",
    changes: Changes = (),
    *,
    levers: Mapping[str, Any] | None = None,
    drivers: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
) -> Scenario:
    """Read a scenario, and lay changes over it.

    Parameters
    ----------
    scenario : str, Path, mapping or Scenario
        A shipped name, a file, the content of a file such as
        ``{"based_on": "baseline", "levers": {"water": 1.4}}``, or a Scenario.
    changes : str, sequence of str, or mapping
        ``"levers.water=1.4"``, several of them, or ``{"levers.water": 1.4}``.
    levers, drivers, constants : mapping or None
        Entries as a scenario file has them: a number, or such as
        ``{"shape": "step", "to": 1, "from": 2022}``. Numbers are taken as they are.

    Returns
    -------
    Scenario
        With everything it is based on; ``.with_(levers={...})`` is a changed copy.

    Raises
    ------
    ScenarioError
        With every problem of the scenario, or of the changes.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.read_scenario("baseline", levers={"water": 1.4}).levers["water"].to
    1.4
    """
    sections = {"levers": levers, "drivers": drivers, "constants": constants}
    return _read_scenario(
        scenario,
        changes,
        lambda read: open_plan(read.plan).settable,
        scenarios_folder(),
        **sections,
    )


def _read_scenario(
    scenario: ScenarioLike, changes: Changes, names: NamesOf, folder: Path, **sections: Any
) -> Scenario:
    if isinstance(scenario, Mapping):
        scenario = scenario_from_mapping(scenario, folder)
    elif not isinstance(scenario, Scenario):
        if not isinstance(scenario, str | Path):
            raise ScenarioError(
                f"a scenario is a name, a file, a mapping or a Scenario, not {kind_of(scenario)}."
            )
        scenario = read_file(scenario, folder)
    return with_changes(scenario, changes, names, **sections)


def kind_of(value: object) -> str:
    """``a Runs``, ``an int``: for messages."""
    name = type(value).__name__
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


def open_plan(name: PlanLike = DEFAULT_PLAN) -> OpenPlan:
    """Open a shipped plan by name, or a plan folder by path.

    Every function that takes a plan takes it first, and takes what this takes.

    Parameters
    ----------
    name : str, Path or OpenPlan
        A shipped plan such as ``zhejiang``, or a folder with a model and ``plan.yaml``; an open
        plan is given back.

    Returns
    -------
    OpenPlan
        Nothing is read before it is asked for.

    Raises
    ------
    PlanError
        When there is no such folder or it holds no model, or when something else stands
        where the plan belongs.

    Examples
    --------
    >>> import zjsim
    >>> [item.id for item in zjsim.open_plan("zhejiang").plan.indicators][:2]
    ['manufacturing_share', 'labour_productivity']
    """
    if isinstance(name, OpenPlan):
        return name
    if isinstance(name, str | Path):
        return OpenPlan(find_plan(name))
    raise PlanError(
        f"the plan comes first: its name, its folder or what open_plan() returns, not "
        f"{kind_of(name)}, as in assess(plan, runs)."
    )


PlanLike = OpenPlan | str | Path
