"""The house stays as docs/architecture.md draws it."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = sorted((ROOT / "zjsim").rglob("*.py"))


@pytest.mark.skipif(shutil.which("lint-imports") is None, reason="import-linter is not installed")
def test_imports_point_downwards():
    done = subprocess.run(
        ["lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def _calls(path, name):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
    ]


def test_only_the_command_line_prints_or_exits():
    inside = [path for path in PACKAGE if "cli" not in path.relative_to(ROOT).parts]
    met = [
        str(path.relative_to(ROOT))
        for path in inside
        if _calls(path, "print") or "sys.exit" in path.read_text(encoding="utf-8")
    ]
    assert met == []


def _foreign_imports(path, name):
    return re.findall(rf"^\s*(?:import|from) {name}\b", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("matplotlib", ["report/"]),
        ("pysd", ["model/reader.py", "engines/reference.py"]),
        ("numba", ["engines/kernel/build.py"]),
    ],
)
def test_heavy_libraries_are_met_in_their_room_only(library, rooms):
    met = [
        str(path.relative_to(ROOT / "zjsim")) for path in PACKAGE if _foreign_imports(path, library)
    ]
    assert [place for place in met if not any(place.startswith(room) for room in rooms)] == []
