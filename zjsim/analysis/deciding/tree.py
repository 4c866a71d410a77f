"""A classification tree over worlds, by scikit-learn: each leaf is a box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zjsim.analysis.deciding.prim import Box, counted
from zjsim.errors import RunError

DEPTH, LEAVES, LEAST_LEAF = 3, 6, 0.05
GROWN_ON = 32_768  # cases; more change no split


def _scikit_learn() -> Any:
    try:
        # Optional, and slow to import (1 s).
        from sklearn import tree
    except ImportError:
        raise RunError(
            'The tree needs scikit-learn: pip install "zjsim[discover]". '
            "The boxes come without it: --no-tree (in Python tree=False)."
        ) from None
    return tree


def leaves(values: np.ndarray, hits: np.ndarray, decimals: Sequence[int]) -> list[Box]:
    """Leaves of a small tree, those with the largest part of interest first.

    Parameters
    ----------
    values : array, shape (n, d)
    hits : array of bool, shape (n,)
    decimals : sequence of int
        Of the limits, by input; leaves are counted with rounded limits.

    Raises
    ------
    RunError
        When scikit-learn is not installed.
    """
    grown = _scikit_learn().DecisionTreeClassifier(
        max_depth=DEPTH, max_leaf_nodes=LEAVES, min_samples_leaf=LEAST_LEAF, random_state=0
    )
    grown.fit(values[:GROWN_ON], hits[:GROWN_ON])
    free = np.full(values.shape[1], np.inf)
    limits = _limits(grown.tree_, 0, -free, free, decimals)
    found = [counted(low, high, values, hits) for low, high in limits]
    return sorted((box for box in found if box.n), key=lambda box: -box.density)


def _limits(
    tree: Any, node: int, low: np.ndarray, high: np.ndarray, decimals: Sequence[int]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Limits of the leaves below a node."""
    place = int(tree.feature[node])
    if place < 0:
        return [(low, high)]
    edge = round(float(tree.threshold[node]), decimals[place])
    below, above = high.copy(), low.copy()
    below[place] = min(edge, high[place])
    # A case at the edge itself goes left only.
    above[place] = max(np.nextafter(edge, np.inf), low[place])
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    return [
        *_limits(tree, left, low, below, decimals),
        *_limits(tree, right, above, high, decimals),
    ]
