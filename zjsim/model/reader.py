"""Model files (.mdl, .xmile, .stmx, .xml) → ModelSpec.

The files are data from strangers: reading executes nothing, follows nothing outside the text,
and writes nothing.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from zjsim.errors import ModelError
from zjsim.model import macros, source, vensim, xmile, xmile_variables
from zjsim.model.assembly import assemble
from zjsim.model.spec import ModelSpec
from zjsim.model.subscripts import Range
from zjsim.model.syntax import Definition

# The parser needs a dozen Python frames for each level of parentheses.
PARSE_FRAMES = 8000
# What a file may ask for that is computed by another rule, and what is said of it.
_METHODS = {
    "euler": ("euler", ""),
    "rk4": ("rk4", ""),
    "rk4 auto": (
        "rk4",
        "the file asks for Runge-Kutta with a step of its own choice; zjsim keeps TIME STEP",
    ),
    "rk2": ("rk4", "the file asks for second-order Runge-Kutta; zjsim takes the fourth order"),
}


def read_model(path: Path | str, data: Sequence[Path | str] = ()) -> ModelSpec:
    """Read a model file.

    Parameters
    ----------
    path : path
        Vensim (``.mdl``) or XMILE (``.xmile``, ``.stmx``).
    data : sequence of path
        Files with the figures of Vensim's data variables: a table with a column of times and a
        column for each variable (CSV, tab, workbook), or Vensim's own export (``.dat``).

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
    text, notes = source.read_with_notes(path)
    return parse_model(text, suffix, path.stem, str(path), notes, path.parent, data)


def parse_model(
    text: str,
    suffix: str,
    name: str = "model",
    origin: str = "model",
    notes: tuple[str, ...] = (),
    folder: Path | None = None,
    data: Sequence[Path | str] = (),
) -> ModelSpec:
    """The model that ``text`` describes; ``origin`` only names it in messages.

    ``suffix`` is the language: ``.mdl``, or one of XMILE's; ``notes`` is what was said when the
    text was read, ``folder`` where the files stand that it reads figures from, ``data`` the files
    of its data variables. Raises as ``read_model``.
    """
    suffix = source.check_suffix(suffix, origin)
    text = source.check_text(text, origin)
    with _room_to_parse():
        read = _vensim if suffix in source.VENSIM_SUFFIXES else _xmile
        definitions, ranges, asked = read(text, origin)
        method, said = _METHODS.get(
            asked, ("rk4", f"the file asks for the method {asked!r}; zjsim takes rk4")
        )
        notes += (said,) if said else ()
        kept = _as_utf8(text, suffix)
        return assemble(
            definitions, ranges, name, kept, suffix, origin, method, notes, folder, data
        )


def _as_utf8(text: str, suffix: str) -> str:
    """The text with a Vensim header that is true of it once it is written as UTF-8."""
    if suffix in source.VENSIM_SUFFIXES:
        return re.sub(r"\A\s*\{[^}\n]*\}", "{UTF-8}", text)
    return text


_parsing = threading.Lock()


@contextmanager
def _room_to_parse() -> Iterator[None]:
    """More Python frames while equations are descended into."""
    with _parsing:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, PARSE_FRAMES))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)


def _vensim(text: str, origin: str) -> tuple[list[Definition], list[Range], str]:
    """Definitions, subscript ranges and the integration method of a Vensim text."""
    method = vensim.method_of(text)
    rest, cut = macros.split_macros(source.vensim_equations(text), origin)
    definitions, ranges = vensim.read_entries(rest, origin)
    if not definitions:
        raise ModelError(f"{origin}: no Vensim equations found (name = ... ~ unit ~ text |).")
    if cut:
        defined = [
            macros.Macro(
                each.name,
                each.parameters,
                each.outputs,
                tuple(vensim.read_entries(each.text, origin)[0]),
            )
            for each in cut
        ]
        definitions = macros.expand(definitions, defined, origin)
    return definitions, ranges, method


def _xmile(text: str, origin: str) -> tuple[list[Definition], list[Range], str]:
    """The same of an XMILE text."""
    root = xmile.parse_xml(text, origin)
    ns = xmile.namespace_of(root)
    definitions = xmile_variables.definitions_of(root, ns, origin)
    ranges = xmile_variables.ranges_of(root, ns, origin)
    return definitions, ranges, xmile_variables.method_of(root, ns)
