"""How fast the explorer answers, measured inside the page: ``python benchmarks/explorer.py``.

A page is written, opened from the disk in the system's Chromium, and its sliders are moved, one
a frame. The time of a move is the page's own, from the event to the last canvas drawn; on a busy
machine the processor time of the same, which Chromium's trace has, says more. Needs
``playwright`` and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import zjsim
from zjsim.report.explorer.deliver import plan_page, write_page

# What the page should keep to: milliseconds, and bytes of the file.
GOALS = {
    "median": 16.0,
    "p95": 33.0,
    "every": 16.0,
    "processor": 16.0,
    "frame": 16.0,
    "ensemble": 1000.0,
    "open": 1000.0,
    "bytes": 1.5e6,
}
# Of a policy some lines move; of demand, the first sliders of the outside world, all do.
POLICIES = "[...document.querySelectorAll('.levers input[type=range]')]"
DEMAND = (
    "[...document.querySelectorAll('nav > details')][1].querySelectorAll('input[type=range]')[0]"
)
MOVE = """async ([count, which]) => {
  const app = document.getElementById("zjsim-explorer").app;
  const sliders = which === "demand" ? [DEMAND] : POLICIES;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const move = async (k) => {
    const one = sliders[k % sliders.length];
    const share = ((k * 37) % 100) / 100;
    await frame();
    one.value = Number(one.min) + share * (one.max - one.min);
    one.dispatchEvent(new Event("input", { bubbles: true }));
  };
  app.timings.length = 0;
  for (let k = 0; k < count; k++) await move(k);
  await frame();
  return [...app.timings];
}""".replace("POLICIES", POLICIES).replace("DEMAND", DEMAND)
REST = """async () => {
  const app = document.getElementById("zjsim-explorer").app;
  app.summary = null;
  app.store.setLever(app.doc.levers[0].id, { ...app.store.scenario.levers[app.doc.levers[0].id],
    to: 0.5 + Math.random() / 2 });
  while (!app.summary || app.summary.runs < app.summary.whole) {
    await new Promise((done) => setTimeout(done, 5));
  }
  return app.summary.spent;
}"""


def measure(path: Path, moves: int) -> dict[str, Any]:
    """Times of one page, in milliseconds."""
    from playwright.sync_api import sync_playwright

    browser_path = os.environ.get("ZJSIM_BROWSER", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(path.as_uri())
        page.wait_for_function("() => document.getElementById('zjsim-explorer').app?.run")
        opened = page.evaluate("() => document.getElementById('zjsim-explorer').app.openedAfter")
        page.wait_for_timeout(3000)
        # V8 needs some hundred runs before it has compiled the model.
        page.evaluate(MOVE, [100, "policies"])
        times = sorted(page.evaluate(MOVE, [moves, "policies"]))
        every = sorted(page.evaluate(MOVE, [moves, "demand"]))
        processor, frames = _processor_times(browser, page, moves)
        ensembles = [page.evaluate(REST) for _ in range(5)]
        version = browser.version
        browser.close()
    return {
        "chromium": version,
        "median": times[len(times) // 2],
        "p95": times[int(0.95 * len(times))],
        "every": every[len(every) // 2],
        "processor": processor[len(processor) // 2],
        "frame": frames[len(frames) // 2],
        "ensemble": sorted(ensembles)[2],
        "open": opened,
        "bytes": path.stat().st_size,
    }


def _processor_times(browser: Any, page: Any, moves: int) -> tuple[list[float], list[float]]:
    """Processor time of each move on the page's thread in milliseconds, sorted; and of frames."""
    path = Path(tempfile.mkdtemp()) / "trace.json"
    browser.start_tracing(page=page, path=path, categories=["devtools.timeline", "cc"])
    page.evaluate(MOVE, [moves, "policies"])
    browser.stop_tracing()
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    found: dict[str, list[float]] = {"FireAnimationFrame": [], "ProxyMain::BeginMainFrame": []}
    for event in events:
        if event["name"] in found and "tdur" in event:
            found[event["name"]].append(event["tdur"] / 1000)
    script, whole = map(sorted, found.values())
    return script, whole


def main() -> None:
    """Write a page, measure it, and print each figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, help="a page that is there already")
    parser.add_argument("--moves", type=int, default=400)
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    path = given.page
    if path is None:
        path = Path(tempfile.mkdtemp()) / "explorer.html"
        begun = time.perf_counter()
        plan = zjsim.open_plan("zhejiang")
        write_page(path, plan_page(plan, plan.read_scenario("baseline"), "en", 512))
        print(f"page written in {time.perf_counter() - begun:.1f} s")
    found = {**measure(path.resolve(), given.moves), "load": os.getloadavg()[0]}
    print(f"Chromium {found['chromium']}, load {found['load']:.1f} on {os.cpu_count()} cores")
    shown = {
        "median": "slider to all ten panels redrawn, median (ms)",
        "p95": "the same, 95th percentile (ms)",
        "every": "the same for a move of demand, which moves all ten lines",
        "processor": "of a policy, median of processor time (ms)",
        "frame": "processor time of the whole frame, with layout and paint",
        "ensemble": "512 runs with bands and probabilities (ms)",
        "open": "from opening the file to the first drawing (ms)",
        "bytes": "size of the file (bytes)",
    }
    for key, words in shown.items():
        print(f"{words:60} {found[key]:12,.1f}   goal {GOALS[key]:12,.0f}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
