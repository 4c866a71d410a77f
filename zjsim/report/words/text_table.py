"""Tables as lines of text: columns that stand straight in Chinese too, and fit a screen.

Nothing is cut off. A table that is too wide gets its heads wrapped, then its words, and is
split into blocks of columns when its numbers alone need more room than there is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zjsim.plaintext import markdown, plain

# Characters that take two columns of a terminal: East Asian wide and full-width ones.
WIDE = frozenset("WF")
GAP = 2  # blanks between columns
LEAST_TEXT, LEAST_HEAD = 12, 6  # columns below which words are not squeezed
FEW_LINES = 3  # a longer text is set like a paragraph
SQUEEZED = 8  # unless that spares splitting the table
MOST_WHOLE = 24  # a word longer than this may be broken
# A line breaks at a blank, after a sign that joins names, and beside a wide character; no line
# begins with closing punctuation and none ends with opening punctuation.
_WIDE = r"\u1100-\u11ff\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff10-\uff5a"
_FULL = r"，。；：、！？）》〉〕】”’…"
_OPEN, _CLOSE = r"（《〈〔【“‘(\[", rf"{_FULL}%)\],.;:!?"
_PIECE = re.compile(
    r"\s+"
    r"|1 (?:January|July) \d{4}"
    r"|\d{4}年(?:\d+月\d+日[至起前，。]?)?"
    r"|(?<!\S)[\u4e00-\u9fff]{2,4}(?!\S)"  # a short word that stands alone
    rf"|[{_OPEN}]*(?:[{_WIDE}]|(?:[^\s/_|{_OPEN}{_WIDE}{_FULL}]|[/_|](?=\d))+[/_|]?|[/_|]+)?[{_CLOSE}]*"
)


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and rows of text, with the alignment of each column: ``<``, ``>`` or ``^``.

    ``keys`` is how many leading columns are repeated in each block of a table that is split.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    alignment: str
    keys: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", tuple(map(plain, self.headers)))
        object.__setattr__(self, "rows", tuple(tuple(map(plain, row)) for row in self.rows))


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: two for wide characters, none for marks."""
    if text.isascii():
        return len(text)
    return sum(
        1 + (unicodedata.east_asian_width(character) in WIDE)
        for character in text
        if not unicodedata.combining(character)
    )


def pad(text: str, width: int, alignment: str = "<") -> str:
    """``text`` filled with spaces to ``width`` columns."""
    gap = max(width - display_width(text), 0)
    if alignment == ">":
        return " " * gap + text
    if alignment == "^":
        return " " * (gap // 2) + text + " " * (gap - gap // 2)
    return text + " " * gap


def wrap(text: str, width: int | None, hang: int = 0) -> list[str]:
    """``text`` in lines of at most ``width`` columns; None leaves it in one.

    Parameters
    ----------
    hang : blanks before each line but the first
    """
    if width is None or display_width(text) <= width:
        return [text]
    lines, line = [], ""
    indent = " " * min(hang, width // 2)
    for piece in _pieces(text, width - len(indent)):
        if display_width(line + piece.rstrip()) <= width or not line.strip():
            line += piece
            continue
        lines.append(line.rstrip())
        line = indent + piece.lstrip()
    return [*lines, line.rstrip()]


def _balanced(text: str, width: int) -> list[str]:
    """A cell in as few lines as fit, each about as long as the others when they are few."""
    lines = wrap(text, width)
    if len(lines) == 1 or len(lines) > FEW_LINES:
        return lines
    longest = max(display_width(piece.strip()) for piece in _PIECE.findall(text))
    for narrower in range(width - 1, longest - 1, -1):
        shorter = wrap(text, narrower)
        if len(shorter) > len(lines) or max(map(display_width, shorter)) > narrower:
            break
        lines = shorter
    return lines


def _pieces(text: str, width: int) -> Iterator[str]:
    """What a line may be broken between; a piece wider than a line is broken hard."""
    for piece in _PIECE.findall(text):
        while display_width(piece) > width:
            kept = ""
            for character in piece:
                if kept and display_width(kept + character) > width:
                    break
                kept += character
            yield kept
            piece = piece[len(kept) :]
        yield piece


def render_text_table(
    table: Table, width: int | None = None, style: str = "plain", whole_rows: bool = False
) -> str:
    """A table as lines of text.

    Parameters
    ----------
    width : columns of the screen, which no line exceeds. None wraps nothing
    style : ``plain`` (two spaces between columns and a rule under the heads), ``markdown``,
        or ``tsv``
    whole_rows : only heads are wrapped, which is right for a pipe: a row stays a line
    """
    lines = [table.headers, *table.rows]
    cells = [[" ".join(cell.split("\n")) for cell in line] for line in lines]
    if style == "tsv":
        return "\n".join("\t".join(cell.replace("\t", " ") for cell in row) for row in cells)
    if style == "markdown":
        return _markdown(cells, table.alignment)
    blocks = [*_blocks(cells, table.alignment, width, table.keys, whole_rows)]
    return "\n\n".join(blocks)


def _blocks(
    cells: list[list[str]], align: str, width: int | None, keys: int, whole_rows: bool
) -> Iterator[str]:
    """The table, or its blocks of columns, each beginning with the key columns."""
    columns = [*range(len(align))]
    most = [max(display_width(row[k]) for row in cells) for k in columns]
    for text in (LEAST_TEXT, SQUEEZED, LEAST_TEXT):
        least = [_least([row[k] for row in cells], align[k], text, whole_rows) for k in columns]
        if width is None or sum(least) + GAP * (len(least) - 1) <= width:
            break
    held = sum(least[:keys]) + GAP * keys
    # A row that stays a line is split only where that makes every block fit.
    hopeless = width is None or (whole_rows and held + max(least[keys:], default=0) > width)
    for chosen in [columns] if width is None or hopeless else _split(least, keys, width):
        widths = [most[k] for k in chosen]
        if width is not None:
            room = width - GAP * (len(chosen) - 1)
            given = [align[k] for k in chosen]
            excess = _narrow(widths, [least[k] for k in chosen], given, room)
            if not whole_rows:
                _squeeze(widths, given, excess)
        picked = [[row[k] for k in chosen] for row in cells]
        yield _plain(picked, widths, [align[k] for k in chosen])


def _least(cells: Sequence[str], align: str, text: int, whole_rows: bool) -> int:
    """The narrowest that a column may become: its numbers whole, its words not squeezed."""
    head, *body = cells
    widest = max(map(display_width, body), default=0)
    longest = max(map(display_width, _PIECE.findall(head)), default=0)
    title = max(longest, min(LEAST_HEAD, display_width(head)))
    if align == ">" or whole_rows:
        return max(widest, title)
    words = max((display_width(p) for cell in body for p in _PIECE.findall(cell)), default=0)
    return max(min(widest, max(text, min(words, MOST_WHOLE))), title)


def _split(least: Sequence[int], keys: int, width: int) -> Iterator[list[int]]:
    """Columns of each block: as many as fit beside the keys."""
    held, block = [*range(keys)], [*range(keys)]
    for k in range(keys, len(least)):
        wanted = [*block, k]
        if sum(least[j] + GAP for j in wanted) - GAP > width and len(block) > keys:
            yield block
            block = [*held]
        block.append(k)
    yield block


def _narrow(widths: list[int], least: Sequence[int], align: Sequence[str], room: int) -> int:
    """Take columns from heads over numbers first, then from the widest words; what is left."""
    excess = sum(widths) - room
    for numbers in (True, False):
        chosen = [k for k, a in enumerate(align) if (a == ">") is numbers]
        while excess > 0:
            free = [k for k in chosen if widths[k] > least[k]]
            if not free:
                break
            widths[max(free, key=lambda k: widths[k])] -= 1
            excess -= 1
    return excess


def _squeeze(widths: list[int], align: Sequence[str], excess: int) -> None:
    """A screen too narrow even for that: words give way, never below four columns."""
    for k in sorted(range(len(widths)), key=lambda k: -widths[k]):
        if excess > 0 and align[k] != ">":
            taken = min(excess, max(widths[k] - 4, 0))
            widths[k] -= taken
            excess -= taken


def _plain(cells: Sequence[Sequence[str]], widths: Sequence[int], align: Sequence[str]) -> str:
    lines: list[str] = []
    for position, row in enumerate(cells):
        parts = [_balanced(cell, w) for cell, w in zip(row, widths, strict=True)]
        tall = max(map(len, parts), default=1)
        for line in range(tall):
            # Heads stand on the rule, words begin at the top.
            places = [line - (tall - len(part) if position == 0 else 0) for part in parts]
            shown = [p[at] if 0 <= at < len(p) else "" for p, at in zip(parts, places, strict=True)]
            padded = [pad(text, w, a) for text, w, a in zip(shown, widths, align, strict=True)]
            lines.append((" " * GAP).join(padded).rstrip())
        if position == 0:
            lines.append((" " * GAP).join("-" * w for w in widths))
    return "\n".join(lines)


def _markdown(plain_cells: Sequence[Sequence[str]], align: str) -> str:
    cells = [[markdown(cell) for cell in row] for row in plain_cells]
    widths = [max(display_width(row[k]) for row in cells) for k in range(len(align))]

    def line(row: Sequence[str]) -> str:
        padded = (pad(cell, w, a) for cell, w, a in zip(row, widths, align, strict=True))
        return "| " + " | ".join(padded) + " |"

    rule = (
        "| "
        + " | ".join(
            "-" * max(w - 1, 2) + (":" if a == ">" else "-")
            for w, a in zip(widths, align, strict=True)
        )
        + " |"
    )
    return "\n".join([line(cells[0]), rule, *(line(row) for row in cells[1:])])
