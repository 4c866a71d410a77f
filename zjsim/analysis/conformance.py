"""The public test models of the SDXorg, run and compared with the output stored beside them.

The models are not part of zjsim: a user names the folder where they have them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from zjsim.bare import simulate_model
from zjsim.errors import RunError, ZjsimError
from zjsim.model.names import CONTROL_NAMES, canonical
from zjsim.model.reader import read_model
from zjsim.model.spec import Constant, ModelSpec
from zjsim.trajectories import Trajectories

Status = Literal["equal", "refused", "differs", "no output"]
SUFFIXES = (".mdl", ".xmile", ".stmx", ".xml")
OUTPUTS = ("output.tab", "output.csv")
# Most stored outputs have six digits.
TOLERANCE = 2e-4

# Why a model of the suite differs, where the difference is not ours; by folder and file name.
CAUSES = {
    "active_initial/test_active_initial.stmx": "the file lacks the initial value that Vensim has",
    "active_initial/test_active_initial.xmile": "the file lacks the initial value that Vensim has",
    "rounding/test_rounding.xmile": (
        "INT rounds down and MOD takes the sign of the divisor in XMILE; the output is Vensim's"
    ),
    "zeroled_decimals/test_zeroled_decimals.xmile": (
        "the file asks for Runge-Kutta; the output is Euler's"
    ),
    "data_from_other_model/model_to_generate_data.mdl": "the output is that of the other model",
    "Roessler_Chaos/roessler_chaos.mdl": "chaotic: the digits of the output do not hold it",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one model file.

    Parameters
    ----------
    construct : str
        Name of its folder.
    file : str
    status : {"equal", "refused", "differs", "no output"}
    said : str
        The refusal, or the first variable that differs and by how much.
    cause : str
        Why it differs, where that is known.
    compared : int
        Number of variables compared.
    others : dict of str to str
        Status by other tools.
    """

    construct: str
    file: str
    status: Status
    said: str = ""
    cause: str = ""
    compared: int = 0
    others: dict[str, str] | None = None


def model_files(folder: Path) -> list[Path]:
    """Every model file of the suite, by folder.

    Raises
    ------
    RunError
        When the folder holds none.
    """
    found = sorted(
        path
        for part in ("tests", "samples")
        for path in folder.glob(f"{part}/*/*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not found:
        raise RunError(
            f"{folder}: holds no test models (tests/*/*.mdl). Fetch them with: git clone "
            "https://github.com/SDXorg/test-models"
        )
    return found


def check_conformance(
    folder: Path | str, beside: Sequence[str] = (), advance: Callable[[int], None] = lambda n: None
) -> list[Outcome]:
    """Run every model of the suite and compare it with its stored output.

    Parameters
    ----------
    folder : path
        A clone of SDXorg/test-models.
    beside : sequence of str
        Other tools to run as well: ``pysd``, ``simlin``.
    advance : callable
        Told after each file.

    Returns
    -------
    list of Outcome
    """
    outcomes = []
    for path in model_files(Path(folder)):
        outcomes.append(check_file(path, beside))
        advance(1)
    return outcomes


def check_file(path: Path, beside: Sequence[str] = ()) -> Outcome:
    """What comes of one model file of the suite."""
    expected = stored_output(path.parent)
    folder, file = path.parent.name, path.name
    cause = CAUSES.get(f"{path.parent.name}/{path.name}", "")
    others = {tool: _other(tool, path, expected) for tool in beside} if beside else None
    try:
        model = read_model(path)
        runs = simulate_model(model)
    except ZjsimError as problem:
        said = str(problem).replace(str(path), "").lstrip(",: ")
        return Outcome(folder, file, status="refused", said=said, others=others)
    if expected is None:
        return Outcome(folder, file, status="no output", others=others)
    compared, worst = _compare(_columns(model, runs), runs.times, expected)
    status: Status = "differs" if worst else "equal" if compared else "no output"
    return Outcome(folder, file, status=status, said=worst, cause=cause if worst else "",
                   compared=compared, others=others)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """An output as it is stored: times, and a column a variable; empty cells are NaN."""

    times: np.ndarray
    columns: dict[str, np.ndarray]


def stored_output(folder: Path) -> Stored | None:
    """The output beside a model; None where there is none."""
    for name in OUTPUTS:
        path = folder / name
        if path.is_file():
            data = path.read_bytes()
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("cp1252", "replace")
            return _table(text)
    return None


def _table(text: str) -> Stored | None:
    lines = text.splitlines()
    sign = "\t" if lines and "\t" in lines[0] else ","
    head, *rows = list(csv.reader(lines, delimiter=sign)) or [[]]
    cells = [row[: len(head)] + [""] * (len(head) - len(row)) for row in rows if row and row[0]]
    if not cells:
        return None
    block = np.array([[_number(cell) for cell in row] for row in cells])
    columns = {_plain(name): block[:, k] for k, name in enumerate(head) if k and name.strip()}
    return Stored(block[:, 0], columns)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _plain(name: str) -> str:
    return canonical(name.strip().strip('"')).replace('"', "").replace(", ", ",")


def _columns(model: ModelSpec, runs: Trajectories) -> dict[str, np.ndarray]:
    """Every variable of a run, and the constants as what they are at each time."""
    found = {_plain(name): runs.values[0, :, k] for k, name in enumerate(runs.names)}
    for name, element in model.elements.items():
        if isinstance(element, Constant):
            found.setdefault(_plain(name), np.full(len(runs.times), element.value))
    return found


def _compare(ours: dict[str, np.ndarray], times: np.ndarray, expected: Stored) -> tuple[int, str]:
    """How many variables were compared, and the worst difference in words, if there is one."""
    rows = [int(np.argmin(np.abs(times - time))) for time in expected.times]
    same = np.abs(times[rows] - expected.times) <= 1e-6 * np.maximum(1, np.abs(expected.times))
    compared, worst, told = 0, TOLERANCE, ""
    for name, column in expected.columns.items():
        usable = same & np.isfinite(column)
        if name in CONTROL_NAMES or name not in ours or not usable.any():
            continue
        compared += 1
        got = ours[name][rows]
        error = np.abs(got - column) / np.maximum(1, np.abs(column))
        error = np.where(usable, np.nan_to_num(error, nan=np.inf), 0.0)
        if error.max() > worst:
            row = int(error.argmax())
            worst = float(error.max())
            told = f"{name} at t = {expected.times[row]:g}: {got[row]:g}, stored {column[row]:g}"
    return compared, told


def _other(tool: str, path: Path, expected: Stored | None) -> str:
    """What another tool makes of a file: equal, differs, or the kind of its error."""
    try:
        times, columns = _OTHERS[tool](path)
    # Other tools raise whatever they raise; that they do is the finding.
    except Exception as problem:
        return f"fails ({type(problem).__name__})"
    if expected is None:
        return "no output"
    compared, worst = _compare(columns, times, expected)
    return "differs" if worst else "equal" if compared else "no output"


def _by_pysd(path: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    from zjsim.engines.reference import run_file

    table = run_file(path)
    return np.asarray(table.index, dtype=float), {
        _plain(str(name)): np.asarray(table[name], dtype=float) for name in table.columns
    }


def _by_simlin(path: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    import simlin

    model = simlin.load(path)
    table = model.run().results
    return np.asarray(table.index, dtype=float), {
        _plain(str(name)): np.asarray(table[name], dtype=float) for name in table.columns
    }


_OTHERS: dict[str, Callable[[Path], tuple[np.ndarray, dict[str, np.ndarray]]]] = {
    "pysd": _by_pysd,
    "simlin": _by_simlin,
}
TOOLS = tuple(_OTHERS)


def by_construct(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, list[Outcome]]]:
    """The outcomes of each folder."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.construct, []).append(outcome)
    yield from groups.items()


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many files had each status; ``explained`` is part of ``differs``."""
    found = dict.fromkeys(("equal", "refused", "differs", "no output"), 0)
    for outcome in outcomes:
        found[outcome.status] += 1
    found["explained"] = sum(bool(outcome.cause) for outcome in outcomes)
    return found


def to_markdown(outcomes: Sequence[Outcome], beside: Sequence[str] = ()) -> str:
    """The page of the suite: totals, then a line a construct."""
    total = counts(outcomes)
    lines = [
        f"{len(outcomes)} files: {total['equal']} equal, {total['refused']} refused by name, "
        f"{total['differs']} differ ({total['explained']} of them explained), "
        f"{total['no output']} have no output to compare.",
        "",
    ]
    tools = [_tool_total(tool, outcomes) for tool in beside]
    lines += [*tools, ""] if tools else []
    heads = ["construct", "equal", "refused", "differs", *beside, "remark"]
    lines += [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for construct, group in by_construct(outcomes):
        own = counts(group)
        others = [_share(tool, group) for tool in beside]
        cells = [construct, *(str(own[k] or "") for k in ("equal", "refused", "differs")), *others]
        lines.append(f"| {' | '.join([*cells, _remark(group)])} |")
    return "\n".join(lines) + "\n"


def _tool_total(tool: str, outcomes: Sequence[Outcome]) -> str:
    same = sum((one.others or {}).get(tool) == "equal" for one in outcomes)
    return f"{tool}: {same} of {len(outcomes)} equal."


def _share(tool: str, group: Sequence[Outcome]) -> str:
    same = sum((one.others or {}).get(tool) == "equal" for one in group)
    return f"{same} of {len(group)}"


def _remark(group: Sequence[Outcome]) -> str:
    """What was refused or differs, each once and short."""
    said: dict[str, None] = {}
    for one in group:
        if one.status == "refused":
            said.setdefault(one.said.partition(": ")[2][:110] or one.said[:110])
        elif one.status == "differs":
            said.setdefault(one.cause or one.said)
    return "; ".join(text.replace("|", "\\|").replace("\n", " ") for text in said)


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The whole result for machines."""
    return {
        "counts": counts(outcomes),
        "files": [
            {
                "construct": one.construct, "file": one.file, "status": one.status,
                "said": one.said, "cause": one.cause, "compared": one.compared,
                "others": one.others or {},
            }
            for one in outcomes
        ],
    }  # fmt: skip
