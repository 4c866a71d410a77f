"""A private folder of derived JSON documents, keyed by content.

What is slow to derive from a file (a validated plan, a lowered program) is kept between
processes. A key names everything the document depends on, so nothing is ever stale; the
folder can be emptied at any time (``zjsim cache clear``). Only JSON is kept: reading an entry
executes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from zjsim.files import atomic, code_files
from zjsim.version import __version__


def folder() -> Path:
    """The cache folder of this user; ``ZJSIM_CACHE`` names another."""
    named = os.environ.get("ZJSIM_CACHE")
    if named:
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "zjsim"


def content_hash(*parts: str | bytes) -> str:
    """SHA-256 in hex of the parts, each with its length, so that no two lists collide."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


def cached_document(kind: str, key: str, build: Callable[[], Any]) -> Any:
    """The JSON document for ``key``, from the cache or built and kept.

    A missing, broken or foreign entry is built again; a folder that cannot be written
    only costs the time to build.
    """
    made_by = _package_stamp()
    entry = folder() / kind / f"{content_hash(made_by, key)}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(entry.read_text(encoding="utf-8"))
        if kept["key"] == key and kept["made_by"] == made_by:
            return kept["document"]
    document = build()
    with suppress(OSError):
        _write(entry, {"key": key, "made_by": made_by, "document": document})
    return document


@cache
def _package_stamp() -> str:
    """Which code derives the documents: the version, and size and time of its files.

    A changed line of zjsim must not meet what an earlier one derived; half a millisecond.
    """
    stats = [(path.name, path.stat()) for path in code_files()]
    return content_hash(__version__, repr([(n, s.st_size, s.st_mtime_ns) for n, s in stats]))


def _write(entry: Path, content: dict[str, Any]) -> None:
    entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with atomic(entry) as part, part.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, separators=(",", ":"))
