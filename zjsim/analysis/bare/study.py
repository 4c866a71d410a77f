"""A study of a bare model: a YAML file that names it, what varies, and what is looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np

from zjsim.bare import ReadyModel, ready_model
from zjsim.bundle import MODEL_SUFFIXES
from zjsim.errors import Problem, ScenarioError, did_you_mean, raise_if_any
from zjsim.model.names import canonical
from zjsim.model.reader import read_model
from zjsim.model.spec import Constant, Lookup, ModelSpec
from zjsim.scenario.draws import Dimension, SamplePlan
from zjsim.scenario.schema import Distribution, SampleMethod, Spread
from zjsim.yamlfile import YamlDocument, read_yaml

KEYS = (
    "model", "data", "ranges", "matrix", "outputs", "set", "time", "method", "noise", "runs",
    "seed", "sampling",
)  # fmt: skip
_RANGE_KEYS = ("low", "mode", "high", "distribution")
DEFAULT_RUNS = 1024
MOST_CASES = 100_000
DEFAULT_SEED = 2021


@dataclass(frozen=True, slots=True)
class BareStudy:
    """A bare model, what varies in it, and what is looked at.

    Parameters
    ----------
    name : str
        Of its file.
    ready : ReadyModel
    dimensions : tuple of Dimension
        The constants that vary.
    outputs : tuple of str
        Names of variables.
    runs, seed : int
        Size of an ensemble and seed of its draws.
    sampling : {"sobol", "latin_hypercube", "random"}
    matrix : dict of str to tuple of float
        Values of constants whose every combination is a case of a batch.
    """

    name: str
    ready: ReadyModel
    dimensions: tuple[Dimension, ...]
    outputs: tuple[str, ...]
    runs: int = DEFAULT_RUNS
    seed: int = DEFAULT_SEED
    sampling: SampleMethod = "sobol"
    matrix: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    path: Path = field(default=Path("study.yaml"), repr=False)

    @property
    def model(self) -> ModelSpec:
        """The model as it was read."""
        return self.ready.model

    def plan(self, runs: int | None = None, seed: int | None = None) -> SamplePlan:
        """How the constants are drawn."""
        return SamplePlan(
            self.sampling,
            self.runs if runs is None else runs,
            self.seed if seed is None else seed,
            self.dimensions,
            (),
            np.zeros((0, 0)),
        )


def is_bare_study(path: Path | str) -> bool:
    """Whether a YAML file is a study of a bare model: it names a model file and no plan."""
    path = Path(path)
    if path.suffix.lower() not in (".yaml", ".yml") or not path.is_file():
        return False
    data = read_yaml(path, ScenarioError).data
    return isinstance(data, Mapping) and "model" in data and "plan" not in data


def read_bare_study(path: Path | str, changes: list[str] | None = None) -> BareStudy:
    """Read a study of a bare model.

    Parameters
    ----------
    path : path
        A YAML file with ``model`` (a model file beside it), ``ranges`` (a constant and its lowest
        and highest value), and perhaps ``data`` (files of data variables), ``outputs``, ``set``,
        ``time``, ``method``, ``noise``, ``runs``, ``seed`` and ``sampling``.
    changes : list of str or None
        Assignments laid over those of the file, such as ``rate=0.3``.

    Raises
    ------
    ScenarioError
        With every line that is wrong.
    ModelError
        When the model cannot be read.
    """
    document = read_yaml(Path(path), ScenarioError)
    reading = _Reading(document)
    model = reading.model()
    study = reading.study(model, changes or [])
    raise_if_any(str(path), reading.problems, ScenarioError)
    assert study is not None
    return study


class _Reading:
    """The work on one file and what was found wrong in it."""

    def __init__(self, document: YamlDocument) -> None:
        self.document = document
        self.data: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
        self.problems: list[Problem] = []

    def fault(self, place: tuple[str | int, ...], what: str, hint: str = "") -> None:
        """Note a problem at a place of the file."""
        self.problems.append(Problem(self.document.where(place), what, hint))

    def model(self) -> ModelSpec:
        """The model that the file names."""
        name = self.data.get("model")
        if not isinstance(name, str) or Path(name).suffix.lower() not in MODEL_SUFFIXES:
            raise ScenarioError(
                f"{self.document.path}: model: name a model file ({', '.join(MODEL_SUFFIXES)})."
            )
        given = self.data.get("data", [])
        files = [given] if isinstance(given, str) else given
        if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
            raise ScenarioError(f"{self.document.path}: data: name a file, or a list of files.")
        folder = self.document.path.parent
        return read_model(folder / name, [folder / file for file in files])

    def study(self, model: ModelSpec, changes: list[str]) -> BareStudy | None:
        """The study, unless something is wrong."""
        for key in self.data:
            if key not in KEYS:
                hint = did_you_mean(str(key), KEYS) or f"Keys: {', '.join(KEYS)}."
                self.fault((key,), "no such key", hint)
        matrix = self._matrix(model)
        dimensions = self._dimensions(model, bool(matrix))
        outputs = self._outputs(model)
        runs = self._whole("runs", DEFAULT_RUNS, 2)
        seed = self._whole("seed", DEFAULT_SEED, 0)
        sampling = self.data.get("sampling", "sobol")
        if sampling not in get_args(SampleMethod):
            self.fault(("sampling",), f"{sampling!r}: choose {', '.join(get_args(SampleMethod))}")
        assignments = [f"{key}={value}" for key, value in self._mapping("set").items()]
        assignments += [f"time.{key}={value}" for key, value in self._mapping("time").items()]
        if self.problems:
            return None
        ready = ready_model(
            model,
            [*assignments, *changes],
            method=self.data.get("method"),
            noise=self.data.get("noise"),
        )
        name = self.document.path.stem
        return BareStudy(
            name, ready, dimensions, outputs, runs, seed, sampling, matrix, self.document.path
        )

    def _mapping(self, key: str) -> dict[str, Any]:
        found = self.data.get(key) or {}
        if not isinstance(found, dict):
            self.fault((key,), "expected names and values", "Write one a line: name: value")
            return {}
        return found

    def _whole(self, key: str, otherwise: int, least: int) -> int:
        value = self.data.get(key, otherwise)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.fault((key,), f"{value!r}: expected a whole number of at least {least}")
            return otherwise
        return value

    def _outputs(self, model: ModelSpec) -> tuple[str, ...]:
        """Names of variables; of an array all its cells. The stocks when none are named."""
        wanted = self.data.get("outputs")
        if wanted is None:
            stocks = tuple(stock.name for stock in model.stocks)
            return stocks or tuple(n for n in _shown(model) if n not in _constants(model).values())
        found: list[str] = []
        names = {canonical(name): name for name in _shown(model)}
        arrays = {canonical(name): array for name, array in model.arrays.items()}
        for place, name in enumerate(wanted if isinstance(wanted, list) else [wanted]):
            key = canonical(str(name))
            if key in names:
                found.append(names[key])
            elif key in arrays:
                found += [cell for cell in arrays[key].cells.values() if cell in _shown(model)]
            else:
                hint = did_you_mean(str(name), names.values())
                self.fault(("outputs", place), f"no variable {name}", hint)
        return tuple(dict.fromkeys(found))

    def _constant(self, section: str, name: str, model: ModelSpec) -> str | None:
        """The exact name of a constant."""
        constants = _constants(model)
        found = constants.get(canonical(name))
        if found is None:
            hint = did_you_mean(name, constants.values())
            self.fault((section, name), "the model has no such constant", hint)
        return found

    def _matrix(self, model: ModelSpec) -> dict[str, tuple[float, ...]]:
        """Values of constants whose every combination is a case."""
        found: dict[str, tuple[float, ...]] = {}
        for name, given in self._mapping("matrix").items():
            exact = self._constant("matrix", str(name), model)
            values = given if isinstance(given, list) else [given]
            plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
            if not values or not plain or len(set(values)) != len(values):
                what = "expected a list of numbers, each once"
                self.fault(("matrix", str(name)), what, "Write [0.5, 1, 2].")
            elif str(name) in self._mapping("ranges"):
                what = "it also has a range"
                self.fault(("matrix", str(name)), what, "Leave it out of matrix or of ranges.")
            elif exact is not None:
                found[exact] = tuple(map(float, values))
        if math.prod(map(len, found.values())) > MOST_CASES:
            self.fault(("matrix",), f"more than {MOST_CASES:,} cases", "Leave values out.")
        return found

    def _dimensions(self, model: ModelSpec, may_be_none: bool) -> tuple[Dimension, ...]:
        ranges = self._mapping("ranges")
        if not ranges and not may_be_none:
            self.fault(
                ("ranges",), "nothing varies", "Write a constant and its range: rate: [1, 2]"
            )
        found = []
        for name, given in ranges.items():
            place = ("ranges", str(name))
            exact = self._constant("ranges", str(name), model)
            if exact is None:
                continue
            element = model.elements[exact]
            assert isinstance(element, Constant)
            bounds = self._bounds(place, given, element.value)
            if bounds is not None:
                low, mode, high, shape = bounds
                found.append(
                    Dimension("constant", element.name, element.name, low, mode, high, shape)
                )
        return tuple(found)

    def _bounds(
        self, place: tuple[str, str], given: Any, value: float
    ) -> tuple[float, float, float, Distribution] | None:
        """Lowest, likeliest and highest value, and the distribution between them."""
        if isinstance(given, list) and len(given) == 2:
            given = {"low": given[0], "high": given[1]}
        if not isinstance(given, dict) or not {"low", "high"} <= set(given):
            self.fault(place, "expected [low, high], or low, high, mode and distribution")
            return None
        strange = [key for key in given if key not in _RANGE_KEYS]
        if strange:
            self.fault((*place, strange[0]), "no such key", f"Keys: {', '.join(_RANGE_KEYS)}.")
            return None
        shape = given.get("distribution", "uniform")
        numbers = [given["low"], given.get("mode", value), given["high"]]
        if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
            self.fault(place, "low, mode and high are numbers")
            return None
        low, mode, high = map(float, numbers)
        if shape not in get_args(Spread):
            self.fault(place, f"{shape!r}: choose {', '.join(get_args(Spread))}")
        elif not low < high:
            self.fault(place, f"low {low:g} must be below high {high:g}")
        elif shape != "uniform" and not low <= mode <= high:
            hint = "Give a mode between them."
            self.fault(place, f"{mode:g} is outside {low:g}..{high:g}", hint)
        elif shape == "lognormal" and low <= 0:
            self.fault(place, "a lognormal range begins above 0")
        else:
            return low, min(max(mode, low), high), high, shape
        return None


def _constants(model: ModelSpec) -> dict[str, str]:
    return {canonical(constant.name): constant.name for constant in model.constants}


def _shown(model: ModelSpec) -> list[str]:
    return [name for name, e in model.elements.items() if not isinstance(e, Lookup)]
