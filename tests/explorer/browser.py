"""A real Chromium for the tests, and pages in it that may reach nothing but themselves."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = os.environ.get("ZJSIM_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
HAS_PLAYWRIGHT = importlib.util.find_spec("playwright") is not None
LACKING = (
    "no Chromium on this machine (apt-get install chromium, or name one by ZJSIM_BROWSER)"
    if BROWSER is None
    else "the package playwright is not installed"
)
needs_browser = pytest.mark.skipif(not (BROWSER and HAS_PLAYWRIGHT), reason=LACKING)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
)  # fmt: skip
SETTLED = """() => {
  const app = document.getElementById("zjsim-explorer")?.app;
  return app && (!app.worker || (app.summary && app.summary.runs === app.summary.whole));
}"""


@contextmanager
def chromium() -> Iterator[object]:
    """The system's browser, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def opened(browser, path, address="", **context):
    """A page of a file, the complaints of its console, and what it asked the network for."""
    place = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
    page = place.new_page()
    page.set_default_timeout(60_000)
    told, asked = [], []
    page.on("console", lambda message: told.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: told.append(f"error: {error}"))
    page.on("request", lambda request: asked.append(request.url))
    # Whatever is asked for beyond the file itself is refused.
    place.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    page.goto(path.as_uri() + address)
    page.wait_for_function(SETTLED)
    try:
        yield SimpleNamespace(page=page, told=told, asked=asked, context=place)
    finally:
        place.close()


def verdicts(page):
    """The verdicts on the page, in the order of the plan."""
    script = "() => document.getElementById('zjsim-explorer').app.panels.rows.map((r) => r.verdict)"
    return page.evaluate(script)


def slide(page, label, value):
    """Move a slider as a hand does, and let go."""
    slider = page.get_by_label(label, exact=True)
    slider.evaluate(
        """(one, value) => { one.value = value;
        one.dispatchEvent(new Event("input", { bubbles: true }));
        one.dispatchEvent(new Event("change", { bubbles: true })); }""",
        value,
    )


def sought(view, *targets):
    """What the page says it takes to meet targets, with the wanted probability of 80 %."""
    view.get_by_role("button", name="None", exact=True).click()
    for target in targets:
        view.get_by_role("checkbox", name=target).check()
    view.get_by_role("button", name="Search", exact=True).click()
    view.locator(".found > p").wait_for()
    return view.locator(".found").inner_text()
