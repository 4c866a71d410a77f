"""One private cache for the whole session, so that each kernel is compiled once."""

import os
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".pytest_cache" / "zjsim"
os.environ.setdefault("ZJSIM_CACHE", str(CACHE))
