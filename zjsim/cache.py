"""A private folder of derived files, keyed by content.

What is slow to derive from a file (a validated plan, a lowered program, a compiled kernel) is
kept between processes. A key names everything an entry depends on, so nothing is ever stale;
the folder can be emptied at any time (``zjsim cache clear``). An entry is used only when this
user's zjsim wrote it: `zjsim.private` says how that is known. Any other entry is a miss, and a
folder that others can write to is not used at all.
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

from zjsim.files import code_files
from zjsim.private import NotOurs, key_in, private_folder, read_sealed, write_sealed
from zjsim.version import __version__

KEY = ".key"


def folder() -> Path:
    """The cache folder of this user; ``ZJSIM_CACHE`` names another."""
    named = os.environ.get("ZJSIM_CACHE")
    return Path(named) if named else _own_folder()


def _own_folder() -> Path:
    """The folder inside the user's home; a temporary one for a user without a home."""
    try:
        home = Path.home()
    except RuntimeError:
        # Only a user whom the system does not know pays for this import.
        import tempfile

        return Path(tempfile.gettempdir()) / f"zjsim-{os.getuid() if os.name == 'posix' else ''}"
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
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


def cached_document(kind: str, key: str, build: Callable[[], Any]) -> Any:
    """The JSON document for ``key``, from the cache or built and kept.

    A missing, broken or foreign entry is built again; a folder that cannot be written
    only costs the time to build.
    """
    name = _document_name(key)
    content = read_entry(kind, name)
    if content is not None:
        # A text may hold half of a surrogate pair; Python's strings can, UTF-8 cannot.
        with suppress(ValueError, RecursionError):
            return json.loads(content.decode("utf-8", "surrogatepass"))
    document = build()
    with suppress(RecursionError):
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        write_entry(kind, name, text.encode("utf-8", "surrogatepass"))
    return document


def may_be_kept(kind: str, key: str) -> bool:
    """Whether there is an entry for ``key``; it may still turn out not to be ours."""
    return (folder() / kind / _document_name(key)).exists()


def _document_name(key: str) -> str:
    return f"{content_hash(_package_stamp(), key)}.json"


def read_entry(kind: str, name: str) -> bytes | None:
    """The content of one entry; None where there is none that this user's zjsim wrote."""
    opened = _opened(kind)
    if opened is None:
        return None
    place, key = opened
    try:
        return read_sealed(place / name, f"{kind}/{name}", key)
    except FileNotFoundError:
        return None
    except (NotOurs, OSError, ValueError) as problem:
        _say(f"an entry of the cache is not used and made anew: {problem}.")
        return None


def write_entry(kind: str, name: str, content: bytes) -> None:
    """Keep an entry for other processes; where that cannot be done, nothing is kept."""
    opened = _opened(kind)
    if opened is not None:
        place, key = opened
        with suppress(OSError):
            write_sealed(place / name, f"{kind}/{name}", content, key)


def _opened(kind: str) -> tuple[Path, bytes] | None:
    """The sub-folder of one kind and the key of its seals; None when it is not to be used."""
    try:
        root = private_folder(folder())
        return private_folder(root / kind), _key(root)
    except NotOurs as problem:
        _say(
            f"the cache is not used: {problem}. ZJSIM_CACHE names a folder of your own; "
            "until then everything is worked out anew, each time."
        )
    except (OSError, ValueError):
        pass
    return None


@cache
def _key(root: Path) -> bytes:
    """The key of the seals: of the user's own folder, even where ``ZJSIM_CACHE`` names another.

    Only a user who cannot write there has it beside the entries.
    """
    with suppress(OSError, ValueError, NotOurs):
        return key_in(_own_folder() / KEY)
    return key_in(root / KEY)


@cache
def _say(text: str) -> None:
    """Told once, to the log, which the command line shows; logging is slow to import."""
    import logging

    logging.getLogger("zjsim").warning(text)


@cache
def _package_stamp() -> str:
    """Which code derives the documents: the version, and size and time of its files.

    A changed line of zjsim must not meet what an earlier one derived; half a millisecond.
    """
    stats = [(path.name, path.stat()) for path in code_files()]
    return content_hash(__version__, repr([(n, s.st_size, s.st_mtime_ns) for n, s in stats]))
