"""``zjsim cache``: the private folder of derived files."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

from zjsim.cli.output import LanguageOption, language, say

# The last of them were written by earlier versions.
OURS = {".json", ".kernel", ".part", ".py", ".pyc", ".nbi", ".nbc", ".lock", ""}
app = typer.Typer(help="The private folder of lowered programs and compiled code.")


@app.command("clear")
def clear(lang: LanguageOption = None) -> None:
    """Empty the cache; the next run of each model lowers and compiles it again."""
    from zjsim.cache import KEY, folder
    from zjsim.report.words.labels import label

    place = folder()
    kept = 0
    for child in sorted(place.iterdir()) if place.is_dir() else []:
        # Only folders that hold nothing but what zjsim writes: the variable may name any place.
        if child.name == KEY:
            child.unlink()
        elif _is_ours(child):
            shutil.rmtree(child)
        else:
            kept += 1
    said = "cache.kept" if kept else "cache.emptied"
    say(label(said, language(lang), place=place, kept=kept))


def _is_ours(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    return all(f.suffix in OURS for f in folder.rglob("*") if f.is_file())


@app.command("path")
def path() -> None:
    """Print where the cache is; the variable ZJSIM_CACHE names another place."""
    from zjsim.cache import folder

    say(str(folder()))
