"""A plan's folder: where its files are, and the hash of what they say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zjsim.cache import content_hash
from zjsim.errors import PlanError, ZjsimError, did_you_mean, refuse_special

_PACKAGE = Path(__file__).resolve().parent
# A plan's own scenarios, inside its folder.
SCENARIOS = "scenarios"
# The scenario that others are compared with.
PLAN_AS_WRITTEN = "baseline"
# The plan that is meant where none is named.
DEFAULT_PLAN = "zhejiang"
MODEL_SUFFIXES = (".mdl", ".xmile", ".stmx", ".xml")


def _shipped(kind: str) -> Path:
    """The shipped ``models`` or ``scenarios``: inside the wheel, or beside the package."""
    installed = _PACKAGE / "_bundled" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def models_folder() -> Path:
    """The folder of the shipped plans."""
    return _shipped("models")


def scenarios_folder() -> Path:
    """The folder of the shipped scenarios."""
    return _shipped("scenarios")


def scenario_names(folder: Path | None = None) -> tuple[str, ...]:
    """Names of the scenarios in a folder: the plan as written first, the others by alphabet.

    Parameters
    ----------
    folder : Path or None
        None takes the shipped scenarios.

    Returns
    -------
    tuple of str
        What `simulate` and `read_scenario` take.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.scenario_names()[0]
    'baseline'
    """
    names = sorted(path.stem for path in (folder or scenarios_folder()).glob("*.yaml"))
    return tuple(sorted(names, key=lambda name: name != PLAN_AS_WRITTEN))


def plan_of_scenarios(folder: Path) -> str:
    """The plan of scenarios that name none: that in whose folder they are, else the usual one."""
    own = folder.name == SCENARIOS and (folder.parent / "plan.yaml").is_file()
    return folder.parent.name if own else DEFAULT_PLAN


def is_path(name: str | Path, suffixes: tuple[str, ...] = ()) -> bool:
    """Whether a user's word means a file or folder rather than a shipped name."""
    text = str(name)
    return isinstance(name, Path) or "/" in text or "\\" in text or text.endswith(suffixes)


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """Paths of one plan: the model, and all it rests on.

    ``shipped`` tells the plans that came with zjsim from those of a user.
    """

    path: Path
    model: Path
    shipped: bool

    @property
    def name(self) -> str:
        """Name of the plan: that of its folder."""
        return self.path.name

    def file(self, name: str) -> Path:
        """Path of one file of the folder, there or not."""
        return self.path / name

    @property
    def scenarios(self) -> Path:
        """Where its scenarios are, by name: in its folder, else with the shipped ones."""
        own = self.path / SCENARIOS
        return own if own.is_dir() else scenarios_folder()

    def needed_file(self, name: str, use: str, error: type[ZjsimError] = PlanError) -> Path:
        """A file that not every plan has, and that something cannot do without.

        Parameters
        ----------
        name, use : str
            Such as ``comparisons.yaml`` and ``a hindcast``.

        Raises
        ------
        error
            When the folder has none; it says what for, and where one can be seen.
        """
        path = self.file(name)
        if not path.is_file():
            raise error(
                f"{path}: no such file; {use} needs it. {find_plan().path / name} shows one in use."
            )
        return path

    def hashes(self) -> dict[str, str]:
        """SHA-256 of each data file of the folder, by name."""
        kinds = {*MODEL_SUFFIXES, ".csv", ".yaml", ".bib"}
        files = sorted(p for p in self.path.iterdir() if p.suffix in kinds and p.is_file())
        return {path.name: content_hash(path.read_bytes()) for path in files}


def find_plan(name: str | Path = DEFAULT_PLAN) -> PlanFolder:
    """The folder of a plan, by the name of a shipped one or by path.

    Raises
    ------
    PlanError
        When there is no such folder, or it holds no model or more than one.
    """
    text = str(name)
    path = Path(text) if is_path(name) or Path(text).is_dir() else models_folder() / text
    if not path.is_dir():
        shipped = sorted(p.name for p in models_folder().iterdir() if p.is_dir())
        hint = did_you_mean(text, shipped) or f"Shipped plans: {', '.join(shipped)}."
        raise PlanError(f"{text}: no such plan folder. {hint}")
    models = sorted(p for p in path.iterdir() if p.suffix in MODEL_SUFFIXES)
    if len(models) != 1:
        found = ", ".join(p.name for p in models) or "none"
        raise PlanError(
            f"{path}: a plan folder holds exactly one model file "
            f"({', '.join(MODEL_SUFFIXES)}); found: {found}."
        )
    refuse_special(models[0], PlanError)
    path = path.resolve()
    return PlanFolder(path, path / models[0].name, path.parent == models_folder().resolve())
