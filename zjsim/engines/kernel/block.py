"""The loop over steps of a compiled kernel, for a block of runs side by side.

This file is part of the text of every compiled kernel, in front of the functions emitted for
the model. All numbers of a block stand in one array ``w``: slot ``i`` of lane ``l`` at
``w[i * LANES + l]``, so that each operation is done for all lanes by the same vector
instructions. The last block is filled up with copies of its last run: every run goes
through the same code, and its bits depend neither on its place nor on its neighbours.
"""

from __future__ import annotations

import numpy as np

from zjsim.engines.kernel.placeholders import (
    CONSTANTS,
    DELAYED,
    GIVEN,
    HELD,
    HELD_NEXT,
    LANES,
    N_HELD,
    N_PATH,
    N_RING,
    N_SLOT,
    N_STATE,
    PATH,
    PATH_START,
    RATE,
    RING_INPUT,
    RING_LENGTH,
    RING_START,
    SLOPE,
    STAGE,
    STATE,
    begin_kept,
    begin_prepared,
    begin_states,
    keep_sign,
    observe,
    rates,
    remember,
)  # fmt: skip


def fill_shared(w, slot, value):
    """One number for all lanes of a slot."""
    for lane in range(LANES):
        w[slot * LANES + lane] = value


def fill_constants(w, slot, shared, index, values, first):
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


def move_stage(w, step):
    """Stage states: the states plus ``step`` times the last rates."""
    for i in range(N_STATE * LANES):
        w[STAGE * LANES + i] = w[STATE * LANES + i] + step * w[RATE * LANES + i]


def copy_stage(w):
    """Stage states: the states themselves."""
    for i in range(N_STATE * LANES):
        w[STAGE * LANES + i] = w[STATE * LANES + i]


def add_slope(w, weight, first):
    """Add the weighted last rates to the slope of the step."""
    if first:
        for i in range(N_STATE * LANES):
            w[SLOPE * LANES + i] = weight * w[RATE * LANES + i]
    else:
        for i in range(N_STATE * LANES):
            w[SLOPE * LANES + i] += weight * w[RATE * LANES + i]


def end_step(w, part):
    """Move the states along the slope and the held values to their next ones."""
    for i in range(N_STATE * LANES):
        w[STATE * LANES + i] += part * w[SLOPE * LANES + i]
    for i in range(N_HELD * LANES):
        w[HELD * LANES + i] = w[HELD_NEXT * LANES + i]


def save_row(w, slots, out, row, first):
    """Copy the saved slots of a block to their place."""
    for i in range(slots.shape[0]):
        begin = slots[i] * LANES
        for lane in range(LANES):
            out[i, row, first + lane] = w[begin + lane]


def note_failures(w, failed, row, first):
    """Keep the first row at which a state of a run is not finite."""
    for lane in range(LANES):
        total = 0.0
        for i in range(N_STATE):
            total += 0.0 * w[(STATE + i) * LANES + lane]
        if total != 0.0 and failed[first + lane] < 0:
            failed[first + lane] = row


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
    constants, constant_index, constant_values, given, given_index, given_values,
    path_lower, path_upper, path_share, path_shared, path_index, path_values,
    slots, out, failed, offset,
):  # fmt: skip
    """Simulate ``n_blocks`` blocks of runs and save their rows from column ``offset`` on.

    ``nodes`` and ``weights`` are those of the stepper, ``slots`` the slots to save. Paths
    have three columns a step: at its start (limit from the right), in its middle and at its
    end (limit from the left).
    """
    w = np.zeros(N_SLOT * LANES)
    last = np.full(max(N_PATH, 1), -1)
    part = step / weights.sum()
    for block in range(n_blocks):
        first = block * LANES
        last[:] = -1
        fill_constants(w, CONSTANTS, constants, constant_index, constant_values, first)
        fill_constants(w, GIVEN, given, given_index, given_values, first)
        fill_paths(w, PATH_START, 0, last, path_lower, path_upper, path_share, path_shared,
                   path_index, path_values, first)  # fmt: skip
        begin_kept(w, step, start, stop, save_every)
        begin_prepared(w, step, start, stop, save_every)
        begin_states(w, step, start, stop, save_every)
        last[:] = -1
        rings, lengths = open_rings(w, n_steps)
        for turn in range(n_steps + 1):
            time = start + turn * step
            copy_stage(w)
            read_rings(w, rings, lengths, turn)
            fill_paths(w, PATH, 3 * turn, last, path_lower, path_upper, path_share, path_shared,
                       path_index, path_values, first)  # fmt: skip
            if turn % per_save == 0:
                observe(w, time, time + hair, time, step, start, stop, save_every)
                save_row(w, slots, out, turn // per_save, offset + first)
                note_failures(w, failed, turn // per_save, offset + first)
            if turn == n_steps:
                break
            remember(w, time, time + hair, time, step, start, stop, save_every)
            for stage in range(nodes.shape[0]):
                moment = time + nodes[stage] * step
                clock = moment + hair
                if stage > 0:
                    move_stage(w, nodes[stage] * step)
                    clock = moment - hair if nodes[stage] == 1.0 else moment
                    column = 3 * turn + (2 if nodes[stage] == 1.0 else 1)
                    fill_paths(w, PATH, column, last, path_lower, path_upper, path_share,
                               path_shared, path_index, path_values, first)  # fmt: skip
                rates(w, moment, clock, time, step, start, stop, save_every)
                add_slope(w, weights[stage], stage == 0)
            end_step(w, part)
            keep_sign(w)
            write_rings(w, rings, lengths, turn)
