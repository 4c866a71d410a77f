"""ModelSpec → XMILE: the same numbers from another simulator, and from our own reader."""

from dataclasses import replace

import numpy as np
import pytest

from zjsim.errors import UnsupportedError
from zjsim.inputs import Inputs, TimePath
from zjsim.model.evaluate import evaluate
from zjsim.model.export import to_xmile
from zjsim.model.names import canonical
from zjsim.model.order import evaluation_order
from zjsim.model.reader import parse_model
from zjsim.model.spec import Stock
from zjsim.timeline import TimeGrid

X = "x = 2 + SIN(Time) ~~|\n"


def run_simlin(text, tmp_path):
    """Columns by canonical name, as pysimlin computes the XMILE text."""
    simlin = pytest.importorskip("simlin")
    path = tmp_path / "model.xmile"
    path.write_text(text, encoding="utf-8")
    table = simlin.load(path).run(analyze_loops=False).results
    return {canonical(name): np.asarray(table[name], dtype=float) for name in table.columns}


def by_hand(model, equation):
    """An equation without memory at every time of the model, x included."""
    times = np.arange(model.start, model.stop + model.step / 2, model.step)
    values = {e.name: e.value for e in model.constants}
    out = []
    for time in times:
        known = {**values, "Time": time}
        for name in evaluation_order(model):
            known[name] = evaluate(model.elements[name].equation, known)
        out.append(known[equation])
    return np.array(out)


@pytest.mark.parametrize(
    "text",
    [
        "x - (1 - x) - x / 2 / 3 * 4",
        "-x^2 + (-x)^2 + x^(-0.5) + 2^x^0.5",
        "IF THEN ELSE(x > 2 :AND: :NOT: x > 2.5 :OR: x = 2, x, -x)",
        "MODULO(Time - 5, 3) + QUANTUM(Time - 5, 0.7) + INTEGER(Time - 5.3)",
        "ZIDZ(x, Time - 5) + XIDZ(x, Time - 5, 7)",
        "LOG(x, 3) + LN(x) + EXP(-x) + SQRT(x) + ABS(1 - x)",
        "TANH(x) + SINH(x) - COSH(x) + ARCTAN(x) + ARCSIN(x / 4) + ARCCOS(x / 4) + TAN(x)",
        "MIN(x, 2) * MAX(x, 1.5)",
        "WITH LOOKUP(Time, ((1,1),(3,5),(7,2)))",
        "TIME STEP * FINAL TIME + INITIAL TIME + SAVEPER",
    ],
)
def test_functions_give_the_same_numbers(vensim, tmp_path, text):
    model = vensim(f"{X}y = {text} ~~|\n")
    got = run_simlin(to_xmile(model), tmp_path)["y"]
    np.testing.assert_allclose(got, by_hand(model, "y"), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "stocks"),
    [
        ("SMOOTH(x, 2)", "y = INTEG((x - y) / 2, x)"),
        (
            "SMOOTH3I(x, 3, 5)",
            "a = INTEG(x - a, 5) ~~|\nb = INTEG(a - b, 5) ~~|\ny = INTEG(b - y, 5)",
        ),
        ("SMOOTH N(x, 2, 5, 2)", "a = INTEG(x - a, 5) ~~|\ny = INTEG(a - y, 5)"),
        ("DELAY1I(x, 2, 5)", "a = INTEG(x - y, 10) ~~|\ny = a / 2"),
        (
            "DELAY N(x, 2, 5, 2)",
            "a = INTEG(x - o, 5) ~~|\no = a / 1 ~~|\nb = INTEG(o - y, 5) ~~|\ny = b / 1",
        ),
        ("TREND(x, 2, 0.1)", "a = INTEG((x - a) / 2, x / 1.2) ~~|\ny = (x - a) / (2 * a)"),
        ("FORECAST(x, 2, 3)", "a = INTEG((x - a) / 2, x) ~~|\ny = x * (1 + (x / a - 1) / 2 * 3)"),
        ("INITIAL(x + 1) * Time", "y = 3 * Time"),
    ],
)
def test_memory_is_what_it_says_in_stocks(vensim, tmp_path, text, stocks):
    short = run_simlin(to_xmile(vensim(f"{X}y = {text} ~~|\n")), tmp_path)["y"]
    long = run_simlin(to_xmile(vensim(f"{X}{stocks} ~~|\n")), tmp_path)["y"]
    np.testing.assert_allclose(short, long, rtol=1e-9, atol=1e-9)


NAMES = (
    'in stock = INTEG(x - out - 0.1, 5) ~ m ~ with <brackets> & "quotes"|\nout = in stock * k ~~|\n'
    'k = 0.2 ~~|\n"R&D, 50% <a>" = in stock * 2 ~~|\n产出 = "R&D, 50% <a>" + 1 ~~|\n'
)


def test_names_units_and_texts_come_back_through_our_own_reader(vensim):
    model = vensim(X + NAMES)
    again = parse_model(to_xmile(model), ".xmile", "small")
    assert {canonical(name) for name in model.elements} == {
        canonical(name) for name in again.elements
    } - {"net flow of in stock"}
    assert again.elements["in stock"].unit == "m"
    assert again.elements["in stock"].documentation == 'with <brackets> & "quotes"'
    assert (again.start, again.stop, again.step) == (model.start, model.stop, model.step)


def euler(model):
    """Euler by hand: stocks and constants only, for the laws below."""
    state = {s.name: evaluate(s.initial) for s in model.stocks}
    values = {e.name: e.value for e in model.constants}
    rows = []
    for step in range(round((model.stop - model.start) / model.step) + 1):
        known = {**values, **state, "Time": model.start + step * model.step}
        for name in evaluation_order(model):
            known[name] = evaluate(model.elements[name].equation, known)
        rows.append(known)
        state = {
            s.name: state[s.name] + model.step * evaluate(s.net_flow, known) for s in model.stocks
        }
    return rows


def test_stocks_follow_euler(vensim, tmp_path):
    model = vensim(X + NAMES)
    got = run_simlin(to_xmile(model), tmp_path)
    for name in ("in stock", "out", '"R&D, 50% <a>"', "产出"):
        expected = [row[name] for row in euler(model)]
        np.testing.assert_allclose(got[canonical(name)], expected, rtol=1e-9)


def test_inputs_replace_constants_initial_values_and_paths(vensim, tmp_path):
    model = vensim("s = INTEG(lever * k, 5) ~~|\nlever = 0 ~~|\nk = 1 ~~|\n")
    grid = TimeGrid(0.0, 10.0, 0.25)
    jump = TimePath([0.0, 3.0, 3.0, 5.0], [[0.0, 0.0, 2.0, 4.0]])
    inputs = Inputs(grid, constants={"k": 3.0}, initials={"s": 7.0}, paths={"lever": jump})
    got = run_simlin(to_xmile(model, inputs), tmp_path)
    lever = jump.right(grid.times)[0]
    expected = 7.0 + np.concatenate([[0.0], np.cumsum(0.25 * 3.0 * lever[:-1])])
    np.testing.assert_allclose(got["lever"], lever, rtol=1e-9)
    np.testing.assert_allclose(got["s"], expected, rtol=1e-9)


def test_a_smooth_path_is_exact_for_rk4(vensim, tmp_path):
    model = vensim("s = INTEG(lever, 0) ~~|\nlever = 0 ~~|\n")
    path = TimePath([0.0, 10.0], [[0.0, 10.0]])
    inputs = Inputs(TimeGrid(0.0, 10.0, 0.25), paths={"lever": path})
    got = run_simlin(to_xmile(model, inputs, method="rk4"), tmp_path)["s"]
    np.testing.assert_allclose(got[-1], 50.0, rtol=1e-9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DELAY FIXED(x, 1, 0)", "DELAY FIXED"),
        ("SAMPLE IF TRUE(x > 1, x, 0)", "SAMPLE IF TRUE"),
        ("ACTIVE INITIAL(x, 0)", "ACTIVE INITIAL"),
        ("SMOOTH N(x, 2, 0, x)", "SMOOTH N"),
    ],
)
def test_what_xmile_lacks_is_refused_by_name(vensim, text, said):
    with pytest.raises(UnsupportedError, match=said):
        to_xmile(vensim(f"{X}y = {text} ~~|\n"))


def test_names_that_xmile_cannot_refer_to_are_refused(vensim):
    with pytest.raises(UnsupportedError, match="double quote"):
        to_xmile(vensim('"a \\"b\\"" = Time ~~|\ny = "a \\"b\\"" ~~|\n'))
    with pytest.raises(UnsupportedError, match="a point"):
        to_xmile(vensim('"a.b" = Time ~~|\ny = "a.b" ~~|\n'))


def test_several_runs_are_refused(vensim):
    with pytest.raises(UnsupportedError, match="one run"):
        to_xmile(vensim(X), Inputs(TimeGrid(0.0, 1.0, 1.0), n_run=2))


def test_a_non_negative_stock_is_refused(vensim):
    model = vensim("s = INTEG(-1, 2) ~~|\n")
    stock = model.elements["s"]
    assert isinstance(stock, Stock)
    changed = replace(model, elements={**model.elements, "s": replace(stock, non_negative=True)})
    with pytest.raises(UnsupportedError, match="non-negative"):
        to_xmile(changed)
