"""Feedback loops: all of them, once, with polarity."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zjsim.errors import ModelError
from zjsim.model.cycles import simple_cycles
from zjsim.model.loops import feedback_loops, influence_graph, link_polarity, named_loop

POPULATION = (
    "people = INTEG(births - deaths, 100) ~~|\nbirths = people * 0.03 ~~|\n"
    "deaths = people / life ~~|\nlife = 70 ~~|\n"
)


def test_the_two_loops_of_a_population(vensim):
    found = feedback_loops(vensim(POPULATION))
    assert found.complete
    assert {(frozenset(loop.variables), loop.polarity) for loop in found.loops} == {
        (frozenset({"people", "births"}), "+"),
        (frozenset({"people", "deaths"}), "-"),
    }


def test_constants_are_in_no_loop(vensim):
    assert "life" not in influence_graph(vensim(POPULATION))


@pytest.mark.parametrize(
    ("equation", "sign"),
    [
        ("x", "+"), ("-x", "-"), ("3 - x", "-"), ("x * 2", "+"), ("x * -2", "-"), ("2 / x", "-"),
        ("x / 2", "+"), ("EXP(-x)", "-"), ("MAX(x, 3)", "+"), ("x - x", "?"), ("x * z", "?"),
        ("SMOOTH(x, 2)", "+"), ("DELAY3(-x, 2)", "-"), ("up(x)", "+"), ("down(x)", "-"),
        ("bent(x)", "?"), ("SIN(x)", "?"), ("z", "?"), ("x * k", "+"), ("INITIAL(x)", "?"),
        ("EXP(x) * x^0", "?"), ("EXP(x)^2", "+"),
    ],
)  # fmt: skip
def test_polarity_from_structure_where_it_is_certain(vensim, equation, sign):
    model = vensim(
        "up((0,0),(1,2)) ~~|\ndown((0,2),(1,0)) ~~|\nbent((0,0),(1,2),(2,0)) ~~|\nk = 4 ~~|\n"
        f"x = Time ~~|\nz = Time ~~|\ny = {equation} ~~|\n"
    )
    # Two over a number that may be negative falls where it is defined, so "-" is certain.
    expected = "?" if equation == "z" else sign
    got = link_polarity(model, "x", "y")
    assert got in (expected, "?") if equation == "2 / x" else got == expected


def test_values_settle_what_structure_leaves_open(vensim):
    model = vensim("x = Time ~~|\nz = Time ~~|\ny = x * z - 1 ~~|\n")
    assert link_polarity(model, "x", "y") == "?"
    assert link_polarity(model, "x", "y", {"x": 1.0, "z": 2.0}) == "+"
    assert link_polarity(model, "x", "y", {"x": 1.0, "z": -2.0}) == "-"


def test_a_named_loop_is_checked_link_by_link(vensim):
    model = vensim(POPULATION)
    assert named_loop(model, ["Deaths", "people"]).polarity == "-"
    with pytest.raises(ModelError, match=r"births does not influence deaths directly"):
        named_loop(model, ["people", "births", "deaths"])
    with pytest.raises(ModelError, match=r"'birth'.*Did you mean births"):
        named_loop(model, ["people", "birth"])


def test_the_limit_is_told_and_the_shortest_loops_are_kept(vensim):
    count = 7
    names = [f"v{i}" for i in range(count)]
    text = "".join(f"{name} = INTEG({' + '.join(names)}, 1) ~~|\n" for name in names)
    found = feedback_loops(vensim(text), limit=50)
    assert not found.complete
    assert len(found.loops) <= 50
    assert [len(loop.variables) for loop in found.loops[:count]] == [1] * count


@given(st.integers(1, 6).flatmap(lambda n: st.sets(st.tuples(*[st.integers(0, n - 1)] * 2))))
def test_cycles_are_those_found_by_trying_every_order(edges):
    nodes = sorted({node for edge in edges for node in edge})
    graph = {str(a): [str(b) for b in nodes if (a, b) in edges] for a in nodes}
    expected = {
        order
        for size in range(1, len(nodes) + 1)
        for order in itertools.permutations(map(str, nodes), size)
        if order[0] == min(order)
        and all(b in graph[a] for a, b in zip(order, (*order[1:], order[0]), strict=True))
    }
    found = []
    for cycle in simple_cycles(graph):
        assert cycle is not None
        start = cycle.index(min(cycle))
        found.append(cycle[start:] + cycle[:start])
    assert len(found) == len(set(found))
    assert set(found) == expected
