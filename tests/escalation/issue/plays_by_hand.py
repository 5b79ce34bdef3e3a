"""What people do by hand in random plays: the commands beside those of the ladder, made of a step and a state."""

from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

from hypothesis import strategies as st

from escalation.calendar.limit import longest
from escalation.issue.commands import (
    Accept,
    AdoptPolicy,
    Attempt,
    Cancel,
    ChangeSeverity,
    Command,
    Decline,
    DeEscalate,
    Escalate,
    Hold,
    Note,
    Reassign,
    Resume,
    Snooze,
    Suppress,
    TakeDuplicate,
    TakeSuppression,
    Tick,
)
from escalation.issue.effects import Effect, LinkDuplicate
from escalation.issue.facts import CLOCK, Actor
from escalation.issue.state import IssueState
from escalation.policy.hand_over import HandOver
from escalation.policy.model import Holding, Policy, SeverityChange, Target, TargetWarn
from tests.given import CUSTOMER, TEXT, minutes, person

ByHand: TypeAlias = Literal[
    "escalate_to", "de_escalate", "accept", "reassign", "decline", "note", "attempt", "change_severity", "hold",
    "resume", "snooze", "cancel", "suppress", "adopt_policy", "link", "duplicate",
]  # fmt: skip
BY_HAND: tuple[ByHand, ...] = get_args(ByHand)
PARTIES = ("ann", "ben", "lee", "boss")
FIRST = "desk:REF-9"
"""The issue that is said to be repeated."""


MEASURES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"ends": "acknowledged"},
    {"starts": "acknowledged", "kind": "ola"},
    {"ends": "first_response"},
    {"ends": "updated"},
    {"ends": "updated", "runs_when_answered": True},
)


@st.composite
def measures(draw: st.DrawFn) -> dict[str, Any]:
    """From which event to which a target runs, and when it warns."""
    warnings = (TargetWarn(at=0.5, tell=("handler", "owner")), TargetWarn(before=minutes(3), tell=("next_tier",)))
    return {**draw(st.sampled_from(MEASURES)), "warnings": warnings[: draw(st.integers(0, 2))]}


@st.composite
def rules_by_hand(draw: st.DrawFn) -> dict[str, Any]:
    """What a policy may say of holds, targets and changes of severity."""
    clocks, misses = draw(st.sampled_from([("keep", False), ("recount", False), ("recount", True)]))
    found: dict[str, Any] = {
        "severity_change": SeverityChange.model_validate({"clocks": clocks, "misses_targets": misses})
    }
    kind = draw(st.sampled_from(["none", "work", "work", "both", "acknowledge"]))
    if kind != "none":
        stops = {"work": ("work",), "both": ("acknowledge", "work"), "acknowledge": ("acknowledge",)}[kind]
        single, more = draw(st.integers(5, 30)), draw(st.integers(0, 40))
        caps = {"S2": minutes(single), **({"S1": minutes(single)} if draw(st.booleans()) else {})}
        in_all = {name: limit + minutes(more) for name, limit in caps.items()}
        reasons = {"waiting": "Somebody else must answer."}
        found["hold"] = Holding.model_validate(
            {"reasons": reasons, "stops": stops, "at_most": caps, "in_all_at_most": in_all}
        )
    if kind in {"none", "work"} and draw(st.booleans()):
        found["severity_change"] = SeverityChange(clocks="restart")
    if draw(st.booleans()):
        found["accept_within"] = {"S1": minutes(draw(st.integers(1, 20)))}
    if draw(st.booleans()):
        before, share = draw(st.integers(2, 20)), draw(st.integers(1, 2))
        times = {"S1": minutes(before), **({"S2": minutes(before)} if draw(st.booleans()) else {})}
        found["hand_over"] = HandOver(before=times, accept_within={name: at / share for name, at in times.items()})
    for number in range(draw(st.integers(0, 2))):
        within = {"S1": minutes(draw(st.integers(5, 40)))} if number else {"S1": minutes(20), "S2": minutes(45)}
        one = Target(name=f"target{number}", within=within, stops_on_hold=draw(st.booleans()), **draw(measures()))
        found["targets"] = (*found.get("targets", ()), one)
    return found


def by_hand(
    what: str, pick: int, who: Actor, state: IssueState, pending: list[Effect], given: str, now: datetime
) -> Command:
    """The command of a step; a tick where there is nothing to answer."""
    match what:
        case "link":
            return _linked(pick, pending)
        case "duplicate":
            return TakeDuplicate(id=given, issue=f"desk:REF-{pick}", said_by=who.person)
        case "escalate_to" | "de_escalate" | "reassign" | "adopt_policy" | "change_severity":
            return _moving(what, pick, who, state, given)
        case "hold" | "resume" | "snooze":
            return _waiting(what, pick, who, state, given, now)
        case _:
            return _saying(what, pick, who, state, given, now)


def _linked(pick: int, pending: list[Effect]) -> Command:
    links = [effect for effect in pending if isinstance(effect, LinkDuplicate)]
    if not links:
        return Tick()
    link = links[pick % len(links)]
    error = "it is not open" if pick % 2 else None
    return TakeSuppression(id=link.key, duplicate_of=str(link.duplicate_of), error=error)


def _moving(what: str, pick: int, who: Actor, state: IssueState, given: str) -> Command:
    tiers = [tier.name for tier in state.pinned.tiers]
    chosen = tiers[pick % len(tiers)]
    match what:
        case "escalate_to":
            return Escalate(id=given, by=who, to_tier=chosen, is_waived=True, reason=TEXT)
        case "de_escalate":
            named = chosen if pick > 2 else None
            return DeEscalate(id=given, by=who, to_tier=named, from_tier=state.tier, reason=TEXT, guidance=TEXT)
        case "reassign":
            to = PARTIES[pick % len(PARTIES)]
            return Reassign(id=given, by=who, to=to, facts=person(to))
        case "change_severity":
            other = "S2" if state.severity == "S1" else "S1"
            return ChangeSeverity(id=given, by=who, severity=other if pick else state.severity, reason=TEXT)
        case _:
            policies, tier = _adopted(pick, state)
            return AdoptPolicy(id=given, by=who, policies=policies, tier=tier, reason=TEXT)


def _adopted(pick: int, state: IssueState) -> tuple[tuple[Policy, ...], str | None]:
    """Other limits; one tier more, or another ladder altogether; where it goes on."""
    first = state.policies[0]
    factor = [2.0, 0.5, 1.0, 1.0, 1.5, 1.0][pick]
    tiers = tuple(
        tier.model_copy(
            update={
                "acknowledge_within": {
                    name: longest(limit) * factor for name, limit in tier.acknowledge_within.items()
                },
                "work_within": {name: longest(limit) * factor for name, limit in tier.work_within.items()},
            }
        )
        for tier in first.tiers
    )
    top = tiers[0].model_copy(update={"name": "board", "is_beside": False, "then": None})
    if pick in {2, 4}:
        tiers = (*(tier for tier in tiers if tier.name != "board"), top)
    if pick == 3:
        tiers = (*tiers[:1], top) if tiers[0].name != "board" else tiers
    names = [tier.name for tier in tiers]
    tiers = tuple(t.model_copy(update={"then": names[0]}) if t.is_beside and t.then not in names else t for t in tiers)
    tier = None if state.tier in names and pick != 5 else names[pick % len(names)]
    return (first.model_copy(update={"tiers": tiers, "version": first.version + 1}), *state.policies[1:]), tier


def _waiting(what: str, pick: int, who: Actor, state: IssueState, given: str, now: datetime) -> Command:
    match what:
        case "hold":
            longest = state.policies[0].hold.at_most.get(state.severity) if state.policies[0].hold else None
            length = [minutes(3), minutes(5), longest or minutes(5), minutes(400), minutes(7), minutes(0)][pick]
            whom = [CUSTOMER.key, "vendor", "customer", "ann", "vendor", "vendor"][pick]
            return Hold(id=given, by=who, reason="waiting", waiting_for=whom, until=now + length)
        case "resume":
            return Resume(id=given, by=who)
        case _:
            until = state.lapses_at if pick == 1 and state.lapses_at is not None else now + minutes(pick * 3)
            return Snooze(id=given, by=who, until=until)


def _saying(what: str, pick: int, who: Actor, state: IssueState, given: str, now: datetime) -> Command:
    match what:
        case "accept":
            offered = state.offer.to if state.offer is not None and pick else who.person
            until = now + minutes(5) if pick > 3 else None
            return Accept(id=given, by=who.model_copy(update={"person": offered}), until=until)
        case "decline":
            asked = state.asked[pick % len(state.asked)] if state.asked and pick > 1 else who.person
            by = who.model_copy(update={"person": asked, "is_machine": False})
            return Decline(id=given, by=by, reason=TEXT, has_conflict=pick == 5)
        case "note":
            said_by = CUSTOMER.key if pick == 2 else None
            promised = now + minutes(4) if pick > 4 else None
            is_answer = pick > 2
            return Note(id=given, by=who, text=TEXT, is_to_customer=is_answer, said_by=said_by, next_update_at=promised)
        case "attempt":
            return Attempt(id=given, by=who, what=TEXT, result="no_change")
        case "cancel":
            return Cancel(id=given, by=who, reason=TEXT)
        case _:
            of = FIRST if pick else str(state.facts.id)
            return Suppress(id=given, by=who, duplicate_of=of)


def is_of_the_system(command: Command) -> bool:
    """Whether it is a tick or the answer of an errand, which nothing can refuse."""
    return command.by == CLOCK and not isinstance(command, TakeDuplicate)
