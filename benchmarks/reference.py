"""The equations of models/mfg.mdl written out by hand for the references of the benchmark.

One straight line of arithmetic a variable, in words that Python and C++ share; around it, a
loop over a block of runs in each language, as one would write it for this model alone.
"""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np

# Runs side by side: the better of 32 and 64 for both references.
LANES = 64
STEP, N_STEPS, STEPS_A_YEAR = 0.0625, 80, 16
VARIED = (
    "price_elasticity",
    "return_to_knowledge",
    "wage_growth",
    "investment_time",
    "domestic_demand_growth",
)
SAVED = (
    "output",
    "price",
    "value_added",
    "labour_productivity",
    "rd_share",
    "energy_intensity",
    "value_added_per_land",
    "utilisation",
    "capital",
    "digital",
)
CONSTANTS = {
    "support_start": 2022.0,
    "support_level": 1.0,
    "world_demand_growth": 0.03,
    "domestic_demand_growth": 0.06,
    "price_trend": 0.01,
    "price_elasticity": 0.7,
    "export_share": 0.35,
    "expectation_time": 0.75,
    "digital_return": 0.15,
    "return_to_knowledge": 0.3,
    "capital_share": 0.45,
    "inventory_coverage": 0.12,
    "inventory_adjustment_time": 0.5,
    "normal_backlog": 0.2,
    "backlog_adjustment_time": 0.8,
    "backlog_clearance_time": 1.0,
    "shipping_time": 0.4,
    "highest_utilisation": 1.25,
    "wage_growth": 0.07,
    "energy_price_growth": 0.02,
    "labour_cost_share": 0.2,
    "energy_cost_share": 0.08,
    "price_adjustment_time": 1.5,
    "value_added_share": 0.22,
    "tax_rate": 0.17,
    "budget_delay": 1.0,
    "envelope_share": 0.035,
    "support_cost_share": 0.0012,
    "base_rd_share": 0.022,
    "rd_gain": 0.006,
    "rd_profit_response": 0.02,
    "knowledge_gain_rate": 0.12,
    "obsolescence": 0.09,
    "depreciation": 0.07,
    "investment_time": 2.0,
    "construction_time": 1.2,
    "digital_rate": 0.18,
    "digital_ceiling": 2.5,
    "digital_depreciation": 0.15,
    "labour_supply_growth": 0.004,
    "hiring_time": 0.8,
    "efficiency_gain_rate": 0.025,
    "land_rate": 0.012,
    "land_release_rate": 0.004,
}
TABLES = {
    "utilisation_lookup": (
        (0.0, 0.5, 0.8, 0.95, 1.0, 1.1, 1.25, 1.6),
        (0.7, 0.8, 0.92, 0.98, 1.0, 1.06, 1.18, 1.5),
    ),
    "profit_lookup": (
        (-0.5, -0.1, 0.0, 0.03, 0.06, 0.1, 0.2, 0.5),
        (0.4, 0.6, 0.75, 0.9, 1.0, 1.1, 1.3, 1.6),
    ),
}
# name: initial value and rate; None is derived from the equations at the start.
STATES = {
    "capital": (1.0, "completions - scrapping"),
    "labour": (1.0, "hiring"),
    "knowledge": (1.0, "knowledge_gain - knowledge_loss"),
    "energy_per_output": (1.0, "-efficiency_gain"),
    "inventory": (0.12, "inventory_change"),
    "price": (1.0, "price_change"),
    "backlog": (0.2, "backlog_change"),
    "budget": (0.0374, "budget_change"),
    "digital": (1.0, "digital_investment - digital_loss"),
    "land": (1.0, "land_conversion - land_release"),
    "smoothed_demand": (1.0, "(demand - smoothed_demand) / expectation_time"),
    "plants_under_way": (None, "investment_starts - completions"),
}
EQUATIONS = """
years_since_base = time - 2020
support = pick(time >= support_start,  support_level,  0.0)
world_demand = 1 + world_demand_growth * years_since_base
domestic_demand = 1 + domestic_demand_growth * years_since_base
wage_index = 1 + wage_growth * years_since_base
energy_price = 1 + energy_price_growth * years_since_base
labour_supply = 1.05 + labour_supply_growth * years_since_base
relative_price = price / (1 + price_trend * years_since_base)
price_effect_on_demand = highest(0.2, 1 - price_elasticity * (relative_price - 1))
demand_volume = export_share * world_demand + (1 - export_share) * domestic_demand
demand = demand_volume * price_effect_on_demand
expected_demand = smoothed_demand
total_productivity = 1 + return_to_knowledge * (knowledge - 1)
effective_labour = labour * (1 + digital_return * (digital - 1))
capacity = total_productivity * (capital_share * capital + (1 - capital_share) * effective_labour)
desired_inventory = inventory_coverage * expected_demand
inventory_gap = (desired_inventory - inventory) / inventory_adjustment_time
backlog_pressure = (backlog - normal_backlog) / backlog_adjustment_time
desired_output = highest(0, expected_demand + inventory_gap + backlog_pressure)
use_of_capacity = desired_output / highest(0.01, capacity)
utilisation = lowest(highest_utilisation, use_of_capacity)
output = capacity * utilisation
shipments = lowest(demand + backlog / backlog_clearance_time, output + inventory / shipping_time)
inventory_change = output - shipments
backlog_change = demand - shipments
delivery_ratio = shipments / highest(0.01, demand)
effect_of_utilisation_on_price = utilisation_lookup(utilisation)
unit_labour_cost = wage_index * labour / highest(0.01, output)
unit_energy_cost = energy_price * energy_per_output
other_cost_share = 1 - labour_cost_share - energy_cost_share
energy_part = energy_cost_share * unit_energy_cost
unit_cost = labour_cost_share * unit_labour_cost + energy_part + other_cost_share
target_price = 1.06 * unit_cost * effect_of_utilisation_on_price
price_change = (target_price - price) / price_adjustment_time
revenue = price * shipments
profit = revenue - unit_cost * output
profit_rate = profit / capital
value_added = value_added_share * revenue
tax = tax_rate * highest(0, value_added)
budget_change = (tax - budget) / budget_delay
envelope = envelope_share * budget
support_cost = support_cost_share * support
support_effectiveness = lowest(1, envelope / highest(0.0001, support_cost))
effective_support = support * support_effectiveness
rd_of_profit = rd_profit_response * highest(0, profit_rate)
rd_share = base_rd_share + rd_gain * effective_support + rd_of_profit
rd_spending = rd_share * revenue / price
knowledge_gain = knowledge_gain_rate * rd_spending / base_rd_share
knowledge_loss = obsolescence * knowledge
desired_capital = capital * expected_demand / highest(0.01, capacity)
effect_of_profit_on_investment = profit_lookup(profit_rate)
scrapping = depreciation * capital
investment_wanted = highest(0, scrapping + (desired_capital - capital) / investment_time)
investment_starts = investment_wanted * effect_of_profit_on_investment
completions = plants_under_way / construction_time
digital_investment = digital_rate * (1 + effective_support) * highest(0, digital_ceiling - digital)
digital_loss = digital_depreciation * digital
desired_labour = labour * lowest(1.2, use_of_capacity)
hiring = (lowest(desired_labour, labour_supply) - labour) / hiring_time
efficiency_gain = efficiency_gain_rate * energy_per_output * (1 + 0.5 * effective_support)
energy_use = output * energy_per_output
energy_intensity = energy_use / highest(0.01, value_added)
land_conversion = land_rate * completions / highest(0.01, scrapping)
land_release = land_release_rate * land * effective_support
value_added_per_land = value_added / land
labour_productivity = value_added / labour
"""


def lines() -> list[str]:
    """The equations, one a line."""
    return EQUATIONS.split("\n")[1:-1]


def _lookup(name: str, language: str) -> str:
    """A function that reads a table without branches, in the form that is faster there."""
    if language == "c++":
        return f"static inline double {name}(double x) {{ return {_segments(name)}; }}"
    return f"@njit(inline='always')\ndef {name}(x):\n    " + "\n    ".join(_choices(name))


def _slopes(name: str) -> list[float]:
    xs, ys = TABLES[name]
    return [(ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k]) for k in range(len(xs) - 1)]


def _segments(name: str) -> str:
    """A sum of clamped segments."""
    xs, ys = TABLES[name]
    terms = [repr(ys[0])]
    for k, slope in enumerate(_slopes(name)):
        part = f"lowest(highest(x - {xs[k]!r}, 0.0), {xs[k + 1] - xs[k]!r})"
        terms.append(f"{slope!r} * {part}".replace("- -", "+ "))
    return " + ".join(terms)


def _choices(name: str) -> list[str]:
    """Point by point, the last one passed counts."""
    xs, ys = TABLES[name]
    slopes = _slopes(name)
    lines = [f"x0, y0, slope = {xs[0]!r}, {ys[0]!r}, {slopes[0]!r}"]
    for x, y, slope in zip(xs[1:-1], ys[1:-1], slopes[1:], strict=True):
        lines.append(f"beyond = x >= {x!r}")
        lines += [f"{to} = pick(beyond, {new!r}, {to})"
                  for to, new in (("x0", x), ("y0", y), ("slope", slope))]  # fmt: skip
    return [
        *lines,
        "y = y0 + slope * (x - x0)",
        f"y = pick(x <= {xs[0]!r}, {ys[0]!r}, y)",
        f"return pick(x >= {xs[-1]!r}, {ys[-1]!r}, y)",
    ]


def right_hand_side():
    """``f(time, state) → rates`` and the initial state, in plain Python, for SciPy."""
    body = "\n    ".join(lines())
    rates = ", ".join(rate for _, rate in STATES.values())
    text = f"def f(time, state):\n    {', '.join(STATES)} = state\n    {body}\n    return [{rates}]"
    space = {
        "highest": max,
        "lowest": min,
        "pick": lambda condition, yes, no: yes if condition else no,
        **CONSTANTS,
        **{name: _reader(*table) for name, table in TABLES.items()},
    }
    exec(text, space)
    initial = [0.0 if value is None else value for value, _ in STATES.values()]
    # With no plants under way nothing is completed, so the rate is what is begun a year.
    started = space["f"](2020.0, initial)[-1]
    initial[-1] = started * CONSTANTS["construction_time"]
    return space["f"], initial


def _reader(xs, ys):
    return lambda x: float(np.interp(x, xs, ys))


def draws(n_run: int, seed: int = 1) -> np.ndarray:
    """Varied constants, shape (5, n_run): each within 20 % of its value."""
    factors = np.random.default_rng(seed).uniform(0.8, 1.2, (len(VARIED), n_run))
    return factors * np.array([CONSTANTS[name] for name in VARIED])[:, None]


def empty_results(n_run: int) -> np.ndarray:
    """Room for the saved rows: variable, year, run; whole blocks."""
    return np.empty((len(SAVED), N_STEPS // STEPS_A_YEAR + 1, -(-n_run // LANES) * LANES))


def numba_kernel():
    """The hand-written block kernel: ``run(varied, out)``, compiled."""
    import numba

    space = {"njit": numba.njit, "np": np}
    for name, sign in (("highest", ">"), ("lowest", "<")):
        exec(f"def {name}(a, b):\n    return a if a {sign} b else b", space)
        space[name] = numba.njit(inline="always", fastmath=True)(space[name])
    exec("def pick(c, yes, no):\n    return yes if c else no", space)
    space["pick"] = numba.njit(inline="always")(space["pick"])
    for name in TABLES:
        exec(_lookup(name, "python"), space)
    exec(_numba_text(), space)
    # Python's error for a division by zero would put a branch behind each division.
    return numba.njit(fastmath=True, nogil=True, error_model="numpy")(space["run"])


def _numba_text() -> str:
    _, initial = right_hand_side()
    # One small array for a whole block: the compiler then sees that no two rows overlap,
    # and turns the loops over lanes into vector instructions.
    n_state, n_varied = len(STATES), len(VARIED)
    load = [f"{name} = block[{k}, l]" for k, name in enumerate(STATES)]
    load += [f"{name} = {value!r}" for name, value in CONSTANTS.items() if name not in VARIED]
    load += [f"{name} = block[{n_state + k}, l]" for k, name in enumerate(VARIED)]
    save = [f"block[{n_state + n_varied + k}, l] = {name}" for k, name in enumerate(SAVED)]
    # The rates of all states come before any of them moves.
    named = [f"rate_{k} = {rate}" for k, (_, rate) in enumerate(STATES.values())]
    moved = [f"block[{k}, l] += {STEP} * rate_{k}" for k in range(n_state)]
    begin = [f"block[{k}, l] = {value!r}" for k, value in enumerate(initial)]
    begin += [f"block[{n_state + k}, l] = varied[{k}, first + l]" for k in range(n_varied)]
    copy = [f"out[{k}, row, first + l] = block[{n_state + n_varied + k}, l]"
            for k in range(len(SAVED))]  # fmt: skip

    def loop(body: list[str], depth: int) -> str:
        pad = "    " * depth
        inner = "\n".join(f"{pad}    {line}" for line in body)
        return f"{pad}for l in range({LANES}):\n{inner}"

    return "\n".join(
        [
            "def run(varied, out):",
            f"    block = np.empty(({n_state + n_varied + len(SAVED)}, {LANES}))",
            f"    for first in range(0, out.shape[2], {LANES}):",
            loop(begin, 2),
            f"        for step in range({N_STEPS + 1}):",
            f"            time = 2020.0 + {STEP} * step",
            f"            if step % {STEPS_A_YEAR} == 0:",
            f"                row = step // {STEPS_A_YEAR}",
            loop([*load, *lines(), *save], 4),
            loop(copy, 4),
            f"            if step == {N_STEPS}:",
            "                break",
            loop([*load, *lines(), *named, *moved], 3),
        ]
    )


def cpp_kernel(folder: Path):
    """The same in C++ (g++ -O3 -march=native -ffast-math), or None without a compiler."""
    compiler = shutil.which("g++")
    if compiler is None:
        return None
    source, library = folder / "mfg.cpp", folder / "mfg.so"
    source.write_text(_cpp_text())
    flags = ["-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-mprefer-vector-width=512"]
    flags = flags if _has_avx512() else flags[:-1]
    command = [compiler, *flags, "-shared", "-fPIC", "-o", str(library), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    function = ctypes.CDLL(str(library)).run
    pointer = np.ctypeslib.ndpointer(dtype=np.float64, flags="C_CONTIGUOUS")
    function.argtypes = [pointer, pointer, ctypes.c_long]
    function.restype = None
    return lambda varied, out: function(varied, out, out.shape[2])


def _has_avx512() -> bool:
    cpu = Path("/proc/cpuinfo")
    return cpu.is_file() and "avx512f" in cpu.read_text()


def _cpp_text() -> str:
    _, initial = right_hand_side()
    load = [f"const double {name} = state[{k}][l];" for k, name in enumerate(STATES)]
    load += [f"const double {n} = {v!r};" for n, v in CONSTANTS.items() if n not in VARIED]
    load += [f"const double {name} = varied[{k} * n + first + l];" for k, name in enumerate(VARIED)]
    equations = [f"const double {line};" for line in lines()]
    rows = N_STEPS // STEPS_A_YEAR + 1
    save = [f"out[({k} * {rows} + row) * n + first + l] = {s};" for k, s in enumerate(SAVED)]
    named = [f"const double rate_{k} = {rate};" for k, (_, rate) in enumerate(STATES.values())]
    rates = [f"state[{k}][l] += {STEP} * rate_{k};" for k in range(len(STATES))]

    def loop(body: list[str]) -> str:
        inner = "\n".join(body)
        return f"#pragma omp simd\nfor (int l = 0; l < {LANES}; ++l) {{\n{inner}\n}}"

    functions = [
        "static inline double highest(double a, double b) { return a > b ? a : b; }",
        "static inline double lowest(double a, double b) { return a < b ? a : b; }",
        "static inline double pick(bool c, double a, double b) { return c ? a : b; }",
        *(_lookup(name, "c++") for name in TABLES),
    ]
    begin = [f"state[{k}][l] = {value!r};" for k, value in enumerate(initial)]
    return "\n".join(
        [
            *functions,
            'extern "C" '
            "void run(const double* __restrict varied, double* __restrict out, long n) {",
            f"alignas(64) double state[{len(STATES)}][{LANES}];",
            f"for (long first = 0; first < n; first += {LANES}) {{",
            loop(begin),
            f"for (int step = 0; step <= {N_STEPS}; ++step) {{",
            f"const double time = 2020.0 + {STEP} * step;",
            f"if (step % {STEPS_A_YEAR} == 0) {{ const int row = step / {STEPS_A_YEAR};",
            loop([*load, *equations, *save]),
            "}",
            f"if (step == {N_STEPS}) break;",
            loop([*load, *equations, *named, *rates]),
            "}",
            "}",
            "}",
        ]
    )


def padded(varied: np.ndarray) -> np.ndarray:
    """Draws filled up to whole blocks by repeating the last run."""
    missing = -varied.shape[1] % LANES
    return np.ascontiguousarray(np.pad(varied, ((0, 0), (0, missing)), mode="edge"))


def same(a: np.ndarray, b: np.ndarray) -> float:
    """Largest relative difference of two results."""
    return float(np.max(np.abs(a - b) / np.maximum(1.0, np.abs(b)))) if a.size else math.nan
