"""Consoles of every kind show what is meant: no question mark in place of a verdict's mark."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zjsim.cli.console import prepare_console
from zjsim.report.words.verdicts import MARKS


def printed(text, encoding):
    file = io.BytesIO()
    stream = io.TextIOWrapper(file, encoding=encoding, newline="")
    prepare_console(stream)
    stream.write(text)
    stream.flush()
    return file.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["cp936", "gbk", "gb18030", "cp437", "cp1252", "latin-1"])
def test_every_mark_of_a_verdict_is_told_from_the_others_and_is_no_question_mark(encoding):
    shown = [printed(mark, encoding) for mark in MARKS.values()]
    assert len(set(shown)) == len(shown)
    assert "?" not in [printed(mark, encoding) for mark in MARKS.values() if mark != "?"]


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [("≥16 % − 5…", "cp936", "≥16 % - 5…"), ("≥16 – 5…", "cp437", "≥16 - 5..."),
     ("κόστος", "cp1252", "??????"), ("规划", "cp936", "规划"), ("Año: más", "cp936", "Ano: más")],
)  # fmt: skip
def test_what_a_console_lacks_is_shown_by_what_says_the_same(text, encoding, shown):
    assert printed(text, encoding) == shown


def test_the_c_locale_shows_chinese_as_it_is(monkeypatch):
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    file = io.BytesIO()
    stream = io.TextIOWrapper(file, encoding="ascii")
    prepare_console(stream)
    stream.write("规划 ✓")
    stream.flush()
    assert file.getvalue().decode("utf-8") == "规划 ✓"


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "cp936"},
     {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}],
    ids=["cp936", "C"],
)  # fmt: skip
def test_a_whole_run_on_such_a_console_writes_the_same_files_and_says_the_same(
    tmp_path, environment
):
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"PYTHONPATH": str(Path(__file__).parents[2]), "ZJSIM_LANG": "zh", **environment}
    words = ["run", "baseline", "--no-probability", "--out", "runs"]
    done = subprocess.run([sys.executable, "-m", "zjsim", *words], cwd=tmp_path, env=env,
                          capture_output=True)  # fmt: skip
    text = done.stdout.decode(environment.get("PYTHONIOENCODING", "utf-8"))
    assert "规划照常实施" in text
    assert "?" not in text
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    assert "制造业增加值" in (folder / "assessment_zh.csv").read_text("utf-8-sig")
