"""Tables of the speed page, from the figures that ``benchmarks/run.py --json`` wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).resolve().parents[1] / "benchmarks" / "measured.json"
BAR = FIGURES.with_name("bar.json")
RANKS, CLOCK = FIGURES.with_name("ranks.json"), FIGURES.with_name("learning.json")


@cache
def _report() -> Any:
    return json.loads(FIGURES.read_text(encoding="utf-8"))


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    from zjsim.report.model.model_book import table as lines

    return "\n".join(lines(list(heads), [list(row) for row in rows]))


def machine() -> str:
    """What the figures were taken on."""
    return table(("", ""), _report()["machine"].items())


def ensembles() -> str:
    """Runs a second by number of runs, of the small model that all engines share."""
    sizes = {int(key): rows for key, rows in _report()["ensembles"].items() if key.isdigit()}
    names = list(next(iter(sizes.values())))
    heads = ("runs a second", *(f"N = {size:,}" for size in sizes))
    return table(heads, [(n, *(f"{rows[n]:,.0f}" for rows in sizes.values())) for n in names])


def one_run() -> str:
    """Milliseconds of one warm run, and seconds from the start of a process."""
    rows = _figures(_report()["one run"], 1000, "{:.2f} ms")
    cold = _figures(_report()["cold start"], 1, "{:.2f} s")
    return table(("one run", "small model"), [*rows, *((f"start: {a}", b) for a, b in cold)])


def memory() -> str:
    """Peak memory of a process that keeps its runs."""
    rows = (
        (f"{int(n):,} runs kept", f"{mib:,.0f} MiB") for n, mib in _report()["peak memory"].items()
    )
    return table(("small model, ten variables by year", "peak"), rows)


def zhejiang() -> str:
    """The shipped model: rates, and one evaluation beside its floor."""
    found = _report()["zhejiang"]
    rows = [(name, f"{value:,.0f} a second") for name, value in found["runs a second"].items()]
    rows += [(f"one evaluation: {a}", f"{b:.0f} ns") for a, b in found["distance"].items()]
    return table(("Zhejiang model", ""), rows)


def floor() -> str:
    """What the floor of an evaluation is made of."""
    found = _report()["zhejiang"]["limit"]
    costs, spent = found["cost of one, ns"], found["ns by operation"]
    rows = [
        (name, count, f"{costs[name]:.2f}", f"{spent[name]:.1f}")
        for name, count in found["operations"].items()
    ]
    rows.append(("together", "", "", f"{found['ns']:.0f}"))
    return table(("operation", "in one evaluation", "ns each", "ns"), rows)


def ratios() -> str:
    """The ratios that claims are made of; above 1 is in our favour."""
    return table(("ratio", ""), _figures(_report()["ratios"], 1, "{:,.2f}"))


def _figures(figures: Mapping[str, float], factor: float, form: str) -> list[tuple[str, str]]:
    return [(name, form.format(factor * value)) for name, value in figures.items()]


def bar() -> str:
    """What version 2 of the Zhejiang model was to reach, from ``benchmarks/bar.py``."""
    found = json.loads(BAR.read_text(encoding="utf-8"))
    return table(("", "version 1", "goal", "version 2", "goal"), found["table"])


def bar_forecasts() -> str:
    """Errors of levels and of energy, model and forecasts without a model."""
    found = json.loads(BAR.read_text(encoding="utf-8"))
    names = list(dict.fromkeys([*found["levels"], *found["energy"]]))
    rows = [
        (name, *(f"{found[key][name]:.1f}" if name in found[key] else "–"
                 for key in ("levels", "energy")))
        for name in names
    ]  # fmt: skip
    return table(("", "levels, % of base", "energy, points a year"), rows)


def bar_provinces() -> str:
    """Three other provinces with the same equations, 2021 to 2023."""
    found = json.loads(BAR.read_text(encoding="utf-8"))["family"]
    heads = list(found["mean"])
    rows = [(name.capitalize(), *(f"{one[h]:.1f}" for h in heads)) for name, one in found.items()]
    return table(("mean error, %", *heads), rows)


def ranks() -> str:
    """Where known truths lay among the draws that had learnt their figures."""
    found = json.loads(RANKS.read_text(encoding="utf-8"))
    rows = [
        (
            name.replace("_", " "), *one["counts"], f"{one['middle']:.2f}", f"{one['held']:.0%}",
            f"{one['chance']:.2f}" if one["chance"] >= 0.005 else f"{one['chance']:.0e}",
        )
        for name, one in found["quantities"].items()
    ]  # fmt: skip
    eighths = [f"{k + 1}/8" for k in range(8)]
    heads = ("quantity", *eighths, "mean rank", "in the 80 % band", "P of uniform")
    return f"{ranks_said(found)}\n\n{table(heads, rows)}"


def ranks_said(found: Mapping[str, Any]) -> str:
    """What was done, and how many quantities stray."""
    chances = sorted(one["chance"] for one in found["quantities"].values())
    many = len(chances)
    below = sum(chance < 0.05 for chance in chances)
    # Holm: the smallest of many chances is small by chance.
    worst = min(1.0, many * chances[0])
    held = sum(one["held"] for one in found["quantities"].values()) / many
    return (
        f"{found['worlds']} worlds of the shipped model, {found['figures']} figures to "
        f"{found['until']}, {found['unknowns']} unknowns, {found['particles']} particles, seed "
        f"{found['seed']}, {found['date']}: of {many} quantities {below} stray at the 5 % level "
        f"({0.05 * many:.1f} would by chance); the worst, counted as one of {many}, has P = "
        f"{worst:.2f}. The 80 % bands hold {held:.0%} of the truths."
    )


def clock() -> str:
    """How long learning takes."""
    found = json.loads(CLOCK.read_text(encoding="utf-8"))
    rows = [
        (name, f"{row['seconds']:.0f}", f"{row['cpu']:.0f}", row["goal"])
        for name, row in found["rows"].items()
    ]
    said = (
        f"{found['cores']} cores, load {found['load when begun']} when begun, "
        f"{found['particles']:,} particles, {found['date']}:"
    )
    return f"{said}\n\n{table(('', 'seconds', 'of the processor', 'goal'), rows)}"
