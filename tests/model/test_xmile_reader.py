"""XMILE text → ModelSpec: the same nodes with XMILE's meaning."""

import pytest

from tests.model.texts import xmile_text
from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.expression import Binary, Call, LookupCall, Memory, Number, Reference, Table, Unary
from zjsim.model.reader import read_model
from zjsim.model.spec import Constant, Flow, Lookup, Stock

X = Reference("x")


def aux(name, equation, rest=""):
    return f'<aux name="{name}"><eqn>{equation}</eqn>{rest}</aux>\n'


def test_stocks_flows_constants_and_settings(xmile):
    model = xmile(
        '<stock name="Inventory"><eqn>start</eqn><inflow>making</inflow>'
        "<outflow>selling</outflow><non_negative/><units>piece</units>"
        "<doc>What is there.</doc></stock>"
        '<flow name="making"><eqn>2*x</eqn></flow>'
        '<flow name="selling"><eqn>Inventory/4</eqn></flow>' + aux("x", "TIME") + aux("start", "-3")
    )
    stock = model.elements["Inventory"]
    assert isinstance(stock, Stock)
    assert stock.non_negative
    assert stock.net_flow == Binary("-", Reference("making"), Reference("selling"))
    assert (stock.inflows, stock.outflows) == (("making",), ("selling",))
    assert (stock.unit, stock.documentation) == ("piece", "What is there.")
    assert isinstance(model.elements["making"], Flow)
    assert model.elements["start"] == Constant("start", -3.0)
    assert (model.start, model.stop, model.step, model.time_unit) == (0, 10, 0.25, "Year")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("PULSE(x, 2)", Call("pulse_magnitude", (Number(2.0), X))),
        ("PULSE(x, 2, 3)", Call("pulse_train_magnitude", (Number(2.0), Number(3.0), X))),
        ("PULSE(x, 2, 0)", Call("pulse_magnitude", (Number(2.0), X))),
        ("RAMP(x, 2)", Call("ramp_open", (X, Number(2.0)))),
        ("RAMP(x, 2, 5)", Call("ramp", (X, Number(2.0), Number(5.0)))),
        ("LOG10(x)", Call("log", (X, Number(10.0)))),
        ("x MOD 3", Call("modulo_floor", (X, Number(3.0)))),
        ("INT(x)", Call("floor", (X,))),
        ("SMTH1(x, 2)", Memory("smooth", (X, Number(2.0), X, Number(1.0)))),
        ("SMTH3(x, 2, 7)", Memory("smooth", (X, Number(2.0), Number(7.0), Number(3.0)))),
        ("DELAY(x, 2, 7)", Memory("delay_fixed", (X, Number(2.0), Number(7.0)))),
        ("INIT(x)", Memory("initial", (X,))),
        ("-x^2", Unary("-", Binary("^", X, Number(2.0)))),
        ("{a note} x + DT", Binary("+", X, Reference("TIME STEP"))),
        ('"x" * STARTTIME', Binary("*", X, Reference("INITIAL TIME"))),
    ],
)
def test_each_construct_becomes_its_node(xmile, text, tree):
    model = xmile(aux("x", "TIME") + aux("y", text))
    assert model.elements["y"].equation == tree


@pytest.mark.parametrize(
    ("kind", "extrapolation"),
    [("continuous", "hold"), ("extrapolate", "extrapolate"), ("discrete", "step")],
)
def test_graphical_functions_keep_their_kind(xmile, kind, extrapolation):
    table = f'<gf{{}} type="{kind}"><xscale min="0" max="2"/><ypts>1,2,4</ypts></gf>'
    model = xmile(
        aux("x", "TIME", table.format("")) + table.format(' name="tab"') + aux("y", "tab(TIME)")
    )
    expected = Table((0.0, 1.0, 2.0), (1.0, 2.0, 4.0), extrapolation)
    assert model.elements["x"].equation == LookupCall(expected, Reference("Time"))
    assert model.elements["tab"] == Lookup("tab", expected)
    assert model.elements["y"].equation == LookupCall("tab", Reference("Time"))


def test_non_negative_flows_are_cut_at_zero(xmile):
    model = xmile('<flow name="f"><eqn>TIME - 5</eqn><non_negative/></flow>')
    assert model.elements["f"].equation.function == "max"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ('<stock name="s"><eqn>1</eqn><conveyor><len>3</len></conveyor></stock>', "conveyor"),
        ('<stock name="s"><eqn>1</eqn><queue/></stock>', "queue"),
        ('<aux name="a"><eqn>HISTORY(TIME, 0)</eqn></aux>', "HISTORY"),
        ('<aux name="a"><eqn>PARETO(0, 1)</eqn></aux>', "PARETO.*same result"),
    ],
)
def test_what_is_not_computed_is_refused_by_name(xmile, variables, said):
    with pytest.raises(UnsupportedError, match=said):
        xmile(variables)


def test_a_declared_encoding_is_honoured(tmp_path):
    text = xmile_text(aux("产出", "TIME")).replace('"utf-8"', '"gbk"')
    path = tmp_path / "模型.xmile"
    path.write_bytes(text.encode("gbk"))
    assert "产出" in read_model(path).elements


def test_duplicate_names_are_refused(xmile):
    with pytest.raises(ModelError, match="same name"):
        xmile(aux("Total Cost", "1") + aux("total_cost", "2"))
