"""One batch at a time in a folder, without a lock that outlives a killed process."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from zjsim.ensembles.shards import cannot_write
from zjsim.errors import RunError

NAME = "lock"
# A holder on another machine, seen through a file system whose locks stay on one machine, is
# taken for alive while it has shown itself this recently.
FRESH = 15 * 60.0  # seconds


@contextmanager
def folder_lock(folder: Path) -> Iterator[tuple[Callable[[], None], str]]:
    """Hold the folder; gives ``(show_life, note)``.

    The operating system holds the lock and lets go when the process ends, however it ends;
    the file says who has it. ``note`` tells of a holder that ended without finishing.

    Raises
    ------
    RunError
        When another batch is at work there, or the folder cannot be written.
    """
    path = folder / NAME
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as problem:
        raise cannot_write(folder, problem) from None
    try:
        taken = _try_lock(handle)
        holder = _read_holder(path)
        if not taken or _alive_elsewhere(path, holder):
            raise RunError(_in_use(folder, holder, taken))
        _write(handle, {"pid": os.getpid(), "host": socket.gethostname()})
        try:
            yield (lambda: os.utime(path)), _left_by(holder)
        finally:
            with suppress(OSError):
                _write(handle, None)
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            # Far behind the text, so that others can read who holds it.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read_holder(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        holder = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(holder, dict):
            return holder
    return {}


def _write(handle: int, holder: dict[str, Any] | None) -> None:
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    if holder is not None:
        os.write(handle, json.dumps(holder).encode())


def _alive_elsewhere(path: Path, holder: dict[str, Any]) -> bool:
    if not holder or holder.get("host") == socket.gethostname():
        return False
    return time.time() - path.stat().st_mtime < FRESH


def _in_use(folder: Path, holder: dict[str, Any], taken: bool) -> str:
    who = f"process {holder.get('pid', '?')} on {holder.get('host', 'this machine')}"
    text = f"{folder}: another batch ({who}) is working in this folder. Wait until it ends"
    if not taken:
        return f"{text}, or choose another place with --out."
    return f"{text}; if that machine is down, delete {folder / NAME}."


def _left_by(holder: dict[str, Any]) -> str:
    if not holder:
        return ""
    return (
        f"an earlier batch (process {holder.get('pid', '?')} on {holder.get('host', '?')}) "
        "ended without finishing; its shards are checked and used"
    )
