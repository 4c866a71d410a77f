"""A cache folder of the session's own."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Compiled kernels and emitted texts stay inside the test session."""
    before = os.environ.get("ZJSIM_CACHE")
    os.environ["ZJSIM_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["ZJSIM_CACHE"]
    else:
        os.environ["ZJSIM_CACHE"] = before
