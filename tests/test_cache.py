"""The cache is never stale, never needed, and never trusted."""

import json

import pytest

from zjsim.cache import cached_document, content_hash
from zjsim.files import code_files


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path / "cache"))


def test_a_document_is_built_once(tmp_path):
    built = []
    for _ in range(2):
        document = cached_document("thing", "key", lambda: built.append(1) or {"a": 1})
    assert (document, built) == ({"a": 1}, [1])


def test_another_key_is_another_document():
    assert cached_document("thing", "one", lambda: 1) == 1
    assert cached_document("thing", "two", lambda: 2) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "other"}', '{"document": 5}'])
def test_a_broken_or_foreign_entry_is_built_again(tmp_path, content):
    cached_document("thing", "key", lambda: 1)
    (entry,) = (tmp_path / "cache" / "thing").iterdir()
    entry.write_text(content)
    assert cached_document("thing", "key", lambda: 2) == 2
    assert json.loads(entry.read_text())["document"] == 2


def test_a_folder_that_cannot_be_written_costs_only_time(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path / "file"))
    assert cached_document("thing", "key", lambda: 3) == 3


def test_hashes_of_different_lists_differ():
    assert content_hash("ab", "c") != content_hash("a", "bc")
    assert content_hash("a", "") != content_hash("a")


def test_a_changed_text_of_kernels_is_changed_code():
    names = {path.name for path in code_files()}
    assert {"lanes.py", "block.py.txt", "lanemath.py.txt"} <= names
