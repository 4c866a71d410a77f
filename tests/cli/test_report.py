"""``zjsim report``: the command that it tells to repeat it is the command that was given."""

import html
import re

import pytest

from tests.report.report_case import judged

pytestmark = pytest.mark.slow


def test_the_report_tells_the_whole_command(zjsim, tmp_path):
    options = ["--format", "html", "--lang", "zh", "--set", "levers.water=1.2"]
    options += ["--no-assumptions", "--no-probability"]
    given = ["zjsim", "report", "baseline", *options]
    assert zjsim(*given[1:], "--out", "told").status == 0
    (page,) = (tmp_path / "told").iterdir()
    told = html.unescape(re.search(r"<pre><code>(.*?)</code>", page.read_text("utf-8"))[1])
    assert told == " ".join(given)
    # Following it gives the same file.
    assert zjsim(*told.split()[1:], "--out", "again").status == 0
    assert (tmp_path / "again" / page.name).read_bytes() == page.read_bytes()


def test_report_and_sensitivity_name_the_same_assumptions(zjsim):
    found = zjsim("sensitivity", "baseline", "--method", "tornado", "--json")
    deciders = [item["input"] for item in found.document["deciders"]]
    swings = judged("baseline").influence.swings
    assert [swing.dimension.key for swing in swings[: len(deciders)]] == deciders
