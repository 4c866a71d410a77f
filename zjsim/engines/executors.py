"""Run a function over independent chunks: here, on a process pool, or on Dask.

A chunk is a key and a payload of plain, picklable data; the function is one that a fresh
Python can import. Results come back as they finish, in any order; which place computes a
chunk never changes its numbers. A worker that dies loses nothing but its chunk, which goes to
another worker; a chunk that fails again and again is an error that names it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Literal

from zjsim.errors import RunError, ZjsimError

ExecutorName = Literal["serial", "process", "dask"]
EXECUTORS: tuple[ExecutorName, ...] = ("serial", "process", "dask")
THREADS = "ZJSIM_THREADS"  # how many threads a kernel may use in this process
THREAD_VARIABLES = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    THREADS,
)
NEEDS_DASK = (
    "the dask executor needs Dask distributed, which is not installed. "
    'Install it with: pip install "zjsim[cluster]"'
)
CONNECT = 20.0  # seconds to wait for a scheduler
WITHOUT_WORKERS = 60.0  # seconds after which a cluster without any worker is given up


@dataclass(frozen=True, slots=True)
class Chunk:
    """One unit of work: a name for messages and results, and plain data."""

    key: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Executor:
    """Where chunks are computed.

    Parameters
    ----------
    name : {"serial", "process", "dask"}
        This process, a pool of fresh processes, or Dask distributed.
    workers : int or None
        Processes of the pool or of a local Dask cluster; None is one a core.
    scheduler : str or None
        Address of a running Dask scheduler, such as ``tcp://10.0.0.1:8786``; None starts a
        local cluster.
    retries : int
        How often a chunk is tried again after its worker died or it failed.
    """

    name: ExecutorName = "serial"
    workers: int | None = None
    scheduler: str | None = None
    retries: int = 2

    def __post_init__(self) -> None:
        if self.name not in EXECUTORS:
            raise RunError(f"{self.name}: no such executor. Choose {', '.join(EXECUTORS)}.")
        if self.workers is not None and self.workers < 1:
            raise RunError(f"workers: {self.workers} is less than one.")
        if self.scheduler is not None and self.name != "dask":
            raise RunError(f"scheduler: only the dask executor has one, not {self.name}.")

    def map(
        self, function: Callable[[Any], Any], chunks: Sequence[Chunk]
    ) -> Iterator[tuple[Chunk, Any]]:
        """Yield (chunk, ``function(chunk.payload)``) as the results come in.

        Closing the iterator, or Ctrl-C, ends the workers.

        Raises
        ------
        ZjsimError
            What the function itself raised about the user's files: not tried again.
        RunError
            When a chunk keeps failing, or the workers cannot be had.
        """
        if self.name == "serial":
            return _map_serial(function, chunks, self.retries)
        if self.name == "process":
            return _map_processes(function, chunks, self.pool_size(len(chunks)), self.retries)
        return _map_dask(function, chunks, self)

    def pool_size(self, n_chunk: int) -> int:
        """Processes to start: never more than there are chunks."""
        return max(1, min(self.workers or available_cores(), n_chunk))


def available_cores() -> int:
    """Cores this process may use: a container or ``taskset`` may allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_limits(processes: int) -> dict[str, str]:
    """Environment that keeps processes times threads within the cores."""
    threads = str(max(1, available_cores() // processes))
    return dict.fromkeys(THREAD_VARIABLES, threads)


@dataclass
class _Attempts:
    """What to do with each answer: hand the result on, try the chunk again, or give up."""

    retries: int
    failures: dict[str, int] = field(default_factory=dict)

    def again(self, chunk: Chunk, kind: str, value: Any) -> bool:
        """Whether ``chunk`` must be computed again; False when ``value`` is its result."""
        if kind == "done":
            return False
        if kind == "problem":
            raise value
        count = self.failures[chunk.key] = self.failures.get(chunk.key, 0) + 1
        if kind == "refused" or count > self.retries:
            times = "once" if count == 1 else f"{count} times"
            raise RunError(
                f"{chunk.key}: could not be computed; it failed {times}, the last time: {value}."
            )
        return True


def _answer(function: Callable[[Any], Any], payload: Any) -> tuple[str, Any]:
    """The result, or the failure as a value: what a worker sends back."""
    try:
        return "done", function(payload)
    except ZjsimError as problem:
        return "problem", problem
    except Exception as problem:
        return "failed", _reason(problem)


def _map_serial(
    function: Callable[[Any], Any], chunks: Sequence[Chunk], retries: int
) -> Iterator[tuple[Chunk, Any]]:
    attempts = _Attempts(retries)
    for chunk in chunks:
        while attempts.again(chunk, *(answer := _answer(function, chunk.payload))):
            pass
        yield chunk, answer[1]


def _reason(problem: BaseException) -> str:
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


# Not concurrent.futures: there one dead worker breaks the whole pool without saying whose
# chunk it had, and spawning re-imports the caller's __main__, which notebooks and scripts
# without a guard do not survive. Here each worker is a fresh interpreter on two pipes, so
# that its death is seen at once, and it ends by itself when its parent is gone.

_SERVE = "from zjsim.engines.executors import serve; serve()"


@dataclass
class _Pool:
    """Threads that each look after one worker process, and the two queues between."""

    function: Callable[[Any], Any]
    size: int
    tasks: queue.SimpleQueue[Chunk | None] = field(default_factory=queue.SimpleQueue)
    results: queue.SimpleQueue[tuple[Chunk, str, Any]] = field(default_factory=queue.SimpleQueue)
    processes: set[subprocess.Popen[bytes]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: bool = False

    def start(self) -> None:
        for _ in range(self.size):
            threading.Thread(target=self._look_after_one, daemon=True).start()

    def _look_after_one(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        while (chunk := self.tasks.get()) is not None and not self.closing:
            try:
                if process is None:
                    process = self._spawn()
                    _send(process.stdin, (sys.path, pickle.dumps(self.function)))
                _send(process.stdin, chunk.payload)
                kind, value = _receive(process.stdout)
            except (OSError, EOFError, pickle.UnpicklingError) as problem:
                kind, value = "died", self._epitaph(process, problem)
                process = None
            except Exception as problem:  # a payload or function that cannot be pickled
                kind, value = "refused", _reason(problem)
            self.results.put((chunk, kind, value))
        if process is not None:
            self._bury(process)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.lock:
            if self.closing:
                raise EOFError
            process = subprocess.Popen(
                [sys.executable, "-c", _SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **thread_limits(self.size), "PYTHONPATH": _python_path()},
            )
            self.processes.add(process)
        return process

    def _epitaph(self, process: subprocess.Popen[bytes] | None, problem: Exception) -> str:
        if process is None:
            return f"no worker process could be started ({_reason(problem)})"
        code = self._bury(process)
        how = f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        return f"its worker process died ({how})"

    def _bury(self, process: subprocess.Popen[bytes]) -> int:
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        with self.lock:
            self.processes.discard(process)
        return code

    def close(self) -> None:
        with self.lock:
            self.closing = True
            running = list(self.processes)
        for process in running:
            process.kill()
        for _ in range(self.size):
            self.tasks.put(None)
        for process in running:
            process.wait()


def _map_processes(
    function: Callable[[Any], Any], chunks: Sequence[Chunk], size: int, retries: int
) -> Iterator[tuple[Chunk, Any]]:
    pool = _Pool(function, size)
    waiting = deque(chunks)
    attempts = _Attempts(retries)
    out = 0
    try:
        pool.start()
        while waiting or out:
            # Two chunks a worker at most are out, so results cannot pile up unread.
            while waiting and out < 2 * size:
                pool.tasks.put(waiting.popleft())
                out += 1
            try:
                # The timeout lets Ctrl-C through on Windows.
                chunk, kind, value = pool.results.get(timeout=0.5)
            except queue.Empty:
                continue
            out -= 1
            if attempts.again(chunk, kind, value):
                waiting.appendleft(chunk)
            else:
                yield chunk, value
    finally:
        pool.close()


def _python_path() -> str:
    """A search path on which a fresh interpreter finds the zjsim of this one."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    known = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join(part for part in (here, known) if part)


def _send(stream: IO[bytes] | None, message: Any) -> None:
    assert stream is not None
    # Pickled whole first: an object that cannot be must not leave half a message behind.
    stream.write(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
    stream.flush()


def _receive(stream: IO[bytes] | None) -> Any:
    assert stream is not None
    return pickle.load(stream)


def serve() -> None:
    """The life of a worker process: read a payload, write a result, until the pipe closes."""
    # Ctrl-C reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = sys.stdin.buffer
    # Whatever a library prints must not fall into the pipe of results.
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        path, pickled = pickle.load(source)
    except EOFError:
        return
    # The caller's search path first, or his function may not be found.
    sys.path[:] = path
    function: Callable[[Any], Any] | None = None
    trouble = ""
    try:
        function = pickle.loads(pickled)
    except Exception as problem:
        trouble = f"the worker cannot import the function ({_reason(problem)})"
    while True:
        try:
            payload = pickle.load(source)
        except EOFError:
            return
        answer = ("refused", trouble) if function is None else _answer(function, payload)
        try:
            _send(target, answer)
        except OSError:
            return


def _map_dask(
    function: Callable[[Any], Any], chunks: Sequence[Chunk], executor: Executor
) -> Iterator[tuple[Chunk, Any]]:
    try:
        import distributed
    except ImportError:
        raise RunError(NEEDS_DASK) from None
    attempts = _Attempts(executor.retries)
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_connect(distributed, executor, len(chunks), stack))
        waiting = deque(chunks)
        running: dict[Any, Chunk] = {}
        try:
            while waiting or running:
                # A window keeps results from piling up in the memory of the cluster.
                while waiting and len(running) < _window(client):
                    chunk = waiting.popleft()
                    running[client.submit(_answer_alone, function, chunk.payload, pure=False)] = (
                        chunk
                    )
                for future in _finished(distributed, client, running, executor):
                    chunk = running.pop(future)
                    kind, value = _outcome(distributed, future)
                    future.release()
                    if attempts.again(chunk, kind, value):
                        waiting.appendleft(chunk)
                    else:
                        yield chunk, value
        finally:
            with contextlib.suppress(Exception):
                client.cancel(list(running), force=True)


def _answer_alone(function: Callable[[Any], Any], payload: Any) -> tuple[str, Any]:
    """As `_answer`, where Dask already has a thread of its own for each task."""
    os.environ.setdefault(THREADS, "1")
    return _answer(function, payload)


def _connect(distributed: Any, executor: Executor, n_chunk: int, stack: Any) -> Any:
    address = executor.scheduler
    if address is None:
        size = executor.pool_size(n_chunk)
        address = stack.enter_context(
            distributed.LocalCluster(
                n_workers=size,
                threads_per_worker=1,
                dashboard_address=None,
                env=thread_limits(size),
            )
        )
    try:
        client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        raise RunError(f"{address}: no Dask scheduler answers there ({problem}).") from None
    try:
        client.wait_for_workers(1, timeout=WITHOUT_WORKERS)
    except TimeoutError:
        client.close()
        raise RunError(f"{address}: the Dask scheduler has no workers.") from None
    return client


def _window(client: Any) -> int:
    threads = sum(client.nthreads().values())
    return max(2, 2 * threads)


def _finished(distributed: Any, client: Any, running: dict[Any, Chunk], executor: Executor) -> Any:
    """Futures that are done; waits for the first, but not for ever on an empty cluster."""
    waited = 0.0
    while True:
        try:
            with client.as_current():
                return distributed.wait(
                    list(running), timeout=5.0, return_when="FIRST_COMPLETED"
                ).done
        except TimeoutError:
            waited = 0.0 if client.nthreads() else waited + 5.0
            if client.status != "running" or waited >= WITHOUT_WORKERS:
                keys = ", ".join(chunk.key for chunk in list(running.values())[:3])
                raise RunError(
                    f"{executor.scheduler or 'local cluster'}: the Dask cluster has lost its "
                    f"scheduler or all its workers; unfinished: {keys}. "
                    "Run the same command again when it is back."
                ) from None


def _outcome(distributed: Any, future: Any) -> tuple[str, Any]:
    try:
        answer: tuple[str, Any] = future.result()
    except distributed.KilledWorker:
        return "refused", "every Dask worker that had it died"
    except Exception as problem:  # a worker without zjsim, a payload that cannot be sent
        return "failed", _reason(problem)
    return answer
