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
        ("pysd", ["engines/reference.py"]),
        ("numba", ["engines/kernel/build.py"]),
    ],
)
def test_heavy_libraries_are_met_in_their_room_only(library, rooms):
    met = [
        str(path.relative_to(ROOT / "zjsim")) for path in PACKAGE if _foreign_imports(path, library)
    ]
    assert [place for place in met if not any(place.startswith(room) for room in rooms)] == []


# Who makes an engine, or compiles a model, or draws, by whatever name it has.
_MAKES = {"make_engine", "KernelEngine", "AdaptiveEngine", "ReferenceEngine"}
_READIES = {"compile_program", "compile_source", "compile_text", "plan_sampling"}


def _readied(path):
    """Lines that construct an engine, compile a model or resolve a scenario of a plan."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        # Path.resolve takes nothing; a plan resolves a scenario.
        resolves = isinstance(node.func, ast.Attribute) and called == "resolve" and node.args
        if called in _MAKES | _READIES or resolves:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {called}"


def test_a_plan_meets_an_engine_in_one_place_only():
    outside = [
        path
        for path in PACKAGE
        if path.name != "prepare.py" and "engines" not in path.relative_to(ROOT).parts
    ]
    assert [line for path in outside for line in _readied(path)] == []


def test_nobody_writes_into_another_objects_namespace():
    met = []
    for path in PACKAGE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "__dict__":
                met.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    # The emitted text of a kernel is run in a module made for it.
    assert [line for line in met if not line.startswith("zjsim/engines/kernel/build.py")] == []
