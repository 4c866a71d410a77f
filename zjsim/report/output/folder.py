"""The folder of one scenario's runs: everything needed to read, check and repeat it."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from zjsim.errors import RunError
from zjsim.files import scratch_folder
from zjsim.version import __version__

_LIBRARIES = ("numpy", "scipy", "numba", "pysd", "pandas", "xarray", "matplotlib")


def versions() -> dict[str, str]:
    """Versions of zjsim, Python and the libraries that numbers depend on."""
    found = {"zjsim": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def command_line() -> str:
    """The command as the user gave it, without the place where zjsim is installed."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])


def write_folder(
    root: Path,
    name: str,
    writers: Mapping[str, Callable[[Path], None]],
    manifest: Callable[[Iterable[str]], Mapping[str, Any]] | None = None,
) -> Path:
    """Fill ``root/name`` through ``writers``, whole or not at all.

    Each writer gets the path of its file in a temporary folder beside the final one, which
    is renamed when all are done; a run that is killed leaves nothing that looks finished.
    ``manifest`` makes the document of ``manifest.json`` from the names of the other files.

    Raises
    ------
    RunError
        When the folder cannot be written; an earlier folder of the name is kept.
    """
    final = root / name
    try:
        root.mkdir(parents=True, exist_ok=True)
        with scratch_folder(root, name) as scratch:
            made = scratch / name
            made.mkdir()
            for file_name, write in writers.items():
                write(made / file_name)
            if manifest is not None:
                names = sorted(file.name for file in made.iterdir())
                write_json(made / "manifest.json", manifest(names))
            _put(made, final, scratch / "old")
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise RunError(
            f"{final}: the results cannot be written ({reason}). "
            "Nothing was left half-written; choose another place with --out."
        ) from None
    return final


def _put(made: Path, final: Path, old: Path) -> None:
    """Move ``made`` to ``final``; what was there goes to ``old``, and back if that fails."""
    if final.exists():
        final.rename(old)
    try:
        made.rename(final)
    except OSError:
        if old.exists():
            old.rename(final)
        raise


def write_json(path: Path, document: Any) -> None:
    """JSON with a stable order, for manifests."""
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    path.write_text(text + "\n", encoding="utf-8")
