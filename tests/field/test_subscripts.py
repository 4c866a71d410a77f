"""Variables with subscripts: every cell is what its definition says, under Vensim's name."""

import numpy as np
import pytest

from tests.field.small import assert_is, aux, values, vensim, xmile
from zjsim.bare import simulate_model
from zjsim.engines.kernel.engine import KernelEngine
from zjsim.errors import ModelError
from zjsim.inputs import Inputs
from zjsim.model.spec import Constant, Flow, Stock
from zjsim.timeline import TimeGrid

RANGES = "region: north, south, east\ncold: north, east\nage: young, old\n"


def cells(model, **wanted):
    for name, value in wanted.items():
        assert_is(model, name, [value])


def all_cells(model, array):
    """Value of each cell at the start, by its elements."""
    return {key: float(values(model, name)[0]) for key, name in model.arrays[array].cells.items()}


def test_a_constant_stock_flow_and_lookup_of_a_range():
    model = vensim(
        RANGES + "rate[region] = 0.1, 0.2, 0.3\npeople[region] = INTEG(births[region], 10)\n"
        "births[region] = people[region] * rate[region] * share[region](Time)\n"
        "share[north]((0,1),(9,1))\nshare[south]((0,2),(9,2))\nshare[east]((0,0),(9,0))"
    )
    assert isinstance(model.elements["people[south]"], Stock)
    assert isinstance(model.elements["births[south]"], Flow)
    assert model.elements["people[south]"].inflows == ("births[south]",)
    assert model.elements["rate[east]"] == Constant("rate[east]", 0.3)
    assert_is(model, "people[north]", [10, 11, 12.1])
    assert_is(model, "people[south]", [10, 14, 19.6])
    assert_is(model, "people[east]", [10, 10, 10])


def test_numbers_fill_a_table_row_by_row_whatever_separates_them():
    expected = {("north", "young"): 1, ("north", "old"): 2, ("south", "young"): 3,
                ("south", "old"): 4, ("east", "young"): 5, ("east", "old"): -6}  # fmt: skip
    for numbers in ("1,2;3,4;5,-6;", "1,2;3,4;5,-6", "TABBED ARRAY(1 2 3 4 5 -6)"):
        assert all_cells(vensim(f"{RANGES}t[region,age] = {numbers}"), "t") == expected
    parts = "t[north,age] = 1,2\nt[south,young] = 3\nt[south,old] = 4\nt[east,age] = 5,-6"
    assert all_cells(vensim(RANGES + parts), "t") == expected


def test_elements_ranges_and_subranges_on_the_right():
    model = vensim(
        RANGES + "x[region] = 1, 2, 4\nsame[region] = x[region] * 10\none[region] = x[south]\n"
        "part[cold] = x[cold]\nturned[age,region] = two[region,age]\n"
        "two[region,age] = 1,2;3,4;5,6\nrow[age] = two[south,age]"
    )
    cells(model, **{"same[east]": 40, "one[north]": 2, "part[east]": 4, "row[old]": 4,
                    "turned[old,east]": 6, "turned[young,south]": 3})  # fmt: skip
    assert set(model.arrays["part"].cells) == {("north",), ("east",)}


def test_except_leaves_cells_to_other_equations():
    model = vensim(
        RANGES + "x[region] :EXCEPT: [south] = 1\nx[south] = 2\n"
        "y[region,age] :EXCEPT: [cold,old], [south,young] = 1\ny[cold,old] = 2\ny[south,young] = 3"
    )
    assert all_cells(model, "x") == {("north",): 1, ("south",): 2, ("east",): 1}
    found = all_cells(model, "y")
    asked = [("north", "old"), ("south", "old"), ("south", "young"), ("east", "young")]
    assert [found[key] for key in asked] == [2, 1, 3, 1]


def test_mapped_ranges_stand_for_each_other():
    model = vensim(
        "a: a1, a2, a3\nb: b1, b2, b3 -> a\nc: c1, c2 -> (a: low, high)\nlow: a1, a2\nhigh: a3\n"
        "d <-> a\nx[a] = 1, 2, 4\nxb[b] = 10, 20, 40\nxc[c] = 100, 200\n"
        "from b[a] = xb[b]\nto b[b] = x[a]\nfrom c[a] = xc[c]\nalias[d] = x[a] + x[d]\n"
        "number[b] = a"
    )
    assert list(all_cells(model, "from b").values()) == [10, 20, 40]
    assert list(all_cells(model, "to b").values()) == [1, 2, 4]
    assert list(all_cells(model, "from c").values()) == [100, 100, 200]
    assert list(all_cells(model, "alias").values()) == [2, 4, 8]
    assert list(all_cells(model, "number").values()) == [1, 2, 3]


def test_numeric_ranges_and_ranges_of_ranges():
    model = vensim("n: (v8-v11)\nall: n, extra\nx[all] = all\ny[n] = n")
    assert list(model.arrays["x"].cells) == [("v8",), ("v9",), ("v10",), ("v11",), ("extra",)]
    assert list(all_cells(model, "x").values()) == [1, 2, 3, 4, 5]


def test_a_range_is_the_number_of_the_element_where_it_stands():
    model = vensim(RANGES + "x[region] = IF THEN ELSE(region = chosen, 5, 0)\nchosen = 2\nz = east")
    assert list(all_cells(model, "x").values()) == [0, 5, 0]
    cells(model, z=3)


TABLE = RANGES + "p[region,age] = 1,2;3,4;5,6\nw[region] = 1,0,2\n"


@pytest.mark.parametrize(
    ("equation", "value"),
    [
        ("SUM(p[region!,age!])", 21), ("SUM(p[north,age!])", 3), ("SUM(p[region!,old]) * 2", 24),
        ("SUM(p[region!,young] * w[region!])", 11), ("PROD(p[cold!,young])", 5),
        ("VMAX(p[region!,age!])", 6), ("VMIN(p[cold!,old])", 2), ("ELMCOUNT(region)", 3),
        ("SUM(w[region!]) / ELMCOUNT(cold)", 1.5), ("VMAX(SUM(p[region!,age!]) * w[cold!])", 42),
        ("VECTOR SELECT(w[region!], p[region!,old], -1, 6, 0)", 8),
        ("VECTOR SELECT(w[region!], p[region!,old], -1, 0, 0)", 14),
        ("VECTOR SELECT(w[region!], p[region!,old], -1, 8, 0)", 2),
        ("VECTOR SELECT(w[region!], p[region!,old], -1, 3, 0)", 12),
        ("VECTOR SELECT(w[region!], p[region!,old], -1, 10, 0)", 4),
        ("VECTOR SELECT(w[region!] * 0, p[region!,old], -1, 0, 0)", -1),
        ("VECTOR ELM MAP(w[north], 2)", 2),
    ],
)  # fmt: skip
def test_functions_over_ranges(equation, value):
    assert_is(vensim(f"{TABLE}y = {equation} + 0 * Time"), "y", [value])


def test_functions_over_ranges_within_an_array():
    model = vensim(
        TABLE + "total[region] = SUM(p[region,age!])\nshare[region,age] = p[region,age] / "
        "SUM(p[region,age!])\norder[region] = VECTOR SORT ORDER(w[region], 1)\n"
        "down[region] = VECTOR SORT ORDER(w[region], -1)\n"
        "rank[region] = VECTOR RANK(w[region], 1)\n"
        "sorted[region] = VECTOR REORDER(w[region], order[region])"
    )
    assert list(all_cells(model, "total").values()) == [3, 7, 11]
    cells(model, **{"share[south,old]": 4 / 7})
    assert list(all_cells(model, "order").values()) == [1, 0, 2]
    assert list(all_cells(model, "down").values()) == [2, 0, 1]
    assert list(all_cells(model, "rank").values()) == [2, 1, 3]
    assert list(all_cells(model, "sorted").values()) == [0, 1, 2]


def test_delays_and_smooths_have_a_state_a_cell():
    model = vensim(
        RANGES + "x[region] = 1, 2, 3\nstep[region] = STEP(x[region], 1)\n"
        "s[region] = SMOOTHI(step[region], 2, 0)\nf[region] = DELAY FIXED(step[region], 2, 9)"
    )
    for k, region in enumerate(("north", "south", "east"), 1):
        assert_is(model, f"s[{region}]", [0, 0, k / 2, 3 * k / 4])
        assert_is(model, f"f[{region}]", [9, 9, 0, k, k])


def test_a_cell_is_set_like_a_constant():
    model = vensim(TABLE + "y = SUM(p[region!,age!]) + 0 * Time")
    assert_is(model, "y", [21 - 4 + 10], "p[south,old]=10")
    assert_is(model, "y", [21 - 4 + 10], constants={"p[south,old]": 10})


def test_a_dataset_has_a_dimension_a_subscript():
    model = vensim(TABLE + "q[region,age] = p[region,age] * Time\nr[cold] = Time + cold")
    data = simulate_model(model).to_dataset()
    assert data["q"].dims == ("run", "time", "region", "age")
    assert float(data["q"].sel(region="south", age="old", time=3, run=0)) == 12
    assert data["r"].dims == ("run", "time", "cold")
    assert data["r"].sel(run=0, time=0, cold="north") == 1
    assert data["cold"].values.tolist() == ["north", "east"]


def test_a_range_that_is_named_like_a_variable_gets_another_name_there():
    model = vensim("time zone: a, b\nrun: c, d\nx[time zone,run] = Time\nb = Time\nrun = 0")
    data = simulate_model(model).to_dataset()
    assert data["x"].dims == ("run", "time", "time zone", "run range")


@pytest.mark.parametrize(
    ("equations", "said"),
    [
        ("x[region] = 1\ny = x", r"line 6, y: x is read with no subscript; it is x\[region\]"),
        ("x[region] = 1\ny = x[north,old]", "x is read with 2 subscripts; it is"),
        ("x[region] = 1\ny = x[region]", "the subscript region of x does not stand on the left"),
        ("x[region] = 1\ny = x[region!]", "runs over a range; that needs a function such as SUM"),
        ("x[region] = 1\ny = x[nroth]", "nroth is no subscript range and no element. Did you mean"),
        ("x[west] = 1", "west is no subscript range and no element of one. Did you mean east"),
        ("x[zzz] = 1", "zzz is no subscript range and no element of one. Define it"),
        ("x[region] = 1\nx[north] = 2", r"line 6, x\[north\]: defined twice.*:EXCEPT:"),
        ("x[region] = 1, 2", "2 numbers for 3 elements"),
        ("x[cold] = 1\ny = x[south]", r"x\[south\] is read, but has no equation"),
        ("x = 1\ny = x[north]", "but it has no subscripts"),
        ("y = SUM(2)", r"SUM needs a range to run over, such as SUM\(x\[range!\]\)"),
        ("y = region", "region is a subscript range, not a number"),
        ("x[region] = 1\nx[region,age] = 2", "has 2 subscripts; before it had 1"),
        ("age: a, b", "the subscript range is defined twice"),
        ("loop: loop", "contains itself"),
        ("m: m1, m2 -> region", "maps its 2 elements to 3 of region"),
        ("m: m1, m2 -> nowhere", "maps to nowhere, which is no subscript range"),
        ("n: (a3-a1)", r"numeric range \(a3-a1\) cannot be read"),
        ("x[region] = 1,000", "2 numbers for 3 elements"),
        ("x = 1,000", "1,000 is a list of 2 numbers, and the variable has no.*write 1000"),
    ],
)
def test_what_is_wrong_with_subscripts_is_one_clear_error(equations, said):
    with pytest.raises(ModelError, match=said):
        vensim(RANGES + equations)


DIMENSIONS = (
    '<dimensions><dim name="Reg"><elem name="n"/><elem name="s"/></dim><dim name="Two" size="2"/>'
    "</dimensions>"
)
REG = '<dimensions><dim name="Reg"/></dimensions>'


def test_arrays_of_xmile_for_all_and_for_each():
    model = xmile(
        aux("x", "TIME + Reg", REG)
        + f'<aux name="y">{REG}<element subscript="n"><eqn>x[n] * 10</eqn></element>'
        '<element subscript="s"><eqn>x * 100</eqn></element></aux>'
        + f'<stock name="st">{REG}<element subscript="n"><eqn>1</eqn></element>'
        '<element subscript="s"><eqn>2</eqn></element><inflow>fl</inflow></stock>'
        + f'<flow name="fl">{REG}<eqn>st * 2</eqn></flow>'
        + aux("z", "TIME", '<dimensions><dim name="Reg"/><dim name="Two"/></dimensions>')
        + f'<aux name="list">{REG}<eqn>5</eqn><eqn>7</eqn></aux>',
        outside=DIMENSIONS,
    )
    assert_is(model, "x[s]", [2, 3])
    assert_is(model, "y[n]", [10, 20])
    assert_is(model, "y[s]", [200, 300])
    assert_is(model, "st[s]", [2, 6, 18])
    assert all_cells(model, "list") == {("n",): 5, ("s",): 7}
    assert set(model.arrays["z"].cells) == {(r, t) for r in "ns" for t in "12"}


@pytest.mark.parametrize(
    ("equation", "value"),
    [
        ("SUM(v[*])", 7), ("SUM(v)", 7), ("MEAN(v[*])", 3.5), ("MAX(v[*])", 5), ("MIN(v)", 2),
        ("SIZE(v)", 2), ("SUM(v[*] * v[*])", 29), ("v[2]", 5), ("v[s]", 5), ("v[TIME*0 + 1]", 2),
        ("Reg.s", 2),
    ],
)  # fmt: skip
def test_functions_over_arrays_of_xmile(equation, value):
    model = xmile(f'<aux name="v">{REG}<eqn>2</eqn><eqn>5</eqn></aux>' + aux("y", equation),
                  outside=DIMENSIONS)  # fmt: skip
    assert_is(model, "y", [value])


@pytest.mark.slow
def test_a_compiled_kernel_computes_arrays_as_plain_python_does():
    model = vensim(
        TABLE + "s[region,age] = INTEG(p[region,age] - s[region,age] * w[region] / 9, 1)\n"
        "m[region] = VMAX(s[region,age!])"
    )
    inputs = Inputs(TimeGrid(0, 6, 1), n_run=3, method="euler",
                    constants={"p[south,old]": np.array([1.0, 2.0, 3.0])})  # fmt: skip
    compiled = KernelEngine().compile(model)
    plain, built = (compiled.run(inputs, backend) for backend in ("python", "compiled"))
    np.testing.assert_allclose(built.values, plain.values, rtol=1e-12)


def test_slices_of_xmile_run_over_what_they_name():
    outside = (
        '<dimensions><dim name="K" size="4"/><dim name="Reg"><elem name="n"/><elem name="s"/>'
        '<elem name="e"/></dim><dim name="Cold"><elem name="n"/><elem name="e"/></dim></dimensions>'
    )
    model = xmile(
        aux("v", "K", '<dimensions><dim name="K"/></dimensions>')
        + aux("r", "Reg * 10 + TIME", '<dimensions><dim name="Reg"/></dimensions>')
        + aux("a", "SUM(v[2:3]) + TIME") + aux("b", "SUM(r[*:Cold])") + aux("c", "MAX(r[n:s])")
        + aux("d", "SIZE(Reg) + TIME"),
        outside=outside,
    )  # fmt: skip
    for name, value in (("a", 5), ("b", 40), ("c", 20), ("d", 3)):
        assert_is(model, name, [value])
    with pytest.raises(
        ModelError, match=r"the slice \[lo:hi\] must go from one element to a later"
    ):
        xmile(
            aux("v", "K", '<dimensions><dim name="K"/></dimensions>')
            + aux("lo", "1") + aux("hi", "2") + aux("a", "SUM(v[lo:hi])"),
            outside=outside,
        )  # fmt: skip


def test_a_range_twice_on_the_left_side_is_refused_and_numbers_are_not():
    assert all_cells(vensim(RANGES + "m[age,age] = 1, 2; 3, 4;\n"), "m") == {
        ("young", "young"): 1, ("young", "old"): 2, ("old", "young"): 3, ("old", "old"): 4,
    }  # fmt: skip
    with pytest.raises(ModelError, match="age stands twice on the left side"):
        vensim(RANGES + "v[age] = 1, 2\nm[age,age] = v[age]\n")
