"""Chunks give the same results wherever they are computed, and no dead worker loses one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.engines import executor_work as work
from zjsim.engines.executors import Chunk, Executor, available_cores, thread_limits
from zjsim.errors import RunError, ScenarioError

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="kills by signal")


def chunks(payloads):
    return [Chunk(f"chunk {number}", payload) for number, payload in enumerate(payloads)]


def results(executor, function, payloads):
    found = {chunk.key: value for chunk, value in executor.map(function, chunks(payloads))}
    return [found[f"chunk {number}"] for number in range(len(payloads))]


def test_serial_and_process_give_the_same_bits():
    here = results(Executor("serial"), work.noisy_square, range(12))
    pool = results(Executor("process", workers=2), work.noisy_square, range(12))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(here, pool, strict=True))


def test_pool_uses_its_workers_and_stays_within_the_cores():
    found = results(Executor("process", workers=2), work.where, range(8))
    processes = {pid for pid, _, _ in found}
    assert len(processes) == 2
    assert os.getpid() not in processes
    threads = {int(kernel) for _, kernel, _ in found} | {int(numba) for _, _, numba in found}
    assert len(threads) == 1
    assert 2 * threads.pop() <= max(available_cores(), 2)


def test_thread_limits_never_fall_below_one():
    assert set(thread_limits(10_000).values()) == {"1"}


@POSIX
def test_chunk_of_a_killed_worker_goes_to_another(tmp_path):
    payloads = [(str(tmp_path / "mark"), number) for number in range(10)]
    assert results(Executor("process", workers=2), work.die_once, payloads) == list(range(10))


def test_chunk_that_kills_every_worker_is_named():
    with pytest.raises(RunError, match=r"chunk 3: .* failed 3 times.*exit status 7"):
        results(Executor("process", workers=2), work.die_always, range(6))


@pytest.mark.parametrize("name", ["serial", "process"])
def test_trouble_that_passes_is_tried_again(name, tmp_path):
    payloads = [(str(tmp_path / "mark"), number) for number in range(3)]
    assert results(Executor(name, workers=None), work.fail_once, payloads) == [0, 1, 2]


@pytest.mark.parametrize("name", ["serial", "process"])
def test_defect_is_an_error_that_names_the_chunk(name):
    with pytest.raises(RunError, match=r"chunk 0: .* 3 times, the last time: ValueError: no good"):
        results(Executor(name), work.fail, [1])


@pytest.mark.parametrize("name", ["serial", "process"])
def test_fault_of_a_users_file_is_told_as_it_is(name):
    with pytest.raises(ScenarioError, match=r"^line 1: no such lever$"):
        results(Executor(name), work.refuse, [1])


def test_function_that_cannot_travel_is_refused_at_once():
    with pytest.raises(RunError, match=r"chunk 0: .* failed once.*pickle"):
        results(Executor("process", workers=1), lambda x: x, [1])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"name": "threads"}, "no such executor"),
        ({"name": "process", "workers": 0}, "less than one"),
        ({"name": "process", "scheduler": "tcp://x:1"}, "only the dask executor"),
    ],
)
def test_wrong_requests_are_refused(arguments, text):
    with pytest.raises(RunError, match=text):
        Executor(**arguments)


def test_no_chunks_are_no_work():
    assert results(Executor("process", workers=2), work.fail, []) == []


@POSIX
def test_closing_the_iterator_ends_the_workers():
    stream = Executor("process", workers=2).map(work.where, chunks(range(50)))
    pids = {next(stream)[1][0] for _ in range(4)}
    stream.close()
    assert not any(_alive(pid) for pid in pids)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


INTERRUPTED = """
import sys
sys.path.insert(0, {here!r})
import executor_work as work
from zjsim.engines.executors import Chunk, Executor
# No guard of __main__: a pool must not run this script again in its workers.
payloads = [({folder!r}, n) for n in range(200)]
for _ in Executor("process", workers=2).map(work.slow, [Chunk(str(p), p) for p in payloads]):
    pass
"""


@POSIX
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill -9"])
def test_workers_end_with_their_parent(kill, tmp_path):
    script = tmp_path / "script.py"
    marks = tmp_path / "marks"
    marks.mkdir()
    script.write_text(INTERRUPTED.format(here=str(HERE), folder=str(marks)))
    with subprocess.Popen([sys.executable, script], stderr=subprocess.PIPE) as parent:
        _until(lambda: len(list(marks.iterdir())) >= 3)
        parent.send_signal(kill)
        parent.communicate(timeout=10)
    workers = {int(mark.suffix[1:]) for mark in marks.iterdir()}
    _until(lambda: not any(_alive(pid) for pid in workers))
    assert parent.returncode != 0


def _until(condition, seconds=15.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_missing_dask_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match=r'pip install "zjsim\[cluster\]"'):
        results(Executor("dask"), work.noisy_square, [1])


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """A real scheduler and two real workers on this machine, as separate processes."""
    pytest.importorskip("distributed")
    # On a busy machine an answer takes longer; what a user is told is a test of its own.
    monkeypatch.setattr("zjsim.engines.executors.CONNECT", 10.0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    common = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    paths = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    common["env"] = {**os.environ, "PYTHONPATH": paths}
    dask = [sys.executable, "-m", "dask"]
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = [subprocess.Popen([*dask, "scheduler", "--port", str(port), *local], **common)]
    for number in range(2):
        folder = ["--local-directory", str(tmp_path / f"worker{number}")]
        alone = ["--no-nanny", "--nthreads", "1", *local, *folder]
        processes.append(subprocess.Popen([*dask, "worker", address, *alone], **common))
    try:
        _until(lambda: _listens(port), 60.0)  # starting up is no part of what is tested
        yield address, processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@POSIX
@pytest.mark.filterwarnings("ignore")  # what Dask warns of is not ours
def test_dask_gives_the_same_bits_and_survives_the_loss_of_a_worker(cluster, tmp_path):
    address, processes = cluster
    executor = Executor("dask", scheduler=address)
    here = results(Executor("serial"), work.noisy_square, range(6))
    there = results(executor, work.noisy_square, range(6))
    assert all(np.array_equal(a, b) for a, b in zip(here, there, strict=True))

    payloads = [(str(tmp_path), number) for number in range(16)]
    found, killed = [], None
    for chunk, value in executor.map(work.slow, chunks(payloads)):
        found.append((chunk.payload[1], value))
        if killed is None:
            killed = processes[1].pid
            processes[1].kill()  # in the middle of a chunk: the queue is never empty yet
    assert sorted(found) == [(number, number) for number in range(16)]
    pids = {int(mark.suffix[1:]) for mark in tmp_path.glob("*.*") if mark.suffix[1:].isdigit()}
    assert len(pids) == 2, "both workers had begun chunks"
    assert killed in pids


@POSIX
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lost", ["scheduler", "workers"])
def test_cluster_that_is_lost_is_a_clear_error(cluster, tmp_path, monkeypatch, lost):
    monkeypatch.setattr("zjsim.engines.executors.FETCH", 1.0)
    monkeypatch.setattr("zjsim.engines.executors.POLL", 0.5)
    address, processes = cluster
    stream = Executor("dask", scheduler=address).map(
        work.slow, chunks([(str(tmp_path), number) for number in range(40)])
    )
    next(stream)
    monkeypatch.setattr("zjsim.engines.executors.WITHOUT_WORKERS", 1.0)
    for process in processes[:1] if lost == "scheduler" else processes[1:]:
        process.kill()
    with pytest.raises(RunError, match=r"lost its scheduler or all its workers; unfinished: chunk"):
        list(stream)


@pytest.mark.filterwarnings("ignore")
def test_scheduler_that_does_not_answer_is_a_clear_error(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("zjsim.engines.executors.CONNECT", 1.0)
    with pytest.raises(RunError, match="no Dask scheduler answers there"):
        results(Executor("dask", scheduler="tcp://127.0.0.1:9"), work.noisy_square, [1])
