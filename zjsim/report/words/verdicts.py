"""How a verdict looks in a table: its mark in plain text, its colours in a cell.

The colours of charts are in `style`, which needs matplotlib.
"""

from __future__ import annotations

from collections.abc import Mapping

from zjsim.assessment.progress import Verdict
from zjsim.report.words.numbers import DASH

# One character; a word always stands beside it.
MARKS: Mapping[Verdict, str] = {
    Verdict.MET: "✓",
    Verdict.ABOVE_BAND: "○",
    Verdict.MISSED: "✗",
    Verdict.UNDECIDABLE: "?",
    Verdict.MISSING: DASH,
}
# The fill and the ink of a cell; the page in HTML has others on a dark screen.
TONES: Mapping[str, tuple[str, str]] = {
    Verdict.MET: ("#DDF1EA", "#00664B"),
    Verdict.ABOVE_BAND: ("#DCEBF5", "#00507D"),
    Verdict.MISSED: ("#FBE5D6", "#9C4200"),
    Verdict.UNDECIDABLE: ("#FDF1D3", "#6E4C00"),
    Verdict.MISSING: ("#EDEDED", "#555555"),
}
