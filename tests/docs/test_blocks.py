"""What the pages show is what the program does: every block runs and prints what is shown."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [path for path in PAGES if "reference" not in path.parts]
# Languages that the tests run, those that are written to a file, and those left alone.
KNOWN = {"console", "pycon", "python", "yaml", "csv", "vensim", "text", "sh"}


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", WRITTEN, ids=name)
# PySD warns of its own use of pandas; numpy of the ends of ranges that a page tries on purpose.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_page_shows_what_the_program_does(path, generate):
    assert generate.renewed(path) == path.read_text("utf-8"), "run: python docs/generate.py"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_block_says_whether_it_runs(path, blocks):
    text = path.read_text(encoding="utf-8")
    languages = {kind for kind, _ in blocks.FENCE.findall(text)}
    assert languages <= KNOWN
    opened = sum(line.startswith("```") for line in text.splitlines())
    if path.name != "architecture.md":  # its drawings bear no language
        assert opened == 2 * len(blocks.FENCE.findall(text))


def test_output_may_be_left_out_in_the_middle(blocks):
    real = ["first", "second", "third", "last"]
    assert blocks.shortened([], real) == []
    assert blocks.shortened(["first", "...", "last"], real) == ["first", "...", "last"]
    assert blocks.shortened(["old", "...", "old"], real) == ["first", "...", "last"]
    assert blocks.shortened(["old"], real) == real


def test_only_the_hash_of_a_study_may_differ_from_the_page(blocks):
    shown = ["runs/money-11111111/summary.csv"]
    assert blocks.shortened(shown, ["runs/money-22222222/summary.csv"]) == shown
    other = ["runs/water-22222222/summary.csv"]
    assert blocks.shortened(shown, other) == other


def test_a_command_that_ends_otherwise_than_stated_is_noticed(blocks, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ zjsim check no_such_scenario\n```\n", encoding="utf-8")
    assert "# exit status 1" in blocks.Page(page).renewed()


def test_the_commands_of_the_readme_can_be_extracted():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command, wanted in (
        ("run", "python -m pip install . && zjsim run"),
        ("test", 'python -m pip install ".[test]" && python -m pytest'),
    ):
        after = text.split(f"<!-- command: {command} -->\n", 1)[1]
        assert after.startswith(f"```sh\n{wanted}\n```\n")
