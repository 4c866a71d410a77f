"""One private cache for the whole session, so that each kernel is compiled once; laws untimed."""

import functools
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is not a fault of the code: no promise of a law is about time.
settings.register_profile("zjsim", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zjsim")

CACHE = Path(__file__).resolve().parents[1] / ".pytest_cache" / "zjsim"
os.environ.setdefault("ZJSIM_CACHE", str(CACHE))
# A thousand draws beside each of a thousand verdicts is no test; test_chances.py asks for them.
os.environ["ZJSIM_PROBABILITY"] = "0"


@pytest.fixture(scope="session", autouse=True)
def large_models_are_read_once():
    """PySD's translators take seconds for the shipped model, which cannot change once read."""
    from zjsim.model import reader

    real = reader.parse_model
    once = functools.lru_cache(maxsize=4)(real)

    def parse_model(text, *names):
        return (once if len(text) > 50_000 else real)(text, *names)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "parse_model", parse_model)
        yield
