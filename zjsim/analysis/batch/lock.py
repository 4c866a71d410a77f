"""One batch at a time in a folder, without a lock that outlives a killed process."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from zjsim.ensembles.shards import cannot_write, write_text
from zjsim.errors import RunError

# The file that the operating system locks, and the one that says who holds the lock.
NAME, HOLDER = "lock", "holder.json"
# A holder on another machine, seen through a file system whose locks stay on one machine, is
# taken for alive while it has shown itself this recently.
FRESH = 15 * 60.0  # seconds


@contextmanager
def folder_lock(folder: Path) -> Iterator[tuple[Callable[[], None], str]]:
    """Hold the folder; gives ``(show_life, note)``.

    The operating system holds the lock and lets go when the process ends, however it ends.
    ``note`` tells of a holder that ended without finishing.

    Raises
    ------
    RunError
        When another batch is at work there, or the folder cannot be written.
    """
    # Imported here because only batches lock anything.
    from filelock import FileLock, Timeout

    lock, note = FileLock(folder / NAME), folder / HOLDER
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(_in_use(folder, _read_holder(note), taken=False)) from None
    except OSError as problem:
        raise cannot_write(folder, problem) from None
    try:
        holder = _read_holder(note)
        if _alive_elsewhere(note, holder):
            raise RunError(_in_use(folder, holder, taken=True))
        write_text(note, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
        try:
            yield (lambda: _show_life(note)), _left_by(holder)
        finally:
            with suppress(OSError):
                note.unlink(missing_ok=True)
    finally:
        lock.release()


def _show_life(note: Path) -> None:
    with suppress(OSError):  # somebody has deleted the note; the lock itself holds
        os.utime(note)


def _read_holder(note: Path) -> Mapping[str, Any]:
    with suppress(OSError, ValueError):
        holder = json.loads(note.read_text(encoding="utf-8"))
        if isinstance(holder, dict):
            return holder
    return {}


def _alive_elsewhere(note: Path, holder: Mapping[str, Any]) -> bool:
    if not holder or holder.get("host") == socket.gethostname():
        return False
    return time.time() - note.stat().st_mtime < FRESH


def _in_use(folder: Path, holder: Mapping[str, Any], taken: bool) -> str:
    who = f"process {holder.get('pid', '?')} on {holder.get('host', 'this machine')}"
    text = f"{folder}: another batch ({who}) is working in this folder. Wait until it ends"
    if not taken:
        return f"{text}, or choose another place with --out."
    return f"{text}; if that machine is down, delete {folder / HOLDER}."


def _left_by(holder: Mapping[str, Any]) -> str:
    if not holder:
        return ""
    return (
        f"an earlier batch (process {holder.get('pid', '?')} on {holder.get('host', '?')}) "
        "ended without finishing; its shards are checked and used"
    )
