"""Statements repeated in the workshop agree."""

import re
from pathlib import Path

import zjsim

ROOT = Path(__file__).resolve().parents[1]


def test_the_citation_names_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"(?m)^version: (\S+)$", text)[1] == zjsim.__version__
