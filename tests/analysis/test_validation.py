"""The page turns red where an equation is wrong, and mutants are what they say."""

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from zjsim.analysis.validation import mutation as mutation_test
from zjsim.analysis.validation.mutants import mutants, sample
from zjsim.analysis.validation.record import Measured, judged
from zjsim.analysis.validation.subject import Subject, subject_of
from zjsim.analysis.validation.suite import (
    TESTS,
    Depth,
    Validation,
    chosen_tests,
    run_test,
    scenarios_of,
    validate,
)
from zjsim.cli.validate import validate as command
from zjsim.errors import PlanError
from zjsim.model.expression import to_text
from zjsim.model.polarity import rule_of
from zjsim.model.spec import Stock
from zjsim.report.document.validation_page import (
    render_html,
    render_markdown,
    screen_table,
    summary,
)
from zjsim.workflow import open_plan

pytestmark = pytest.mark.slow

# Tests that need no second and look at the model as it stands.
QUICK = (
    "units", "base_year", "loops", "signs", "elasticities", "scale", "identities", "balances",
    "equilibrium",
)  # fmt: skip


@pytest.fixture(scope="module")
def subject():
    return subject_of(open_plan("zhejiang"))


@pytest.fixture(scope="module")
def every(subject):
    return mutants(subject.spec)


def rows_of(subject, names=QUICK):
    return {name: run_test(subject, name, Depth()) for name in names}


def red(rows):
    return {name for name, row in rows.items() if row.verdict == "failed"}


def mutant_of(every, variable, change, nth=0):
    return [m for m in every if m.variable == variable and m.change == change][nth]


def test_the_model_itself_is_green(subject):
    assert red(rows_of(subject)) == set()


@pytest.mark.parametrize(
    ("variable", "change", "expected"),
    [
        ("capacity of metals", "- to +", {"balances", "equilibrium"}),
        ("real gross domestic product", "+ to -", {"identities", "base_year", "signs"}),
        ("orders", "minus dropped", {"signs", "loops"}),
        ("industrial land", "- to +", {"balances", "signs"}),
        ("log wanted staff", "- to +", {"signs", "loops"}),
        ("water intensity cut", "- to +", {"base_year", "signs"}),
        ("log normal output", "* to /", {"units", "base_year", "elasticities"}),
    ],
)
def test_a_wrong_equation_turns_rows_red(subject, every, variable, change, expected):
    mutant = mutant_of(every, variable, change)
    wrong = Subject(subject.plan, mutant.applied(subject.spec))
    assert red(rows_of(wrong)) >= expected


def test_a_test_that_breaks_down_is_red_not_a_traceback(subject, every, monkeypatch):
    def breaks(subject, depth):
        raise ZeroDivisionError("by zero")

    monkeypatch.setitem(TESTS, "units", breaks)
    row = run_test(subject, "units", Depth())
    assert row.verdict == "failed"
    assert "ZeroDivisionError" in row.reason


def test_nan_never_passes():
    assert judged(Measured(float("nan")), "<=", 1.0) == "failed"
    assert judged(Measured(float("nan")), ">=", 0.0) == "failed"
    assert judged(Measured(0.0), "<=", 0.0) == "passed"


def test_a_mutant_changes_one_equation_only(subject, every):
    assert len(every) > 1000
    for mutant in sample(every, 40, 7):
        mutated = mutant.applied(subject.spec)
        changed = [n for n in mutated.elements if mutated.elements[n] != subject.spec.elements[n]]
        assert changed == [mutant.variable]
        element = mutated.elements[mutant.variable]
        rule = element.initial if mutant.part == "initial" else rule_of(mutated, mutant.variable)
        assert to_text(rule) == mutant.text


def test_mutants_are_all_different(every):
    keys = {(mutant.variable, mutant.part, mutant.text) for mutant in every}
    assert len(keys) == len({mutant.id for mutant in every}) == len(every)


def test_every_equation_has_mutants_unless_it_is_a_single_name(subject, every):
    mutated = {mutant.variable for mutant in every}
    for element in subject.spec.of_kind(Stock):
        names = to_text(element.net_flow)
        if "-" in names or "+" in names:
            assert element.name in mutated


def test_samples_are_seeded(every):
    assert sample(every, 20, 1) == sample(every, 20, 1)
    assert sample(every, 20, 1) != sample(every, 20, 2)
    assert sample(every, 10**9, 1) == every


def test_no_killer_notices_the_model_itself(subject, every):
    mutant = every[0]
    for name, notices in mutation_test.KILLERS:
        assert not notices(subject, mutant), name


def test_a_killer_that_breaks_down_without_a_mutant_proves_nothing(subject, every, monkeypatch):
    """A protocol without a part that a killer reads must not count every mutant as noticed."""

    def breaks(subject, mutant):
        raise KeyError("no such entry")

    killers = (("breaks", breaks), ("eager", lambda *_: True), ("blind", lambda *_: False))
    monkeypatch.setattr(mutation_test, "KILLERS", killers)
    assert mutation_test.idle(subject, every[0]) == {"breaks", "eager"}
    found = mutation_test.mutation(subject, 3, workers=1)
    assert found.value == 0
    assert "left out, for they fail or break down without a mutant: breaks, eager" in found.words


def test_without_its_extremes_a_protocol_notices_nothing_by_them(subject, every, monkeypatch):
    plan = open_plan(subject.plan.folder.path)
    plan.__dict__["protocol"] = {k: v for k, v in subject.protocol.items() if k != "mutation"}
    by_extremes = [one for one in mutation_test.KILLERS if one[0] == "extremes_single"]
    monkeypatch.setattr(mutation_test, "KILLERS", tuple(by_extremes))
    assert mutation_test.fate_of(subject_of(plan), every[0]).killer == ""


def test_a_few_mutants_are_noticed(subject, every):
    chosen = [
        mutant_of(every, "capacity of metals", "- to +"),
        mutant_of(every, "orders", "minus dropped"),
        mutant_of(every, "knowledge", "- to +"),
    ]
    fates = [mutation_test.fate_of(subject, mutant) for mutant in chosen]
    assert all(fate.killer for fate in fates), fates


def test_the_score_counts_survivors():
    fates = [
        mutation_test.Fate("a", "x", "units"),
        mutation_test.Fate("b", "x", "signs"),
        mutation_test.Fate("c", "x", ""),
    ]
    found = mutation_test.summary(fates, chosen=4, every=10, equivalent=1)
    assert found.value == pytest.approx(2 / 3)
    assert found.details == ["c -> x"]
    assert "1 not tried" in found.words


def test_equivalent_mutants_exist_and_have_a_reason(subject, every):
    equivalent = subject.protocol["mutation"]["equivalent"]
    ids = {mutant.id for mutant in every}
    assert set(equivalent) <= ids
    assert all(str(reason).strip() for reason in equivalent.values())


def test_the_protocol_has_a_threshold_and_words_for_every_test(subject):
    known = subject.protocol["tests"]
    # Version 2 has no capital by age, so nothing to hold an average of vintages against.
    assert not subject.protocol.get("vintages")
    assert set(known) == set(TESTS) - {"vintages"}
    for entry in known.values():
        assert entry["source"]
        assert {"en", "zh"} <= set(entry["what"]) & set(entry["statistic"])


def test_an_unknown_test_is_refused(subject):
    with pytest.raises(PlanError, match="no such test"):
        chosen_tests(subject, Depth(), ["nonsense"])


def with_tests(subject, tests):
    """The subject of a plan whose protocol holds these tests only."""
    plan = open_plan(subject.plan.folder.path)
    plan.__dict__["protocol"] = {**subject.protocol, "tests": tests}
    return subject_of(plan)


def test_a_test_without_a_threshold_is_not_run_and_is_named_once(subject):
    known = subject.protocol["tests"]
    small = with_tests(subject, {name: known[name] for name in ("units", "boundary")})
    assert chosen_tests(small, Depth()) == ["boundary", "units"]
    found = validate(small.plan, Depth(mutants=0))
    assert [row.id for row in found.rows] == ["boundary", "units"]
    assert set(found.unasked) == set(TESTS) - {"units", "boundary"}
    for language, words in (("en", "Not asked for by this plan: "), ("zh", "本规划未要求：")):
        for page in (render_html(found, language), render_markdown(found, language)):
            assert page.count(words) == 1
    with pytest.raises(PlanError, match="the protocol has no threshold for signs"):
        chosen_tests(small, Depth(), ["signs"])


def test_a_threshold_for_no_test_is_refused(subject):
    known = subject.protocol["tests"]
    wrong = with_tests(subject, {**known, "unitz": known["units"]})
    with pytest.raises(PlanError, match="has a threshold for unitz: no such test"):
        chosen_tests(wrong, Depth())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_red_by_word(subject, every, language):
    wrong = Subject(
        subject.plan, mutant_of(every, "capacity of metals", "- to +").applied(subject.spec)
    )
    rows = tuple(rows_of(wrong, ("boundary", "balances")).values())
    page = Validation("zhejiang", rows, "0" * 64, "0" * 64, "quick")
    html, text = render_html(page, language), render_markdown(page, language)
    word = {"zh": "未通过", "en": "FAILED"}[language]
    assert word in html
    assert 'class="failed"' in html
    assert word in text
    assert "capacity of metals" in text
    assert "1" in summary(page, language)
    assert len(screen_table(page, language).rows) == 2
    json.dumps([row.document for row in page.rows])


def test_an_edited_file_turns_rows_red(tmp_path, subject):
    """As a sceptic does it: copy the plan's folder, change one sign in the model file."""
    copy = tmp_path / "edited"
    shutil.copytree(subject.plan.folder.path, copy)
    file = next(copy.glob("*.mdl"))
    text = file.read_text(encoding="utf-8")
    right = "nominal manufacturing value added+nominal rest of gdp"
    assert text.count(right) == 1
    file.write_text(text.replace(right, right.replace("+", "-")), encoding="utf-8")
    plan = open_plan(copy)
    found = validate(plan, Depth(scenarios=scenarios_of(plan)), ["units", "base_year", "signs"])
    assert {row.id for row in found.failed} == {"base_year", "signs"}
    said = " ".join(line for row in found.failed for line in row.measured.details)
    assert "nominal gross domestic product" in said


def test_the_command_prints_the_rows_and_fails_when_one_is_red(tmp_path):
    app = typer.Typer()
    app.command()(command)
    words = ["--only", "boundary", "--only", "base_year", "--mutation", "0", "--lang", "en"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "page")])
    assert done.exit_code == 0, done.output
    assert "boundary" in done.output
    assert "2 of 2 tests passed" in done.output
    assert (tmp_path / "page" / "validation.html").is_file()
    assert (tmp_path / "page" / "validation.md").is_file()
    document = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert [row["verdict"] for row in document["tests"]] == ["passed", "passed"]
    red_one = CliRunner().invoke(app, ["--only", "mape", "--mutation", "0", "--json"])
    verdict = json.loads(red_one.stdout)["tests"][0]["verdict"]
    assert red_one.exit_code == (0 if verdict == "passed" else 1)
