"""Errors a user can meet; all problems of one file are reported together."""

from __future__ import annotations

import difflib
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


class ZjsimError(Exception):
    """Something in the user's files or request that zjsim cannot work with."""


class ModelError(ZjsimError):
    """A model file cannot be read or is not a valid system-dynamics model."""


class UnsupportedError(ModelError):
    """A model uses a construct that the chosen engine does not compute."""


class ScenarioError(ZjsimError):
    """A scenario file is wrong, or does not fit the model and its levers."""


class PlanError(ZjsimError):
    """A plan folder or one of its files is wrong."""


class DataError(ZjsimError):
    """A table of figures (observations, drivers, constants) is wrong."""


class RunError(ZjsimError):
    """A run could not be computed or its result could not be written."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it."""

    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        what = self.what if self.what.endswith((".", "?", "!")) else f"{self.what}."
        return f"{self.where}: {what} {self.hint}".rstrip()


def raise_if_any(
    subject: object, problems: Sequence[Problem], error: type[ZjsimError] = ZjsimError
) -> None:
    """Raise one error that lists every problem; do nothing when there are none."""
    if not problems:
        return
    noun = "problem" if len(problems) == 1 else "problems"
    lines = "\n".join(f"  {problem}" for problem in problems)
    raise error(f"{subject} has {len(problems)} {noun}:\n{lines}")


def refuse_special(path: Path, error: type[ZjsimError]) -> None:
    """Refuse pipes and devices, which may never end; FileNotFoundError when there is nothing."""
    if not path.is_dir() and not stat.S_ISREG(path.stat().st_mode):
        raise error(f"{path}: not a regular file (a pipe or a device); save it as a file.")


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """A hint naming the candidates nearest to ``name``; empty when none is near."""
    folded: dict[str, str] = {}
    for candidate in candidates:
        # An id comes before the label that differs in capitals only.
        folded.setdefault(candidate.casefold(), candidate)
    near = difflib.get_close_matches(str(name).casefold(), folded, n=3, cutoff=0.6)
    if not near:
        return ""
    return "Did you mean " + " or ".join(folded[key] for key in near) + "?"
