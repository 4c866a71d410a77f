"""Nothing that lies in the working folder is executed, or changes what is computed or drawn."""

import os
import subprocess
import sys

import pytest

HOSTILE_YAML = "CACHE_DIR: evil\nDISABLE_JIT: 1\n"
# matplotlib would import the module it names as soon as a figure is made.
HOSTILE_RC = "backend: module://evil\ntext.usetex: True\nfont.size: 77\n"
EVIL = "import pathlib\npathlib.Path('ran').write_text('')\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / ".numba_config.yaml").write_text(HOSTILE_YAML)
    (tmp_path / "matplotlibrc").write_text(HOSTILE_RC)
    for name in ("evil", "zjsim", "numpy", "typer", "pickle"):
        (tmp_path / f"{name}.py").write_text(EVIL)
    return tmp_path


def python(folder, *arguments):
    from zjsim.engines.pool import _python_path

    env = {**os.environ, "PYTHONPATH": _python_path()}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not (folder / "ran").exists()
    return done.stdout.strip()


@pytest.mark.slow
def test_numba_and_matplotlib_take_no_settings_from_the_working_folder(folder):
    code = """
from zjsim.engines.kernel import build
import numba
from zjsim.report.charts import style
import matplotlib, matplotlib.rcsetup
print(numba.config.DISABLE_JIT, repr(numba.config.CACHE_DIR))
print(matplotlib.rcParams["font.size"], matplotlib.rcParams["text.usetex"])
"""
    assert python(folder, "-P", "-c", code).split() == ["0", "''", "10.0", "False"]


@pytest.mark.slow
def test_a_broken_file_of_settings_breaks_nothing(folder):
    (folder / "matplotlibrc").write_bytes(b"\xff\xfe")
    (folder / ".numba_config.yaml").write_text("- [")
    python(folder, "-P", "-c", "import zjsim.report.charts.style, zjsim.engines.kernel.build")


@pytest.mark.slow
def test_a_worker_process_imports_nothing_from_the_working_folder(folder):
    code = """
from zjsim.engines.executors import Executor
from zjsim.engines.pool import Chunk
from operator import neg
print([value for _, value in Executor("process", workers=1).map(neg, [Chunk("one", 1)])])
"""
    assert python(folder, "-P", "-c", code) == "[-1]"


@pytest.mark.slow
def test_the_module_run_by_name_imports_no_library_from_the_working_folder(folder):
    (folder / "zjsim.py").unlink()  # what -m is told to run is the user's own word
    (folder / "pickle.py").unlink()  # so is what Python itself needs to find a module
    assert python(folder, "-m", "zjsim", "--version").startswith("zjsim ")


def test_the_real_question_is_asked_again_after_the_import(tmp_path, monkeypatch):
    from zjsim.surroundings import settings_of_folder_ignored

    monkeypatch.chdir(tmp_path)
    (tmp_path / "matplotlibrc").write_text("")
    before = os.path.exists
    with settings_of_folder_ignored():
        assert not os.path.exists("matplotlibrc")
        assert os.path.exists(str(tmp_path / "matplotlibrc"))
    assert os.path.exists is before
