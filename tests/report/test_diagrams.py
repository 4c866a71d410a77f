import warnings

import numpy as np
import pytest

from zjsim.model.expression import Binary, Number, Reference
from zjsim.model.spec import Auxiliary, Constant, Flow, ModelSpec, Stock
from zjsim.report.charts import style
from zjsim.report.model.diagrams import diagram_loops, draw_stock_flow, sectors
from zjsim.report.model.loop_diagram import DiagramLoop, contract, draw_loops


def product(*names):
    tree = Reference(names[0])
    for name in names[1:]:
        tree = Binary("*", tree, Reference(name))
    return tree


@pytest.fixture
def spec():
    """Births and deaths of a population, with pressure from another sector."""
    elements = [
        Stock(
            "population", Binary("-", Reference("births"), Reference("deaths")), Number(100),
            group="people", inflows=("births",), outflows=("deaths",),
        ),
        Flow("births", product("population", "birth rate"), group="people"),
        Flow("deaths", product("population", "crowding"), group="people"),
        Auxiliary("crowding", product("population", "density"), group="land"),
        Constant("birth rate", 0.03, group="levers"),
        Constant("density", 0.0001, group="land"),
    ]  # fmt: skip
    return ModelSpec("tiny", {e.name: e for e in elements}, 0, 10, 0.5, 0.5)


def words(figure):
    return {text.get_text() for ax in figure.axes for text in ax.texts}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sector_shows_stocks_flows_and_signed_causes(spec, language):
    assert sectors(spec) == ("people",)
    with warnings.catch_warnings(), style.house():
        warnings.simplefilter("error")
        figure = draw_stock_flow(spec, "people", language, levers=("birth rate",))
        figure.canvas.draw()
    shown = words(figure)
    assert {"population", "births", "deaths", "[crowding]", "◆ birth rate"} <= shown
    assert "density" not in shown


def test_the_texts_of_a_sector_stay_on_the_page_and_apart(spec):
    with style.house():
        figure = draw_stock_flow(spec, "people", "en", levers=("birth rate",))
        figure.canvas.draw()
        boxes = [text.get_window_extent() for ax in figure.axes for text in ax.texts]
    width, height = figure.canvas.get_width_height()
    for position, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height
        for other in boxes[position + 1 :]:
            assert not box.shrunk(0.98, 0.8).overlaps(other)


def test_loops_of_a_file_get_the_signs_of_the_model(spec):
    entry = {
        "id": "B1", "name": {"zh": "拥挤", "en": "crowding"}, "polarity": "B",
        "cycle": ["population", "crowding", "deaths"],
    }  # fmt: skip
    values = {"population": 100.0, "crowding": 0.01, "deaths": 1.0, "births": 3.0}
    (loop,) = diagram_loops(spec, [entry], values)
    assert loop.polarity == "-"
    assert loop.links == ("+", "+", "-")


def chain(name, variables, links):
    return DiagramLoop(name, {"zh": name, "en": name}, "+", tuple(variables), tuple(links))


def sign(loop):
    return np.prod([1 if link == "+" else -1 for link in loop.links])


def test_leaving_out_variables_keeps_each_loop_and_its_sign():
    loops = [
        chain("R1", "abcdefg", "+-+-+++"),
        chain("R2", "acxyz", "+-++-"),
        chain("R3", "pq", "--"),
    ]
    short = contract(loops, stocks=("a", "p"), most=8)
    assert len({name for loop in short for name in loop.variables}) == 8
    for before, after in zip(loops, short, strict=True):
        assert sign(before) == sign(after)
        assert len(after.variables) == len(after.links)
        assert set(after.variables) <= set(before.variables)
    assert {"a", "p"} <= {name for loop in short for name in loop.variables}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_loop_diagram_is_the_same_each_time_and_its_names_stay_apart(language):
    loops = [
        chain("R1", [f"variable number {k}" for k in (1, 2, 3, 4)], "++++"),
        chain("R2", [f"variable number {k}" for k in (2, 5, 6)], "+--"),
        chain("R3", [f"variable number {k}" for k in (3, 7, 8, 1)], "++++"),
        chain("R4", ["alone", "together"], "++"),
    ]
    pictures = []
    for _ in range(2):
        with warnings.catch_warnings(), style.house():
            warnings.simplefilter("error")
            figure = draw_loops(loops, language, stocks=("variable number 1",))
            pictures.append(figure._repr_png_())
    assert pictures[0] == pictures[1]
    with style.house():
        figure.canvas.draw()
        names = {name for loop in loops for name in loop.variables}
        boxes = [
            text.get_window_extent()
            for text in figure.axes[0].texts
            if text.get_text().replace("\n", " ") in names
        ]
    assert len(boxes) == len(names)
    for position, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[position + 1 :])
