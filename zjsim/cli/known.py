"""What commands share that start from draws after learning: the option, the learning, its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from zjsim.cli.output import note, say_text
from zjsim.language import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zjsim.analysis.learning.smc import Stage
    from zjsim.openplan import OpenPlan
    from zjsim.scenario.schema import Scenario

KnownUntil = Annotated[
    int | None,
    typer.Option(
        "--known-until",
        metavar="YEAR",
        help="Start from what the figures and drivers published up to a year have taught; "
        "learnt once (a minute) and kept.",
    ),
]


def telling(words: Language, quiet: bool = False) -> Callable[[int, Stage], None]:
    """What the sampler has done, to stderr; a line a stage."""
    from zjsim.report.words.labels import label
    from zjsim.report.words.numbers import format_share

    def told(year: int, stage: Stage) -> None:
        if not quiet:
            note(
                label(
                    "learning.stage", words, year=year, power=format_share(stage.power, 1),
                    acceptance=format_share(stage.acceptance, 0),
                )
            )  # fmt: skip

    return told


def starting(
    opened: OpenPlan,
    read: Sequence[Scenario],
    known_until: int | None,
    words: Language,
    quiet: bool = False,
) -> list[Scenario]:
    """The scenarios as asked for: as they are, or starting from what a year knew.

    Parameters
    ----------
    quiet : bool
        Nothing is said of the sampler, and nothing of where the draws come from.
    """
    found = list(read)
    if known_until is not None:
        # Nothing else of a command needs the sampler.
        from zjsim.analysis.learning.starting import known_until as known

        told = telling(words, quiet)
        found = [known(opened, known_until, one, told=told) for one in read]
    if not quiet and found[0].sampling.posterior:
        say_start(found[0], words)
    return found


def say_start(scenario: Scenario, words: Language) -> None:
    """In a sentence, from which draws a scenario starts."""
    from zjsim.report.tables.learning_tables import start_sentence

    say_text(start_sentence(scenario, words))
