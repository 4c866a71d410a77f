"""Files as they should not be: text, data, tables and models changed at random, by a seed."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from typing import Any

# Text that is taken for something else somewhere: by a terminal, TeX, Typst, HTML, Markdown,
# YAML, a spreadsheet, a file system, a font or a regular expression.
STRINGS = (
    "$\\frac{$", "$x^2$", "\\", "%s%n{0}{x}", "#set page(", "#sys.inputs", "@cite", "<b>&amp;",
    "<script>alert(1)</script>", "]]>", "|a|b|", "[x](javascript:1)", "`rm`", "**", "# head",
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "-1+1", "＝1+1", "\x1b[31mred\x1b]0;t\x07",
    "\x9b2J", "\u202eevil", "\u2066", "\x00", "a\x00b", "\uffff", "\ufffe", "\ufeff", "\ud800",
    "\r", "\n\n", "\u2028", "e" + "\u0301" * 300, "工" * 500, "a" * 5_000, "w " * 5_000,
    "x" * 1_000_000, "🧨" * 50, "..", "../../etc/passwd", "/", "C:\\x", "CON", "nul.yaml", "a.",
    " ", "", "~", "null", "yes", "2021-01-01", "1_000", "0x10", "1e400", ".inf", ".nan", "-",
    "? :", "{a: 1", "!!python/object:os.system", "&a *a", "(((((((((", "a+a+a+" * 300, "\u00a0",
)  # fmt: skip
OTHERS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 7, 1e-320, -0.0, 1e308, -1e308, 2**53, 2**64, 10**400, 0.5,
    float("nan"), float("inf"), [], {}, [[]], [None], {"": ""}, {"a": {"b": {"c": []}}},
    list(range(3_000)), [[[[[[[[[[[[1]]]]]]]]]]]], {"to": 1}, {"zh": 1}, {"en": None}, ["a", 1],
)  # fmt: skip
PIECES = ("{", "}", "[", "]", ":", "- ", ",", "'", '"', "\t", "\n", "#", "&a ", "*a", "!x ", "|",
          "~", "~~|", "=", "(", ")", "^", "/0", "*", "1e309", "INTEG(", ":EXCEPT:", "\\\n", ";",
          "中", "\ufeff", "\x07", "%", "@", "? ")  # fmt: skip


def hostile(chance: random.Random) -> Any:
    """Any value that does not belong there."""
    return chance.choice(STRINGS) if chance.random() < 0.5 else chance.choice(OTHERS)


def changed_text(text: str, chance: random.Random) -> bytes:
    """A text with pieces cut, doubled, swapped or put in, perhaps in another encoding."""
    signs = text
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(signs) + 1)
        match chance.randrange(6):
            case 0:
                signs = signs[:place] + signs[place + chance.choice((1, 5, 40, 400)) :]
            case 1:
                signs = signs[:place] + chance.choice(PIECES) + signs[place:]
            case 2:
                lines = signs.split("\n")
                a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[a], lines[b] = lines[b], lines[a]
                signs = "\n".join(lines)
            case 3:
                lines = signs.split("\n")
                a = chance.randrange(len(lines))
                signs = "\n".join([*lines[:a], lines[a], *lines[a:]])
            case 4:
                signs = signs[:place] + chance.choice(STRINGS) + signs[place:]
            case _:
                signs = signs[:place]
    content = signs.encode(chance.choice(("utf-8",) * 6 + ("utf-16", "gbk")), "ignore")
    if chance.random() < 0.15 and content:
        spoilt = bytearray(content)
        for _ in range(3):
            spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
        content = bytes(spoilt)
    return content


def _places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(data, dict):
        for key, value in data.items():
            found += _places(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            found += _places(value, (*path, place))
    return found


def changed_data(data: Any, chance: random.Random) -> bytes:
    """YAML whose values, keys or parts are others; JSON, which is YAML too."""
    data = json.loads(json.dumps(data, default=str))
    for _ in range(chance.choice((1, 1, 2))):
        places = _places(data)
        if not places:
            break
        *path, last = chance.choice(places)
        part = data
        for step in path:
            part = part[step]
        match chance.randrange(4):
            case 0 if isinstance(part, dict):
                part[str(chance.choice(STRINGS))] = part.pop(last)
            case 1:
                del part[last]
            case 2 if isinstance(part, dict):
                part[str(chance.choice(STRINGS))] = hostile(chance)
            case _:
                part[last] = hostile(chance)
    text = json.dumps(data, ensure_ascii=chance.random() < 0.5, indent=1)
    text = text.replace("-Infinity", "-.inf").replace("Infinity", ".inf").replace("NaN", ".nan")
    return text.encode("utf-8", "surrogatepass")


def changed_table(text: str, chance: random.Random) -> bytes:
    """CSV with cells, heads, rows or columns that are others."""
    rows = list(csv.reader(io.StringIO(text)))
    for _ in range(chance.choice((1, 1, 2))):
        row = rows[chance.choice((0, chance.randrange(len(rows))))]
        place = chance.randrange(len(row)) if row else 0
        match chance.randrange(5):
            case 0 if row:
                del row[place]
            case 1:
                row.append(str(hostile(chance)))
            case 2:
                rows.insert(chance.randrange(len(rows)), list(row))
            case 3 if len(rows) > 1:
                del rows[chance.randrange(len(rows))]
            case _ if row:
                row[place] = str(hostile(chance))
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode("utf-8", "surrogatepass")


_TOKENS = re.compile(r"\d+\.?\d*|[A-Za-z][\w ]*[\w]|[-+*/^()=,<>]")
_FUNCTIONS = ("MIN", "STEP", "DELAY3", "SMOOTH", "DELAY FIXED", "PULSE TRAIN", "IF THEN ELSE",
              "WITH LOOKUP", "SUM", "MODULO", "RANDOM NORMAL",
              "GET XLS DATA", "NO SUCH")  # fmt: skip


def changed_model(text: str, chance: random.Random) -> bytes:
    """A model file with numbers, names, functions and operators that are others."""
    for _ in range(chance.randint(1, 3)):
        tokens = list(_TOKENS.finditer(text))
        if not tokens:
            break
        one, other = chance.choice(tokens), chance.choice(tokens)
        by = chance.choice(
            (other[0], other[0], str(hostile(chance))[:2000],
             f"{chance.choice(_FUNCTIONS)}({one[0]})", f"({one[0]})", f"{one[0]}/0",
             "1e308*1e308", "-1", "")
        )  # fmt: skip
        text = text[: one.start()] + by + text[one.end() :]
    return text.encode("utf-8", "surrogatepass")


def changed(name: str, text: str, data: Any, chance: random.Random) -> bytes:
    """A file of any kind, changed as text or as what it holds."""
    if chance.random() < 0.35:
        return changed_text(text, chance)
    if name.endswith((".yaml", ".yml")):
        return changed_data(data, chance)
    if name.endswith(".csv"):
        return changed_table(text, chance)
    if name.endswith((".mdl", ".xmile")):
        return changed_model(text, chance)
    return changed_text(text, chance)
