"""The dark form of a picture in a page: its colours are variables that a dark screen sets anew."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable
from functools import lru_cache

COLOUR = re.compile(r"(?<=[: \"])#([0-9a-fA-F]{6})(?=[;\"])")
NO_PICTURE = re.compile(r"<metadata>.*?</metadata>|<style\b.*?</style>|<!--.*?-->", re.DOTALL)
ID, LINK = re.compile(r' id="([^"]*)"'), re.compile(r'(?:href="#|url\(#)([^")]+)')
# White paper becomes this grey; black ink its counterpart.
PAPER, INK = 0.11, 0.92
# From here on a colour is told by its hue; below, it is a grey.
COLOURFUL = 0.25
# Lines and marks are at least so light on dark paper; from the second on an area is pale.
LIGHT_ENOUGH, PALE = 0.58, 0.8


@lru_cache(maxsize=256)
def dark_colour(colour: str) -> str:
    """The colour that takes the place of one on white paper, with the same hue.

    Examples
    --------
    >>> dark_colour("#ffffff"), dark_colour("#222222"), dark_colour("#0072b2")
    ('#1c1c1c', '#cecece', '#29b0ff')
    """
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < COLOURFUL or light >= PALE:
        light = PAPER + (1 - light) * (INK - PAPER)
        saturation = min(saturation, 0.45)
    else:
        light = max(light, LIGHT_ENOUGH)
    shown = colorsys.hls_to_rgb(hue, light, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in shown)


def inline_svg(svg: str, name: str, font: str) -> str:
    """An SVG that stands in a page: ids of its own, as wide as its place, colours as variables.

    Parameters
    ----------
    svg : str
        As matplotlib writes it: colours are six hexadecimal digits.
    name : str
        What its ids begin with, so that no two pictures of a page share one.
    font : str
        The page's font for letters that the reader's machine lacks.
    """
    svg = NO_PICTURE.sub("", svg[svg.index("<svg") :])
    # Names of series may come twice, and nothing refers to them.
    linked = set(LINK.findall(svg))
    svg = ID.sub(lambda found: found[0] if found[1] in linked else "", svg)
    svg = re.sub(r'(?<=\bid=")|(?<=href="#)|(?<=url\(#)', f"{name}-", svg)
    svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = svg.replace("'DejaVu Sans'", f"'{font}', 'DejaVu Sans'")
    shown = COLOUR.sub(lambda found: f"var({_variable(found[0])})", svg)
    # An attribute takes no variable, a style does.
    return re.sub(r'\b(fill|stroke)="(var\([^"]*\))"', r'style="\1: \2"', shown)


def colour_rules(pictures: Iterable[str]) -> tuple[str, str]:
    """What the variables of these pictures are on light and on dark screens, as rules of CSS."""
    found = {name for svg in pictures for name in re.findall(r"var\(--c(\w+)\)", svg)}
    used = [f"#{name}" for name in sorted(found)]
    light, dark = (
        ";".join(f"{_variable(colour)}:{value(colour)}" for colour in used)
        for value in (str, dark_colour)
    )
    return light, dark


def _variable(colour: str) -> str:
    return f"--c{colour[1:].lower()}"
