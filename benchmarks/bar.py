"""How far the Zhejiang model is from what came, beside forecasts that need no model.

``python benchmarks/bar.py`` measures every row of the bar that was set for version 2 of the
model, prints it and writes ``benchmarks/bar.json``, which the validation page shows. ``--mutation
FILE`` takes the mutation row from ``zjsim validate --only mutation --mutation all --json``, which
takes an hour or two (a number in the place of ``all`` tries a sample); without it the row keeps
what was measured last.

The outturns in ``outturn.csv`` were known when version 2 was designed, so no row is a blind test.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import zjsim
from zjsim.analysis.history.hindcast import Hindcast, hindcast
from zjsim.analysis.validation.family import member_fits, read_family
from zjsim.analysis.validation.subject import Subject, subject_of

HERE = Path(__file__).resolve().parent
OUT = HERE / "bar.json"
# Verdicts that are decided by published figures: indicator and whether the target was met.
DECIDED = {1: False, 2: False, 5: True, 6: False, 7: False, 8: False}
# Of the review of version 1, which measured it against the same outturns.
VERSION_1 = {"levels": 8.0, "energy": 4.9, "brier": 0.378, "bands": 76.0, "constants": 208,
             "judged": 75.0, "mutation": 99.0}  # fmt: skip
LOW, MEDIAN, HIGH = 1, 3, 5  # of the levels of a hindcast: the ends of the 80 % band
RUNS = 2048
TRIED = re.compile(r"of (\d+) noticed .* of (\d+) possible, (\d+) equivalent")


def outturns() -> list[dict[str, Any]]:
    """The rows of ``outturn.csv``, numbers as numbers."""
    rows: list[dict[str, Any]] = []
    with (HERE / "outturn.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            read: dict[str, Any] = dict(row)
            read["indicator"], read["year"] = int(row["indicator"]), int(row["year"])
            for key in ("value", "base", "trend"):
                read[key] = float(row[key]) if row[key] else None
            rows.append(read)
    return rows


def said(row: Mapping[str, Any], runs: zjsim.Runs) -> float:
    """What a run says of an outturn."""
    now = float(runs.at(row["variable"], row["year"])[0])
    if row["measure"] == "level":
        return now
    return 100 * (now / float(runs.at(row["variable"], row["year"] - 1)[0]) - 1)


def trended(row: Mapping[str, Any]) -> float:
    """The years to 2020 go on."""
    years, step = row["year"] - 2020, row["trend"]
    if row["trend_kind"] == "growth":
        return float(step)
    kept: float = (
        row["base"] * step**years if row["trend_kind"] == "ratio" else (row["base"] + step * years)
    )
    return kept


def planned(row: Mapping[str, Any], plan: zjsim.OpenPlan) -> float:
    """The straight line of the plan, on the scale of the outturn."""
    item = next(item for item in plan.plan.indicators if item.number == row["indicator"])
    if row["measure"] == "growth":
        return 100 * ((1 - item.target.value / 100) ** 0.2 - 1)
    scale = row["base"] / item.base.value
    line: float = item.base.value + (item.target.value - item.base.value) * (row["year"] - 2020) / 5
    return line * scale


def levels(plan: zjsim.OpenPlan, found: Hindcast) -> dict[str, float]:
    """Mean absolute error of the levels of 2021 to 2025, percent of the base."""
    rows = [row for row in outturns() if row["measure"] == "level"]
    by_number = {item.number: k for k, item in enumerate(plan.plan.indicators)}
    forecasts: dict[str, list[float]] = {
        name: [said(row, run_of(plan, scenario)) for row in rows]
        for name, scenario in (("plan", "baseline"), ("no plan", "frozen_effort"),
                               ("observed drivers", "observed"))
    }  # fmt: skip
    forecasts["median of July 2021"] = [
        float(found.quantiles[by_number[row["indicator"]], found.years.index(row["year"]), MEDIAN])
        * scale_of(row, plan)
        for row in rows
    ]
    forecasts["plan line"] = [planned(row, plan) for row in rows]
    forecasts["trend to 2020"] = [trended(row) for row in rows]
    forecasts["no change"] = [row["base"] for row in rows]
    return {
        name: float(np.mean([100 * abs(value - row["value"]) / row["base"]
                             for value, row in zip(values, rows, strict=True)]))
        for name, values in forecasts.items()
    }  # fmt: skip


def scale_of(row: Mapping[str, Any], plan: zjsim.OpenPlan) -> float:
    """From the basis of the plan to that of the outturn: the fifth census changed two shares."""
    item = next(item for item in plan.plan.indicators if item.number == row["indicator"])
    return float(row["base"] / item.base.value) if "post census" in row["variable"] else 1.0


def energy(plan: zjsim.OpenPlan) -> dict[str, float]:
    """Mean absolute error of energy per value added in 2024 and 2025, points a year.

    Which projects the published figure leaves out is not said, so both scopes count.
    """
    rows = [row for row in outturns() if row["indicator"] == 8]
    scopes = ("gross energy intensity", "counted energy intensity")
    found = {}
    for name, scenario in (("plan", "baseline"), ("no plan", "frozen_effort"),
                           ("observed drivers", "observed")):  # fmt: skip
        runs = run_of(plan, scenario)
        errors = [abs(said({**row, "variable": scope}, runs) - row["value"])
                  for row in rows for scope in scopes]  # fmt: skip
        found[name] = float(np.mean(errors))
    for name, forecast in (
        ("plan line", lambda row: planned(row, plan)),
        ("trend to 2020", trended),
    ):
        found[name] = float(np.mean([abs(forecast(row) - row["value"]) for row in rows]))
    return found


def brier(plan: zjsim.OpenPlan, found: Hindcast) -> dict[str, Any]:
    """Brier score of the verdicts that published figures decide, and the probabilities."""
    said_of = {
        item.number: share.value
        for item, share in zip(plan.plan.indicators, found.probabilities, strict=True)
    }
    score = np.mean([(said_of[number] - met) ** 2 for number, met in DECIDED.items()])
    return {"score": float(score), "probabilities": {n: said_of[n] for n in DECIDED}}


def bands(plan: zjsim.OpenPlan, found: Hindcast) -> dict[str, Any]:
    """How many outturns the 80 % bands of July 2021 hold, and indicators always outside."""
    by_number = {item.number: k for k, item in enumerate(plan.plan.indicators)}
    cases = {(c.comparison.key, c.datum.year): c.bands[1] for c in found.cases}
    keys = {3: "va_per_mu_growth.growth", 8: "energy_per_va_change.growth"}
    inside: dict[int, list[bool]] = {}
    for row in outturns():
        number, year = row["indicator"], row["year"]
        if row["measure"] == "growth":
            low, high = cases[(keys[number], year)]
        else:
            ends = found.quantiles[by_number[number], found.years.index(year)]
            low, high = (float(ends[k]) * scale_of(row, plan) for k in (LOW, HIGH))
        inside.setdefault(number, []).append(low <= row["value"] <= high)
    every = [one for some in inside.values() for one in some]
    return {
        "inside": sum(every), "of": len(every), "share": 100 * sum(every) / len(every),
        "always outside": [number for number, some in inside.items() if not any(some)],
    }  # fmt: skip


def provinces(subject: Subject) -> dict[str, dict[str, float]]:
    """Mean absolute error of the family's figures of 2021 to 2023, percent, by province."""
    found = {}
    for member in read_family(subject)["members"]:
        errors: dict[str, list[float]] = {"model": [], "trend to 2020": [], "last growth": []}
        for entry, fit in zip(member["figures"], member_fits(subject, member), strict=True):
            before = {int(y): float(v) for y, v in entry.get("before", {}).items()}
            start = 1.0 if entry["measure"] == "index" else _level(member, entry)
            first, last = (min(before), max(before)) if before else (2019, 2019)
            trend = (1 / before[first]) ** (1 / (2020 - first)) if before else 1.0
            growth = (1 / before[last]) ** (1 / (2020 - last)) if before else 1.0
            for year, published, model in zip(fit.years, fit.published, fit.model, strict=True):
                for name, value in (
                    ("model", model),
                    ("trend to 2020", start * trend ** (year - 2020)),
                    ("last growth", start * growth ** (year - 2020)),
                ):
                    errors[name].append(100 * abs(float(value) / float(published) - 1))
        found[member["id"]] = {name: float(np.mean(some)) for name, some in errors.items()}
    return found


def _level(member: Mapping[str, Any], entry: Mapping[str, Any]) -> float:
    """The level of 2020 of a share: the member's initial value of it."""
    return float(member["initial"][f"base {entry['variable']}"]["value"])


def constants(plan: zjsim.OpenPlan) -> dict[str, float]:
    """How many constants vary, and the share of them that is judged."""
    rows = [row for row in plan.constants.rows.values() if row.distribution != "fixed"]
    judged = sum(row.grade == "D" for row in rows)
    return {"free": len(rows), "judged": 100 * judged / len(rows)}


_RUNS: dict[str, zjsim.Runs] = {}


def run_of(plan: zjsim.OpenPlan, scenario: str) -> zjsim.Runs:
    """A scenario simulated once."""
    if scenario not in _RUNS:
        _RUNS[scenario] = zjsim.simulate(plan, scenario, estimate_error=False)
    return _RUNS[scenario]


def measured(mutation: Path | None) -> dict[str, Any]:
    """Every row of the bar."""
    plan = zjsim.open_plan("zhejiang")
    found = hindcast(plan, 2020, runs=RUNS)
    family = provinces(subject_of(plan))
    kept = json.loads(OUT.read_text(encoding="utf-8")).get("mutation") if OUT.is_file() else None
    if mutation is not None:
        row = json.loads(mutation.read_text(encoding="utf-8"))["tests"][0]
        tried, possible, equivalent = map(int, TRIED.search(row["result"]).groups())
        kept = {"share": 100 * row["value"], "tried": tried, "all": possible - equivalent}
    names = ("model", "trend to 2020", "last growth")
    mean = {name: float(np.mean([one[name] for one in family.values()])) for name in names}
    return {
        "levels": levels(plan, found), "energy": energy(plan), "brier": brier(plan, found),
        "bands": bands(plan, found), "family": {**family, "mean": mean},
        "constants": constants(plan), "mutation": kept,
    }  # fmt: skip


def rows_of(bar: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """The bar as a table: what, version 1, goal, measured, whether the goal is reached."""
    naive = min(bar["levels"][name] for name in ("plan line", "trend to 2020", "no change"))
    level, power = bar["levels"]["median of July 2021"], bar["energy"]["plan"]
    score, held, free = bar["brier"]["score"], bar["bands"], bar["constants"]
    mean = bar["family"]["mean"]
    best = min(mean["trend to 2020"], mean["last growth"])
    outside = ", ".join(map(str, held["always outside"])) or "none"
    rows = [
        ("mean error of levels 2021-25, % of base", f"{VERSION_1['levels']:g}",
         f"below the best naive, {naive:.1f}", f"{level:.1f}", _reached(level, naive)),
        ("energy per value added, points a year", f"{VERSION_1['energy']:g}", "below 2.0",
         f"{power:.1f}", _reached(power, 2.0)),
        ("Brier score of six decided verdicts, from July 2021", f"{VERSION_1['brier']:g}",
         "below 0.20", f"{score:.3f}", _reached(score, 0.2, 3)),
        (f"outturns inside the 80 % band, {held['inside']} of {held['of']}",
         f"{VERSION_1['bands']:g} %", "70 to 90 %", f"{held['share']:.0f} %",
         _between(held["share"], 70, 90)),
        ("indicators always outside the band", "6 after 2021, 8", "none", outside,
         "reached" if outside == "none" else "missed"),
        ("three provinces 2021-23, mean error, %", "–", f"below the best naive, {best:.1f}",
         f"{mean['model']:.1f}", _reached(mean["model"], best)),
        ("free constants", f"{VERSION_1['constants']}", "at most 60", f"{free['free']}",
         _reached(free["free"], 60, 0)),
        ("share of them judged", f"{VERSION_1['judged']:g} %", "at most 40 %",
         f"{free['judged']:.0f} %", _reached(free["judged"], 40, 0)),
    ]  # fmt: skip
    if bar["mutation"] is not None:
        found = bar["mutation"]
        share, tried, every = found["share"], found["tried"], found["all"]
        verdict = "reached" if share >= 97 else f"missed by {97 - share:.1f}"
        if tried < every:
            verdict = f"open: {verdict} in the sample"
        rows.append((f"mutants noticed, {tried:,} of {every:,} tried",
                     f"{VERSION_1['mutation']:g} % of a sample", "at least 97 % of all",
                     f"{share:.1f} %", verdict))  # fmt: skip
    return rows


def _reached(value: float, limit: float, decimals: int = 1) -> str:
    return "reached" if value <= limit else f"missed by {value - limit:.{decimals}f}"


def _between(value: float, low: float, high: float) -> str:
    if low <= value <= high:
        return "reached"
    return f"missed by {low - value:.0f}" if value < low else f"missed by {value - high:.0f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutation", type=Path, help="JSON of the mutation test")
    bar = measured(parser.parse_args(arguments).mutation)
    bar["table"] = rows_of(bar)
    OUT.write_text(json.dumps(bar, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _print(("what", "version 1", "goal", "version 2", ""), bar["table"])
    for name in ("levels", "energy"):
        print(f"{name}: " + ", ".join(f"{key} {value:.1f}" for key, value in bar[name].items()))
    chances = bar["brier"]["probabilities"].items()
    print("probabilities: " + ", ".join(f"{key}: {100 * value:.0f} %" for key, value in chances))
    for name, some in bar["family"].items():
        print(f"{name}: " + ", ".join(f"{key} {value:.1f}" for key, value in some.items()))


def _print(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = [heads, *rows]
    widths = [max(len(row[k]) for row in table) for k in range(len(heads))]
    for row in table:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    main()
