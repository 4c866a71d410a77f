"""Grades of evidence, best first; what each means is in `report/words/catalogue/document.csv`."""

from __future__ import annotations

EVIDENCE = ("A", "B", "C", "D")
MEMORY = "M"  # believed, the source not seen
DEFINITION = "-"  # true by definition, so that nothing is to be graded
OBSERVATIONS = (*EVIDENCE, MEMORY)
INPUTS = (*EVIDENCE, DEFINITION)
ALL = (*EVIDENCE, MEMORY, DEFINITION)
