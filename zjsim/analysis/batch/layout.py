"""How the runs of a study are cut into shards: by arithmetic, so that a million cost nothing.

The cut depends on the numbers of cases and runs alone, not on who computes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

CASES_A_SHARD = 64


@dataclass(frozen=True, slots=True)
class Cut:
    """What one shard holds: a slice of one case's runs, or several whole cases.

    Parameters
    ----------
    cases : range
        Consecutive places in the study.
    first, last : int
        Runs of each of them; the last is exclusive.
    """

    cases: range
    first: int
    last: int

    @property
    def n_run(self) -> int:
        """Runs in the shard."""
        return len(self.cases) * (self.last - self.first)


class Layout:
    """The cuts of a study, by their place.

    Parameters
    ----------
    runs : sequence of int
        Runs of each case of the first scenario, of the second, and so on.
    points : int
        Cases of each scenario.
    most : int
        Runs a shard at most.
    """

    def __init__(self, runs: Sequence[int], points: int, most: int) -> None:
        self.runs, self.points, self.most = tuple(runs), points, most
        self.ends = tuple(accumulate(self._shards_of(count) for count in self.runs))

    def _shards_of(self, runs: int) -> int:
        """Shards of one scenario."""
        if runs > self.most:
            return self.points * -(-runs // self.most)
        return -(-self.points // self._cases_together(runs))

    def _cases_together(self, runs: int) -> int:
        return max(1, min(CASES_A_SHARD, self.most // runs))

    def __len__(self) -> int:
        return self.ends[-1]

    def __getitem__(self, place: int) -> Cut:
        place = range(len(self))[place]
        which = next(i for i, end in enumerate(self.ends) if place < end)
        within = place - (self.ends[which - 1] if which else 0)
        first_case, runs = which * self.points, self.runs[which]
        if runs > self.most:
            case, piece = divmod(within, -(-runs // self.most))
            first = piece * self.most
            here = first_case + case
            return Cut(range(here, here + 1), first, min(first + self.most, runs))
        together = self._cases_together(runs)
        begin = within * together
        end = min(begin + together, self.points)
        return Cut(range(first_case + begin, first_case + end), 0, runs)

    @property
    def n_run(self) -> int:
        """Runs of the whole study."""
        return self.points * sum(self.runs)

    def case_start(self, case: int) -> int:
        """Runs before a case, in the order of the study."""
        which, point = divmod(case, self.points)
        if which == len(self.runs):
            return self.n_run
        return self.points * sum(self.runs[:which]) + point * self.runs[which]
