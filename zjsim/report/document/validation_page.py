"""The validation page: one row per test, in HTML and Markdown."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.words.labels import label
from zjsim.report.words.text_table import Table, render_text_table

_MOST_DETAILS = 60
_MARKS = {"passed": "✔", "failed": "✘", "not_run": "–"}
_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fff;--rule:#ccc;--soft:#555;
--good:#12512a;--good-bg:#dcefe0;--bad:#7d1511;--bad-bg:#f7d9d6;--none-bg:#eee}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e8ea;--paper:#17191c;--rule:#3a4047;
--soft:#a9b0b7;--good:#8fe0c4;--good-bg:#123a2f;--bad:#ffb4ab;--bad-bg:#4a1a17;--none-bg:#33383d}}
body{font:16px/1.5 system-ui,"Noto Sans SC",sans-serif;margin:2rem auto;max-width:76rem;
padding:0 1rem;color:var(--ink);background:var(--paper)}
table{border-collapse:collapse;width:100%;font-size:.86rem}
th,td{border-bottom:1px solid var(--rule);padding:.35rem .5rem;text-align:left;vertical-align:top}
td.number{text-align:right;white-space:nowrap}
td.passed{background:var(--good-bg);color:var(--good)}
td.failed{background:var(--bad-bg);color:var(--bad);font-weight:700}
td.not_run{background:var(--none-bg)}td.passed,td.failed,td.not_run{white-space:nowrap}
details{margin:.3rem 0}summary{cursor:pointer}.scroll{overflow-x:auto}
li{overflow-wrap:anywhere}footer{margin-top:2rem;color:var(--soft);font-size:.85rem}
@media (max-width:46rem){body{margin:1rem auto}h1{font-size:1.5rem}table{width:62rem}}
@media print{@page{size:A4 landscape;margin:14mm}body{margin:0;max-width:none;font-size:9pt}
tr{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}}
"""


def word(key: str, language: Language, **filled: Any) -> str:
    """A word of the page."""
    return label(f"validation.{key}", language, **filled)


def shown_value(value: float | None) -> str:
    """A statistic in few digits: counts whole, small sizes by their exponent."""
    if value is None:
        return "–"
    if value == 0 or (float(value).is_integer() and abs(value) < 1e6):
        return f"{value:.0f}"
    return f"{value:.1e}" if abs(value) < 1e-3 else f"{value:.3g}"


def verdict_word(verdict: str, language: Language) -> str:
    """The verdict with a mark, so that colour is never the only sign."""
    return f"{_MARKS[verdict]} {word(verdict, language)}"


def summary(validation: Any, language: Language) -> str:
    """How many tests passed, and which ones the plan does not ask for."""
    verdicts = [row.verdict for row in validation.rows]
    counts = {key: verdicts.count(key) for key in ("passed", "failed", "not_run")}
    said = word("summary", language, total=len(verdicts), **counts)
    if not validation.unasked:
        return said
    marks = TYPOGRAPHY[language]
    names = marks.comma.join(validation.unasked)
    return said + marks.gap + word("unasked", language, names=names)


def result_of(row: Any) -> str:
    """What came out, in words."""
    return str(row.reason if row.measured is None else row.measured.words)


def finding(row: Any, language: Language) -> str:
    """What a failed test found; the sentence of the test itself is English."""
    if language == "en":
        return result_of(row)
    value = shown_value(row.measured.value if row.measured else None)
    limit = f"{row.compare} {shown_value(row.threshold)}"
    return word("finding", language, what=row.what[language], value=value, limit=limit)


def screen_table(validation: Any, language: Language) -> Table:
    """The short table of the terminal."""
    keys = ("test", "what", "threshold", "value", "verdict", "seconds")
    rows = tuple(
        (
            row.id,
            row.what[language],
            f"{row.compare} {shown_value(row.threshold)}",
            shown_value(row.measured.value if row.measured else None),
            verdict_word(row.verdict, language),
            f"{row.seconds:.1f}",
        )
        for row in validation.rows
    )
    return Table(tuple(word(key, language) for key in keys), rows, "<<>><>")


def render_markdown(validation: Any, language: Language) -> str:
    """The page as Markdown."""
    lines = [
        f"# {word('title', language, plan=validation.plan)}", "",
        summary(validation, language), "", word("lead", language), "",
    ]  # fmt: skip
    keys = ("test", "what", "source", "statistic", "threshold", "result", "verdict")
    for group, rows in _groups(validation):
        cells = tuple(
            (
                row.id,
                row.what[language],
                row.source,
                row.statistic[language],
                f"{row.compare} {shown_value(row.threshold)}",
                f"{shown_value(row.measured.value if row.measured else None)} · {result_of(row)}",
                verdict_word(row.verdict, language),
            )
            for row in rows
        )
        table = Table(tuple(word(key, language) for key in keys), cells, "<<<<><<")
        lines += [f"## {word(group, language)}", "", render_text_table(table, style="markdown"), ""]
    lines += [f"## {word('details', language)}", ""]
    for row in validation.rows:
        if row.measured is not None and row.measured.details:
            lines += [f"### {row.id}", ""]
            lines += [f"- {line}" for line in _cut(row.measured.details)]
            lines.append("")
    return "\n".join([*lines, _footer(validation, language), "", word("again", language), ""])


def render_html(validation: Any, language: Language) -> str:
    """The page as one HTML file without any other."""
    title = escape(word("title", language, plan=validation.plan))
    parts = [
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1><p><strong>{escape(summary(validation, language))}</strong></p>",
        f"<p>{escape(word('lead', language))}</p>",
    ]
    # The verdict stands second: a phone shows it without scrolling.
    keys = ("test", "verdict", "what", "result", "value", "threshold", "statistic", "source",
            "seconds")  # fmt: skip
    heads = "".join(f'<th scope="col">{escape(word(key, language))}</th>' for key in keys)
    for group, rows in _groups(validation):
        parts.append(f"<h2>{escape(word(group, language))}</h2>")
        parts.append(f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>')
        parts += [_html_row(row, language) for row in rows]
        parts.append("</tbody></table></div>")
    parts.append(f"<footer>{escape(_footer(validation, language))}<br>")
    parts.append(f"{escape(word('again', language))}</footer></body></html>\n")
    return "\n".join(parts)


def write_page(folder: Path, validation: Any, language: Language) -> tuple[Path, ...]:
    """Write ``validation.html`` and ``validation.md`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        folder / "validation.html": render_html(validation, language),
        folder / "validation.md": render_markdown(validation, language),
    }
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return tuple(files)


def _groups(validation: Any) -> list[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for row in validation.rows:
        found.setdefault(row.group, []).append(row)
    return list(found.items())


def _html_row(row: Any, language: Language) -> str:
    details = ""
    if row.measured is not None and row.measured.details:
        items = "".join(f"<li>{escape(line)}</li>" for line in _cut(row.measured.details))
        heading = escape(word("details", language))
        details = f"<details><summary>{heading}</summary><ul>{items}</ul></details>"
    value = row.measured.value if row.measured else None
    return (
        f'<tr id="{escape(row.id)}"><td>{escape(row.id)}</td>'
        f'<td class="{row.verdict}">{escape(verdict_word(row.verdict, language))}</td>'
        f"<td>{escape(row.what[language])}</td>"
        f"<td>{escape(result_of(row))}{details}</td>"
        f'<td class="number">{shown_value(value)}</td>'
        f'<td class="number">{escape(row.compare)} {shown_value(row.threshold)}</td>'
        f"<td>{escape(row.statistic[language])}</td><td>{escape(row.source)}</td>"
        f'<td class="number">{row.seconds:.1f}</td></tr>'
    )


def _cut(details: Any) -> list[str]:
    lines = list(details)[:_MOST_DETAILS]
    left = len(details) - len(lines)
    return [*lines, f"… {left} more"] if left else lines


def _footer(validation: Any, language: Language) -> str:
    return word(
        "footer",
        language,
        model=validation.model_hash[:8],
        protocol=validation.protocol_hash[:8],
        version=validation.version,
        depth=word(validation.depth, language),
    )
