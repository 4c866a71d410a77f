"""Hostile inputs by the hundred, and what becomes of each: ``python -m tests.hostile.counting``.

Each input goes through real commands in this process, with a limit of time. Counted is what must
never happen: a traceback, "a fault of zjsim itself", a hang, and a sign on the screen that moves
a cursor or turns the direction of writing.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from ruamel.yaml import YAML, YAMLError

from tests.hostile import mutations

ROOT = Path(__file__).resolve().parents[2]
RIBERA = ROOT / "tests" / "second_plan" / "ribera"
ZHEJIANG = ROOT / "models" / "zhejiang"
LIMIT = 60  # seconds of processor time that one command may take
UNSEEN = set("\x00\x07\x1b\x7f\x9b\u202e\u202d\u2066\u2028\ufeff\uffff\ufffe")
# An answer is one of these: done, told, wrong usage, missed, undecided.
ANSWERS = (0, 1, 2, 10, 20, 30)


class Hang(BaseException):
    """A command that does not end."""


def call(*words: object) -> tuple[object, str]:
    """How a command ends, and all that it says."""
    from zjsim.cli import main as cli

    said = io.StringIO()

    def stop(*_: object) -> None:
        raise Hang

    before = sys.argv
    sys.argv = ["zjsim", *map(str, words)]
    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            cli.main()
        status: object = 0
    except SystemExit as end:
        status = end.code or 0
    except Hang:
        status = "hang"
    except BaseException as problem:
        status = f"traceback {type(problem).__name__}: {problem}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        sys.argv = before
    return status, said.getvalue()


def fault_of(status: object, said: str) -> str | None:
    """What must not have happened, in a few words; None when nothing of the kind did."""
    if "a fault of zjsim itself" in said:
        return said[said.index("a fault of zjsim itself") :][:300]
    if "Traceback" in said:
        return "traceback: " + said.strip().splitlines()[-1][:200]
    if status not in ANSWERS:
        return f"ended with {status}"
    if UNSEEN & set(said):
        return f"on the screen: {sorted(UNSEEN & set(said))}"
    return None


def _data(path: Path) -> object:
    """What a file of YAML holds; None where it holds none, or goes in a circle."""
    try:
        data = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        json.dumps(data, default=str)
    except (YAMLError, ValueError, RecursionError):
        return None
    return data


def _scenarios(folder: Path, chance: random.Random) -> Iterator[tuple[object, ...]]:
    source = chance.choice(sorted((ROOT / "scenarios").glob("*.yaml")))
    path = folder / "mine.yaml"
    path.write_bytes(_changed(source, chance))
    yield ("check", path)
    yield ("scenario", "show", path)


STUDY = {
    "name": "demo", "why": "hm", "plan": "zhejiang", "scenarios": ["baseline", "innovation_push"],
    "matrix": {"levers.water": [0.5, 1.0], "constants.rebound": [0.1, 0.2],
               "levers.digital": [1, {"shape": "step", "to": 1, "from": 2022}]},
    "sample": {"runs": 8, "seed": 1, "method": "sobol"}, "save": ["capital"], "engine": "kernel",
    "method": "rk4", "step": 0.0625,
}  # fmt: skip


def _studies(folder: Path, chance: random.Random) -> Iterator[tuple[object, ...]]:
    path = folder / "study.yaml"
    path.write_bytes(mutations.changed(path.name, YAML_STUDY, STUDY, chance))
    yield ("batch", path, "--dry-run")


YAML_STUDY = """name: demo
scenarios: [baseline]
matrix:
  levers.water: [0.5, 1.0]
sample: {runs: 8}
"""


def _plan_files(plan: Path) -> Callable[[Path, random.Random], Iterator[tuple[object, ...]]]:
    def inputs(folder: Path, chance: random.Random) -> Iterator[tuple[object, ...]]:
        copy = folder / "plan"
        shutil.copytree(plan, copy)
        files = sorted(path for path in copy.rglob("*") if path.suffix in (".yaml", ".csv"))
        path = chance.choice(files)
        path.write_bytes(_changed(path, chance))
        scenario = "baseline" if (copy / "scenarios").exists() else ROOT / "scenarios/baseline.yaml"
        yield ("lint", copy)
        yield ("check", scenario, "--plan", copy)
        yield ("plan", "show", "--plan", copy)

    return inputs


def _models(folder: Path, chance: random.Random) -> Iterator[tuple[object, ...]]:
    sources = [*(ROOT / "tests" / "conformance").rglob("*.mdl"),
               *(ROOT / "tests" / "conformance").rglob("*.xmile"),
               RIBERA / "ribera.mdl", ZHEJIANG / "zhejiang_manufacturing.mdl"]  # fmt: skip
    source = chance.choice(sorted(sources))
    path = folder / f"mine{source.suffix}"
    path.write_bytes(_changed(source, chance))
    yield ("lint", path)
    yield ("run", path, "--out", folder / "runs")
    yield ("describe", path)


def _cache(folder: Path, chance: random.Random) -> Iterator[tuple[object, ...]]:
    place = Path(os.environ["ZJSIM_CACHE"])
    entries = sorted(path for path in place.rglob("*") if path.is_file())
    if not entries:
        yield ("check", "baseline")
        return
    path = chance.choice(entries)
    content = path.read_bytes()
    path.unlink()
    match chance.randrange(6):
        case 0:
            path.mkdir()
        case 1:
            os.mkfifo(path)
        case 2:
            path.symlink_to(path.parent / "nothing")
        case 3:
            path.write_bytes(b"[" * 10_000)
        case 4:
            path.write_bytes(content[: chance.randrange(len(content) + 1)])
        case _:
            path.write_bytes(mutations.changed_text(content.decode("latin-1"), chance))
    yield ("check", "baseline")
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)


# Keys of plan, levers and scenarios under which words for people stand.
WORDS = ("label", "title", "category", "scope", "clause", "quote", "number", "why", "zh", "en",
         "note", "source", "office", "author", "place")  # fmt: skip
OUT = "out"


def _with_words(data: object, word: str, chance: random.Random) -> object:
    """The same data with the word in place of some of the words for people."""
    if isinstance(data, dict):
        return {
            key: word
            if key in WORDS and isinstance(value, str) and chance.random() < 0.5
            else _with_words(value, word, chance)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [_with_words(value, word, chance) for value in data]
    return data


def _words(folder: Path, chance: random.Random) -> Iterator[tuple[object, ...]]:
    """One hostile text for labels, titles and reasons, through every command that shows them."""
    word = chance.choice([text for text in mutations.STRINGS if text.strip()])
    copy, out = folder / "plan", folder / OUT
    shutil.copytree(RIBERA, copy)
    for name in ("plan.yaml", "levers.yaml", "loops.yaml"):
        data = _with_words(_data(copy / name), word, chance)
        (copy / name).write_text(json.dumps(data, default=str), "utf-8")
    name = "".join(sign for sign in word if sign.isprintable())[:60].strip() or "x"
    mine = {"name": name, "label": {"zh": word, "en": word}, "why": word, "based_on": "baseline"}
    scenario = copy / "scenarios" / "mine.yaml"
    scenario.write_text(json.dumps(mine), "utf-8")
    (folder / "office.yaml").write_text(json.dumps({"office": word, "author": word}), "utf-8")
    office = ("--office", folder / "office.yaml")
    here = ("--plan", copy, "--lang", chance.choice(("zh", "en")))
    file = out / "file"
    out.mkdir()
    shown: list[tuple[object, ...]] = [
        ("check", scenario, *here), ("run", scenario, *here, "--out", out),
        ("compare", "baseline", scenario, *here, "--out", out),
        ("plan", "show", *here), ("scenario", "show", scenario), ("lint", copy),
        ("describe", *here), ("describe", *here, "--out", out),
        ("ensemble", scenario, *here, "-n", 64, "--out", out),
        ("explore", scenario, *here, "--out", file.with_suffix(".html")),
        *(("report", scenario, *here, "--format", kind, "--out", out, "--no-assumptions")
          for kind in ("html", "docx", "pdf", "xlsx", "pptx")),
        ("report", scenario, *here, *office, "--brief", "--format", "pdf,docx", "--out", out),
        ("report", scenario, *here, *office, "--format", "pptx", "--out", out),
        *(("plot", kind, scenario, *here, "--formats", "png,svg,pdf", "--out", out)
          for kind in ("board", "targets", "progress", "comparison", "stock-flow", "loops")),
        *(("export", scenario, "--plan", copy, "--format", kind, "--out", file.with_suffix(ending))
          for kind, ending in (("iamc-csv", ".csv"), ("iamc-xlsx", ".xlsx"), ("cin", ".cin"),
                               ("parquet", ".parquet"), ("netcdf", ".nc"), ("xmile", ".xmile"))),
    ]  # fmt: skip
    yield from chance.sample(shown, 4)


def fault_in_files(folder: Path) -> str | None:
    """What must not be in what was written: names, formulas, markup that runs, broken XML."""
    from lxml import etree

    for path in sorted(folder.rglob("*")):
        if set(path.name) & set('\\:*?"<>|=+@\x00\n\x1b\u202e') or path.name.startswith("."):
            return f"a file is named {path.name!r}"
        try:
            if path.suffix in (".docx", ".xlsx", ".pptx"):
                with zipfile.ZipFile(path) as packed:
                    for part in packed.namelist():
                        if part.endswith((".xml", ".rels")):
                            text = packed.read(part)
                            etree.fromstring(text, etree.XMLParser(huge_tree=True))
                            if b"<f>" in text and b"1+1" in text:
                                return f"{path.name}: a formula in {part}"
            elif path.suffix in (".svg", ".xmile"):
                etree.parse(path, etree.XMLParser(huge_tree=True))
            elif path.suffix == ".html":
                if "<script>alert(1)" in path.read_text("utf-8"):
                    return f"{path.name}: a script of the data's"
            elif path.suffix == ".csv":
                with path.open(encoding="utf-8-sig", newline="") as file:
                    for cell in (cell for row in csv.reader(file) for cell in row):
                        if cell.startswith(("=", "@", "+cmd")):
                            return f"{path.name}: a formula {cell[:30]!r}"
            elif path.suffix == ".json":
                json.loads(path.read_text("utf-8"))
        except (etree.XMLSyntaxError, zipfile.BadZipFile, ValueError) as problem:
            return f"{path.name}: {problem}"
    return None


def _changed(path: Path, chance: random.Random) -> bytes:
    text = path.read_text("utf-8", "replace")
    data = _data(path) if path.suffix == ".yaml" else None
    return mutations.changed(path.name, text, data, chance)


KINDS: dict[str, Callable[[Path, random.Random], Iterator[tuple[object, ...]]]] = {
    "scenario": _scenarios,
    "study": _studies,
    "second plan": _plan_files(RIBERA),
    "shipped plan": _plan_files(ZHEJIANG),
    "model": _models,
    "cache": _cache,
    "words": _words,
}


def count(kind: str, inputs: int, seed: int, keep: Path | None = None) -> list[str]:
    """The faults of so many inputs of one kind, each with the seed that makes it again."""
    faults = []
    for number in range(seed, seed + inputs):
        with tempfile.TemporaryDirectory() as place:
            for words in KINDS[kind](Path(place), random.Random(f"{kind} {number}")):
                status, said = call(*words)
                fault = fault_of(status, said) or fault_in_files(Path(place) / OUT)
                if fault is not None:
                    faults.append(f"{kind} {number}: {' '.join(map(str, words))[:150]}: {fault}")
                    if keep is not None:
                        shutil.copytree(place, keep / f"{kind}-{number}", dirs_exist_ok=True)
                    break
    return faults


def main() -> None:
    """Count every kind, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that were not told")
    asked = parser.parse_args()
    os.environ["ZJSIM_PROBABILITY"] = "0"
    os.environ["ZJSIM_LANG"] = "en"
    totals: Counter[str] = Counter()
    for kind in asked.kind or KINDS:
        begun = time.process_time()
        found = count(kind, asked.inputs, asked.seed, asked.keep)
        totals[kind] += len(found)
        print(f"{kind}: {asked.inputs} inputs, {len(found)} faults, "
              f"{time.process_time() - begun:.0f} s", flush=True)  # fmt: skip
        for fault in found:
            print(f"  {fault}", flush=True)
    raise SystemExit(1 if totals.total() else 0)


if __name__ == "__main__":
    main()
