"""Lookups as text: short ones compared with every point at once, long ones searched."""

from __future__ import annotations

from zjsim.engines.kernel.emit import number, slopes
from zjsim.engines.kernel.program import Points

# Longer lookups are searched, shorter ones compared with every point.
LONGEST_COMPARED = 24


def lookup_lines(position: int, table: Points) -> list[str]:
    """A function that reads one lookup."""
    xs, ys, steep = table.xs, table.ys, slopes(table)
    if len(xs) > LONGEST_COMPARED:
        return _searched(position, table)
    lines = [f"def lookup_{position}(x):"]
    if table.extrapolation == "step":
        lines.append(f"    y = {number(ys[0])}")
        for x, y in zip(xs[1:], ys[1:], strict=True):
            lines.append(f"    y = pick(x >= {number(x)}, {number(y)}, y)")
        return [*lines, "    return pick(x != x, x, y)", "", ""]
    lines.append(f"    x0, y0, slope = {number(xs[0])}, {number(ys[0])}, {number(steep[0])}")
    for x, y, slope in zip(xs[1:-1], ys[1:-1], steep[1:], strict=True):
        lines += [
            f"    beyond = x >= {number(x)}",
            f"    x0 = pick(beyond, {number(x)}, x0)",
            f"    y0 = pick(beyond, {number(y)}, y0)",
            f"    slope = pick(beyond, {number(slope)}, slope)",
        ]
    lines.append("    y = y0 + slope * (x - x0)")
    if table.extrapolation == "hold":
        lines.append(f"    y = pick(x <= {number(xs[0])}, {number(ys[0])}, y)")
        lines.append(f"    y = pick(x >= {number(xs[-1])}, {number(ys[-1])}, y)")
    return [*lines, "    return y", "", ""]


def _searched(position: int, table: Points) -> list[str]:
    """A long lookup: halving search in constant arrays."""
    xs, ys = table.xs, table.ys
    lines = [
        f"xs_{position} = np.array([{', '.join(map(number, xs))}])",
        f"ys_{position} = np.array([{', '.join(map(number, ys))}])",
        "", "",
        f"def lookup_{position}(x):",
        f"    low, high = 0, {len(xs) - 1}",
        "    while high - low > 1:",
        "        middle = (low + high) // 2",
        f"        if x >= xs_{position}[middle]:",
        "            low = middle",
        "        else:",
        "            high = middle",
    ]  # fmt: skip
    if table.extrapolation == "step":
        lines.append(f"    if x >= {number(xs[-1])}:")
        lines.append(f"        return {number(ys[-1])}")
        return [*lines, f"    return ys_{position}[low] if x == x else x", "", ""]
    if table.extrapolation == "hold":
        lines.append(f"    if x <= {number(xs[0])}:")
        lines.append(f"        return {number(ys[0])}")
        lines.append(f"    if x >= {number(xs[-1])}:")
        lines.append(f"        return {number(ys[-1])}")
    lines += [
        f"    rise = ys_{position}[high] - ys_{position}[low]",
        f"    run = xs_{position}[high] - xs_{position}[low]",
        f"    return ys_{position}[low] + rise / run * (x - xs_{position}[low])",
    ]
    return [*lines, "", ""]
