"""Running commands as a user does, in this process."""

import json
import os
import subprocess
import sys

import pytest

from zjsim.cli import main as cli


class Outcome:
    """What a command printed and how it ended."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def document(self):
        return json.loads(self.out)


@pytest.fixture
def zjsim(monkeypatch, capsys, tmp_path):
    """Call ``zjsim("run", "baseline")`` in an empty folder; a traceback fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZJSIM_LANG", "en")
    monkeypatch.delenv("ZJSIM_DEBUG", raising=False)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["zjsim", *map(str, words)])
        try:
            cli.main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Outcome(status, said.out, said.err)

    return call


@pytest.fixture
def real(tmp_path):
    """Call a command as a process of its own, in an empty folder, with a limit of time."""
    environment = {**os.environ, "ZJSIM_LANG": "en"}

    def call(*words, timeout=120):
        command = [sys.executable, "-m", "zjsim", *map(str, words)]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=timeout
        )
        assert "Traceback" not in done.stdout + done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call
