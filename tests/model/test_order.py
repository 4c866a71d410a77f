"""Evaluation order, initial order and the loops that have none."""

import pytest

from zjsim.errors import ModelError
from zjsim.model.order import causes, evaluation_order, initial_order, uses


def test_each_element_stands_after_what_it_reads(vensim):
    model = vensim("a = b + c ~~|\nb = c * s ~~|\nc = Time ~~|\ns = INTEG(a, 1) ~~|\n")
    order = evaluation_order(model)
    assert sorted(order) == ["SAVEPER", "a", "b", "c"]
    assert order.index("c") < order.index("b") < order.index("a")


def test_an_algebraic_loop_is_told_with_its_path(vensim):
    model = vensim("a = c ~~|\nb = a + 1 ~~|\nc = b * 2 ~~|\nd = a ~~|\n")
    with pytest.raises(ModelError, match="an algebraic loop: a → b → c → a"):
        evaluation_order(model)


def test_an_equation_of_itself_is_a_loop(vensim):
    with pytest.raises(ModelError, match="a → a"):
        evaluation_order(vensim("a = a + Time ~~|\n"))


@pytest.mark.parametrize(
    "memory",
    ["SMOOTHI(b, 2, 1)", "DELAY1I(b, 2, 1)", "DELAY FIXED(b, 2, 1)", "DELAY N(b, 2, 1, 3)"],
)
def test_memory_breaks_a_loop_of_running_values(vensim, memory):
    model = vensim(f"a = {memory} ~~|\nb = a + 1 ~~|\n")
    assert evaluation_order(model) == ("a", "b", "SAVEPER")
    assert initial_order(model) == ("a", "b", "SAVEPER")


def test_memory_without_an_initial_value_does_not_break_the_initial_loop(vensim):
    model = vensim("a = SMOOTH(b, 2) ~~|\nb = a + 1 ~~|\n")
    assert "a" in evaluation_order(model)
    with pytest.raises(ModelError, match="a loop of initial values: a → b → a"):
        initial_order(model)


@pytest.mark.parametrize("function", ["TREND(b, 2, 0)", "FORECAST(b, 2, 1)"])
def test_trend_and_forecast_read_their_input_at_once(vensim, function):
    with pytest.raises(ModelError, match="algebraic loop"):
        evaluation_order(vensim(f"a = {function} ~~|\nb = a + 1 ~~|\n"))


def test_stocks_start_after_what_their_initial_values_read(vensim):
    model = vensim(
        "s = INTEG(0, a * 2) ~~|\na = r / 2 ~~|\nr = INTEG(-s, 5 + c) ~~|\nc = INITIAL(Time) ~~|\n"
    )
    order = initial_order(model)
    assert order.index("c") < order.index("r") < order.index("a") < order.index("s")


def test_active_initial_breaks_the_loop_at_the_start(vensim):
    model = vensim("s = INTEG(1, a) ~~|\na = ACTIVE INITIAL(s * 2, 7) ~~|\n")
    assert initial_order(model)[:2] == ("a", "s")


def test_a_long_chain_needs_no_recursion(vensim):
    count = 1200
    chain = "".join(f"v{i} = v{i + 1} + 1 ~~|\n" for i in range(count))
    order = evaluation_order(vensim(chain + f"v{count} = Time ~~|\n"))
    assert order[:2] == (f"v{count}", f"v{count - 1}")


def test_causes_and_uses_mirror_each_other(vensim):
    model = vensim("t((0,0),(1,1)) ~~|\na = t(b) + Time ~~|\nb = 3 ~~|\ns = INTEG(a, b) ~~|\n")
    assert causes(model, "a") == ("t", "b")
    assert causes(model, "s") == ("a", "b")
    assert uses(model, "b") == ("a", "s")
    assert uses(model, "s") == ()
