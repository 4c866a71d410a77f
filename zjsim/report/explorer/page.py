"""The page as one HTML file: data, kernel and code, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zjsim.language import TYPOGRAPHY, Language
from zjsim.report.charts.font import embedded_font
from zjsim.report.words.labels import label

ASSETS = Path(__file__).with_name("assets")


def asset(name: str) -> str:
    """A built file of the page: ``explorer.js`` or ``explorer.css``."""
    return (ASSETS / name).read_text(encoding="utf-8")


def packed(content: Mapping[str, Any]) -> str:
    """The data as text: JSON, compressed, in base64."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # No time in the header: the same plan gives the same page.
    return base64.b64encode(gzip.compress(text.encode("utf-8"), 9, mtime=0)).decode("ascii")


def render_page(content: Mapping[str, Any], kernel: str, title: str, language: Language) -> str:
    """The text of the page.

    Parameters
    ----------
    content : mapping
        As `plan_content` or `model_content` gives it.
    kernel : str
        JavaScript text of the kernel.
    title : str
        Of the window.
    """
    code = asset("explorer.js")
    style = asset("explorer.css") + _font_face(font_of_page(content))
    start = "zjsimExplorer.openPage();"
    without = html.escape(label("explorer.noscript", language))
    allowed = " ".join(_hash_of(text) for text in (kernel, code, start))
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src {_hash_of(style)}; "
        "font-src data:; worker-src blob:; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return f"""<!doctype html>
<html lang="{TYPOGRAPHY[language].html_tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(title)}</title>
<style>{style}</style>
</head>
<body>
<div id="zjsim-explorer" class="zx"><noscript>{without}</noscript></div>
<script type="application/gzip" id="zjsim-data">{packed(content)}</script>
<script id="zjsim-kernel">{kernel}</script>
<script id="zjsim-code">{code}</script>
<script>{start}</script>
</body>
</html>
"""


def font_of_page(content: Mapping[str, Any]) -> str:
    """The Chinese letters of a page as a font; empty when it has none."""
    return embedded_font(json.dumps(content, ensure_ascii=False) + asset("explorer.js"))


def _font_face(font: str) -> str:
    """Chinese letters for a machine that has none; the reader's own fonts come first."""
    if not font:
        return ""
    source = f"url(data:font/woff;base64,{font}) format('woff')"
    return f"@font-face{{font-family:'zjsim Han';src:{source}}}"


def _hash_of(text: str) -> str:
    """How a content-security policy names a text."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
