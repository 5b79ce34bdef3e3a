"""The contract that every channel keeps: one envelope in, `Sent` out, or one of two refusals.

A channel is one module here and one line in `installed.py`. It renders what it is given in its medium and carries it;
it does not compose, look anybody up, retry, or choose whom to tell. `tests/activities/channels/` holds the contract
against every channel, the fake ones too.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Literal, Protocol

from escalation.answer_link import AnswerLink
from escalation.issue.effects import About
from escalation.issue.facts import IssueClass
from escalation.issue.identity import IssueId
from escalation.message import Message
from escalation.value import Value


class Envelope(Value):
    """A composed message and where it goes."""

    message_id: str
    """The key of the effect that asked for it: the same for every copy of it, in every process."""
    issue: IssueId
    issue_class: IssueClass = "normal"
    person: str
    address: str
    """Where this channel reaches the person, from the directory at the time of sending."""
    about: About | Literal["digest"]
    priority: int
    """1 is most urgent, 5 least: how loud the medium should be."""
    at: datetime
    """The instant that the message is about (UTC), on the clock of the issue. Not the time of sending."""
    message: Message
    is_possible_repeat: bool = False
    """Whether an earlier copy may have arrived: an attempt whose outcome is not known."""
    answers: tuple[AnswerLink, ...] = ()
    """The links by which it can be answered, the first one first; the same for every copy of it."""

    @property
    def subject(self) -> str:
        """The message's subject: one line."""
        return self.message.subject

    @property
    def body(self) -> str:
        """The message as plain text."""
        return self.message.body

    @property
    def public_id(self) -> str:
        """The message's id as media get it: the same for every copy, and it says nothing about the issue."""
        return f"msg_{opaque(self.message_id)}"

    @property
    def thread_id(self) -> str:
        """The same for all messages of an issue, so that a medium can show them together."""
        return str(self.issue)


class Sent(Value):
    """The other side has taken the message over. Whether a person saw it is never known."""

    reference: str | None = None
    """What the other side calls it, where it says so."""
    is_delivered: bool = False
    """Whether the other side says that it lies where its reader looks, and not only that it will see to it."""


class ChannelRefused(Exception):
    """It will never go this way (no such address, message refused): trying again is useless."""


class ChannelUnavailable(Exception):
    """Not now: the other side is away, slow, busy, or does not let us in."""

    def __init__(self, why: str, *, retry_after: timedelta | None = None, is_outcome_unknown: bool = False) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        """How long the other side asks us to wait."""
        self.is_outcome_unknown = is_outcome_unknown
        """Whether the message may have been taken all the same: the next copy is then marked as a possible repeat."""


class Channel(Protocol):
    """One way to reach people."""

    @property
    def name(self) -> str:
        """The channel's name in the directory, as a key of a person's addresses."""
        ...

    async def send(self, envelope: Envelope) -> Sent:
        """Hand the message over, within a bounded time; raises ChannelRefused or ChannelUnavailable, nothing else."""
        ...


def opaque(identifier: str) -> str:
    """A short stable token for an id that a medium shows or restricts: 32 hexadecimal digits."""
    return hashlib.sha256(identifier.encode()).hexdigest()[:32]
