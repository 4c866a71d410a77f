"""Indicators by whatever a person calls them: number, id, or label in any language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from zjsim.errors import PlanError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from zjsim.assessment.plan import Indicator


class Indicators(tuple["Indicator", ...]):
    """A plan's indicators in the order of its table; `to_frame` shows them.

    Examples
    --------
    >>> import zjsim
    >>> zjsim.open_plan("zhejiang").indicators.to_frame().loc["labour_productivity", "unit"]
    '10 k yuan a person'
    """

    __slots__ = ()

    def __getitem__(self, which: Any) -> Any:
        """By place, or by number, id or label: ``plan.indicators["rd_intensity"]``."""
        return find_indicator(self, which) if isinstance(which, str) else super().__getitem__(which)

    def to_frame(self) -> pd.DataFrame:
        """A row an indicator, by its id.

        Returns
        -------
        DataFrame
            ``number``, ``label_en``, ``label_zh``, ``unit``, ``nature`` (``binding`` or
            ``anticipatory``), ``base``, ``base_year``, ``target``, ``target_year``,
            ``comparison`` (``about`` or ``at_least``), ``band``, ``variable``, ``clause``.
        """
        import pandas as pd

        rows = [
            {
                "id": item.id,
                "number": item.number,
                "label_en": item.label.en,
                "label_zh": item.label.zh,
                "unit": item.unit.en,
                "nature": item.nature,
                "base": item.start,
                "base_year": item.base.year,
                "target": item.target.value,
                "target_year": item.target.year,
                "comparison": item.target.kind,
                "band": item.target.band,
                "variable": item.variable,
                "clause": item.clause,
            }
            for item in self
        ]
        return pd.DataFrame(rows).set_index("id")


def find_indicator(indicators: Iterable[Indicator], name: object) -> Indicator:
    """The indicator with this number, id or label.

    Parameters
    ----------
    name : int or str
        ``6``, ``"6"``, ``"digital_core_share"``, or a label in Chinese or English; capitals
        do not matter.

    Raises
    ------
    PlanError
        When there is none; near misses are named.
    """
    items = tuple(indicators)
    wanted = " ".join(str(name).split()).casefold()
    names = {_folded(word): item for item in items for word in _names(item)}
    if wanted in names and not isinstance(name, bool | float):
        return names[wanted]
    words = [word for item in items for word in _names(item) if not word.isdigit()]
    hint = did_you_mean(str(name), words)
    if not hint:
        # A number is near to nothing; it is told what there is.
        numbers = [item.number for item in items]
        hint = f"Name it by number ({min(numbers)} to {max(numbers)}), id or label."
    raise PlanError(f"{name}: no such indicator. {hint}")


def _names(item: Indicator) -> Iterator[str]:
    yield from (item.id, str(item.number), item.label.en, item.label.zh)


def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()
