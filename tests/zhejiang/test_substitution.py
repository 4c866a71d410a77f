"""Production with another elasticity of substitution: what the second-order form promises."""

import itertools
import math

import numpy as np
import pytest

import zjsim
from zjsim.model.evaluate import evaluate
from zjsim.model.polarity import rule_of

ALPHA = 0.45


@pytest.fixture(scope="module")
def plan():
    return zjsim.open_plan()


def normal_output(plan, capital, staff, sigma, alpha=ALPHA):
    """Normal output by the model's own equations, inputs and output over those of 2020."""
    values = {
        "elasticity of substitution": sigma, "capital elasticity": alpha,
        "fixed capital": capital, "initial fixed capital": 1.0, "employment": staff,
        "initial employment": 1.0, "total factor productivity": 1.0,
        "above scale manufacturing value added in 2020": 1.0, "least factor index": 0.001,
    }  # fmt: skip
    for name in ("substitution parameter", "capital deepening", "normal output"):
        values[name] = evaluate(rule_of(plan.model, name), values)
    return values["normal output"]


def exact(capital, staff, sigma, alpha=ALPHA):
    power = (sigma - 1) / sigma
    return (alpha * capital**power + (1 - alpha) * staff**power) ** (1 / power)


def test_as_shipped_production_is_cobb_douglas_to_the_last_bit(plan):
    runs = zjsim.simulate(plan, "baseline", estimate_error=False)
    shown = runs.to_frame()
    assert (shown["substitution parameter"] == 0).all()
    capital = shown["fixed capital"] / shown["initial fixed capital"]
    staff = shown["employment"] / shown["initial employment"]
    alpha = plan.names.constants["capital elasticity"]
    base = plan.names.constants["above scale manufacturing value added in 2020"]
    wanted = base * shown["total factor productivity"] * capital**alpha * staff ** (1 - alpha)
    np.testing.assert_allclose(shown["normal output"], wanted, rtol=4e-16)


@pytest.mark.parametrize("sigma", [0.4, 0.7, 1.3])
def test_the_form_is_the_ces_function_to_second_order(plan, sigma):
    """Halving the distance from the base divides the error by eight."""
    errors = []
    for deepening in (0.4, 0.2, 0.1):
        capital = math.exp(deepening)
        own, ces = normal_output(plan, capital, 1.0, sigma), exact(capital, 1.0, sigma)
        errors.append(abs(math.log(own / ces)))
    assert errors[0] < 0.005
    for larger, smaller in itertools.pairwise(errors):
        assert 6 < larger / smaller < 18


@pytest.mark.parametrize("sigma", [0.4, 0.7, 1.0, 1.3])
def test_at_the_base_the_elasticity_is_the_constant(plan, sigma):
    """d ln(K/L) over d ln of the marginal rate of substitution, by differences."""
    step = 1e-3

    def rate_of_substitution(deepening):
        def slope(first, second):
            up, down = (
                normal_output(plan, math.exp(deepening + e * first), math.exp(e * second), sigma)
                for e in (1e-4, -1e-4)
            )
            return math.log(up / down)

        return slope(0, 1) / slope(1, 0) * math.exp(deepening)

    change = math.log(rate_of_substitution(step) / rate_of_substitution(-step))
    assert 2 * step / change == pytest.approx(sigma, rel=1e-3)


@pytest.mark.parametrize("sigma", [0.4, 1.3])
def test_returns_to_scale_stay_constant(plan, sigma):
    assert normal_output(plan, 3.0, 2.0, sigma) * 2 == pytest.approx(
        normal_output(plan, 6.0, 4.0, sigma), rel=1e-12
    )


@pytest.mark.parametrize("sigma", [0.4, 1.3])
def test_hiring_sees_the_marginal_product_of_the_same_function(plan, sigma):
    """The factor on pay is that of labour's share of output, to first order."""
    rule = rule_of(plan.model, "marginal product over wage")
    values = {
        "relative output price": 1, "output per worker before epidemic losses": 1,
        "labour productivity in 2020": 1, "labour cost": 1, "initial labour cost": 1,
        "automation shift": 0, "effective digitalisation": 0, "initial effective digitalisation": 0,
        "capital elasticity": ALPHA, "substitution parameter": (1 - sigma) / sigma,
        "capital deepening": 0.02,
    }  # fmt: skip
    found = evaluate(rule, values)
    up, down = (exact(math.exp(0.02), math.exp(e), sigma) for e in (1e-5, -1e-5))
    labour_share = math.log(up / down) / 2e-5
    assert math.log(found) == pytest.approx(math.log(labour_share / (1 - ALPHA)), rel=0.03)


@pytest.mark.parametrize("sigma", [0.4, 1.3])
def test_the_base_year_is_exact_whatever_the_elasticity(plan, sigma):
    plain = zjsim.simulate(plan, "baseline", estimate_error=False)
    other = zjsim.simulate(
        plan, "baseline", [f"constants.elasticity of substitution={sigma}"], estimate_error=False
    )
    for variable in plan.indicator_variables:
        assert other.at(variable, 2020.0)[0] == plain.at(variable, 2020.0)[0]
    assert other.at("normal output", 2025.0)[0] != plain.at("normal output", 2025.0)[0]
