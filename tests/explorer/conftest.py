"""The Zhejiang plan as the page has it: made once, for all tests of the page's rules."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import zjsim
from tests.explorer.browser import chromium
from tests.node import run_node
from zjsim.report.explorer.content import plan_content
from zjsim.report.explorer.deliver import write_page
from zjsim.report.explorer.page import asset, render_page

RUNS = 256


@pytest.fixture(scope="session")
def page():
    """The data and the kernel of a page, and ``ask``: what its code answers in Node."""
    plan = zjsim.open_plan("zhejiang")
    content, kernel = plan_content(plan, plan.read_scenario("baseline"), "en", RUNS)

    def ask(script, data, folder):
        text = f"""{asset("explorer.js")}
{kernel}
const {{ core }} = zjsimExplorer;
const doc = data.doc;
const binary = core.binary.binaryOf(doc);
const engine = core.engine.engineOf(doc, zjsimKernel());
{script}"""
        return run_node(text, {"doc": content, **data}, folder)

    return SimpleNamespace(plan=plan, content=content, kernel=kernel, ask=ask)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def file(page, tmp_path_factory):
    """A page with few runs, so that tests need not wait for many."""
    path = tmp_path_factory.mktemp("page") / "explorer.html"
    write_page(path, render_page(page.content, page.kernel, "explorer", "en"))
    return path
