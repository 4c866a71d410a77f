"""Which function of Vensim or XMILE is which node of ours, and which are refused, and why."""

from __future__ import annotations

from collections.abc import Callable

from zjsim.model.expression import Call, Conditional, Expression, Memory, Number, Unary

Build = Callable[..., Expression]

RANDOM = (
    "random numbers are refused because a run must give the same result each time; "
    "sample a constant in the scenario instead"
)
ARRAYS = "it works on subscripts, which the kernel does not compute"
OUTSIDE = "it reads figures from another file, which a model here may not"

# Vensim or XMILE name as PySD writes it → our id, where the two differ.
RENAMED = {
    "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan", "asin": "arcsin",
    "acos": "arccos", "atan": "arctan", "int": "integer", "Xpulse": "pulse_magnitude",
    "Xramp": "ramp_open", "mod": "modulo",
}  # fmt: skip

# name → reason of the refusal. PySD runs those in PYSD_RUNS, with --engine pysd.
REFUSED = {
    "elmcount": ARRAYS, "sum": ARRAYS, "prod": ARRAYS, "vmax": ARRAYS, "vmin": ARRAYS,
    "vmax_xmile": ARRAYS, "vmin_xmile": ARRAYS, "invert_matrix": ARRAYS, "mean": ARRAYS,
    "vector_select": ARRAYS, "vector_sort_order": ARRAYS, "vector_reorder": ARRAYS,
    "vector_rank": ARRAYS, "vector_elm_map": ARRAYS, "vector_lookup": ARRAYS,
    "size": ARRAYS, "stddev": ARRAYS, "rank": ARRAYS,
    "get_time_value": "it reads the calendar of a run, which zjsim does not keep",
    "a_function_of": "the equation is still missing",
    "lookup_forward": "reading a lookup in steps is not computed; see LOOKUP FORWARD in Vensim",
    "lookup_backward": "reading a lookup in steps is not computed",
    "lookup_invert": "inverting a lookup is not computed; write the inverse as a lookup",
    "lookup_area": "the area under a lookup is not computed",
    "lookup_slope": "the slope of a lookup is not computed",
    "get_data_at_time": OUTSIDE, "get_data_between_times": OUTSIDE,
    "get_data_first_time": OUTSIDE, "get_data_last_time": OUTSIDE,
    "get_data_max": OUTSIDE, "get_data_mean": OUTSIDE, "get_data_min": OUTSIDE,
    "get_data_median": OUTSIDE, "get_data_stdv": OUTSIDE, "get_data_total_points": OUTSIDE,
    "delay_material": "material delays with losses are not computed; use DELAY3 or DELAY FIXED",
    "delay_conveyor": "conveyors are not computed; use DELAY FIXED",
    "delay_information": "it is not computed; use DELAY FIXED",
    "delayp": "it also returns the pipeline; write the delay out with stocks",
    "previous": "a value of the step before is not computed; use DELAY FIXED",
    "self": "a reference of an equation to itself is not computed",
    "npv": "net present value is not computed; write it out with a stock",
    "history": "past values of a variable are not computed; use DELAY FIXED",
    "simultaneous": "simultaneous equations are not solved",
    "find_zero": "simultaneous equations are not solved",
    "tabbed_array": ARRAYS,
    "allocate_available": ARRAYS, "allocate_by_priority": ARRAYS,
}  # fmt: skip

# What PySD computes although zjsim's own engines refuse it.
PYSD_RUNS = frozenset(
    {
        "elmcount", "sum", "prod", "vmax", "vmin", "vmax_xmile", "vmin_xmile",
        "invert_matrix", "vector_select", "vector_sort_order", "vector_reorder",
        "vector_rank", "get_time_value", "random_0_1", "random_uniform", "random_normal",
        "random_exponential", "allocate_available", "allocate_by_priority", "tabbed_array",
    }
)  # fmt: skip

RANDOM_NAMES = frozenset(
    {
        "uniform", "normal", "lognormal", "poisson", "exprnd", "beta", "binomial", "gamma",
        "geometric", "logistic", "montecarlo", "negbinomial", "pareto", "triangular",
        "weibull", "random",
    }
)  # fmt: skip


def refusal(name: str) -> str | None:
    """Why a function is refused; None when it is not known to be."""
    if name.startswith("random_") or name in RANDOM_NAMES:
        return RANDOM
    if name.startswith(("get_xls", "get_direct", "get_123", "get_vdf", "get_odbc")):
        return OUTSIDE
    return REFUSED.get(name)


def _if(condition: Expression, yes: Expression, no: Expression) -> Expression:
    return Conditional(condition, yes, no)


def _pulse_train_xmile(
    start: Expression, interval: Expression, magnitude: Expression
) -> Expression:
    # PULSE(x, start, 0) is a single pulse in XMILE.
    if isinstance(interval, Number) and interval.value == 0:
        return Call("pulse_magnitude", (start, magnitude))
    return Call("pulse_train_magnitude", (start, interval, magnitude))


def _pulse_train(
    start: Expression, interval: Expression, width: Expression, end: Expression
) -> Expression:
    # PySD hands over the interval before the width; our order is Vensim's.
    return Call("pulse_train", (start, width, interval, end))


# name → (arguments, builder) for what is not one Call with the same arguments.
BUILDERS: dict[str, tuple[int, Build]] = {
    "if_then_else": (3, _if),
    "active_initial": (2, lambda value, initial: Memory("active_initial", (value, initial))),
    "log10": (1, lambda x: Call("log", (x, Number(10.0)))),
    "pulse_train": (4, _pulse_train),
    "Xpulse_train": (3, _pulse_train_xmile),
    "initial": (1, lambda value: Memory("initial", (value,))),
    "reinitial": (1, lambda value: Memory("initial", (value,))),
    "not": (1, lambda x: Unary("not", x)),
}
