import re
from string import Formatter

import pytest

from zjsim.assessment.progress import Verdict, Word
from zjsim.report.labels import CATALOGUE, label, language_of_locale, localised

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_key_is_said_in_both_languages_with_the_same_blanks(key):
    chinese, english = CATALOGUE[key]
    assert chinese.strip()
    assert english.strip()
    assert not CHINESE.search(english)
    assert fields(chinese) == fields(english)


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
