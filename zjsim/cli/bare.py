"""``zjsim run MODEL.mdl``: a bare model file as it stands, without plan or verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zjsim.cli.output import note, say_json, say_text, wrote
from zjsim.language import Language
from zjsim.plaintext import file_name

if TYPE_CHECKING:
    from zjsim.errors import UnsupportedError
    from zjsim.trajectories import Trajectories


def run_model(
    path: Path,
    assignments: list[str],
    engine: str,
    out: Path,
    words: Language,
    json: bool,
    trust_model: bool,
    data: Sequence[Path] = (),
) -> None:
    """Simulate a model by its own time settings and write every variable."""
    from zjsim.bare import simulate_model, simulate_text
    from zjsim.cache import content_hash
    from zjsim.engines.arithmetic import arithmetic
    from zjsim.errors import RunError, UnsupportedError
    from zjsim.model.reader import read_model
    from zjsim.model.source import check_suffix, read_source
    from zjsim.report.output.folder import command_line, versions, write_folder, write_json
    from zjsim.report.words.csv_table import write_csv
    from zjsim.report.words.labels import label

    if data and engine == "pysd":
        raise RunError("--data goes with zjsim's own engines, not with --engine pysd.")
    source, suffix = read_source(path), check_suffix(path.suffix, path)
    files: dict[str, str] = {}
    try:
        model = read_model(path, data)
        files = dict(model.files)
        runs = simulate_model(model, assignments, engine=engine, trust_model=trust_model)
    except UnsupportedError as problem:
        # PySD computes some functions that our own engines do not; then it runs the file as it is.
        if engine != "pysd":
            raise _with_true_hint(problem, source, suffix) from None
        if assignments:
            raise RunError(
                f"{path}: --set does not go with a model that only PySD reads."
            ) from None
        runs = simulate_text(source, suffix, str(path), trust_model)
        note("note: PySD ran the whole model; only variables without subscripts are written")
    hashed = content_hash(source, engine, *assignments, *files.values())[:8]
    name = f"{file_name(path.stem)}-{hashed}"
    rows = [[time, *values] for time, values in zip(runs.times, runs.values[0], strict=True)]
    manifest = {
        "model": path.name,
        "model_hash": content_hash(suffix, source),
        "files": files,
        "engine": engine,
        "assignments": assignments,
        "command": command_line(),
        "versions": versions(),
        "arithmetic": arithmetic(),
        "attributes": dict(runs.attributes),
    }
    folder = write_folder(
        out,
        name,
        {
            "trajectories.csv": lambda file: write_csv(file, ["time", *runs.names], rows),
            "manifest.json": lambda file: write_json(file, manifest),
        },
    )
    if json:
        variables = {name: runs[name][0] for name in runs.names}
        say_json({"time": runs.times, "status": int(runs.status[0]), "variables": variables})
    else:
        counts = {"variables": len(runs.names), "times": len(runs.times)}
        say_text(label("said.bare", words, name=path.name, **counts))
    for line in str(runs.attributes.get("notes", "")).splitlines():
        note(f"note: {line}")
    if runs.status[0] != 0:
        for line in _not_finite(runs):
            note(f"warning: {line}")
    wrote(folder, words)


def _with_true_hint(problem: UnsupportedError, source: str, suffix: str) -> UnsupportedError:
    """The refusal, which names PySD only where PySD reads the whole file."""
    from zjsim.engines.reference import translates
    from zjsim.errors import UnsupportedError
    from zjsim.model.context import USE_PYSD

    if USE_PYSD not in str(problem) or translates(source, suffix):
        return problem
    return UnsupportedError(str(problem).replace(USE_PYSD, "PySD does not run this file either."))


_MOST_NAMED = 5


def _not_finite(runs: Trajectories) -> list[str]:
    """What is not a finite number, and from when on; the earliest first."""
    found = runs.not_finite()
    lines = []
    for name, time, value, count in found[:_MOST_NAMED]:
        more = f", and at {count - 1} more saved times" if count > 1 else ", at this time alone"
        lines.append(f"{name} is {value:g} at t = {time:g}{more}")
    if len(found) > _MOST_NAMED:
        lines.append(f"{len(found) - _MOST_NAMED} more variables are not finite, from later on")
    if found:
        lines.append("the other variables are as the model gives them")
    else:
        lines.append("a hidden stock of a delay or smooth is not finite")
    return lines


def _ignore(_path: Path) -> None:
    return None
