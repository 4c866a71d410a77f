"""Write the generated part of the documentation: ``python docs/generate.py``.

Reference pages come from the commands, the schema, the docstrings and the model; regions
between ``<!-- generated: NAME -->`` and ``<!-- /generated -->`` and the output of commands in
all other pages are renewed in place. ``--check`` writes nothing and fails when something is
out of date; pictures are not compared. A page named as an argument is renewed alone.
"""

from __future__ import annotations

import csv
import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import blocks
import gallery
import measured
from explorer_picture import explorer_picture
from measured import table

import zjsim
from zjsim.formats import Declared, sentences
from zjsim.schemas import FORMATS, schema_of

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
REGION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- /generated -->)", re.DOTALL)
SAID = """What a command prints for people comes in Chinese with `--lang zh` and in English with
`--lang en`; without the option `ZJSIM_LANG` decides, then the locale, then English. Messages and
help are looked up sentence by sentence; what has no Chinese yet stays English, and Python raises
English. In tables, names of model variables without a Chinese name stay as the model file has
them. In a terminal nothing is wider than the screen; in a pipe each row of a table is one line.

`--json` has English field names and codes whatever the language. Values are in the unit the plan
prints (`unit`); `progress`, `time_progress` and probabilities are parts of one; `rate_needed` has
its unit beside it (`rate_needed_unit`) and counts from `rate_needed_since`; `official_word` is the
code of the official word for the projected progress: `reached_early`, `faster`, `on_course` or
`behind`.

"""
NOTE = "<!-- Written by docs/generate.py; do not edit by hand. -->\n\n"


# Commands


def commands_page() -> str:
    """Every command with its arguments and options, from the commands themselves."""
    import typer

    from zjsim.cli.main import app

    root = typer.main.get_command(app)
    text = f"# Commands\n\n{NOTE}`zjsim --help` and `zjsim COMMAND --help` say the same.\n\n{SAID}"
    return text + "\n".join(
        _command(root.commands[name], f"zjsim {name}") for name in root.commands
    )


def _command(command: Any, name: str, level: int = 2) -> str:
    text = f"{'#' * level} {name}\n\n{_help_text(command.help or '')}\n\n"
    rows = []
    for item in command.params:
        shown = ", ".join(f"`{word}`" for word in [*item.opts, *item.secondary_opts])
        if item.param_type_name == "argument":
            shown = f"`{item.metavar or item.name.upper()}`"
        elif item.name == "help":
            continue
        value = item.metavar if item.param_type_name == "option" and item.metavar else ""
        default = item.default if isinstance(item.default, str | int | float) else ""
        default = "" if isinstance(default, bool) or default == "" else f" Default: `{default}`."
        words = " ".join((getattr(item, "help", "") or "").split())
        rows.append((shown, f"`{value}`" if value else "", f"{words}{default}"))
    if rows:
        text += table(("argument or option", "value", "meaning"), rows) + "\n"
    for sub in getattr(command, "commands", {}).values():
        text += _command(sub, f"{name} {sub.name}", level + 1) + "\n"
    return text


def _help_text(text: str) -> str:
    paragraphs = [" ".join(part.split()) for part in text.replace("\b", "").split("\n\n")]
    example = re.compile(r"^Example: (.*)$")
    return "\n\n".join(example.sub(r"Example: `\1`", part) for part in paragraphs)


# Scenario files


def scenario_file_page() -> str:
    """Keys of a scenario file, as they are declared."""
    text = (
        f"# The scenario file\n\n{NOTE}One YAML file, only differences. Order: the files under "
        "`based_on`, this file, then `--set`. The schema is printed by `zjsim schema scenario`; "
        "an editor that knows it completes and checks.\n\n"
    )
    document = schema_of("scenario")
    parts = _parts(document)
    text += _keys("The file", document, parts) + "\n"
    return text + "\n".join(_keys(_words(name), part, parts) for name, part in parts.items())


def file_formats_page() -> str:
    """Keys of the other files that a user writes."""
    text = (
        f"# The other files\n\n{NOTE}Keys of the files of a plan's folder and of a study, as "
        "`zjsim lint` checks them. `zjsim schema plan` prints the JSON schema of `plan.yaml` for "
        "an editor, and so for the others. The tables (`constants.csv`, `drivers.csv`, "
        "`observations.csv` and others) say their columns in their first line.\n\n"
    )
    seen: dict[str, Any] = {}
    for name in FORMATS:
        if name == "scenario":
            seen |= dict.fromkeys(_parts(schema_of(name)), "scenario-file.md")
            continue
        document = schema_of(name)
        parts = _parts(document)
        whole = document["oneOf"][0] | document if name == "levers" else document
        title = "A study" if name == "study" else f"{name}.yaml"
        text += _keys(title, whole, parts, seen) + "\n"
        for own, part in parts.items():
            if own not in seen:
                text += _keys(_words(own), part, parts, seen) + "\n"
        seen |= {own: seen.get(own, "") for own in parts}
    return text


def _parts(document: Any) -> dict[str, Any]:
    """The parts of a file by name: objects with keys of their own."""
    found: dict[str, Any] = {}

    def collect(part: Any) -> None:
        if isinstance(part, dict):
            if "properties" in part and isinstance(part.get("$comment"), str):
                name, _, said = part["$comment"].partition(": ")
                found.setdefault(name, {**part, "description": said})
            for item in part.values():
                collect(item)
        elif isinstance(part, list):
            for item in part:
                collect(item)

    collect({key: value for key, value in document.items() if key != "$comment"})
    return {name: found[name] for name in sorted(found)}


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _keys(name: str, part: Any, parts: Any, elsewhere: Any = None) -> str:
    required = part.get("required", ())
    rows = [
        (
            f"`{key}`" + (" (needed)" if key in required else ""),
            _kind(item, parts, elsewhere or {}),
            item.get("description", ""),
        )
        for key, item in part["properties"].items()
    ]
    return f"## {name}\n\n{part.get('description', '')}\n\n" + table(
        ("key", "value", "meaning"), rows
    )


def _kind(item: Any, parts: Any, elsewhere: Any) -> str:
    name = item.get("$comment", "").partition(": ")[0]
    if "$ref" in item:
        name = item["$ref"].rsplit("/", 1)[1]
    if name in parts:
        anchor = _words(name).lower().replace(" ", "-")
        return f"[{_words(name)}]({elsewhere.get(name, '')}#{anchor})"
    for key in ("anyOf", "oneOf", "allOf"):
        if key in item:
            kinds = [_kind(each, parts, elsewhere) for each in item[key]]
            return " or ".join(kind for kind in dict.fromkeys(kinds) if kind != "null")
    if "enum" in item:
        return ", ".join(f"`{word}`" for word in item["enum"])
    if "const" in item:
        return f"`{item['const']}`"
    if item.get("type") == "array":
        return f"list of {_kind(item.get('items', {}), parts, elsewhere) or 'values'}"
    if item.get("type") == "object":
        inner = item.get("additionalProperties")
        return f"name: {_kind(inner, parts, elsewhere)}" if isinstance(inner, dict) else "mapping"
    bounds = [item.get("minimum", item.get("exclusiveMinimum")), item.get("maximum")]
    words = str(item.get("type", ""))
    known = all(bound is not None and abs(bound) < 1e12 for bound in bounds)
    return f"{words} {bounds[0]:g}–{bounds[1]:g}" if known else words


# Python


TASKS = {
    "Open": "open_plan scenario_names read_model audit lint OpenPlan",
    "Change": "read_scenario Scenario",
    "Run": "simulate simulate_ensemble simulate_model run_study Runs ScenarioRuns EnsembleRuns "
    "Executor",
    "Judge": "assess compare run_checks Assessment ScenarioAssessments",
    "How sure": "compute_chances Chances hindcast hindcast_from calibrate validate",
    "Learn": "learn learn_family known_until monitor evaluate Learning FamilyLearning Monitoring "
    "Evaluation",
    "Why": "compute_influence compute_sensitivity decompose decompose_levers wedges chance_wedges",
    "Decide": "backcast flip discover robust",
    "Draw": "plot_board plot_indicator plot_targets plot_progress plot_comparison plot_fan "
    "plot_probabilities plot_learning plot_tornado plot_wedges plot_decomposition "
    "plot_chance_parts plot_frontier plot_study plot_variable plot_levers plot_drivers "
    "plot_discover plot_robust plot_loops plot_stock_flow",
    "Explore": "explore",
    "Write": "write_run write_report export write_model_pages",
}


# What functions give back and nobody constructs: by module, below `zjsim`.
RESULTS = {
    "assessment.assess": "Row Reading",
    "assessment.probability": "Share Probabilities",
    "assessment.chances": "Spread",
    "assessment.checks": "CheckOutcome",
    "assessment.named": "Indicators",
    "plan_tables": "Levers Drivers Constants Scenarios",
    "assessment.observations": "Observations",
    "analysis.sensitivity.one_at_a_time": "Influence Swing LeverOff",
    "analysis.sensitivity.sensitivity": "Sensitivity",
    "analysis.decomposition.decomposition": "Decomposition",
    "analysis.decomposition.wedges": "Wedges",
    "analysis.decomposition.chances": "ChanceWedges",
    "analysis.deciding.answer": "Backcast TargetPrice LeverChange Certificate",
    "analysis.deciding.flip": "Flips Flip Departure",
    "analysis.deciding.discover": "Discovery",
    "analysis.deciding.regions": "Region Limit",
    "analysis.deciding.robust": "Robustness",
    "analysis.deciding.measures": "Measures",
    "analysis.deciding.signposts": "Signpost",
    "analysis.history.earlier": "Earlier",
    "analysis.history.hindcast": "Hindcast",
    "analysis.history.calibration": "Calibration",
    "analysis.validation.suite": "Validation",
    "trajectories": "Trajectories",
    "report.explorer.widget": "Explorer",
    "lint": "LintFinding",
}


def python_page() -> str:
    """The public names with their docstrings, by task."""
    text = f"# Python\n\n{NOTE}`import zjsim` offers these names and no others.\n\n"
    errors = []
    grouped = [name for names in TASKS.values() for name in names.split()]
    for name in sorted(zjsim.__all__):
        item = getattr(zjsim, name)
        if inspect.isclass(item) and issubclass(item, Exception):
            errors.append((f"`{name}`", (inspect.getdoc(item) or "").split("\n")[0]))
        elif callable(item) and name not in grouped:
            raise ValueError(f"{name}: name its task in TASKS")
    for task, names in TASKS.items():
        text += f"## {task}\n\n"
        for name in names.split():
            text += _documented(name, getattr(zjsim, name), 3) + "\n"
    text += "## What they give back\n\nFunctions above return these; nobody constructs them.\n\n"
    for module, names in RESULTS.items():
        home = import_module(f"zjsim.{module}")
        for name in names.split():
            text += _documented(name, getattr(home, name), 3, called=False) + "\n"
    return text + "## Errors\n\n" + table(("name", "raised"), errors)


def _documented(name: str, item: Any, level: int = 2, called: bool = True) -> str:
    text = f"{'#' * level} {name}\n\n"
    if callable(item) and called:
        text += f"```text\n{name}{_signature(item)}\n```\n\n"
    text += _docstring(inspect.getdoc(item) or "") + "\n"
    if inspect.isclass(item):
        rows = []
        fields = dataclasses.fields(item) if dataclasses.is_dataclass(item) else ()
        if issubclass(item, Declared):
            said = sentences(item).items()
            text += "\n" + table(("field", "meaning"), [(f"`{key}`", words) for key, words in said])
        elif fields and "Parameters" not in (inspect.getdoc(item) or ""):
            text += f"\nFields: {', '.join(f'`{each.name}`' for each in fields)}.\n"
        # What a class of ours hands down is its own as well.
        ours = [each for each in item.__mro__ if each.__module__.startswith("zjsim")]
        members = {k: v for each in reversed(ours) for k, v in vars(each).items()}
        for member, value in members.items():
            value = getattr(value, "func", getattr(value, "fget", value))
            if not member.startswith("_") and member != "faults" and inspect.isfunction(value):
                words = _docstring(inspect.getdoc(value) or "").split("\n\n")[0]
                rows.append((f"`{member}`", words))
        if rows:
            text += "\n" + table(("member", "meaning"), rows)
    return text


def _signature(item: Any) -> str:
    parameters = inspect.signature(item).parameters.values()
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    text = str(inspect.Signature([each for each in bare if each.name != "self"]))
    return re.sub(r"<function .*? at 0x[0-9a-f]+>", "...", text)


def _docstring(text: str) -> str:
    """Parameters, Returns and Raises as lists, examples as a block; the rest as it is."""
    text, _, examples = text.partition("Examples\n--------\n")
    lines: list[str] = []
    source = text.rstrip().splitlines()
    section = ""
    for place, line in enumerate(source):
        below = source[place + 1] if place + 1 < len(source) else ""
        if below and set(below) == {"-"}:
            section = line
            lines += [f"**{line}**", ""]
        elif line and set(line) == {"-"}:
            continue
        elif section in ("Parameters", "Returns", "Raises") and line and not line.startswith(" "):
            name, _, kind = line.partition(" : ")
            lines.append(f"- `{name}`" + (f": {kind.replace('`', '')}" if kind else ""))
        elif section and line.startswith(" "):
            lines.append(f"  {line.strip().replace('``', '`')}")
        else:
            lines.append(line.replace("``", "`"))
    if examples:
        lines += ["", "**Example**", "", "```pycon", examples.strip(), "```"]
    return "\n".join(lines)


# Regions


@cache
def _reports() -> tuple[Any, ...]:
    from zjsim.bundle import scenario_names
    from zjsim.report.output.results import report_of

    plan = zjsim.open_plan()
    reports = []
    for name in scenario_names():
        runs = zjsim.simulate(plan, name)
        reports.append(report_of(runs, zjsim.assess(plan, runs)))
    return tuple(reports)


def results(language: Any = "en") -> str:
    """Every shipped scenario against the ten targets, as they come."""
    from zjsim.report.tables.wording import plan_target_words, value_words
    from zjsim.report.words.labels import label, localised
    from zjsim.report.words.verdicts import MARKS

    reports = _reports()
    first = reports[0].rows
    heads = [label("column.scenario", language), *(str(r.indicator.number) for r in first)]
    marks = [f"{label('column.target', language, year=2025)}"]
    marks += [plan_target_words(row.indicator, language) for row in first]
    rows = [[*marks, ""]]
    for report in reports:
        values = [f"{value_words(row)} {MARKS[row.verdict]}{_counted(row)}" for row in report.rows]
        name = f"{localised(report.scenario_label, language)} `{report.scenario}`"
        rows.append([name, *values, f"{report.met}/{len(first)}"])
    text = table([*heads, label("column.met", language)], rows)
    return text + "\n" + label("results.counted", language) + "\n\n" + "; ".join(
        f"{row.indicator.number} {localised(row.indicator.label, language)} "
        f"({localised(row.indicator.unit, language)})" for row in first
    ) + ".\n"  # fmt: skip


def _counted(row: Any) -> str:
    """Of a cut whose projects are left out, the same with all of them counted, in brackets."""
    if not row.indicator.excludes_state_listed or not row.variants:
        return ""
    return f" ({row.variants[0][1]:.{row.indicator.decimals}f})"


def results_zh() -> str:
    """The same in Chinese."""
    return results("zh")


def levers_apart_and_together() -> str:
    """What each lever alone is worth, their sum, and all together."""
    plan = zjsim.open_plan()
    scenario = plan.read_scenario("baseline")
    base = _values(plan, scenario)
    rows = []
    total = [0.0] * len(base)
    for lever in scenario.levers:
        worth = _less(base, _values(plan, _without(scenario, [lever])))
        total = [t + w for t, w in zip(total, worth, strict=True)]
        rows.append([f"`{lever}`", *_signed(worth)])
    joint = _less(base, _values(plan, _without(scenario, list(scenario.levers))))
    rows += [["sum of the single ones", *_signed(total)], ["all together", *_signed(joint)]]
    return table(["lever", *(str(item.number) for item in plan.plan.indicators)], rows)


def _without(scenario: Any, levers: list[str]) -> Any:
    held = {name: dataclasses.replace(scenario.levers[name], to=0.0) for name in levers}
    return scenario.changed(levers={**scenario.levers, **held})


def _values(plan: Any, scenario: Any) -> list[float]:
    runs = zjsim.simulate(plan, scenario, estimate_error=False, save=plan.indicator_variables)
    return [row.projection for row in zjsim.assess(plan, runs).rows]


def _less(first: list[float], second: list[float]) -> list[float]:
    return [a - b for a, b in zip(first, second, strict=True)]


def _signed(values: Iterable[float]) -> list[str]:
    return [f"{value:+.2f}".replace("-", "−") if abs(value) >= 0.005 else "0" for value in values]


def calibrated() -> str:
    """What history up to 2020 could say of each constant, from ``calibration.csv``."""
    path = zjsim.open_plan().folder.file("calibration.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (
                row["sector"].replace("_", " "),
                row["name"],
                f"{float(row['prior_low']):g}–{float(row['prior_high']):g}",
                f"{float(row['low']):.3g}–{float(row['high']):.3g}",
                row["identified"],
            )
            for row in csv.DictReader(file)
        ]
    heads = ("sector", "constant", "range before", "95 % interval after", "identified")
    return table(heads, rows)


def substitution() -> str:
    """The plan as written with capital and labour replacing each other less and more easily."""
    from zjsim.report.tables.wording import MARKS

    plan = zjsim.open_plan()
    row = plan.constants.row("labour substitution")
    assert row is not None
    rows = []
    for value in (row.low, plan.names.constants[row.name], row.high):
        runs = zjsim.simulate(plan, "baseline", [f"constants.{row.name}={value:g}"])
        found = zjsim.assess(plan, runs).rows
        marks = [f"{item.projection:.1f} {MARKS[item.verdict]}" for item in found]
        rows.append([f"{value:g}", *marks])
    numbers = (str(item.number) for item in plan.plan.indicators)
    return table(["elasticity", *numbers], rows)


def shocks() -> str:
    """What five shocks do to the ten indicators by 2025; what came otherwise than expected: *."""
    from zjsim.analysis.validation.shocks import moved
    from zjsim.analysis.validation.subject import subject_of

    plan = zjsim.open_plan()
    rows: dict[str, list[str]] = {}
    for item in moved(subject_of(plan)):
        mark = "" if item.expected else " \\*"
        text = f"{item.change:+.2f}".replace("-", "−") if item.felt else f"({item.change:+.2f})"
        rows.setdefault(item.shock.replace("_", " "), []).append(text.replace("-", "−") + mark)
    numbers = (str(item.number) for item in plan.plan.indicators)
    return table(("shock", *numbers), [(name, *cells) for name, cells in rows.items()])


def earlier() -> str:
    """The run from 2015 beside what was published to 2020."""
    from zjsim.report.tables.trust_tables import earlier_findings, earlier_table

    found = zjsim.hindcast_from("zhejiang", 2015)
    shown = earlier_table(found.cases, "en")
    return f"{table(shown.headers, shown.rows)}\n\n" + " ".join(earlier_findings(found, "en"))


def boundary_variants() -> str:
    """How alike the levers rank when the boundary or the form is another."""
    from zjsim.analysis.validation.family import agreements
    from zjsim.analysis.validation.subject import subject_of

    subject = subject_of(zjsim.open_plan())
    numbers = {item.variable: item.number for item in subject.plan.plan.indicators}
    rows = [
        (entry["what"], f"{sum(found.values()) / len(found):.2f}",
         f"{min(found.values()):.2f} ({numbers[min(found, key=lambda n: found[n])]})")
        for entry, found in agreements(subject)
    ]  # fmt: skip
    return table(("if", "Kendall's tau, mean", "least (indicator)"), rows)


def family_member() -> str:
    """Another province's published figures beside the same equations."""
    from zjsim.analysis.validation.family import member_fits, read_family
    from zjsim.analysis.validation.subject import subject_of

    subject = subject_of(zjsim.open_plan())
    years = (2021, 2022, 2023)
    rows = []
    for member in read_family(subject)["members"]:
        for fit in member_fits(subject, member):
            pairs = zip(fit.years, fit.published, fit.model, strict=True)
            told = {year: f"{p:.4g} / {m:.4g}" for year, p, m in pairs}
            name = f"{member['label']['en']}: {fit.series}"
            rows.append((name, *(told.get(y, "–") for y in years), f"{100 * fit.mape:.1f} %"))
    return table(("published / model", *map(str, years), "mean error"), rows)


def price_twins() -> str:
    """Indicators at current prices beside the same at 2020 prices, plan as written."""
    rows = [
        (
            row.indicator.number,
            row.indicator.label.en,
            f"{row.projection:.2f}",
            f"{row.constant_price:.2f}",
        )
        for row in _reports()[0].rows
        if row.constant_price is not None
    ]
    return table(("", "indicator", "judged, current prices", "at 2020 prices"), rows)


def charts() -> str:
    """Every kind of chart, what it shows and what it takes."""
    from zjsim.report.output.gallery import KINDS

    takes = {
        "assessments": "scenarios",
        "ensemble": "a scenario, `-n`, `--seed`, `--known-until`",
        "ensembles": "one to five scenarios, `-n`, `--seed`, `--known-until`",
        "parts": "a scenario, or two to tell apart, `--levers`",
        "chances": "a scenario, or two to tell apart, `--levers`, `-n`, `--seed`",
        "paths": "one to six scenarios, `--band`, `-n`, `--seed`",
        "study": "a study's file",
        "backcast": "a scenario, `--targets`, `--wanted`, `--cost`, `-n`",
        "learning": "a scenario, `-n`, `--seed`, `--known-until`",
        "discovery": "a scenario, `-n`, `--seed`",
        "robustness": "scenarios, `-n`, `--seed`",
    }
    rows = []
    for kind in KINDS.values():
        option = "variable" if kind.choice in ("lever", "driver") else kind.choice
        more = f", `--{option}`" if kind.choice else ""
        function = f"[`{kind.function}`](../reference/python.md#{kind.function})"
        shows = kind.shows.replace("``", "`")
        rows.append((f"`{kind.name}`", shows, takes.get(kind.of, "a scenario") + more, function))
    return table(("kind", "shows", "takes", "in Python"), rows)


REGIONS: dict[str, Callable[[], str]] = {
    "charts": charts,
    "gallery": partial(gallery.page, "en"),
    "gallery_zh": partial(gallery.page, "zh"),
    "results": results,
    "results_zh": results_zh,
    "levers_apart_and_together": levers_apart_and_together,
    "calibrated": calibrated,
    "price_twins": price_twins,
    "substitution": substitution,
    "boundary_variants": boundary_variants,
    "family_member": family_member,
    "speed_machine": measured.machine,
    "speed_ensembles": measured.ensembles,
    "speed_one": measured.one_run,
    "speed_memory": measured.memory,
    "speed_floor": measured.floor,
    "speed_zhejiang": measured.zhejiang,
    "speed_ratios": measured.ratios,
    "ranks": measured.ranks,
    "clock": measured.clock,
    "bar": measured.bar,
    "bar_forecasts": measured.bar_forecasts,
    "bar_provinces": measured.bar_provinces,
    "earlier": earlier,
    "shocks": shocks,
}


def with_regions(text: str) -> str:
    """The text with its generated regions renewed."""
    return REGION.sub(lambda m: f"{m[1]}{REGIONS[m[2]]().rstrip()}\n{m[3]}", text)


# All of it


def reference_pages() -> dict[Path, str]:
    """Every generated page under docs/reference by path, model pages included."""
    from zjsim.report.model.model_book import ModelBook
    from zjsim.report.model.model_pages import model_pages, picture_stems

    folder = DOCS / "reference"
    pages = {
        folder / "commands.md": commands_page(),
        folder / "scenario-file.md": scenario_file_page(),
        folder / "file-formats.md": file_formats_page(),
        folder / "python.md": python_page(),
    }
    book = ModelBook(zjsim.open_plan(), "en")
    shown = {name: f"{stem}.png" for name, stem in picture_stems(book).items()}
    for name, text in model_pages(book, shown).items():
        pages[folder / "model" / name] = text
    return {path: text.rstrip() + "\n" for path, text in pages.items()}


def written_pages() -> list[Path]:
    """Pages that people write: everything but the reference."""
    found = sorted(DOCS.rglob("*.md")) + sorted(ROOT.glob("README*.md"))
    found += sorted((ROOT / "models").glob("*/README.md"))
    return [path for path in found if DOCS / "reference" not in path.parents]


def pictures() -> None:
    """The pictures of README and the model pages, made by the commands a user has."""
    from PIL import Image

    from zjsim.report.model.model_pages import write_model_pages

    write_model_pages(zjsim.open_plan(), DOCS / "reference" / "model", "en")
    with blocks.workplace():
        for language in ("en", "zh"):
            blocks.run_command(f"zjsim run baseline --lang {language}")
            board = Image.open(next(Path("runs").glob(f"baseline-*/board_{language}.png")))
            wide = 1500 if language == "en" else 1000
            board = board.convert("RGB").resize((wide, round(wide * board.height / board.width)))
            target = DOCS / "images" / f"board_{language}.png"
            board.save(target, optimize=True)
        picture = DOCS / "images" / "explorer_en.png"
        explorer_picture(picture)
        Image.open(picture).convert("RGB").save(picture, optimize=True)
    gallery.main([])


def main(arguments: list[str]) -> int:
    """Write or check; the number of pages out of date."""
    check = "--check" in arguments
    only = {Path(word).resolve() for word in arguments if not word.startswith("-")}
    if not check and not only:
        pictures()
    reference = DOCS / "reference"
    wanted = not only or any(reference in path.parents for path in only)
    pages = reference_pages() if wanted else {}
    chosen = {path: text for path, text in pages.items() if not only or path in only}
    stale = sum(_settle(path, text, check) for path, text in chosen.items())
    for path in only - pages.keys() or ([] if only else written_pages()):
        stale += _settle(path, renewed(path), check)
    return stale if check else 0


def renewed(path: Path) -> str:
    """A page that people write, with its generated regions and outputs as they are now."""
    page = blocks.Page(path)
    page.text = with_regions(page.text)
    return page.renewed() if page.runs else page.text


def _settle(path: Path, text: str, check: bool) -> bool:
    """Whether a page was out of date; it is written unless only checked."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    print(f"{'stale' if check else 'wrote'} {path.relative_to(ROOT)}")
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
