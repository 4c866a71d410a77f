"""The page in a real Chromium: sliders, words, keyboard, phone, files, and no network."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

import zjsim
from tests.explorer.browser import needs_browser, opened, slide, sought, verdicts
from zjsim.report.explorer.page import ASSETS
from zjsim.report.words.labels import catalogue

ROOT = Path(__file__).parents[2]
LARGEST = 1.5e6  # bytes of a page, so that it travels by e-mail
pytestmark = pytest.mark.slow


def test_the_built_asset_is_that_of_the_sources():
    folder = ROOT / "explorer"
    if not folder.is_dir():
        pytest.skip("the sources of the page are not here")
    files = [*(folder / "src").rglob("*.*"), folder / "build.mjs", folder / "package-lock.json"]
    digest = hashlib.sha256()
    for name in sorted(path.relative_to(folder).as_posix() for path in files):
        digest.update(f"{name}\n".encode() + (folder / name).read_bytes() + b"\n")
    for name in ("explorer.js", "explorer.css", "widget.js"):
        first = (ASSETS / name).read_text(encoding="utf-8").splitlines()[0]
        assert first == f"/* built from {digest.hexdigest()} */", (
            f"{name} is stale: run `npm ci && npm run build` in explorer/"
        )


def test_the_page_has_a_word_for_every_key_its_code_asks_for():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "explorer/src").rglob("*.js")]
    asked = set(re.findall(r'"(explorer\.[a-z_.]+[a-z])"', "\n".join(texts)))
    assert asked
    assert asked <= set(catalogue())


def test_the_file_is_small_and_its_policy_allows_nothing_else(file, page):
    text = file.read_text(encoding="utf-8")
    # It holds half of the runs that a user gets: a departure for each, and one bit fewer.
    sampling = page.content["sampling"]
    growing = len(json.dumps(sampling["walks"])) + len(json.dumps(sampling["sobol"])) / 8
    assert len(text.encode("utf-8")) + growing < LARGEST
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy


@needs_browser
def test_the_page_says_what_the_package_says_and_asks_no_network(browser, file):
    plan = zjsim.open_plan("zhejiang")
    with opened(browser, file) as here:
        for name in ("baseline", "frozen_effort", "observed"):
            here.page.get_by_label("Scenario").select_option(name)
            expected = zjsim.assess(plan, zjsim.simulate(plan, name))
            assert verdicts(here.page) == [str(row.verdict) for row in expected.rows]
            shown = here.page.locator(".panel .now b").all_inner_texts()
            for row, text in zip(expected.rows, shown, strict=True):
                assert float(text.replace(",", "")) == pytest.approx(row.projection, abs=0.06)
        assert here.told == []
        assert [url for url in here.asked if not url.startswith(("file:", "blob:"))] == []


MOVE_EACH = """() => {
  const { app } = document.getElementById("zjsim-explorer");
  const state = () => JSON.stringify(app.store.scenario);
  const start = state();
  const numbers = () => app.run.values.reduce((sum, x, k) => sum + x * (1 + (k % 7)), 0);
  const sliders = () => document.querySelectorAll("input[type=range]");
  return Array.from(sliders(), (_, k) => {
    // Undo draws the page anew.
    const one = sliders()[k];
    const name = one.labels[0].textContent;
    const before = numbers();
    one.value = one.min;
    for (const kind of ["input", "change"]) one.dispatchEvent(new Event(kind, { bubbles: true }));
    const moved = state() !== start && numbers() !== before;
    app.store.undo();
    return [name, moved, state() === start];
  });
}"""


@needs_browser
def test_every_slider_moves_the_model_and_undo_brings_it_back(browser, file):
    with opened(browser, file) as here:
        told = here.page.evaluate(MOVE_EACH)
        assert len(told) >= 16 + 7 + 5
        assert [one for one in told if not all(one)] == []
        here.page.get_by_role("button", name="Redo").click()
        assert here.page.locator(".lever.changed").count() == 1
        assert here.told == []


@needs_browser
def test_probabilities_on_the_page_are_those_of_an_ensemble(browser, file, page):
    plan = page.plan
    runs = page.content["sampling"]["runs"]
    with opened(browser, file, "#s=baseline&l.water=1.4") as here:
        summary = here.page.evaluate("() => document.getElementById('zjsim-explorer').app.summary")
        many = zjsim.simulate_ensemble(plan, "baseline", levers={"water": 1.4}, runs=runs)
        shares = zjsim.assess(plan, many).probabilities
        assert [one["met"] for one in summary["targets"]] == [one.met for one in shares.targets]
        assert summary["joint"]["met"] == shares.joint.met


@needs_browser
def test_a_downloaded_scenario_is_run_to_the_printed_digit(browser, file, tmp_path):
    with opened(browser, file) as here:
        page = here.page
        slide(page, "Water efficiency", "1.33")
        slide(page, "Digital transformation", "0.4")
        drawn = page.evaluate(
            """() => { const { panels } = document.getElementById('zjsim-explorer').app;
              return panels.panels.map((one, k) => [one.chart.chart.data[3].at(-1),
                panels.rows[k].value]); }"""
        )
        # What a moving hand leaves undrawn is drawn when it rests.
        assert [line for line, _ in drawn] == [value for _, value in drawn]
        page.get_by_label("All policies delayed by (years)").fill("0.5")
        page.get_by_label("All policies delayed by (years)").blur()
        page.get_by_role("heading", name="Keep and pass on").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Download scenario (YAML)").click()
        target = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(target)
        shown = page.evaluate(
            """() => document.getElementById('zjsim-explorer').app.panels.rows
                .map((row) => [row.value, row.verdict])"""
        )
    plan = zjsim.open_plan("zhejiang")
    found = zjsim.assess(plan, zjsim.simulate(plan, target))
    assert [verdict for _, verdict in shown] == [str(row.verdict) for row in found.rows]
    for (value, _), row in zip(shown, found.rows, strict=True):
        assert value == pytest.approx(row.projection, rel=1e-12)


@needs_browser
def test_a_file_dropped_in_is_taken_and_a_wrong_one_is_told(browser, file, tmp_path):
    good, bad = tmp_path / "own.yaml", tmp_path / "bad.yaml"
    good.write_text("name: own\nbased_on: late_start\nlevers: {water: 1.5}\n", encoding="utf-8")
    bad.write_text("name: own\nlevers: {watr: 1.5}\n", encoding="utf-8")
    with opened(browser, file) as here:
        page = here.page
        page.get_by_role("heading", name="Keep and pass on").click()
        page.locator("input[type=file]").set_input_files(good)
        page.wait_for_function(
            "() => document.getElementById('zjsim-explorer').app.store.scenario.lever_delay === 2"
        )
        page.locator("input[type=file]").set_input_files(bad)
        page.get_by_role("alert").filter(has_text="levers.watr: no such name").wait_for()


@needs_browser
def test_both_languages_are_whole_and_the_address_keeps_the_state(browser, file):
    with opened(browser, file, "#s=innovation_push&l.water=1.2&lang=zh") as here:
        page = here.page
        text = page.locator("#zjsim-explorer").inner_text()
        # Names of paths are the files' own; units and equations have Latin letters.
        strange = set(re.findall(r"[A-Za-z]{4,}", text)) - {
            "English", "outlook", "zjsim", "zhejiang", "manufacturing", "YAML", "observed",
        }  # fmt: skip
        assert strange == set()
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        page.get_by_role("button", name="English").click()
        assert "targets met" in page.locator(".tally").inner_text()
        page.locator(".switch").evaluate("(one) => one.remove()")
        assert not re.search(
            "[\u3000-\u9fff\uff00-\uffef]", page.locator("#zjsim-explorer").inner_text()
        )
        address = page.evaluate("() => location.hash")
        assert "l.water=1.2" in address
        assert "s=innovation_push" in address
    with opened(browser, file, address) as here:
        assert here.page.get_by_label("Water efficiency", exact=True).input_value() == "1.2"


WRONG = (
    "#s=baseline&l.water=99", "#s=baseline&d.nothing={x",
    "#s=baseline&l.__proto__=1&c.constructor=1",
    "#s=baseline&l.water=" + '{"shape":"table","values":"abc"}', "#s=baseline&path=constructor",
)  # fmt: skip


@needs_browser
@pytest.mark.parametrize("address", WRONG)
def test_a_wrong_address_is_told_and_the_page_still_works(browser, file, address):
    with opened(browser, file, address) as here:
        assert "cannot be used" in here.page.get_by_role("alert").inner_text()
        assert len(verdicts(here.page)) == 10
        assert here.told == []


@needs_browser
def test_the_keyboard_alone_reaches_and_moves_everything(browser, file):
    with opened(browser, file) as here:
        page = here.page
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        # Past all sliders, in two keys.
        assert page.evaluate("() => document.activeElement.closest('main') !== null")
        page.evaluate("() => document.activeElement.blur()")
        seen = set()
        for _ in range(80):
            page.keyboard.press("Tab")
            seen.add(page.evaluate("() => document.activeElement.tagName"))
        assert {"BUTTON", "SELECT", "INPUT", "SUMMARY"} <= seen
        water = page.get_by_label("Water efficiency", exact=True)
        water.focus()
        page.keyboard.press("ArrowRight")
        assert water.input_value() == "1.01"
        page.keyboard.press("Control+z")
        assert page.get_by_label("Water efficiency", exact=True).input_value() == "1"
        page.get_by_role("button", name="Path and clause: Water efficiency").press("Enter")
        knob = page.get_by_role("slider", name="complete (1 January)").first
        knob.press("ArrowRight")
        assert page.get_by_label("complete (1 January)").last.input_value() == "2022.25"


@needs_browser
def test_everything_a_screen_reader_meets_has_a_name(browser, file):
    with opened(browser, file) as here:
        nameless = here.page.evaluate(
            """() => [...document.querySelectorAll(
              "button, input, select, [role=img], [role=slider], section, nav")].filter((one) => {
              const label = one.getAttribute("aria-label") || one.textContent.trim()
                || [...(one.labels ?? [])].map((l) => l.textContent).join("");
              return !label && one.type !== "file" && !one.closest("[hidden]");
            }).map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert nameless == []


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_scrolling_sideways(browser, file, scheme):
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    with opened(browser, file, **phone) as here:
        page = here.page
        for heading in page.locator("summary h2").all():
            if not heading.evaluate("(one) => one.closest('details').open"):
                heading.click()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        colours = page.locator("#zjsim-explorer").evaluate(
            "(one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
        )
        light = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours]
        assert (light[0] < light[1]) == (scheme == "light")


@needs_browser
def test_any_variable_is_shown_with_its_equation_to_click_along(browser, file):
    with opened(browser, file) as here:
        page = here.page
        page.get_by_role("heading", name="Any variable of the model").click()
        page.get_by_label("Variable", exact=True).fill("labour productivity")
        page.get_by_label("Variable", exact=True).press("Enter")
        about = page.locator(".about")
        assert "Equation" in about.inner_text()
        about.get_by_role("button").first.click()
        assert page.get_by_label("Variable", exact=True).input_value() != "labour productivity"
        assert here.told == []


@needs_browser
def test_the_policies_that_move_water_are_told_in_order(browser, file, page):
    with opened(browser, file) as here:
        here.page.get_by_role("heading", name="Which policies move an indicator").click()
        here.page.get_by_label("Indicator", exact=True).select_option("8")
        rows = here.page.locator(".movers tbody tr").all_inner_texts()
    shown = [row.split("\t") for row in rows]

    def cut(**levers):
        found = zjsim.simulate(page.plan, "baseline", levers=levers)
        return zjsim.assess(page.plan, found).row("water_intensity_cut").projection

    labels = {lever.label.en: lever.id for lever in page.plan.levers}
    assert labels.keys() == {name for name, *_ in shown}
    worth = {name: cut() - cut(**{lever: 0}) for name, lever in labels.items()}
    for name, effect, *_ in shown:
        assert float(effect) == pytest.approx(worth[name], abs=0.006)
    assert [name for name, *_ in shown[:3]] == sorted(worth, key=lambda one: -abs(worth[one]))[:3]


@needs_browser
def test_what_it_takes_is_found_and_is_true(browser, file, page):
    with opened(browser, file, "#s=frozen_effort") as here:
        view = here.page
        view.get_by_role("heading", name="What it takes").click()
        assert "nothing more is needed" in sought(view, "9 Cut in water")
        assert re.search(
            "80% is out of reach: for “8 Cut in energy.*” alone", sought(view, "8 Cut in energy")
        )
        said = re.search(r"effort of ([\d.]+)% does it.* to ([\d.]+)%", sought(view, "5 Invention"))
        effort, share = (float(number) / 100 for number in said.groups())
        assert share >= 0.8
        view.get_by_role("button", name="Use these policies").click()
        assert view.get_by_role("checkbox", name="5 Invention").is_checked()
        assert not view.get_by_role("checkbox", name="8 Cut in energy").is_checked()
        made = view.evaluate(
            """() => zjsimExplorer.scenarioFile(
                document.getElementById('zjsim-explorer').app.store)"""
        )
        assert here.told == []
    path = Path(file).with_name("found.yaml")
    path.write_text(made, encoding="utf-8")
    many = zjsim.simulate_ensemble(page.plan, path, runs=page.content["sampling"]["runs"])
    row = zjsim.assess(page.plan, many).row("patents_per_10bn")
    assert row.share.value == pytest.approx(share, abs=6e-4)
    begun = page.plan.read_scenario("frozen_effort").levers
    levers = page.plan.read_scenario(path).levers
    costs = {one["id"]: one["cost"] for one in page.content["levers"] if one["cost"]}
    before = {name: begun[name].to if name in begun else 0 for name in costs}
    spent = sum(cost * (levers[name].to - before[name]) for name, cost in costs.items())
    assert spent == pytest.approx(effort, abs=6e-5)


@needs_browser
def test_pictures_and_tables_can_be_kept(browser, file, tmp_path):
    with opened(browser, file) as here:
        page = here.page
        page.get_by_role("heading", name="Keep and pass on").click()
        sizes = {}
        for name in ("Picture (PNG)", "Picture (SVG)", "Verdicts (CSV)", "All variables (CSV)"):
            with page.expect_download() as waiting:
                page.get_by_role("button", name=name).click()
            target = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(target)
            sizes[target.suffix] = target.read_bytes()
        assert sizes[".svg"].startswith(b"<svg")
        assert sizes[".png"].startswith(b"\x89PNG")
        verdict = (tmp_path / "baseline_verdicts.csv").read_text("utf-8-sig").splitlines()
        assert len(verdict) == 11
        assert here.told == []
