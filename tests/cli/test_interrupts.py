"""Ctrl-C, a polite kill and a closed pipe: one line at most, and nothing half-written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TINY = Path(__file__).parents[1] / "analysis" / "tiny"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them"),
]
STUDY = """name: demo
scenarios: [baseline]
matrix: {levers.water: [0.5, 0.7, 1.0, 1.2]}
sample: {runs: 1500, seed: 1}
"""
# Every command that may take long, with a file or folder it writes.
COMMANDS = {
    "run": ("run", "baseline"),
    "check": ("check", "baseline"),
    "compare": ("compare", "baseline", "innovation_push"),
    "ensemble": ("ensemble", "baseline", "-n", "4000", "--out", "ensemble"),
    "batch": ("batch", "study.yaml", "--out", "studies"),
    "sensitivity": ("sensitivity", "baseline"),
    "decompose": ("decompose", "baseline"),
    "backcast": ("backcast", "baseline"),
    "flip": ("flip", "baseline"),
    "learn": ("learn", "--out", "learnt"),
    "scores": ("scores",),
    "calibrate": ("calibrate",),
    "hindcast": ("hindcast",),
    "validate": ("validate", "--quick"),
    "report": ("report", "baseline", "--format", "pdf", "--out", "report.pdf"),
    "explore": ("explore", "baseline", "--out", "page.html"),
    "plot": ("plot", "board", "baseline", "--out", "plots"),
}
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def interrupted(words, folder, number, moment):
    """How a command ends that gets a signal so many seconds after it began to load."""
    (folder / "study.yaml").write_text(STUDY, "utf-8")
    env = {**os.environ, "ZJSIM_LANG": "en", "PYTHONPATH": str(Path(__file__).parents[2])}
    # Says when Python itself has been started: from there on zjsim answers.
    code = "import sys; print('begun', file=sys.stderr, flush=True); sys.argv[0] = 'zjsim'\n"
    code += "from zjsim.cli.start import start; start()"
    with subprocess.Popen(
        [sys.executable, "-P", "-c", code, *words], cwd=folder, env=env, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stderr.readline() == "begun\n"
        time.sleep(moment)
        # Ctrl-C reaches the whole group, a kill the process that it names.
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        said = process.communicate(timeout=120)[1]
    return process.returncode, said


def check(words, folder, number, moment):
    status, said = interrupted(words, folder, number, moment)
    assert "Traceback" not in said
    assert "a fault of zjsim" not in said
    if status == STATUS[number]:
        assert said.splitlines()[-1] == "Interrupted."
    else:
        assert status in (0, 10, 20, 30), said  # it had ended before
    half = [path.name for path in folder.rglob("*") if path.name.startswith(".")]
    assert half == [], "nothing half-written is left"
    return status


@pytest.mark.parametrize(
    ("command", "number", "moment"),
    [("run", signal.SIGINT, 0.15), ("batch", signal.SIGTERM, 2.0), ("learn", signal.SIGINT, 1.0)],
)
def test_an_interrupt_is_one_line_and_leaves_nothing_half_written(
    tmp_path, command, number, moment
):
    assert check(COMMANDS[command], tmp_path, number, moment) == STATUS[number]


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_interrupted_at_any_moment(tmp_path, command):
    for number in STATUS:
        for moment in (0.1, 1.0, 4.0, 12.0):
            folder = tmp_path / f"{number}-{moment}"
            folder.mkdir()
            check(COMMANDS[command], folder, number, moment)


def closed_pipe(words, folder):
    """How a command ends whose reader has left before the first line."""
    (folder / "study.yaml").write_text(STUDY, "utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    env = {**os.environ, "ZJSIM_LANG": "en"}
    try:
        return subprocess.run(
            [sys.executable, "-m", "zjsim", *words], cwd=folder, env=env, stdout=writer,
            stderr=subprocess.PIPE, text=True, timeout=600,
        )  # fmt: skip
    finally:
        os.close(writer)


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_pipe_is_no_traceback_and_the_files_are_whole(tmp_path, command):
    ended = closed_pipe(COMMANDS[command], tmp_path)
    assert "Traceback" not in ended.stderr
    assert "a fault of zjsim" not in ended.stderr
    assert ended.returncode in (0, 1, 10, 20, 30), ended.stderr
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


DROPPED = """
import os, signal, sys, time, weakref
import zjsim.cli.main as commands

class Thing:
    pass

def work():
    def callback(_):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)
    thing = Thing()
    reference = weakref.ref(thing, callback)
    del thing
    try:
        time.sleep(20)
    finally:
        time.sleep(0.7)
        print("tidied up", file=sys.stderr)

commands.main = work
from zjsim.cli.start import start
start()
"""


def test_an_interrupt_that_a_library_drops_ends_the_command_and_lets_it_tidy_up(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", DROPPED], capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (143, "Interrupted.\ntidied up\n")
