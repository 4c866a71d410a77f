"""Engine ``pysd``: PySD itself in a temporary folder; slow, trusted, Euler only.

PySD translates a model to Python and runs that. The translation happens in a temporary
folder, every run gets a new model object, and nothing PySD writes or warns of reaches the
user. Because generated code is executed, the caller must say that the file is trusted.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from zjsim.engines.base import Engine
from zjsim.errors import ModelError, RunError, UnsupportedError, did_you_mean
from zjsim.inputs import Inputs
from zjsim.model.names import canonical, control_of
from zjsim.model.spec import Constant, Lookup, ModelSpec
from zjsim.timeline import TimeGrid
from zjsim.trajectories import RunStatus, Trajectories

_STEM = "model"


class ReferenceEngine(Engine):
    """Engine ``pysd``.

    Parameters
    ----------
    trust : bool
        Whether the model file may have code generated from it executed.
    """

    def __init__(self, trust: bool = False) -> None:
        self.trust = trust

    @classmethod
    def made(cls, *, trust: bool = False, **_: Any) -> ReferenceEngine:
        """Takes ``trust``."""
        return cls(trust)

    def compile(self, model: ModelSpec) -> ReferenceModel:
        """Translate ``model`` with PySD.

        Raises
        ------
        UnsupportedError
            When the file is not trusted.
        ModelError
            When PySD cannot translate it.
        """
        return self.compile_text(model.source, model.suffix, model.origin or model.name, model)

    def compile_text(
        self, source: str, suffix: str, origin: str = "model", model: ModelSpec | None = None
    ) -> ReferenceModel:
        """The same from the text of a file, which may use arrays; scalars can be saved."""
        if not self.trust:
            raise UnsupportedError(
                f"{origin}: --engine pysd executes code generated from the model file; "
                "repeat with --trust-model"
            )
        with _quiet(), tempfile.TemporaryDirectory(prefix="zjsim-pysd-") as folder:
            path = Path(folder) / f"{_STEM}{suffix}"
            path.write_text(source, encoding="utf-8")
            return ReferenceModel(origin, *_translated(path, origin), model)


def _translated(path: Path, origin: str) -> tuple[dict[str, str], dict[str, str], Any]:
    """Files that PySD wrote, the names of its variables, and its table of them."""
    import pysd

    try:
        read = pysd.read_vensim if path.suffix.lower() == ".mdl" else pysd.read_xmile
        loaded = read(str(path))
        written = {
            str(file.relative_to(path.parent)): file.read_text(encoding="utf-8")
            for file in path.parent.rglob("*")
            if file.suffix in (".py", ".json") and file != path
        }
        return written, dict(loaded.namespace), loaded.doc
    except Exception as problem:
        # PySD raises whatever its parser and the translated file raise.
        raise ModelError(f"{origin}: PySD cannot translate the model: {problem}") from None


_OUTSIDE = re.compile(r"\bGET\s+(?:XLS|DIRECT)\b", re.IGNORECASE)


def translates(source: str, suffix: str) -> bool:
    """Whether PySD translates a text, so that ``--engine pysd`` may be recommended.

    Nothing that is generated is executed. Files beside the model are not there for this engine.
    """
    if _OUTSIDE.search(source):
        return False
    with _quiet(), tempfile.TemporaryDirectory(prefix="zjsim-pysd-") as folder:
        # Its imports warn.
        from pysd.builders.python.python_model_builder import ModelBuilder
        from pysd.translators.vensim.vensim_file import VensimFile
        from pysd.translators.xmile.xmile_file import XmileFile

        path = Path(folder) / f"{_STEM}{suffix}"
        path.write_text(source, encoding="utf-8")
        try:
            file = (VensimFile if suffix == ".mdl" else XmileFile)(path)
            file.parse()
            ModelBuilder(file.get_abstract_model()).build_model()
        except Exception:  # PySD raises whatever its parser and its builder raise
            return False
    return True


def run_file(path: Path) -> Any:
    """A model file run by PySD as it stands, in a temporary copy of its folder.

    The caller must trust the file: code that PySD generates from it is executed.

    Returns
    -------
    DataFrame
        A row a time, a column a variable or cell.
    """
    import shutil

    with _quiet(), tempfile.TemporaryDirectory(prefix="zjsim-pysd-") as folder:
        # Its imports warn.
        import pysd

        copy = Path(folder) / "model"
        shutil.copytree(path.parent, copy)
        read = pysd.read_vensim if path.suffix.lower() == ".mdl" else pysd.read_xmile
        return read(str(copy / path.name)).run(flatten_output=True)


class ReferenceModel:
    """A model translated by PySD, as the text of its files."""

    def __init__(
        self,
        origin: str,
        files: dict[str, str],
        namespace: dict[str, str],
        table: Any,
        model: ModelSpec | None,
    ) -> None:
        self.origin = origin
        self._files = files
        self._model = model
        self._python_names = {canonical(name): python for name, python in namespace.items()}
        self._names = self._exact_names(table)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that ``run`` can save: scalars, in the order of the model file."""
        return self._names

    def _exact_names(self, table: Any) -> tuple[str, ...]:
        if self._model is not None:
            elements = self._model.elements.values()
            return tuple(e.name for e in elements if not isinstance(e, Lookup))
        scalar = table[table["Subscripts"].isna() & (table["Type"] != "Lookup")]
        return tuple(name for name in scalar["Real Name"] if canonical(name) != "time")

    def own_grid(self) -> TimeGrid:
        """The time settings of the file, for a model that only PySD can read.

        Raises
        ------
        RunError
            When PySD cannot run the model.
        """
        import pysd

        with _quiet(), self._folder() as folder:
            try:
                loaded = pysd.load(str(folder / f"{_STEM}.py"))
                named = ("initial_time", "final_time", "time_step", "saveper")
                start, stop, step, every = (float(getattr(loaded.components, n)()) for n in named)
            except Exception as problem:
                raise RunError(f"{self.origin}: PySD cannot run the model: {problem}") from None
        return TimeGrid(start, stop, step, every if every > step else None)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A temporary folder with the translated files."""
        with tempfile.TemporaryDirectory(prefix="zjsim-pysd-") as folder:
            for name, text in self._files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            yield Path(folder)

    def run(self, inputs: Inputs) -> Trajectories:
        """Simulate each run with a new model object.

        Raises
        ------
        UnsupportedError
            When another method than ``euler`` is asked for.
        ModelError
            When ``inputs`` name an element that the model lacks.
        RunError
            When PySD fails.
        """
        if inputs.method != "euler":
            raise UnsupportedError(
                f"--engine pysd integrates with euler only, not with {inputs.method}. "
                "Add --method euler, or choose another engine."
            )
        save = inputs.save if inputs.save is not None else self._default_names(inputs)
        rows = len(inputs.grid.saved_times)
        values = np.full((inputs.n_run, rows, len(save)), np.nan)
        with _quiet(), self._folder() as folder:
            for run in range(inputs.n_run):
                values[run] = self._one(folder, inputs, save, run)
        finite = np.isfinite(values).all(axis=(1, 2))
        elements = self._model.elements if self._model else {}
        return Trajectories(
            names=tuple(save),
            times=inputs.grid.saved_times,
            values=values,
            status=np.where(finite, RunStatus.OK, RunStatus.NOT_FINITE).astype(np.uint8),
            units={name: elements[name].unit for name in save if name in elements},
            documentation={n: elements[n].documentation for n in save if n in elements},
            attributes={"model": self.origin, "engine": "pysd", "method": "euler",
                        "step": inputs.grid.step},
        )  # fmt: skip

    def _default_names(self, inputs: Inputs) -> tuple[str, ...]:
        elements = self._model.elements if self._model else {}
        return tuple(
            name
            for name in self._names
            if name in inputs.paths
            or not (isinstance(elements.get(name), Constant) or control_of(name))
        )

    def _one(self, folder: Path, inputs: Inputs, save: tuple[str, ...], run: int) -> np.ndarray:
        import pandas as pd
        import pysd

        grid = inputs.grid
        parameters: dict[str, Any] = {
            self._python(name): _of_run(array, run) for name, array in inputs.constants.items()
        }
        for name, path in inputs.paths.items():
            row = 0 if path.values.shape[0] == 1 else run
            points = path.right(grid.times)[row]
            parameters[self._python(name)] = pd.Series(points, index=grid.times)
        initials = {self._python(n): _of_run(array, run) for n, array in inputs.initials.items()}
        columns = [self._column(name) for name in save]
        try:
            loaded = pysd.load(str(folder / f"{_STEM}.py"))
            table = loaded.run(
                params=parameters,
                initial_condition=(grid.start, initials),
                final_time=grid.stop,
                time_step=grid.step,
                return_timestamps=list(grid.saved_times),
                return_columns=list(dict.fromkeys(name for name, _ in columns)),
                flatten_output=True,
            )
            found = {canonical(str(name)): name for name in table.columns}
            wanted = [found[canonical(name + cell)] for name, cell in columns]
            return np.asarray(table[wanted].to_numpy(dtype=float))
        except Exception as problem:
            # A translated model raises whatever its arithmetic raises.
            raise RunError(f"{self.origin}: PySD cannot run the model: {problem}") from None

    def _column(self, name: str) -> tuple[str, str]:
        """PySD's name of a variable, and which cell of it: ``x[a,b]`` is a cell of ``x``."""
        array, bracket, inside = name.partition("[")
        if self._model is not None and bracket and array in self._model.arrays:
            return self._python(array), f"[{','.join(inside.removesuffix(']').split(','))}]"
        return self._python(name), ""

    def _python(self, name: str) -> str:
        found = self._python_names.get(canonical(name))
        if found is None:
            hint = did_you_mean(name, self._names)
            raise ModelError(f"{self.origin}: {name} is not in the model. {hint}".rstrip())
        return found


def _of_run(array: np.ndarray, run: int) -> float:
    return float(array[0 if array.shape[0] == 1 else run])


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with np.errstate(all="ignore"):
            yield
