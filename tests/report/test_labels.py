import re
from string import Formatter

import pytest

from zjsim.assessment.progress import Verdict, Word
from zjsim.language import language_of_locale
from zjsim.report.words.labels import CATALOGUE, label, localised
from zjsim.report.words.labels_charts import CHART_WORDS
from zjsim.report.words.labels_cli import CLI_WORDS
from zjsim.report.words.labels_document import DOCUMENT_WORDS
from zjsim.report.words.labels_ensemble import ENSEMBLE_WORDS
from zjsim.report.words.labels_model import MODEL_WORDS
from zjsim.report.words.labels_trust import TRUST_WORDS
from zjsim.report.words.labels_validation import VALIDATION_WORDS
from zjsim.scenario.path_words import PATH_WORDS

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_key_is_said_in_both_languages_with_the_same_blanks():
    wrong = [
        key
        for key, (chinese, english) in CATALOGUE.items()
        if not chinese.strip()
        or not english.strip()
        or CHINESE.search(english)
        or fields(chinese) != fields(english)
    ]
    assert wrong == []


# Names and acronyms that Chinese planners write in Latin letters, too.
LATIN = {"gdp", "crps", "sobol", "morris", "shapley", "pysd"}


# Blanks, code, options, commands, files and addresses are no words.
CODE = r"(?a)\{[^}]*\}|`[^`]*`|zjsim [a-z]+|--[a-z-]+( [a-z]+)?|[\w-]*[._/][\w./-]*|zjsim"


def test_no_english_word_stands_in_the_chinese_of_the_catalogue():
    strangers = {}
    for key, (chinese, _) in [*CATALOGUE.items(), *MODEL_WORDS.items()]:
        words = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", re.sub(CODE, "", chinese))}
        if words - LATIN:
            strangers[key] = words - LATIN
    assert strangers == {}


def test_no_part_of_the_catalogue_says_a_key_of_another():
    parts = (CHART_WORDS, CLI_WORDS, DOCUMENT_WORDS, ENSEMBLE_WORDS, PATH_WORDS, TRUST_WORDS,
             VALIDATION_WORDS)  # fmt: skip
    keys = [key for part in parts for key in part]
    assert len(keys) == len(set(keys))
    assert set(keys) < set(CATALOGUE)
    assert all(CATALOGUE[key] == part[key] for part in parts for key in part)


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
