"""A compiled kernel gives the same bits whichever processor it is compiled for."""

import os
import platform
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(platform.machine().lower() not in ("x86_64", "amd64"), reason="for x86"),
]
# Sums of products, which a processor with fused multiplication would contract, and each function
# that the kernel computes by itself.
SCRIPT = """
import hashlib
import numpy as np
from tests.engines.line_models import grid_of, vensim
from zjsim.engines.arithmetic import arithmetic
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.inputs import Inputs

model = vensim(
    "a = 0.3", "b = 1.7", "stock = INTEG(flow, 1.1)",
    "sum = stock * a + b * a - stock * b + a * a",
    "ratio = (stock * a + b) / (b * b + stock)",
    "flow = sum * 0.1 + ratio * a + EXP(-stock) + LN(b + stock) + (b + stock) ^ a"
    " + MAX(sum, ratio) * SQRT(b) + a * b * 0.7 + b * 0.1",
)
runs = 192
a, b = 0.2 + np.arange(runs) / 700, 1.3 + np.arange(runs) / 900
inputs = Inputs(grid=grid_of(model, 0.0625), n_run=runs, constants={"a": a, "b": b}, method="rk4")
values = KernelEngine("compiled").compile(model).run(inputs).values
print(hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest())
print(arithmetic()["kernel_target"])
"""


def bits_and_target(processor, folder):
    named = {} if processor is None else {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": ""}
    env = {**os.environ, **named, "PYTHONPATH": os.getcwd(), "ZJSIM_CACHE": str(folder)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_kernel_for_any_processor_has_the_bits_of_the_machines_own(tmp_path):
    own, target = bits_and_target(None, tmp_path)
    # Without vectors of four and without fused multiplication.
    oldest, named = bits_and_target("x86-64", tmp_path)
    assert named.endswith(" x86-64")
    assert named != target
    assert oldest == own
