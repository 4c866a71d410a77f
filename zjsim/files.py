"""Files that are whole or not there at all."""

from __future__ import annotations

import datetime
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Of what is written with a date inside, so that the same content has the same bytes: the earliest
# date that a packed file can have.
UNDATED = datetime.datetime(1980, 1, 1)


@contextmanager
def atomic(path: Path, durable: bool = False) -> Iterator[Path]:
    """Give a temporary path beside ``path``, which takes its place when the block ends well.

    The temporary name is hidden and keeps the ending, by which some writers choose a format.
    After an error it is removed and an earlier file stays. ``durable`` pushes the file and
    its name to the disk.
    """
    if not path.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    part = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.part{path.suffix}")
    try:
        yield part
        if durable:
            _sync(part)
        os.replace(part, path)
        if durable and os.name == "posix":  # elsewhere folders cannot be opened for that
            _sync(path.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def scratch_folder(root: Path, name: str) -> Iterator[Path]:
    """Give an empty hidden folder in ``root``, from which finished things are moved out.

    What is left in it goes when the block ends, however it ends.
    """
    scratch = root / f".{name}.{secrets.token_hex(4)}.part"
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _sync(path: Path) -> None:
    # Windows pushes only what is open for writing; folders open for reading alone.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def code_files() -> list[Path]:
    """The files of the package that are code: modules, and texts that kernels are made of."""
    package = Path(__file__).resolve().parent
    return sorted(path for ending in ("*.py", "*.py.txt") for path in package.rglob(ending))
