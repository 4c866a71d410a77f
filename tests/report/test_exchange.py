import numpy as np
import pandas as pd
import pytest

from tests.report.report_case import judged, plan
from zjsim.errors import RunError, ScenarioError
from zjsim.report.output import exchange
from zjsim.scenario.cin import cin_text, moving_paths, read_cin, scenario_of_cin
from zjsim.scenario.reader import read_scenario
from zjsim.workflow import simulate


@pytest.fixture(scope="module")
def runs():
    return judged("baseline", False).runs


@pytest.fixture(scope="module")
def frame(runs):
    return exchange.iamc_frame(runs, judged("baseline", False).assessment)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_iamc_tables_come_back_as_they_went(frame, tmp_path, ending):
    path = tmp_path / f"结果.{ending}"
    exchange.write_iamc(path, [frame])
    if ending == "xlsx":
        pytest.importorskip("openpyxl")
    wide = pd.read_excel(path, engine="openpyxl") if ending == "xlsx" else pd.read_csv(path)
    years = [name for name in frame.columns if name.isdigit()]
    assert list(wide.columns) == list(frame.columns)
    assert wide["Variable"].tolist() == frame["Variable"].tolist()
    assert wide[years].to_numpy() == pytest.approx(frame[years].to_numpy(dtype=float), rel=1e-14)


def test_every_indicator_and_variable_is_in_the_table_once(frame, runs):
    assert frame["Variable"].is_unique
    assert len(frame) == 10 + len(runs.trajectories.names)
    assert set(exchange.IAMC_NAMES) == {item.id for item in plan().plan.indicators}
    share = frame[frame["Variable"] == "Value Added|Manufacturing|Share of GDP"]
    assert float(share["2025"].iloc[0]) == judged("baseline", False).assessment.rows[0].projection


@pytest.mark.filterwarnings("ignore")  # of its libraries, not ours
def test_pyam_reads_the_table(frame, tmp_path):
    pyam = pytest.importorskip("pyam")
    exchange.write_iamc(tmp_path / "a.csv", [frame])
    assert len(pyam.IamDataFrame(tmp_path / "a.csv").variable) == len(frame)


def test_parquet_and_netcdf_hold_every_number(runs, tmp_path):
    import pyarrow.parquet as pq
    import xarray as xr

    assessment = judged("baseline", False).assessment
    for kind in ("parquet", "netcdf"):
        assert list(exchange.export(tmp_path / kind, kind, runs, assessment)) == []
    table = pq.read_table(tmp_path / "parquet")
    with xr.open_dataset(tmp_path / "netcdf", engine="scipy") as dataset:
        for name in runs.trajectories.names:
            assert np.array_equal(table[name].to_numpy(), runs.trajectories[name][0])
            assert np.array_equal(dataset[name].values[0], runs.trajectories[name][0])
    assert table.schema.metadata[b"scenario"] == b"baseline"


def test_an_unknown_format_names_the_near_one(runs, tmp_path):
    with pytest.raises(RunError, match="Did you mean netcdf"):
        list(exchange.export(tmp_path / "x", "netcfd", runs, None))


def test_xmile_is_written_for_a_scenario(runs, tmp_path):
    from zjsim.model.reader import read_model

    path = tmp_path / "a.xmile"
    list(exchange.export(path, "xmile", runs, None))
    assert {s.name for s in read_model(path).stocks} >= {s.name for s in plan().model.stocks}


def test_constants_come_back_from_a_cin_file(tmp_path):
    scenario = plan().read_scenario("baseline", ["constants.knowledge_elasticity=0.11"])
    resolved = plan().resolve(scenario)
    path = tmp_path / "a.cin"
    path.write_text(cin_text(resolved, plan().names), encoding="utf-8")
    values = read_cin(path, plan().names)
    assert values["knowledge elasticity"] == 0.11
    assert values["TIME STEP"] == resolved.inputs.grid.step
    for name in moving_paths(resolved):
        assert name not in values
        assert f"{{{name}: " in path.read_text(encoding="utf-8")


def test_a_cin_file_becomes_a_scenario_that_runs(tmp_path):
    from zjsim.report.output.results import write_yaml

    path = tmp_path / "a.cin"
    path.write_text(
        "{a comment\nof two lines}\nKnowledge_Elasticity = .09\n"
        "0 <= KNOWLEDGE  ELASTICITY = 1.1e-1 <= 1\n"
        "digital lever = 1\nenergy price index=1.5\nTIME STEP = 0.125\n"
    )
    values = read_cin(path, plan().names)
    levers = {lever.variable: lever.id for lever in plan().levers}
    drivers = list(plan().drivers.drivers.values())
    document = scenario_of_cin(values, "mine", plan().names, levers, drivers)
    assert document["constants"] == {"knowledge_elasticity": 0.11}
    write_yaml(tmp_path / "mine.yaml", document)
    scenario = read_scenario(tmp_path / "mine.yaml", tmp_path)
    ran = simulate(plan(), scenario, estimate_error=False)
    assert ran.at("digital lever", 2025.0)[0] == 1
    assert ran.at("energy price index", 2025.0)[0] == 1.5


def test_every_problem_of_a_cin_file_is_told_with_its_line(tmp_path):
    path = tmp_path / "a.cin"
    lines = ("{note}", "knowledge elastisity = 0.2", "hiring time = soon", "f((1,2))", "a[b]=1")
    path.write_text("\n".join(lines))
    with pytest.raises(ScenarioError) as caught:
        read_cin(path, plan().names)
    text = str(caught.value)
    assert "line 2: knowledge elastisity: the model has no such constant. Did you mean" in text
    assert "line 3: not understood: hiring time = soon. A line is: name = number." in text
    assert "line 4: a lookup cannot be set" in text
    assert "line 5: a subscripted constant" in text
