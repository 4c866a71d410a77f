"""A report built by hand on the shipped plan, so that showing is tested without running."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zjsim.assessment.assess import Row, read_progress
from zjsim.assessment.observations import Observation, Observations
from zjsim.assessment.plan import read_plan
from zjsim.assessment.probability import wilson_share
from zjsim.assessment.progress import PASSES, Verdict, Word
from zjsim.report.tables.rows import Report

PLAN = Path(__file__).parents[2] / "models" / "zhejiang" / "plan.yaml"

# indicator → projection of 2020..2025, verdict, official word, progress
ROWS = {
    "manufacturing_share": ([32.7, 33.5, 33.6, 33.4, 33.35, 33.28], "met", "faster", 96.7),
    "labour_productivity": ([23.5, 26.1, 27.4, 29.0, 31.2, 33.6], "met", "on_course", 106.3),
    "value_added_per_mu": ([136, 149.3, 155.9, 161.2, 168.0, 174.9], "missed", "behind", 88.4),
    "rd_intensity": ([2.80, 2.93, 3.04, 3.17, 3.29, 3.3996], "undecidable", "on_course", 99.9),
    "patents_per_10bn": ([103, 109, 121, 138, 155, 171.5], "met", "reached_early", 185.1),
    "digital_core_share": ([10.9, 11.3, 11.5, 11.9, 12.4, 12.95], "missed", "behind", 50.0),
    "high_tech_share": ([15.6, 16.4, 17.0, 17.6, 18.3, 19.1], "met", "on_course", 102.9),
    "energy_intensity_cut": ([0, 2.1, 5.0, 7.4, 10.4, 13.9], "missed", "behind", 85.8),
    "water_intensity_cut": ([0, 7.8, 13.5, 18.0, 22.1, 26.2], "met", "reached_early", 174.2),
    "business_environment": ([77.8, 80.5, 83.4, 86.0, 88.2, 90.4], "met", "on_course", 102.9),
}
OUTTURNS = {
    "manufacturing_share": [(2018, 34.3), (2019, 33.4), (2021, 33.9), (2022, 33.4)],
    "labour_productivity": [(2018, 21.0), (2019, 22.1), (2021, 26.4), (2022, 27.2)],
    "high_tech_share": [(2018, 13.4), (2019, 14.0), (2021, 15.8), (2022, 16.7), (2023, 17.5)],
    "energy_intensity_cut": [(2021, 3.1), (2022, 4.0)],
    "business_environment": [(2021, 83.17)],
}
YEARS = tuple(range(2020, 2026))


def make_report(scenario="baseline", run_id="3f2a9c1d", shift=0.0, band=False, verdicts=None):
    """The stand-in of one scenario; ``shift`` moves every projection by that share of the way."""
    plan = read_plan(PLAN)
    verdicts = verdicts or {}
    rows = []
    for indicator in plan.indicators:
        path, verdict, official, progress = ROWS[indicator.id]
        way = indicator.target.value - indicator.start
        path = [value + shift * way * k / 5 for k, value in enumerate(path)]
        spread = [0.012 * way * k**1.7 for k in range(6)]
        seen = Observations(
            tuple(
                Observation(indicator.id, y, v, grade="B", source="stand-in")
                for y, v in OUTTURNS.get(indicator.id, [])
            )
        )
        latest = seen.latest(indicator.id, indicator.base.year, 2025)
        verdict = Verdict(verdicts.get(indicator.id, verdict))
        last = replace(
            read_progress(indicator, plan, 2025, path[-1]),
            progress=progress / 100, word=Word(official),
        )  # fmt: skip
        rows.append(
            Row(
                indicator=indicator,
                values=np.array(path[-1:]),
                errors=None,
                verdicts=np.array([verdict]),
                projection=path[-1],
                error=0.0008,
                verdict=verdict,
                share=wilson_share(int(verdict in PASSES), 1),
                readings=(
                    *(
                        read_progress(indicator, plan, y, v)
                        for y, v in zip(YEARS[1:-1], path[1:-1], strict=True)
                    ),
                    last,
                ),
                outturn=None
                if latest is None
                else replace(
                    read_progress(indicator, plan, latest.year, latest.value, observation=latest),
                    progress=0.41,
                    time_progress=0.2 * (latest.year - 2020),
                    word=Word.ON_COURSE,
                ),
                base_projection=path[0],
                constant_price=path[-1] * 0.95 if indicator.constant_price_variable else None,
                variants=(),
                bands=(
                    tuple(v - s for v, s in zip(path, spread, strict=True)) if band else (),
                    tuple(v + s for v, s in zip(path, spread, strict=True)) if band else (),
                ),
                amendment_verdict=Verdict.MET if indicator.amended else None,
                text_pace_verdict=None,
                reason="",
                outturns=seen.best(indicator.id),
            )
        )
    label = {"zh": "基准：按规划实施", "en": "plan as written"} if scenario == "baseline" else None
    return Report(plan.title, scenario, run_id, tuple(rows), label)


def with_progress(row, progress):
    """The same row with another progress at the target year."""
    return replace(row, readings=(*row.readings[:-1], replace(row.last, progress=progress)))
