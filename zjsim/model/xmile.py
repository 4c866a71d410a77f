"""XMILE text → a checked XML tree: no entities, no network, nothing that PySD would skip."""

from __future__ import annotations

import math
import re
from typing import Any

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.lookups import refuse_falling
from zjsim.model.source import LARGEST_ENTRY

NAMESPACE = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
_GF_TYPES = ("continuous", "extrapolate", "discrete")
_VARIABLES = ("aux", "stock", "flow")
_ALL_KINDS = (*_VARIABLES, "gf", "module")
_COMMENT = re.compile(r"\{[^{}]*\}")
# Parts of a variable that change what it means and that PySD passes over in silence.
_UNKNOWN_PARTS = {
    "conveyor": "a conveyor", "queue": "a queue", "oven": "an oven", "leak": "a leakage",
    "leak_fraction": "a leakage", "overflow": "an overflow", "multiplier": "a unit conversion",
}  # fmt: skip


def parse_xml(text: str, origin: str) -> Any:
    """Root of the XML tree of an XMILE file.

    Raises
    ------
    ModelError
        When it is no well-formed XML, declares a document type or entities, or lacks what
        a model needs.
    UnsupportedError
        For macros, conveyors and the like, by name.
    """
    from lxml import etree  # comes with PySD; a cached program needs neither

    declared = re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE)
    if declared:
        line = text.count("\n", 0, declared.start()) + 1
        raise ModelError(
            f"{origin}, line {line}: <!{declared.group(1).upper()} is not allowed in a model "
            "file. Remove it."
        )
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    try:
        root = etree.fromstring(_BARE.sub("&amp;", text.strip()).encode("utf-8"), parser)
    except etree.XMLSyntaxError:
        root = None
    _check_syntax(root, parser.error_log, origin)
    _check_root(root, origin)
    namespace = namespace_of(root)
    _wrap_variables(root, namespace)
    _close_variables(root, namespace)
    _check_model(root, namespace, origin)
    for variables in root.iter(f"{namespace}variables"):
        for node in variables:
            if isinstance(node.tag, str):
                _check_variable(node, namespace, origin)
    return root


# An ampersand that begins no entity, which some tools leave as it is.
_BARE = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)")


def namespace_of(root: Any) -> str:
    """The namespace of a file in braces, as tags are written."""
    return f"{{{root.nsmap[None]}}}"


def _wrap_variables(root: Any, ns: str) -> None:
    """Put variables that stand right under a model, as Stella 10 has them, where they belong."""
    for model in root.findall(f"{ns}model"):
        loose = [node for node in model if node.tag in {f"{ns}{kind}" for kind in _ALL_KINDS}]
        if loose:
            variables = model.find(f"{ns}variables")
            if variables is None:
                variables = model.makeelement(f"{ns}variables")
                model.append(variables)
            for node in loose:
                variables.append(node)


def _check_syntax(root: Any, log: Any, origin: str) -> None:
    # Older exports of Stella use the prefix isee: without declaring it, and some files of the
    # public suite forget an end tag: both are read as PySD reads them.
    problems = [
        entry
        for entry in log
        if entry.level_name != "WARNING"
        and entry.domain_name != "NAMESPACE"
        and entry.type_name not in ("ERR_TAG_NAME_MISMATCH", "ERR_HYPHEN_IN_COMMENT")
    ]
    if root is not None and not problems:
        return
    said = str(problems[0].message).split(", line")[0].strip() if problems else "no XML at all"
    line = problems[0].line if problems else 1
    raise ModelError(
        f"{origin}, line {line}: not well-formed XML ({said}). Is the file cut off, or is a tag "
        "not closed?"
    )


def _close_variables(root: Any, ns: str) -> None:
    """Move variables out of a variable whose end tag is missing: they can only stand beside it."""
    kinds = [f"{ns}{kind}" for kind in _VARIABLES]
    for variables in root.iter(f"{ns}variables"):
        for inner in [
            node for node in variables.iterdescendants(*kinds) if node.getparent() is not variables
        ]:
            variables.append(inner)


def _check_root(root: Any, origin: str) -> None:
    usual = str(root.tag).endswith("}xmile") and not set("{}") & set(root.nsmap.get(None) or "{")
    if not usual:
        shown = str(root.tag).rpartition("}")[2]
        raise ModelError(
            f"{origin}, line {root.sourceline}: the first element is <{shown}>; an XMILE file "
            'begins with <xmile xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">.'
        )


def _check_model(root: Any, ns: str, origin: str) -> None:
    models = root.findall(f"{ns}model")
    if not models or not any(len(model) for model in models):
        raise ModelError(f"{origin}: no <model> with variables in it; is the file cut off?")
    if root.find(f"{ns}macro") is not None:
        raise UnsupportedError(f"{origin}: has macros, which are not computed. Write them out.")
    specs = root.find(f"{ns}sim_specs")
    if specs is None:
        raise ModelError(f"{origin}: no <sim_specs>; add <start>, <stop> and <dt>.")
    for part in ("start", "stop"):
        node = specs.find(f"{ns}{part}")
        if node is None or not (node.text or "").strip():
            raise ModelError(f"{origin}, line {specs.sourceline}: no <{part}> in <sim_specs>.")
        _check_length(node.text, f"{origin}, line {node.sourceline}, <{part}>")


def _check_variable(node: Any, ns: str, origin: str) -> None:
    kind = str(node.tag).removeprefix(ns)
    if kind not in (*_VARIABLES, "gf"):
        return
    where = f"{origin}, line {node.sourceline}"
    if not (node.get("name") or "").strip():
        raise ModelError(f"{where}: a <{kind}> has no name.")
    where = f"{where}, {node.get('name')}"
    for child in node:
        part = str(child.tag).removeprefix(ns)
        if part in _UNKNOWN_PARTS:
            raise UnsupportedError(
                f"{where}: {_UNKNOWN_PARTS[part]} (<{part}>) is not computed. Write it out with "
                "stocks and flows."
            )
    tables = [node] if kind == "gf" else node.findall(f"{ns}gf")
    for table in tables:
        _check_table(table, ns, where)
    if kind == "gf" or node.find(f"{ns}element") is not None:
        return
    if kind == "aux" and tables and node.find(f"{ns}eqn") is None:
        return  # a graphical function that other variables call by its name
    equations = node.findall(f"{ns}eqn")
    for equation in equations:
        equation.text = _COMMENT.sub(" ", equation.text or "")
        _check_length(equation.text, where)
    if any(equation.text.strip() == "???" for equation in equations):
        raise ModelError(
            f"{where}: has no equation; the tool that wrote the file left ??? in its place. "
            "Write the equation in <eqn>."
        )
    if node.get("access") == "input" or node.getparent().getparent().get("name"):
        return  # of a module: what it is connected to stands elsewhere
    if not equations or not any(equation.text.strip() for equation in equations):
        raise ModelError(f"{where}: has no equation. Write one in <eqn>.")
    if len(equations) > 1 and node.find(f"{ns}dimensions") is None:
        raise ModelError(f"{where}: has {len(equations)} equations. Keep one.")
    for flow in [*node.findall(f"{ns}inflow"), *node.findall(f"{ns}outflow")]:
        if not (flow.text or "").strip():
            raise ModelError(f"{where}: an empty <{str(flow.tag).removeprefix(ns)}>.")
        _check_length(flow.text, where)


def _check_length(text: str, where: str) -> None:
    if len(text) > LARGEST_ENTRY:
        raise ModelError(f"{where}: an equation is longer than {LARGEST_ENTRY} characters.")


def _check_table(table: Any, ns: str, where: str) -> None:
    kind = table.get("type", "continuous").lower()
    if kind not in _GF_TYPES:
        raise ModelError(
            f"{where}: a graphical function of type {kind!r}; known are {', '.join(_GF_TYPES)}."
        )
    ys = _numbers(table.find(f"{ns}ypts"), "ypts", where)
    scale = table.find(f"{ns}xscale")
    points = table.find(f"{ns}xpts")
    if scale is None or (points is not None and (points.text or "").strip()):
        xs = _numbers(table.find(f"{ns}xpts"), "xpts or xscale", where)
        if len(xs) != len(ys):
            raise ModelError(f"{where}: {len(xs)} x and {len(ys)} y values in its <gf>.")
        refuse_falling(xs, where)
        return
    low, high = (_number(scale.get(end, ""), f"xscale {end}", where) for end in ("min", "max"))
    if not low < high and len(ys) > 1:
        raise ModelError(
            f"{where}: the xscale of its <gf> goes from {low:g} to {high:g}; min must be below max."
        )


def _numbers(node: Any, what: str, where: str) -> list[float]:
    if node is None or not (node.text or "").strip():
        raise ModelError(f"{where}: its <gf> has no {what}.")
    separator = node.get("sep", ",")
    if not separator:
        raise ModelError(f"{where}: an empty separator in its <gf>.")
    parts = node.text.split(separator) if separator.strip() else node.text.split()
    return [_number(part, what, where) for part in parts if part.strip()]


def _number(text: str, what: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ModelError(f"{where}: {text.strip()[:20]!r} in {what} of its <gf> is not a number.")
    return value
