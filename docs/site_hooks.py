"""What the site needs beyond the files of this folder.

The modellers' notes live beside the model; the site shows them as a page of the reference, and
links that leave this folder point to it.
"""

import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
NOTES = "reference/model/readme.md"
# A link from a page to the model's README, from whatever depth.
TO_NOTES = re.compile(r"\]\((?:\.\./)+models/zhejiang/README\.md(#[^)]*)?\)")


def on_files(files, config):
    """Add the README of the model as a page."""
    text = (ROOT / "models" / "zhejiang" / "README.md").read_text(encoding="utf-8")
    # Its links to pages of the documentation, from where the page of the notes stands.
    text = text.replace("](../../docs/", "](../../")
    files.append(File.generated(config, NOTES, content=text))
    return files


def on_page_markdown(markdown, page, **_):
    """Point links to the model's README to its page."""
    up = "../" * page.file.src_uri.count("/")
    return TO_NOTES.sub(lambda link: f"]({up}{NOTES}{link[1] or ''})", markdown)
