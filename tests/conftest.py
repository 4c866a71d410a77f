"""One private cache for the whole session, so that each kernel is compiled once; laws untimed."""

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


def pytest_collection_modifyitems(items):
    """What takes minutes is run when it is asked for: ``ZJSIM_LONG=1 python -m pytest -m long``."""
    if not os.environ.get("ZJSIM_LONG"):
        wait = pytest.mark.skip(reason="takes minutes; ZJSIM_LONG=1 runs it")
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(wait)
