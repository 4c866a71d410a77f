"""The files that a user writes, by name: where each is declared, and its JSON schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zjsim.assessment.checks import ChecksFile
from zjsim.assessment.learning_keys import LearningKeys
from zjsim.assessment.loops_file import LoopsFile
from zjsim.assessment.outside_keys import OutsideKeys
from zjsim.assessment.plan import Plan
from zjsim.assessment.protocol import Protocol
from zjsim.errors import ZjsimError, did_you_mean
from zjsim.formats import Declared, json_schema
from zjsim.scenario.schema import Scenario
from zjsim.scenario.study import Study
from zjsim.scenario.tables import LeversFile

FORMATS: Mapping[str, type[Declared]] = {
    "scenario": Scenario,
    "study": Study,
    "plan": Plan,
    "levers": LeversFile,
    "checks": ChecksFile,
    "loops": LoopsFile,
    "validation": Protocol,
    "learning": LearningKeys,
    "outside": OutsideKeys,
}


def schema_of(name: str) -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a file, for editors.

    Raises
    ------
    ZjsimError
        When there is no such format.
    """
    if name not in FORMATS:
        near = did_you_mean(name, FORMATS) or f"There are: {', '.join(FORMATS)}."
        raise ZjsimError(f"{name}: no such file format. {near}")
    schema = json_schema(FORMATS[name], f"zjsim {name}")
    if name != "levers":
        return schema
    # The list may stand in the file without the key.
    whole = {key: schema.pop(key) for key in list(schema) if key not in _OF_THE_FILE}
    return {**schema, "oneOf": [whole, whole["properties"]["levers"]]}


_OF_THE_FILE = ("$schema", "$defs", "title", "description")
