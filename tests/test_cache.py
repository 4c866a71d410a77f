"""The cache is never stale, never needed, and never trusted."""

import logging
import os
import stat
import sys

import pytest

from zjsim import cache
from zjsim.cache import cached_document, content_hash, read_entry, write_entry
from zjsim.files import code_files

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are those of POSIX")
as_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root can give a file away"
)


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    """A cache of its own in a home of its own; nothing has been said yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path / "cache"))
    cache._key.cache_clear()
    cache._say.cache_clear()
    yield tmp_path / "cache"
    cache._key.cache_clear()
    cache._say.cache_clear()


def kept(place):
    """The one entry of a document that has been built."""
    assert cached_document("thing", "key", lambda: "first") == "first"
    (entry,) = (place / "thing").iterdir()
    return entry


def test_a_document_is_built_once():
    built = []
    for _ in range(2):
        document = cached_document("thing", "key", lambda: built.append(1) or {"a": 1})
    assert (document, built) == ({"a": 1}, [1])


def test_another_key_is_another_document():
    assert cached_document("thing", "one", lambda: 1) == 1
    assert cached_document("thing", "two", lambda: 2) == 2


@pytest.mark.parametrize("content", ["", "null", "{", "[]", '{"document": 5}', "[" * 10_000])
def test_a_broken_or_foreign_entry_is_built_again_and_said(place, caplog, content):
    kept(place).write_text(content)
    assert cached_document("thing", "key", lambda: 2) == 2
    assert cached_document("thing", "key", lambda: 3) == 2
    assert "an entry of the cache is not used and made anew" in caplog.text


@pytest.mark.parametrize("cut", [1, 50, -1])
def test_a_truncated_entry_is_built_again(place, cut):
    entry = kept(place)
    entry.write_bytes(entry.read_bytes()[:cut])
    assert cached_document("thing", "key", lambda: 2) == 2


def test_one_flipped_bit_is_a_miss(place):
    entry = kept(place)
    content = bytearray(entry.read_bytes())
    content[-2] ^= 1
    entry.write_bytes(content)
    assert cached_document("thing", "key", lambda: 2) == 2


def test_an_entry_under_another_name_is_a_miss(place):
    write_entry("thing", "one", b"content")
    (place / "thing" / "one").rename(place / "thing" / "two")
    assert read_entry("thing", "two") is None


@posix
def test_a_pipe_in_place_of_an_entry_hangs_nothing_and_is_replaced(place):
    entry = kept(place)
    entry.unlink()
    os.mkfifo(entry)
    assert cached_document("thing", "key", lambda: 2) == 2
    assert cached_document("thing", "key", lambda: 3) == 2


def test_a_folder_in_place_of_an_entry_costs_only_time(place):
    entry = kept(place)
    entry.unlink()
    entry.mkdir()
    assert cached_document("thing", "key", lambda: 2) == 2


@posix
def test_a_link_in_place_of_an_entry_is_not_followed(place, tmp_path):
    entry = kept(place)
    entry.rename(tmp_path / "elsewhere")
    entry.symlink_to(tmp_path / "elsewhere")
    assert cached_document("thing", "key", lambda: 2) == 2


def test_a_folder_that_cannot_be_written_costs_only_time(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ZJSIM_CACHE", str(tmp_path / "file"))
    assert cached_document("thing", "key", lambda: 3) == 3


@posix
@pytest.mark.parametrize("part", ["", "thing"])
@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_may_write_to_is_not_used_and_said_once(place, caplog, part, mode):
    kept(place)
    (place / part).chmod(mode)
    for _ in range(2):
        assert cached_document("thing", "key", lambda: "new") == "new"
    assert caplog.text.count("the cache is not used: others may write to") == 1
    assert "ZJSIM_CACHE names a folder of your own" in caplog.text


@posix
def test_an_entry_that_others_may_write_to_is_a_miss(place):
    kept(place).chmod(0o666)
    assert cached_document("thing", "key", lambda: 2) == 2


@as_root
@pytest.mark.parametrize("part", ["", "thing", "entry"])
def test_what_belongs_to_another_user_is_not_used(place, caplog, part):
    entry = kept(place)
    os.chown(entry if part == "entry" else place / part, 12_345, 12_345)
    assert cached_document("thing", "key", lambda: "new") == "new"
    assert "belongs to another user" in caplog.text


def test_what_was_sealed_under_another_key_is_a_miss(place, tmp_path, monkeypatch):
    """Somebody's data may bring a whole cache along, with our name on every file of it."""
    kept(place)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "other home"))
    cache._key.cache_clear()
    assert cached_document("thing", "key", lambda: 2) == 2


@posix
def test_folders_entries_and_key_are_private_whatever_the_umask(place, tmp_path):
    before = os.umask(0o002)
    try:
        entry = kept(place)
    finally:
        os.umask(before)
    found = [place, place / "thing", entry]
    if sys.platform == "linux":
        found.append(tmp_path / "home" / "zjsim" / ".key")
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in found)


@posix
def test_a_key_that_others_may_have_read_is_replaced(place, tmp_path):
    kept(place)
    (key,) = (tmp_path / "home").rglob(".key")
    before = key.read_bytes()
    key.chmod(0o644)
    cache._key.cache_clear()
    assert cached_document("thing", "key", lambda: 2) == 2
    assert key.read_bytes() != before


def test_a_home_that_cannot_be_written_leaves_the_cache_in_use(place, tmp_path, monkeypatch):
    (tmp_path / "home").write_text("a file")
    kept(place)
    assert cached_document("thing", "key", lambda: 2) == "first"
    assert (place / ".key").is_file()


def test_half_of_a_surrogate_pair_and_a_document_too_deep_to_keep_break_nothing():
    deep = []
    for _ in range(5_000):
        deep = [deep]
    assert cached_document("thing", "half", lambda: "\ud800") == "\ud800"
    assert cached_document("thing", "half", lambda: None) == "\ud800"
    assert cached_document("thing", "deep", lambda: deep) is deep
    assert cached_document("thing", "\ud800", lambda: 1) == 1


def test_hashes_of_different_lists_differ():
    assert content_hash("ab", "c") != content_hash("a", "bc")
    assert content_hash("a", "") != content_hash("a")


def test_a_changed_text_of_kernels_is_changed_code():
    names = {path.name for path in code_files()}
    assert {"lanes.py", "block.py.txt", "lanemath.py.txt"} <= names


@pytest.fixture(autouse=True)
def _log_is_heard(caplog):
    caplog.set_level(logging.INFO, logger="zjsim")
