"""The priorities of a case as severities of ours, and for which of them its agreement holds."""

import re
from collections.abc import Iterator

from tests.peers.fields import Fields, Unsupported
from tests.peers.scenario import Scenario

USUAL = "S1"
"""The severity of a case that knows no priorities."""
_RANKS = (("critical", "urgent", "emergency"), ("high", "major"), ("normal", "medium", "moderate"), ("low", "minor"))
_MATCH = re.compile(r"priority is (?P<not>not )?(?:one of )?(?P<those>[\w ,]+)", re.ASCII)


def read_priorities(scenario: Scenario, fields: Fields) -> tuple[str, ...]:
    """Every priority that the case names, worst first; at least one."""
    usual = fields.text("priority")
    named = [*([usual] if usual is not None else []), *_named(scenario)]
    agreement = scenario.given.get("agreement")
    match = _MATCH.fullmatch(str(agreement.get("match"))) if isinstance(agreement, dict) else None
    if match is not None:
        named += _those(match)
    types = scenario.given.get("types")
    named += [str(name) for name in (types.values() if isinstance(types, dict) else ()) if name is not None]
    named += [str(scenario.given["agreement_default"])] if "agreement_default" in scenario.given else []
    return tuple(sorted(dict.fromkeys(named), key=_rank)) or (USUAL,)


def _named(scenario: Scenario) -> Iterator[str]:
    for event in scenario.when:
        if event["event"] == "send_due":
            yield from ("urgent", "low")  # what is important, and what is not
        name = event.get("to") if event["event"] == "priority_changed" else event.get("priority")
        if isinstance(name, str | int) and not isinstance(name, bool):
            yield str(name)


def _rank(name: str) -> int:
    """Numbers count from 1, the worst; words that are not known come last, as they are written."""
    if name.isdecimal():
        return int(name)
    return next((place for place, words in enumerate(_RANKS, 1) if name.lower() in words), len(_RANKS) + 1)


def usual_priority(fields: Fields, priorities: tuple[str, ...]) -> str:
    """The priority of an issue of which the case says none."""
    return fields.text("priority") or next((name for name in priorities if _rank(name) == 3), priorities[0])


def read_types(fields: Fields) -> tuple[dict[str, str | None] | None, str | None]:
    """The priorities of types, and of what has neither priority nor type with one. Raises Unsupported."""
    if ("types" in fields) is not ("agreement_default" in fields):
        raise fields.cannot("types" if "types" in fields else "agreement_default")
    types = fields.below("types")
    if types is None:
        return None, None
    return {name: types.text(name) for name in types.data}, fields.words("agreement_default")


def read_agreed_for(fields: Fields, priorities: tuple[str, ...]) -> tuple[str, ...] | None:
    """The priorities for which the agreement holds; None: for all. Raises Unsupported for other conditions."""
    agreement = fields.below("agreement")
    if agreement is None:
        return None
    agreement.text("name")
    words = agreement.text("match")
    agreement.done()
    if words is None:
        return None
    match = _MATCH.fullmatch(words)
    if match is None:
        raise Unsupported(f"an agreement whose condition is {words!r}")
    those = _those(match)
    return tuple(name for name in priorities if (name in those) is not bool(match["not"]))


def _those(match: re.Match[str]) -> list[str]:
    return [name for name in re.split(r"[ ,]+", match["those"]) if name not in {"", "or", "and"}]
