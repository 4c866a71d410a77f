"""Files that are this user's alone: who owns them, who may write to them, and a seal.

What is read back from such a file may be executed, so it is believed only when nobody else can
have written it. Two tests must both be passed. On POSIX the folder and the file belong to the
user and are writable by nobody else (the rule of ssh); on Windows the permissions of the
profile stand for that. And everywhere the content bears a seal, a hash under a key that lies
in the user's own cache folder: a folder that came with somebody's data has no such seal,
whoever owns it now.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from zjsim.files import atomic

LARGEST = 1 << 28  # bytes of a file that is read back
_KEY_BYTES = 32
_SEAL_BYTES = 32
_HEAD = b"zjsim sealed 1\n"
# Not there outside POSIX: pipes cannot stand in for files, nor links be made by anyone.
_SAFE_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class NotOurs(Exception):
    """A folder or file that others could have written; the text says why."""


def private_folder(path: Path) -> Path:
    """The folder, made for this user alone if it is missing.

    Raises
    ------
    NotOurs
        When it belongs to another user or others may write to it.
    OSError
        When it cannot be made or is no folder.
    """
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
    _check(path.stat(), path)
    return path


def _check(status: os.stat_result, path: Path) -> None:
    if os.name != "posix":
        return
    if status.st_uid != os.geteuid():
        raise NotOurs(f"{path} belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotOurs(f"others may write to {path} (chmod go-w takes that away)")


def read_private(path: Path) -> bytes:
    """The content of a file that this user alone can have written.

    Raises
    ------
    NotOurs
        When others could have written it.
    OSError
        When it is missing or no regular file, such as a pipe.
    ValueError
        When it is too large.
    """
    handle = os.open(path, _SAFE_OPEN | _BINARY)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path}: not a regular file")
        _check(status, path)
        if status.st_size > LARGEST:
            raise ValueError(f"{path}: too large")
        return file.read()


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole, readable by this user alone."""
    with atomic(path) as part:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)


def read_sealed(path: Path, name: str, key: bytes) -> bytes:
    """The content that was sealed under ``name``.

    Raises
    ------
    ValueError
        When the file was cut short or changed, or sealed for another name or by another user.
    NotOurs, OSError
        As `read_private`.
    """
    whole = read_private(path)
    begin = len(_HEAD) + _SEAL_BYTES
    seal, content = whole[len(_HEAD) : begin], whole[begin:]
    good = _seal(name, content, key)
    if not whole.startswith(_HEAD) or not secrets.compare_digest(seal, good):
        raise ValueError(f"{path}: not written by this user's zjsim, or damaged")
    return content


def write_sealed(path: Path, name: str, content: bytes, key: bytes) -> None:
    """Write content with its seal; ``name`` says what it is, so that it serves for nothing else."""
    write_private(path, _HEAD + _seal(name, content, key) + content)


def _seal(name: str, content: bytes, key: bytes) -> bytes:
    digest = hashlib.blake2b(key=key, digest_size=_SEAL_BYTES)
    digest.update(f"{len(name)}:{name}".encode())
    digest.update(content)
    return digest.digest()


def key_in(path: Path) -> bytes:
    """The key that is kept in a file, made when there is none that others cannot have read.

    Raises
    ------
    NotOurs, OSError
        When the folder is not the user's alone or cannot be written.
    """
    private_folder(path.parent)
    with suppress(OSError, ValueError, NotOurs):
        return _kept_key(path)
    with suppress(OSError):
        if path.exists() or path.is_symlink():
            path.unlink()
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    write_private(made, secrets.token_bytes(_KEY_BYTES))
    try:
        # A link to an existing name fails: two processes that begin at once share one key.
        with suppress(FileExistsError):
            os.link(made, path)
    except OSError:
        with suppress(FileExistsError):
            os.replace(made, path)
    finally:
        made.unlink(missing_ok=True)
    return _kept_key(path)


def _kept_key(path: Path) -> bytes:
    key = read_private(path)
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NotOurs(f"others may read {path}")
    if len(key) != _KEY_BYTES:
        raise ValueError(f"{path}: not a key")
    return key
