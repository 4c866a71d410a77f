"""What a test of the protocol is and what came out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["passed", "failed", "not_run"]
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<=": lambda value, limit: value <= limit,
    ">=": lambda value, limit: value >= limit,
}


class NotRunError(Exception):
    """A test cannot be run here; the message says what it needs."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a test measured.

    Parameters
    ----------
    value : float
        The statistic that the threshold judges; NaN never passes.
    words : str
        The result for a reader: counts, the place of the largest value.
    details : sequence of str
        Everything that went wrong or is worth reading, a line each.
    """

    value: float
    words: str = ""
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One test of the validation page.

    Parameters
    ----------
    id, group : str
        As in the plan's protocol.
    what, statistic : mapping of language to str
    source : str
        Where the field demands it.
    compare, threshold : str, float
        Fixed before the run.
    measured : Measured or None
        None when it was not run; ``reason`` says why.
    verdict : str
    seconds : float
    """

    id: str
    group: str
    what: Mapping[str, str]
    statistic: Mapping[str, str]
    source: str
    compare: str
    threshold: float
    measured: Measured | None
    verdict: Outcome
    seconds: float
    reason: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The row as plain data, without the time it took."""
        measured = self.measured
        return {
            "id": self.id,
            "group": self.group,
            "what": dict(self.what),
            "source": self.source,
            "statistic": dict(self.statistic),
            "compare": self.compare,
            "threshold": self.threshold,
            "value": None if measured is None else measured.value,
            "result": self.reason if measured is None else measured.words,
            "details": [] if measured is None else list(measured.details),
            "verdict": self.verdict,
        }


def judged(measured: Measured, compare: str, threshold: float) -> Outcome:
    """Whether a statistic passes its threshold; NaN does not."""
    return "passed" if _COMPARE[compare](measured.value, threshold) else "failed"
