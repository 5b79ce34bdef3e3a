"""One issue of a play, and what was seen of it: its state at any instant, its entries, its messages, its refusals."""

from dataclasses import dataclass, field
from datetime import datetime

from escalation.issue.effects import Notify
from escalation.issue.events import Entry
from escalation.issue.evolve import evolve
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from escalation.simulate import Simulated
from escalation.simulated_post import Post
from escalation.storm.digest import SendDigest
from tests.peers.ladder import OUTSIDE, Ladder


@dataclass(frozen=True)
class Seen:
    """A message to somebody of the case."""

    at: datetime
    to: str
    channel: str
    tier: str
    about: str
    seq: int
    is_at_start: bool
    is_bundled: bool = False
    is_important: bool = False


@dataclass
class Issue:
    """One issue of the play: one occurrence of its reference."""

    clock: Simulated
    id: IssueId
    ladder: Ladder
    created_at: datetime
    names: set[str] = field(default_factory=set)
    title: str = ""
    service: str | None = None
    post: Post | None = None
    """Through which its messages go, where they gather."""
    is_at_start: bool = False
    begun_at: datetime | None = None
    """Until when what happened to it was before the play."""
    entries_at_start: int = 0
    """Entries and messages of what happened before the play."""
    messages_at_start: int = 0
    steps: list[tuple[int, int]] = field(default_factory=list)
    """From which message on (its place), which `seq` it belongs to."""

    def state_at(self, at: datetime) -> IssueState | None:
        """Where it stood right after everything of that instant; None: it was not there yet."""
        state: IssueState | None = None
        for entry in self.clock.entries:
            if entry.recorded_at <= at:
                state = evolve(state, entry)
        return state

    def entries(self) -> list[Entry]:
        """What is on record of the play itself."""
        return self.clock.entries[self.entries_at_start :]

    def seen(self) -> list[Seen]:
        """Messages to people of the case, in order; one that waits for its instant, once it has come."""
        if self.post is not None:
            return self._left(self.post)
        found: list[Seen] = []
        messages = [(asked.at, asked.effect) for asked in self.clock.asked if isinstance(asked.effect, Notify)]
        became = {
            entry.event.message: entry.event.outcome for entry in self.clock.entries if entry.event.kind == "told"
        }
        for place, (asked_at, effect) in enumerate(messages):
            assert isinstance(effect, Notify)
            if effect.person.id in OUTSIDE:
                continue
            at, seq = asked_at, next((seq for start, seq in reversed(self.steps) if place >= start), 1)
            is_at_start = place < self.messages_at_start
            if effect.waits is not None and effect.not_before is not None:
                if became.get(effect.key, "withdrawn") == "withdrawn":
                    continue
                at, seq = max(asked_at, effect.not_before), 1
                is_at_start = self.begun_at is not None and at <= self.begun_at
            tier = self.ladder.numbers.get(effect.tier, "")
            found.append(Seen(at, effect.person.id, effect.channel, tier, effect.about, seq, is_at_start))
        return found

    def _left(self, post: Post) -> list[Seen]:
        """The same where messages gather: pages by themselves, and what went in digests."""
        found: list[Seen] = []
        for at, what in post.left:
            if what.person.id in OUTSIDE:
                continue
            if isinstance(what, SendDigest):
                mine = [each for each in what.listed if each.is_new and each.issue == str(self.id)]
                found += [Seen(at, what.person.id, what.channel, "", "asked", 1, False, is_bundled=True) for _ in mine]
            elif what.issue == self.id:
                tier = self.ladder.numbers.get(what.tier, "")
                is_important = what.urgency == "urgent"
                seen = Seen(at, what.person.id, what.channel, tier, what.about, 1, False, is_important=is_important)
                found.append(seen)
        return found

    def passed_over(self, until: datetime) -> str | None:
        """Who was not told by a step of their rule that comes after their tier's time, though nobody had it by then."""
        for asked in self.clock.asked:
            effect = asked.effect
            if not isinstance(effect, Notify) or effect.about != "asked" or effect.person.rules is None:
                continue
            for step in effect.person.rules.steps(effect.urgency) or ():
                at = asked.at + step.after
                state = self.state_at(at) if effect.until is not None and effect.until <= at <= until else None
                if state is not None and state.status == "open" and state.handler is None:
                    return effect.person.id
        return None

    def count_messages(self) -> int:
        """How many messages there were so far, to anybody."""
        return sum(1 for asked in self.clock.asked if isinstance(asked.effect, Notify))


@dataclass(frozen=True)
class Refused:
    """An operation that was refused, with the reason."""

    at: datetime
    operation: str
    issue: Issue | None
    code: str
    why: str
    by: str | None = None
