"""JavaScript run by Node, for tests that hold it against Python; skipped where there is none."""

from __future__ import annotations

import json
import math
import shutil
import subprocess

import pytest

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no Node.js on this machine")

_HEAD = """\
const data = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"), (key, value) =>
  value && value.__number ? Number(value.__number) : value);
const numbers = (value) => typeof value === "number" && !Number.isFinite(value)
  ? { __number: String(value) } : value;
const answer = (value) => process.stdout.write(JSON.stringify(value, (key, item) =>
  numbers(ArrayBuffer.isView(item) ? Array.from(item, numbers) : item)));
"""


def run_node(text: str, data: object, folder) -> object:
    """What ``text`` answers to ``data``; both are JSON with numbers that are none."""
    script, given = folder / "test.cjs", folder / "given.json"
    script.write_text(_HEAD + text, encoding="utf-8")
    given.write_text(json.dumps(_packed(data)), encoding="utf-8")
    done = subprocess.run(
        [str(NODE), str(script), str(given)], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout, object_hook=_number)


def _packed(value):
    if isinstance(value, dict):
        return {key: _packed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"__number": {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")}
    return value


def _number(item):
    return float(item["__number"]) if "__number" in item else item
