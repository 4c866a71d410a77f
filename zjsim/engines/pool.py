"""A pool of fresh Python processes that loses no chunk when one of them dies.

Not concurrent.futures: there one dead worker breaks the whole pool without saying whose
chunk it had, and spawning re-imports the caller's __main__, which notebooks and scripts
without a guard do not survive. Here each worker is a fresh interpreter on two pipes, so that
its death is seen at once, and it ends by itself when its parent is gone.
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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from zjsim.errors import RunError, ZjsimError
from zjsim.surroundings import guard_imports

THREADS = "ZJSIM_THREADS"  # how many threads a kernel may use in this process
THREAD_VARIABLES = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    THREADS,
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One unit of work: a name for messages and results, and plain data."""

    key: str
    payload: Any


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
class Attempts:
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


def answer_of(function: Callable[[Any], Any], payload: Any) -> tuple[str, Any]:
    """The result, or the failure as a value: what a worker sends back."""
    try:
        return "done", function(payload)
    except ZjsimError as problem:
        return "problem", problem
    except Exception as problem:
        return "failed", reason_of(problem)


def reason_of(problem: BaseException) -> str:
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


_SERVE = "from zjsim.engines.pool import serve; serve()"


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
                kind, value = "refused", reason_of(problem)
            self.results.put((chunk, kind, value))
        if process is not None:
            self._bury(process)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.lock:
            if self.closing:
                raise EOFError
            # -P: the working folder is no place to import from.
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **thread_limits(self.size), "PYTHONPATH": _python_path()},
            )
            self.processes.add(process)
        return process

    def _epitaph(self, process: subprocess.Popen[bytes] | None, problem: Exception) -> str:
        if process is None:
            return f"no worker process could be started ({reason_of(problem)})"
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


class Waiting:
    """Chunks still to be handed out, made one by one; those to be tried again come first."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._rest = iter(chunks)
        self._again: deque[Chunk] = deque()

    def next(self) -> Chunk | None:
        """The next chunk; None when there is none left."""
        return self._again.popleft() if self._again else next(self._rest, None)

    def again(self, chunk: Chunk) -> None:
        """Hand this one out once more."""
        self._again.append(chunk)


def map_processes(
    function: Callable[[Any], Any], chunks: Iterable[Chunk], size: int, retries: int
) -> Iterator[tuple[Chunk, Any]]:
    pool = _Pool(function, size)
    waiting = Waiting(chunks)
    attempts = Attempts(retries)
    out = 0
    try:
        pool.start()
        while True:
            # Two chunks a worker at most are out, so results cannot pile up unread.
            while out < 2 * size and (ready := waiting.next()) is not None:
                pool.tasks.put(ready)
                out += 1
            if not out:
                return
            try:
                # The timeout lets Ctrl-C through on Windows.
                chunk, kind, value = pool.results.get(timeout=0.5)
            except queue.Empty:
                continue
            out -= 1
            if attempts.again(chunk, kind, value):
                waiting.again(chunk)
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
    guard_imports()
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
        trouble = f"the worker cannot import the function ({reason_of(problem)})"
    while True:
        try:
            payload = pickle.load(source)
        except EOFError:
            return
        answer = ("refused", trouble) if function is None else answer_of(function, payload)
        try:
            _send(target, answer)
        except OSError:
            return
