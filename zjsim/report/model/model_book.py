"""A plan opened for documentation: names, links, texts and counts that its pages share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from zjsim.errors import PlanError
from zjsim.language import Language
from zjsim.model.names import canonical
from zjsim.model.order import causes
from zjsim.model.spec import Element, ModelSpec
from zjsim.report.model.model_census import Census, model_census
from zjsim.report.words.labels import label
from zjsim.report.words.references import Reference, read_references
from zjsim.scenario.tables import Lever
from zjsim.workflow import OpenPlan
from zjsim.yamlfile import read_yaml

# Vensim: a line of stars, the group's name after a dot, stars, then its text up to a bar.
_GROUP = re.compile(r"\*{10,}\s*\n\s*\.?([^\n*]+?)\s*\n\*{10,}~\s*(.*?)\|", re.DOTALL)


@dataclass(frozen=True)
class ModelBook:
    """A plan with what its pages need, each derived once."""

    plan: OpenPlan
    language: Language = "en"

    @property
    def spec(self) -> ModelSpec:
        """The model."""
        return self.plan.model

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Groups of the model in the order of the file."""
        return tuple(dict.fromkeys(e.group for e in self.spec.elements.values()))

    @cached_property
    def texts(self) -> dict[str, str]:
        """What each group is for, as the model file says it."""
        return group_texts(self.spec)

    @cached_property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """What each element's equation reads."""
        return {name: causes(self.spec, name) for name in self.spec.elements}

    @cached_property
    def uses(self) -> dict[str, list[str]]:
        """What reads each element."""
        found: dict[str, list[str]] = {name: [] for name in self.spec.elements}
        for name, reads in self.reads.items():
            for read in reads:
                found[read].append(name)
        return found

    @cached_property
    def references(self) -> dict[str, Reference]:
        """The plan's sources."""
        return read_references(self.plan.folder.path)

    @cached_property
    def boundary(self) -> Mapping[str, Any]:
        """What ``boundary.yaml`` says; empty when the folder has none."""
        path = self.plan.folder.file("boundary.yaml")
        data = read_yaml(path, PlanError).data if path.is_file() else {}
        return data if isinstance(data, dict) else {}

    @cached_property
    def levers(self) -> dict[str, Lever]:
        """Levers by the canonical name of the constant they replace."""
        if not self.plan.folder.file("levers.yaml").is_file():
            return {}
        return {canonical(lever.variable): lever for lever in self.plan.levers}

    @cached_property
    def drivers(self) -> dict[str, str]:
        """Drivers by canonical name."""
        if not self.plan.folder.file("drivers.csv").is_file():
            return {}
        return self.plan.drivers.drivers

    @cached_property
    def census(self) -> Census:
        """Counts, and what is lacking."""
        given = [*self.levers, *self.drivers]
        return model_census(self.spec, self.plan.constants, given, self.references)

    def word(self, key: str, **values: object) -> str:
        """A word of these pages in the language asked for."""
        return label(f"model.{key}", self.language, **values)

    def kind(self, element: Element) -> str:
        """Kind in words; levers and drivers are distinguished from other constants."""
        name = type(element).__name__.lower()
        if canonical(element.name) in self.levers:
            name = "lever"
        elif canonical(element.name) in self.drivers:
            name = "driver"
        return self.word(f"kind.{name}")

    def sector_label(self, sector: str) -> str:
        """Name of a sector for readers, with the model's own name behind a translation."""
        entry = (self.boundary.get("sectors") or {}).get(sector) or {}
        shown = entry.get(self.language, "") if isinstance(entry, dict) else ""
        return f"{shown} ({sector})" if shown else sector or self.spec.name

    @cached_property
    def glossary(self) -> Mapping[str, str]:
        """Names in the language asked for, by canonical name; empty when it is the model's."""
        return self.plan.names_in(self.language)

    def said(self, name: str) -> str:
        """A name in the language asked for."""
        return self.glossary.get(canonical(name), name)

    def heading(self, name: str) -> str:
        """A name as a heading; renderers give only those in ASCII an id of their own."""
        said = self.said(name)
        shown = name if said == name else f"{said} ({name})"
        return shown if shown.isascii() else f'<a id="{anchor(name)}"></a>{shown}'

    def link(self, name: str) -> str:
        """A link to where an element is described."""
        element = self.spec.elements.get(name)
        if element is None:
            return f"`{name}`"
        return f"[{self.said(name)}]({page_name(element.group)}#{anchor(name)})"

    def links(self, names: Iterable[str]) -> str:
        """Links to several elements, or the word for none."""
        return ", ".join(map(self.link, names)) or self.word("field.none")

    def source(self, key: str) -> str:
        """A link to a source, or its key where the list has none."""
        return f"[{key}](sources.md#{anchor(key)})" if key in self.references else key


def group_texts(spec: ModelSpec) -> dict[str, str]:
    """The sentence that a Vensim file gives each of its groups; empty for other languages."""
    if spec.suffix != ".mdl":
        return {}
    return {name: " ".join(text.split()) for name, text in _GROUP.findall(spec.source)}


def anchor(name: str) -> str:
    """The id that Markdown gives a heading, kept for names in any script."""
    plain = re.sub(r"[^\w\s-]", "", name.strip().lower())
    return re.sub(r"[-\s]+", "-", plain)


def page_name(sector: str) -> str:
    """File name of a sector's page."""
    return f"{anchor(sector) or 'model'}.md"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table; bars and line ends inside cells are made harmless."""

    def line(cells: Iterable[object]) -> str:
        shown = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
        return f"| {' | '.join(shown)} |"

    return [line(heads), line("---" for _ in heads), *map(line, rows), ""]


def exact_name(spec: ModelSpec, name: str) -> str:
    """The model's own spelling of a name, or the name as it is."""
    known = {canonical(each): each for each in spec.elements}
    return known.get(canonical(name), name)
