"""What a simulated and assessed scenario leaves on disk, and its Report."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from zjsim.assessment.observations import Observations
from zjsim.cache import content_hash
from zjsim.engines.arithmetic import arithmetic
from zjsim.language import LANGUAGES, Language, Text, chosen_language
from zjsim.model.names import canonical
from zjsim.plaintext import plain
from zjsim.report.charts.figures import write_chart_data, write_figure
from zjsim.report.output import folder
from zjsim.report.tables.rows import Assumption, InputLine, Report, as_report
from zjsim.report.tables.verdict_columns import office_table
from zjsim.report.words.csv_table import write_table_csv
from zjsim.report.words.labels import catalogue, label

if TYPE_CHECKING:
    from zjsim.assessment.assess import Assessment
    from zjsim.workflow import Runs

Writer = Callable[[Path], None]
DEFAULT_ENGINE = "kernel"
# A grade worse than this is an assumption that must be pointed out to a reader.
ASSUMED = frozenset({"D", "M"})


def report_of(runs: Runs, assessment: Assessment) -> Report:
    """The Report of one simulated scenario, with its inputs and assumptions."""
    return as_report(
        assessment,
        run_id=run_id_of(runs, assessment.observations),
        inputs=input_lines(runs),
        assumptions=assumption_lines(runs),
        # How a run is computed is said where it is not computed as usual; the annex has it all.
        footnote="" if runs.engine == DEFAULT_ENGINE else method_words(runs),
    )


def run_id_of(runs: Runs, observations: Observations | None) -> str:
    """``<scenario>-<hash8>``; a user's own figures are part of what the result is.

    Verdicts and charts made with other outturns have another name, so that neither folder
    replaces the other.
    """
    if observations is None or observations.rows == runs.plan.observations.rows:
        return runs.run_id
    return f"{runs.name}-{content_hash(runs.hash, repr(observations.rows))[:8]}"


def method_words(runs: Runs) -> dict[str, str]:
    """Engine, method and step of a run, in both languages."""
    inputs = runs.resolved.inputs

    def said(language: Language) -> str:
        engine, method = (
            label(key, language) if key in catalogue() else key.partition(".")[2]
            for key in (f"engine.{runs.engine}", f"solver.{inputs.method}")
        )
        step = f"{inputs.grid.step:g}"
        return label("note.method", language, engine=engine, method=method, step=step)

    return {language: said(language) for language in LANGUAGES}


def input_lines(runs: Runs) -> tuple[InputLine, ...]:
    """Each lever, driver, constant and initial value that the scenario decides, by year."""
    inputs, names_zh = runs.resolved.inputs, runs.plan.names_zh
    labels: dict[str, object] = {x.id: x.label for x in runs.plan.levers}
    years = np.arange(runs.plan.plan.base_year, runs.plan.plan.years[-1] + 1)
    lines = []
    for entry in runs.resolved.entries:
        path = inputs.paths.get(entry.name)
        if path is not None:
            values = dict(zip(years.tolist(), path.right(years)[0].tolist(), strict=True))
        else:
            held = inputs.constants.get(entry.name, inputs.initials.get(entry.name))
            values = {0: float(held[0])} if held is not None else {}
        words = labels.get(entry.id) or _label(entry.name, names_zh)
        line = InputLine(
            entry.kind, entry.id, words, entry.unit, values, entry.at, entry.words("en")
        )
        lines.append(line)
    return tuple(lines)


def _label(name: str, names_zh: Mapping[str, str]) -> dict[str, str]:
    return {"en": name, "zh": names_zh.get(canonical(name), name)}


def assumption_lines(runs: Runs) -> tuple[Assumption, ...]:
    """Constants that nobody measured, with their ranges and what is known of them."""
    model, remarks = runs.plan.names, runs.plan.plan.remarks
    lines: list[Assumption] = []
    for row in runs.plan.constants.rows.values():
        if row.grade not in ASSUMED:
            continue
        value = runs.resolved.inputs.constants.get(row.name)
        shown = model.constants.get(row.name) if value is None else float(value[0])
        # A remark that the plan translates is said in the language of the reader.
        same = next((one for one in remarks if row.note.strip() in (one.zh, one.en)), None)
        lines.append(
            Assumption(
                label=_label(row.name, runs.plan.names_zh),
                value=math.nan if shown is None else shown,
                low=row.low,
                high=row.high,
                unit=model.units.get(row.name, ""),
                grade=row.grade,
                source=row.source,
                note=Text(row.note, row.note) if same is None else same,
            )
        )
    return tuple(lines)


def manifest(run_id: str, runs: Runs, files: Iterable[str]) -> dict[str, Any]:
    """Everything needed to repeat the run; holds no time of day."""
    grid = runs.resolved.inputs.grid
    return {
        "run_id": run_id,
        "hash": runs.hash,
        "scenario": runs.name,
        "scenario_files": list(runs.resolved.scenario.chain),
        "plan": runs.plan.folder.name,
        "plan_files": runs.plan.folder.hashes(),
        "inputs_hash": runs.resolved.hash,
        "engine": runs.engine,
        "method": runs.resolved.inputs.method,
        "time": {"start": grid.start, "stop": grid.stop, "step": grid.step},
        "seed": runs.resolved.scenario.sampling.seed,
        "notes": list(runs.resolved.notes),
        "versions": folder.versions(),
        "arithmetic": arithmetic(),
        "command": folder.command_line(),
        "files": sorted(files),
    }


def write_run(
    root: Path | str,
    runs: Runs,
    result: Assessment | Report,
    language: str | None = None,
    formats: Sequence[str] = ("png",),
    charts: bool = True,
) -> Path:
    """Write the folder of one run, as ``zjsim run`` does: ``<scenario>-<hash8>`` in ``root``.

    Files: the resolved scenario, all trajectories as netCDF, the assessment as CSV in both
    languages, the board with its data, the workbook, and the manifest. The folder is replaced
    as a whole or not at all; a board and workbook in the other language, left by an earlier
    run of the same numbers and versions, are kept.

    Parameters
    ----------
    root : path
        Made when it is not there.
    runs : Runs
    result : Assessment or Report
        As `assess` returns it.
    language : {"zh", "en", "both"} or None
        Of the board and the workbook, whose names end in it; None is the user's.
    formats : sequence of {"png", "svg", "pdf"}
        Of the board.
    charts : bool
        Without, neither board nor workbook is written, which saves two seconds.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    RunError
        When it cannot be written.

    Examples
    --------
    >>> import tempfile, zjsim
    >>> runs = zjsim.simulate("zhejiang", "baseline")
    >>> judged = zjsim.assess("zhejiang", runs)
    >>> folder = zjsim.write_run(tempfile.mkdtemp(), runs, judged, charts=False)
    >>> (folder / "trajectories.nc").is_file()
    True
    """
    languages = LANGUAGES if language == "both" else (chosen_language(language),)
    report = result if isinstance(result, Report) else report_of(runs, result)
    run_id = report.run_id or runs.run_id
    writers: dict[str, Writer] = {
        "scenario.resolved.yaml": lambda path: write_yaml(path, runs.resolved.document()),
        "trajectories.nc": lambda path: write_netcdf(path, runs),
        "assessment_en.csv": lambda path: write_table(path, report, "en"),
        "assessment_zh.csv": lambda path: write_table(path, report, "zh"),
    }
    if charts:
        writers |= _pictures(report, languages, formats)
        drawn = {f"board_{words}.{kind}" for words in languages for kind in formats}
        writers = {**_kept(Path(root) / run_id, {*writers, *drawn}), **writers}
    return folder.write_folder(
        Path(root), run_id, writers, lambda names: manifest(run_id, runs, names)
    )


def _pictures(
    report: Report, languages: Sequence[Language], formats: Sequence[str]
) -> dict[str, Writer]:
    """Writers of the board and its data, and of the workbook, in each language."""

    def board(words: Language) -> Writer:
        return lambda path: write_board(path, report, words, formats)

    def book(words: Language) -> Writer:
        return lambda path: write_book(path, report, words)

    writers: dict[str, Writer] = {"board.csv": lambda path: _write_data(path, report)}
    for words in languages:
        writers |= {f"board_{words}.png": board(words), f"verdicts_{words}.xlsx": book(words)}
    return writers


def _kept(earlier: Path, names: set[str]) -> dict[str, Writer]:
    """Writers of what the same versions left in the other language."""

    def copy(content: bytes) -> Writer:
        return lambda path: _write_bytes(path, content)

    try:
        earlier_run = json.loads((earlier / "manifest.json").read_text(encoding="utf-8"))
        if earlier_run.get("versions") != folder.versions():
            return {}
        files = [*earlier.glob("board_*.*"), *earlier.glob("verdicts_*.xlsx")]
        return {file.name: copy(file.read_bytes()) for file in files if file.name not in names}
    except (OSError, ValueError, AttributeError):
        return {}


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _write_data(path: Path, report: Report) -> None:
    from zjsim.report.charts.board import board_data

    write_chart_data(path.with_suffix(""), *board_data(report).table("en"))


def write_yaml(path: Path, document: Any) -> None:
    """Plain data as a YAML file."""
    with path.open("w", encoding="utf-8") as file:
        dump_yaml(_shown(document), file)


def _shown(data: Any) -> Any:
    """The same data with its texts as an editor may show them; keys and names stay."""
    if isinstance(data, Mapping):
        return {key: _shown(item) for key, item in data.items()}
    if isinstance(data, list | tuple):
        return [_shown(item) for item in data]
    return plain(data) if isinstance(data, str) else data


def dump_yaml(document: Any, stream: TextIO, width: int = 100) -> None:
    """Plain data as YAML text."""
    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = width
    writer.dump(document, stream)


def write_netcdf(path: Path, runs: Runs) -> None:
    """All saved trajectories as netCDF with units and sentences, dims (run, time).

    Classic netCDF, because a file of three hundred small variables takes five seconds as
    netCDF-4; names that are not ASCII need netCDF-4. xarray opens both.
    """
    saved = runs.trajectories
    if not all(name.isascii() for name in saved.names):
        runs.to_dataset().to_netcdf(path, engine="h5netcdf")
        return
    # scipy's reader and writer of files costs 0.1 s and is not needed for a table.
    from scipy.io import netcdf_file

    with netcdf_file(path, "w", version=2) as file:
        for key, value in saved.attributes.items():
            setattr(file, key, _attribute(value))
        file.createDimension("run", saved.n_run)
        file.createDimension("time", len(saved.times))
        file.createVariable("run", "i", ("run",))[:] = np.arange(saved.n_run)
        file.createVariable("status", "i", ("run",))[:] = saved.status
        time = file.createVariable("time", "d", ("time",))
        time[:] = saved.times
        time.units = "Year"
        time.convention = "t = Y is the middle of year Y"
        for position, name in enumerate(saved.names):
            variable = file.createVariable(name, "d", ("run", "time"))
            variable[:] = saved.values[:, :, position]
            variable.units = _attribute(saved.units.get(name, ""))
            variable.long_name = name
            variable.description = _attribute(saved.documentation.get(name, ""))


def _attribute(value: Any) -> Any:
    """An attribute as classic netCDF holds it: text as UTF-8 bytes."""
    return value.encode("utf-8") if isinstance(value, str) else np.float64(value)


def write_table(path: Path, report: Report, language: Language) -> None:
    """The planning-office table as CSV that spreadsheets open with Chinese intact."""
    write_table_csv(path, office_table(report, language))


def write_board(path: Path, report: Report, language: Language, formats: Sequence[str]) -> None:
    """The board in each format."""
    # Charts are the slowest import; the table is on the screen before this.
    from zjsim.report.charts.board import plot_board

    write_figure(plot_board(report, language), path.with_suffix(""), tuple(formats))


def write_book(path: Path, report: Report, language: Language) -> None:
    """The workbook of one run."""
    from zjsim.report.workbook.workbook import write_workbook

    write_workbook(path, report, language)
