"""Shapley values: a change shared out among causes that work together.

Each cause is credited with what it adds, averaged over every order in which the causes could
have been switched on. The shares sum to the whole exactly, causes that do the same get the
same, and a cause that does nothing gets nothing (Shapley 1953).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

# Beyond this many players all coalitions are more runs than a person waits for.
MOST_EXACT = 12


def coalitions(players: int) -> np.ndarray:
    """Every coalition, shape (2^players, players): row ``c`` holds the bits of ``c``.

    Examples
    --------
    >>> coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    members: np.ndarray = (np.arange(2**players)[:, None] >> np.arange(players)) % 2 == 1
    return members


def exact_values(worth: np.ndarray) -> np.ndarray:
    """Shapley values from the worth of every coalition.

    Parameters
    ----------
    worth : array, shape (2^players, n_quantity)
        Rows in the order of `coalitions`.

    Returns
    -------
    array, shape (players, n_quantity)
        Sums over players to the last row less the first.

    Examples
    --------
    >>> exact_values(np.array([[0.0], [1.0], [2.0], [5.0]])).ravel().tolist()
    [2.0, 3.0]
    """
    players = int(worth.shape[0]).bit_length() - 1
    inside = coalitions(players)
    # Of a coalition of s others: in how many orders exactly they come first.
    sizes = np.arange(players)
    weights = np.array(
        [math.factorial(s) * math.factorial(players - s - 1) for s in sizes]
    ) / math.factorial(players)  # fmt: skip
    found = []
    for player in range(players):
        without = np.flatnonzero(~inside[:, player])
        share = weights[inside[without].sum(axis=1)]
        found.append(share @ (worth[without | (1 << player)] - worth[without]))
    return np.stack(found)


def shared_out(
    worth_of: Callable[[np.ndarray], np.ndarray], names: Sequence[str], pairs: int, seed: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Shapley values by every coalition of few players, by random orders of many.

    Parameters
    ----------
    worth_of : callable
        Worth of coalitions, bool (n, players) to (n, n_quantity).
    names : sequence of str
        Of the players. Orders are drawn by their names, so that listing the players otherwise
        changes nothing.
    pairs, seed : int
        As for `sampled_values`.

    Returns
    -------
    (values, standard errors, coalitions run)
        Shapes (players, n_quantity); the errors are 0 where every coalition was run.
    """
    count = len(names)
    if count <= MOST_EXACT:
        values = exact_values(worth_of(coalitions(count)))
        return values, np.zeros_like(values), 2**count
    place = np.argsort(np.argsort(np.array(names)))
    values, errors = sampled_values(lambda inside: worth_of(inside[:, place]), count, pairs, seed)
    return values[place], errors[place], count_coalitions(count, pairs)


def count_coalitions(players: int, pairs: int) -> int:
    """How many coalitions `shared_out` runs."""
    return 2**players if players <= MOST_EXACT else 2 * pairs * (players + 1)


def sampled_values(
    worth_of: Callable[[np.ndarray], np.ndarray], players: int, pairs: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Shapley values from random orders, each taken forwards and backwards.

    Parameters
    ----------
    worth_of : callable
        Worth of coalitions, bool (n, players) to (n, n_quantity).
    pairs : int
        Orders drawn; each pair with its reverse is one draw of the mean.

    Returns
    -------
    (values, standard errors), each of shape (players, n_quantity)
        Values sum over players to the whole exactly, whatever is drawn.
    """
    rng = np.random.default_rng(seed)
    forwards = np.stack([rng.permutation(players) for _ in range(pairs)])
    orders = np.concatenate([forwards, forwards[:, ::-1]])
    place = np.argsort(orders, axis=1)
    # Row k of an order: the first k players are in.
    inside = place[:, None, :] < np.arange(players + 1)[None, :, None]
    worth = worth_of(inside.reshape(-1, players))
    steps = np.diff(worth.reshape(*inside.shape[:2], -1), axis=1)
    added = np.take_along_axis(steps, place[:, :, None], axis=1)
    draws = (added[:pairs] + added[pairs:]) / 2
    spread = draws.std(axis=0, ddof=1) if pairs > 1 else np.full(draws.shape[1:], np.nan)
    return draws.mean(axis=0), spread / math.sqrt(pairs)
