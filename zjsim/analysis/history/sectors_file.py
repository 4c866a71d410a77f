"""Reading ``sectors.yaml``: names, measures and bounds; all problems are reported together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from zjsim.analysis.history.comparison import Comparison, comparison_from
from zjsim.analysis.history.sectors import Carried, Given, Nuisance, Sector, Start
from zjsim.errors import DataError, Problem, did_you_mean, raise_if_any
from zjsim.model.names import canonical
from zjsim.workflow import OpenPlan
from zjsim.yamlfile import read_yaml

FILE = "sectors.yaml"
Part = TypeVar("Part")
_KEYS = {
    "id", "label", "start", "parameters", "nuisance", "hold", "paths", "carried", "anchors",
    "starts", "observed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SectorsFile:
    """What is calibrated, on which figures, and what is not, with the reason.

    ``cut_off`` is the last year that a figure may tell of.
    """

    cut_off: int
    base_year: int
    step: float
    sectors: tuple[Sector, ...]
    left_out: tuple[tuple[Mapping[str, str], Mapping[str, str]], ...]
    text: str


def read_sectors(plan: OpenPlan) -> SectorsFile:
    """Read the sectors of a plan.

    Raises
    ------
    DataError
        When the file is missing, or names something that the model lacks.
    """
    path = plan.folder.needed_file(FILE, "a calibration", DataError)
    document = read_yaml(path, DataError)
    if not isinstance(document.data, dict) or not isinstance(document.data.get("sectors"), list):
        raise DataError(f"{path}: this must be a mapping with cut_off and sectors.")
    work = _Reading(plan)
    data = document.data
    read = [work.part(work.sector, item, f"sectors[{k}]") for k, item in enumerate(data["sectors"])]
    kept = data.get("not_calibrated") or []
    entries = enumerate(kept if isinstance(kept, list) else [kept])
    left_out = [work.part(work.left_out, item, f"not_calibrated[{k}]") for k, item in entries]
    step = data.get("step", 0.25)
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0 < step <= 1:
        work.problems.append(Problem("step", "must be a number of years above 0, at most 1"))
    for key in ("cut_off", "base_year"):
        if isinstance(data.get(key), bool) or not isinstance(data.get(key), int):
            work.problems.append(Problem(key, "must be a year"))
    raise_if_any(path, work.problems, DataError)
    return SectorsFile(
        cut_off=data["cut_off"],
        base_year=data["base_year"],
        step=float(step),
        sectors=tuple(item for item in read if item is not None),
        left_out=tuple(item for item in left_out if item is not None),
        text=Path(path).read_text(encoding="utf-8-sig"),
    )


def last_year_told(plan: OpenPlan) -> int:
    """The last year that a figure may tell of: that of the file, else the plan's base year."""
    return read_sectors(plan).cut_off if plan.folder.file(FILE).is_file() else plan.plan.base_year


class _Reading:
    """The work of one `read_sectors`."""

    def __init__(self, plan: OpenPlan) -> None:
        self.known = plan.program.names
        self.base_year = plan.plan.base_year
        self.spelt = {canonical(name): name for name in self.known}
        self.constants = {canonical(row.name) for row in plan.constants.rows.values()}
        self.problems: list[Problem] = []

    def part(self, read: Callable[[Any, str], Part], item: Any, where: str) -> Part | None:
        """One part of the file, or a problem where its own parts are not what they should be."""
        try:
            return read(item, where)
        except KeyError as missing:
            self.problems.append(Problem(where, f"lacks the key {missing}"))
        except (TypeError, ValueError, AttributeError):
            what = "holds a text, a number, a list or a mapping where another of them is expected"
            self.problems.append(Problem(where, what, "The plan zhejiang shows one in use."))
        return None

    def left_out(self, item: Any, _where: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return item["what"], item["why"]

    def name(self, text: Any, where: str) -> str:
        """A model name as the model spells it, or a problem."""
        found = self.spelt.get(canonical(str(text)))
        if found is None:
            hint = did_you_mean(str(text), self.known)
            self.problems.append(Problem(where, f"the model has no {text}", hint))
        return found or str(text)

    def sector(self, entry: Mapping[str, Any], where: str) -> Sector:
        for key in entry:
            if key not in _KEYS:
                self.problems.append(
                    Problem(f"{where}.{key}", "no such key", did_you_mean(str(key), _KEYS))
                )
        nuisance = tuple(
            Nuisance(str(i["name"]), float(i["low"]), float(i["high"]), str(i.get("why", "")))
            for i in entry.get("nuisance", [])
        )
        own = {item.name for item in nuisance}
        parameters, flat = [], set()
        for item in entry.get("parameters", []):
            said = item if isinstance(item, dict) else {"name": item}
            name = self.name(said["name"], f"{where}.parameters")
            if canonical(name) not in self.constants:
                self.problems.append(Problem(f"{where}.parameters", f"{name} has no range"))
            parameters.append(name)
            if said.get("flat"):
                flat.add(name)
        names = {
            key: tuple(self.name(n, f"{where}.{key}") for n in entry.get(key) or [])
            for key in ("hold", "anchors")
        }
        return Sector(
            id=str(entry["id"]),
            label=entry.get("label", {}),
            start=float(entry["start"]),
            parameters=tuple(parameters),
            flat=frozenset(flat),
            nuisance=nuisance,
            hold=names["hold"],
            given=tuple(self.given(i, own, where) for i in entry.get("paths") or []),
            carried=tuple(self.carried(i, own, where) for i in entry.get("carried") or []),
            anchors=names["anchors"],
            observed=tuple(self.observed(entry.get("observed") or [], where)),
            starts=tuple(
                Start(self.name(i["stock"], f"{where}.starts"), str(i["share"]))
                for i in entry.get("starts") or []
            ),
        )

    def rate(self, value: Any, own: set[str], where: str) -> Any:
        """A growth rate: a number, a nuisance, or a model name."""
        if isinstance(value, int | float):
            return float(value)
        return value if value is None or value in own else self.name(value, where)

    def given(self, item: Mapping[str, Any], own: set[str], where: str) -> Given:
        place = f"{where}.paths"
        return Given(
            variable=self.name(item["variable"], place),
            series=str(item.get("series", "")),
            vintage=item.get("vintage"),
            growth=self.rate(item.get("growth"), own, place),
            before=str(item.get("before", "")),
            until=float(item.get("until", 0)),
            sign=float(item.get("sign", 1)),
        )

    def carried(self, item: Mapping[str, Any], own: set[str], where: str) -> Carried:
        place = f"{where}.carried"
        return Carried(
            stock=self.name(item["stock"], place),
            by=self.name(item["by"], place),
            without=tuple(self.name(name, place) for name in item.get("without", [])),
            growth=self.rate(item["growth"], own, place),
        )

    def observed(self, entries: list[Any], where: str) -> list[Comparison]:
        found = []
        for k, entry in enumerate(entries):
            made, problems = comparison_from(
                entry, f"{where}.observed[{k}]", self.known, self.base_year
            )
            self.problems += problems
            if made is not None:
                found.append(made)
        return found
