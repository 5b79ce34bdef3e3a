"""The working copy of a decision: entries collected one by one, the state evolved after each.

Also what every decision needs: numbering, the owner of an instant, limits of the pinned policy.
"""

from datetime import datetime, timedelta

from escalation.issue.commands import Command
from escalation.issue.events import Entry, Event
from escalation.issue.evolve import evolve
from escalation.issue.facts import CLOCK, Actor
from escalation.issue.refusal import Nature, Rejected
from escalation.issue.state import IssueState


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
        entry = Entry(
            number=number + 1,
            happened_at=at or self.command.happened_at or self.now,
            recorded_at=self.now,
            by=by or self.command.by,
            command=self.command.id,
            event=event,
        )
        self._state = evolve(self._state, entry)
        self.entries.append(entry)

    def by_clock(self, event: Event, at: datetime) -> None:
        """Add an entry that time, not a person, brought about."""
        self.emit(event, at, CLOCK)

    def limit(self, limits: dict[str, timedelta]) -> timedelta | None:
        """The limit for the issue's severity, or None."""
        return limits.get(self.state.severity)
