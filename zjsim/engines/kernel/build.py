"""Text of a kernel → callable, through Numba; the only module that imports it.

The compiled code is kept as a sealed entry of the private cache, keyed by a hash of the text
and by the processor, so that another process finds it. Numba's own cache is not used: it
believes whatever lies in the folder that a file in the working folder names.
"""

from __future__ import annotations

import math
import pickle
import sys
import types
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from zjsim.cache import content_hash, read_entry, write_entry
from zjsim.engines.kernel.arguments import ARGUMENTS
from zjsim.surroundings import settings_of_folder_ignored

with settings_of_folder_ignored():
    import numba
    from llvmlite import ir
    from numba import types as nb
    from numba.core import compiler, errors, registry, serialize
    from numba.core.caching import NullCache
    from numba.extending import intrinsic

Notify = Callable[[str], None]
Kernel = Callable[..., Any]

_MATHEMATICS = ("exp_of_sum", "exp_", "exponent_of", "mantissa_of", "ln_", "parity_", "power_")
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
    key = content_hash("kernel", text, numba.__version__, np.__version__, sys.version)[:24]
    module = types.ModuleType(f"zjsim_kernel_{key}")
    space = module.__dict__
    space.update(_PRIMITIVES, np=np)
    # Numba finds the globals of a kept function through its module.
    sys.modules[module.__name__] = module
    exec(compile(text, f"<kernel {key}>", "exec"), space)
    for name, function in list(space.items()):
        if isinstance(function, types.FunctionType) and function.__module__ == module.__name__:
            space[name] = _compiled(name, function)
    entry: Any = space[_ENTRY]
    seconds = 5 + len(text.splitlines()) // 100
    entry._cache = SealedCache(key, notify, f"compiling the kernel, once (about {seconds} s)")
    with warnings.catch_warnings(), settings_of_folder_ignored():
        warnings.simplefilter("ignore", errors.NumbaWarning)
        entry.compile(_SIGNATURE)
    kernel: Kernel = entry
    return kernel


def target() -> str:
    """The processor that kernels are compiled for: that of this machine, if nothing else is set."""
    triple, name, _ = registry.cpu_target.target_context.codegen().magic_tuple()
    return f"{triple} {name}"


class SealedCache(NullCache):
    """Where a compiled kernel is kept: an entry of the private cache, read only under its seal.

    Parameters
    ----------
    key : str
        Hash of the text and of all that compiles it.
    notify, said : callable or None, str
        What is told to whom when nothing is kept and compiling begins.
    """

    def __init__(self, key: str, notify: Notify | None, said: str) -> None:
        self.key, self.notify, self.said = key, notify, said

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was compiled for this signature on such a processor; None when nothing was."""
        target_context.refresh()
        content = read_entry("kernels", self._name(target_context.codegen()))
        # Sealed by ourselves, but perhaps on another system beside the same processor.
        with suppress(Exception):
            if content is not None:
                rebuild: Any = compiler.CompileResult._rebuild
                return rebuild(target_context, *pickle.loads(content))
        if self.notify is not None:
            self.notify(self.said)
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what has been compiled."""
        dumps: Any = serialize.dumps
        write_entry("kernels", self._name(data.codegen), dumps(data._reduce()))

    def _name(self, codegen: Any) -> str:
        """The entry for a processor: code for another may not run on this one."""
        return f"{self.key}-{content_hash(repr(codegen.magic_tuple()))[:12]}.kernel"


def _compiled(name: str, function: types.FunctionType) -> Any:
    return numba.njit(
        nogil=True,
        error_model="numpy",
        # Each operation rounds as it is written, and nothing is contracted or reordered: so every
        # processor gives the same bits. It costs nothing measurable (docs/explanation/speed.md).
        fastmath=False,
        boundscheck=False,
        forceinline=name in _MATHEMATICS or name.startswith("lookup_"),
        inline="always" if name in _EMITTED else "never",
    )(function)


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
