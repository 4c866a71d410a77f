"""A second plan is a second folder: nothing of the shipped plan shows in what is said of it.

The plan of Ribera is invented: seven indicators, 2005 to 2012, three levers, in Spanish.
"""

import re
import zipfile
from pathlib import Path

import pytest

from zjsim.assessment.plan import plan_from_document, read_plan, validate_plan_document
from zjsim.errors import PlanError
from zjsim.yamlfile import read_yaml

HERE = Path(__file__).parents[1] / "second_plan"
PLAN, SCENARIO, OTHER = HERE / "ribera", HERE / "ordinario.yaml", HERE / "prudente.yaml"
FOLDER = ("--plan", PLAN)
# Facts of the shipped plan: its place, its levers, how many indicators, its years, its words.
FOREIGN = re.compile(
    r"zhejiang|浙江|rd_support|rd_tax|\bten\b|十项|(?<![\d.])202[0-5](?![\d.])|2016-20"
    r"|fifth census|census_|五经普|五年|0\.1 point|0\.1个|faster than expected|快于预期",
    re.IGNORECASE,
)
# What is run in each language, and what the plan itself says of it.
COMMANDS = {
    "check": ((SCENARIO, OTHER, *FOLDER), "2005"),
    "plan show": ((PLAN,), "Estrategia industrial de Ribera"),
    "plan audit": ((PLAN,), "la serie revisada"),
    "plan template": (("own.csv", *FOLDER), "cuota_industrial"),
    "describe": (("productividad", *FOLDER), "euro/persona"),
    "describe --levers": (FOLDER, "Formación"),
    "describe --drivers": (FOLDER, "perspectiva"),
    "describe --loops": (FOLDER, "Patentes"),
    "describe --document": (("pages", *FOLDER), "2005"),
    "lint": ((PLAN,), "ribera"),
    "scenario new": (("new.yaml", *FOLDER), "0 is the effort of 2005"),
    "scenario show": ((SCENARIO, *FOLDER), "t = 2005"),
    "scenario diff": ((SCENARIO, OTHER, *FOLDER), "Plan prudente"),
    "compare": ((SCENARIO, OTHER, *FOLDER, "--out", "pictures"), "Plan prudente"),
    "ensemble": ((SCENARIO, "-n", "8", *FOLDER, "--out", "many", "--years"), "2005"),
    "hindcast": (("-n", "8", "--seed", "7", "--scenario", OTHER, *FOLDER, "--out", "past"), "2001"),
    "plot board": ((SCENARIO, *FOLDER, "--formats", "svg", "--out", "charts"), "2005"),
    "export --format iamc-csv": ((SCENARIO, *FOLDER, "--out", "iamc.csv"), "Patents in Force"),
    "export --format iamc-xlsx": ((SCENARIO, *FOLDER, "--out", "iamc.xlsx"), "Patents in Force"),
}
# Each command with the languages that change what it says or writes.
ONCE = ("lint", "plan template", "export --format iamc-csv", "export --format iamc-xlsx")
SPOKEN = [
    (words, language)
    for words in COMMANDS
    for language in ("en", "zh")
    if language == "en" or words not in ONCE
]
# What is written in both languages by one command.
BOTH = {
    "run --lang both": (
        (SCENARIO, *FOLDER, "--out", "runs"),
        ("at 2005 prices", "按2005年价", "Juicio del equipo.", "Criterio del equipo."),
    ),
    "report --lang both": (
        (SCENARIO, *FOLDER, "--out", "report", "--format", "html"),
        (
            "Seven indicators", "七项指标", "The nine most influential", "影响最大的九项假定",
            "con retraso", "más rápido (+4", "0.3 point", "effort of 2005",
        ),
    ),
}  # fmt: skip


def texts(path):
    """The text of a written file: itself, or the parts of a packed one."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            for part in packed.namelist():
                # Its dates are constants, so that the same content has the same bytes.
                if part.endswith(".xml") and part != "docProps/core.xml":
                    yield re.sub(r"<[^>]+>", " ", packed.read(part).decode("utf-8"))
    elif path.suffix not in (".png", ".nc"):
        text = path.read_text(encoding="utf-8-sig")
        # Data of pictures and fonts, and hashes, are no words.
        text = re.sub(r"base64,[A-Za-z0-9+/=]+|<path [^>]*>|\b[0-9a-f]{8,}\b", "", text)
        yield re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)


def said(outcome, folder):
    """Everything that a command printed or wrote, by file."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        "printed": outcome.out + outcome.err,
        **{path.name: "\n".join(texts(path)) for path in files},
    }


def strangers(found):
    named = {
        name: sorted({match.group() for match in FOREIGN.finditer(text)})
        for name, text in found.items()
    }
    return {name: words for name, words in named.items() if words}


@pytest.mark.slow
@pytest.mark.parametrize(("words", "language"), SPOKEN)
def test_no_fact_of_the_shipped_plan_is_said_of_another(
    zjsim, tmp_path, monkeypatch, words, language
):
    monkeypatch.setenv("ZJSIM_LANG", language)
    arguments, own = COMMANDS[words]
    outcome = zjsim(*words.split(), *arguments)
    assert outcome.status in (0, 20), outcome.err
    found = said(outcome, tmp_path)
    assert strangers(found) == {}
    assert own in "\n".join(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("words", BOTH)
def test_runs_and_reports_say_the_facts_of_the_plan_they_are_of(zjsim, tmp_path, words):
    arguments, own = BOTH[words]
    outcome = zjsim(*words.split(), *arguments)
    assert outcome.status == 0, outcome.err
    found = said(outcome, tmp_path)
    assert strangers(found) == {}
    whole = "\n".join(found.values())
    assert [word for word in own if word not in whole] == []


def test_what_a_plan_does_not_say_follows_from_its_years():
    document = read_yaml(PLAN / "plan.yaml").data
    del document["history"]
    del document["vintages"]
    plan = plan_from_document(validate_plan_document(document))
    assert plan.price_year == 2005
    assert plan.history.trend == (2000, 2005)
    assert plan.history.assessed == tuple(range(2005, 2012))
    assert plan.history.changes_from is None
    assert dict(plan.vintages) == {}
    assert plan.indicator("patentes").iamc == "Patents in Force"
    assert plan.indicator("energia").iamc is None


def test_what_a_plan_says_is_taken():
    document = read_yaml(PLAN / "plan.yaml").data
    document["horizon"]["price_year"] = 2000
    document["history"] = {"changes_from": 1999, "trend": [2001, 2004], "assessed": [2006]}
    plan = plan_from_document(validate_plan_document(document))
    assert plan.indicator("productividad").price_year == 2000
    assert (plan.history.changes_from, plan.history.trend) == (1999, (2001, 2004))
    assert plan.history.assessed == (2006,)
    assert read_plan(PLAN / "plan.yaml").history.assessed == (2006, 2008)


def test_a_trend_that_ends_before_it_begins_is_refused():
    document = read_yaml(PLAN / "plan.yaml").data
    document["history"] = {"trend": [2005, 2000]}
    with pytest.raises(PlanError, match=r"history\.trend: names its first year and a later one"):
        validate_plan_document(document)
