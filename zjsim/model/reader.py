"""Model files (.mdl, .xmile, .stmx, .xml) → ModelSpec, through PySD's translators.

The files are data from strangers: reading executes nothing, follows nothing outside the text,
and writes nothing.
"""

from __future__ import annotations

import functools
import operator
import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model import macros, source, xmile
from zjsim.model.assembly import RawElement, assemble
from zjsim.model.spec import ModelSpec
from zjsim.model.translate import USE_PYSD, refuse_falling

LONGEST_PARSE = 60.0  # seconds; a model of a thousand equations takes about five
# The translator needs some forty Python frames for each level of parentheses.
PARSE_FRAMES = 6000

Result = TypeVar("Result")


def read_model(path: Path | str) -> ModelSpec:
    """Read a model file.

    Parameters
    ----------
    path : path
        Vensim (``.mdl``) or XMILE (``.xmile``, ``.stmx``).

    Returns
    -------
    ModelSpec
        Its elements by name: stocks, flows, auxiliaries, lookups, constants.

    Raises
    ------
    ModelError
        When the file is missing, broken, or not a model: with file, line and what to do.
    UnsupportedError
        When the model uses a construct that our engines do not compute, by name.

    Examples
    --------
    >>> import zjsim
    >>> spec = zjsim.read_model(zjsim.open_plan().folder.model)
    >>> "reported staff" in [element.name for element in spec.elements.values()]
    True
    """
    path = Path(path)
    suffix = source.check_suffix(path.suffix, path)
    return parse_model(source.read_source(path), suffix, path.stem, str(path))


def parse_model(text: str, suffix: str, name: str = "model", origin: str = "model") -> ModelSpec:
    """The model that ``text`` describes; ``origin`` only names it in messages.

    ``suffix`` is the language: ``.mdl``, or one of XMILE's. Raises as ``read_model``.
    """
    suffix = source.check_suffix(suffix, origin)
    text = source.check_text(text, origin)
    with _room_to_parse():
        vensim = suffix in source.VENSIM_SUFFIXES
        raw = (_vensim_elements if vensim else _xmile_elements)(text, origin)
        return assemble(raw, name, _as_utf8(text, suffix), suffix, origin)


def _as_utf8(text: str, suffix: str) -> str:
    """The text with a Vensim header that is true of it once it is written as UTF-8."""
    if suffix in source.VENSIM_SUFFIXES:
        return re.sub(r"\A\s*\{[^}\n]*\}", "{UTF-8}", text)
    return text


_parsing = threading.Lock()


@contextmanager
def _room_to_parse() -> Iterator[None]:
    """More Python frames and no warnings while PySD's recursive visitors work."""
    with _parsing, warnings.catch_warnings():
        # PySD warns of what it ignores; what matters is an error here.
        warnings.simplefilter("ignore")
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, PARSE_FRAMES))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)


def _guarded(where: str, parse: Callable[[], Result]) -> Result:
    """What ``parse`` returns; whatever a translator raises becomes a ModelError."""
    try:
        return parse()
    except ModelError:
        raise
    except RecursionError:
        raise ModelError(
            f"{where}: the equation is nested too deeply. Split it into several."
        ) from None
    # The translators raise whatever their parser, numpy or Python raise on odd input.
    except Exception as problem:
        raise ModelError(f"{where}: {_explain(problem)}") from None


def _explain(problem: Exception) -> str:
    """What went wrong in a translator, in a line."""
    inner = getattr(problem, "original_class", None) or type(problem)
    text, position = getattr(problem, "text", None), getattr(problem, "pos", None)
    cause = problem.__cause__ or problem.__context__
    if isinstance(cause, ModelError):
        return str(cause)
    if isinstance(text, str) and isinstance(position, int):
        rest = text[position : position + 30]
        shown = f"at {rest!r}" if rest.strip() else "at its end"
        return f"the equation cannot be read {shown}. Check signs, brackets and commas."
    if inner in (KeyError, TypeError, IndexError):
        return "a function has the wrong number of arguments, or the equation is incomplete."
    said = " ".join(str(problem).split()).split("Parse tree:")[0].strip()[:160]
    return f"cannot be read ({said or inner.__name__})."


_NUMBER = r"[+-]?\s*(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_SUM = re.compile(rf"\s*{_NUMBER}(?:\s*(?=[+-]){_NUMBER})*\s*")
_PAIR = re.compile(rf"\(\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\)")


def _literal(text: str) -> Any:
    """What PySD evaluates, and no more: a sum of numbers, points of a table, a quoted text."""
    if text.startswith("'"):
        return text[1:-1]
    if _SUM.fullmatch(text):
        values = [_number("".join(part.split())) for part in re.findall(_NUMBER, text)]
        return values[0] if len(values) == 1 else functools.reduce(operator.add, values)
    if not _PAIR.sub("", text).strip(" ,\\[]"):
        points = tuple(
            tuple(float("".join(part.split())) for part in pair) for pair in _PAIR.findall(text)
        )
        # PySD sorts the points, which would hide a slip of the pen; brackets hold axis limits.
        if "[" not in text:
            refuse_falling([point[0] for point in points])
        return points
    raise ModelError(f"expected numbers only, got {text[:40]!r}.")


LONGEST_WHOLE = 15  # digits that a double holds exactly


def _number(text: str) -> int | float:
    """Whole numbers stay whole, as with eval: PySD counts the stages of a delay by them."""
    whole = text.lstrip("+-").isdecimal() and len(text) <= LONGEST_WHOLE
    return int(text) if whole else float(text)


@contextmanager
def _harmless(translator: Any) -> Iterator[Any]:
    """A module of PySD that executes nothing while it reads numbers.

    PySD turns numbers, and the limits of lookups, which may hold any text, into values with
    eval(). A name of the module, found before the built-in, takes its place, and is taken
    away again: outside, PySD is as its authors wrote it. ``_parsing`` must be held.
    """
    before = vars(translator).get("eval")
    translator.eval = _literal
    try:
        yield translator
    finally:
        if before is None:
            del translator.eval
        else:
            translator.eval = before


def _vensim_elements(text: str, origin: str) -> list[RawElement]:
    """Every element of a Vensim text, by PySD's grammar, an entry at a time."""
    # PySD costs 0.9 s to import, and a cached program does not need it.
    from pysd.translators.vensim import vensim_element

    deadline = time.monotonic() + LONGEST_PARSE
    text, cut = macros.split_macros(source.vensim_equations(text), origin)
    with _harmless(vensim_element) as pysd:
        raw = list(_entries(pysd, text, origin, deadline))
        if not raw:
            raise ModelError(f"{origin}: no Vensim equations found (name = ... ~ unit ~ text |).")
        defined = [
            macros.Macro(name, given, tuple(_entries(pysd, body, origin, deadline)))
            for name, given, body in cut
        ]
    return _guarded(origin, lambda: macros.expand(raw, defined, origin)) if defined else raw


def _entries(pysd: Any, text: str, origin: str, deadline: float) -> Iterator[RawElement]:
    for entry in source.vensim_entries(text, origin):
        where = f"{origin}, line {entry.line}"
        if time.monotonic() > deadline:
            raise ModelError(f"{where}: reading took longer than {LONGEST_PARSE:g} s; given up.")
        element = _vensim_element(pysd, entry, where)
        if element is not None:
            yield element


_IGNORED = (":THE CONDITION:", ":TEST INPUT:")


def _vensim_element(pysd: Any, entry: source.Entry, where: str) -> RawElement | None:
    """One entry; None for subscript ranges' own kin that carry no value to compute."""
    if not entry.equation:
        raise ModelError(f"{where}: an entry has a unit or a text but no equation.")
    if any(mark in entry.equation.upper() for mark in _IGNORED):
        return None  # reality checks and test inputs change no run
    shown = f"{where}, {_left_side(entry.equation)}"
    if re.search(r"=\s*$", entry.equation):
        raise ModelError(f"{shown}: has no equation. Write one after the = sign.")
    if "<->" not in entry.equation and re.fullmatch(r'[^=(\[:"]*|"[^"]*"', entry.equation):
        raise ModelError(
            f"{shown}: has no equation, or is data read from another file, which zjsim's own "
            "engines do not read."
        )
    element = _guarded(shown, lambda: pysd.Element(entry.equation, entry.unit, ""))
    component = _guarded(shown, element.parse)
    kind = type(component).__name__
    if kind == "SubscriptRange":
        raise UnsupportedError(
            f"{shown}: defines subscripts, which zjsim's own engines do not compute yet. {USE_PYSD}"
        )
    _guarded(shown, lambda: _parse_equation(pysd, component))
    return RawElement(
        name=component.name,
        ast=component.ast,
        kind={"Data": "data", "Lookup": "lookup"}.get(kind, "component"),
        unit=element.units,
        documentation=entry.documentation,
        line=entry.line,
        group=entry.group,
        subscripted=any(component.subscripts),
    )


def _left_side(equation: str) -> str:
    return re.split(r'=|\((?=[^"]*$)', equation, maxsplit=1)[0].strip()[:80]


def _parse_equation(pysd: Any, component: Any) -> None:
    """Parse the right side of a Vensim equation."""
    if type(component).__name__ == "Lookup" or not component.expression:
        component.parse()
        return
    grammar = pysd.vu.Grammar.get("components", pysd.parsing_ops)
    tree = grammar.parse(component.expression)
    component.ast = _signed(pysd.EquationVisitor, pysd.structures["call"])(tree).translation


def _xmile_elements(text: str, origin: str) -> list[RawElement]:
    """Every element of an XMILE text, by PySD's grammar, a variable at a time."""
    root = xmile.parse_xml(text, origin)
    from pysd.translators.xmile import xmile_element

    with _harmless(xmile_element) as pysd:
        return list(_variables(pysd, root, origin))


def _variables(pysd: Any, root: Any, origin: str) -> Iterator[RawElement]:
    from pysd.translators.xmile import xmile_section

    section = xmile_section.Section(
        "__main__", Path(), "main", [], [], root, root.nsmap[None], False, None
    )
    section._parse_subscripts()
    behaviors = _guarded(origin, section._parse_behavior)
    components = _guarded(origin, section._parse_components)
    controls = _guarded(f"{origin}, <sim_specs>", section._parse_control_vars)
    deadline = time.monotonic() + LONGEST_PARSE
    for component in [*components, *controls]:
        node = getattr(component, "node", None)
        name = component.name if node is None else node.attrib["name"]
        line = 0 if node is None else node.sourceline
        where = f"{origin}, line {line}, {name}" if line else f"{origin}, {name}"
        if time.monotonic() > deadline:
            raise ModelError(f"{where}: reading took longer than {LONGEST_PARSE:g} s; given up.")
        yield _xmile_element(pysd, component, behaviors, name, line, where)


def _xmile_element(
    pysd: Any, component: Any, behaviors: dict[str, bool], name: str, line: int, where: str
) -> RawElement:
    parts = ("dimensions", "element")
    node = getattr(component, "node", ())
    subscripted = any(str(child.tag).rpartition("}")[2] in parts for child in node)
    tree = None
    if not subscripted:
        # An attribute of the instance stands before the method: same grammar, our visitor.
        component._smile_parser = lambda equation: _smile(pysd, equation)
        _guarded(where, lambda: component.parse(behaviors))
        tree = _guarded(where, component.get_abstract_element).components[0].ast
    return RawElement(
        name=name,
        ast=tree,
        unit=" ".join((component.units or "").split()),
        documentation=" ".join((component.documentation or "").split()),
        line=line,
        subscripted=subscripted,
    )


_KEYWORD = re.compile(r'"[^"]*"|\b(?:if|then|else|mod)\b', re.IGNORECASE)


def _as_pysd_writes(found: re.Match[str]) -> str:
    word = found.group()
    if word.startswith('"'):
        return word
    return "mod" if word.lower() == "mod" else word.upper()


def _smile(pysd: Any, equation: str) -> Any:
    grammar = pysd.vu.Grammar.get("equations", pysd.parsing_ops)
    # PySD's grammar knows IF, THEN, ELSE and mod in this case only; XMILE ignores case.
    equation = _KEYWORD.sub(_as_pysd_writes, " ".join(equation.split()))
    visitor = _signed(pysd.EquationVisitor, pysd.structures["call"])
    return visitor(grammar.parse(equation)).translation


# Kinds of node that PySD keeps in the same table as functions.
_NOT_FUNCTIONS = frozenset(
    {
        "reference", "subscripts_ref", "arithmetic", "logic", "with_lookup", "inline_lookup",
        "call", "lookup", "data", "stock", "negative",
    }
)  # fmt: skip


def _signed(visitor: Any, type_of_call: Any) -> Any:
    """PySD's visitor, with signs outside numbers and functions apart from its own nodes.

    PySD folds a sign into the number, after which ``-2^2`` and ``(-2)^2`` look alike.
    """

    class Visitor(visitor):  # type: ignore[misc]
        def visit_neg_expr(self, n: Any, vc: Any) -> Any:
            if vc[0] == "-":
                self.negatives.add(vc[2])
            return vc[2]

        def visit_call(self, n: Any, vc: Any) -> Any:
            function, given = self.elements[vc[0]], self.elements[vc[4]]
            name = function.reference
            if name == "lookup" and len(given) == 2 and hasattr(given[0], "reference"):
                return self.add_element(type_of_call(given[0], given[1:]))  # XMILE's LOOKUP
            if name in _NOT_FUNCTIONS:
                return self.add_element(type_of_call(function, given))
            if name == "integ" and len(given) != 2:
                raise ModelError(f"INTEG takes 2 arguments; here it has {len(given)}.")
            return super().visit_call(n, vc)

    return Visitor
