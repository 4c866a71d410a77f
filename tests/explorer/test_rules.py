"""The page's rules are the package's rules: paths, verdicts, draws, probabilities, files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.special import ndtr, ndtri

import zjsim
from tests.node import needs_node, run_node
from tests.posteriors import tied_posterior
from zjsim.analysis.uncertainty.statistics import statistics_of
from zjsim.assessment.probability import wilson_share
from zjsim.assessment.progress import compute_verdicts
from zjsim.errors import ModelError, UnsupportedError
from zjsim.model.names import identifier
from zjsim.prepare import prepare
from zjsim.report.explorer.content import plan_content, scenario_content
from zjsim.report.explorer.model import model_content
from zjsim.report.explorer.page import asset
from zjsim.scenario.draws import draw_all
from zjsim.scenario.sampling import resolve_ensemble

pytestmark = needs_node
RESOLVE = """
answer(data.scenarios.map((scenario) => {
  const found = core.resolve.resolve(doc, scenario);
  const { grid } = found;
  const times = Array.from({ length: core.paths.stepsOf(grid) + 1 },
    (_, i) => grid.start + i * grid.step);
  const read = (points) => times.flatMap((time) =>
    [core.paths.valueAt(points, time), core.paths.valueAt(points, time, "left")]);
  return { grid, constants: found.constants, given: found.given,
    paths: Object.fromEntries([...found.paths].map(([name, points]) => [name, read(points)])) };
}));
"""


def random_scenarios(plan, count, seed=7):
    """Scenarios with every shape, amount, path and delay, as a user may write them."""
    rng = np.random.default_rng(seed)
    names = [identifier(name) for name in plan.drivers.drivers.values()]
    rows = [r for r in plan.constants.rows.values() if r.distribution not in ("fixed",)]
    for number in range(count):
        levers = {lever.id: lever_entry(lever, rng) for lever in plan.levers if rng.random() < 0.8}
        drivers = {name: driver_entry(name, plan, rng) for name in names if rng.random() < 0.5}
        picked = rng.choice(len(rows), 3, replace=False)
        constants = {
            identifier(rows[k].name): float(rng.uniform(rows[k].low, rows[k].high)) for k in picked
        }
        yield zjsim.read_scenario(
            {
                "name": f"random{number}", "based_on": str(rng.choice(["baseline", "observed"])),
                "lever_delay": float(rng.choice([0, 0.3, 1, 2])), "levers": levers,
                "drivers": drivers, "constants": constants,
            }
        )  # fmt: skip


def lever_entry(lever, rng):
    to = float(rng.uniform(lever.low, lever.high)) * float(rng.random() > 0.2)
    first = 2020.5 + float(rng.integers(0, 10)) / 4
    last = first + 0.25 + float(rng.integers(0, 8)) / 3
    return [
        to,
        {"shape": "constant", "to": to},
        {"shape": "step", "to": to, "from": first},
        {"shape": "step", "to": to, "from": first, "until": last},
        {"shape": "ramp", "to": to, "from": first, "until": last},
        {"shape": "s_curve", "to": to, "from": first, "until": last},
        {"shape": "table", "values": {2021: to / 2, 2023: to}},
    ][rng.integers(7)]


def driver_entry(name, plan, rng):
    index = name.endswith(("index", "demand", "trend"))
    amount = {"multiply": float(rng.uniform(0.85, 1.2))}
    if not index:
        amount = [amount, {"add": 0.01}, {"to": 0.02}][rng.integers(3)]
    first, last = 2021 + float(rng.random()), 2023 + float(rng.random())
    return [
        {"shape": "constant", **amount},
        {"shape": "step", **amount, "from": first},
        {"shape": "ramp", **amount, "from": first, "until": last},
        {"shape": "s_curve", **amount, "from": first, "until": last},
    ][rng.integers(4)]


def test_every_path_is_the_same_in_the_page(page, tmp_path):
    plan = page.plan
    scenarios = [*map(plan.read_scenario, plan.scenarios), *random_scenarios(plan, 60)]
    data = {"scenarios": [scenario_content(plan, one) for one in scenarios]}
    answers = page.ask(RESOLVE, data, tmp_path)
    for scenario, found in zip(scenarios, answers, strict=True):
        inputs = prepare(plan, scenario).all_paths
        times = inputs.grid.times
        assert set(found["paths"]) == set(inputs.paths)
        for name, path in inputs.paths.items():
            both = np.stack([path.right(times)[0], path.left(times)[0]], axis=1).ravel()
            told = f"{scenario.name} {name}"
            np.testing.assert_allclose(
                found["paths"][name],
                both,
                rtol=1e-13,
                atol=1e-13,
                err_msg=told,
            )
        constants = [
            float(inputs.constants.get(slot.name, [slot.value])[0])
            for slot in plan.program.constants
        ]
        np.testing.assert_array_equal(found["constants"], constants)


def test_verdicts_and_shares_are_judged_by_the_same_rule(page, tmp_path):
    rng = np.random.default_rng(3)
    cases = []
    for _ in range(500):
        lowest = float(np.round(rng.uniform(0, 10), 1))
        value = float(rng.choice([lowest, lowest + rng.normal(), np.nan, np.inf]))
        highest = [None, lowest + 0.2][rng.integers(2)]
        error = [None, 0.0, float(abs(rng.normal()) / 10), np.nan][rng.integers(4)]
        cases.append([value, lowest, highest, error])
    shares = [[int(rng.integers(0, n + 1)), int(n)] for n in rng.integers(1, 600, 100)]
    found = page.ask(
        """answer({
          verdicts: data.cases.map((one) => core.judge.verdictOf(...one)),
          shares: data.shares.map(([met, total]) => core.judge.wilson(met, total)),
        });""",
        {"cases": cases, "shares": shares},
        tmp_path,
    )
    assert found["verdicts"] == [str(compute_verdicts(*case)) for case in cases]
    for (met, total), share in zip(shares, found["shares"], strict=True):
        expected = wilson_share(met, total)
        assert share["low"] == pytest.approx(expected.low, abs=1e-14)
        assert share["high"] == pytest.approx(expected.high, abs=1e-14)


def test_the_normal_distribution_is_scipys(page, tmp_path):
    unit = np.concatenate([np.linspace(0, 1, 4001)[1:-1], 10.0 ** -np.arange(3, 13)])
    found = page.ask(
        "answer([data.unit.map(core.normal.ndtri), data.x.map(core.normal.ndtr)]);",
        {"unit": unit.tolist(), "x": np.linspace(-9, 9, 3001).tolist()},
        tmp_path,
    )
    np.testing.assert_allclose(found[0], ndtri(unit), rtol=4e-15, atol=1e-15)
    np.testing.assert_allclose(found[1], ndtr(np.linspace(-9, 9, 3001)), rtol=4e-15, atol=1e-300)


DRAWS = """
answer(data.scenarios.map((scenario) => {
  const inputs = core.resolve.resolve(doc, scenario);
  const draws = new core.draws.Draws(doc, binary, inputs, scenario);
  return data.runs.map((run) => {
    const drawn = draws.inputs(run);
    return { constants: drawn.constants, keys: draws.dimensions.map((one) => one.key),
      ends: Object.fromEntries([...drawn.paths].map(([name, points]) =>
        [name, core.paths.valueAt(points, 2025)])) };
  });
}));
"""


@pytest.mark.slow
def test_every_draw_is_that_of_an_ensemble(page, tmp_path):
    plan, runs = page.plan, [0, 1, 5, 64, 255]
    scenarios = [*map(plan.read_scenario, plan.scenarios), *random_scenarios(plan, 12, 11)]
    data = {"scenarios": [scenario_content(plan, one) for one in scenarios], "runs": runs}
    answers = page.ask(DRAWS, data, tmp_path)
    for scenario, found in zip(scenarios, answers, strict=True):
        ready = prepare(plan, scenario)
        assert [d.key for d in ready.sample.dimensions] == found[0]["keys"], scenario.name
        for run, drawn in zip(runs, found, strict=True):
            inputs, _ = resolve_ensemble(ready.resolved, ready.sample, run, run + 1)
            draw_all(ready.sample, run, run + 1)
            for slot, value in zip(plan.program.constants, drawn["constants"], strict=True):
                if slot.name in inputs.constants:
                    assert value == pytest.approx(inputs.constants[slot.name][0], rel=1e-12)
            for name, path in inputs.paths.items():
                expected = path.right(np.array([2025.0]))[0, 0]
                assert drawn["ends"][name] == pytest.approx(expected, rel=1e-12, abs=1e-14), name


LEARNT = """
const { inputsOf, Ensemble } = core.ensemble;
answer(data.scenarios.map((scenario) => {
  const one = engine.run(inputsOf(doc, binary, scenario), { few: true });
  const many = new Ensemble(doc, binary, engine, scenario).upTo(data.count);
  const read = core.judge.indicatorValue;
  return { one: doc.plan.indicators.map((item) => read(one, item, item.target.year)),
    shares: many.summary().targets.map((share) => share.value),
    draws: many.items.map((item) => Float64Array.from(item.values, (row) => row.at(-1))) };
}));
"""


@pytest.mark.slow
def test_a_page_that_starts_from_draws_after_learning_gives_theirs(page, tmp_path):
    plan, count = page.plan, 32
    scenario = tied_posterior(plan, tmp_path / "p.nc", 96)
    content, _ = plan_content(plan, scenario, "en", count)
    # A page is handed on: the place of a private file is nobody else's.
    assert str(tmp_path) not in json.dumps(content)
    others = [scenario, *(start_of(plan, name, scenario) for name in ("frozen_effort",))]
    told = [scenario_content(plan, one) for one in others]
    answers = page.ask(LEARNT, {"doc": content, "scenarios": told, "count": count}, tmp_path)
    for one, found in zip(others, answers, strict=True):
        middle = zjsim.simulate(plan, one).indicators().loc[2025].to_numpy()
        assert found["one"] == pytest.approx(list(middle), rel=1e-9)
        many = zjsim.simulate_ensemble(plan, one, runs=count)
        table = many.indicators().xs(2025, level="year").to_numpy()
        np.testing.assert_allclose(np.stack(found["draws"], axis=1), table, rtol=1e-9)
        shares = [target.share.value for target in statistics_of(many).targets]
        assert found["shares"] == pytest.approx(shares)


def start_of(plan, name, scenario):
    """Another scenario that starts from the same draws."""
    return plan.read_scenario(name).changed(sampling=scenario.sampling)


@pytest.mark.slow
def test_probabilities_are_those_of_an_ensemble_to_the_last_run(page, tmp_path):
    plan, count = page.plan, 256
    scenarios = [
        *map(plan.read_scenario, ("baseline", "frozen_effort", "observed", "late_start")),
        *random_scenarios(plan, 2, 5),
    ]
    found = page.ask(
        """const { Ensemble } = core.ensemble;
        answer(data.scenarios.map((scenario) =>
          new Ensemble(doc, binary, engine, scenario).upTo(data.count).summary()));""",
        {"scenarios": [scenario_content(plan, one) for one in scenarios], "count": count},
        tmp_path,
    )
    for scenario, summary in zip(scenarios, found, strict=True):
        many = zjsim.simulate_ensemble(plan, scenario, runs=count)
        statistics = statistics_of(many)
        shares = statistics.probabilities
        assert [one["met"] for one in summary["targets"]] == [one.met for one in shares.targets]
        assert summary["joint"]["met"] == shares.joint.met
        assert summary["binding"]["met"] == shares.binding.met
        assert summary["numberMet"] == list(shares.number_met)
        for target, band in zip(statistics.targets, summary["bands"], strict=True):
            ends = target.quantiles[:, [0, -1, 3]]
            np.testing.assert_allclose([row[1:] for row in band], ends, rtol=1e-5, atol=1e-5)


def test_a_scenario_written_by_the_page_gives_the_same_numbers(page, tmp_path):
    plan = page.plan
    scenarios = list(random_scenarios(plan, 12, 21))
    texts = page.ask(
        """answer(data.scenarios.map((scenario) =>
          core.scenario.scenarioText(scenario, doc.sampling.entries)));""",
        {"scenarios": [scenario_content(plan, one) for one in scenarios]},
        tmp_path,
    )
    for number, (scenario, text) in enumerate(zip(scenarios, texts, strict=True)):
        file = tmp_path / f"made{number}.yaml"
        file.write_text(text, encoding="utf-8")
        again, before = prepare(plan, file), prepare(plan, scenario)
        assert list(again.inputs.paths) == list(before.inputs.paths)
        for name, path in before.inputs.paths.items():
            np.testing.assert_array_equal(again.inputs.paths[name].values, path.values)
            np.testing.assert_array_equal(again.inputs.paths[name].times, path.times)
        assert [d.key for d in again.sample.dimensions] == [d.key for d in before.sample.dimensions]


def test_a_file_read_by_the_page_is_what_the_package_reads(page, tmp_path):
    plan = page.plan
    texts = []
    for name in plan.scenarios:
        path = zjsim.bundle.scenarios_folder() / f"{name}.yaml"
        texts.append(path.read_text(encoding="utf-8"))
    found = page.ask(
        """const known = (section, name) => core.scenario.identifier(name);
        const read = (text) => core.scenario.readScenario(text, doc.scenarios, known);
        answer(data.texts.map(read));""",
        {"texts": texts},
        tmp_path,
    )
    for name, scenario in zip(plan.scenarios, found, strict=True):
        expected = scenario_content(plan, plan.read_scenario(name))
        assert {key: scenario[key] for key in expected if key != "plan"} == {
            key: value for key, value in expected.items() if key != "plan"
        }


def test_an_address_brings_back_the_scenario_it_was_made_from(page, tmp_path):
    plan = page.plan
    scenarios = [scenario_content(plan, one) for one in random_scenarios(plan, 20, 31)]
    found = page.ask(
        """answer(data.scenarios.map((scenario) => {
          const text = core.scenario.toAddress({ base: "baseline", scenario }, doc.scenarios);
          return core.scenario.fromAddress(text, doc.scenarios).scenario;
        }));""",
        {"scenarios": scenarios},
        tmp_path,
    )
    keys = ("driver_path", "lever_delay", "levers", "drivers", "constants", "initial", "time")
    for before, after in zip(scenarios, found, strict=True):
        assert {key: after[key] for key in keys} == {key: before[key] for key in keys}


def test_what_does_not_fit_is_told_by_place_and_reason(page, tmp_path):
    texts = {
        "levers: {rd_suport: 1}": ["levers.rd_suport", "unknown_name"],
        "levers: {water: {shape: ramp, to: 1}}": ["levers.water", "shape_lacks"],
        "based_on: nowhere": ["based_on nowhere", "no_such_base"],
        "lever: {water: 1}": ["lever", "unknown_key"],
        "levers: {water: many}": ["levers.water", "not_a_number"],
        "levers: {water: 9}": ["levers.water (0–3)", "out_of_range"],
        "- 1": ["", "not_a_mapping"],
        "levers: [1]": ["levers", "not_a_mapping"],
        "levers: {water: {shape: table, values: [1]}}": ["levers.water.values", "not_a_mapping"],
        "levers: {water: {shape: step, to: 1, from: soon}}": ["levers.water.from", "not_a_number"],
        "driver_path: constructor": ["driver_path constructor", "unknown_name"],
    }
    found = page.ask(
        """const known = (section, name) => (section !== "levers"
            || doc.levers.some((lever) => lever.id === name) ? name : null);
        answer(data.texts.map((text) => {
          try {
            core.resolve.resolve(doc, core.scenario.readScenario(text, doc.scenarios, known));
          } catch (failure) { return failure.problems ?? String(failure.stack); }
          return null;
        }));""",
        {"texts": list(texts)},
        tmp_path,
    )
    assert [one[0] for one in found] == list(texts.values())


BARE = """{UTF-8}
level = INTEG(change, 10) ~ m ~ |
change = rate*level + gain*RANDOM NORMAL(-3, 3, 0, 1, 5) ~ m/Year ~ |
rate = -0.1 ~ 1/Year [-1,1] ~ |
gain = 0.2 ~ m/Year ~ |
cells: north, south ~ ~ |
share[cells] = 0.4, 0.6 ~ ~ |
part[cells] = share[cells]*level ~ m ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 10 ~ Year ~ |
TIME STEP = 0.3 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""
RUN_BARE = """
answer(data.map(({ doc, kernel }) => {
  const made = new Function(`${kernel}; return zjsimKernel;`)()();
  const { core } = zjsimExplorer;
  const run = core.engine.engineOf(doc, made).run(core.resolve.resolve(doc, doc.scenarios[0]));
  const times = Array.from({ length: run.rows }, (_, row) => run.time(row));
  const values = Object.fromEntries(doc.kernel.save.map((name) => [name, run.column(name)]));
  return { times, values };
}));
"""


def test_a_bare_model_runs_in_the_page_as_on_the_command_line(tmp_path):
    source = tmp_path / "bare.mdl"
    source.write_text(BARE, encoding="utf-8")
    asked = [["noise=3"], ["noise=off", "method=rk4", "rate=0.2"], ["noise=2", "time.step=0.25"]]
    pages = [model_content(source, "en", changes) for changes in asked]
    data = [{"doc": content, "kernel": kernel} for content, kernel in pages]
    found = run_node(asset("explorer.js") + RUN_BARE, data, tmp_path)
    for changes, one in zip(asked, found, strict=True):
        expected = zjsim.simulate_model(zjsim.read_model(source), changes)
        np.testing.assert_allclose(one["times"], expected.times, rtol=1e-12)
        assert {"level", "change", "part[north]", "part[south]"} <= one["values"].keys()
        for name, values in one["values"].items():
            np.testing.assert_allclose(values, expected[name][0], rtol=1e-12, atol=1e-12)
    # What is drawn is nobody's to set.
    assert set(pages[0][0]["constants"]) == {"rate", "gain", "share_north", "share_south"}
    with pytest.raises(UnsupportedError, match="asks for random numbers"):
        model_content(source, "en")
    source.write_text("a = 1 ~ ~ |\n" + BARE[BARE.index("INITIAL TIME") :], encoding="utf-8")
    with pytest.raises(ModelError, match="nothing but constants"):
        model_content(source, "en")


CHEAPEST = """
answer(data.map(({ probability, ...what }) => {
  const straight = new zjsimExplorer.core.straight.Straight(what);
  const { point, level, cost } = straight.cheapest(probability);
  return { point, level, cost };
}));
"""


def test_the_cheapest_straight_setting_is_that_of_linear_programming(tmp_path):
    rng = np.random.default_rng(4)
    levers, targets, worlds = 5, 2, 60
    asked, best = [], []
    for _ in range(20):
        # One world many times, so that the wanted share of worlds is a linear programme.
        slopes = rng.uniform(-0.1, 1, (levers, targets))
        upper, price = rng.uniform(0.5, 2, levers), rng.uniform(0.2, 2, levers)
        margins = -rng.uniform(0.1, 0.3, targets)
        solved = linprog(price, A_ub=-slopes.T, b_ub=margins, bounds=[(0, top) for top in upper])
        best.append(solved.fun)
        asked.append({
            "probability": 0.8, "targets": targets, "lower": np.zeros(levers), "upper": upper,
            "price": price, "point": np.zeros(levers), "margins": np.tile(margins, worlds),
            "slopes": [np.tile(row, worlds) for row in slopes],
        })  # fmt: skip
    found = run_node(asset("explorer.js") + CHEAPEST, asked, tmp_path)
    over = np.array([one["cost"] for one in found]) / best - 1
    assert all(one["level"] >= -1e-9 for one in found)
    assert over.min() > -1e-6
    # Steps of single levers and exchanges of two: nearly always on the optimum, never far off.
    assert np.mean(over < 0.01) >= 0.95
    assert over.max() < 0.1
