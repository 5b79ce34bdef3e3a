"""The commands by which something is put to others beside the ladder: work, a question, a swarm (`docs/asks.md`).

None of them moves the issue, its owner or its handler. What they do is in `decide_asks.py`.
"""

from typing import Literal

from escalation.issue.command import Command
from escalation.issue.facts import PersonFacts, TextRef
from escalation.policy.desk import AskKind


class Ask(Command):
    """Put work, a question or a swarm to others: to a desk of the policy, or for advice to a person."""

    kind: Literal["ask"] = "ask"
    what: AskKind | None = None
    """work, advice or swarm; absent: work of a desk that takes it, else advice."""
    of: str | None = None
    """The policy's desk to which it is put."""
    to: str | None = None
    """The person who is asked for advice; either this or `of`."""
    facts: PersonFacts | None = None
    """Facts of that person, as the door found them."""
    skill: str | None = None
    """Of the desk's people only who has this skill."""
    text: TextRef
    """What is to be done, or the question."""
    is_awaited: bool = False
    """Whether the issue waits for it: it is not resolved before, unless it is withdrawn."""


class TakeOn(Command):
    """I do it, or join: said by somebody to whom it was put. The issue's owner and handler stay who they are."""

    kind: Literal["take_on"] = "take_on"
    ask: str | None = None
    """Which one; absent: the only one that is put to the sender."""


class PassOn(Command):
    """I cannot do what was put to me: the next one in line is asked at once."""

    kind: Literal["pass_on"] = "pass_on"
    ask: str | None = None
    """Which one; absent: the only one that is put to the sender."""
    reason: TextRef


class Complete(Command):
    """The work is done, or this is the advice: goes on record, and whoever asked is told."""

    kind: Literal["complete"] = "complete"
    ask: str | None = None
    """Which one; absent: the only one that is put to the sender."""
    result: TextRef
    """What came of it: the result of the work, or the guidance."""


class Leave(Command):
    """I am not on it any more: where nobody else is, the next one in line is asked."""

    kind: Literal["leave"] = "leave"
    ask: str | None = None
    """Which one; absent: the only one that the sender takes part in."""
    reason: TextRef | None = None


class Withdraw(Command):
    """What was put to others is not needed any more: whoever is on it is told."""

    kind: Literal["withdraw"] = "withdraw"
    ask: str
    """Which one."""
    reason: TextRef | None = None


ASK_COMMANDS = ("ask", "take_on", "pass_on", "complete", "leave", "withdraw")
"""Their names."""
