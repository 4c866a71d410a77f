"""Each reader gives what a file says or an error of ours, whatever its bytes are.

The corpus beside this file holds what once went wrong, and is read in every run;
``ZJSIM_LONG=1`` fuzzes for a minute from there (`ZJSIM_SECONDS` for longer).
"""

import os
import random
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.counting import RIBERA, ROOT, _data
from tests.hostile.mutations import changed
from zjsim.assessment.own_observations import read_own_observations
from zjsim.errors import ZjsimError
from zjsim.model.reader import read_model
from zjsim.openplan import open_plan
from zjsim.scenario.reader import read_scenario
from zjsim.scenario.study import read_study

CORPUS = Path(__file__).parent / "corpus"


@cache
def ribera():
    return open_plan(RIBERA)


# What reads a file of each folder of the corpus, and whole files to begin at.
READERS = {
    "scenario": (lambda path: read_scenario(path, ROOT / "scenarios"),
                 sorted((ROOT / "scenarios").glob("*.yaml"))),
    "study": (read_study, sorted((CORPUS / "study").glob("whole*.yaml"))),
    "vensim": (read_model, sorted((ROOT / "tests" / "conformance").rglob("*.mdl"))),
    "xmile": (read_model, sorted((ROOT / "tests" / "conformance").rglob("*.xmile"))),
    "observations": (lambda path: read_own_observations(path, ribera().plan),
                     [RIBERA / "observations.csv"]),
}  # fmt: skip
FILES = [path for path in sorted(CORPUS.rglob("*")) if path.is_file()]


def read(kind, path):
    # Anything but an error of ours fails the test.
    with suppress(ZjsimError):
        READERS[kind][0](path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CORPUS).as_posix())
def test_what_once_went_wrong_is_read_or_told(path):
    read(path.parent.name, path)


def fuzzed(kind, place, chance, folder):
    starts = [*READERS[kind][1], *sorted((CORPUS / kind).glob("*"))]
    source = starts[place % len(starts)]
    path = folder / f"fuzzed{source.suffix}"
    text = source.read_text("utf-8", "replace")
    data = _data(source) if source.suffix == ".yaml" else None
    path.write_bytes(changed(source.name, text, data, chance))
    read(kind, path)


CHANCES = st.randoms(use_true_random=False)


@settings(max_examples=30, suppress_health_check=list(HealthCheck), database=None)
@given(kind=st.sampled_from(sorted(READERS)), place=st.integers(0, 10_000), chance=CHANCES)
def test_a_changed_file_is_read_or_told(tmp_path, kind, place, chance):
    fuzzed(kind, place, chance, tmp_path)


@pytest.mark.long
def test_a_minute_of_changed_files_is_read_or_told(tmp_path):
    end = time.monotonic() + float(os.environ.get("ZJSIM_SECONDS", "60"))
    # Other seeds by hand: a gate must not fail for what nobody changed.
    number = int(os.environ.get("ZJSIM_SEED", random.SystemRandom().randrange(2**32)))
    last = number + int(os.environ.get("ZJSIM_INPUTS", 10**9))
    while time.monotonic() < end and number < last:
        number += 1
        chance = random.Random(number)
        kind = chance.choice(sorted(READERS))
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            fuzzed(kind, chance.randrange(10_000), chance, folder)
        except Exception as problem:
            kept = next(folder.glob("fuzzed*")).read_bytes()
            raise AssertionError(f"{kind}, seed {number}: {kept[:2000]!r}") from problem
