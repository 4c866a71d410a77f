"""Where an equation stands while it is translated, and the names it may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from zjsim.errors import UnsupportedError
from zjsim.model.draw import Draw
from zjsim.model.expression import Table
from zjsim.model.subscripts import Dimensions
from zjsim.model.tokens import Language

USE_PYSD = "`--engine pysd` runs it."


@dataclass(frozen=True, slots=True)
class Cells:
    """The scalars that an array is made of, by the canonical names of their elements."""

    name: str
    dimensions: tuple[str, ...]
    cells: Mapping[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Context:
    """Where an equation stands, and the names it may read.

    Parameters
    ----------
    names : mapping
        Canonical names to exact ones, of scalars and of arrays.
    lookups : mapping
        Exact names to the tables of named lookups.
    aliases : mapping
        Canonical names that a language gives to control variables.
    graphs : mapping
        Exact names of variables to the graphical functions they go through, for XMILE's LOOKUP.
    arrays : mapping
        Exact names of arrays to their scalars.
    dimensions : Dimensions
        Every subscript range.
    bindings : mapping
        Canonical name of a range, or of ``range!``, to the element at which it stands.
    numbers : mapping
        Exact names of plain numbers to their values.
    own : str
        Exact name of the scalar that is defined.
    draws : list of Draw
        Random numbers that equations ask for; each call adds one.
    """

    where: str
    names: Mapping[str, str]
    lookups: Mapping[str, Table] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    graphs: Mapping[str, Table] = field(default_factory=dict)
    arrays: Mapping[str, Cells] = field(default_factory=dict)
    dimensions: Dimensions = field(default_factory=Dimensions)
    bindings: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    language: Language = "vensim"
    own: str = ""
    draws: list[Draw] = field(default_factory=list)

    def unsupported(self, construct: str, reason: str, pysd: bool) -> UnsupportedError:
        """The error that refuses ``construct`` by name."""
        text = f"{self.where}: {construct} is not computed: {reason}."
        return UnsupportedError(f"{text} {USE_PYSD}" if pysd else text)

    def bound(self, more: Mapping[str, str]) -> Context:
        """The same with more ranges standing at an element."""
        return replace(self, bindings={**self.bindings, **more})
