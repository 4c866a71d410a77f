"""Unit balance: what passes, what is reported, and in which words."""

import re

import pytest

from zjsim.errors import ModelError
from zjsim.model.dimensions import check_units
from zjsim.model.units import UnitBook

BASE = (
    "money = 3 ~ Yuan ~|\npeople = 5 ~ Person ~|\nx = 2 ~ Dmnl ~|\nwait = 4 ~ Years ~|\n"
    "rate = 1 ~ 1/Year ~|\ntab((0,0),(1,1)) ~ Yuan ~|\n"
)


def findings(vensim, text, glossary=None):
    return [str(found) for found in check_units(vensim(BASE + text + "\n"), glossary)]


@pytest.mark.parametrize(
    "text",
    [
        "y = money / people ~ Yuan/Person ~|",
        "y = money / people / wait ~ Yuan/(Person*Year) ~|",
        "y = money + 0 ~ yuan ~|",
        "y = MAX(0, money) - money ~ YUAN ~|",
        "y = money^2 ~ Yuan*Yuan ~|",
        "y = money^0.5 * SQRT(money) ~ Yuan ~|",
        "y = (money / 3)^(-1) ~ 1/Yuan ~|",
        "y = x^(money/money) ~ ~|",
        "y = EXP(-rate * Time) ~ 1 ~|",
        "y = IF THEN ELSE(money > 0, people, 0) ~ Person ~|",
        "y = SMOOTH3I(money, wait, 2 * money) ~ Yuan ~|",
        "y = DELAY FIXED(money, wait, 0) ~ Yuan ~|",
        "y = TREND(money, wait, rate) ~ 1/Year ~|",
        "y = FORECAST(money, wait, wait) ~ Yuan ~|",
        "y = tab(people) ~ Yuan ~|",
        "y = WITH LOOKUP(Time, ((0,0),(1,1))) ~ Person ~|",
        "y = ZIDZ(money, people) ~ Yuan/Person ~|",
        "y = XIDZ(money, people, money/people) ~ Yuan/Person ~|",
        "y = STEP(money, 3) + RAMP(money/wait, 2, wait) ~ Yuan ~|",
        "y = INTEG(money * rate, money) ~ Yuan ~|",
        "y = INTEG(money / wait, 100) ~ Yuan ~|",
        "y = ABS(money) / TIME STEP ~ Yuan / Year ~|",
        "y = PULSE(3, 1) * money * (Time > wait) ~ Yuan ~|",
        "y = SAMPLE IF TRUE(x > 1, money, 0) ~ Yuan ~|",
        'y = money ~ "Yuan" ~|',
        "y = money * money / money ~ Yuan^1 ~|",
        "area = 2 ~ Square Meters ~|\ny = area ~ square_meter ~|",
    ],
)
def test_balanced_equations_pass(vensim, text):
    assert findings(vensim, text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("y = money ~ Person ~|", "y = money: the unit is declared person, .* gives yuan"),
        ("y = money + people ~ Yuan ~|", r"money \+ people adds: yuan and person"),
        ("y = money - 1 ~ Yuan ~|", "money - 1 subtracts: yuan and dimensionless"),
        ("y = EXP(money) ~~|", r"money in EXP\(money\) has the unit yuan"),
        ("y = LN(people) ~~|", "has the unit person, it needs dimensionless"),
        ("y = money^(x+1) ~ Yuan ~|", "to a power that is not a number"),
        ("y = x^money ~~|", r"the exponent of x\^money"),
        ("y = IF THEN ELSE(x > 1, money, people) ~ Yuan ~|", "the branches"),
        ("y = x * (money > people) ~~|", "compares: yuan and person"),
        ("y = MIN(money, people) ~ Yuan ~|", "arguments of MIN"),
        ("y = SMOOTH(money, people) ~ Yuan ~|", "the time people in SMOOTH"),
        ("y = DELAY1I(money, wait, people) ~ Yuan ~|", "input and initial value of DELAY"),
        ("y = INTEG(money, money) ~ Yuan ~|", "INTEG: money.*yuan / year.*gives yuan"),
        ("y = INTEG(money / wait, people) ~ Yuan ~|", "initial value: people"),
        ("y = tab(x) ~ Person ~|", "declared person"),
        ("y = XIDZ(money, people, money) ~ Yuan/Person ~|", "the last argument"),
        ("y = money ~ Yuan/ ~|", "'Yuan/' is not a unit"),
        ("y = money ~ (Yuan ~|", "a bracket is not closed"),
        ("y = money ~ Yuan) ~|", "not a unit"),
    ],
)
def test_an_unbalanced_equation_is_told_with_both_units(vensim, text, said):
    found = findings(vensim, text)
    assert len(found) == 1
    assert re.search(said, found[0])


def test_the_glossary_tells_scale_apart_from_kind(vensim):
    glossary = {
        "Yuan": {"pint": "Yuan = [money]", "zh": "元", "en": "yuan"},
        "Wan Yuan": {"pint": "1e4 * Yuan"},
        "Person": {"pint": "[people]"},
        "Year": "[time]",
    }
    found = findings(vensim, "a = 1 ~ wan_yuan ~|\ny = money + a ~ Yuan ~|", glossary)
    assert len(found) == 1
    assert "1 of the first is 0.0001 of the second" in found[0]


def test_a_unit_outside_the_glossary_is_information(vensim):
    found = check_units(vensim(BASE), {"Yuan": "[money]"})
    assert [(f.variable, f.kind) for f in found] == [("person", "information")]


@pytest.mark.parametrize("definition", ["3 +", "Yuan = __import__('os')", "b", "[", "m ** ** 2"])
def test_a_bad_glossary_is_one_clear_error(definition):
    glossary = {"a": definition, "b": "a"}
    with pytest.raises(ModelError, match=r"the unit '?[ab]'?"):
        UnitBook(glossary)


def test_a_glossary_may_use_what_the_library_knows(vensim):
    glossary = {"tce": "29.3076e9 * joule", "gj": "gigajoule", "Yuan": "", "year": "year"}
    text = "e = 1 ~ tce ~|\ny = e ~ GJ ~|"
    found = [one for one in findings(vensim, text, glossary) if one.startswith("y =")]
    assert "1 of the first is 0.0341208 of the second" in found[0]


def test_current_and_constant_prices_are_different_kinds(vensim):
    glossary = {"yi_yuan": "[current_money]", "yi_yuan_2020": "[money_2020]"}
    text = "p = 1 ~ yi_yuan/yi_yuan_2020 ~|\na = 2 ~ yi_yuan_2020 ~|\n"
    balanced = findings(vensim, text + "y = a * p ~ yi_yuan ~|", glossary)
    assert not [found for found in balanced if found.startswith("y =")]
    mixed = findings(vensim, text + "y = a ~ yi_yuan ~|", glossary)
    assert [found for found in mixed if found.startswith("y = a: the unit is declared yi yuan")]


def test_months_and_years_differ_in_scale():
    book = UnitBook()
    assert book.factor(book.parse("Years"), book.parse("month")) == pytest.approx(12.0)
    assert book.parse("yr") == book.parse("Year")
    assert book.parse("people") == book.parse("Person")


def test_percent_against_another_unit_is_a_finding_and_no_crash(vensim):
    glossary = {"percent": {"pint": "percent = 0.01"}, "patent": {"pint": "patent = [patents]"}}
    text = "share = 5 ~ percent ~|\ncount = share ~ patent ~|"
    assert any(said.startswith("count") for said in findings(vensim, text, glossary))
