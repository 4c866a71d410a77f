"""Signs of a Chinese keyboard are named with their line, and spared where they are text."""

from pathlib import Path

import pytest

from zjsim.errors import ZjsimError
from zjsim.yamlfile import parse_yaml


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: a\nlevers：\n  water: 1.2\n", "line 2: '：' is the Chinese colon; write ':'"),
        ("levers: {water：1.2}\n", "line 1, levers: '：' is the Chinese colon; write ':'"),
        ("levers: {water: 1.2，land: 1}\n", "line 1: '，' is the Chinese comma; write ','"),
        ("years: [1，2]\n", "'，' is the Chinese comma; write ','"),
        ("levers:\n  water: １．２\n", "line 2, levers.water: '１．２' is written with full-width"),
        ("levers: ｛water: 1｝\n", "'｛' is the Chinese brace; write '{'"),
        ("levers:\n　water: 1.2\n", "line 2: a full-width space; indent with ordinary spaces"),
        ("levers:\n  water:1.2\n  land: 1\n", "line 2: a space is missing after the colon; "
         "write 'water: 1.2'"),
    ],
)  # fmt: skip
def test_a_wide_sign_is_named_with_its_line_and_what_to_write(text, told):
    with pytest.raises(ZjsimError) as caught:
        parse_yaml(text, Path("mine.yaml"))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "label: 甲：乙，丙",
        "label: {zh: 甲，乙, en: x}",
        "why: “节水”：见 https://x.cn",
        "note: '１．２'",
    ],
)
def test_wide_signs_in_text_are_text(text):
    assert parse_yaml(text, Path("mine.yaml")).data
