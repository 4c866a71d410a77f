"""The plan file and the model file agree on names, units and base values."""

import re

import pytest

from .conftest import FOLDER

ENTRY = re.compile(r"^([a-z][^=\n]*?)\s*=(.*?)\n\t~\t(.*?)\n\t~\t", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def model():
    """Equation and unit of each model variable, by name."""
    text = (FOLDER / "zhejiang_manufacturing.mdl").read_text(encoding="utf-8")
    return {name: (body.strip(), unit.strip()) for name, body, unit in ENTRY.findall(text)}


def test_every_variable_the_plan_names_is_in_the_model(plan, model):
    named = [
        name
        for item in plan.indicators
        for name in (
            item.variable,
            item.constant_price_variable,
            *(variant.variable for variant in item.variants),
        )
        if name is not None
    ]
    assert [name for name in named if name not in model] == []


def test_units_of_the_plan_are_those_of_the_model(plan, model):
    units = {item.id: model[item.variable][1] for item in plan.indicators}
    assert units == {item.id: item.model_unit for item in plan.indicators}


@pytest.mark.parametrize(
    ("indicator", "constant"),
    [
        ("manufacturing_share", "base manufacturing share of gdp"),
        ("labour_productivity", "base labour productivity"),
        ("value_added_per_mu", "base value added per mu"),
        ("rd_intensity", "base reported rd to revenue"),
        ("patents_per_10bn", "base patents per 10bn revenue"),
        ("digital_core_share", "base digital core share of gdp"),
        ("high_tech_share", "base high tech share of industry"),
        ("business_environment", "business environment index in 2019"),
    ],
)
def test_the_model_starts_where_the_plan_does(plan, model, indicator, constant):
    assert float(model[constant][0]) == plan.indicator(indicator).base.value


def test_the_administrative_path_follows_the_plan(plan, model):
    item = plan.indicator("energy_intensity_cut")
    assert 100 * float(model["table cut"][0]) == pytest.approx(item.target.value)
    assert 100 * float(model["text pace"][0]) == pytest.approx(item.text_pace.rate)
