"""What is written is whole or not there, wherever the work is cut off, and a full disk is told."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from zjsim.errors import RunError
from zjsim.files import atomic
from zjsim.report.output.folder import write_folder

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a copy of this process")
# Calls after which the system may stop: each is a place where a kill leaves another state.
WATCHED = ((os, "fsync"), (os, "replace"), (os, "rename"), (os, "open"), (Path, "open"),
           (Path, "rename"), (Path, "mkdir"))  # fmt: skip


def cut_off(work, place):
    """Do the work in a copy of this process that is killed before watched call ``place``."""
    child = os.fork()
    if child == 0:
        left = [place]

        def watched(real):
            def call(*arguments, **named):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*arguments, **named)

            return call

        for owner, name in WATCHED:
            setattr(owner, name, watched(getattr(owner, name)))
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def states(work, seen):
    """What is seen after a kill at each watched call, and after none."""
    found = []
    for place in range(100):
        killed = cut_off(work, place)
        found.append(seen())
        if not killed:
            return found
    raise AssertionError("the work never ended")


def test_a_file_is_the_old_or_the_new_one_wherever_the_writer_is_killed(tmp_path):
    target = tmp_path / "file.txt"

    def work():
        with atomic(target, durable=True) as part, part.open("w") as file:
            file.write("new" * 1000)

    def seen():
        text = target.read_text()
        target.write_text("old")
        return text

    target.write_text("old")
    found = states(work, seen)
    assert set(found) == {"old", "new" * 1000}
    assert len(found) > 3


def test_a_run_folder_is_whole_or_the_old_one_wherever_the_writer_is_killed(tmp_path):
    def writers(text):
        return {f"{k}.txt": lambda path: path.write_text(text) for k in range(3)}

    def work():
        write_folder(tmp_path, "run", writers("new"), lambda names: {"files": list(names)})

    def seen():
        folder = tmp_path / "run"
        texts = {file.name: file.read_text() for file in folder.glob("*")}
        for name in ("0.txt", "1.txt", "2.txt"):
            # Between two renames nothing stands there, which no reader takes for finished.
            assert not texts or texts[name] == texts["0.txt"]
        assert not texts or "manifest.json" in texts
        write_folder(tmp_path, "run", writers("old"), lambda names: {"files": list(names)})
        return texts.get("0.txt", "nothing")

    write_folder(tmp_path, "run", writers("old"), lambda names: {"files": list(names)})
    found = states(work, seen)
    assert {"old", "new"} <= set(found) <= {"old", "new", "nothing"}
    assert found[-1] == "new"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses_is_told_and_leaves_the_old_folder(tmp_path, code):
    def full(path):
        path.write_text("half of it")
        raise OSError(code, os.strerror(code))

    old = {"a.txt": lambda path: path.write_text("old")}
    write_folder(tmp_path, "run", old)
    with pytest.raises(RunError, match="Nothing was left half-written"):
        write_folder(tmp_path, "run", {"a.txt": full})
    assert (tmp_path / "run" / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.slow
def test_a_run_on_a_full_disk_ends_with_a_message_and_nothing_half_written(tmp_path):
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "import sys; sys.argv = ['zjsim', 'run', 'baseline', '--lang', 'en']\n"
        "from zjsim.cli.main import main; main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "the results cannot be written (File too large)" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_target_that_can_be_no_file_is_told_as_the_system_would():
    for place in ("", ".", "/"):
        with pytest.raises(IsADirectoryError), atomic(Path(place)):
            pass
