"""Paths of levers and drivers in words, in Chinese and English, with dates a reader knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from zjsim.catalogue import read_catalogue
from zjsim.language import Language, Text
from zjsim.scenario.schema import DriverPath, LeverPath, Points
from zjsim.timeline import HALF_YEAR

FILE = Path(__file__).with_name("path_words.csv")


@cache
def words() -> Mapping[str, Text]:
    """The words of ``path_words.csv``, by key."""
    return read_catalogue([FILE])


def said(key: str, language: Language, **filled: object) -> str:
    """The words for ``path.key``."""
    return words()[f"path.{key}"].in_(language).format(**filled)


def convention(year: int, language: Language) -> list[str]:
    """How times in a resolved scenario are meant, told of one year."""
    return [
        said(key, language, year=year) for key in ("middle", "flows", "stocks", "dates", "tables")
    ]


def date_words(year: float, language: Language = "en") -> str:
    """``1 January 2022``: what ``from 2022`` means."""
    whole, part = divmod(year, 1)
    key = {0.0: "january", HALF_YEAR: "july"}.get(part, "day")
    return said(key, language, year=f"{year:g}" if key == "day" else f"{whole:.0f}")


def lever_words(path: LeverPath, delay: float = 0.0, language: Language = "en") -> str:
    """A lever's path in words, its delay included."""
    if path.shape == "table":
        shape = said("table", language)
        shape = _late(shape, delay, language)
        return said("values", language, shape=shape, values=_values(path.values, delay))
    if path.shape == "constant":
        text = said("constant_at", language, to=f"{path.to:g}")
    else:
        shape = _shape(path.shape, path.from_year, path.until_year, delay, language)
        text = said("to", language, shape=shape, to=f"{path.to:g}")
    return _late(text, delay, language)


def _late(text: str, delay: float, language: Language) -> str:
    if not delay:
        return text
    key = "late_year" if delay == 1 else "late"
    return said(key, language, said=text, years=f"{delay:g}")


def driver_words(change: DriverPath | None, used: Sequence[str], language: Language = "en") -> str:
    """A driver's path in words: the named paths it follows, and what is done to them."""
    follows = said("then", language).join(used)
    if change is None or change.shape is None:
        return said("follows", language, names=follows)
    if change.shape == "table":
        shape = said("table", language)
        return said("values", language, shape=shape, values=_values(change.values))
    if change.shape == "constant" and change.multiply is None and change.add is None:
        return said("constant_at", language, to=f"{change.to:g}")
    shape = _shape(change.shape, change.from_year, change.until_year, 0.0, language)
    if change.multiply is not None:
        text = said("times", language, shape=shape, amount=f"{change.multiply:g}")
    elif change.add is not None:
        text = said("plus", language, shape=shape, amount=f"{change.add:g}")
    else:
        text = said("to", language, shape=shape, to=f"{change.to:g}")
    return said("over", language, said=text, names=follows) if follows else text


def _shape(
    shape: str | None, first: float | None, last: float | None, delay: float, language: Language
) -> str:
    shown = said(shape, language) if shape else ""
    dates = {
        key: date_words(year + delay, language)
        for key, year in (("first", first), ("last", last))
        if year is not None
    }
    key = {(): "", ("first",): "from", ("last",): "until"}.get(tuple(dates), "from_until")
    return said(key, language, shape=shown, **dates) if key else shown


def _values(values: Points, delay: float = 0.0) -> str:
    return ", ".join(f"{year + delay:g}: {value:g}" for year, value in values)
