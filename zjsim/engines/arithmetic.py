"""What the last bits of a number rest on, beside the model: named in every manifest.

Sums, products and quotients round the same way on every processor, and a compiled kernel does
them as they are written. What is left is the system's library of exp, ln and powers, which plain
Python and NumPy call: other versions of it, and other processors, may differ in the last bit.
"""

from __future__ import annotations

import hashlib
import math
import platform
import sys
from functools import cache

import numpy as np

_POINTS = 2048


@cache
def functions_hash() -> str:
    """Eight digits that are the same where exp, ln, powers and their like give the same bits.

    A few thousand points of each; two systems with the same digits may still differ elsewhere.
    """
    # By steps of an irrational number: spread evenly, without a generator to import.
    x = 0.01 + 4.0 * np.modf(np.arange(1, _POINTS + 1) * 0.6180339887498949)[0]
    y = 3.0 * np.modf(np.arange(1, _POINTS + 1) * 0.4142135623730951)[0] - 1.5
    arrays = (np.exp(y), np.log(x), np.power(x, y), np.sin(y), np.cos(y), np.tan(y), np.tanh(y))
    digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays))
    scalars = [
        (math.exp(b), math.log(a), a**b, math.sin(b), math.tanh(b))
        for a, b in zip(x.tolist()[::8], y.tolist()[::8], strict=True)
    ]
    digest.update(np.array(scalars).tobytes())
    return digest.hexdigest()[:8]


def arithmetic() -> dict[str, str]:
    """The machine's arithmetic, for manifests.

    ``kernel_target`` is there where a kernel was compiled in this process.
    """
    found = {
        "machine": platform.machine(),
        "contraction": "none",
        "functions": functions_hash(),
    }
    # Not imported for that: Numba costs half a second.
    compiled = sys.modules.get("zjsim.engines.kernel.build")
    if compiled is not None:
        found["kernel_target"] = compiled.target()
    return found
