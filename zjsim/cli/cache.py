"""``zjsim cache``: the private folder of derived files."""

from __future__ import annotations

import shutil

import typer

from zjsim.cli.output import LanguageOption, language, say

OURS = {".json", ".part", ".py", ".pyc", ".nbi", ".nbc", ".lock", ""}
app = typer.Typer(help="The private folder of lowered programs and compiled code.")


@app.command("clear")
def clear(lang: LanguageOption = None) -> None:
    """Empty the cache; the next run of each model lowers and compiles it again."""
    from zjsim.cache import folder
    from zjsim.report.words.labels import label

    place = folder()
    kept = 0
    for child in sorted(place.iterdir()) if place.is_dir() else []:
        # Only folders that hold nothing but what zjsim writes: the variable may name any place.
        if child.is_dir() and all(f.suffix in OURS for f in child.rglob("*") if f.is_file()):
            shutil.rmtree(child)
        else:
            kept += 1
    said = "cache.kept" if kept else "cache.emptied"
    say(label(said, language(lang), place=place, kept=kept))


@app.command("path")
def path() -> None:
    """Print where the cache is; the variable ZJSIM_CACHE names another place."""
    from zjsim.cache import folder

    say(str(folder()))
