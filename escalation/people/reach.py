"""Whom nothing would reach in time: who has no channel that calls for them, or is away with nobody in their place."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from escalation.duration import words
from escalation.policy.directory import INBOX, Directory, Person

QUIET = frozenset({INBOX, "email", "webhook"})
"""Channels that wait until somebody looks. Ours: every other one makes a telephone or a desk give a sign."""


REACH_WITHIN = timedelta(minutes=15)
"""By then a channel that calls for them must have been used. Ours: as short as the time to acknowledge mostly is."""


class Unreached(NamedTuple):
    """One person and what is wrong with reaching them, in words."""

    person: str
    problem: str
    allowed: str


def urgent_channels(channels: Iterable[str]) -> tuple[str, ...]:
    """Those of these channels by which somebody hears of an urgent issue who is not looking."""
    return tuple(channel for channel in channels if channel not in QUIET)


def reaches(person: Person, channels: Collection[str]) -> bool:
    """Whether a channel that calls for them is used in time for what is urgent, where every message leaves.

    `channels` are those that count as set up.
    """
    steps = [step for step in person.rules.urgent if step.channel in channels]
    if person.rules.urgent and (steps or all(step.channel == INBOX for step in person.rules.urgent)):
        return any(step.channel not in QUIET and step.after <= REACH_WITHIN for step in steps)
    first = next((each for each in person.addresses if each in channels and each != INBOX), INBOX)
    return first not in QUIET


def not_reached_urgently(directory: Directory, channels: Collection[str], at: datetime) -> tuple[Unreached, ...]:
    """Everybody still there for whom no channel that is set up calls in time.

    `channels` are those that are set up. Where none of them calls for anybody, nobody is named: that is one finding,
    not one for each person.
    """
    urgent = urgent_channels(channels)
    if not urgent:
        return ()
    found = [_unreached(person, urgent, channels) for person in directory.people if not person.is_gone(at)]
    return tuple(each for each in found if each is not None)


def _unreached(person: Person, urgent: Collection[str], channels: Collection[str]) -> Unreached | None:
    if not set(urgent) & set(person.addresses):
        return Unreached(person.id, f"has {_has(person)} alone", f"an address of {' or '.join(urgent)}")
    if reaches(person, channels):
        return None
    theirs = " or ".join(each for each in person.addresses if each in urgent)
    within = words(REACH_WITHIN)
    problem = f"is told of what is urgent by nothing that calls for them within {within}"
    return Unreached(person.id, problem, f"{theirs} as their first address, or in a rule for urgent within {within}")


def nobody_in_their_place(directory: Directory, at: datetime) -> tuple[Unreached, ...]:
    """Everybody who is away at that instant and has nobody in their place who is there."""
    return tuple(
        Unreached(person.id, f"{person.whereabouts(at)}, and nobody is there in their place", "a deputy")
        for person in directory.people
        if person.is_absent(at) and not person.is_gone(at) and not directory.present([person], at).people
    )


def _has(person: Person) -> str:
    return ", ".join(person.addresses) or "no address"
