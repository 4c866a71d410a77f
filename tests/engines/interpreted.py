"""A kernel's text run as plain Python: the same text that Numba compiles, slow but ready."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from zjsim.engines.kernel import functions, primitives

# Few lanes, because each is a turn of a Python loop; more than one, so that slots matter.
LANES = 2


class _Divisions(ast.NodeTransformer):
    """Divisions that give infinity or NaN instead of an exception, as compiled ones do."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.Call(ast.Name("div", ast.Load()), [node.left, node.right], [])


def interpret(text: str, notify: object = None) -> Callable[..., Any]:
    """The entry of a kernel's text, not compiled."""
    space: dict[str, Any] = {
        "np": np,
        **{name: getattr(primitives, name) for name in primitives.__dict__ if name[0] != "_"},
        **{name: functions.OPERATIONS[name] for name in ("trunc", "sqrt")},
        **{
            name: functions.OPERATIONS[name]
            for name in ("sin", "cos", "tan", "arcsin", "arccos", "arctan")
        },
        **{name: functions.OPERATIONS[name] for name in ("sinh", "cosh", "tanh")},
        "nan": math.nan,
        "infinity": math.inf,
    }
    space["div"] = functions.div
    tree = ast.fix_missing_locations(_Divisions().visit(ast.parse(text)))
    exec(compile(tree, "<kernel>", "exec"), space)
    entry = space["run_blocks"]

    def quiet(*arguments: Any) -> None:
        # Numpy numbers divide by zero with a warning where compiled code says nothing.
        with np.errstate(all="ignore"):
            entry(*arguments)

    return quiet
