"""What the entry of a compiled kernel takes: names, order and types, declared once."""

from __future__ import annotations

# Parameters of ``block.run_blocks`` in their order, with Numba's types. Slots and columns are
# unsigned: no test for an index counted from the end, which would hold up vector instructions.
ARGUMENTS = {
    "nodes": "float64[::1]",
    "weights": "float64[::1]",
    "hair": "float64",
    "n_blocks": "int64",
    "n_steps": "int64",
    "per_save": "int64",
    "step": "float64",
    "start": "float64",
    "stop": "float64",
    "save_every": "float64",
    "shared": "float64[::1]",
    "constants": "float64[::1]",
    "constant_index": "int64[::1]",
    "constant_values": "float64[:, ::1]",
    "given": "float64[::1]",
    "given_index": "int64[::1]",
    "given_values": "float64[:, ::1]",
    "path_lower": "int64[:, ::1]",
    "path_upper": "int64[:, ::1]",
    "path_share": "float64[:, ::1]",
    "path_shared": "float64[::1]",
    "path_index": "int64[::1]",
    "path_values": "float64[:, ::1]",
    "slots": "uint32[::1]",
    "out": "float64[:, :, ::1]",
    "failed": "int32[::1]",
    "broken": "boolean[::1]",
    "offset": "uint32",
}


def in_order(given: dict[str, object]) -> list[object]:
    """Arguments given by name, as the kernel takes them."""
    return [given[name] for name in ARGUMENTS]
