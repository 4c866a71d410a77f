import codecs
import re
from string import Formatter

import pytest

from zjsim.assessment.progress import Verdict, Word
from zjsim.catalogue import read_catalogue
from zjsim.errors import ZjsimError
from zjsim.language import language_of_locale
from zjsim.report.words.labels import FOLDER, catalogue, label, localised
from zjsim.scenario import path_words

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_key_is_said_in_both_languages_with_the_same_blanks():
    wrong = [
        key
        for key, text in catalogue().items()
        if not text.zh.strip()
        or not text.en.strip()
        or CHINESE.search(text.en)
        or fields(text.zh) != fields(text.en)
    ]
    assert wrong == []


# Names and acronyms that Chinese planners write in Latin letters, too.
LATIN = {"gdp", "crps", "prim", "sobol", "morris", "shapley", "pysd"}
LATIN |= {"csv", "json", "png", "svg", "yaml", "javascript"}


# Blanks, code, options, commands, files and addresses are no words.
CODE = r"(?a)\{[^}]*\}|`[^`]*`|zjsim [a-z]+|--[a-z-]+( [a-z]+)?|[\w-]*[._/][\w./-]*|zjsim"


def test_no_english_word_stands_in_the_chinese_of_the_catalogue():
    strangers = {}
    for key, text in catalogue().items():
        words = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", re.sub(CODE, "", text.zh))}
        if words - LATIN:
            strangers[key] = words - LATIN
    assert strangers == {}


def test_the_files_are_utf_8_with_the_mark_that_excel_looks_for():
    for path in [*FOLDER.glob("*.csv"), path_words.FILE]:
        assert path.read_bytes().startswith(codecs.BOM_UTF8), path.name


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("a,甲,A,\na,乙,B,", r"line 3: duplicate key a, see line 2 of words\.csv"),
        ("a,,A,", "line 2, a: the text in zh is missing"),
        (",甲,A,", "line 2, : the key is missing"),
        ('a,"甲\n乙",A,\nb,{x}甲,A{y},', r"line 4, b: .*braces \(zh: x; en: y\)"),
        ("a,+甲,A,", "line 2, a: Excel takes the text in zh for a formula"),
        ("a,甲,A, B,", "line 2: 5 cells where the header has 4"),
    ],
)
def test_a_fault_in_a_file_of_words_is_reported_with_its_line(tmp_path, rows, expected):
    file = tmp_path / "words.csv"
    file.write_text(f"key,zh,en,note\n{rows}\n", encoding="utf-8")
    with pytest.raises(ZjsimError, match=expected) as error:
        read_catalogue([file])
    assert str(file) in str(error.value)


def test_an_unknown_a_missing_and_a_duplicate_column_are_reported(tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("key,zh,zh,enn\n", encoding="utf-8")
    with pytest.raises(ZjsimError) as error:
        read_catalogue([file])
    for expected in (
        "unknown column enn. Did you mean en?",
        "missing column en",
        "duplicate column zh",
    ):
        assert expected in str(error.value)


def test_a_file_in_another_encoding_is_refused_with_a_hint(tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("key,zh,en\na,甲,A\n", encoding="gbk")
    with pytest.raises(ZjsimError, match="not UTF-8"):
        read_catalogue([file])


def test_every_verdict_and_official_word_of_the_assessment_has_a_label():
    for verdict in Verdict:
        assert CHINESE.search(label(f"verdict.{verdict}", "zh"))
    for word in Word:
        assert CHINESE.search(label(f"official.{word}", "zh"))


def test_a_missing_key_is_an_error():
    with pytest.raises(KeyError, match=r"no\.such"):
        label("no.such", "en")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_locale_decides_the_language_in_the_order_of_posix(environment, expected):
    assert language_of_locale(environment) == expected


def test_a_pair_falls_back_to_its_other_language():
    assert localised({"zh": "工业", "en": ""}, "en") == "工业"
    assert localised(None, "en") == ""
    assert localised("plain", "zh") == "plain"
