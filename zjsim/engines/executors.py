"""Run a function over independent chunks: here, on a process pool, or on Dask.

A chunk is a key and a payload of plain, picklable data; the function is one that a fresh
Python can import. Results come back as they finish, in any order; which place computes a
chunk never changes its numbers. A worker that dies loses nothing but its chunk, which goes to
another worker; a chunk that fails again and again is an error that names it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from dataclasses import dataclass
from typing import Any, Literal

from zjsim.engines.pool import (
    THREADS,
    Attempts,
    Chunk,
    Waiting,
    answer_of,
    available_cores,
    map_processes,
    reason_of,
    thread_limits,
)
from zjsim.errors import RunError

ExecutorName = Literal["serial", "process", "dask"]
EXECUTORS: tuple[ExecutorName, ...] = ("serial", "process", "dask")
NEEDS_DASK = (
    "the dask executor needs Dask distributed, which is not installed. "
    'Install it with: pip install "zjsim[cluster]"'
)
CONNECT = 5.0  # seconds to wait for a scheduler
FETCH = 30.0  # seconds in which a finished result must have come over
POLL = 2.0  # seconds between looks at whether the cluster still has workers
WITHOUT_WORKERS = 60.0  # seconds after which a cluster without any worker is given up


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
        self,
        function: Callable[[Any], Any],
        chunks: Iterable[Chunk],
        count: int | None = None,
    ) -> Iterator[tuple[Chunk, Any]]:
        """Yield (chunk, ``function(chunk.payload)``) as the results come in.

        Closing the iterator, or Ctrl-C, ends the workers.

        Parameters
        ----------
        chunks : iterable of Chunk
            Taken one by one as workers get free.
        count : int or None
            How many there are; None for those of a sequence.

        Raises
        ------
        ZjsimError
            What the function itself raised about the user's files: not tried again.
        RunError
            When a chunk keeps failing, or the workers cannot be had.
        """
        if self.name == "serial":
            return _map_serial(function, chunks, self.retries)
        size = self.pool_size(len(chunks) if isinstance(chunks, Sequence) else count or 1)
        if self.name == "process":
            return map_processes(function, chunks, size, self.retries)
        return _map_dask(function, chunks, size, self)

    def pool_size(self, n_chunk: int) -> int:
        """Processes to start: never more than there are chunks."""
        return max(1, min(self.workers or available_cores(), n_chunk))


def _map_serial(
    function: Callable[[Any], Any], chunks: Iterable[Chunk], retries: int
) -> Iterator[tuple[Chunk, Any]]:
    attempts = Attempts(retries)
    for chunk in chunks:
        while attempts.again(chunk, *(answer := answer_of(function, chunk.payload))):
            pass
        yield chunk, answer[1]


def _map_dask(
    function: Callable[[Any], Any], chunks: Iterable[Chunk], size: int, executor: Executor
) -> Iterator[tuple[Chunk, Any]]:
    try:
        import distributed
    except ImportError:
        raise RunError(NEEDS_DASK) from None
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_connect(distributed, executor, size, stack))
        running: dict[Any, Chunk] = {}
        try:
            waiting = Waiting(chunks)
            yield from _stream(distributed, client, function, waiting, running, executor)
        except (OSError, asyncio.CancelledError, futures.CancelledError):
            # The connection broke: Dask tells it in several ways, by where it was met.
            raise _lost(running, executor) from None
        finally:
            with contextlib.suppress(Exception, asyncio.CancelledError):
                client.cancel(list(running), force=True)


def _stream(
    distributed: Any,
    client: Any,
    function: Callable[[Any], Any],
    waiting: Waiting,
    running: dict[Any, Chunk],
    executor: Executor,
) -> Iterator[tuple[Chunk, Any]]:
    attempts = Attempts(executor.retries)
    while True:
        # A window keeps results from piling up in the memory of the cluster.
        while len(running) < _window(client) and (ready := waiting.next()) is not None:
            work = (_answer_alone, function, ready.payload)
            running[client.submit(*work, pure=False)] = ready
        if not running:
            return
        for future in _finished(distributed, client, running, executor):
            answer = _outcome(distributed, future)
            if answer is None:
                continue
            kind, value = answer
            chunk = running.pop(future)
            future.release()
            if attempts.again(chunk, kind, value):
                waiting.again(chunk)
            else:
                yield chunk, value


def _lost(running: dict[Any, Chunk], executor: Executor) -> RunError:
    keys = ", ".join(chunk.key for chunk in list(running.values())[:3])
    return RunError(
        f"{executor.scheduler or 'local cluster'}: the Dask cluster has lost its scheduler or "
        f"all its workers; unfinished: {keys}. Run the same command again when it is back."
    )


def _answer_alone(function: Callable[[Any], Any], payload: Any) -> tuple[str, Any]:
    """As `answer_of`, where Dask already has a thread of its own for each task."""
    os.environ.setdefault(THREADS, "1")
    return answer_of(function, payload)


def _connect(distributed: Any, executor: Executor, size: int, stack: Any) -> Any:
    address = executor.scheduler
    if address is None:
        address = stack.enter_context(
            distributed.LocalCluster(
                n_workers=size,
                threads_per_worker=1,
                dashboard_address=None,
                env=thread_limits(size),
            )
        )
    else:
        _refuse_silent(distributed, address)
    try:
        client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        raise _no_scheduler(address, problem) from None
    try:
        client.wait_for_workers(1, timeout=WITHOUT_WORKERS)
    except TimeoutError:
        client.close()
        raise RunError(f"{address}: the Dask scheduler has no workers.") from None
    return client


def _refuse_silent(distributed: Any, address: str) -> None:
    """Refuse an address where nobody speaks Dask, within `CONNECT` seconds.

    Not left to the client: one that has not connected leaves a thread which the end of the
    program waits for, and what else answers there (a web server) it reads without end.
    """
    failures: list[BaseException] = []

    async def greet() -> None:
        arguments = distributed.Security().get_connection_args("client")
        async with distributed.rpc(address, timeout=CONNECT, connection_args=arguments) as other:
            who = await asyncio.wait_for(other.identity(), CONNECT)
        if who["type"] != "Scheduler":
            raise ValueError(f"but a {who['type'].lower()}")

    def try_it() -> None:
        try:
            asyncio.run(greet())
        except Exception as problem:
            failures.append(problem)

    # In a thread of its own, because a notebook's thread has a running loop already.
    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise _no_scheduler(address, failures[0])


def _no_scheduler(address: str, problem: BaseException) -> RunError:
    # Whatever else answers there is read as Dask's protocol, with odd errors.
    known = isinstance(problem, OSError | ValueError) and str(problem)
    why = f" ({' '.join(str(problem).split())})" if known else ""
    return RunError(
        f"{address}: no Dask scheduler answers there{why}. "
        "Write its address as tcp://10.0.0.1:8786, or leave out --scheduler for a local cluster."
    )


def _window(client: Any) -> int:
    threads: int = sum(client.nthreads().values())
    return max(2, 2 * threads)


def _finished(distributed: Any, client: Any, running: dict[Any, Chunk], executor: Executor) -> Any:
    """Futures that are done; waits for the first, but not for ever on an empty cluster."""
    waited = 0.0
    while True:
        try:
            with client.as_current():
                return distributed.wait(
                    list(running), timeout=POLL, return_when="FIRST_COMPLETED"
                ).done
        except TimeoutError:
            waited = 0.0 if client.nthreads() else waited + POLL
            if client.status != "running" or waited >= WITHOUT_WORKERS:
                raise _lost(running, executor) from None


def _outcome(distributed: Any, future: Any) -> tuple[str, Any] | None:
    """The answer of a finished chunk; None when it went down with the worker that held it."""
    try:
        # Dask computes a lost result again, and would wait for ever for a worker to do it.
        answer: tuple[str, Any] = future.result(timeout=FETCH)
    except TimeoutError:
        return None
    except distributed.KilledWorker:
        return "refused", "every Dask worker that had it died"
    except OSError:
        raise
    except Exception as problem:  # a worker without zjsim, a payload that cannot be sent
        return "failed", reason_of(problem)
    return answer
