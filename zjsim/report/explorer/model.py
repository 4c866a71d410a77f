"""What the page says of a bare model: sliders for its constants, charts for its variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zjsim.cache import content_hash
from zjsim.engines.kernel import binding
from zjsim.engines.kernel.javascript import emit_javascript
from zjsim.engines.kernel.lower import lower
from zjsim.engines.kernel.program import Program
from zjsim.engines.kernel.schedule import schedule
from zjsim.inputs import Inputs
from zjsim.language import LANGUAGES, Language
from zjsim.model.names import control_of, identifier
from zjsim.model.reader import read_model
from zjsim.model.spec import ModelSpec
from zjsim.report.explorer.content import common, kernel_content
from zjsim.report.explorer.draws import no_sampling
from zjsim.report.explorer.elements import element_contents
from zjsim.scenario.resolve import names_of


def model_content(path: Path, language: Language) -> tuple[dict[str, Any], str]:
    """The data of a bare model's page, and the JavaScript of its kernel.

    Raises
    ------
    ModelError
        When the file cannot be read.
    UnsupportedError
        When an equation uses what the kernel or a browser does not compute, by name.
    """
    model = read_model(path)
    program = lower(model)
    grid = names_of(model).time
    save = binding.saved_names(program, Inputs(grid))
    constants = _constants(model, program)
    content = {
        **common(program, grid, language),
        "kind": "model",
        # Vensim files are written for it; `zjsim run` takes it too.
        "method": "euler",
        "plan": {
            "id": "",
            "title": dict.fromkeys(LANGUAGES, model.name),
            "baseYear": grid.start,
            "years": [],
            "indicators": [],
        },
        "kernel": kernel_content(program, (), save, ()),
        "constants": constants,
        "levers": [],
        "chapters": {},
        "drivers": {"observed": "", "list": [], "series": {}},
        "scenarios": [_own(model)],
        "start": model.name,
        "deciding": list(constants),
        "sampling": no_sampling(),
        "elements": element_contents(model),
        "sectors": {},
        "modelHash": content_hash(model.source)[:8],
    }
    return content, emit_javascript(schedule(program, (), save))


def _constants(model: ModelSpec, program: Program) -> dict[str, dict[str, Any]]:
    """Constants that may be moved, by identifier, with the range that the file gives."""
    limits = {constant.name: constant.limits for constant in model.constants}
    found: dict[str, dict[str, Any]] = {}
    for slot, constant in enumerate(program.constants):
        name = constant.name
        if control_of(name) or name in program.structural:
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


def _own(model: ModelSpec) -> dict[str, Any]:
    """The model as it stands, in the form of a scenario."""
    return {
        "name": model.name, "label": {}, "why": {}, "plan": "", "driver_path": [],
        "lever_delay": 0, "levers": {}, "drivers": {}, "constants": {}, "initial": {},
        "time": {}, "method": None,
    }  # fmt: skip
