"""Files that are valid somewhere are read here, and what was assumed is told."""

import numpy as np
import pytest

from tests.field.small import assert_is, aux, values, vensim, xmile, xmile_source
from zjsim.bare import simulate_model
from zjsim.errors import ModelError, ScenarioError
from zjsim.model.reader import parse_model, read_model

TIMES = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\n"


def test_logic_in_lower_case_and_over_lines():
    model = parse_model(
        "y = IF THEN ELSE(Time > 1 :and: Time < 3 \\\n\t\t:Or: :not: Time < 4, 1, 0) ~~|\n" + TIMES,
        ".mdl",
    )
    assert_is(model, "y", [0, 0, 1, 0, 1])


@pytest.mark.parametrize(
    "points",
    [
        "([(0,0)-\\\n\t\t(4,9)],(0,0),(4,8))", "( [ (0,0) - (4,9) ] , (0,0) , (4,8) )",
        "([(0,0)-(4,9),(1,1),(3,3)],(0,0),(4,8))", "(0,4,0,8)", "((0,0),\\\n\t(4,8))",
        "((0,0), (4,8) )",
    ],
)  # fmt: skip
def test_lookups_as_files_write_them(points):
    model = parse_model(f"t{points} ~~|\ny = t(Time) ~~|\n{TIMES}", ".mdl")
    assert_is(model, "y", [0, 2, 4, 6, 8])


def test_what_a_sketch_left_behind_gives_way_to_the_equation():
    model = vensim("y = A FUNCTION OF(x)\nx = 2\ny = x + Time")
    assert_is(model, "y", [2, 3])


def test_comments_may_stand_in_comments():
    model = vensim('y = 1 {one {of} many} + Time\n"a {b}" = 3\nz = "a {b}" + y')
    assert_is(model, "z", [4, 5])


def test_a_range_that_no_variable_uses_does_no_harm():
    assert_is(vensim("r: a, b\nx = 3 * Time"), "x", [0, 3])


def test_long_entries_are_read():
    terms = " + ".join(["Time"] * 20_000)
    assert_is(vensim(f"y = {terms}"), "y", [0, 20_000])


def test_a_horizon_that_is_no_multiple_of_the_step_ends_with_the_last_whole_one():
    model = vensim("s = INTEG(1, 0)", stop=1, step=0.3)
    runs = simulate_model(model)
    np.testing.assert_allclose(runs.times, [0, 0.3, 0.6, 0.9])
    assert "ends with its last whole step, at t = 0.9" in runs.attributes["notes"]


def test_rows_between_steps_are_those_of_the_next_step():
    model = vensim("s = INTEG(1, 0)\nSAVEPER = 1.5")
    runs = simulate_model(model)
    np.testing.assert_allclose(runs.times, [0, 2, 3, 5, 6])
    np.testing.assert_allclose(runs["s"][0], runs.times)
    assert "SAVEPER 1.5 is no multiple" in runs.attributes["notes"]


def test_a_run_may_be_its_first_row():
    runs = simulate_model(vensim("s = INTEG(1, 4)\ny = 2 * s", stop=0))
    assert (runs.times.tolist(), runs["y"].tolist()) == ([0.0], [[8.0]])


@pytest.mark.parametrize(
    ("change", "last"),
    [("time.stop=3", 3), ("FINAL TIME=3", 3), ("time.step=0.5", 6), ("INITIAL TIME=2", 6)],
)
def test_time_settings_of_a_bare_model_are_set_in_its_own_unit(change, last):
    runs = simulate_model(vensim("s = INTEG(1, 0)"), change)
    assert runs.times[-1] == last
    assert len(runs.times) == (last - runs.times[0]) / runs.attributes["step"] + 1


def test_time_that_does_not_fit_is_one_error():
    with pytest.raises(ScenarioError, match=r"small.mdl: time runs from 0 to -3"):
        simulate_model(vensim("s = INTEG(1, 0)"), "time.stop=-3")
    with pytest.raises(ScenarioError, match="'soon' is no number"):
        simulate_model(vensim("s = INTEG(1, 0)"), "time.stop=soon")


@pytest.mark.parametrize(
    ("variables", "name", "expected"),
    [
        (aux("y", "2*PI"), "y", [2 * np.pi]),
        (aux("y", "MIN(INF, TIME)"), "y", [0, 1]),
        (aux("t", "TIME*2", "<gf><xpts>0,8</xpts><ypts>0,4</ypts></gf>") + aux("y", "LOOKUP(t, 2)")
         + aux("z", "t"), "z", [0, 1, 2]),
        (aux("t", "TIME*2", "<gf><xpts>0,8</xpts><ypts>0,4</ypts></gf>") + aux("y", "LOOKUP(t, 2)"),
         "y", [1, 1]),
        ('<aux name="t"><gf><xscale min="0" max="8"/><ypts>0,4</ypts></gf></aux>'
         + aux("y", "t(TIME) + LOOKUP(t, TIME)"), "y", [0, 1, 2]),
        ('<stock name="s"><eqn>1</eqn><inflow>\n in flow\n </inflow></stock>'
         + '<flow name="in_flow"><eqn>\n 2\n</eqn></flow>', "s", [1, 3, 5]),
        (aux("a b", "TIME") + aux("y", "a b + 1"), "y", [1, 2]),
        (aux("y", "IF TIME &gt; 1 and TIME &lt; 3 then 1 else 0"), "y", [0, 0, 1, 0]),
    ],
)  # fmt: skip
def test_xmile_of_other_tools(variables, name, expected):
    assert_is(xmile(variables), name, expected)


@pytest.mark.parametrize(
    ("dt", "step"),
    [("<dt> TIME_STEP=0.25 </dt>", 0.25), ("", 1), ('<dt reciprocal="true">4</dt>', 0.25)],
)
def test_steps_as_files_write_them(dt, step):
    assert xmile(aux("y", "TIME"), dt=dt).step == step


def test_an_ampersand_and_a_stray_byte_are_read(tmp_path):
    path = tmp_path / "m.xmile"
    text = xmile_source(aux("y", "TIME + 1", "<doc>R&D caf\xe9</doc>"))
    path.write_bytes(text.encode("cp1252"))
    model = read_model(path)
    assert_is(model, "y", [1, 2])
    assert "R&D" in model.elements["y"].documentation


@pytest.mark.parametrize(
    ("encoding", "name"), [("gb18030", "产值"), ("cp1252", "Größe"), ("cp1252", "prix réel")]
)
def test_an_undeclared_encoding_is_read_by_its_looks_with_a_note(tmp_path, encoding, name):
    path = tmp_path / "m.mdl"
    path.write_bytes(f"{name} = 2 ~~|\ny = {name} * Time ~~|\n{TIMES}".encode(encoding))
    model = read_model(path)
    assert name in model.elements
    assert_is(model, "y", [0, 2])
    assert f"line 1 is not UTF-8; the file was read as {encoding}" in model.notes[0]
    assert "not UTF-8" in simulate_model(model).attributes["notes"]


def test_macros_may_have_further_outputs():
    model = parse_model(
        ":MACRO: parts(x : low,\\\n high)\nparts = x ~~|\nlow = x / 4 ~~|\nhigh = x - low ~~|\n"
        ":END OF MACRO:\na = parts(8 : l, h) ~~|\nb = l + 10 * h + 0 * Time ~~|\n" + TIMES,
        ".mdl",
    )
    assert_is(model, "b", [2 + 60])


def test_macros_of_arrays_are_arrays():
    model = parse_model(
        ":MACRO: pile(x)\npile = INTEG(x, 0) ~~|\n:END OF MACRO:\nr: a, b ~~|\n"
        "v[r] = 1, 2 ~~|\ny[r] = pile(v[r] * 3) ~~|\n" + TIMES,
        ".mdl",
    )
    assert_is(model, "y[b]", [0, 6, 12])


MODULES = """
<model><variables>
 <module name="town"><connect to="birth rate" from=".rate"/></module>
 <module name="farm"><connect to="farm.eaters" from="town.people"/></module>
 <aux name="rate"><eqn>0.5</eqn></aux>
</variables></model>
<model name="town"><variables>
 <stock name="people"><eqn>8</eqn><inflow>births</inflow></stock>
 <flow name="births"><eqn>people * birth_rate</eqn></flow>
 <aux name="birth rate" access="input"><eqn/></aux>
</variables></model>
<model name="farm"><variables>
 <aux name="eaters" access="input"><eqn/></aux><aux name="food"><eqn>2 * eaters</eqn></aux>
</variables></model>"""


def test_modules_are_name_spaces():
    text = xmile_source("").replace("<model><variables></variables></model>", MODULES)
    model = parse_model(text, ".xmile")
    assert_is(model, "town.people", [8, 12, 18])
    assert_is(model, "farm.food", [16, 24, 36])
    assert_is(model, "farm.food", [16, 32, 64], "rate=1")


def test_a_module_that_nothing_is_connected_to_is_refused():
    text = xmile_source("").replace("<model><variables></variables></model>", MODULES)
    cut = text.replace('<connect to="birth rate" from=".rate"/>', "")
    with pytest.raises(ModelError, match=r"town.birth rate: has no equation, and nothing is"):
        parse_model(cut, ".xmile")
    with pytest.raises(ModelError, match="the module farm has no <model>"):
        parse_model(text.replace('<model name="farm">', '<model name="barn">'), ".xmile")


def test_a_stock_reads_the_same_for_any_place_of_the_unit(tmp_path):
    model = vensim("s = INTEG(1, 0)")
    assert values(model, "s").tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_a_sample_that_reads_itself_reads_what_it_holds():
    model = vensim(
        "x = 5 + STEP(-3, 2) + STEP(10, 4)\n"
        "low = SAMPLE IF TRUE(x < low, x, x)\n"
        "peak = SAMPLE IF TRUE(x > peak, x, 6)\n"
    )
    assert_is(model, "low", [5, 5, 2, 2, 2, 2, 2])
    assert_is(model, "peak", [6, 6, 6, 6, 12, 12, 12])
    assert_is(model, "peak", [6, 6, 6, 6, 12, 12, 12], method="rk4")


def test_names_between_quotes_are_found_in_modules():
    inner = aux("a-b c", "3") + aux("y", "&quot;a-b_c&quot; * 2 + TIME")
    outer = (
        '<module name="M"/><module name="N"><connect to="in" from="M.&quot;a-b_c&quot;"/></module>'
        + aux("z", "M.&quot;a-b_c&quot; + N.out")
    )
    other = aux("in", "0") + aux("out", "in * 10 + TIME * 0")
    text = xmile_source(outer).replace(
        "</model>",
        f'</model><model name="M"><variables>{inner}</variables></model>'
        f'<model name="N"><variables>{other}</variables></model>',
        1,
    )
    model = parse_model(text, ".xmile")
    assert_is(model, "M.y", [6, 7])
    assert_is(model, "z", [33, 33])


def test_vensim_functions_in_an_xmile_file_are_vensims():
    model = xmile(
        aux("x", "STEP(4, 1)") + aux("y", "SMOOTH(x, 2)") + aux("z", "DELAY FIXED(x, 1, -1)")
        + aux("w", "SMOOTHI(x, 2, 8)") + aux("v", "SUM(1, 2) + TIME")
    )  # fmt: skip
    assert_is(model, "y", [0, 0, 2, 3])
    assert_is(model, "z", [-1, 0, 4])
    assert_is(model, "w", [8, 4, 4])
    assert_is(model, "v", [3, 4])


def test_a_smooth_of_what_drains_a_stock_may_fill_it():
    flows = "".join(
        f'<flow name="{name}"><eqn>{equation}</eqn></flow>'
        for name, equation in (("out", "s * 0.5"), ("back", "SMTH1(out, 2)"))
    )
    stock = '<stock name="s"><eqn>8</eqn><inflow>back</inflow><outflow>out</outflow>'
    model = xmile(f"{stock}<non_negative/></stock>{flows}")
    assert_is(model, "out", [4, 4, 4])
    assert_is(model, "s", [8, 8, 8])
