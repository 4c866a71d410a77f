"""The content of a report, once, as plain data; HTML, Word and PDF only lay it out.

A document is a list of sections, a section a list of blocks: text, points, commands, tables
and pictures. Every word is in one language already, every number already rounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from io import BytesIO
from typing import Any, Literal

from zjsim.language import TYPOGRAPHY, Language
from zjsim.plaintext import plain
from zjsim.report.words.labels import label
from zjsim.report.words.line_breaks import wrap
from zjsim.report.words.text_table import Table

# A picture is drawn for a wide screen, for a phone, or for the width of a printed page; in
# parts where a page cannot move it away from the text it stands in.
Medium = Literal["screen", "phone", "page", "parts", "slide"]
CHINESE_DIGITS = "零一二三四五六七八九十"


class _Plain:
    """A part of a document whose texts are shown as text in every layout."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for part in fields(self):  # type: ignore[arg-type]
            value = getattr(self, part.name)
            if isinstance(value, str):
                object.__setattr__(self, part.name, plain(value))
            elif isinstance(value, tuple) and value and isinstance(value[0], str):
                object.__setattr__(self, part.name, tuple(map(plain, value)))


@dataclass(frozen=True, slots=True)
class Text(_Plain):
    """A paragraph. ``style``: ``plain``, ``note`` (small, under a table) or ``caution``."""

    text: str
    style: Literal["plain", "note", "caution"] = "plain"


@dataclass(frozen=True, slots=True)
class Points(_Plain):
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commands(_Plain):
    """Lines to type."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableBlock(_Plain):
    """A table with its numbered title.

    Parameters
    ----------
    id : str
        For anchors and tests; ASCII.
    title : str
        With its number, placed above.
    table : Table
    tones : mapping of (row, column) to verdict
        Cells that are coloured by a verdict.
    notes : tuple of str
        Set small under the table.
    long : bool
        A list to look things up in: a screen may fold it, a page prints it small.
    """

    id: str
    title: str
    table: Table
    tones: Mapping[tuple[int, int], str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    long: bool = False

    @property
    def heads(self) -> tuple[str, ...]:
        """Heads for a printed page, broken into lines by sense where the cells are narrow."""
        cells = zip(*self.table.rows, strict=True) if self.table.rows else ()
        widest = [min(max(map(_ems, column)), 14.0) for column in cells]
        widest = widest or [0.0] * len(self.table.headers)
        return tuple(
            wrap(head, max(HEAD_WIDTH, width))
            for head, width in zip(self.table.headers, widest, strict=True)
        )

    def weights(self, slack: float = 1.0) -> tuple[float, ...]:
        """Widths of the columns, in font sizes, for a printed page; ``slack`` widens numbers."""
        # English verdicts break between words; Chinese ones would break inside one.
        chinese = any("\u4e00" <= sign <= "\u9fff" for sign in "".join(self.table.headers))
        toned = {column for _, column in self.tones} if chinese else ()
        return column_widths(replace(self.table, headers=self.heads), toned, slack)


@dataclass(frozen=True, slots=True)
class Picture(_Plain):
    """A picture with its numbered title and what it shows, in words.

    ``draw`` makes the figures for a medium: one for screens, one or more for pages.
    """

    id: str
    title: str
    alt: str
    draw: Callable[[Medium], Sequence[Any]]


Block = Text | Points | Commands | TableBlock | Picture


@dataclass(frozen=True, slots=True)
class Section(_Plain):
    """A heading with its blocks; ``level`` 1 or 2. ``heading`` carries its number.

    ``annex``: something to look up, counted apart; a screen folds it.
    """

    id: str
    level: int
    heading: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Document(_Plain):
    """A whole report in one language; ``compact`` is one that fits a page."""

    language: Language
    title: str
    subtitle: str
    byline: str
    caution: str
    sections: tuple[Section, ...]
    compact: bool = False

    def tables(self) -> Iterator[TableBlock]:
        """Every table, in order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, TableBlock):
                    yield block

    def table(self, name: str) -> Table:
        """The table with this id; KeyError when there is none."""
        for block in self.tables():
            if block.id == name:
                return block.table
        raise KeyError(name)


def numbered(sections: Sequence[Section], language: Language) -> tuple[Section, ...]:
    """The sections with numbers before headings, tables and figures.

    Chinese official documents count 一、 and （一）; English ones 1 and 1.1. Annexes are counted
    apart.
    """
    first = second = annexes = tables = figures = 0
    done = []
    for section in sections:
        if section.annex:
            annexes += 1
        elif section.level == 1:
            first, second = first + 1, 0
        else:
            second += 1
        blocks: list[Block] = []
        for block in section.blocks:
            if isinstance(block, TableBlock):
                tables += 1
                title = label("report.table", language, number=tables, title=block.title)
                blocks.append(replace(block, title=title))
            elif isinstance(block, Picture):
                figures += 1
                title = label("report.figure", language, number=figures, title=block.title)
                blocks.append(replace(block, title=title))
            else:
                blocks.append(block)
        heading = f"{_heading_number(first, second, language)}{section.heading}"
        if section.annex:
            said = {"number": annexes, "heading": section.heading}
            heading = label("report.annex", language, **said)
        done.append(replace(section, heading=heading, blocks=tuple(blocks)))
    return tuple(done)


def _heading_number(first: int, second: int, language: Language) -> str:
    if not TYPOGRAPHY[language].full_width:
        return f"{first}.{second} " if second else f"{first}. "
    return f"（{chinese_number(second)}）" if second else f"{chinese_number(first)}、"


def chinese_number(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return CHINESE_DIGITS[ones]
    front = "" if tens == 1 else CHINESE_DIGITS[tens]
    return f"{front}十{CHINESE_DIGITS[ones] if ones else ''}"


def typeset(text: str, language: Language) -> str:
    """Quotation marks, brackets and minus signs as they are printed.

    Straight quotes are paired by their order; brackets round Chinese are full-width
    in Chinese text; a hyphen before a number that nothing precedes is a minus.
    """
    text = re.sub(r"(?<![A-Za-z0-9_.\-–])-(?=\d)", "−", text)
    if text.count('"') % 2 == 0:
        marks = iter("“”" * (text.count('"') // 2))
        text = re.sub('"', lambda _: next(marks), text)
    if TYPOGRAPHY[language].full_width:
        text = re.sub(r"\(([^()（）]*[\u4e00-\u9fff][^()（）]*)\)", _full_width, text)
    return text


def _full_width(match: re.Match[str]) -> str:
    """Brackets round words of another language stay as they are."""
    return match[0] if re.search(r"[A-Za-z]{4}", match[1]) else f"（{match[1]}）"


# Font sizes that a table may take on a page. English tables and those of many columns are
# set smaller, so more of them find room.
PAGE_EMS, PAGE_EMS_SMALL = 51.0, 57.0
MANY_COLUMNS = 9
LONGEST_WORD = 8.0
# A head of a column is broken to lines of so many font sizes.
HEAD_WIDTH = 4.2
# Space beside words in a cell, and the steps in which spare width is given away.
MARGIN, STEP = 0.9, 0.5
# Cells as short as this are not worth a line break.
SHORT_CELL = 5.0


def column_widths(
    table: Table, whole: Collection[int] = (), slack: float = 1.0
) -> tuple[float, ...]:
    """Widths that keep words and numbers in one piece and share what is left.

    Numbers and the columns of ``whole`` are not broken; other cells may break between words
    and between Chinese characters.
    """
    least, natural = [], []
    for place, head in enumerate(table.headers):
        cells = [row[place] for row in table.rows]
        solid = table.alignment[place] in ">^" or place in whole
        pieces = cells if solid else [piece for cell in cells for piece in _pieces(cell)]
        words = [1.05 * _ems(line) for line in head.split("\n")]
        words += [_ems(piece) if solid else min(_ems(piece), LONGEST_WORD) for piece in pieces]
        wide = max(words, default=1.0)
        least.append(slack * wide + 1.2 if solid else wide + MARGIN)
        longest = max([_ems(cell) for cell in cells] + [_ems(line) for line in head.split("\n")])
        natural.append(least[-1] if solid else max(longest + MARGIN, least[-1]))
    chinese = any("\u4e00" <= sign <= "\u9fff" for head in table.headers for sign in head)
    small = len(least) > MANY_COLUMNS or not chinese
    room = PAGE_EMS_SMALL if small else PAGE_EMS
    widths = _shared(table.rows, least, natural, room - sum(least))
    return tuple(round(width, 3) for width in widths)


def _shared(
    rows: Sequence[Sequence[str]], least: Sequence[float], natural: Sequence[float], spare: float
) -> list[float]:
    """Widths between least and natural: each step of ``spare`` goes where it saves most height.

    One long list of sources does not squeeze the names beside it, nor the other way round.
    """
    widths = list(least)
    broken = [place for place, width in enumerate(least) if width < natural[place]]
    needs = {tuple(_ems(row[place]) for place in broken) for row in rows}

    def lines(place: int, step: float) -> tuple[float, float]:
        tried = [widths[other] - MARGIN + step * (other == place) for other in broken]
        each = [[need / width for need, width in zip(row, tried, strict=True)] for row in needs]
        # Of columns that save nothing alone, the one that needs most lines comes first.
        most = max((row[broken.index(place)] for row in each), default=0.0)
        return round(sum(max(1.0, *row) for row in each), 9), -most

    while spare > 1e-6 and (open_ := [place for place in broken if widths[place] < natural[place]]):
        step = min(STEP, spare)
        widths[min(open_, key=lambda place: lines(place, step))] += step
        spare -= step
    return widths


def _pieces(text: str) -> list[str]:
    """What a line break keeps together; keys may be broken after an underscore."""
    if _ems(text) <= SHORT_CELL:
        return [text]
    return re.findall(r"[\u3000-\u9fff\uff00-\uffef]|[^ \n_\u3000-\u9fff\uff00-\uffef]+_?", text)


def breakable(text: str) -> str:
    """Keys with a place to break after each underscore, for narrow cells of a page."""
    return text.replace("_", "_\u200b")


def _ems(text: str) -> float:
    return sum(1.0 if ord(character) > 0x25A0 else 0.53 for character in text)


def picture_bytes(figure: Any, kind: Literal["svg", "png"], dpi: int = 150) -> bytes:
    """A figure as SVG or PNG; the same bytes for the same figure."""
    # matplotlib is the slowest import of a report, and a workbook needs none of it.
    from zjsim.report.charts import style
    from zjsim.report.charts.figures import METADATA

    buffer = BytesIO()
    with style.house():
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=METADATA[kind])
    return buffer.getvalue()


def missing_library(name: str, problem: ImportError, extra: str = "report") -> str:
    """What to do when an optional library is not there."""
    return (
        f"This format needs {name}, which is not installed ({problem}). "
        f'Install it with: pip install "zjsim[{extra}]"'
    )
