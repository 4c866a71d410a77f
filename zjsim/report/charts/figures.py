"""Pictures and their data on disk, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from zjsim.errors import RunError
from zjsim.report.words.csv_table import write_csv

FORMATS = ("png", "svg", "pdf")
# Without these, matplotlib writes its version and the time of day into the file.
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": "zjsim"},
    "svg": {"Date": None, "Creator": "zjsim"},
    "pdf": {"CreationDate": None, "ModDate": None, "Producer": "zjsim", "Creator": "zjsim"},
}


def check_formats(formats: Sequence[str]) -> None:
    """Raise RunError for a format that no picture is written in."""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise RunError(f"{unknown[0]}: no such picture format; take one of {', '.join(FORMATS)}")


def write_figure(
    figure: Any, stem: Path | str, formats: Sequence[str] = ("png",), dpi: int = 150
) -> list[Path]:
    """Write a figure as ``stem`` + ``.png``, ``.svg`` or ``.pdf``; the paths written.

    Raises
    ------
    RunError
        When a format is none of these.
    """
    from zjsim.report.charts import style

    check_formats(formats)
    written = []
    for name in formats:
        path = Path(stem).with_name(f"{Path(stem).name}.{name}")
        with style.house(), style.editable(figure) if name == "svg" else nullcontext():
            figure.savefig(path, format=name, dpi=dpi, metadata=METADATA[name])
        written.append(path)
    return written


def write_chart_data(
    stem: Path | str, headers: Sequence[str], rows: Iterable[Sequence[object]]
) -> Path:
    """Write the data of a chart beside it as CSV; its path."""
    path = Path(stem).with_name(f"{Path(stem).name}.csv")
    write_csv(path, headers, rows)
    return path
