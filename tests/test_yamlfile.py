"""YAML as plain data with line numbers; nothing is executed and nothing surprising is read."""

from pathlib import Path

import pytest

from zjsim.errors import ScenarioError
from zjsim.yamlfile import parse_yaml, read_yaml

HERE = Path("x.yaml")


def test_words_stay_what_they_look_like():
    data = parse_yaml("a: no\nb: on\nc: 2020-01\nd: true\ne: null\nf: '1'\n", HERE).data
    assert data == {"a": "no", "b": "on", "c": "2020-01", "d": True, "e": None, "f": "1"}


def test_each_part_knows_its_line():
    document = parse_yaml("a:\n  b:\n  - 1\n  - c: 2\n", HERE)
    assert document.line(("a", "b", 1, "c")) == 4
    assert document.line(("a", "b", 1, "missing")) == 4
    assert document.where(("a", "b")) == "line 2, a.b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x", "alias"),
        ("a: 1\na: 2", "duplicate key"),
        ("a: !!python/object/apply:os.system [ls]", "tag"),
        ("a: !foo 1", "tag"),
        ("a: [1", "not valid YAML"),
        ("a: .nan", "not a finite number"),
        ("{? [a] : 1}", "plain word"),
        ("a: 1\n---\nb: 2", "not valid YAML"),
        ("\tx: 1", "not valid YAML"),
        ("a: \x00", "NUL"),
        ("a:\n  <<: {b: 1}", "merge keys"),
        ("[" * 5000, "nested"),
    ],
)
def test_what_is_not_plain_data_is_refused_with_its_line(text, said):
    with pytest.raises(ScenarioError, match=said):
        parse_yaml(text, HERE, ScenarioError)


def test_a_bomb_of_aliases_is_refused_at_once():
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    with pytest.raises(ScenarioError, match="alias"):
        parse_yaml("\n".join(lines), HERE, ScenarioError)


def test_a_file_in_another_encoding_is_told(tmp_path):
    path = tmp_path / "gbk.yaml"
    path.write_bytes("name: 情景".encode("gbk"))
    with pytest.raises(ScenarioError, match="Save the file as UTF-8"):
        read_yaml(path, ScenarioError)
    path.write_bytes("name: 情景".encode("utf-8-sig"))
    assert read_yaml(path).data == {"name": "情景"}


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir()])
def test_missing_files_and_folders_are_told(tmp_path, make):
    path = tmp_path / "thing.yaml"
    make(path)
    with pytest.raises(ScenarioError, match=r"thing\.yaml"):
        read_yaml(path, ScenarioError)
