"""The loop over steps of a compiled kernel, for a block of runs side by side.

This file is part of the text of every compiled kernel, in front of the functions emitted for
the model. All numbers of a block stand in one array ``w``: slot ``i`` of lane ``l`` at
``w[i * LANES + l]``, so that each operation is done for all lanes by the same vector
instructions. What is the same for all runs stands in ``u``, once. The last block is filled up
with copies of its last run: every run goes through the same code, and its bits depend neither
on its place nor on its neighbours.
"""

from __future__ import annotations

import numpy as np

from zjsim.engines.kernel.placeholders import (
    BASE,
    BROKEN,
    CONSTANTS,
    DELAYED,
    FAILED,
    GIVEN,
    HELD,
    HELD_NEXT,
    LANES,
    N_BASE,
    N_HELD,
    N_PATH,
    N_RING,
    N_SHARED,
    N_SLOT,
    PATH,
    PATH_START,
    RING_INPUT,
    RING_LENGTH,
    RING_START,
    STATE,
    SUM,
    advance,
    begin_kept,
    begin_prepared,
    begin_shared,
    begin_states,
    check_states,
    keep_sign,
    observe,
    remember,
    save_row,
)  # fmt: skip


def fill_shared(w, slot, value):
    """One number for all lanes of a slot."""
    for lane in range(LANES):
        w[slot * LANES + lane] = value


def fill_numbers(w, slot, shared, index, values, first):
    """Numbers by slot: the same for all runs, or from the row of ``values`` for each run."""
    for i in range(shared.shape[0]):
        fill_shared(w, slot + i, shared[i])
    for j in range(index.shape[0]):
        for lane in range(LANES):
            w[(slot + index[j]) * LANES + lane] = values[j, first + lane]


def fill_paths(w, slot, column, last, lower, upper, share, shared, index, values, first):
    """Paths at one moment, interpolated between their points.

    ``index[p]`` is the first row of ``values`` for a path with numbers by run, or -1.
    ``last[p]`` is the column filled before, so that what stands still is not filled again.
    """
    for p in range(N_PATH):
        a, b, part = lower[p, column], upper[p, column], share[p, column]
        before = last[p]
        if before >= 0 and a == lower[p, before] and part == share[p, before]:
            continue
        if before >= 0 and index[p] < 0:
            c, d = lower[p, before], upper[p, before]
            if shared[a] == shared[b] == shared[c] == shared[d]:
                last[p] = column
                continue
        last[p] = column
        if index[p] < 0:
            value = shared[a]
            if part != 0.0:
                value += part * (shared[b] - shared[a])
            fill_shared(w, slot + p, value)
            continue
        for lane in range(LANES):
            low, high = values[index[p] + a, first + lane], values[index[p] + b, first + lane]
            w[(slot + p) * LANES + lane] = low + part * (high - low)


def begin_step(w):
    """Keep the states from which a step of several stages begins."""
    for i in range(N_BASE * LANES):
        w[BASE * LANES + i] = w[STATE * LANES + i]


def end_step(w):
    """Move the held values to their next ones."""
    for i in range(N_HELD * LANES):
        w[HELD * LANES + i] = w[HELD_NEXT * LANES + i]


def clear_sums(w):
    """Sums of rates at zero: what an earlier run left there need not be finite."""
    for i in range(N_BASE * LANES):
        w[SUM * LANES + i] = 0.0


def copy_row(w, u, slots, out, row, first):
    """Copy the saved slots of a block to their place; beyond ``w`` they are shared numbers.

    Whatever is not finite leaves NaN in the slot ``BROKEN``.
    """
    for i in range(slots.shape[0]):
        if slots[i] >= N_SLOT:
            value = u[slots[i] - N_SLOT]
            for lane in range(LANES):
                out[i, row, first + lane] = value
                w[BROKEN * LANES + lane] += 0.0 * value
        else:
            begin = slots[i] * LANES
            for lane in range(LANES):
                out[i, row, first + lane] = w[begin + lane]
            for lane in range(LANES):
                w[BROKEN * LANES + lane] += 0.0 * w[begin + lane]


def begin_checks(w):
    """Nothing is broken yet, and no row has failed."""
    for lane in range(LANES):
        w[BROKEN * LANES + lane] = 0.0
        w[FAILED * LANES + lane] = -1.0


def end_checks(w, failed, broken, first):
    """Hand over what the checks of a block have found."""
    for lane in range(LANES):
        failed[first + lane] = int(w[FAILED * LANES + lane])
        broken[first + lane] = w[BROKEN * LANES + lane] != 0.0


def open_rings(w, n_steps):
    """Ring buffers of DELAY FIXED, filled with their initial values, and their lengths."""
    lengths = np.ones((max(N_RING, 1), LANES), dtype=np.int64)
    for r in range(N_RING):
        for lane in range(LANES):
            length = w[(RING_LENGTH + r) * LANES + lane]
            # A delay beyond the horizon never shows more than its initial value.
            lengths[r, lane] = max(int(length), 1) if length <= n_steps else n_steps + 1
    rings = np.empty((max(N_RING, 1), lengths.max(), LANES))
    for r in range(N_RING):
        for i in range(lengths.max()):
            for lane in range(LANES):
                rings[r, i, lane] = w[(RING_START + r) * LANES + lane]
    return rings, lengths


def read_rings(w, rings, lengths, turn):
    """The delayed values of this step."""
    for r in range(N_RING):
        for lane in range(LANES):
            w[(DELAYED + r) * LANES + lane] = rings[r, turn % lengths[r, lane], lane]


def write_rings(w, rings, lengths, turn):
    """The inputs of this step, to be read when the delay has passed."""
    for r in range(N_RING):
        for lane in range(LANES):
            rings[r, turn % lengths[r, lane], lane] = w[(RING_INPUT + r) * LANES + lane]


def run_blocks(
    nodes, weights, hair, n_blocks, n_steps, per_save, step, start, stop, save_every,
    shared, constants, constant_index, constant_values, given, given_index, given_values,
    path_lower, path_upper, path_share, path_shared, path_index, path_values,
    slots, out, failed, broken, offset,
):  # fmt: skip
    """Simulate ``n_blocks`` blocks of runs and save their rows from column ``offset`` on.

    ``nodes`` and ``weights`` are those of the stepper, ``slots`` the slots to save. Paths
    have three columns a step: at its start (limit from the right), in its middle and at its
    end (limit from the left).
    """
    w = np.zeros(N_SLOT * LANES)
    # What is the same for all runs stands once, not once a lane: the cache of a core is small.
    u = np.zeros(N_SHARED + shared.shape[0])
    for i in range(shared.shape[0]):
        u[i] = shared[i]
    begin_shared(w, u, step, start, stop, save_every)
    last = np.full(max(N_PATH, 1), -1)
    part = step / weights.sum()
    n_stages = nodes.shape[0]
    for block in range(n_blocks):
        first = block * LANES
        last[:] = -1
        fill_numbers(w, CONSTANTS, constants, constant_index, constant_values, first)
        fill_numbers(w, GIVEN, given, given_index, given_values, first)
        fill_paths(w, PATH_START, 0, last, path_lower, path_upper, path_share, path_shared,
                   path_index, path_values, first)  # fmt: skip
        begin_kept(w, u, step, start, stop, save_every)
        begin_prepared(w, u, step, start, stop, save_every)
        begin_states(w, u, step, start, stop, save_every)
        clear_sums(w)
        begin_checks(w)
        last[:] = -1
        rings, lengths = open_rings(w, n_steps)
        row = 0
        for turn in range(n_steps + 1):
            time = start + turn * step
            read_rings(w, rings, lengths, turn)
            fill_paths(w, PATH, 3 * turn, last, path_lower, path_upper, path_share, path_shared,
                       path_index, path_values, first)  # fmt: skip
            if turn % per_save == 0:
                observe(w, u, time, time + hair, time, step, start, stop, save_every)
                save_row(w, u, slots, out, row, offset + first)
                check_states(w, float(row))
                row += 1
            if turn == n_steps:
                break
            remember(w, u, time, time + hair, time, step, start, stop, save_every)
            begin_step(w)
            for stage in range(n_stages):
                moment = time + nodes[stage] * step
                clock = moment + hair
                if stage > 0:
                    clock = moment - hair if nodes[stage] == 1.0 else moment
                    column = 3 * turn + (2 if nodes[stage] == 1.0 else 1)
                    fill_paths(w, PATH, column, last, path_lower, path_upper, path_share,
                               path_shared, path_index, path_values, first)  # fmt: skip
                # Inside the step a stage starts from the rates just computed, its end from all.
                final = stage == n_stages - 1
                ahead = 0.0 if final else nodes[stage + 1] * step
                whole = part if final else 0.0
                keep = 0.0 if stage == 0 else 1.0
                advance(w, u, moment, clock, time, step, start, stop, save_every,
                        keep, weights[stage], ahead, whole)  # fmt: skip
            end_step(w)
            keep_sign(w)
            write_rings(w, rings, lengths, turn)
        end_checks(w, failed, broken, offset + first)
