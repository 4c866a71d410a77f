"""What a batch knows of its finished shards, so that a rerun need not read them all.

A line a shard: its name, the key of what it depends on, size and time of the file, and how many
of its runs failed. A file that still has that size and time is the one that was written; any
other is read and checked. Lost lines cost only that.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zjsim.ensembles.shards import Found, check_shard

NAME = "finished.jsonl"


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    size: int
    time_ns: int
    failed: int
    arithmetic: str


class Journal:
    """The finished shards of one batch folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._known: dict[str, _Entry] = {}
        self._fresh_line = True
        with suppress(OSError):
            self._read(self.path.read_bytes())

    def _read(self, content: bytes) -> None:
        # A writer that was killed may have left half a line.
        self._fresh_line = content.endswith(b"\n") or not content
        for line in content.split(b"\n"):
            with suppress(ValueError, TypeError):
                name, key, size, time_ns, failed, arithmetic = json.loads(line)
                self._known[str(name)] = _Entry(
                    str(key), int(size), int(time_ns), int(failed), str(arithmetic)
                )

    def check(self, path: Path, key: str) -> Found:
        """As `check_shard`, from size and time where the journal knows the file."""
        entry = self._known.get(path.name)
        try:
            status = path.stat()
        except OSError:
            return Found("missing")
        stamp = (status.st_size, status.st_mtime_ns)
        if entry is not None and stamp == (entry.size, entry.time_ns):
            if entry.key != key:
                return Found("foreign")
            return Found("good", entry.failed, entry.arithmetic)
        found = check_shard(path, key)
        if found.condition == "good":
            self.add(path, key, found.failed, found.arithmetic)
        return found

    def add(self, path: Path, key: str, failed: int, arithmetic: str) -> None:
        """Note a shard that has been written or checked; what cannot be noted is read again."""
        with suppress(OSError):
            status = path.stat()
            line = json.dumps(
                [path.name, key, status.st_size, status.st_mtime_ns, failed, arithmetic]
            )
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(f"{'' if self._fresh_line else chr(10)}{line}\n")
            self._fresh_line = True
