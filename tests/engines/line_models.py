"""Models written in a line a variable."""

from __future__ import annotations

from zjsim.model.reader import parse_model
from zjsim.model.spec import ModelSpec
from zjsim.timeline import TimeGrid


def vensim(*lines: str, stop: float = 4, step: float = 0.25) -> ModelSpec:
    """A model from lines such as ``level = INTEG(1, 0)``; it starts at 0."""
    control = ["INITIAL TIME = 0", f"FINAL TIME = {stop}", f"TIME STEP = {step}"]
    text = "{UTF-8}\n" + "".join(f"{line} ~~|\n" for line in [*lines, *control])
    return parse_model(text, ".mdl")


def grid_of(model: ModelSpec, step: float | None = None) -> TimeGrid:
    """The time settings of a model file, every step saved."""
    return TimeGrid(model.start, model.stop, step or model.step)
