"""Build the site: ``python docs/build_site.py OUT [--notebooks FOLDER]``.

Pages are the Markdown files of this folder; ``docs/zh`` is the Chinese site, with a search of its
own. Zensical lays them out; a warning of its ends the build. What is not a page here is put in
place first: the modellers' notes, which live beside the model, and the notebooks, which are stored
without outputs and run for the site (``--notebooks`` names a folder where that has been done).

The site of a version goes to ``OUT/VERSION``; ``OUT/versions.json`` lists those that are there, and
every page offers them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ruamel.yaml import YAML

from zjsim.version import __version__

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
NOTEBOOKS = ROOT / "notebooks"
NOTES = "reference/model/readme.md"
# A link from a page to the model's README, from whatever depth.
TO_NOTES = re.compile(r"\]\((?:\.\./)+models/zhejiang/README\.md(#[^)]*)?\)")
NO_PAGES = shutil.ignore_patterns("*.py", "__pycache__", "zh")
INDEX = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={0}/">\n'


def main() -> None:
    """Build both languages and list the version."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="where the site goes")
    parser.add_argument("--notebooks", type=Path, help="a folder of notebooks that have been run")
    parser.add_argument("--no-run", action="store_true", help="show the notebooks as stored")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zjsim-site-") as place:
        work = Path(place)
        books = NOTEBOOKS if asked.no_run else asked.notebooks or run_all(work / "run")
        home = asked.out / __version__
        shutil.rmtree(home, ignore_errors=True)
        lay_out(english(work / "en", books), home)
        lay_out(chinese(work / "zh"), home / "zh")
    list_versions(asked.out)
    print(f"wrote {home}")


def english(work: Path, books: Path) -> Path:
    """The English pages in one folder with their settings."""
    pages = work / "docs"
    shutil.copytree(DOCS, pages, ignore=NO_PAGES)
    text = (ROOT / "models" / "zhejiang" / "README.md").read_text(encoding="utf-8")
    # Its links to pages of the documentation, from where the page of the notes stands.
    (pages / NOTES).write_text(text.replace("](../../docs/", "](../../"), encoding="utf-8")
    for page in pages.rglob("*.md"):
        up = "../" * (len(page.relative_to(pages).parts) - 1)
        text = page.read_text(encoding="utf-8")
        page.write_text(TO_NOTES.sub(f"]({up}{NOTES}\\1)", text), encoding="utf-8")
    settings = read_yaml(ROOT / "mkdocs.yml")
    named = notebook_pages(books, pages / "notebooks")
    for entry in settings["nav"]:
        if "Notebooks" in entry:
            entry["Notebooks"] = [{title: f"notebooks/{name}"} for title, name in named]
    return write_yaml(work / "mkdocs.yml", settings)


def chinese(work: Path) -> Path:
    """The Chinese pages with the pictures that both languages share."""
    pages = work / "docs"
    shutil.copytree(DOCS / "zh", pages, ignore=shutil.ignore_patterns("mkdocs.yml"))
    shutil.copytree(DOCS / "images", pages / "images")
    shutil.copy(DOCS / "site.css", pages)
    for page in pages.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("](../images/", "](images/"), encoding="utf-8")
    settings = read_yaml(ROOT / "mkdocs.yml") | read_yaml(DOCS / "zh" / "mkdocs.yml")
    settings["theme"]["language"] = "zh"
    settings["extra"]["alternate"] = [
        {"name": "English", "link": "../", "lang": "en"},
        {"name": "中文", "link": "./", "lang": "zh"},
    ]
    return write_yaml(work / "mkdocs.yml", settings)


def read_yaml(path: Path) -> dict:
    """Settings as plain data."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def write_yaml(path: Path, settings: dict) -> Path:
    """The settings as Zensical reads them; JSON is YAML that nobody can take amiss."""
    path.write_text(json.dumps(settings, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def lay_out(settings: Path, out: Path) -> None:
    """Build one language; its words on standard error and a failure when anything is amiss."""
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(settings)],
        cwd=settings.parent, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{done.stdout}\n{done.stderr[-2000:]}")
    shutil.copytree(settings.parent / "site", out)


def run_all(folder: Path) -> Path:
    """Every notebook run, two at a time, as somebody would run it in an empty folder."""
    folder.mkdir(parents=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda path: run(path, folder), sorted(NOTEBOOKS.glob("*.ipynb"))))
    return folder


def run(path: Path, folder: Path) -> None:
    """One notebook with its outputs."""
    import nbclient
    import nbformat

    book = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as empty:
        client = nbclient.NotebookClient(
            book, timeout=300, kernel_name="python3", resources={"metadata": {"path": empty}}
        )
        client.execute(env={**os.environ, "ZJSIM_LANG": "en"})
    nbformat.write(book, folder / path.name)


def notebook_pages(books: Path, pages: Path) -> list[tuple[str, str]]:
    """A page a notebook, with its pictures beside it: title and name of each."""
    import nbformat
    from nbconvert import MarkdownExporter
    from nbconvert.preprocessors import TagRemovePreprocessor

    pages.mkdir()
    exporter = MarkdownExporter(preprocessors=[TagRemovePreprocessor])
    named = []
    for path in sorted(books.glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)
        text, found = exporter.from_notebook_node(book, {"unique_key": path.stem})
        for name, content in found["outputs"].items():
            (pages / name).write_bytes(content)
        first, _, rest = text.lstrip().partition("\n")
        link = f"*[{path.name}]({path.name}){{ download }}*"
        # A script in an output would be refused by who reads the site offline.
        rest = re.sub(r"<script\b.*?</script>", "", rest, flags=re.DOTALL)
        (pages / f"{path.stem}.md").write_text(f"{first}\n\n{link}\n{rest}", encoding="utf-8")
        shutil.copy(path, pages)
        named.append((first.lstrip("# "), f"{path.stem}.md"))
    return named


def list_versions(out: Path) -> None:
    """The versions that are there, the newest first, and the way to it."""
    found = [place.name for place in out.iterdir() if (place / "index.html").is_file()]
    found.sort(key=lambda name: [int(part) for part in re.findall(r"\d+", name)], reverse=True)
    listed = [
        {"version": name, "title": name, "aliases": ["latest"] if name == found[0] else []}
        for name in found
    ]
    (out / "versions.json").write_text(json.dumps(listed, indent=1), encoding="utf-8")
    (out / "index.html").write_text(INDEX.format(found[0]), encoding="utf-8")


if __name__ == "__main__":
    main()
