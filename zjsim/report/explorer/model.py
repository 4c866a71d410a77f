"""What the page says of a bare model: sliders for its constants, charts for its variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zjsim.analysis.bare.study import read_bare_study
from zjsim.bare import ReadyModel, ready_model
from zjsim.bundle import MODEL_SUFFIXES
from zjsim.cache import content_hash
from zjsim.engines.kernel import binding
from zjsim.engines.kernel.javascript import emit_javascript
from zjsim.engines.kernel.lower import lower
from zjsim.engines.kernel.program import Program
from zjsim.engines.kernel.schedule import schedule
from zjsim.errors import ModelError
from zjsim.language import LANGUAGES, Language
from zjsim.model.names import control_of, identifier
from zjsim.model.reader import read_model
from zjsim.model.spec import ModelSpec
from zjsim.report.explorer.content import common, kernel_content
from zjsim.report.explorer.draws import no_sampling
from zjsim.report.explorer.elements import element_contents, unit_contents
from zjsim.scenario.reader import Changes
from zjsim.timeline import TimeGrid


def model_content(
    path: Path, language: Language, changes: Changes = ()
) -> tuple[dict[str, Any], str]:
    """The data of a bare model's page, and the JavaScript of its kernel.

    Parameters
    ----------
    path : path
        A model file, or a study of one, whose ranges become those of the first sliders.
    changes : str, sequence of str, or mapping
        What the page begins with, as in `simulate_model`: constants, time settings, ``method``,
        ``noise``.

    Raises
    ------
    ModelError
        When the file cannot be read, or has nothing to chart.
    UnsupportedError
        When an equation uses what the kernel or a browser does not compute, by name; or when the
        model draws random numbers and ``changes`` do not say how.
    ScenarioError
        When the changes do not fit the model.
    """
    ready, ranges = _ready(path, changes)
    model = ready.model
    inputs = ready.of_runs()
    program, paths = lower(model), tuple(inputs.paths)
    save = binding.saved_names(program, inputs)
    _refuse_nothing_to_chart(path, inputs.grid, save)
    constants, elements = _constants(model, program, ranges), element_contents(model)
    content = {
        **common(program, inputs.grid, language),
        "kind": "model",
        "method": inputs.method,
        "notes": [*model.notes, *ready.own.notes],
        "rows": None if ready.own.rows is None else ready.own.rows.tolist(),
        "plan": {
            "id": "",
            "title": dict.fromkeys(LANGUAGES, model.name),
            "baseYear": inputs.grid.start,
            "years": [],
            "indicators": [],
        },
        "kernel": kernel_content(program, paths, save, ()),
        "series": {
            name: [path.times.tolist(), path.values[0].tolist()]
            for name, path in inputs.paths.items()
        },
        "constants": constants,
        "levers": [],
        "chapters": [],
        "drivers": {"observed": "", "list": [], "series": {}},
        "scenarios": [_own(ready, constants)],
        "start": model.name,
        "deciding": list(constants),
        "sampling": no_sampling(),
        "elements": elements,
        "units": unit_contents(elements),
        "sectors": {},
        "modelHash": content_hash(model.source)[:8],
    }
    return content, emit_javascript(schedule(program, paths, save))


def _ready(path: Path, changes: Changes) -> tuple[ReadyModel, Mapping[str, tuple[float, float]]]:
    """A model ready to run, and the ranges of its constants where a study gives them."""
    if path.suffix.lower() in MODEL_SUFFIXES:
        return ready_model(read_model(path), changes), {}
    study = read_bare_study(path, [changes] if isinstance(changes, str) else list(changes))
    return study.ready, {item.key: (item.low, item.high) for item in study.dimensions}


def _refuse_nothing_to_chart(path: Path, grid: TimeGrid, save: tuple[str, ...]) -> None:
    if grid.n_steps == 0:
        raise ModelError(
            f"{path}: the run has one moment only (it starts and ends at {grid.start:g}), so there "
            "is nothing to chart. Set FINAL TIME later, in the file or with --set time.stop=10."
        )
    if not save:
        raise ModelError(
            f"{path}: the model has nothing but constants and settings, so there is nothing to "
            "chart. Add a stock, a flow or an auxiliary."
        )


def _constants(
    model: ModelSpec, program: Program, ranges: Mapping[str, tuple[float, float]]
) -> dict[str, dict[str, Any]]:
    """Constants that may be moved, by identifier: those with given ranges first."""
    limits: dict[str, Any] = {constant.name: constant.limits for constant in model.constants}
    limits |= ranges
    drawn = {draw.name for draw in model.draws}
    found: dict[str, dict[str, Any]] = {}
    slots = list(enumerate(program.constants))
    for slot, constant in sorted(slots, key=lambda pair: pair[1].name not in ranges):
        name = constant.name
        if control_of(name) or name in program.structural or name in drawn:
            continue
        low, high = limits.get(name, (None, None))
        key = identifier(name)
        # Two names may have one identifier; a file has each name once.
        found[key if key and key not in found else name] = {
            "name": name,
            "slot": slot,
            "low": low,
            "high": high,
        }
    return found


def _own(ready: ReadyModel, constants: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The model with what was laid over it, in the form of a scenario."""
    keys = {row["name"]: key for key, row in constants.items()}
    given = {name: float(values[0]) for name, values in ready.of_runs().constants.items()}
    return {
        "name": ready.model.name, "label": {}, "why": {}, "plan": "", "driver_path": [],
        "lever_delay": 0, "levers": {}, "drivers": {}, "initial": {}, "time": {}, "method": None,
        "constants": {keys[name]: value for name, value in given.items() if name in keys},
    }  # fmt: skip
