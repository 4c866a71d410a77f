"""Text of a kernel → callable, through Numba; the only module that imports it.

The compiled code is kept in the private cache folder, keyed by a hash of the text, so that
another process finds it. The text is executed from memory; its copy on disk only serves
Numba, which keeps compiled code beside the file a function stands in.
"""

from __future__ import annotations

import math
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types as nb
from numba.core import errors
from numba.extending import intrinsic

from zjsim.cache import content_hash, folder
from zjsim.engines.kernel.arguments import ARGUMENTS
from zjsim.files import atomic

Notify = Callable[[str], None]
Kernel = Callable[..., Any]

# No nnan, no ninf: they would delete the tests for numbers that are not finite.
FAST = {"contract", "arcp", "reassoc", "nsz"}
# Compiled as written, because compensated sums and tests for NaN must not be rearranged.
_MATHEMATICS = ("exp_of_sum", "exp_", "exponent_of", "mantissa_of", "ln_", "parity_", "power_")
_EXACT = (*_MATHEMATICS, "copy_row")
# Emitted for one model: put into the loop over steps before types are inferred, because a
# function of its own would be compiled twice.
_EMITTED = (
    "begin_kept",
    "begin_prepared",
    "begin_states",
    "advance",
    "remember",
    "observe",
    "save_row",
    "check_states",
)
_ENTRY = "run_blocks"
_SIGNATURE = f"void({', '.join(ARGUMENTS.values())})"


def build(text: str, notify: Notify | None = None) -> Kernel:
    """Compile the text of a kernel, or load what was compiled before.

    Parameters
    ----------
    notify : callable or None
        Told in a sentence when compiling is needed, before it begins.
    """
    key = content_hash("kernel", text, numba.__version__, np.__version__)[:24]
    path = _written(key, text)
    module = types.ModuleType(f"zjsim_kernel_{key}")
    module.__file__ = str(path)
    space = module.__dict__
    space.update(_PRIMITIVES, np=np)
    # Numba finds the globals of a cached function through its module.
    sys.modules[module.__name__] = module
    exec(compile(text, str(path), "exec"), space)
    for name, function in list(space.items()):
        if isinstance(function, types.FunctionType) and function.__module__ == module.__name__:
            space[name] = _compiled(name, function)
    entry: Any = space[_ENTRY]
    if notify is not None and not _is_cached(path):
        seconds = 5 + len(text.splitlines()) // 100
        notify(f"compiling the kernel, once (about {seconds} s)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.NumbaWarning)
        entry.compile(_SIGNATURE)
    kernel: Kernel = entry
    return kernel


def _compiled(name: str, function: types.FunctionType) -> Any:
    return numba.njit(
        nogil=True,
        error_model="numpy",
        fastmath=set() if name in _EXACT else FAST,
        boundscheck=False,
        forceinline=name in _MATHEMATICS or name.startswith("lookup_"),
        inline="always" if name in _EMITTED else "never",
        cache=name == _ENTRY,
    )(function)


def _written(key: str, text: str) -> Path:
    """The file of a kernel's text; rewriting it would make Numba forget what it compiled."""
    path = folder() / "kernels" / f"{key}.py"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            with atomic(path) as part:
                part.write_text(text, encoding="utf-8")
    except OSError:
        # Numba then keeps nothing; the kernel is compiled again by the next process.
        return Path(f"<kernel {key}>")
    return path


def _is_cached(path: Path) -> bool:
    return any(path.parent.glob(f"__pycache__/{path.stem}*.nbi"))


def _float_instruction(name: str) -> Any:
    """A function of one double that is one machine instruction."""

    @intrinsic
    def instruction(typingctx: Any, x: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            double = ir.DoubleType()
            kind = ir.FunctionType(double, [double])
            callee = builder.module.declare_intrinsic(f"llvm.{name}", [double], kind)
            return builder.call(callee, args)

        return nb.float64(nb.float64), generate

    return instruction


@intrinsic
def _fma(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return nb.float64(nb.float64, nb.float64, nb.float64), generate


@intrinsic
def _pick(typingctx: Any, condition: Any, yes: Any, no: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(*args)

    return nb.float64(nb.boolean, nb.float64, nb.float64), generate


@intrinsic
def _to_bits(typingctx: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return nb.int64(nb.float64), generate


@intrinsic
def _from_bits(typingctx: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return nb.float64(nb.int64), generate


_PRIMITIVES: dict[str, Any] = {
    "pick": _pick,
    "fma": _fma,
    "to_bits": _to_bits,
    "from_bits": _from_bits,
    **{name: _float_instruction(name) for name in ("rint", "floor", "trunc", "fabs", "sqrt")},
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "arcsin": math.asin,
    "arccos": math.acos, "arctan": math.atan, "sinh": math.sinh, "cosh": math.cosh,
    "tanh": math.tanh, "nan": math.nan, "infinity": math.inf,
}  # fmt: skip
