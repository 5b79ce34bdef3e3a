"""Whom nothing would reach in time: who has no channel that calls for them, or is away with nobody in their place."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from escalation.policy.directory import INBOX, Directory, Person

QUIET = frozenset({INBOX, "email", "webhook"})
"""Channels that wait until somebody looks. Ours: every other one makes a telephone or a desk give a sign."""


class Unreached(NamedTuple):
    """One person and what is wrong with reaching them, in words."""

    person: str
    problem: str
    allowed: str


def urgent_channels(channels: Iterable[str]) -> tuple[str, ...]:
    """Those of these channels by which somebody hears of an urgent issue who is not looking."""
    return tuple(channel for channel in channels if channel not in QUIET)


def not_reached_urgently(directory: Directory, channels: Collection[str], at: datetime) -> tuple[Unreached, ...]:
    """Everybody still there who has no address of a channel that is set up and calls for them.

    `channels` are those that are set up. Where none of them calls for anybody, nobody is named: that is one finding,
    not one for each person.
    """
    urgent = urgent_channels(channels)
    if not urgent:
        return ()
    return tuple(
        Unreached(person.id, f"has {_has(person)} alone", f"an address of {' or '.join(urgent)}")
        for person in directory.people
        if not person.is_gone(at) and not set(urgent) & set(person.addresses)
    )


def nobody_in_their_place(directory: Directory, at: datetime) -> tuple[Unreached, ...]:
    """Everybody who is away at that instant and has nobody in their place who is there."""
    return tuple(
        Unreached(person.id, f"{person.whereabouts(at)}, and nobody is there in their place", "a deputy")
        for person in directory.people
        if person.is_absent(at) and not person.is_gone(at) and not directory.present([person], at).people
    )


def _has(person: Person) -> str:
    return ", ".join(person.addresses) or "no address"
