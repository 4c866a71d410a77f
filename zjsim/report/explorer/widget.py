"""The explorer in a notebook: Jupyter, VS Code, marimo and whatever else speaks anywidget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from zjsim.errors import ScenarioError
from zjsim.openplan import OpenPlan
from zjsim.report.explorer.deliver import write_page
from zjsim.report.explorer.page import asset, font_of_page, packed, render_page
from zjsim.scenario.schema import Scenario
from zjsim.yamlfile import parse_yaml


class Explorer(anywidget.AnyWidget):
    """A plan's levers to be moved in a notebook; what the hands have made comes back to Python.

    ``scenario`` is what the sliders say now; ``write`` keeps the page as a file.
    """

    _esm = asset("widget.js")
    code = traitlets.Unicode().tag(sync=True)
    kernel = traitlets.Unicode().tag(sync=True)
    font = traitlets.Unicode().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)
    content = traitlets.Unicode().tag(sync=True)
    yaml = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        plan: OpenPlan,
        scenario: Scenario,
        content: Mapping[str, Any],
        kernel: str,
        page: Mapping[str, Any],
    ) -> None:
        super().__init__(
            code=asset("explorer.js"), style=asset("explorer.css"), kernel=kernel,
            content=packed(content), font=font_of_page(content),
        )  # fmt: skip
        self._plan, self._begun, self._whole, self._page = plan, scenario, content, page

    @property
    def scenario(self) -> Scenario:
        """The scenario as the sliders stand: for `simulate`, `simulate_ensemble` and the rest."""
        if not self.yaml:
            return self._begun
        read = parse_yaml(self.yaml, Path("the explorer"), ScenarioError)
        return self._plan.read_scenario(read.data)

    def write(self, path: Path | str) -> Path:
        """Write the page as one HTML file, which begins with the scenario it was made for."""
        target = Path(path)
        write_page(target, render_page(self._whole, self.kernel, **self._page))
        return target

    def __repr__(self) -> str:
        changed = "moved" if self.yaml else "as it was"
        return f"<Explorer of {self._begun.name} ({changed})>"
