"""A second plan is a second folder: nothing of the shipped plan shows in what is said of it.

The plan of Ribera is invented: seven indicators, 2015 to 2022, three levers, in Spanish. It is
read ten years earlier here, so that every year of the shipped plan is a stray one.
"""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
import typer

from zjsim.assessment.plan import plan_from_document, read_plan
from zjsim.assessment.plan_checks import plan_problems
from zjsim.cli.main import app
from zjsim.cli.plot import KINDS
from zjsim.openplan import open_plan
from zjsim.yamlfile import read_yaml

RIBERA = Path(__file__).parents[1] / "second_plan" / "ribera"
YEAR = re.compile(r"(?<![\d.])20[012]\d(?!\d)")
# Facts of the shipped plan: its place, its inputs, how many indicators, its years, its words.
FOREIGN = re.compile(
    r"zhejiang|浙江|rd_support|rd_tax|energy_price|\bten\b|十项|(?<![\d.])202[0-5](?![\d.])|2016-20"
    r"|fifth census|census_|五经普|五年|five-year|0\.1 point|0\.1个|faster than expected|快于预期"
    r"|加计扣除|亿元|全省|province",
    re.IGNORECASE,
)
PLAN = ("--plan", "ribera")
STUDY = "name: malla\nplan: ribera\nscenarios: [baseline]\nmatrix: {levers.formacion: [0, 1]}\n"
QUICK = ("--formats", "svg", "-n", "64", "--seed", "7")
# What a kind of chart is asked beside that.
OF_KIND = {
    "variable": ("--variable", "patentes vigentes", "--band"),
    "drivers": ("--band",),
    "wedges": ("--indicator", "patentes"),
    "frontier": ("--targets", "all", "--cost", "steps", "--wanted", "0.9"),
    **dict.fromkeys(("indicator", "fan", "tornado"), ("--indicator", "patentes")),
}


def plotted(kind):
    """The chart of a kind, of as many scenarios as it shows."""
    named = "baseline prudente" if KINDS[kind].most > 1 else "baseline"
    return f"plot {kind} {'study.yaml' if kind == 'study' else named}"


LEARN = (*PLAN, "-n", "64", "--seed", "7")
OWN = "series,year,value\nproductividad,2010,56.9\nsatisfaccion,2010,62.5\n"
# What is run in each language, and what the plan itself says of it.
COMMANDS = {
    "check baseline prudente": (PLAN, "2005"),
    "plan show ribera": ((), "Estrategia industrial de Ribera"),
    "plan audit ribera": ((), "la serie revisada"),
    "plan template blank.csv": (PLAN, "cuota_industrial"),
    "describe productividad": (PLAN, "euro/persona"),
    "describe --levers": (PLAN, "Formación"),
    "describe --drivers": (PLAN, "perspectiva"),
    "describe --loops": (PLAN, "Patentes"),
    "describe --document pages": (PLAN, "2005"),
    "lint ribera": ((), "ribera"),
    "scenario list": (PLAN, "Plan prudente"),
    "scenario new new.yaml": (PLAN, "0 is the effort of 2005"),
    "scenario show baseline": (PLAN, "Plan en marcha"),
    "scenario show baseline --all": (PLAN, "t = 2005"),
    "scenario diff baseline prudente": (PLAN, "Plan prudente"),
    "scenario import own.cin own.yaml": (PLAN, "mejora_anual"),
    "compare baseline prudente": ((*PLAN, "--out", "pictures"), "Plan prudente"),
    "ensemble": ((*PLAN, "-n", "8", "--out", "many", "--years"), "2005"),
    "hindcast": ((*PLAN, "-n", "8", "--seed", "7", "--scenario", "prudente"), "2001"),
    "sensitivity": (PLAN, "ritmo de patentes"),
    "decompose": (PLAN, "Plan en marcha"),
    "backcast": ((*PLAN, "--targets", "all", "--cost", "steps"), "Plan en marcha"),
    "flip": (PLAN, "ritmo de patentes"),
    "discover": ((*PLAN, "--targets", "patentes", "-n", "256"), "ritmo de patentes"),
    "discover study.yaml": (("--targets", "patentes", "-n", "64"), "Formación 0"),
    "robust baseline prudente": (
        (*PLAN, "-n", "64", "--world", "baseline", "--out", "held"),
        "Plan prudente",
    ),
    "calibrate": (
        (*PLAN, "--draws", "64", "--profile", "0", "--seed", "7", "--out", "fit.csv"),
        "ritmo de patentes",
    ),
    "validate ribera": (("--mutation", "0", "--out", "page"), "Signos"),
    "learn": ((*LEARN, "--known-until", "2008", "--out", "learnt"), "Patentes vigentes"),
    "monitor": ((*LEARN, "--observations", "own.csv"), "Productividad del trabajo"),
    "evaluate": ((*LEARN, "--format", "html,docx"), "se fijó después"),
    "forecast --register": ((*LEARN, "--known-until", "2008"), "Patentes vigentes"),
    "scores": ((*LEARN, "--page", "scores.md"), "2006"),
    "batch study.yaml": (("--executor", "serial"), "malla"),
    "explore baseline": ((*PLAN, "--out", "page.html", "-n", "64"), "Estrategia industrial"),
    "export baseline --format iamc-csv": ((*PLAN, "--out", "iamc.csv"), "Patents in Force"),
    "export baseline --format iamc-xlsx": ((*PLAN, "--out", "iamc.xlsx"), "Patents in Force"),
    "export baseline --format xmile": ((*PLAN, "--out", "model.xmile"), "patentes vigentes"),
    "export baseline --format cin": ((*PLAN, "--out", "changes.cin"), "palanca de formacion"),
    "export baseline --format parquet": ((*PLAN, "--out", "all.parquet"), "wrote"),
    "export baseline --format netcdf": ((*PLAN, "--out", "all.nc"), "wrote"),
    **{plotted(kind): ((*PLAN, *QUICK, *OF_KIND.get(kind, ())), "") for kind in KINDS},
}
# Commands that say the same in both languages.
ONCE = (
    "lint ribera",
    "plan template blank.csv",
    "calibrate",
    *(name for name in COMMANDS if "export" in name),
)
SPOKEN = [
    (words, language)
    for words in COMMANDS
    for language in ("en", "zh")
    if language == "en" or words not in ONCE
]
# What is written in both languages by one command.
BOTH = {
    "run --lang both": (
        (*PLAN, "--out", "runs"),
        ("at 2005 prices", "按2005年价", "Juicio del equipo.", "Criterio del equipo."),
    ),
    "report baseline --lang both": (
        (*PLAN, "--out", "report", "--format", "html,docx,xlsx,pdf"),
        (
            "Seven indicators", "七项指标", "The nine most influential", "影响最大的九项假定",
            "con retraso", "más rápido (+4", "0.3 point", "effort of 2005",
        ),
    ),
}  # fmt: skip
ABOUT_NO_PLAN = {"schema", "cache", "conformance"}


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """Ribera ten years earlier."""
    folder = tmp_path_factory.mktemp("plans") / "ribera"
    shutil.copytree(RIBERA, folder)
    for path in folder.rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        path.write_text(YEAR.sub(lambda year: str(int(year[0]) - 10), text), encoding="utf-8")
    return folder


@pytest.fixture
def ribera(zjsim, tmp_path, earlier):
    """Call a command where the plan's folder is, and tell what it printed and wrote, by file."""
    shutil.copytree(earlier, tmp_path / "ribera")
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "own.csv").write_text(OWN, encoding="utf-8")
    (tmp_path / "own.cin").write_text("mejora anual = 0.6\n", encoding="utf-8")
    given = set(tmp_path.rglob("*"))

    def call(*words):
        outcome = zjsim(*words)
        # 10 and 20 say that targets are missed; what is said of that is a result too.
        assert outcome.status in (0, 10, 20), outcome.err
        files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
        written = {path.name: "\n".join(texts(path)) for path in files if path not in given}
        return {"printed": outcome.out + outcome.err, **written}

    return call


def texts(path):
    """The text of a written file: itself, or the parts of a packed one."""
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as packed:
            for part in packed.namelist():
                if part.endswith(".xml"):
                    yield re.sub(r"<[^>]+>", " ", packed.read(part).decode("utf-8"))
    elif path.suffix not in (".png", ".nc", ".parquet", ".npy", ".pdf"):
        text = path.read_text(encoding="utf-8-sig")
        # Data of pictures and fonts, and hashes, are no words.
        text = re.sub(r"base64,[A-Za-z0-9+/=]+|<path [^>]*>|\b[0-9a-f]{8,}\b", "", text)
        yield re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)


# Arrays and fonts of the explorer's page, where any four digits may stand.
PACKED = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")


def strangers(found):
    named = {
        name: sorted({match.group() for match in FOREIGN.finditer(PACKED.sub("", text))})
        for name, text in found.items()
    }
    return {name: words for name, words in named.items() if words}


@pytest.mark.slow
@pytest.mark.parametrize(("words", "language"), SPOKEN)
def test_no_fact_of_the_shipped_plan_is_said_of_another(ribera, monkeypatch, words, language):
    monkeypatch.setenv("ZJSIM_LANG", language)
    arguments, own = COMMANDS[words]
    found = ribera(*words.split(), *arguments)
    assert strangers(found) == {}
    assert own in "\n".join(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("words", BOTH)
def test_runs_and_reports_say_the_facts_of_the_plan_they_are_of(ribera, words):
    arguments, own = BOTH[words]
    found = ribera(*words.split(), *arguments)
    assert strangers(found) == {}
    whole = "\n".join(found.values())
    assert [word for word in own if word not in whole] == []


@pytest.mark.parametrize("command", ["learn", "monitor", "evaluate", "forecast", "scores"])
def test_a_plan_without_figures_to_learn_from_says_which_file_is_missing(
    zjsim, tmp_path, earlier, command
):
    shutil.copytree(earlier, tmp_path / "ribera")
    (tmp_path / "ribera" / "learning.yaml").unlink()
    outcome = zjsim(command, *PLAN)
    assert outcome.status == 1
    assert re.search(r"ribera.learning\.yaml: no such file; learning needs it", outcome.err)


def test_every_command_is_tried_on_the_second_plan():
    tried = {words.split()[0] for words in (*COMMANDS, *BOTH)} | ABOUT_NO_PLAN
    assert set(typer.main.get_command(app).commands) == tried


def test_the_program_itself_names_no_plan(zjsim):
    assert FOREIGN.findall(zjsim("--help").out) == []


def test_a_plan_has_the_scenarios_of_its_folder(earlier):
    plan = open_plan(earlier)
    assert tuple(plan.scenarios) == ("baseline", "prudente")
    assert plan.read_scenario("prudente", levers={"formacion": 2}).levers["formacion"].to == 2
    assert plan.scenarios.to_frame().loc["baseline", "label_en"] == "Plan en marcha"


def test_what_a_plan_does_not_say_follows_from_its_years():
    document = read_yaml(RIBERA / "plan.yaml").data
    del document["history"]
    del document["vintages"]
    plan = plan_from_document(plan_problems(document)[0])
    assert plan.price_year == 2015
    assert plan.trend_years == (2010, 2015)
    assert plan.assessed_years == tuple(range(2015, 2022))
    assert plan.history.changes_from is None
    assert dict(plan.vintages) == {}
    assert plan.indicator("patentes").iamc == "Patents in Force"
    assert plan.indicator("energia").iamc is None


def test_what_a_plan_says_is_taken():
    document = read_yaml(RIBERA / "plan.yaml").data
    document["horizon"]["price_year"] = 2010
    document["history"] = {"changes_from": 2009, "trend": [2011, 2014], "assessed": [2016]}
    plan = plan_from_document(plan_problems(document)[0])
    assert plan.indicator("productividad").price_year == 2010
    assert (plan.history.changes_from, plan.trend_years) == (2009, (2011, 2014))
    assert plan.assessed_years == (2016,)
    assert read_plan(RIBERA / "plan.yaml").assessed_years == (2016, 2018)


def test_a_trend_that_ends_before_it_begins_is_refused():
    document = read_yaml(RIBERA / "plan.yaml").data
    document["history"] = {"trend": [2015, 2010]}
    _, problems = plan_problems(document)
    assert "history.trend: names its first year and a later one" in str(problems[0])
