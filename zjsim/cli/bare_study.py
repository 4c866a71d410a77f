"""Ensembles, sensitivities and charts of bare models, from a model file or a study of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from zjsim.cli.output import counting, note, say, say_json, say_table, say_text, wrote
from zjsim.errors import RunError, did_you_mean
from zjsim.language import Language

if TYPE_CHECKING:
    import pandas as pd

    from zjsim.analysis.bare.study import BareStudy

KINDS = ("lines", "fan")
_MOST_CASES = 40
# What a study needs, and an example of it.
_RANGES = ("ranges", "  ranges:\n    SOME CONSTANT: [0.5, 1.5]")
_MATRIX = ("a matrix", "  matrix:\n    SOME CONSTANT: [0.5, 1, 1.5]")


def is_model_file(name: str) -> bool:
    """Whether an argument is a bare model file."""
    from zjsim.bundle import MODEL_SUFFIXES

    return Path(name).suffix.lower() in MODEL_SUFFIXES


def is_bare(name: str) -> bool:
    """Whether an argument is a study of a bare model, or a model file itself."""
    if is_model_file(name):
        return True
    # Names of shipped scenarios need no look into a file.
    if not name.lower().endswith((".yaml", ".yml")):
        return False
    from zjsim.analysis.bare.study import is_bare_study

    return is_bare_study(name)


def _study(name: str, assignments: list[str], what: str) -> BareStudy:
    from zjsim.analysis.bare.study import read_bare_study

    if is_model_file(name):
        wanted, example = _MATRIX if what == "a batch" else _RANGES
        raise RunError(
            f"{name}: {what} needs {wanted}. Write a YAML file beside the model and name that:\n"
            f"  model: {Path(name).name}\n{example}"
        )
    return read_bare_study(name, assignments)


def _ranged(name: str, assignments: list[str], what: str) -> BareStudy:
    """A study with ranges; its matrix is for batches alone."""
    study = _study(name, assignments, what)
    if not study.dimensions:
        raise RunError(
            f"{name}: {what} needs ranges, and the study has a matrix alone. Write, for example:\n"
            f"{_RANGES[1]}"
        )
    if study.matrix:
        note("note: matrix counts in zjsim batch alone")
    return study


def refuse_plan_options(**given: Any) -> None:
    """Refuse options that go with a plan only."""
    for option, value in given.items():
        if value not in (None, False, 0):
            raise typer.BadParameter(
                "goes with a plan, not with a bare model", param_hint=f"--{option}"
            )


def ensemble_model(
    name: str,
    assignments: list[str],
    runs: int | None,
    seed: int | None,
    out: Path | None,
    words: Language,
    json: bool,
) -> None:
    """Run a bare model over draws from the ranges of its study."""
    from zjsim.analysis.bare.compute import QUANTILES, simulate_bare_ensemble
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import Table

    study = _ranged(name, assignments, "an ensemble")
    count = study.runs if runs is None else runs
    with counting(count, "Simulating", json) as advance:
        found = simulate_bare_ensemble(study, count, seed, advance)
    failed = int((found.runs.status != 0).sum())
    frame = found.quantile_frame()
    last = frame[frame["time"] == frame["time"].max()]
    if out is not None:
        _write(out, {"quantiles": frame, "runs": found.to_frame()}, study, words)
    if json:
        say_json(
            {
                "model": study.model.name, "runs": count, "failed": failed,
                "seed": study.seed if seed is None else seed,
                "quantiles": frame.to_dict("records"),
            }
        )  # fmt: skip
        return
    said = {"model": study.model.name, "runs": f"{count:,}", "varied": len(study.dimensions)}
    say_text(label("bare.ensemble", words, **said))
    heads = tuple(label(f"bare.{key}", words) for key in ("variable", "unit"))
    heads += tuple(f"{round(100 * q)} %" for q in QUANTILES)
    rows = tuple(
        (row[0], found.runs.units.get(row[0], ""), *(f"{value:.5g}" for value in row[2:]))
        for row in last.itertuples(index=False, name=None)
    )
    say_text(label("bare.at", words, time=f"{found.runs.times[-1]:g}"))
    say_table(Table(heads, rows, "<<" + ">" * len(QUANTILES)))
    if failed:
        note(label("bare.failed", words, count=failed))
    _notes(found.runs.attributes)


def batch_model(path: Path, dry_run: bool, out: Path, words: Language, json: bool) -> None:
    """Run every combination of values of constants that a study of a bare model names."""
    from zjsim.analysis.bare.batch import bare_cases, run_bare_batch
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import Table

    study = _study(str(path), [], "a batch")
    folder, cases = bare_cases(study, out)
    if dry_run:
        heads = (label("batch.case", words), *study.matrix)
        listed = tuple(
            (case.id, *(f"{value:g}" for value in case.values.values())) for case in cases
        )
        if json:
            say_json({"study": folder.name, "cases": [{"case": case.id, **case.values}
                                                      for case in cases]})  # fmt: skip
            return
        say_table(Table(heads, listed, "<" + ">" * len(study.matrix)))
        return
    with counting(len(cases), "Simulating", json) as advance:
        done = run_bare_batch(study, out, advance)
    frame = done.to_frame()
    summary = done.folder / "summary.csv"
    failed = int(frame["failed"].sum())
    if json:
        say_json(
            {
                "folder": str(done.folder), "cases": len(cases), "runs": done.runs * len(cases),
                "computed": done.computed, "reused": done.reused, "failed": failed,
                "summary": frame.to_dict("records"),
            }
        )  # fmt: skip
        return
    heads = (label("batch.case", words), *(each for each in frame.columns[1:] if each != "failed"))
    shown = frame.drop(columns="failed").head(_MOST_CASES)
    rows = tuple(
        (row[0], *(f"{value:.5g}" for value in row[1:]))
        for row in shown.itertuples(index=False, name=None)
    )
    say_table(Table(heads, rows, "<" + ">" * (len(heads) - 1)))
    if len(frame) > _MOST_CASES:
        say_text(label("said.more", words, count=len(frame) - _MOST_CASES, path=summary))
    counts = {"cases": len(cases), "runs": f"{done.runs * len(cases):,}", "failed": failed}
    counts |= {"computed": done.computed, "reused": done.reused}
    say_text(label("bare.batch", words, **counts))
    _notes({"notes": "\n".join((*study.model.notes, *study.ready.own.notes))})
    say(str(summary))


def sensitivity_model(
    name: str,
    assignments: list[str],
    method: str,
    size: int | None,
    seed: int | None,
    out: Path | None,
    words: Language,
    json: bool,
) -> None:
    """Which constants decide the outputs of a bare model at the end of its run."""
    from zjsim.analysis.bare.compute import bare_sensitivity
    from zjsim.report.words.labels import label
    from zjsim.report.words.text_table import Table

    study = _ranged(name, assignments, "a sensitivity analysis")
    found = bare_sensitivity(study, method, size, seed)  # type: ignore[arg-type]
    frame = found.to_frame()
    if out is not None:
        _write(out, {f"sensitivity-{method}": frame}, study, words)
    if json:
        say_json({"model": study.model.name, "method": method, "time": found.time,
                  "runs": found.runs, "effects": frame.to_dict("records")})  # fmt: skip
        return
    said = {"model": study.model.name, "runs": f"{found.runs:,}", "time": f"{found.time:g}"}
    say_text(label(f"bare.sensitivity_{method}", words, **said))
    columns = [column for column in frame.columns if column not in ("variable", "constant")]
    for variable in study.outputs:
        own = frame[frame["variable"] == variable].head(15)
        heads = tuple(label(f"bare.{key}", words) for key in ("constant", *columns))
        rows = tuple(
            (row["constant"], *(f"{row[column]:.4g}" for column in columns))
            for _, row in own.iterrows()
        )
        say()
        say_text(variable)
        say_table(Table(heads, rows, "<" + ">" * len(columns)))


def plot_model(
    kind: str,
    name: str,
    assignments: list[str],
    variables: list[str],
    runs: int,
    seed: int | None,
    formats: tuple[str, ...],
    folder: Path,
    stem: str | None,
    words: Language,
) -> None:
    """Draw variables of a bare model over time: lines of one run, or a fan of many."""
    from zjsim.report.charts.bare_charts import plot_trajectories
    from zjsim.report.charts.figures import check_formats, write_chart_data, write_figure

    check_formats(formats)
    if kind == "fan":
        from zjsim.analysis.bare.compute import simulate_bare_ensemble

        study = _ranged(name, assignments, "a fan")
        ensemble = simulate_bare_ensemble(study, runs, seed)
        found, data = ensemble.runs, ensemble.quantile_frame()
        title, default = study.model.name, list(found.names)
        headers, rows = list(data.columns), data.to_numpy().tolist()
    elif kind == "lines":
        found, title = _one_run(name, assignments)
        default = [each for each in found.names if " draw " not in each]
        headers = ["time", *found.names]
        rows = [[t, *v] for t, v in zip(found.times, found.values[0], strict=True)]
    else:
        raise RunError(f"{kind}: of a bare model the charts are {' and '.join(KINDS)}.")
    chosen = [_variable(each, found.names) for each in variables] or default
    figure = plot_trajectories(found, chosen, title, words)
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / (stem or f"{kind}-{Path(name).stem}-{words}")
    for path in write_figure(figure, place, formats):
        wrote(path, words)
    write_chart_data(place, headers, rows)


def _one_run(name: str, assignments: list[str]) -> tuple[Any, str]:
    from zjsim.bare import simulate_model
    from zjsim.model.reader import read_model

    if is_model_file(name):
        model = read_model(name)
        return simulate_model(model, assignments), model.name
    from zjsim.analysis.bare.study import read_bare_study
    from zjsim.engines.base import ModelSource
    from zjsim.prepare import compiled_source

    study = read_bare_study(name, assignments)
    compiled = compiled_source(ModelSource(study.model))
    return study.ready.told(compiled.run(study.ready.of_runs())), study.model.name


def _variable(wanted: str, names: tuple[str, ...]) -> str:
    from zjsim.model.names import canonical

    by_name = {canonical(name): name for name in names}
    if canonical(wanted) not in by_name:
        raise RunError(f"{wanted}: no such variable. {did_you_mean(wanted, names)}".rstrip())
    return by_name[canonical(wanted)]


def _write(out: Path, frames: dict[str, pd.DataFrame], study: BareStudy, words: Language) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for stem, frame in frames.items():
            path = out / f"{study.name}-{stem}.csv"
            frame.to_csv(path, index=frame.index.name is not None, encoding="utf-8-sig")
            wrote(path, words)
    except OSError as problem:
        raise RunError(f"{out}: cannot be written ({problem.strerror or problem}).") from None


def _notes(attributes: Any) -> None:
    for line in str(attributes.get("notes", "")).splitlines():
        note(f"note: {line}")
