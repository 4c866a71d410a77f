"""Whether a quotation occurs in the text of a plan.

A scanned plan breaks sentences with line ends, spaces inside numbers and page marks such as
``—2—``. None of them belongs to the sentence, so both sides are compared without them.
"""

from __future__ import annotations

import re

# A page number between two dashes, with or without Markdown stars; "3—5" and "2021—2025"
# have one dash and stay.
_PAGE_MARK = re.compile(r"\*{0,2}—\*{0,2}\s*\*{0,2}\d{1,3}\*{0,2}\s*\*{0,2}—\*{0,2}")
_NOT_TEXT = re.compile(r"[\s\\]+")


def plain_text(text: str) -> str:
    r"""The characters of ``text`` without white space, page marks and escapes.

    Examples
    --------
    >>> plain_text("规上—2—\n\n工业 单位 增加值 3—5 家")
    '规上工业单位增加值3—5家'
    """
    return _NOT_TEXT.sub("", _PAGE_MARK.sub("", text))


def is_quoted(quote: str, text: str) -> bool:
    """Whether ``quote`` occurs word for word in ``text``; an empty quotation does not."""
    wanted = plain_text(quote)
    return bool(wanted) and wanted in plain_text(text)
