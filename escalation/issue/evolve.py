"""evolve: an issue's state after one more entry. Writes down; never refuses, never computes policy."""

from collections.abc import Callable, Iterable
from typing import Any

from escalation.issue import events as e
from escalation.issue.commands import Open
from escalation.issue.evolve_asks import asks_changed
from escalation.issue.evolve_by_hand import by_people, clocks_changed, customer_changed
from escalation.issue.evolve_ending import MISSES, ending, exhaustion
from escalation.issue.evolve_reach import reached, without_reach
from escalation.issue.evolve_shifts import shifts
from escalation.issue.evolve_targets import clock_ran, ladder_fitted, milestones, noted, plan_impossible
from escalation.issue.facts import CLOCK, PersonFacts, TextRef
from escalation.issue.keeping import keeping_after
from escalation.issue.state import BESIDE_THE_TIERS, LAST_RESORT, Asking, Finding, Full, IssueState
from escalation.narrate import tried

KEPT_COMMANDS = 400
KEPT_TRIED = 12
KEPT_DUPLICATES = 200
LONGEST_TRIED = 400
"""Characters of a sentence of what was tried; who was asked may be many. The journal holds all of it."""


def evolve(state: IssueState | None, entry: e.Entry) -> IssueState:
    """The state after this entry. The first entry of an issue is `Opened` and needs no state."""
    event = entry.event
    if state is None:
        if not isinstance(event, e.Opened):
            raise TypeError(f"the first entry of an issue is opened, not {event.kind}")
        state = _opened(event, entry)
    change = _change(state, event, entry)
    if state.keeping is not None or "handler" in change:
        change |= keeping_after(state, change, entry)
    reached_now = milestones(state, entry)
    if reached_now:
        change["milestones"] = reached_now
    change["entries"] = entry.number
    change["last_at"] = entry.recorded_at
    # Not the answers of our own errands, which would crowd out people's; and what was refused may be tried again.
    by, command = entry.by, entry.command
    is_own = by is CLOCK or (by.person == CLOCK.person and by.assurance == CLOCK.assurance)
    if command and not is_own and not isinstance(event, e.Refused) and command not in state.done:
        kept = state.done
        if len(kept) >= KEPT_COMMANDS:
            kept = dict(list(kept.items())[-(KEPT_COMMANDS - 1) :])
        change["done"] = {**kept, command: entry.number}
    text = _text(event)
    if text is not None:
        change["said"], change["said_by"] = text, entry.by.person
    sentence = tried(entry)
    if sentence:
        short = sentence if len(sentence) <= LONGEST_TRIED else f"{sentence[: LONGEST_TRIED - 1]}…"
        change["tried"] = (*state.tried, short)[-KEPT_TRIED:]
    return state.changed(change)


def _opened(event: e.Opened, entry: e.Entry) -> IssueState:
    opened = event.open
    return IssueState(
        rules_revision=event.rules_revision,
        facts=opened.issue,
        match=opened.match,
        policies=opened.policies,
        last_known=opened.last_known,
        people=_people({}, opened.people),
        severity=opened.match.severity,
        demanded=_demanded(opened),
        policy=opened.policies[0].name,
        tier=opened.match.enter_at,
        tier_began_at=entry.happened_at,
        owner=opened.owner,
        targets=event.targets,
        last_at=entry.recorded_at,
    )


def _demanded(opened: Open) -> str | None:
    """The severity that the trigger of the match asks for."""
    triggers = opened.policies[0].triggers
    return next((trigger.severity for trigger in triggers if trigger.name == opened.match.trigger), None)


def _text(event: e.Event) -> TextRef | None:
    """What somebody wrote with it, the part meant for colleagues."""
    if isinstance(event, e.TierBegan):
        return event.guidance or event.reason
    field = _SAID_IN.get(type(event))
    return getattr(event, field) if field is not None else None


_SAID_IN: dict[type, str] = {
    e.Released: "reason",
    e.Reopened: "reason",
    e.Reassigned: "reason",
    e.Accepted: "read_back",
    e.Declined: "reason",
    e.SeverityChanged: "reason",
    e.CustomerChanged: "reason",
    e.CancelAsked: "reason",
    e.SuppressionAsked: "reason",
    e.PolicyAdopted: "reason",
    e.Noted: "text",
    e.Attempted: "what",
    e.Acknowledged: "next_action",
    e.ChargeTaken: "next_action",
    e.Resolved: "explanation",
    e.Closed: "explanation",
    e.OpenedAgain: "description",
    e.AskPut: "text",
    e.AskPassedOn: "reason",
    e.AskLeft: "reason",
    e.AskAnswered: "result",
    e.AskWithdrawn: "reason",
}


def _people(known: dict[str, PersonFacts], more: Iterable[PersonFacts]) -> dict[str, PersonFacts]:
    found = {person.id: person for person in more}
    # Mostly the same people are asked again.
    return known if all(known.get(name) is person for name, person in found.items()) else {**known, **found}


def _without(findings: tuple[Finding, ...], turn: int) -> tuple[Finding, ...]:
    return tuple([finding for finding in findings if finding.turn != turn])


def _change(state: IssueState, event: e.Event, entry: e.Entry) -> dict[str, Any]:
    """What the event changes, by field, in a dict of its own."""
    change = _CHANGES.get(type(event))
    return change(state, event, entry) if change is not None else {}


def _asked_again(state: IssueState, event: e.AskedAgain, entry: e.Entry) -> dict[str, Any]:
    again = {"acknowledge_due_at": event.acknowledge_due_at, "remind_at": event.remind_at, "handler": None}
    since = entry.happened_at if state.acknowledge_due_at is None else state.asked_again_at
    return {**again, "lapses_at": None, "asked_again_at": since, **without_reach(state)}


def _warned(state: IssueState, event: e.Warned, _: e.Entry) -> dict[str, Any]:
    return {"warnings": tuple(w for w in state.warnings if (w.of, w.share) != (event.of, event.share))}


def _reminded(_: IssueState, event: e.Reminded, __: e.Entry) -> dict[str, Any]:
    return {"reminders": event.count, "remind_at": event.next_at}


def _released(_: IssueState, event: e.Released, __: e.Entry) -> dict[str, Any]:
    gone: dict[str, Any] = {"handler": None, "lapses_at": None}
    return {**gone, "charge": None} if event.was_in_charge else gone


def _lapsed(_: IssueState, __: e.AcknowledgementLapsed, ___: e.Entry) -> dict[str, Any]:
    return {"handler": None, "lapses_at": None}


def _suppression(_: IssueState, event: e.SuppressionAsked | e.SuppressionFailed, __: e.Entry) -> dict[str, Any]:
    return {"suppressing": event.duplicate_of if isinstance(event, e.SuppressionAsked) else None}


def _duplicate(state: IssueState, event: e.DuplicateRecorded, _: e.Entry) -> dict[str, Any]:
    return {"duplicates": (*state.duplicates, event.issue)[-KEPT_DUPLICATES:]}


def _tier_began(state: IssueState, event: e.TierBegan, entry: e.Entry) -> dict[str, Any]:
    is_missed = event.why in MISSES
    goes_on = event.why in {"restarted", "fell_back"}
    finding = Finding.trusted(turn=event.turn, tier=event.tier, due_at=event.find_due_at)
    kept = tuple([f for f in state.findings if f.tier in BESIDE_THE_TIERS])
    ceilings = {} if event.ceilings is None else {"ceilings": event.ceilings}
    snoozes = state.snoozes and {person: at for person, at in state.snoozes.items() if person == state.handler}
    return {
        **(_handed_down(state, entry) if event.why == "de_escalated" else {}),
        **ceilings,
        "snoozes": snoozes,
        "declined": (),
        "turn": event.turn,
        "passes": event.passes,
        "policy": event.policy,
        "tier": event.tier,
        "why": event.why,
        "tier_began_at": entry.happened_at,
        "asked": (),
        "joined": (),
        "acknowledge_due_at": event.acknowledge_due_at,
        "work_due_at": event.work_due_at,
        "asked_again_at": None,
        "askings": tuple([asking for asking in state.askings if asking.tier == LAST_RESORT]),
        "unreached_at": None,
        "findings": (*kept, finding) if event.when_closed in {None, "page_out_of_hours"} else kept,
        "opens_at": event.opens_at if event.when_closed == "wait" else None,
        "is_closed": event.when_closed == "wait",
        "full": None,
        # Who moves it by hand has taken it out of the window that holds it.
        "maintenance": None if state.is_in_maintenance and not event.is_maintenance else state.maintenance,
        "is_out_of_hours": event.when_closed == "page_out_of_hours",
        "warnings": event.warnings,
        "remind_at": event.remind_at,
        "reminders": 0,
        "acknowledgements": {},
        "last_resort_at": None if goes_on else state.last_resort_at,
        "has_pass_people": state.has_pass_people and event.passes == state.passes and event.policy == state.policy,
        "missed": state.missed + is_missed,
    }


def _tier_opened(state: IssueState, event: e.TierOpened, _: e.Entry) -> dict[str, Any]:
    finding = Finding.trusted(turn=event.turn, tier=event.tier, due_at=event.find_due_at)
    clocks = {name: getattr(event, name) for name in ("acknowledge_due_at", "work_due_at", "remind_at", "warnings")}
    return {**clocks, "ceilings": event.ceilings, "findings": (*state.findings, finding), "is_closed": False}


def _full(state: IssueState, event: e.TierFull | e.LookedAgain, _: e.Entry) -> dict[str, Any]:
    if isinstance(event, e.TierFull):
        found = Full(look_again_at=event.look_again_at, why=event.why, left_out=event.left_out)
        return {"findings": _without(state.findings, event.turn), "full": found}
    finding = Finding.trusted(turn=event.turn, tier=event.tier, due_at=event.find_due_at)
    full = state.full.changed({"look_again_at": None}) if state.full is not None else None
    return {"turn": event.turn, "findings": (*state.findings, finding), "full": full}


def _maintenance(_: IssueState, event: e.MaintenanceEntered | e.MaintenanceEnded, __: e.Entry) -> dict[str, Any]:
    return {"maintenance": event.maintenance if isinstance(event, e.MaintenanceEntered) else None}


def _handed_down(state: IssueState, entry: e.Entry) -> dict[str, Any]:
    """Whoever hands it down works on it no more, and has ended what exhaustion there was by taking charge before."""
    is_theirs = state.handler == entry.by.person or state.charge is not None
    gone = {"handler": None, "lapses_at": None} if is_theirs else {}
    return {**gone, "charge": None, "exhausted_at": None, "last_resort": (), "last_resort_count": 0}


def _people_found(state: IssueState, event: e.PeopleAsked | e.TierFoundEmpty, _: e.Entry) -> dict[str, Any]:
    if isinstance(event, e.TierFoundEmpty):
        if event.is_unreached:
            return {"has_pass_people": state.had_pass_people, "unreached_at": None}
        return {"findings": _without(state.findings, event.turn)}
    ids = tuple(person.id for person in event.people)
    is_last = event.tier == LAST_RESORT
    others = [asking for asking in state.askings if (asking.tier == LAST_RESORT) is not is_last]
    asking = Asking.trusted(
        turn=event.turn,
        tier=event.tier,
        stand_ins=event.stand_ins,
        ways={},
        why=event.why,
        left_out=event.left_out,
    )
    found: dict[str, Any] = {
        "people": _people(state.people, (*event.people, *event.beside)),
        "findings": _without(state.findings, event.turn),
        "askings": (*others, asking),
    }
    if is_last:
        return {**found, "last_resort": ids}
    found["full"] = None
    had = state.has_pass_people
    return {**found, "asked": ids, "had_pass_people": had, "has_pass_people": had or bool(ids)}


def _acknowledged(state: IssueState, event: e.Acknowledged, entry: e.Entry) -> dict[str, Any]:
    times = state.acknowledgements.get(event.person, 0) + 1
    change: dict[str, Any] = {"acknowledgements": {**state.acknowledgements, event.person: times}}
    if event.is_tier_clock_stopped:
        change["acknowledge_due_at"] = None
        change["remind_at"] = None
        change["unreached_at"] = None
        change["full"] = None
        change["warnings"] = tuple(w for w in state.warnings if w.of != "acknowledge")
    if event.role == "handler":
        change["handler"] = event.person
        change["lapses_at"] = event.lapses_at
        change["acknowledged_at"] = entry.recorded_at
        change["is_promised"] = event.until is not None and event.until == event.lapses_at
        change["joined"] = tuple(person for person in state.joined if person != event.person)
        # Somebody has it who is awake: whoever had it before is not told again.
        change["snoozes"] = {person: at for person, at in state.snoozes.items() if person == event.person}
    elif event.person not in state.joined:
        change["joined"] = (*state.joined, event.person)
    return change


_OWNING = (e.Accepted, e.Reassigned, e.OfferLapsed, e.OwnerMoved, e.RotaFoundEmpty)
_ASKS = (
    *(e.AskPut, e.AskReached, e.AskFoundNobody, e.AskLookedAgain, e.AskTakenOn, e.AskPassedOn, e.AskLeft),
    *(e.AskNextAsked, e.AskUntaken, e.AskWarned, e.AskMissed, e.AskAnswered, e.AskWithdrawn),
)
_CHANGES: dict[type, Callable[[IssueState, Any, e.Entry], dict[str, Any]]] = {
    e.TierBegan: _tier_began,
    e.TierOpened: _tier_opened,
    e.PeopleAsked: _people_found,
    e.TierFoundEmpty: _people_found,
    **dict.fromkeys((e.StandInAsked, e.NobodyReached, e.Told), reached),
    **dict.fromkeys((e.TierFull, e.LookedAgain), _full),
    e.AskedAgain: _asked_again,
    e.Warned: _warned,
    e.Noted: noted,
    e.LadderFitted: ladder_fitted,
    e.PlanImpossible: plan_impossible,
    e.Reminded: _reminded,
    e.Acknowledged: _acknowledged,
    e.Released: _released,
    e.AcknowledgementLapsed: _lapsed,
    **dict.fromkeys((e.LimitMissed, e.TargetMissed, e.TargetWarned, e.TargetBegan, e.TargetMet), clock_ran),
    **dict.fromkeys((*_OWNING, e.Declined, e.Snoozed, e.SnoozeEnded, e.CancelAsked), by_people),
    **dict.fromkeys((e.SeverityChanged, e.Held, e.HoldEnded, e.PolicyAdopted), clocks_changed),
    e.CustomerChanged: customer_changed,
    **dict.fromkeys((e.MaintenanceEntered, e.MaintenanceEnded), _maintenance),
    **dict.fromkeys((e.ShiftsAsked, e.ShiftsSeen, e.OfferWithdrawn), shifts),
    **dict.fromkeys(_ASKS, asks_changed),
    e.SuppressionAsked: _suppression,
    e.SuppressionFailed: _suppression,
    e.DuplicateRecorded: _duplicate,
    **dict.fromkeys((e.Exhausted, e.LastResortTold, e.ChargeTaken, e.ChargeLapsed), exhaustion),
    **dict.fromkeys((e.Resolved, e.ConfirmationRequested, e.Closed, e.Reopened, e.WindowEnded), ending),
}
"""What each event changes; one that is not here changes nothing but the count of entries."""
