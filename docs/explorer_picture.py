"""The picture of the explorer's page in README: the page opened in the system's browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import blocks

WAIT = """() => {
  const { summary } = document.getElementById("zjsim-explorer").app ?? {};
  return summary && summary.runs === summary.whole;
}"""


def explorer_picture(target: Path, language: str = "en") -> None:
    """Draw the page as a user sees it; nothing where no browser is."""
    from playwright.sync_api import sync_playwright

    browser_path = shutil.which("chromium")
    if browser_path is None:
        print(f"no chromium: {target.name} is as it was")
        return
    blocks.run_command(f"zjsim explore baseline --lang {language} --out explorer.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 860})
        page.goto(Path("explorer.html").resolve().as_uri() + "#s=baseline&vs=frozen_effort")
        page.wait_for_function(WAIT, timeout=120_000)
        page.screenshot(path=target)
        browser.close()
