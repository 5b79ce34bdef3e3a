"""evolve, for what people do to an open issue beside the ladder: owning, declining, snoozing, and moving its clocks."""

from typing import Any

from escalation.issue import events as e
from escalation.issue.customer import with_customer
from escalation.issue.evolve_shifts import relieved
from escalation.issue.running import running
from escalation.issue.state import DUTY_LEAD, KEPT_HOLDS, Finding, HoldState, IssueState, Offer


def by_people(
    state: IssueState,
    event: e.Accepted
    | e.Reassigned
    | e.OfferLapsed
    | e.OwnerMoved
    | e.RotaFoundEmpty
    | e.Declined
    | e.Snoozed
    | e.SnoozeEnded
    | e.CancelAsked,
    entry: e.Entry,
) -> dict[str, Any]:
    """What the event changes, by field."""
    match event:
        case e.Accepted():
            return _accepted(state, event, entry)
        case e.Reassigned():
            people = {**state.people, event.to.id: event.to}
            due_at = event.accept_due_at
            offer = Offer(to=event.to.id, by=entry.by.person, since=entry.recorded_at, due_at=due_at)
            if event.leaving:
                people |= {other.id: other for other in event.others}
                others = tuple(other.id for other in event.others)
                shift = {"by": next(iter(event.leaving)), "leaving": event.leaving, "others": others}
                return {"offer": offer.changed(shift), "people": people}
            return {"offer": offer, "people": people}
        case e.OfferLapsed():
            at, relieves = event.find_due_at, event.relieves
            finding = Finding(turn=event.turn, tier=DUTY_LEAD, due_at=at, relieves=relieves)
            return {"offer": None, "turn": event.turn, "findings": (*state.findings, finding)}
        case e.OwnerMoved():
            findings = tuple(f for f in state.findings if f.turn != event.turn)
            people = {**state.people, event.person.id: event.person}
            known = {"people": people, "findings": findings}
            if event.relieves:
                return {**relieved(state, event.relieves, event.person.id), **known, "offer": state.offer}
            return {"owner": event.person.id, **known}
        case e.RotaFoundEmpty():
            people = {**state.people, event.tells.id: event.tells}
            return {"people": people, "gaps_told": (*state.gaps_told, event.rota)}
        case e.Declined():
            return _declined(state, event)
        case e.Snoozed():
            return {"snoozes": {**state.snoozes, event.person: event.until}}
        case e.SnoozeEnded():
            return {"snoozes": {person: at for person, at in state.snoozes.items() if person != event.person}}
        case e.CancelAsked():
            return {"cancel_asked_by": event.person}


def _accepted(state: IssueState, event: e.Accepted, entry: e.Entry) -> dict[str, Any]:
    change: dict[str, Any] = {"owner": event.person, "offer": None}
    if event.relieves:
        change = relieved(state, event.relieves, event.person)
    if not event.is_handler:
        return change
    if event.is_tier_clock_stopped:
        warnings = tuple(warning for warning in state.warnings if warning.of != "acknowledge")
        change |= {"acknowledge_due_at": None, "remind_at": None, "warnings": warnings}
    return {
        **change,
        "acknowledged_at": entry.recorded_at,
        "handler": event.person,
        "lapses_at": event.lapses_at,
        "is_promised": event.until is not None and event.until == event.lapses_at,
        "joined": tuple(person for person in state.joined if person != event.person),
        "snoozes": {person: at for person, at in state.snoozes.items() if person == event.person},
    }


def _declined(state: IssueState, event: e.Declined) -> dict[str, Any]:
    change: dict[str, Any] = {
        "asked": tuple(person for person in state.asked if person != event.person),
        "declined": (*state.declined, event.person) if event.person in state.asked else state.declined,
        "snoozes": {person: at for person, at in state.snoozes.items() if person != event.person},
    }
    if event.is_tier_clock_stopped:
        warnings = tuple(warning for warning in state.warnings if warning.of != "acknowledge")
        change |= {"acknowledge_due_at": None, "remind_at": None, "warnings": warnings}
    if event.was_offered:
        change["offer"] = None
    if event.has_conflict and event.person not in state.excluded:
        change["excluded"] = (*state.excluded, event.person)
    if state.handler == event.person and (event.person in state.asked or event.has_conflict):
        change |= {"handler": None, "lapses_at": None}
    return change


def clocks_changed(
    state: IssueState, event: e.SeverityChanged | e.Held | e.HoldEnded | e.PolicyAdopted, entry: e.Entry
) -> dict[str, Any]:
    """What the event changes, by field."""
    if isinstance(event, e.Held):
        hold = HoldState(
            reason=event.reason,
            waiting_for=event.waiting_for,
            question=event.question,
            by=entry.by.person,
            since=entry.happened_at,
            until=event.until,
            stops=event.stops,
        )
        return {"hold": hold}
    change = running(event)._asdict()
    match event:
        case e.SeverityChanged():
            return {**change, "severity": event.severity}
        case e.HoldEnded():
            return {**change, **_held(state, event, entry)}
        case e.PolicyAdopted():
            return {**change, **_adopted(state, event)}


def customer_changed(state: IssueState, event: e.CustomerChanged, entry: e.Entry) -> dict[str, Any]:
    """Who waits for us now, and what they are promised."""
    change = with_customer(state, event.customer, event.instead_of, entry.happened_at)
    return {**change, "targets": event.targets}


def _held(state: IssueState, event: e.HoldEnded, entry: e.Entry) -> dict[str, Any]:
    change: dict[str, Any] = {"hold": None, "held_s": state.held_s + event.held_for_s}
    if state.hold is not None and state.hold.since < entry.happened_at:
        change["holds"] = (*state.holds, (state.hold.since, entry.happened_at))[-KEPT_HOLDS:]
    return change


def _adopted(state: IssueState, event: e.PolicyAdopted) -> dict[str, Any]:
    names = [policy.name for policy in event.policies]
    return {
        "policies": event.policies,
        "fitted_parts": 0,
        "policy": state.policy if state.policy in names else names[0],
        "tier": event.tier,
        "last_known": event.last_known or state.last_known,
        "people": {**state.people, **{person.id: person for person in event.people}},
    }
