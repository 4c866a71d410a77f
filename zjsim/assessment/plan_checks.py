"""Every problem of a plan document at once: shape, then sense, then quotations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from zjsim.assessment.plan import Plan
from zjsim.assessment.quotes import plain_text
from zjsim.documents import from_document, to_document
from zjsim.errors import Problem, did_you_mean
from zjsim.formats import Fault, Location, Where, validated

NEVER_VARY = "a target never varies: give one number, no range and no distribution"


def dotted(location: Location) -> str:
    """``indicators.3.target.value`` for messages about data that has no lines."""
    return ".".join(map(str, location)) or "document"


def plan_problems(
    raw: Any, where: Where = dotted, text: str | None = None
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The validated document, or None, and all problems in the order of the file.

    Parameters
    ----------
    raw : plain data of a plan file
    where : names a location, with its line when the data came from a file
    text : the plan's text, in which quotations must occur; None skips that check
    """
    varying = list(_varying_targets(raw))
    written, shape = validated(Plan, raw)
    document = None if written is None else _keys_only(to_document(from_document(Plan, written)))
    findings = varying + [
        finding for finding in shape if not any(_inside(finding[0], v[0]) for v in varying)
    ]
    if document is not None:
        findings += _senseless(document)
        if text is not None:
            findings += _misquoted(document, plain_text(text))
    problems = [Problem(where(location), what, hint) for location, what, hint in findings]
    return (None if problems else document), problems


def _inside(location: Location, outer: Location) -> bool:
    return location[: len(outer)] == outer


def _varying_targets(raw: Any) -> Iterator[Fault]:
    """Targets, bases and milestones that are a list or a mapping instead of a number."""
    if not isinstance(raw, dict):
        return
    for part, keys in (
        ("indicators", (("target", "value"), ("base", "value"), ("amended", "value"))),
        ("milestones", (("number",), ("number_high",))),
    ):
        entries = raw.get(part)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            for path in keys:
                value = _dig(entry, path)
                if isinstance(value, dict | list):
                    yield (part, index, *path), NEVER_VARY, ""
            target = entry.get("target") if isinstance(entry, dict) else None
            if isinstance(target, dict):
                for key in sorted(_DISTRIBUTION.intersection(map(str, target))):
                    yield (part, index, "target", key), NEVER_VARY, ""


_DISTRIBUTION = {"low", "high", "min", "max", "mean", "sd", "std", "distribution", "range"}


def _dig(entry: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry


def _senseless(document: dict[str, Any]) -> list[Fault]:
    """What has the right shape and cannot be meant."""
    indicators = document["indicators"]
    names = [entry["id"] for entry in indicators]
    findings = [*_horizon(document), *_repeated(document)]
    for index, entry in enumerate(indicators):
        at: Location = ("indicators", index)
        findings += [((*at, *path), what, "") for path, what in _indicator_sense(entry)]
        if entry["target"]["year"] > int(document["horizon"]["end"][:4]):
            findings.append(((*at, "target", "year"), "lies after the end of the plan", ""))
    for index, entry in enumerate(document["milestones"]):
        at = ("milestones", index)
        high = entry["number_high"]
        if (entry["comparator"] == "range") != (high is not None):
            what = "number_high belongs to the comparator range, and range needs it"
            findings.append(((*at, "comparator"), what, ""))
        elif high is not None and high <= entry["number"]:
            findings.append(((*at, "number_high"), "is not above number", ""))
        if entry["indicator"] is not None:
            findings += _unknown(entry["indicator"], names, (*at, "indicator"), "indicator")
        if entry["base"] is not None and entry["base"]["value"] is None:
            findings.append(((*at, "base", "value"), "expected a number, got nothing", ""))
    return findings + _audit_sense(document, names)


def _keys_only(document: dict[str, Any]) -> dict[str, Any]:
    """Without what an indicator takes from its plan, which is no key of the file."""
    for entry in document["indicators"]:
        del entry["plan_base_year"], entry["price_year"]
    return document


def _horizon(document: dict[str, Any]) -> Iterator[Fault]:
    dates: dict[Location, str | None] = {(key,): document[key] for key in ("issued", "published")}
    horizon = document["horizon"]
    dates |= {("horizon", key): horizon[key] for key in ("start", "end")}
    for location, value in dates.items():
        try:
            date.fromisoformat(value or "2000-01-01")
        except ValueError:
            yield location, f"{value} is no date", "Write it as 2021-07-02."
    if horizon["end"] <= horizon["start"]:
        yield ("horizon", "end"), "is not after start", ""
    if horizon["base_year"] > int(horizon["start"][:4]):
        yield ("horizon", "base_year"), "lies after the start of the plan", ""
    trend = document["history"]["trend"]
    if trend is not None and trend[0] >= trend[1]:
        yield ("history", "trend"), "names its first year and a later one", ""
    words = document["words"]
    if words["faster_from"] <= words["on_course_from"]:
        yield ("words", "faster_from"), "is not above on_course_from", ""


def _repeated(document: dict[str, Any]) -> Iterator[Fault]:
    """Duplicate ids and numbers; an observation could not say which is meant."""
    seen: dict[Any, str] = {}
    for part in ("indicators", "milestones"):
        for index, entry in enumerate(document[part]):
            if entry["id"] in seen:
                yield (part, index, "id"), f"duplicate id {entry['id']}", ""
            seen[entry["id"]] = part
    numbers = [entry["number"] for entry in document["indicators"]]
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            yield ("indicators", index, "number"), f"duplicate number {number}", ""


def _indicator_sense(entry: dict[str, Any]) -> Iterator[tuple[Location, str]]:
    target, base = entry["target"], entry["base"]
    cumulative = entry["cumulative"]
    if (target["kind"] == "about") != (target["band"] is not None):
        yield ("target", "band"), "band belongs to the kind about, and about needs it"
    if target["year"] <= base["year"]:
        yield ("target", "year"), "is not after the base year"
    if cumulative != (entry["pace"] == "cut"):
        yield ("pace",), "cut belongs to cumulative: true, and cumulative needs it"
    if cumulative != (base["value"] is None):
        yield ("base", "value"), "null belongs to cumulative: true, and cumulative needs it"
    if cumulative and not 0 < target["value"] < 100:
        yield ("target", "value"), "a cumulative cut lies between 0 and 100 percent"
    if not cumulative and base["value"] is not None and base["value"] <= 0:
        yield ("base", "value"), "is not above zero"
    if not cumulative and base["value"] is not None and target["value"] <= base["value"]:
        yield ("target", "value"), "is not above the base value; only rising targets are judged"
    if not cumulative and entry["reads"] == "intensity":
        yield ("reads",), "intensity belongs to cumulative: true"
    if not cumulative and entry["text_pace"] is not None:
        yield ("text_pace",), "a yearly cut belongs to cumulative: true"
    amended = entry["amended"]
    if amended is not None and cumulative and not 0 < amended["value"] < 100:
        yield ("amended", "value"), "a cumulative cut lies between 0 and 100 percent"
    if amended is not None and not cumulative and amended["value"] <= (base["value"] or 0):
        yield ("amended", "value"), "is not above the base value"


def _unknown(name: str, known: list[str], location: Location, kind: str) -> list[Fault]:
    if name in known:
        return []
    return [(location, f"{name}: no such {kind}", did_you_mean(name, known))]


def _audit_sense(document: dict[str, Any], names: list[str]) -> list[Fault]:
    audit = document["audit"]
    if audit is None:
        return []
    findings: list[Fault] = []
    if audit["share"] is not None:
        findings += _unknown(audit["share"], names, ("audit", "share"), "indicator")
    cuts = {entry["id"] for entry in document["indicators"] if entry["cumulative"]}
    for index, entry in enumerate(audit["quantities"]):
        at: Location = ("audit", "quantities", index)
        findings += _unknown(entry["indicator"], names, (*at, "indicator"), "indicator")
        if (entry["relation"] == "cut_by") != (entry["indicator"] in cuts):
            what = "cut_by belongs to a cumulative cut, and a cumulative cut needs it"
            findings.append(((*at, "relation"), what, ""))
    elsewhere = {
        "past_energy_pace": [entry["id"] for entry in document["backdrop"]],
        "land_floor": [entry["id"] for entry in document["milestones"]],
    }
    for role, name in audit["roles"].items():
        known = elsewhere.get(role, names)
        findings += _unknown(name, known, ("audit", "roles", role), "entry")
    return findings


def _misquoted(document: dict[str, Any], text: str) -> Iterator[Fault]:
    for location, quote in _quotes(document, ()):
        wanted = plain_text(quote)
        if not wanted or wanted not in text:
            yield location, "this quotation is not in the plan's text", "Copy it exactly."


def _quotes(node: Any, location: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "quote" and value is not None:
                yield (*location, key), value
            else:
                yield from _quotes(value, (*location, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _quotes(value, (*location, index))
