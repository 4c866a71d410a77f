"""Messages and help in Chinese: English sentences are looked up as they are shown.

The package says what is wrong in one wording, in English, which can be searched for and is what
Python raises. Where a user reads Chinese, the command line puts the sentences that
``words/messages.csv`` knows into Chinese, and ``words/help.csv`` has the help. A sentence that is
not there stays as it is, so that nothing is lost.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import lru_cache
from pathlib import Path
from typing import Any

from zjsim.catalogue import read_catalogue
from zjsim.errors import ZjsimError
from zjsim.language import Text, chosen_language

FOLDER = Path(__file__).with_name("words")
_BLANK = re.compile(r"\\\{(\w+)\\\}")
# A sentence ends before a capital, a bracket or a sign of code, not within a number.
_SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z`'(])")


def reads_chinese() -> bool:
    """Whether messages are wanted in Chinese: by ``--lang`` in the command, else as usual."""
    words = sys.argv[1:]
    asked = words[words.index("--lang") + 1 :][:1] if "--lang" in words else []
    asked += [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    try:
        return chosen_language(asked[0] if asked and asked[0] != "both" else None) == "zh"
    except ZjsimError:
        return chosen_language() == "zh"


def in_chinese(text: str) -> str:
    """A message with every line that is known in Chinese.

    Examples
    --------
    >>> in_chinese("Error: base: no such scenario. Did you mean baseline?")
    '错误：base：没有这个情景。是否应为 baseline？'
    """
    return "\n".join(map(_line, text.split("\n")))


def help_in_chinese(command: Any) -> None:
    """Put the help of a command, its options and its sub-commands into Chinese."""
    known = {text.en: text.zh for text in read_catalogue([FOLDER / "help.csv"]).values()}
    for one in (command, *command.params):
        first, *rest = (getattr(one, "help", "") or "").split("\n\n")
        said = known.get(" ".join(first.split()))
        if said:
            one.help = "\n\n".join([said, *(part.replace("Example:", "例：") for part in rest)])
    if command.epilog:
        command.epilog = command.epilog.replace("Begin with:", "可从这里开始：")
    for below in getattr(command, "commands", {}).values():
        help_in_chinese(below)


@lru_cache(maxsize=1)
def _templates() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """Patterns with their Chinese by kind; those with the most fixed words come first."""
    found: dict[str, list[tuple[re.Pattern[str], str]]] = {"what": [], "place": [], "word": []}
    texts = read_catalogue([FOLDER / "messages.csv"])
    for key, text in sorted(texts.items(), key=lambda item: -_fixed(item[1])):
        pattern = _BLANK.sub(r"(?P<\1>.+?)", re.escape(text.en.removesuffix(".")))
        found[key.partition(".")[0]].append((re.compile(pattern, re.DOTALL), text.zh))
    return found


def _fixed(text: Text) -> int:
    return len(re.sub(r"\{\w+\}", "", text.en))


def _line(line: str) -> str:
    """One line: its indent, where it is about, and what it says."""
    body = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    for opening, said in (("Error: ", "错误："), ("note: ", "说明："), ("Usage: ", "用法：")):
        if body.startswith(opening):
            return indent + said + _line(body.removeprefix(opening))
    place, colon, rest = body.partition(": ")
    if colon and (where := _one("place", place)):
        return f"{indent}{where}：{_sentences(rest) or rest}"
    whole = _known(body)
    if whole:
        return indent + whole
    if colon and (known := _sentences(rest)):
        return f"{indent}{place}：{known}"
    return indent + (_sentences(body) or body)


def _sentences(text: str) -> str:
    """Sentences in Chinese, unknown ones as they are; empty when none is known."""
    parts = _SENTENCES.split(text)
    said = [_known(part) for part in parts]
    if not any(said):
        return ""
    pairs = zip(said, parts, strict=True)
    return "".join(_ended(known) if known else f"{part} " for known, part in pairs).rstrip()


def _ended(text: str) -> str:
    return text if text.endswith(("。", "？", "：")) else f"{text}。"


def _known(text: str) -> str:
    return _one("what", text.removesuffix("."))


def _one(kind: str, text: str) -> str:
    """The Chinese of a text that fits a template; empty when none does."""
    for pattern, said in _templates()[kind]:
        match = pattern.fullmatch(text)
        if match:
            return said.format(**{key: _inner(value) for key, value in match.groupdict().items()})
    return ""


def _inner(value: str) -> str:
    """What fills a blank: a word such as "a number", a message of its own, or names."""
    if value.startswith("--set on "):
        return f"对 {value.removeprefix('--set on ')} 的 --set "
    known = _one("word", value) or _known(value)
    if known or (value.count(": ") and (known := _line(value)) != value):
        return known
    return re.sub(r"(?<=\d) to (?=\d)", "至", value.replace(" or ", "、"))


def frame_in_chinese(text: str) -> str:
    """The headings of a page of help, whose entries are Chinese already."""
    for frame in read_catalogue([FOLDER / "frame.csv"]).values():
        text = text.replace(frame.en, frame.zh)
    return text


@contextmanager
def messages_in_chinese() -> Iterator[None]:
    """What is said on stderr comes in Chinese, as far as it is known."""
    with redirect_stderr(_ChineseStream(sys.stderr, in_chinese)):
        yield


@contextmanager
def framed_in_chinese() -> Iterator[None]:
    """The headings of help come in Chinese; help that nobody asked for goes to stderr."""
    out, err = (_ChineseStream(one, frame_in_chinese) for one in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        yield


class _ChineseStream:
    """A stream whose messages come in Chinese; all else is the stream's own."""

    def __init__(self, stream: Any, words: Callable[[str], str]) -> None:
        self._stream, self._words = stream, words

    def write(self, text: str) -> int:
        """Write a message as far as it is known in Chinese."""
        self._stream.write(self._words(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
