"""Units of a model as a unit library sees them.

Vensim's conventions: names ignore case, may hold spaces, are what the modeller says they are.
A name that the glossary does not define is a base dimension of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from zjsim.errors import ModelError

DIMENSIONLESS = frozenset({"", "dmnl", "dimensionless", "unitless", "fraction", "1", "-", "none"})
# Plural and short forms of time → pint's names.
_TIMES = {
    "year": "year", "yr": "year", "a": "year", "month": "month", "mo": "month", "week": "week",
    "wk": "week", "day": "day", "hour": "hour", "hr": "hour", "minute": "minute", "min": "minute",
    "second": "second", "sec": "second",
}  # fmt: skip
_TIME_DEFINITIONS = (
    "second = [time]",
    "minute = 60 * second",
    "hour = 60 * minute",
    "day = 24 * hour",
    "week = 7 * day",
    "year = 365.25 * day",
    "month = year / 12",
)
_PLURALS = {"people": "person", "persons": "person", "dollars": "dollar", "$": "dollar"}
LONGEST_UNIT = 200
MOST_POWER = 100  # of a definition: whole numbers are multiplied out to their last digit
_POWER = re.compile(r"(?:\*\*|\^)\s*([+-]?\s*(?:\d{1,3}\.?\d*|\.\d+))?\s*(\*\*|\^|[eE\w])?")
_TOKEN = re.compile(r'\s*(\*\*|[*/^()]|"[^"]*"|[^*/^()"]+)')
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

Entry = str | Mapping[str, Any]


class UnitBook:
    """Units by name for one model.

    Parameters
    ----------
    glossary : mapping of unit name to definition, or to a mapping with the key ``pint``
        ``wan_person: {pint: 1e4 * person}``. A definition may use names of the glossary,
        names the library knows, ``[name]`` for a base of its own, and new names.
    names : every unit text of the model; decides whether a plural has its singular

    Raises
    ------
    ModelError
        For a definition that is no unit or that defines itself in a circle.
    """

    def __init__(self, glossary: Mapping[str, Entry] | None = None, names: Iterable[str] = ()):
        self._definitions = {
            fold_name(name): _definition(name, entry) for name, entry in (glossary or {}).items()
        }
        self.registry = self._new_registry()
        self._singulars = {
            fold_name(token) for text in names for token in _TOKEN.findall(text)
        } | set(self._definitions)
        self._made: dict[str, Any] = {}
        self._texts: dict[str, Any] = {}
        self.unknown: dict[str, None] = {}
        for name in self._definitions:
            self._name(name)

    def _new_registry(self) -> Any:
        """The library's whole registry (0.3 s) when a definition needs it, else times alone."""
        import pint  # 0.4 s; only whoever checks units pays

        named = {
            name
            for definition in self._definitions.values()
            if not definition.startswith("[")
            for name in _names(definition)
        }
        registry: Any
        if any(self._definitions.get(fold_name(name), name) == name for name in named):
            registry = pint.UnitRegistry()
        else:
            registry = pint.UnitRegistry(None)
            for line in _TIME_DEFINITIONS:
                registry.define(line)
        registry.formatter.default_format = "D"
        return registry

    @property
    def dimensionless(self) -> Any:
        """The unit of pure numbers."""
        return self.registry.dimensionless

    def parse(self, text: str) -> Any:
        """The unit that a text means, such as ``person * year`` or ``1/Year``.

        Raises
        ------
        ModelError
            When the text is no unit.
        """
        if text not in self._texts:
            self._texts[text] = self._parse(text)
        return self._texts[text]

    def _parse(self, text: str) -> Any:
        if len(text) > LONGEST_UNIT:
            raise ModelError(f"a unit of {len(text)} characters")
        if fold_name(text) in DIMENSIONLESS:
            return self.dimensionless
        if fold_name(text) in self._definitions:
            return self._name(fold_name(text))
        tokens = _TOKEN.findall(text)
        if "".join(tokens).replace(" ", "") != text.replace(" ", ""):
            raise ModelError(f"{text!r} is not a unit")
        value, rest = self._product(tokens, text)
        if rest:
            raise ModelError(f"{text!r} is not a unit: too many brackets")
        return value

    def _product(self, tokens: list[str], text: str) -> tuple[Any, list[str]]:
        value, tokens = self._factor(tokens, text)
        while tokens and tokens[0] in ("*", "/"):
            operator = tokens[0]
            other, tokens = self._factor(tokens[1:], text)
            value = value * other if operator == "*" else value / other
        return value, tokens

    def _factor(self, tokens: list[str], text: str) -> tuple[Any, list[str]]:
        if not tokens or tokens[0] in ("*", "/", "^", "**", ")"):
            raise ModelError(f"{text!r} is not a unit: something is missing in it")
        if tokens[0] == "(":
            value, tokens = self._product(tokens[1:], text)
            if not tokens or tokens[0] != ")":
                raise ModelError(f"{text!r} is not a unit: a bracket is not closed")
            tokens = tokens[1:]
        else:
            value, tokens = self._name(fold_name(tokens[0])), tokens[1:]
        if tokens and tokens[0] in ("^", "**"):
            exponent = tokens[1].strip() if len(tokens) > 1 else ""
            if not _NUMBER.fullmatch(exponent):
                raise ModelError(f"{text!r} is not a unit: {exponent!r} is no power")
            return value ** float(exponent), tokens[2:]
        return value, tokens

    def _name(self, name: str) -> Any:
        if name in self._made:
            made = self._made[name]
            if made is None:
                raise ModelError(f"the unit {name!r} is defined by itself")
            return made
        if name in DIMENSIONLESS or _NUMBER.fullmatch(name):
            # Vensim knows no scale factors in units: "1000 persons" is a name, "1" is none.
            return self.dimensionless
        single = self._singular(name)
        if single != name:
            self._made[name] = self._name(single)
        elif fold_name(self._definitions.get(name, "")) == name and name in self.registry:
            self._made[name] = self.registry.parse_units(name)
        elif name in self._definitions:
            self._made[name] = None  # until it is made, so that a circle is seen
            self._made[name] = self._define(name, self._definitions[name])
        elif name in _TIMES:
            self._made[name] = self.registry.parse_units(_TIMES[name])
        else:
            self.unknown.setdefault(name)
            self._made[name] = self._base(name)
        return self._made[name]

    def _singular(self, name: str) -> str:
        if name in self._definitions:
            return name
        if name in _PLURALS:
            return _PLURALS[name]
        if len(name) > 2 and name.endswith("s"):
            for single in (name[:-1], name[:-2] if name.endswith("es") else name[:-1]):
                if single in _TIMES or single in self._singulars:
                    return single
        return name

    def _base(self, name: str) -> Any:
        key = _key(name)
        self.registry.define(f"{key} = [{key}]")
        return self.registry.Unit(key)

    def _define(self, name: str, definition: str) -> Any:
        """A glossary unit under a private key, so that no name collides with the library's."""
        key = _key(name)
        if re.fullmatch(r"\[\s*\w[\w ]*\]", definition):
            return self._base(name)
        if re.fullmatch(r"\[\s*\]", definition):
            return self.dimensionless
        try:
            quantity = self.registry.Quantity(1.0, "")
            quantity = quantity * self._expression(definition)
            base = quantity.to_root_units()
            # Without a unit there is nothing to write after the number: pint fails on it later.
            unit = "" if base.unitless else f" * {base.units:D}"
            self.registry.define(f"{key} = {base.magnitude!r}{unit}")
        except ModelError:
            raise
        except Exception as problem:  # pint raises many kinds, tokenizer errors among them
            said = " ".join(str(problem).split())[:120]
            raise ModelError(f"the unit {name!r}: {definition!r} is not a unit ({said})") from None
        return self.registry.Unit(key)

    def _expression(self, definition: str) -> Any:
        own = {}
        for name in _names(definition):
            folded = fold_name(name)
            if folded in self._definitions or folded in self._made:
                own[name] = self._name(folded)
            elif name not in self.registry:
                own[name] = self._base(folded)
        shown = definition
        for name in sorted(own, key=len, reverse=True):
            shown = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", f"{own[name]:D}", shown)
        return self.registry.parse_expression(shown)

    def factor(self, first: Any, second: Any) -> float | None:
        """How many ``second`` are in one ``first``; None when they are of different kinds."""
        if first == second:
            return 1.0
        if first.dimensionality != second.dimensionality:
            return None
        return float(self.registry.Quantity(1.0, first).to(second).magnitude)

    def show(self, unit: Any) -> str:
        """A unit in the model's own words."""
        text = f"{unit:D}"
        for name in sorted(self._made, key=len, reverse=True):
            text = re.sub(rf"\b{_key(name)}\b", name, text)
        return "dimensionless" if text in ("", "dimensionless") else text


def _names(definition: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", re.sub(r"\d[eE][+-]?\d", "0", definition)))


def fold_name(name: str) -> str:
    """A unit name as it is compared: no case, spaces and underscores as one."""
    return re.sub(r"[\s_]+", " ", name.strip().strip('"').casefold()).strip()


def _key(name: str) -> str:
    return "u_" + "".join(sign if sign.isalnum() else f"_{ord(sign):x}_" for sign in name)


def _bounded(definition: str) -> bool:
    """Whether no power makes a number that takes a computer minutes."""
    together = 1.0
    for power, further in _POWER.findall(definition):
        if not power or further:
            return False
        together *= max(1.0, abs(float(power.replace(" ", ""))))
    return together <= MOST_POWER


def _definition(name: str, entry: Entry) -> str:
    value = entry.get("pint", "") if isinstance(entry, Mapping) else entry
    text = str(value if value is not None else "").strip()
    # "name = definition", as the library itself writes it, says the name twice.
    left, sign, right = text.partition("=")
    if sign and fold_name(left) == fold_name(name):
        text = right.strip()
    if len(text) > LONGEST_UNIT or re.search(r"[^\w\s.*/^()\[\]+-]", text):
        raise ModelError(f"the unit {name!r}: {text[:60]!r} is not a unit")
    if not _bounded(text):
        raise ModelError(
            f"the unit {name!r}: {text[:60]!r}: a power is a plain number, no power of a power, "
            f"and all powers together at most {MOST_POWER}"
        )
    # A glossary line without a definition still makes the name known.
    return text or f"[{re.sub(r'[^0-9a-zA-Z_]', '_', str(name))}]"
