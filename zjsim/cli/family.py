"""``zjsim learn --family`` and ``zjsim forecast --family``: several provinces learnt together."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zjsim.cli.known import telling
from zjsim.cli.output import note, say, say_json, say_table, say_text, wrote
from zjsim.language import Language

if TYPE_CHECKING:
    from zjsim.analysis.learning.family import FamilyForecast, FamilyLearning
    from zjsim.openplan import OpenPlan


def learn_the_family(
    opened: OpenPlan,
    known_until: int | None,
    particles: int,
    seed: int,
    out: Path | None,
    words: Language,
    json: bool,
) -> None:
    """Learn the family, show each province, the pooling, forecasts, and how earlier ones did."""
    from zjsim.analysis.learning.family import rolling_scores

    found, forecasts = _learnt(opened, known_until, particles, seed, words, json)
    first = opened.plan.base_year + 1
    years = range(first, found.known_until)
    scores = rolling_scores(opened, years, particles=particles, seed=seed)
    if out is not None:
        _write(out, found, forecasts, scores, words)
    if json:
        say_json(family_document(found, forecasts, scores))
        return
    _show(found, forecasts, words)
    if scores:
        from zjsim.report.tables.family_tables import family_scores_table
        from zjsim.report.words.labels import label

        say()
        say_text(label("family.scores", words))
        say_table(family_scores_table(scores, words))
    _end(words)


def forecast_the_family(
    opened: OpenPlan,
    known_until: int | None,
    particles: int,
    seed: int,
    folder: Path | None,
    words: Language,
    json: bool,
) -> None:
    """Forecast the figures of each province; registered where a folder is given."""
    from zjsim.analysis.learning.register import make_family_record, write_record
    from zjsim.report.words.labels import label

    found, forecasts = _learnt(opened, known_until, particles, seed, words, json)
    record = make_family_record(found, forecasts, datetime.now(UTC).date())
    if folder is not None:
        path = write_record(folder, record)
        note(label("forecast.wrote", words, path=path, hash=record.hash))
    if json:
        say_json({**record.content, "hash": record.hash})
        return
    _show(found, forecasts, words)
    _end(words)


def _learnt(
    opened: OpenPlan,
    known_until: int | None,
    particles: int,
    seed: int,
    words: Language,
    quiet: bool,
) -> tuple[FamilyLearning, tuple[FamilyForecast, ...]]:
    from zjsim.analysis.learning.family import learn_family

    told = telling(words, quiet)
    found = learn_family(opened, known_until, particles=particles, seed=seed, told=told)
    return found, found.forecasts()


def _show(found: FamilyLearning, forecasts: tuple[FamilyForecast, ...], words: Language) -> None:
    from zjsim.report.tables import family_tables as tables
    from zjsim.report.words.labels import label

    say_text(
        label(
            "family.head", words, count=len(found.world.places), year=found.known_until,
            figures=len(found.world.figures), particles=f"{len(found.scores):,}", seed=found.seed,
        )
    )  # fmt: skip
    say_table(tables.family_table(found, words))
    for line in tables.family_sentences(found, words):
        say_text(line)
    if forecasts:
        say()
        say_text(label("family.ahead", words))
        say_table(tables.family_forecasts_table(found, forecasts, words))


def _end(words: Language) -> None:
    from zjsim.report.words.labels import label

    say_text(label("disclaimer", words))


def family_document(
    found: FamilyLearning,
    forecasts: tuple[FamilyForecast, ...],
    scores: dict[int, dict[str, tuple[float, int]]],
) -> dict[str, Any]:
    """The whole result for machines."""
    import numpy as np

    return {
        "plan": found.plan.folder.name,
        "known_until": found.known_until,
        "particles": len(found.scores),
        "seed": found.seed,
        "places": [place.id for place in found.world.places],
        "constants": found.to_frame().to_dict("index"),
        "forecasts": [
            {
                "place": one.place, "series": one.series, "year": one.year, "last": list(one.last),
                "low": float(np.nanquantile(one.draws, 0.1)),
                "median": float(np.nanmedian(one.draws)),
                "high": float(np.nanquantile(one.draws, 0.9)),
                "naive": {name: one.naive_level(name) for name in one.naive},
            }
            for one in forecasts
        ],
        "crps": {
            year: {name: {"mean": mean, "cases": cases} for name, (mean, cases) in by.items()}
            for year, by in scores.items()
        },
    }  # fmt: skip


def _write(
    out: Path,
    found: FamilyLearning,
    forecasts: tuple[FamilyForecast, ...],
    scores: dict[int, dict[str, tuple[float, int]]],
    words: Language,
) -> None:
    from zjsim.cli.output import plain
    from zjsim.report.output.folder import write_json
    from zjsim.report.tables import family_tables as tables
    from zjsim.report.words.csv_table import write_table_csv

    out.mkdir(parents=True, exist_ok=True)
    write_table_csv(out / "family.csv", tables.family_table(found, words))
    ahead = tables.family_forecasts_table(found, forecasts, words)
    write_table_csv(out / "family_forecasts.csv", ahead)
    write_json(out / "family.json", plain(family_document(found, forecasts, scores)))
    wrote(out, words)
