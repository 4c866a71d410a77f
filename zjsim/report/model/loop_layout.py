"""Where the names of a causal-loop diagram stand: near what they are linked to, and apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from zjsim.report.charts import style

Places = dict[str, Any]


def layout(
    names: Sequence[str], links: Collection[tuple[str, str]], width: float, height: float
) -> Places:
    """Places by stress majorisation from a circle, then labels pushed apart; no chance in it."""
    index = {name: k for k, name in enumerate(names)}
    count = len(names)
    far = np.full((count, count), float(count))
    np.fill_diagonal(far, 0)
    for start, end in links:
        far[index[start], index[end]] = far[index[end], index[start]] = 1
    for k in range(count):
        far = np.minimum(far, far[:, [k]] + far[[k], :])
    # Loops that touch no other stand beside the rest, not at the end of the world.
    joined = far < count
    far = np.where(joined, far, far[joined].max() * 0.5 + 0.5)
    angles = 2 * np.pi * np.arange(count) / count
    places = np.column_stack([np.cos(angles), np.sin(angles)]) * far.max() / 2
    weights = 1 / np.maximum(far, 1) ** 2
    np.fill_diagonal(weights, 0)
    for _ in range(400):
        places = _stress_step(places, far, weights)
    sizes = np.array([label_size(name) for name in names])
    places = _scaled(places, sizes, width, height)
    for _ in range(300):
        if not _push_apart(places, sizes):
            break
        places = np.clip(places, sizes / 2 + 0.1, np.array([width, height]) - sizes / 2 - 0.1)
    return {name: places[index[name]] for name in names}


def _stress_step(places: np.ndarray, far: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """One step of SMACOF: each point to the weighted mean of where the others want it."""
    difference = places[:, None, :] - places[None, :, :]
    distance = np.maximum(np.sqrt((difference**2).sum(axis=2)), 1e-9)
    wanted = places[None, :, :] + difference * (far / distance)[:, :, None]
    moved = (weights[:, :, None] * wanted).sum(axis=1) / weights.sum(axis=1)[:, None]
    return np.asarray(moved)


def _scaled(places: np.ndarray, sizes: np.ndarray, width: float, height: float) -> np.ndarray:
    """Turn the longer direction flat and stretch to the page."""
    centred = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    # The sign of a singular vector is arbitrary; fix it so that the picture is.
    axes *= np.sign(axes[:, [0]] + 1e-12)
    turned = centred @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    room = np.array([width, height]) - sizes.max(axis=0) - 0.3
    placed = (turned - low) / np.maximum(high - low, 1e-9) * room + sizes.max(axis=0) / 2 + 0.15
    return np.asarray(placed)


def _push_apart(places: np.ndarray, sizes: np.ndarray) -> bool:
    """Move overlapping labels apart along the shorter way; whether any was moved."""
    moved = False
    for a in range(len(places)):
        for b in range(a + 1, len(places)):
            gap = places[b] - places[a]
            need = (sizes[a] + sizes[b]) / 2 + np.array([0.60, 0.55]) - np.abs(gap)
            if (need > 1e-6).all():
                way = int(need[0] > need[1])
                step = np.zeros(2)
                step[way] = need[way] / 2 * (1 if gap[way] >= 0 else -1)
                places[a] -= step
                places[b] += step
                moved = True
    return moved


def label_size(name: str) -> tuple[float, float]:
    """Inches of a wrapped name with its frame."""
    lines = style.wrap(name, 13).split("\n")
    return max(map(style.ems, lines)) * 9.5 / 72 + 0.16, len(lines) * 0.165 + 0.14
