"""``zjsim cache``: the private folder of derived files."""

from __future__ import annotations

import shutil

import typer

from zjsim.cli.output import say

app = typer.Typer(help="The private folder of lowered programs and compiled code.")


@app.command("clear")
def clear() -> None:
    """Empty the cache; the next run of each model lowers and compiles it again."""
    from zjsim.cache import folder

    place = folder()
    if place.is_dir():
        shutil.rmtree(place)
    say(f"Emptied {place}")


@app.command("path")
def path() -> None:
    """Print where the cache is; the variable ZJSIM_CACHE names another place."""
    from zjsim.cache import folder

    say(str(folder()))
