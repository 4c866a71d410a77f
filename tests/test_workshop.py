"""Statements repeated in the workshop agree."""

import re
import tomllib
from pathlib import Path

import pytest

import zjsim

ROOT = Path(__file__).resolve().parents[1]


def test_the_citation_names_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"(?m)^version: (\S+)$", text)[1] == zjsim.__version__


def test_the_lock_holds_a_version_that_each_bound_allows():
    requirements = pytest.importorskip("packaging.requirements")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"(?m)^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text("utf-8")
    ):
        locked.setdefault(name.lower().replace("_", "-").replace(".", "-"), []).append(version)
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    wanted += [line for extra in ("report", "slides", "sensitivity", "excel")
               for line in extras[extra] if not line.startswith("zjsim")]  # fmt: skip
    for line in wanted:
        need = requirements.Requirement(line)
        versions = locked.get(need.name.lower().replace("_", "-").replace(".", "-"), [])
        assert versions, f"{need.name} is not in requirements.lock"
        assert all(need.specifier.contains(version) for version in versions), line


def test_an_upper_bound_stands_under_its_reason():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    begin = lines.index("dependencies = [")
    end = lines.index("]", begin)
    bounded = [
        place for place in range(begin, end) if re.search(r'"[\w\[\]-]+[^"]*<', lines[place])
    ]
    assert bounded
    for place in bounded:
        assert lines[place - 1].strip().startswith("#"), lines[place]
