"""Vensim text → ModelSpec: names, kinds, trees, settings."""

import math
from pathlib import Path

import pytest

from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.evaluate import evaluate
from zjsim.model.expression import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Logical,
    LookupCall,
    Memory,
    Number,
    Reference,
    Table,
    Unary,
    walk,
)
from zjsim.model.names import canonical
from zjsim.model.reader import parse_model, read_model
from zjsim.model.spec import Auxiliary, Constant, Flow, Lookup, Stock

X = Reference("x")


def equation(model, name="y"):
    return model.elements[name].equation


@pytest.mark.parametrize(
    "name",
    [
        '"real R&D spending"',
        '"share, in %"',
        '"say \\"hello\\" twice"',
        "工业增加值",
        "élan vital",
        "Ünïcödé_mixed Case",
        '"1st plan"',
        "x1$",
    ],
)
def test_a_name_is_kept_as_written_and_found_again(vensim, name):
    model = vensim(f"{name} = Time ~~|\ny = {name.upper()} * 2 ~~|\n")
    assert next(iter(model.elements)) == name
    assert equation(model) == Binary("*", Reference(name), Number(2.0))


def test_references_ignore_case_spaces_and_underscores(vensim):
    model = vensim("Total Cost = Time ~~|\ny = total_cost + TOTAL  COST ~~|\n")
    assert equation(model) == Binary("+", Reference("Total Cost"), Reference("Total Cost"))


@pytest.mark.parametrize("other", ["TOTAL COST", "total_cost", '"Total Cost"', "Total Cost"])
def test_two_names_equal_to_a_simulator_are_refused(vensim, other):
    with pytest.raises(ModelError, match=r"line 3.*(same name as|defined twice)"):
        vensim(f"Total Cost = 1 ~~|\n{other} = 2 ~~|\n")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3.0),
        ("-3", -3.0),
        ("+.5", 0.5),
        ("1e-05", 1e-5),
        ("007", 7.0),
        ("1.", 1.0),
        ("2 * 3 + 1", 7.0),
        ("-2^2", -4.0),
        ("(-2)^2", 4.0),
        ("2^3^2", 512.0),
        ("2^-1", 0.5),
        ("1 - 2 - 3", -4.0),
        ("8 / 4 / 2", 1.0),
        ("8 / 4 * 2", 4.0),
        ("-(3 - 5)", 2.0),
        ("1 - -2", 3.0),
    ],
)
def test_arithmetic_of_literal_numbers_is_a_constant(vensim, text, value):
    element = vensim(f"a = {text} ~ m ~ why|\n").elements["a"]
    assert element == Constant("a", value, "m", "why")


def test_an_unchangeable_constant_is_a_constant(vensim):
    assert vensim("a == 4 ~~|\n").elements["a"] == Constant("a", 4.0)


def test_division_of_literals_by_zero_is_left_to_the_run(vensim):
    assert isinstance(vensim("a = 1 / 0 ~~|\n").elements["a"], Auxiliary)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("-x^2", Unary("-", Binary("^", X, Number(2.0)))),
        ("(-x)^2", Binary("^", Unary("-", X), Number(2.0))),
        ("x - x - x", Binary("-", Binary("-", X, X), X)),
        ("x >= 1", Comparison(">=", X, Number(1.0))),
        ("x <> 1", Comparison("<>", X, Number(1.0))),
        ("IF THEN ELSE(x > 1, x, 0)", Conditional(Comparison(">", X, Number(1.0)), X, Number(0.0))),
        ("MAX(x, 1)", Call("max", (X, Number(1.0)))),
        ("LOG(x, 10)", Call("log", (X, Number(10.0)))),
        ("GAME(x)", X),
        ("STEP(x, 3)", Call("step", (X, Number(3.0)))),
        (
            "PULSE TRAIN(1, 2, 3, 4)",
            Call("pulse_train", (Number(1.0), Number(2.0), Number(3.0), Number(4.0))),
        ),
        ("SMOOTH(x, 2)", Memory("smooth", (X, Number(2.0), X, Number(1.0)))),
        ("SMOOTH3I(x, 2, 5)", Memory("smooth", (X, Number(2.0), Number(5.0), Number(3.0)))),
        ("SMOOTH N(x, 2, 5, 4)", Memory("smooth_n", (X, Number(2.0), Number(5.0), Number(4.0)))),
        ("DELAY1(x, 2)", Memory("delay", (X, Number(2.0), X, Number(1.0)))),
        ("DELAY3I(x, 2, 5)", Memory("delay", (X, Number(2.0), Number(5.0), Number(3.0)))),
        ("DELAY N(x, 2, 5, 4)", Memory("delay_n", (X, Number(2.0), Number(5.0), Number(4.0)))),
        ("DELAY FIXED(x, 2, 5)", Memory("delay_fixed", (X, Number(2.0), Number(5.0)))),
        ("TREND(x, 2, 0.1)", Memory("trend", (X, Number(2.0), Number(0.1)))),
        ("FORECAST(x, 2, 3)", Memory("forecast", (X, Number(2.0), Number(3.0), Number(0.0)))),
        (
            "SAMPLE IF TRUE(x > 1, x, 0)",
            Memory("sample_if_true", (Comparison(">", X, Number(1.0)), X, Number(0.0))),
        ),
        ("INITIAL(x)", Memory("initial", (X,))),
        ("ACTIVE INITIAL(x, 3)", Memory("active_initial", (X, Number(3.0)))),
    ],
)
def test_each_construct_becomes_its_node(vensim, text, tree):
    assert equation(vensim(f"x = Time ~~|\ny = {text} ~~|\n")) == tree


def test_and_binds_tighter_than_or_wherever_it_stands(vensim):
    model = vensim("x = Time ~~|\ny = x > 1 :AND: x > 2 :OR: :NOT: x > 3 ~~|\n")
    tree = equation(model)
    assert isinstance(tree, Logical)
    assert tree.operator == "or"
    assert isinstance(tree.left, Logical)
    assert tree.right == Unary("not", Comparison(">", X, Number(3.0)))


def test_named_lookups_and_lookups_in_place(vensim):
    model = vensim(
        "tab([(0,0)-(9,9)], (1,1), (2,4)) ~ m ~|\nx = Time ~~|\ny = tab(x) ~~|\n"
        "z = WITH LOOKUP(x, ([(0,0)-(9,9)],(1,1),(2,4))) ~~|\n"
        "w = LOOKUP EXTRAPOLATE(tab, x) ~~|\n"
    )
    table = Table((1.0, 2.0), (1.0, 4.0))
    assert model.elements["tab"] == Lookup("tab", table, "m")
    assert equation(model) == LookupCall("tab", X)
    assert equation(model, "z") == LookupCall(table, X)
    assert equation(model, "w").lookup.extrapolation == "extrapolate"


def test_flows_are_what_stands_alone_in_the_net_flow_of_a_stock(vensim):
    model = vensim(
        "people = INTEG(births - (deaths - 2 * migration) + rate + 1, start) ~~|\n"
        "births = people * rate ~~|\ndeaths = people / 70 ~~|\nmigration = Time ~~|\n"
        "rate = 0.02 ~~|\nstart = 5 ~~|\n"
    )
    stock = model.elements["people"]
    assert isinstance(stock, Stock)
    assert (stock.inflows, stock.outflows) == (("births",), ("deaths",))
    assert isinstance(model.elements["births"], Flow)
    assert isinstance(model.elements["deaths"], Flow)
    assert isinstance(model.elements["migration"], Auxiliary)
    assert isinstance(model.elements["rate"], Constant)


def test_units_documentation_and_groups_are_kept(vensim):
    model = vensim(
        "a = 1 ~ person/Year [0,100] ~ Two\n\t lines.|\n"
        "****\n\t.Labour and wage\n****~\n\tWhat it is.\n\t|\n b = 2 ~~|\n"
    )
    a = model.elements["a"]
    assert (a.unit, a.documentation, a.group) == ("person/Year", "Two lines.", "")
    assert model.elements["b"].group == "Labour and wage"


def test_time_settings_may_rest_on_constants():
    model = parse_model(
        "length = 5 ~~|\nINITIAL TIME = 2020 ~ Month ~|\nFINAL TIME = INITIAL TIME + length ~~|\n"
        "TIME STEP = 1 / 16 ~ Month ~|\nSAVEPER = TIME STEP * 4 ~~|\n",
        ".mdl",
    )
    assert (model.start, model.stop, model.step, model.save_every) == (2020, 2025, 0.0625, 0.25)
    assert model.time_unit == "Month"
    assert model.elements["SAVEPER"].equation == Binary("*", Reference("TIME STEP"), Number(4.0))


def test_time_settings_that_move_are_refused():
    with pytest.raises(UnsupportedError, match=r"FINAL TIME depends on Time.*Write numbers"):
        parse_model("INITIAL TIME = 0 ~~|\nFINAL TIME = Time + 5 ~~|\nTIME STEP = 1 ~~|\n", ".mdl")


def test_an_unknown_name_is_told_with_a_near_one(vensim):
    with pytest.raises(ModelError, match=r"small.mdl, line 3, y: no variable .*'totl cost'.*Did"):
        vensim("total cost = Time ~~|\ny = totl cost ~~|\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RANDOM GAMMA(0, 1, 5, 1, 1, 1)", "RANDOM GAMMA.*same result each time"),
        ("GET XLS CONSTANTS('a.xls', 'b', 'C1')", "reads figures from a.xls; a model that is only"),
        ("INVERT MATRIX(x, 2)", "INVERT MATRIX.*--engine pysd"),
        ("ALLOCATE AVAILABLE(x, x, x)", "ALLOCATE AVAILABLE"),
        ("NO SUCH THING(x)", "NO SUCH THING is not known"),
        ("A FUNCTION OF(x)", "the equation is still missing"),
        ("arithmetic(1, 2)", "ARITHMETIC is not known"),
    ],
)
def test_what_is_not_computed_is_refused_by_name(vensim, text, said):
    with pytest.raises(UnsupportedError, match=rf"small.mdl, line 3, y.*{said}"):
        vensim(f"x = Time ~~|\ny = {text} ~~|\n")


def test_data_are_refused(vensim):
    with pytest.raises(UnsupportedError, match=r"line 2, y.*data variable"):
        vensim("y := 3 ~~|\n")


MACROS = """
:MACRO: pile(flow, first)
pile = INTEG(flow * TIME STEP$ * half, first) ~~|
half = 0.5 ~~|
:END OF MACRO:
:MACRO: twice(x)
twice = pile(x + x, 1) ~~|
:END OF MACRO:
"""


def test_each_call_of_a_macro_becomes_elements_of_its_own(vensim):
    model = vensim(f"{MACROS}x = Time ~~|\ny = pile(x, 3) + twice(x) ~~|\n")
    assert equation(model) == Binary("+", Reference("pile 1 pile"), Reference("twice 2 twice"))
    first = model.elements["pile 1 pile"]
    assert isinstance(first, Stock)
    assert first.initial == Reference("pile 1 first")
    assert model.elements["pile 1 first"] == Constant("pile 1 first", 3.0)
    assert model.elements["pile 3 half"] == Constant("pile 3 half", 0.5)
    assert model.elements["pile 3 flow"].equation == Binary("+", X, X)
    assert Reference("TIME STEP") in list(walk(first.net_flow))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (":MACRO: m(x)\nm = x ~~|\n y = 1 ~~|\n", "END OF MACRO"),
        (":MACRO: m(x)\nm = m(x) ~~|\n:END OF MACRO:\ny = m(1) ~~|\n", "calls itself"),
        (":MACRO: m(x)\nm = x ~~|\n:END OF MACRO:\ny = m(1, 2) ~~|\n", "takes 1 arguments"),
        (":MACRO: m(x)\nn = x ~~|\n:END OF MACRO:\ny = m(1) ~~|\n", "does not define m"),
        (":MACRO: m(x)\nm = y ~~|\n:END OF MACRO:\ny = m(1) ~~|\n", r"is read there as y\$"),
        (":MACRO: m(x : n)\nm = x ~~|\n:END OF MACRO:\ny = m(1) ~~|\n", "does not define n"),
        (
            ":MACRO: m(x)\nm = x ~~|\n:END OF MACRO:\ny = m(1 : z) ~~|\n",
            "takes 0 further outputs; here it has 1",
        ),
    ],
)
def test_a_bad_macro_is_one_clear_error(vensim, text, said):
    with pytest.raises(ModelError, match=said):
        vensim(text)


def test_macros_that_multiply_are_stopped(vensim):
    text = ":MACRO: m0(x)\nm0 = x ~~|\n:END OF MACRO:\n"
    for i in range(1, 30):
        text += f":MACRO: m{i}(x)\nm{i} = m{i - 1}(x) + m{i - 1}(x) ~~|\n:END OF MACRO:\n"
    with pytest.raises(ModelError, match="called too often"):
        vensim(text + "y = m29(1) ~~|\n")


def test_reality_checks_change_nothing(vensim):
    model = vensim("x = Time ~~|\ncheck :THE CONDITION: x < 0 :IMPLIES: x = 1 ~~|\n")
    assert "check" not in model.elements


def test_the_sketch_is_not_read(vensim):
    model = parse_model(
        "a = 1 ~~|\nINITIAL TIME=0~~|\nFINAL TIME=1~~|\nTIME STEP=1~~|\n"
        "\\\\\\---/// Sketch information\n|||~~~ not equations",
        ".mdl",
    )
    assert "a" in model.elements


def test_reading_the_shipped_model_and_its_names_round_trip(plan_model):
    assert len({canonical(name) for name in plan_model.elements}) == len(plan_model.elements)
    assert plan_model.step > 0
    assert not [e.name for e in plan_model.elements.values() if not e.documentation]


@pytest.fixture(scope="module")
def plan_model():
    found = Path(__file__).parents[2] / "models" / "zhejiang" / "zhejiang_manufacturing.mdl"
    if not found.is_file():
        pytest.skip("the plan's model is not here")
    return read_model(found)


@pytest.mark.parametrize(
    ("extrapolation", "values"),
    [("hold", (1, 1, 2.5, 4)), ("extrapolate", (-2, 1, 2.5, 7)), ("step", (1, 1, 1, 4))],
)
def test_a_table_is_read_by_its_own_rule(extrapolation, values):
    table = Table((1.0, 2.0), (1.0, 4.0), extrapolation)
    got = [evaluate(LookupCall(table, Number(x))) for x in (0.0, 1.0, 1.5, 3.0)]
    assert got == [float(value) for value in values]


def test_division_by_zero_is_infinite_not_an_exception():
    assert evaluate(Binary("/", Number(1.0), Number(0.0))) == math.inf
    assert math.isnan(evaluate(Binary("/", Number(0.0), Number(0.0))))
    assert evaluate(Call("zidz", (Number(1.0), Number(0.0)))) == 0.0
