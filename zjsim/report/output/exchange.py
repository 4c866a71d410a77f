"""Results in the formats of other tools: IAMC tables, Parquet, netCDF, Vensim .cin, XMILE.

An IAMC table has a row a variable and a column a year, with the columns Model, Scenario,
Region, Variable and Unit before them. It is written without pyam.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zjsim.errors import RunError, did_you_mean
from zjsim.files import UNDATED
from zjsim.plaintext import cell
from zjsim.report.output.results import write_netcdf
from zjsim.scenario.cin import cin_text
from zjsim.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from zjsim.assessment.assess import Assessment
    from zjsim.assessment.plan import Indicator
    from zjsim.workflow import Runs

FORMATS = ("iamc-csv", "iamc-xlsx", "parquet", "netcdf", "cin", "xmile")
IAMC_COLUMNS = ("Model", "Scenario", "Region", "Variable", "Unit")


def iamc_frame(runs: Runs, assessment: Assessment) -> pd.DataFrame:
    """Indicators and every saved variable of one run as a wide IAMC table.

    Indicators are in the plan's unit; variables in the model's, named
    ``zjsim|<sector>|<name>``. A stock or flow is read at the middle of each year.
    """
    import pandas as pd

    plan = runs.plan
    years = [plan.plan.base_year, *plan.plan.years]
    model, region = f"zjsim {__version__}", plan.folder.name.title()
    rows: list[list[Any]] = []
    for row in assessment.rows:
        read = {reading.year: reading.value for reading in row.readings}
        read[plan.plan.base_year] = row.base_projection
        name = iamc_name(row.indicator)
        values = [read.get(year, np.nan) for year in years]
        rows.append([model, runs.name, region, name, row.indicator.unit.en, *values])
    sectors = _sectors(runs)
    for name in runs.trajectories.names:
        unit = runs.trajectories.units.get(name, "") or "Dmnl"
        values = [float(runs.at(name, float(year))[0]) for year in years]
        full = f"zjsim|{sectors.get(name, 'Model')}|{_plain(name)}"
        rows.append([model, runs.name, region, full, unit, *values])
    return pd.DataFrame(rows, columns=[*IAMC_COLUMNS, *map(str, years)])


def iamc_name(indicator: Indicator) -> str:
    """The name that the plan gives an indicator in IAMC tables, else its label."""
    return indicator.iamc or _plain(indicator.label.en)


def _plain(name: str) -> str:
    # The bar separates levels and the asterisk is a wildcard.
    return name.strip('"').replace("|", "/").replace("*", "x")


def _sectors(runs: Runs) -> dict[str, str]:
    """Sector of each variable, where the model file groups them."""
    found = {}
    for element in runs.plan.model.elements.values():
        if element.group:
            found[element.name] = _plain(element.group).strip(". ")
    return found


def write_iamc(path: Path, frames: Sequence[pd.DataFrame]) -> None:
    """Write IAMC tables below one another, as CSV or, by the file's ending, XLSX."""
    import pandas as pd

    whole = pd.concat(list(frames), ignore_index=True)
    texts = whole.columns[: len(IAMC_COLUMNS)]
    whole[texts] = whole[texts].map(cell)
    if path.suffix.lower() == ".xlsx":
        with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
            writer.book.set_properties({"created": UNDATED, "author": "zjsim"})
            whole.to_excel(writer, sheet_name="data", index=False)
    else:
        whole.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def write_parquet(path: Path, runs: Runs) -> None:
    """Every saved variable over (run, time), with units and provenance in the metadata."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = runs.trajectories
    frames = [runs.to_frame(run).reset_index() for run in range(held.n_run)]
    frame = pd.concat(frames, keys=range(held.n_run), names=["run"]).reset_index(level=0)
    table = pa.Table.from_pandas(frame.reset_index(drop=True), preserve_index=False)
    fields = [
        field.with_metadata({"units": held.units.get(field.name, "")}) for field in table.schema
    ]
    attributes = {str(key): str(value) for key, value in held.attributes.items()}
    pq.write_table(table.cast(pa.schema(fields, metadata=attributes)), path)


def export(path: Path, kind: str, runs: Runs, assessment: Assessment) -> Iterator[str]:
    """Write one scenario in one of FORMATS; gives what a reader must know of the file.

    Raises
    ------
    RunError
        For an unknown format.
    ZjsimError
        When the format cannot hold the scenario.
    """
    if kind in ("iamc-csv", "iamc-xlsx"):
        write_iamc(path, [iamc_frame(runs, assessment)])
    elif kind == "parquet":
        write_parquet(path, runs)
    elif kind == "netcdf":
        write_netcdf(path, runs)
    elif kind == "cin":
        from zjsim.scenario.cin import moving_paths

        path.write_text(cin_text(runs.resolved, runs.plan.names), encoding="utf-8", newline="\n")
        moving = moving_paths(runs.resolved)
        if moving:
            yield (
                f"{len(moving)} levers and drivers move over time, which a .cin file cannot "
                "hold; they are kept as its comments. XMILE holds them."
            )
    elif kind == "xmile":
        from zjsim.model.export import to_xmile

        inputs = runs.resolved.inputs
        text = to_xmile(runs.plan.model, inputs, inputs.method)
        path.write_text(text, encoding="utf-8", newline="\n")
        if any(route.jumps.size for route in inputs.paths.values()) and inputs.method != "euler":
            yield (
                "jumps are written as STEP, which zjsim and Vensim hold within a step; a tool that "
                "asks for it anew at each stage of RK4 is off by a part of the step of "
                f"{inputs.grid.step:g} year before a jump"
            )
    else:
        hint = did_you_mean(kind, FORMATS) or f"Choose one of {', '.join(FORMATS)}."
        raise RunError(f"{kind}: no such format. {hint}")
