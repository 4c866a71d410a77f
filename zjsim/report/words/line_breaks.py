"""Where a text is broken in a picture: as few lines as fit, broken by sense where that can be."""

from __future__ import annotations

from functools import cache

from zjsim.plaintext import plain

# A Chinese line is best ended before these, or after these.
BEFORE, AFTER = "占每按（《“", "的年，、；：。）》”"
# Signs that never begin a line; they hang over the edge instead.
HANGING = "，。、；：）》”%)"
# What a break inside a Chinese word costs beside uneven lines (in parts of a line, squared).
ROUGH = 0.3
# Pieces of a text that a picture has room for, and characters of one without a break.
MOST_PIECES, LONGEST_WORD = 1_000, 90


def ems(text: str) -> float:
    """Roughly how many font sizes wide a text is drawn."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.52 for character in text)


def wrap(text: str, width: float) -> str:
    """Break a text into as few lines as fit ``width`` font sizes, by sense, about equally long.

    Chinese breaks between any two characters, but rather before 占 or 每 and after 的 or a
    comma; other writing breaks at spaces only; punctuation never begins a line. What no picture
    has room for is cut, with an ellipsis.
    """
    pieces = tuple(_pieces(plain(text, LONGEST_WORD)))
    if len(pieces) > MOST_PIECES:
        pieces = (*pieces[: MOST_PIECES - 1], "…")
    for count in range(_least(pieces, width), len(pieces) + 1):
        lines = _best(pieces, width, count)
        if lines:
            return "\n".join(lines)
    return text


def _least(pieces: tuple[str, ...], width: float) -> int:
    """The number of lines when each takes as much as it can."""
    lines, line = 1, ""
    for piece in pieces:
        if line and not _fits(line + piece, width):
            lines, line = lines + 1, piece.lstrip()
        else:
            line += piece
    return lines


def _fits(line: str, width: float) -> bool:
    return ems(line.strip().rstrip(HANGING)) <= width


def _best(pieces: tuple[str, ...], width: float, count: int) -> list[str]:
    """The cheapest way to set the pieces in so many lines, or nothing; a long word stands alone."""
    mean = ems("".join(pieces)) / count

    @cache
    def cheapest(first: int, lines: int) -> tuple[float, tuple[int, ...]]:
        """Cost and ends of the lines from piece ``first`` on."""
        if lines == 1:
            rest = "".join(pieces[first:])
            fits = _fits(rest, width) or len(pieces) - first == 1
            return (_uneven(rest, mean, width), (len(pieces),)) if fits else (float("inf"), ())
        found: tuple[float, tuple[int, ...]] = (float("inf"), ())
        # The longest first line wins a tie.
        for end in reversed(_ends(first, len(pieces) - lines + 1)):
            line = "".join(pieces[first:end])
            cost, ends = cheapest(end, lines - 1)
            cost += _uneven(line, mean, width) + _roughness(pieces[end - 1], pieces[end])
            if cost < found[0] - 1e-9:
                found = cost, (end, *ends)
        return found

    def _ends(first: int, last: int) -> list[int]:
        """Where the line that begins at a piece may end: a longer line fits no better."""
        found = [first + 1]
        while found[-1] < last and _fits("".join(pieces[first : found[-1] + 1]), width):
            found.append(found[-1] + 1)
        return found

    cost, ends = cheapest(0, count)
    if cost == float("inf"):
        return []
    starts = (0, *ends[:-1])
    return ["".join(pieces[start:end]).strip() for start, end in zip(starts, ends, strict=True)]


def _uneven(line: str, mean: float, width: float) -> float:
    return float(((ems(line.strip()) - mean) / width) ** 2)


def _roughness(last: str, following: str) -> float:
    """What a break between two pieces costs; nothing between words, more before 年 in 2025年."""
    if following[0] in HANGING:
        return float("inf")
    if last.endswith(" ") or last[-1] in AFTER or following[0] in BEFORE:
        return 0.0
    return ROUGH


def _pieces(text: str) -> list[str]:
    """Words with the space after them, and single Chinese characters."""
    pieces: list[str] = []
    for character in text:
        narrow = ord(character) <= 0x2E7F
        inside = bool(pieces) and not pieces[-1].endswith(" ") and ord(pieces[-1][-1]) <= 0x2E7F
        if pieces and (character == " " or (narrow and inside)):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces or [""]
