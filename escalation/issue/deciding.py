"""The working copy of a decision: entries collected one by one, the state evolved after each.

Also what every decision needs: numbering, the owner of an instant, limits of the pinned policy, refusals by state.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from escalation.issue.commands import Command
from escalation.issue.events import Entry, Event, HoldEnded, HoldEndedWhy
from escalation.issue.evolve import evolve
from escalation.issue.facts import CLOCK, Actor, TextRef
from escalation.issue.refusal import Nature, Rejected
from escalation.issue.running import shifted
from escalation.issue.state import IssueState
from escalation.narrate import instant

_Limit = TypeVar("_Limit")
ENDED = "it is over and can no longer be reopened; open it again as a new occurrence"


class Refusal(Exception):
    """Carries a `Rejected` out of a decision that is under way; `decide` turns it into its answer."""

    def __init__(self, code: str, why: str, nature: Nature = "state") -> None:
        super().__init__(why)
        self.rejected = Rejected(code=code, why=why, nature=nature)


class Deciding:
    """One decision under way. Nothing of it counts until `decide` returns its entries."""

    def __init__(self, state: IssueState | None, command: Command, now: datetime) -> None:
        self._state = state
        self.command = command
        self.now = now
        self.entries: list[Entry] = []
        self.states: list[IssueState] = []
        """The state after each entry."""

    @property
    def is_new(self) -> bool:
        """Whether there is no issue yet."""
        return self._state is None

    @property
    def state(self) -> IssueState:
        """The state after the entries so far."""
        if self._state is None:
            raise Refusal("not_open", "there is no such issue yet; open it first")
        return self._state

    def emit(self, event: Event, at: datetime | None = None, by: Actor | None = None) -> None:
        """Add an entry; `at` is when it happened, by default what the door claims, else now."""
        number = self._state.entries if self._state is not None else 0
        entry = Entry.trusted(
            number=number + 1,
            happened_at=at or self.command.happened_at or self.now,
            recorded_at=self.now,
            by=by or self.command.by,
            command=self.command.id,
            event=event,
        )
        self._state = evolve(self._state, entry)
        self.entries.append(entry)
        self.states.append(self._state)

    def by_clock(self, event: Event, at: datetime) -> None:
        """Add an entry that time, not a person, brought about."""
        self.emit(event, at, CLOCK)

    def end_hold(self, why: HoldEndedWhy, at: datetime, reason: TextRef | None = None) -> None:
        """Let the clocks that a hold has stopped run again from `at`; nothing where it is not on hold.

        A hold is never longer than it was to be, also where the clock is served late.
        """
        hold = self.state.hold
        if hold is None:
            return
        at = min(at, hold.until)
        clocks = shifted(self.state, hold.stops, hold.since, at)
        held_for_s = max((at - hold.since).total_seconds(), 0)
        event = HoldEnded(why=why, held_for_s=held_for_s, reason=reason, **clocks._asdict())
        self.emit(event, at) if why == "resumed" else self.by_clock(event, at)

    def limit(self, limits: Mapping[str, _Limit]) -> _Limit | None:
        """The limit for the issue's severity, or None."""
        return limits.get(self.state.severity) if limits else None


def must_be_open(turn: Deciding) -> None:
    """Raises `Refusal` where the issue is resolved, closed or over."""
    if turn.state.status != "open":
        raise not_open(turn.state)


def not_open(state: IssueState) -> Refusal:
    """The answer to what can only be done to an open issue."""
    if state.status == "resolved" and state.resolved_at is not None:
        when = f"at {instant(state.resolved_at)} by {state.resolver}"
        return Refusal("already_resolved", f"it was resolved {when}; reopen it if it is not fixed")
    if state.status == "closed":
        return already_closed(state)
    return Refusal("ended", ENDED)


def already_closed(state: IssueState) -> Refusal:
    """The answer to what cannot be done to a closed issue."""
    when = f"at {instant(state.closed_at)} " if state.closed_at else ""
    reason = (state.close_reason or "").replace("_", " ")
    return Refusal("already_closed", f"it was closed {when}({reason}); reopen it if it is not fixed")
