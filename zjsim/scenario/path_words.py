"""Paths of levers and drivers in words, in Chinese and English, with dates a reader knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zjsim.language import LANGUAGES, Language
from zjsim.scenario.schema import DriverPath, LeverPath, Points
from zjsim.timeline import HALF_YEAR

# key → (Chinese, English). Names in braces are filled in.
PATH_WORDS: Mapping[str, tuple[str, str]] = {
    "path.january": ("{year}年1月1日", "1 January {year}"),
    "path.july": ("{year}年7月1日", "1 July {year}"),
    "path.day": ("{year}年", "{year}"),
    "path.constant": ("恒定", "constant"),
    "path.step": ("阶跃", "step"),
    "path.ramp": ("线性变化", "ramp"),
    "path.s_curve": ("S形变化", "s-curve"),
    "path.table": ("逐年给定", "table by year"),
    "path.from": ("{first}起{shape}", "{shape} from {first}"),
    "path.until": ("{last}前{shape}", "{shape} until {last}"),
    "path.from_until": ("{first}至{last}{shape}", "{shape} from {first} until {last}"),
    "path.to": ("{shape}，达到{to}", "{shape} to {to}"),
    "path.constant_at": ("恒为{to}", "constant {to}"),
    "path.values": ("{shape}：{values}", "{shape}: {values}"),
    "path.late": ("{said}，推迟{years}年", "{said}, {years} years late"),
    "path.late_year": ("{said}，推迟1年", "{said}, a year late"),
    "path.follows": ("沿用路径{names}", "path {names}"),
    "path.then": ("、其后", ", then "),
    "path.times": ("{shape}，乘以{amount}", "{shape}: times {amount}"),
    "path.plus": ("{shape}，加{amount}", "{shape}: plus {amount}"),
    "path.over": ("{said}（以路径{names}为底）", "{said} on path {names}"),
    "path.not_set": ("同模型", "as in the model"),
    "path.every_step": ("每步", "every step"),
    "path.the_model": ("模型文件", "the model"),
    "path.middle": ("t = {year} 为{year}年年中", "t = {year} is the middle of {year}"),
    "path.flows": ("流量在年中的值即全年合计", "a flow's value there is the year's total"),
    "path.stocks": ("年末存量晚半年读取", "a year-end stock is read half a year later"),
    "path.dates": ("起止年份均指该年1月1日", "from and until mean 1 January"),
    "path.tables": ("逐年给定的值位于该年年中", "a table's year is its middle"),
}


def said(key: str, language: Language, **filled: object) -> str:
    """The words for ``path.key``."""
    return PATH_WORDS[f"path.{key}"][LANGUAGES.index(language)].format(**filled)


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
    words = said(shape, language) if shape else ""
    dates = {
        key: date_words(year + delay, language)
        for key, year in (("first", first), ("last", last))
        if year is not None
    }
    key = {(): "", ("first",): "from", ("last",): "until"}.get(tuple(dates), "from_until")
    return said(key, language, shape=words, **dates) if key else words


def _values(values: Points, delay: float = 0.0) -> str:
    return ", ".join(f"{year + delay:g}: {value:g}" for year, value in values)
