"""Documentation written from the model and its tables: a page a sector, and what it rests on.

Every number and word comes from the plan's folder, so page and model cannot disagree. The
pages are Markdown that a code host shows as it is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zjsim.language import chosen_language
from zjsim.model.expression import to_text
from zjsim.model.names import canonical
from zjsim.model.spec import Auxiliary, Constant, Element, Flow, Lookup, Stock
from zjsim.openplan import PlanLike, open_plan
from zjsim.report.model.model_book import ModelBook, anchor, exact_name, page_name, table
from zjsim.report.words.labels import localised
from zjsim.scenario.path_words import lever_words
from zjsim.scenario.schema import Scenario
from zjsim.workflow import simulate

LINE = 96  # columns of an equation


def _code(text: str) -> list[str]:
    wrapped = textwrap.wrap(text, LINE, subsequent_indent="    ", break_long_words=False,
                            break_on_hyphens=False)  # fmt: skip
    return ["```text", *wrapped, "```", ""]


def sector_page(book: ModelBook, sector: str, picture: str = "") -> str:
    """One sector: purpose, picture, each variable, then the constants as a table."""
    elements = [e for e in book.spec.elements.values() if e.group == sector]
    lines = [f"# {book.sector_label(sector)}", "", book.texts.get(sector, ""), ""]
    if picture:
        lines += [f"![{book.word('sector.picture')}: {sector}]({picture})", ""]
    variables = [e for e in elements if not isinstance(e, Constant)]
    if variables:
        lines += [f"## {book.word('sector.variables')}", ""]
    for element in variables:
        lines += _variable(book, element)
    constants = [e for e in elements if isinstance(e, Constant)]
    if constants:
        lines += [f"## {book.word('sector.constants')}", "", *_constants(book, constants)]
    return "\n".join(lines)


def _variable(book: ModelBook, element: Element) -> list[str]:
    lines = [
        f"### {book.heading(element.name)}",
        "",
        element.documentation,
        "",
        f"*{book.word('field.kind')}:* {book.kind(element)} · "
        f"*{book.word('field.unit')}:* {element.unit}",
        "",
    ]
    match element:
        case Stock():
            initial = f"{book.word('field.initial')} = {to_text(element.initial)}"
            lines += _code(f"{book.word('field.net_flow')} = {to_text(element.net_flow)}")
            lines += _code(initial)
        case Flow() | Auxiliary():
            lines += _code(f"{element.name} = {to_text(element.equation)}")
        case Lookup():
            points = zip(element.table.xs, element.table.ys, strict=True)
            lines += _code(", ".join(f"({x:g}, {y:g})" for x, y in points))
    lines += [
        f"*{book.word('field.causes')}:* {book.links(book.reads[element.name])}",
        "",
        f"*{book.word('field.uses')}:* {book.links(book.uses[element.name])}",
        "",
    ]
    return lines


def _constants(book: ModelBook, constants: Sequence[Constant]) -> list[str]:
    keys = ("name", "value", "range", "distribution", "grade", "source", "note", "uses")
    rows = []
    for element in constants:
        row = book.plan.constants.row(element.name)
        ground = ("", "", "", "")
        note = element.documentation
        if row is not None:
            bounds = "" if row.low is None or row.low == row.high else f"{row.low:g}–{row.high:g}"
            ground = (bounds, row.distribution, row.grade, book.source(row.source))
            note = f"{note} {row.note}"
        elif canonical(element.name) in book.levers:
            ground = ("", f"[{book.word('kind.lever')}](levers.md)", "", "")
        elif canonical(element.name) in book.drivers:
            ground = ("", f"[{book.word('kind.driver')}](drivers.md)", "", "")
        name = f'<a id="{anchor(element.name)}"></a>{book.said(element.name)}'
        value = f"{element.value:.10g} {element.unit}"
        rows.append((name, value, *ground, note, book.links(book.uses[element.name])))
    return table([book.word(f"head.{key}") for key in keys], rows)


def levers_page(book: ModelBook) -> str:
    """What policy sets: clause, quote, range, path and what it costs."""
    year = book.plan.plan.base_year
    keys = ("lever", "name", "range", "path", "cost", "clause", "variable")
    rows = []
    quotes: list[str] = []
    for lever in book.levers.values():
        label = localised(lever.label, book.language)
        cost = book.word("levers.outside")
        if lever.cost_share:
            share = book.spec.elements.get(exact_name(book.spec, lever.cost_share))
            worth = f"{share.value:g} " if isinstance(share, Constant) else ""
            cost = f"{worth}({book.link(exact_name(book.spec, lever.cost_share))})"
        bounds = f"{lever.low:g}–{lever.high:g}"
        path = lever_words(lever.shape, language=book.language)
        variable = book.link(exact_name(book.spec, lever.variable))
        rows.append((f"`{lever.id}`", label, bounds, path, cost, lever.clause, variable))
        quotes += [f"## {lever.id}", "", f"> {lever.quote}", "", f"{lever.clause}. {lever.note}"]
        quotes.append("")
    head = [f"# {book.word('page.levers')}", "", book.word("levers.intro", year=year), ""]
    return "\n".join(
        head + table([book.word(f"head.{key}", year=year) for key in keys], rows) + quotes
    )


def drivers_page(book: ModelBook) -> str:
    """The outside world: each driver by path and year, with sources and grades."""
    lines = [
        f"# {book.word('page.drivers')}",
        "",
        book.word("drivers.intro", year=book.plan.plan.base_year),
        "",
    ]
    series = book.plan.drivers.series if book.drivers else {}
    for key, name in book.drivers.items():
        element = book.spec.elements.get(exact_name(book.spec, name))
        lines += [f"## {name}", ""]
        if element is not None:
            lines += [f"{element.documentation} ({element.unit})", ""]
        paths = [table_of[key] for table_of in series.values() if key in table_of]
        years = sorted({int(year) for path in paths for year, _ in path.values})
        rows = []
        for path in paths:
            values = {int(year): f"{value:g}" for year, value in path.values}
            sources = ", ".join(book.source(key) for key in dict.fromkeys(path.sources))
            grades = ", ".join(dict.fromkeys(path.grades))
            rows.append((path.path, *(values.get(year, "") for year in years), sources, grades))
        heads = [book.word("head.path_name"), *map(str, years), book.word("head.source")]
        lines += table([*heads, book.word("head.grade")], rows)
    return "\n".join(lines)


def loops_page(book: ModelBook, picture: str = "") -> str:
    """Named loops: path, polarity, off-switch, what was expected and what was seen."""
    lines = [f"# {book.word('page.loops')}", "", book.word("loops.intro"), ""]
    if picture:
        lines += [f"![{book.word('loops.picture')}]({picture})", ""]
    for entry in book.plan.loops:
        lines += _loop(book, entry)
    return "\n".join(lines)


def _loop(book: ModelBook, entry: Mapping[str, Any]) -> list[str]:
    path = " → ".join(book.link(name) for name in [*entry["cycle"], entry["cycle"][0]])
    off = ", ".join(f"`{name}` = {value:g}" for name, value in entry["off"].items())
    facts = [("polarity", entry["polarity"]), ("off", off)]
    lines = [f"## {entry['id']} {localised(entry['name'], book.language)}", "", path, ""]
    lines += [f"- *{book.word(f'head.{key}')}:* {value}" for key, value in facts]
    for key in ("run", "reason"):
        if entry.get(key):
            lines.append(f"- *{book.word(f'loops.{key}')}:* {entry[key]}")
    if entry.get("surprise"):
        lines.append(f"- *{book.word('head.surprise')}:* {entry['surprise']}")
    seen = {item["variable"]: item for item in entry.get("observed") or ()}
    rows = []
    for item in entry.get("expected") or ():
        found = seen.get(item["variable"], {})
        verdict = ""
        if found:
            verdict = book.word("loops.holds" if found.get("as_expected") else "loops.fails")
        numbers = (f"{found[key]:.10g}" if key in found else "" for key in ("uncut", "cut"))
        rows.append((book.said(item["variable"]), item["sign"], *numbers, verdict))
    if rows:
        heads = [book.word(f"head.{k}") for k in ("variable", "expected", "uncut", "cut")]
        lines += ["", *table([*heads, book.word("head.observed")], rows)]
    return [*lines, ""]


def boundary_page(book: ModelBook) -> str:
    """Inside, given, left out."""
    lines = [f"# {book.word('page.boundary')}", "", book.word("boundary.intro"), ""]
    lines += [f"## {book.word('boundary.endogenous')}", ""]
    rows = []
    for sector in book.sectors:
        cells = [
            [book.said(e.name) for e in book.spec.of_kind(kind) if e.group == sector]
            for kind in (Stock, Flow, Auxiliary)
        ]
        if any(cells):
            name = f"[{book.sector_label(sector)}]({page_name(sector)})"
            rows.append((name, *(", ".join(names) for names in cells)))
    heads = [book.word(f"kind.{key}") for key in ("stock", "flow", "auxiliary")]
    lines += table([book.word("head.sector"), *heads], rows)
    lines += [f"## {book.word('boundary.exogenous')}", ""]
    levers = [f"`{lever.id}`" for lever in book.levers.values()]
    drivers = ", ".join(map(book.said, book.drivers.values()))
    lines += [f"- [{book.word('page.drivers')}](drivers.md): {drivers}"]
    lines += [f"- [{book.word('page.levers')}](levers.md): {', '.join(levers)}", ""]
    left_out = book.boundary.get("excluded") or ()
    lines += [f"## {book.word('boundary.excluded')}", ""]
    keys = ("what", "why", "instead")
    cells_out = [[localised(item.get(key), book.language) for key in keys] for item in left_out]
    lines += table([book.word(f"head.{key}") for key in keys], cells_out)
    return "\n".join(lines)


def sources_page(book: ModelBook) -> str:
    """Every source that a constant or a driver names."""
    named = {row.source for row in book.plan.constants.rows.values()}
    if book.drivers:
        for path in book.plan.drivers.series.values():
            named |= {key for series in path.values() for key in series.sources}
    lines = [f"# {book.word('page.sources')}", "", book.word("sources.intro"), ""]
    for key, reference in sorted(book.references.items()):
        if key in named:
            note = reference.fields.get("note", "")
            lines += [f'<a id="{anchor(key)}"></a>**{key}**: {reference.text}', ""]
            lines += [f"> {note}", ""] if note else []
    return "\n".join(lines)


def index_page(book: ModelBook) -> str:
    """Counts, what is lacking, and where the pages are."""
    census = book.census
    title = localised(book.plan.plan.title, book.language)
    lines = [f"# {book.word('index.title', plan=title)}", ""]
    lines += [book.word("index.intro", hash=book.plan.model_hash[:8]), ""]
    lines += [f"## {book.word('index.sectors')}", ""]
    for sector in book.sectors:
        lines.append(f"- [{book.sector_label(sector)}]({page_name(sector)}): "
                     f"{book.texts.get(sector, '')}")  # fmt: skip
    lines += ["", f"## {book.word('index.other')}", ""]
    pages = ("levers", "drivers", "loops", "boundary", "sources")
    lines += [f"- [{book.word(f'page.{name}')}]({name}.md)" for name in pages]
    lines += ["", f"## {book.word('index.census')}", ""]
    rows: list[tuple[object, ...]] = [
        (book.word(f"kind.{kind}"), number, "") for kind, number in census.counts.items()
    ]
    for key in ("undocumented", "without_unit", "unsourced", "unused", "ends"):
        names = getattr(census, key)
        rows.append((book.word(f"census.{key}"), len(names), book.links(names) if names else ""))
    bare = ", ".join(f"{name}: {number:g}" for name, number in census.bare_numbers)
    rows.append((book.word("census.bare_numbers"), len(census.bare_numbers), bare))
    lines += table([book.word(f"census.{key}") for key in ("kind", "number", "which")], rows)
    lines += [f"## {book.word('index.grades')}", "", book.word("index.grade_words"), ""]
    grades = census.grades.items()
    return "\n".join(lines + table([book.word("head.grade"), book.word("census.number")], grades))


def model_pages(book: ModelBook, pictures: Mapping[str, str] | None = None) -> dict[str, str]:
    """Text of every page by file name; ``pictures`` has the file of each sector and of loops."""
    shown = pictures or {}
    pages = {
        "index.md": index_page(book),
        "levers.md": levers_page(book),
        "drivers.md": drivers_page(book),
        "loops.md": loops_page(book, shown.get("loops", "")),
        "boundary.md": boundary_page(book),
        "sources.md": sources_page(book),
    }
    for sector in book.sectors:
        page = page_name(sector)
        if page in pages:
            # A sector that bears a page's name: levers and drivers are both.
            pages[page] += "\n" + sector_page(book, sector).split("\n", 2)[2]
        else:
            pages[page] = sector_page(book, sector, shown.get(sector, ""))
    return {name: text.rstrip() + "\n" for name, text in pages.items()}


def picture_stems(book: ModelBook) -> dict[str, str]:
    """File stem of each picture: by sector, and ``loops`` for the causal-loop picture."""
    found = {e.group: f"stock-flow-{anchor(e.group)}" for e in book.spec.stocks}
    return found | ({"loops": "causal-loops"} if book.plan.loops else {})


def write_pictures(book: ModelBook, folder: Path) -> list[Path]:
    """Draw each sector's stocks and flows, and the causal loops; the paths written."""
    # Drawing takes a second to import; the text of the pages does not need it.
    from zjsim.report.charts.figures import write_figure
    from zjsim.report.model.pictures import plot_loops, plot_stock_flow

    # Signs that structure leaves open are read at the start, with levers at rest.
    runs = simulate(book.plan, Scenario(name=book.plan.folder.name), estimate_error=False)
    written: list[Path] = []
    for name, stem in picture_stems(book).items():
        if name == "loops":
            figure = plot_loops(runs, book.language)
        else:
            figure = plot_stock_flow(runs, name, book.language)
        written += write_figure(figure, folder / stem, dpi=90)
    return written


def write_model_pages(
    plan: PlanLike, folder: Path | str, language: str | None = None, pictures: bool = True
) -> list[Path]:
    """Write the documentation of a plan's model into a folder; the paths written.

    Parameters
    ----------
    plan : str, Path or OpenPlan
    folder : path
        Made when it is not there; files of the same names are replaced.
    language : {"en", "zh"}
        Of headings and labels; names and sentences of the model stay as they are written.
    pictures : bool
        Also draw each sector's stocks and flows, and the causal loops.

    Returns
    -------
    list of Path
        The files written.

    Examples
    --------
    >>> import tempfile, zjsim
    >>> pages = zjsim.write_model_pages("zhejiang", tempfile.mkdtemp(), pictures=False)
    >>> "index.md" in [page.name for page in pages]
    True
    """
    plan = open_plan(plan)
    language = chosen_language(language)
    book = ModelBook(plan, language)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written = write_pictures(book, target) if pictures else []
    shown = {name: f"{stem}.png" for name, stem in picture_stems(book).items()}
    for name, text in model_pages(book, shown if pictures else None).items():
        path = target / name
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written
