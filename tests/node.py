"""JavaScript run by Node, for tests that hold it against Python; skipped where there is none."""

from __future__ import annotations

import base64
import json
import math
import shutil
import subprocess

import numpy as np
import pytest

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no Node.js on this machine")

_HEAD = """\
const data = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"), (key, value) =>
  value && value.__number ? Number(value.__number)
    : value && value.__doubles !== undefined ? doubles(value.__doubles) : value);
function doubles(text) {
  const bytes = Buffer.from(text, "base64");
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
const numbers = (value) => typeof value === "number" && !Number.isFinite(value)
  ? { __number: String(value) } : value;
const packed = (item) => ({ __doubles: Buffer.from(item.buffer, item.byteOffset, item.byteLength)
  .toString("base64") });
const answer = (value) => process.stdout.write(JSON.stringify(value, (key, item) =>
  item instanceof Float64Array ? packed(item)
    : numbers(ArrayBuffer.isView(item) ? Array.from(item) : item)));
"""


def run_node(text: str, data: object, folder) -> object:
    """What ``text`` answers to ``data``: JSON with numbers that are none, and arrays of doubles."""
    script, given = folder / "test.cjs", folder / "given.json"
    script.write_text(_HEAD + text, encoding="utf-8")
    given.write_text(json.dumps(_packed(data)), encoding="utf-8")
    done = subprocess.run(
        [str(NODE), str(script), str(given)], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout, object_hook=_number)


def _packed(value):
    if isinstance(value, np.ndarray):
        doubles = np.ascontiguousarray(value, dtype="<f8").tobytes()
        return {"__doubles": base64.b64encode(doubles).decode("ascii")}
    if isinstance(value, dict):
        return {key: _packed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"__number": {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")}
    return value


def _number(item):
    if "__doubles" in item:
        return np.frombuffer(base64.b64decode(item["__doubles"]), "<f8")
    return float(item["__number"]) if "__number" in item else item
