"""No silent difference: what a file says is what is computed, kind by kind."""

import math

import numpy as np
import pytest

from tests.field.small import assert_is, aux, values, vensim, xmile, xmile_source
from zjsim.bare import simulate_model
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.inputs import Inputs, TimePath
from zjsim.model.export import to_xmile
from zjsim.model.reader import parse_model
from zjsim.timeline import TimeGrid

SETTINGS = "\\\\\\---/// Sketch information\n///---\\\\\\\n:L<%^E!@\n9:Current\n15:0,0,0,{},0,0\n"
# One step of size 1 of growth at rate r by the fourth-order rule.
RK4 = 1 + 0.2 + 0.2**2 / 2 + 0.2**3 / 6 + 0.2**4 / 24


@pytest.mark.parametrize(
    ("code", "factor", "said"),
    [(0, 1.2, ""), (2, 1.2, ""), (5, RK4, ""), (1, RK4, "step of its own"), (3, RK4, "second")],
)
def test_the_method_of_a_vensim_file_is_used_and_told(code, factor, said):
    model = vensim("s = INTEG(0.2 * s, 100)", after=SETTINGS.format(code))
    assert_is(model, "s", [100 * factor**k for k in range(7)])
    runs = simulate_model(model)
    assert runs.attributes["method"] == ("euler" if factor == 1.2 else "rk4")
    assert (said in runs.attributes.get("notes", "")) if said else "notes" not in runs.attributes


@pytest.mark.parametrize(
    ("specs", "factor"),
    [("", 1.2), ('method="Euler"', 1.2), ('method="RK4"', RK4), ('method="rk45, rk4"', RK4)],
)
def test_the_method_of_an_xmile_file_is_used(specs, factor):
    stock = '<stock name="s"><eqn>100</eqn><inflow>f</inflow></stock>'
    model = xmile(stock + '<flow name="f"><eqn>0.2*s</eqn></flow>', specs=specs)
    assert_is(model, "s", [100 * factor**k for k in range(7)])


def test_a_method_that_is_asked_for_goes_before_that_of_the_file():
    model = vensim("s = INTEG(0.2 * s, 100)", after=SETTINGS.format(5))
    assert_is(model, "s", [100, 120, 144], "method=euler")
    assert_is(model, "s", [100, 120, 144], method="euler")


def test_our_own_export_comes_back_the_same():
    model = vensim("s = INTEG(0.2 * s - LN(s), 100)", step=0.5, after=SETTINGS.format(5))
    again = parse_model(to_xmile(model, method=model.method), ".xmile", "again")
    assert again.method == "rk4"
    np.testing.assert_allclose(values(again, "s"), values(model, "s"), rtol=1e-13)


def test_test_inputs_come_back_the_same_from_our_own_export():
    model = vensim(
        "s = INTEG(PULSE(2, 1.5) + RAMP(1, 2, 4) + PULSE TRAIN(1, 0.1, 2, 5) + STEP(3, 1.2), 1)",
        step=0.5,
    )
    again = parse_model(to_xmile(model), ".xmile", "again")
    np.testing.assert_allclose(values(again, "s"), values(model, "s"), rtol=1e-13)


@pytest.mark.parametrize("name", ["dt", "DT", "starttime", "stoptime", "Start Time"])
def test_a_variable_named_like_a_setting_is_the_models_own(name):
    model = vensim(f"{name} = 5 + Time\ny = 2 * {name}\nsize = TIME STEP", step=0.5)
    assert_is(model, "y", [10, 11, 12])
    assert_is(model, "size", [0.5, 0.5])


def test_of_xmile_too_and_else_the_names_are_the_settings():
    model = xmile(aux("starttime", "5") + aux("y", "STARTTIME * DT") + aux("z", "STOPTIME"))
    assert_is(model, "y", [5, 5])
    assert_is(model, "z", [6, 6])


def test_variables_right_under_the_model_are_read():
    source = xmile_source('<stock name="s"><eqn>8</eqn><outflow>f</outflow></stock>'
                          '<flow name="f"><eqn>s/2</eqn></flow>')  # fmt: skip
    old = source.replace("<variables>", "").replace("</variables>", "")
    assert_is(parse_model(old, ".xmile"), "s", [8, 4, 2, 1])


def test_not_available_is_a_number_that_can_be_asked_for():
    model = vensim(
        "x = IF THEN ELSE(Time < 3, :NA:, 4)\nknown = IF THEN ELSE(x = :na:, 0, 1)\n"
        "other = IF THEN ELSE(x <> :NA:, 1, 0)\nmost = MAX(x, -1)"
    )
    assert_is(model, "x", [-(2.0**109)] * 3 + [4, 4])
    assert_is(model, "known", [0, 0, 0, 1, 1])
    assert_is(model, "other", [0, 0, 0, 1, 1])
    assert_is(model, "most", [-1, -1, -1, 4])


def chain(second="", first="6", more=""):
    return (
        '<stock name="A"><eqn>10</eqn><outflow>o1</outflow><outflow>o2</outflow><non_negative/>'
        '</stock><stock name="B"><eqn>0</eqn><inflow>o1</inflow></stock>'
        '<stock name="C"><eqn>0</eqn>'
        f'<inflow>o2</inflow></stock><flow name="o1"><eqn>{first}</eqn></flow><flow name="o2">'
        f"<eqn>{second or '3'}</eqn></flow>" + aux("total", "A + B + C") + more
    )


@pytest.mark.parametrize("method", ["euler", "rk4"])
@pytest.mark.parametrize(("first", "second"), [("6", "3"), ("2*TIME", "A/2"), ("0", "40")])
def test_stocks_that_stop_at_zero_make_nothing_out_of_nothing(method, first, second):
    model = xmile(chain(second, first), specs=f'method="{method}"')
    np.testing.assert_allclose(values(model, "total"), 10, rtol=1e-12)
    for name in "ABC":
        assert (values(model, name) >= -1e-12).all()


def test_outflows_are_served_in_the_order_of_the_file():
    model = xmile(chain())
    assert_is(model, "o1", [6, 1, 0])
    assert_is(model, "o2", [3, 0, 0])
    assert_is(model, "B", [0, 6, 7, 7])
    assert_is(model, "C", [0, 3, 3])


def test_what_flows_in_may_flow_out_in_the_same_step():
    model = xmile(
        '<stock name="A"><eqn>0</eqn><inflow>i</inflow><outflow>o</outflow><non_negative/></stock>'
        '<flow name="i"><eqn>2</eqn></flow><flow name="o"><eqn>5</eqn></flow>'
    )
    assert_is(model, "o", [2, 2, 2])
    assert_is(model, "A", [0, 0, 0])


def test_two_stocks_that_feed_each_other_close_no_loop():
    model = xmile(
        '<stock name="A"><eqn>4</eqn><inflow>down</inflow><outflow>up</outflow>'
        "<non_negative/></stock>"
        '<stock name="B"><eqn>1</eqn><inflow>up</inflow><outflow>down</outflow>'
        "<non_negative/></stock>"
        '<flow name="up"><eqn>3</eqn></flow><flow name="down"><eqn>9</eqn></flow>'
        + aux("all", "A+B")
    )
    np.testing.assert_allclose(values(model, "all"), 5)
    assert min(values(model, "A").min(), values(model, "B").min()) >= 0


def test_a_flow_both_ways_drains_no_empty_stock():
    model = xmile(
        '<stock name="A"><eqn>3</eqn><inflow>f</inflow><non_negative/></stock><stock name="B">'
        '<eqn>0</eqn><outflow>f</outflow></stock><flow name="f"><eqn>-2</eqn></flow>'
        + aux("all", "A+B")
    )
    assert_is(model, "A", [3, 1, 0, 0])
    np.testing.assert_allclose(values(model, "all"), 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("INT(-2.5)", -3), ("INT(2.5)", 2), ("-7 MOD 3", 2), ("7 MOD -3", -2), ("7 MOD 3 * 2", 2),
        ("2 * 7 MOD 4", 2), ("17 MOD 7 MOD 2", 1), ("1 + 7 MOD 4", 4), ("mod(-1, 4)", 3),
        ("-3^2", -9), ("2^3^2", 512), ("2^-1", 0.5), ("NOT 0 AND 0", 0), ("1 OR 0 AND 0", 1),
        ("IF NOT (1 > 2) THEN 4 ELSE 5", 4), ("5 // 0 + 1", 1), ("5 // 2", 2.5),
        ("SAFEDIV(1e-9, 1e-8)", 0.1), ("SAFEDIV(1, 0, 7)", 7), ("ROUND(2.5)", 3),
        ("1 &lt; 2 = 1", 1),
    ],
)  # fmt: skip
def test_arithmetic_of_xmile(text, value):
    assert_is(xmile(aux("t0", "TIME * 0") + aux("y", f"({text}) + t0")), "y", [value])


@pytest.mark.parametrize(
    ("text", "value"),
    [("INTEGER(-2.5)", -2), ("MODULO(-7, 3)", -1), ("MODULO(7, 3)", 1), ("QUANTUM(-7, 3)", -6)],
)
def test_of_vensim_they_cut_towards_zero(text, value):
    # MODULO(a, b) is a - QUANTUM(a, b) in Vensim's manual; QUANTUM cuts.
    assert_is(vensim(f"y = {text} + 0 * Time"), "y", [value])


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("PULSE(2, 0)", [2]), ("PULSE(2, 2)", [2, 3]), ("PULSE(2.3, 1)", [2]),
        ("PULSE(2.7, 1)", [3]), ("PULSE(1.9, 1)", [2]), ("PULSE(2, 0.2)", [2]),
        ("PULSE TRAIN(1, 0, 2, 5)", [1, 3, 5]), ("PULSE TRAIN(1.2, 0.1, 3, 6)", [1, 4]),
        ("PULSE TRAIN(1, 9, 2, 4)", [1, 2, 3, 4]), ("PULSE TRAIN(0, 1, 2, 6)", [0, 2, 4, 6]),
        ("PULSE TRAIN(9, 1, 2, 20)", []),
    ],
)  # fmt: skip
def test_pulses_of_vensim_take_whole_steps(text, on):
    expected = [1.0 if k in on else 0.0 for k in range(7)]
    assert_is(vensim(f"y = {text}"), "y", expected)


@pytest.mark.parametrize("step", [0.25, 0.1, 0.0625])
def test_a_pulse_holds_its_area_for_any_step(step):
    model = vensim("s = INTEG(PULSE(2, 1), 0)\nt = INTEG(PULSE TRAIN(1, 0.5, 1, 4), 0)",
                   step=step, stop=6)  # fmt: skip
    assert values(model, "s")[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PULSE(6, 2)", [0, 0, 6, 0]), ("PULSE(6, 2, 2)", [0, 0, 6, 0, 6]), ("PULSE(6)", [6, 0]),
        ("PULSE(6, 1.6, 0)", [0, 0, 6, 0]), ("RAMP(2)", [0, 2, 4]), ("RAMP(2, 1)", [0, 0, 2, 4]),
        ("RAMP(2, 1, 3)", [0, 0, 2, 4, 4]), ("MAX(1, 5, 2)", [5]), ("MIN(4, 2, 3)", [2]),
        ("MEAN(1, 2, 6)", [3]), ("PREVIOUS(TIME, 9)", [9, 0, 1, 2]),
        ("PREVIOUS(SELF, 1) + 1", [2, 3, 4]),
    ],
)  # fmt: skip
def test_optional_arguments_of_xmile(text, expected):
    assert_is(xmile(aux("y", text)), "y", expected)


def test_an_initial_equation_is_read_at_the_start_alone():
    model = xmile(
        aux("a", "3 * s", "<init_eqn>7</init_eqn>")
        + '<stock name="s"><eqn>a</eqn><inflow>f</inflow></stock><flow name="f"><eqn>1</eqn></flow>'
    )
    assert_is(model, "s", [7, 8, 9])
    assert_is(model, "a", [21, 24, 27])


@pytest.mark.parametrize(
    ("push", "expected"),
    [
        ("RAMP(2, 1, 4)", [0, 0, 0, 2, 6, 12, 18]), ("STEP(2, 1.5)", [0, 0, 0, 2, 4]),
        ("PULSE(2, 1)", [0, 0, 0, 1, 1]),
    ],
)  # fmt: skip
def test_test_inputs_hold_within_a_step_of_runge_kutta(push, expected):
    assert_is(vensim(f"s = INTEG({push}, 0)"), "s", expected, method="rk4")


def test_a_lost_value_takes_nothing_with_it_that_does_not_rest_on_it():
    model = vensim("bad = 1 / (Time - 3)\nafter = bad + 1\ns = INTEG(2, 0)\nlost = INTEG(bad, 0)")
    runs = simulate_model(model)
    assert runs.status.tolist() == [1]
    np.testing.assert_allclose(runs["s"][0], 2 * np.arange(7))
    found = runs.not_finite()
    assert ("bad", 3.0, math.inf, 1) in found
    assert ("after", 3.0, math.inf, 1) in found
    assert ("lost", 4.0, math.inf, 3) in found
    assert "s" not in [name for name, *_ in found]


@pytest.mark.parametrize(("language", "at_the_jump"), [("vensim", 1.0), ("xmile", 5.0)])
def test_two_points_with_the_same_x_are_a_jump(language, at_the_jump):
    if language == "vensim":
        model = vensim("t((0,0),(2,1),(2,5),(4,5))\ny = t(Time)")
    else:
        gf = "<gf><xpts>0,2,2,4</xpts><ypts>0,1,5,5</ypts></gf>"
        model = xmile(aux("y", "TIME", gf))
    assert_is(model, "y", [0, 0.5, at_the_jump, 5, 5])


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_a_run_with_paths_that_bend_and_jump_comes_back_the_same(method):
    model = vensim("lever = 0\ns = INTEG(lever - s / 3, 1)", step=0.25)
    path = TimePath([0.5, 1, 1, 2, 2, 2.5], [[0.25, 1, 3, 4, 0.5, 0.75]])
    inputs = Inputs(TimeGrid(0, 4, 0.25, 0.25), paths={"lever": path}, method=method)
    text = to_xmile(model, inputs, method)
    again = parse_model(text, ".xmile", "again")
    assert '"lever without its jumps" + STEP(' in text
    own = KernelEngine().compile(model).run(inputs)
    np.testing.assert_allclose(values(again, "s"), own["s"][0], rtol=1e-14)
