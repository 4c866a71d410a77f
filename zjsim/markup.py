"""How results show themselves: a line on a console, a small table in a notebook."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 40


class Shown(ABC):
    """A result with a `to_frame`; its dataclass says ``repr=False``."""

    __slots__ = ()

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """The result as a table."""

    @abstractmethod
    def _said(self) -> str:
        """A one-line summary for ``repr``."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._said()}>"

    def _repr_html_(self) -> str:
        table = self.to_frame()
        rows = [list(row) for row in table.head(MOST_ROWS).itertuples(index=False)]
        more = f"The first {MOST_ROWS} of {len(table)} rows; to_frame() has all."
        note = more if len(table) > MOST_ROWS else ""
        return html_table(self._said(), [str(name) for name in table.columns], rows, note)


def displays() -> Any:
    """The report's displays, imported by name when something is shown: the report stands above."""
    return import_module("zjsim.report.tables.notebook")


def html_table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], note: str = "",
    alignment: str = "",
) -> str:  # fmt: skip
    """A table with every text escaped; numbers are right-aligned, None is left empty.

    Parameters
    ----------
    caption : str
        Over the table.
    heads : sequence of str
    rows : iterable of sequences
        One cell per column.
    note : str
        Lines under the table.
    alignment : str
        ``<`` or ``>`` a column, where the cells are texts.
    """
    sides = {"<": "left", ">": "right"}
    rows = list(rows)
    columns = [sides[sign] for sign in alignment] or _sides(rows) or [""] * len(heads)
    # Jupyter sets heads and captions its own way; a head stands over its column.
    head = "".join(
        f'<th style="text-align:{side or "left"}">{html.escape(title)}</th>'
        for title, side in zip(heads, columns, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row, columns))}</tr>" for row in rows)
    below = f"<p>{'<br>'.join(map(html.escape, note.splitlines()))}</p>" if note else ""
    return (
        f'<table><caption style="text-align:left">{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"
    )


def _sides(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Where a column's cells stand: numbers to the right."""
    return (
        ["right" if isinstance(value, int | float) else "left" for value in rows[0]] if rows else []
    )


def _cell(value: Any, side: str = "") -> str:
    if isinstance(value, int | float):
        shown = f"{value:g}" if value == value else ""
        return f'<td style="text-align:right">{shown}</td>'
    # Jupyter sets cells to the right; words read from the left.
    text = "" if value is None else html.escape(str(value))
    return f'<td style="text-align:{side or "left"}">{text}</td>'
