"""What people and sources do to an issue in a case, as our commands; and the table of all events that can be played."""

from datetime import datetime

from escalation.issue.commands import (
    Acknowledge,
    ChangeSeverity,
    Close,
    Command,
    Escalate,
    Note,
    Release,
    Reopen,
    Resume,
    Snooze,
)
from escalation.issue.facts import Actor, TextRef
from tests.peers.acts import BEGINNINGS, HOUSE, OPERATOR, Act, Acting, holding, state_of
from tests.peers.due_messages import DUE
from tests.peers.duty_acts import DUTY
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue
from tests.peers.maintenance_acts import MAINTENANCE
from tests.peers.replies import REPLIES
from tests.peers.stage import CUSTOMER

SAID = TextRef(ref="said", length=4)


def act(acting: Acting, event: Fields, at: datetime) -> None:
    """One event at its instant. Raises Unsupported."""
    name = event.words("event")
    if name not in EVENTS:
        raise Unsupported(f"event {name}")
    for used in ("at", "seq", "case"):
        event.take(used)
    EVENTS[name](acting, event, at)
    event.done()


def _by(acting: Acting, event: Fields, otherwise: str | None) -> Actor:
    return acting.stage.actor(event.text("by") or otherwise)


def _somebody(issue: Issue) -> str | None:
    asked = state_of(issue).asked
    return asked[0] if asked else None


def _send(acting: Acting, event: Fields, issue: Issue, command: Command, at: datetime) -> None:
    acting.stage.send(issue, command, at, _operation(event))


def _operation(event: Fields) -> str:
    """What cases call the operation behind an event."""
    return _OPERATIONS[event.words("event")]


def _acknowledged(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "acknowledge")
    by = _by(acting, event, _somebody(issue) if issue is not None else None)
    if issue is not None:
        _send(acting, event, issue, Acknowledge(id=acting.stage.next_id(), by=by), at)


def _unacknowledged(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "unacknowledge")
    by = _by(acting, event, state_of(issue).handler if issue is not None else None)
    if issue is not None:
        _send(acting, event, issue, Release(id=acting.stage.next_id(), by=by), at)


def _resolved(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "resolve")
    by = _by(acting, event, None)
    event.text("via")  # by whichever door it came
    if issue is not None:
        acting.stage.settle(issue, at, by, "resolve")


def _closed(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "close")
    by = _by(acting, event, None)
    if issue is None:
        return
    if state_of(issue).status == "resolved":
        _send(acting, event, issue, Close(id=acting.stage.next_id(), by=by, reason="confirmed"), at)
    else:
        acting.stage.settle(issue, at, by, "close")


def _reopened(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "reopen")
    by = _by(acting, event, None)
    if issue is not None:
        _send(acting, event, issue, Reopen(id=acting.stage.next_id(), by=by), at)


def _escalated(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "escalate")
    to, seen_at, by = event.text("to_tier"), event.text("as_of_tier"), _by(acting, event, OPERATOR)
    if issue is None:
        return
    command = Escalate(
        id=acting.stage.next_id(),
        by=by,
        to_tier=None if to is None else f"tier-{to}",
        from_tier=None if seen_at is None else f"tier-{seen_at}",
    )
    _send(acting, event, issue, command, at)


def _snoozed(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "snooze")
    until = _until(acting, event, at)
    if issue is None:
        return
    if state_of(issue).status != "open":
        raise Unsupported("snoozing what is resolved")
    by = _by(acting, event, state_of(issue).handler or _somebody(issue))
    if until is None:
        raise Unsupported("snoozing without end")
    _send(acting, event, issue, Snooze(id=acting.stage.next_id(), by=by, until=until), at)


def _until(acting: Acting, event: Fields, at: datetime) -> datetime | None:
    if "until" in event:
        return acting.setting.times.at(event.instant("until"), f"{event.where}.until")
    if "for" in event:
        return at + acting.setting.times.span(event.take("for"), f"{event.where}.for")
    return None


def _paused(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "pause")
    until, whom = _until(acting, event, at), event.text("waiting_for") or CUSTOMER
    by = _by(acting, event, OPERATOR)
    if issue is None:
        return
    acting.stage.send(issue, holding(acting, issue, by, at, until, whom), at, "pause")


def _resumed(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "resume")
    by = _by(acting, event, OPERATOR)
    if issue is not None:
        _send(acting, event, issue, Resume(id=acting.stage.next_id(), by=by), at)


def _priority_changed(acting: Acting, event: Fields, at: datetime) -> None:
    issue = acting.issue_of(event, at, "change_priority")
    by, to = _by(acting, event, OPERATOR), event.words("to")
    if issue is not None:
        _send(acting, event, issue, ChangeSeverity(id=acting.stage.next_id(), by=by, severity=to, reason=SAID), at)


def _said(acting: Acting, event: Fields, at: datetime) -> None:
    """A message on the issue: an answer to the customer meets what waits for one; theirs ends a hold for them."""
    issue = acting.issue_of(event, at, "note")
    is_answer = event.words("event") == "responded"
    by = _by(acting, event, OPERATOR if is_answer else CUSTOMER)
    is_to_customer = is_answer and acting.setting.house.has_customer
    event.take("n")
    meets = event.text("clock") if is_to_customer else None
    if meets is not None and meets not in ("first_response", "update"):
        raise event.cannot("clock")
    note = Note(id=acting.stage.next_id(), by=by, text=SAID, is_to_customer=is_to_customer, meets=meets)
    if issue is not None:
        _send(acting, event, issue, note, at)


EVENTS: dict[str, Act] = {
    **BEGINNINGS,
    **HOUSE,
    **DUTY,
    **REPLIES,
    **MAINTENANCE,
    **DUE,
    "acknowledged": _acknowledged,
    "reminder_confirmed": _acknowledged,
    "unacknowledged": _unacknowledged,
    "resolved": _resolved,
    "closed": _closed,
    "reopened": _reopened,
    "escalated": _escalated,
    "snoozed": _snoozed,
    "paused": _paused,
    "resumed": _resumed,
    "priority_changed": _priority_changed,
    "responded": _said,
    "customer_message": _said,
}
_OPERATIONS = {
    "acknowledged": "acknowledge",
    "reminder_confirmed": "acknowledge",
    "unacknowledged": "unacknowledge",
    "resolved": "resolve",
    "closed": "close",
    "reopened": "reopen",
    "escalated": "escalate",
    "snoozed": "snooze",
    "paused": "pause",
    "resumed": "resume",
    "priority_changed": "change_priority",
    "responded": "note",
    "customer_message": "note",
}
