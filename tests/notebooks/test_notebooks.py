"""The notebooks run as they are, offline, and end with a figure and its meaning in words."""

import os
import re
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
HIDE_WIDGETS = "import sys; sys.modules['ipywidgets'] = None"
# The kernel warns of its own housekeeping (sockets, event loops); those are not ours.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def run(path, folder, first=""):
    """Run a notebook as if opened in an empty folder; ``first`` is a cell put before it."""
    book = nbformat.read(path, as_version=4)
    if first:
        book.cells.insert(0, nbformat.v4.new_code_cell(first))
    client = nbclient.NotebookClient(
        book,
        timeout=180,  # a busy machine is not a fault
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, "ZJSIM_LANG": "en", "MPLBACKEND": INLINE})
    return book


INLINE = "module://matplotlib_inline.backend_inline"


def shown(book, kind):
    """Cells whose output has something of a MIME type."""
    return [
        cell
        for cell in book.cells
        if any(kind in output.get("data", {}) for output in cell.get("outputs", ()))
    ]


def test_notebooks_are_numbered_without_a_gap():
    numbers = [path.name[:2] for path in NOTEBOOKS]
    assert numbers == [f"{n:02d}" for n in range(1, 1 + len(NOTEBOOKS))] != []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_bare_and_asks_a_question(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert book.cells[0].source.splitlines()[0].endswith("?")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_ends_with_a_figure_and_words(path, tmp_path):
    book = run(path, tmp_path)
    charts = [cell for cell in book.cells if re.search(r"^zjsim\.plot_", cell.source, re.M)]
    drawn = shown(book, "image/png")
    assert charts
    assert all(cell in drawn for cell in charts), "a chart was not shown"
    last = [cell for cell in book.cells if cell.cell_type == "code"][-1]
    assert "text/markdown" in last.outputs[-1]["data"], "no interpretation at the end"
    assert list(tmp_path.iterdir()) == []
    if kept := os.environ.get("ZJSIM_NOTEBOOKS"):
        # For the site, which shows the notebooks as they ran.
        Path(kept).mkdir(parents=True, exist_ok=True)
        nbformat.write(book, Path(kept) / path.name)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_nothing_from_inside_the_program(path):
    book = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    assert "import zjsim\n" in code
    assert not re.findall(r"(?:from|import) zjsim\.\S+", code)


def test_the_sliders_become_a_figure_without_ipywidgets(tmp_path):
    book = run(FOLDER / "07_interactive.ipynb", tmp_path, HIDE_WIDGETS)
    panel = next(cell for cell in book.cells if "ipywidgets is None:" in cell.source)
    assert any("image/png" in output.get("data", {}) for output in panel.outputs)
