"""Variants of a case: their names, what each changes in what is given, which events and expectations are of which.

They are named by `given.cases`, else by events that bring all in which they differ. Where an issue is created for each,
a variant is also the name of its issue.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from tests.peers.fields import Unsupported, shown
from tests.peers.instants import Times, read_timestamp
from tests.peers.scenario import Scenario

EACH = ("each", "each case")
_TELLING = frozenset({"calendar_saved", "policy_saved"})
"""Events that say themselves in what their variant differs; with others its name might say it in words alone. So does
the creation of an issue where the case is about what it brings: its type and its priority."""


def variants(scenario: Scenario) -> list[str]:
    """The names of a case's variants. Raises Unsupported."""
    cases = scenario.given.get("cases")
    if cases is None:
        named = [event for event in scenario.when if event.get("case") not in (None, *EACH)]
        telling = _TELLING | ({"created"} if "types" in scenario.given else set())
        strange = next((event for event in named if event["event"] not in telling), None)
        if strange is not None:
            raise Unsupported(f"event {strange['event']} with case {shown(strange['case'])}")
        return list(dict.fromkeys(str(event["case"]) for event in named))
    if isinstance(cases, Mapping | list):
        return [str(name) for name in cases]
    raise Unsupported(f"given.cases {shown(cases)}")


def is_issue_for_each(scenario: Scenario) -> bool:
    """Whether every variant has an issue of its own that is called like it."""
    return any(event.get("issue") in EACH for event in scenario.when)


def is_of(scenario: Scenario, case: str | None, row: Mapping[str, object]) -> bool:
    """Whether an event or an expectation is of this variant: it says so, or says nothing."""
    named = row.get("case")
    if named is not None:
        return named in (case, *EACH)
    others = [name for name in variants(scenario) if name != case] if is_issue_for_each(scenario) else []
    return row.get("issue") not in others


def events_of(scenario: Scenario, case: str | None, times: Times) -> list[dict[str, object]]:
    """The events of this variant, in the order in which they are written."""
    events = [_renamed(event, case) for event in scenario.when if is_of(scenario, case, event)]
    cases = scenario.given.get("cases")
    value = cases.get(case) if isinstance(cases, Mapping) else None
    for begins, ends in open_spells(scenario, value, times) or []:
        events.append({"at": begins, "event": "resumed"})
        events.append({"at": ends, "event": "paused"})
    return events


def _renamed(event: dict[str, object], case: str | None) -> dict[str, object]:
    return {**event, "issue": case} if case is not None and event.get("issue") in EACH else event


def is_used(scenario: Scenario, value: object, times: Times) -> bool:
    """Whether what a variant has beside fields is said by its events too: spells in which it is open, or an instant."""
    if open_spells(scenario, value, times) is not None:
        return True
    at = read_timestamp(value)
    return at is not None and any(times.at(event["at"], "event.at") == at for event in scenario.when)


def open_spells(scenario: Scenario, value: object, times: Times) -> list[tuple[datetime, datetime]] | None:
    """Times of the first day, as the case writes it, between which an issue that is created paused is not."""
    if not isinstance(value, list) or not any(event.get("state") == "paused" for event in scenario.when):
        return None
    spells = []
    for item in value:
        if not isinstance(item, list) or len(item) != 2:
            return None
        try:
            begins, ends = (datetime.combine(times.written.date(), time.fromisoformat(str(text))) for text in item)
        except ValueError:
            return None
        zone = times.written.tzinfo
        spells.append((begins.replace(tzinfo=zone).astimezone(UTC), ends.replace(tzinfo=zone).astimezone(UTC)))
    return spells


def given_of(scenario: Scenario, case: str | None) -> dict[str, object]:
    """What is given in this variant; `case` is what it has beside fields of its own. Raises Unsupported."""
    given = {name: value for name, value in scenario.given.items() if name != "cases"}
    cases = scenario.given.get("cases")
    if case is None or not isinstance(cases, Mapping):
        return given
    change = cases.get(case)
    if not isinstance(change, Mapping):
        return {**given, "case": change}
    for name, value in change.items():
        if name == "tiers":
            policy = given.get("policy")
            given["policy"] = {**(policy if isinstance(policy, Mapping) else {}), "tiers": value}
        elif name == "targets" and isinstance(value, list):
            given["policy"] = _with_targets(given.get("policy"), value)
        elif name == "delivery" and isinstance(value, str):
            raise Unsupported(f"given.cases.{case}.delivery {value!r}")
        else:
            given[str(name)] = value
    return given


def _with_targets(policy: object, targets: list[object]) -> dict[str, object]:
    """The policy with other targets at its first tier."""
    tiers = policy.get("tiers") if isinstance(policy, Mapping) else None
    if not isinstance(policy, Mapping) or not isinstance(tiers, list) or not isinstance(tiers[0], Mapping):
        return {"tiers": [{"tier": 1, "targets": targets}]}
    return {**policy, "tiers": [{**tiers[0], "targets": targets}, *tiers[1:]]}
