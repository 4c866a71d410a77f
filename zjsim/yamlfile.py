"""YAML files read as plain data with line numbers; reading executes nothing.

YAML 1.2: ``no``, ``on`` and ``2020-01`` stay what they look like. Anchors that multiply
(alias bombs), repeated keys, over-long files and non-finite numbers are refused.
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zjsim.errors import Problem, ZjsimError, raise_if_any, refuse_special
from zjsim.wide import key_hint, number_hint, structure_problems

LARGEST_FILE = 500_000  # bytes; a scenario has a few hundred, a plan thirty thousand
MOST_NODES = 200_000
DEEPEST = 60
MOST_BRACKETS = 200

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """The data of a YAML file, and the line of each part of it."""

    path: Path
    data: Any
    lines: dict[Location, int] = field(repr=False, default_factory=dict)

    def line(self, location: Location) -> int:
        """Line, from 1, of the part at ``location`` or of the nearest part around it."""
        location = tuple(location)
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def where(self, location: Location) -> str:
        """``line 14, levers.rd_support`` for messages."""
        dotted = ".".join(str(part) for part in location)
        return f"line {self.line(location)}" + (f", {dotted}" if dotted else "")


def read_text(path: Path, error: type[ZjsimError]) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises
    ------
    error
        When the file is missing, no file, too large, unreadable or not UTF-8.
    """
    try:
        if path.is_dir():
            raise error(f"{path}: this is a folder; name a file in it.")
        refuse_special(path, error)
        if path.stat().st_size > LARGEST_FILE:
            raise error(f"{path}: larger than {LARGEST_FILE // 1_000} kB; not read.")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise error(f"{path}: no such file.") from None
    except UnicodeDecodeError as problem:
        raise error(
            f"{path}: not UTF-8 text (byte {problem.start}). "
            "Save the file as UTF-8; editors offer it beside GBK or GB18030."
        ) from None
    except (OSError, ValueError) as problem:
        raise error(f"{path}: cannot be read ({problem}).") from None


def read_yaml(path: Path | str, error: type[ZjsimError] = ZjsimError) -> YamlDocument:
    """Read one YAML file.

    Raises
    ------
    error
        On syntax errors, repeated keys, aliases, tags, or a file with more than one
        document; with file, line and what to do.
    """
    path = Path(path)
    return parse_yaml(read_text(path, error), path, error)


def parse_yaml(text: str, path: Path, error: type[ZjsimError] = ZjsimError) -> YamlDocument:
    """Parse YAML text; ``path`` only names it in messages."""
    # Imported here because a cached document does not need a YAML parser (0.05 s).
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError

    if "\x00" in text:
        raise error(f"{path}: holds a NUL character; this is not a text file.")
    if _brackets(text) > MOST_BRACKETS:
        raise error(f"{path} is not valid YAML:\n  brackets are nested too deeply.")
    reader = YAML(typ="rt", pure=True)
    try:
        with warnings.catch_warnings():
            # An anchor may be set anew; the last one counts, as the standard says.
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            root = reader.compose(text)
    except MarkedYAMLError as fault:
        raise_if_any(path, list(structure_problems(text)), error)
        mark = fault.problem_mark or fault.context_mark
        line = f"line {mark.line + 1}" if mark else "line 1"
        what = " ".join(str(fault.problem or fault.context or "not YAML").split())
        raise error(f"{path} is not valid YAML:\n  {line}: {what}.") from None
    except (YAMLError, ValueError, RecursionError) as fault:
        what = " ".join(str(fault).split()) or "nested too deeply"
        raise error(f"{path} is not valid YAML:\n  {what}.") from None
    builder = _Builder(path, error)
    data = None if root is None else builder.build(root, ())
    raise_if_any(path, builder.problems, error)
    return YamlDocument(path, data, builder.lines)


def _brackets(text: str) -> int:
    """Deepest nesting of [ and {, quotes not considered: a parser would take seconds to fail."""
    depth = deepest = 0
    for mark in re.findall(r"[\[\]{}]", text):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


class _Builder:
    """Nodes of a YAML document → plain data, with the line of each part and all problems."""

    def __init__(self, path: Path, error: type[ZjsimError]) -> None:
        self.path, self.error = path, error
        self.lines: dict[Location, int] = {(): 1}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def fault(self, node: Any, location: Location, what: str, hint: str = "") -> None:
        dotted = ".".join(map(str, location))
        where = f"line {node.start_mark.line + 1}" + (f", {dotted}" if dotted else "")
        self.problems.append(Problem(where, what, hint))

    def build(self, node: Any, location: Location) -> Any:
        self.lines.setdefault(location, node.start_mark.line + 1)
        if id(node) in self._seen:
            self.fault(node, location, "an alias (*name) repeats another part", "Write it out.")
            return None
        self._seen.add(id(node))
        if len(self._seen) > MOST_NODES or len(location) > DEEPEST:
            raise self.error(f"{self.path}: too large or too deeply nested; not read.")
        if node.id == "mapping":
            return self._mapping(node, location)
        if node.id == "sequence":
            if str(node.tag) != "tag:yaml.org,2002:seq":
                self.fault(node, location, f"the tag {node.tag} is not used here")
            return [self.build(item, (*location, i)) for i, item in enumerate(node.value)]
        value, complaint = _scalar(node)
        if complaint:
            self.fault(node, location, complaint)
        return value

    def _mapping(self, node: Any, location: Location) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                self.fault(key_node, location, "a key must be a plain word or number")
                continue
            key, complaint = _scalar(key_node)
            if complaint or key is None or isinstance(key, bool):
                key = key_node.value
            hint = key_hint(key) if isinstance(key, str) and key_node.style is None else ""
            if hint:
                self.fault(key_node, location, hint)
                continue
            if key == "<<":
                what = "merge keys (<<) are not used here"
                self.fault(key_node, location, what, "Use based_on.")
                continue
            here = (*location, key)
            self.lines[here] = key_node.start_mark.line + 1
            if key in result:
                self.fault(key_node, here, "duplicate key", "Keep one of the two.")
            result[key] = self.build(value_node, here)
        return result


_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp")
}
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def _scalar(node: Any) -> tuple[Any, str]:
    """Value of a scalar by the YAML 1.2 core schema, and a complaint or an empty text."""
    text = node.value
    tag = str(node.tag) if node.tag else ""
    if tag and tag not in _PLAIN_TAGS:
        return text, f"the tag {tag} is not used here"
    if node.style is not None:  # quoted or block text
        return text, ""
    if text.lower() in _WORDS and text in (text.lower(), text.title(), text.upper()):
        return _WORDS[text.lower()], ""
    if text[:1] in "+-.0123456789":
        for kind in (int, float):
            try:
                value = kind(text) if "_" not in text else None
            except ValueError:
                continue
            if value is not None:
                return value, ""
    if text.lower().lstrip("+-") in (".inf", ".nan"):
        return math.nan, f"{text} is not a finite number"
    return text, number_hint(text)
