"""Each key of a file is declared once: what checks it, what an editor reads, what the page says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

import zjsim
from zjsim.complaints import keys_at, written_keys
from zjsim.documents import from_document
from zjsim.errors import PlanError, ZjsimError
from zjsim.formats import Declared, Number, Place, checked, read_document, sentences
from zjsim.schemas import FORMATS, schema_of
from zjsim.yamlfile import read_yaml

FOLDER = zjsim.open_plan("zhejiang").folder
IN_THE_PLAN = [name for name in FORMATS if name not in ("scenario", "study")]


@dataclass(frozen=True, slots=True)
class Part(Declared):
    """Two bounds."""

    low: Number
    """Lowest."""
    from_year: Number | None = None
    """Since when."""
    at: Place = "nowhere"
    """Where it was said."""

    def faults(self) -> list[str]:
        return ["low is not above 0"] if self.low <= 0 else []


def where(place: tuple[Any, ...]) -> str:
    return ".".join(map(str, place))


def told(data: Any) -> list[str]:
    return [str(problem) for problem in checked(Part, data, where)[1]]


def test_a_document_holds_what_was_written_and_no_more():
    document, problems = checked(Part, {"low": 1, "from": None}, where)
    assert (document, problems) == ({"low": 1.0}, [])
    assert from_document(Part, {"low": 1.0, "from": 2022}) == Part(1.0, 2022)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"low": 1, "at": "here"}, "at: no such key"),
        ({"low": 1, "from_year": 3}, "from_year: no such key. Did you mean from?"),
        ({"low": True}, "low: expected a number, got true"),
        ({"low": "1"}, "low: expected a number, got '1'"),
        ({"low": None}, "low: expected a number, got nothing"),
        ({}, "low: low is missing"),
        ({"low": -1}, ": low is not above 0"),
        ([1], "expected a mapping"),
    ],
)
def test_what_is_not_declared_is_refused_in_our_words(data, words):
    (problem,) = told(data)
    assert words in problem


def parts(declared: type) -> set[type]:
    """A declared file and all parts of it."""
    found: set[type] = set()

    def walk(kind: Any) -> None:
        from zjsim.complaints import _inside, _open

        for place in _open(kind):
            if isinstance(place, type) and issubclass(place, Declared):
                if place not in found:
                    found.add(place)
                    for key in written_keys(place).values():
                        walk(key)
            else:
                for inner in _inside(place, 0):
                    walk(inner)

    walk(declared)
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_every_key_of_every_file_has_its_sentence(name):
    assert len(parts(FORMATS[name])) > 1
    for part in parts(FORMATS[name]):
        said = sentences(part)
        assert not [field for field in part.__dataclass_fields__ if not said.get(field)], part


@pytest.mark.parametrize("name", IN_THE_PLAN)
def test_an_editor_accepts_the_shipped_files(name):
    jsonschema = pytest.importorskip("jsonschema")
    data = read_yaml(FOLDER.file(f"{name}.yaml")).data
    # JSON knows text as keys only; years are numbers in YAML.
    jsonschema.Draft202012Validator(schema_of(name)).validate(json.loads(json.dumps(data)))


@pytest.mark.parametrize("name", [name for name in IN_THE_PLAN if name != "levers"])
def test_a_key_too_many_is_refused_with_its_line(name, tmp_path):
    path = tmp_path / f"{name}.yaml"
    text = FOLDER.file(f"{name}.yaml").read_text(encoding="utf-8")
    path.write_text(f"{text}\nnonsense: 1\n", encoding="utf-8")
    line = len(text.splitlines()) + 2
    with pytest.raises(PlanError, match=f"line {line}, nonsense: no such key"):
        read_document(FORMATS[name], path, PlanError)


def test_near_names_are_offered_for_a_format():
    with pytest.raises(ZjsimError, match="loop: no such file format"):
        schema_of("loop")


def test_keys_below_a_place_are_those_declared_there():
    assert keys_at(FORMATS["scenario"], ("levers", "x")) == [
        "shape", "from", "until", "values", "to",
    ]  # fmt: skip
