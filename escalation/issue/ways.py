"""By which ways, and when, one person is told of one thing: their own rules and quiet hours, or as everybody is.

Who has no rules is told as `delivery.first_ways` says, at once. A step of a rule is a message that waits; one that is
over by then is called off like any other (docs/decisions/0019), so that no clock of the issue has to know of it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from escalation.issue.delivery import INBOX, Waits, first_ways
from escalation.issue.facts import PersonFacts
from escalation.issue.maintenance import QUIET_CHANNELS
from escalation.issue.personal_rules import Urgency
from escalation.issue.state import IssueState

_ASKS = frozenset({"asked", "asked_again", "last_resort", "ask_put"})
"""What is told by all steps of a rule; of all else by the first one alone."""
_REPEATED = frozenset({"asked", "asked_again", "reminded"})
"""What asks somebody at a tier."""
_LOUD = frozenset({"exhausted", "last_resort", "charge_lapsed"})
"""Nobody has it: urgent, whatever the severity."""


class Way(NamedTuple):
    """One message by one channel."""

    channel: str
    number: int = 1
    """From 1, in the order of the rule; the inbox, which is told beside, is 1 too."""
    not_before: datetime | None = None
    waits: Waits | None = None


def urgency_of(state: IssueState, about: str) -> Urgency:
    """How a person may be disturbed by a message about that, now."""
    severity = state.pinned.severity(state.severity)
    return "urgent" if about in _LOUD or severity.is_urgent else "ordinary"


def in_order(person: PersonFacts, urgency: Urgency) -> tuple[str, ...]:
    """All channels of a person, those of their rule first: where one fails, the next one is tried."""
    steps = person.rules.steps(urgency) if person.rules is not None else None
    return tuple(dict.fromkeys([*(step.channel for step in steps or ()), *person.channels]))


def quiet_until(person: PersonFacts, urgency: Urgency, at: datetime) -> datetime | None:
    """Until when a message that is not urgent waits; None: it does not."""
    if person.rules is None or urgency == "urgent":
        return None
    return person.rules.quiet_until(at)


def kept_quiet(way: Way, person: PersonFacts, urgency: Urgency, at: datetime) -> Way:
    """The same way, after quiet hours that are on at that instant (UTC)."""
    return _later(way, quiet_until(person, urgency, at), "quiet_hours")


def quietened(state: IssueState, person: PersonFacts) -> PersonFacts:
    """The person; in a maintenance window that is to be quiet without rules, and with quiet channels alone."""
    window = state.maintenance
    if window is None or state.is_in_maintenance:
        return person
    channels = tuple(way for way in person.channels if way in QUIET_CHANNELS)
    return person.changed({"channels": channels, "rules": None})


def kept_back(state: IssueState, people: Iterable[PersonFacts], about: str, at: datetime) -> dict[str, datetime]:
    """By person, until when what asks them waits for their quiet hours to end."""
    urgency = urgency_of(state, about)
    found = {
        person.id: quiet_until(quietened(state, person), urgency, at)
        for person in people
        if first_ways(person.channels) != (INBOX,)
    }
    return {person: until for person, until in found.items() if until is not None}


def hastened(state: IssueState, people: Iterable[PersonFacts], at: datetime) -> tuple[str, ...]:
    """Whom an issue that is not urgent yet would reach later, or by other ways, than an urgent one does."""
    found = []
    for person in (quietened(state, person) for person in people):
        rules = person.rules
        if rules is None or not rules.is_hastened:
            continue
        waits_later = bool(rules.quiet) and any(step.after for step in rules.ordinary or ())
        if rules.urgent != rules.ordinary or waits_later or quiet_until(person, "ordinary", at) is not None:
            found.append(person.id)
    return tuple(found)


def is_overtaken(state: IssueState, person: PersonFacts, about: str, urgency: Urgency) -> bool:
    """Whether a message that waits is not wanted any more, since its person was told at once when it became urgent."""
    is_one = about in _REPEATED and person.rules is not None and person.rules.is_hastened
    return is_one and urgency == "ordinary" and urgency_of(state, about) == "urgent"


def ways_to(person: PersonFacts, about: str, urgency: Urgency, at: datetime, until: datetime | None) -> tuple[Way, ...]:
    """How this person is told at `at`. A step that comes when the time to answer is up at `until` is left out."""
    rules = person.rules
    if rules is None:
        return tuple(Way(channel) for channel in first_ways(person.channels))
    steps = rules.steps(urgency)
    quiet = quiet_until(person, urgency, at)
    begins = quiet or at
    if steps is None:
        plain = [Way(way) for way in first_ways(person.channels)]
        return tuple(way if way.channel == INBOX else _later(way, quiet, "quiet_hours") for way in plain)
    ways = [Way(INBOX)] if INBOX in person.channels else []
    if about not in _ASKS:
        return (*ways, *(_later(Way(step.channel), quiet, "quiet_hours") for step in steps[:1]))
    for number, step in enumerate(steps, 1):
        due_at = begins + step.after
        still = quiet_until(person, urgency, due_at)
        way = Way(step.channel, number)
        if quiet is not None or still is not None:
            ways.append(_later(way, still or due_at, "quiet_hours"))
        elif until is None or due_at < until:
            ways.append(_later(way, due_at if due_at > at else None, "rule"))
    if steps and all(way.channel == INBOX for way in ways):
        ways.append(Way(steps[0].channel))  # sooner than they want, since all of it would come too late
    return tuple(ways)


def _later(way: Way, at: datetime | None, waits: Waits) -> Way:
    return way if at is None else way._replace(not_before=at, waits=waits)
