"""Where a channel reaches a person, from the directory as it is now, and words from which addresses are taken out."""

import re

from escalation.message import one_line
from escalation.policy.directory import INBOX, Directory

_LONGEST_ERROR = 300
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),;:])[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
"""From where a word begins alone: else a long word without an @ would be looked through once for each of its signs."""


class NoAddress(Exception):
    """The directory gives no address of this person for this channel (any more)."""


def address_of(person: str, channel: str, directory: Directory | None) -> str:
    """The person's address there; without a directory the inbox's alone. Raises NoAddress."""
    if directory is not None and directory.has(person):
        address = directory.person(person).addresses.get(channel)
        if address is not None:
            return address
    if channel == INBOX:
        return person
    raise NoAddress(f"the directory has no {channel} address of {person} any more")


def without_address(address: str, error: str) -> str:
    """The error as it may stand in a history that nothing is erased from: no address, on one line, not long."""
    bare = error.replace(address, "(address)") if address else error
    return one_line(_ADDRESS.sub("(address)", bare))[:_LONGEST_ERROR]
