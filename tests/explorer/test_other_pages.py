"""Pages of another plan and of a bare model, the page in a notebook, and the command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import zjsim
from tests.explorer.browser import needs_browser, opened, slide, sought, verdicts
from zjsim.report.explorer.deliver import model_page, plan_page, write_page

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@needs_browser
def test_another_plan_has_its_page_and_its_own_probabilities(browser, tmp_path):
    folder, path = ROOT / "tests" / "analysis" / "tiny", tmp_path / "tiny.html"
    plan = zjsim.open_plan(folder)
    scenario = plan.read_scenario(folder / "supported.yaml")
    write_page(path, plan_page(plan, scenario, "en", 128))
    with opened(browser, path) as here:
        summary = here.page.evaluate("() => document.getElementById('zjsim-explorer').app.summary")
        assert verdicts(here.page) == ["met", "met", "met"]
        assert here.told == []
    many = zjsim.simulate_ensemble(plan, scenario, runs=128)
    shares = zjsim.assess(plan, many).probabilities
    assert [one["met"] for one in summary["targets"]] == [one.met for one in shares.targets]


@needs_browser
def test_what_it_takes_is_what_the_command_says(browser, tmp_path):
    plan, path = (
        zjsim.open_plan(ROOT / "tests" / "second_plan" / "ribera"),
        tmp_path / "ribera.html",
    )
    write_page(path, plan_page(plan, plan.read_scenario("baseline"), "en", 128))
    with opened(browser, path) as here:
        here.page.get_by_role("heading", name="What it takes").click()
        said = sought(here.page, "3 Gasto en innovación")
        assert here.told == []
    found = zjsim.backcast(
        plan, "baseline", targets=[3], probability=0.8, worlds=128, cost="steps", prices=False
    )
    effort = float(re.search(r"effort of ([\d.]+) does it", said)[1])
    assert effort == pytest.approx(found.cost, abs=0.01)
    assert f"to {100 * found.share:.1f}%" in said


MODEL = """{UTF-8}
population = INTEG(births - deaths, initial population) ~ person ~ People. |
initial population = 100 ~ person [10,500] ~ |
births = population * birth rate * EXP(-population/capacity) ~ person/Year ~ <b>births</b> |
birth rate = 0.3 ~ 1/Year [0,1,0.01] ~ </script><img src=x onerror="document.title='broken'"> |
deaths = population * death rate ~ person/Year ~ |
death rate = 0.05 ~ 1/Year ~ |
capacity = 400 ~ person ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 50 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
SAVEPER = TIME STEP ~ Year ~ |
"""


@needs_browser
def test_a_model_that_nobody_here_wrote_gets_a_page_and_its_texts_are_no_markup(browser, tmp_path):
    source, path = tmp_path / "people.mdl", tmp_path / "people.html"
    source.write_text(MODEL, encoding="utf-8")
    write_page(path, model_page(source, "en"))
    with opened(browser, path) as here:
        page = here.page
        rate = page.get_by_label("birth rate", exact=True)
        assert (rate.get_attribute("min"), rate.get_attribute("max")) == ("0", "1")
        slide(page, "birth rate", "0.6")
        last = page.evaluate(
            """() => { const { run } = document.getElementById('zjsim-explorer').app;
              return run.values[(run.rows - 1) * run.width + run.index.get("population")]; }"""
        )
        model = zjsim.read_model(source)
        expected = zjsim.simulate_model(model, "birth rate=0.6")["population"][0, -1]
        assert last == pytest.approx(expected, rel=1e-12)
        page.get_by_role("heading", name="Any variable of the model").click()
        page.get_by_label("Variable", exact=True).fill("birth rate")
        page.get_by_label("Variable", exact=True).press("Enter")
        assert "onerror" in page.locator(".about").inner_text()
        assert page.locator("#zjsim-explorer img").count() == 0
        assert page.title() != "broken"
        assert here.told == []


@needs_browser
def test_the_widget_shows_the_page_and_gives_the_scenario_back(browser, page, tmp_path):
    pytest.importorskip("anywidget")
    from zjsim.report.explorer.widget import Explorer

    plan = page.plan
    widget = Explorer(plan, plan.read_scenario("baseline"), page.content, page.kernel, {})
    names = ("code", "kernel", "style", "content", "font")
    traits = {name: getattr(widget, name) for name in names}
    safe = json.dumps(traits).replace("<", "\\u003c")
    # What anywidget does in a notebook: the module is loaded and given the model.
    place = tmp_path / "notebook.html"
    place.write_text(
        f"""<!doctype html><meta charset="utf-8"><div id="cell"></div>
<script id="traits" type="application/json">{safe}</script>
<script id="esm" type="text/plain">{widget._esm}</script>
<script type="module">
const read = (id) => document.getElementById(id).textContent;
const traits = JSON.parse(read("traits"));
globalThis.model = {{ get: (key) => traits[key], set: (key, value) => {{ traits[key] = value; }},
  save_changes() {{}} }};
const text = new Blob([read("esm")], {{ type: "text/javascript" }});
const {{ default: widget }} = await import(URL.createObjectURL(text));
await widget.render({{ model, el: document.getElementById("cell") }});
globalThis.ready = true;
</script>""",
        encoding="utf-8",
    )
    here = browser.new_page()
    here.goto(place.as_uri())
    here.wait_for_function("() => globalThis.ready", timeout=60_000)
    slide(here, "Water efficiency", "1.4")
    widget.yaml = here.evaluate("() => model.get('yaml')")
    here.close()
    assert widget.scenario.levers["water"].to == 1.4
    assert zjsim.simulate(plan, widget.scenario).name == "baseline_changed"


def test_the_command_writes_a_page_and_says_where(tmp_path):
    target = tmp_path / "m.html"
    model = tmp_path / "m.mdl"
    model.write_text(MODEL, encoding="utf-8")
    command = [sys.executable, "-m", "zjsim", "explore", str(model), "--out", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert f"wrote {target}" in done.stderr
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    done = subprocess.run([*command[:-1], str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "--out is a file" in done.stderr
    done = subprocess.run([*command, "--set", "birth rte=1"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Did you mean birth_rate?" in done.stderr
