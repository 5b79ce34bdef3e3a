"""The simulated clock: an issue's rules in a plain loop, its errands answered by a stated world. No server, no waiting.

The loop does what `workflows/shell.py` does with the same rules: a command is decided when it comes, the one timer
ticks at the rules' next instant, an errand's answer is one more command. At one instant commands come first, then
answers, then the clock. The clock is never late, unless the script says that the system was away.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from escalation.issue.clocks import FIND_WITHIN
from escalation.issue.commands import (
    Command,
    TakeDelivery,
    TakeDuplicate,
    TakePeople,
    TakeShifts,
    TakeSuppression,
    Tick,
)
from escalation.issue.decide import command_name
from escalation.issue.effects import Effect, FindResponders, FindShifts, LinkDuplicate, Notify
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId
from escalation.issue.refusal import Rejected
from escalation.issue.rules import IssueRules
from escalation.issue.state import IssueState
from escalation.simulated_world import Delivery, Linked, World


class Asked(NamedTuple):
    """An errand, and the instant (UTC) at which the rules asked for it."""

    at: datetime
    effect: Effect


class Simulated:
    """One issue on the simulated clock. Instants are aware and never go back."""

    def __init__(self, world: World | None = None, rules: IssueRules | None = None) -> None:
        self.world = world or World()
        self.rules = rules or IssueRules()
        self.state: IssueState | None = None
        self.entries: list[Entry] = []
        self.asked: list[Asked] = []
        """Every errand; messages only where the world hears of them."""
        self.now: datetime | None = None
        self.decisions = 0
        """How often the rules were asked to decide."""
        self._answers: list[tuple[datetime, int, Effect, Command]] = []
        self._under_way: set[str] = set()
        self._posted: dict[str, Notify] = {}
        """Messages that the world's post has, which says later what became of them."""
        self._count = 0
        self._away_until: datetime | None = None
        self._due_at: datetime | None = None
        self._is_moved = False
        """Whether what was due next may not be any more: worked out when it is asked for."""

    @property
    def next_at(self) -> datetime | None:
        """When something happens by itself next: an answer, or what is due; None where nothing will."""
        answer_at = self._answers[0][0] if self._answers else None
        if answer_at is not None and answer_at == self.now:
            return self._back(answer_at)
        if self._is_moved:
            self._due_at, self._is_moved = self._clock_at(), False
        due_at = self._due_at
        if answer_at is not None and (due_at is None or answer_at <= due_at):
            due_at = answer_at
        return self._back(due_at) if due_at is not None else None

    def _clock_at(self) -> datetime | None:
        """When the clock is served next."""
        due_at = self.rules.next_at(self.state) if self.state is not None else None
        return due_at if due_at is None or self.world.served is None else self.world.served(due_at)

    def send(self, command: Command, at: datetime) -> tuple[Entry, ...] | Rejected:
        """Everything due before `at`, then the command: its entries, or why not.

        What the command asks of the world, and what is due at `at` itself, comes when time goes on.

        Raises:
            ValueError: the instant is before one that was played already.
        """
        self._run(at, is_included=False)
        return self._deliver(command)

    def run_to(self, at: datetime) -> None:
        """Everything due up to and including `at`. Raises ValueError as `send` does."""
        self._run(at, is_included=True)

    def hear(self) -> None:
        """The answers that have come by now, ahead of a further command of the same instant; never the clock."""
        while self._answers and self.now is not None and self._answers[0][0] <= self.now:
            self._serve(self.now)

    def run_out(self) -> None:
        """Everything that is due until the issue is over and no errand is under way.

        An issue that nobody resolves is never over, and this would not end: see to it that it is resolved.
        """
        while (at := self.next_at) is not None:
            self._run(at, is_included=True)

    def be_away(self, since: datetime, until: datetime) -> None:
        """The system is away from `since` on: what is due or sent from then to `until` is decided at `until`."""
        self._run(since, is_included=False)
        self._away_until = until

    def _back(self, at: datetime) -> datetime:
        """The instant at which that is served: no earlier than the system is back."""
        return at if self._away_until is None else max(at, self._away_until)

    def _run(self, at: datetime, *, is_included: bool) -> None:
        at = self._back(at)
        if self.now is not None and at < self.now:
            raise ValueError(f"at {at.isoformat()} is before {self.now.isoformat()}, which was played already")
        while (following := self.next_at) is not None and (following < at or (is_included and following == at)):
            self.now = following
            self._serve(following)
        self.now = at

    def _serve(self, at: datetime) -> None:
        """What is due at this instant: an answer, or else the clock."""
        if self._answers and self._answers[0][0] <= at:
            _, _, effect, answer = heappop(self._answers)
            self._under_way.discard(effect.key)
            self._deliver(answer, effect)
            return
        done = self._deliver(_TICK)
        if isinstance(done, Rejected) or not done:
            raise RuntimeError(f"something was due at {at.isoformat()} and nothing was done: {done}")

    def _deliver(self, command: Command, answered: Effect | None = None) -> tuple[Entry, ...] | Rejected:
        assert self.now is not None
        self.decisions += 1
        has_messages = self.world.has_deliveries
        step = self.rules.work_out(self.state, command, self.now, answered=answered, has_messages=has_messages)
        if isinstance(step, Rejected):
            if step.nature == "authority" and self.state is not None:
                name = command_name(command)
                self._start(self.rules.security(self.state, step, name, command.by, command.id, self.now))
            return step
        if step.entries and step.state is not None:
            self.state = step.state
            self.entries.extend(step.entries)
            for effect in step.effects:
                self._start(effect)
            self._is_moved = True
            self._withdraw(step.state)
        return step.entries

    def _withdraw(self, state: IssueState) -> None:
        """Call off what is not wanted any more, as the shell does."""
        for place, (_, _, effect, answer) in enumerate(self._answers):
            is_called_off = isinstance(answer, TakeDelivery) and answer.outcome == "withdrawn"
            if not is_called_off and self.rules.is_moot(state, effect):
                del self._answers[place]
                heapify(self._answers)
                assert self.now is not None
                self._answer(effect, self.now, self.rules.on_withdrawn(effect))
                self._withdraw(state)
                return
        for key, posted in list(self._posted.items()):
            if self.world.post is not None and self.rules.is_moot(state, posted):
                del self._posted[key]
                self.world.post.withdraw(key)
                assert self.now is not None
                self._answer(posted, self.now, self.rules.on_withdrawn(posted))

    def _start(self, effect: Effect) -> None:
        assert self.now is not None
        if effect.key in self._under_way:
            return
        self.asked.append(Asked(self.now, effect))
        match effect:
            case FindResponders():
                self._look_up(effect, self.now)
            case FindShifts():
                self._look_up_shifts(effect, self.now)
            case Notify() if self.world.has_deliveries:
                self._hand_over(effect, self.now)
            case LinkDuplicate():
                self._link(effect, self.now)
            case _:
                pass  # nothing comes of it that the rules would hear

    def _look_up(self, effect: FindResponders, at: datetime) -> None:
        found = self.world.find(effect, at)
        answer: Command | None
        if found.after >= FIND_WITHIN:
            answer = self.rules.on_failure(effect, "no answer in time")
        elif found.error is not None:
            answer = self.rules.on_failure(effect, found.error)
        else:
            answer = TakePeople.trusted(
                id=effect.key,
                turn=effect.turn,
                people=found.people,
                why=found.why,
                stand_ins=found.stand_ins,
                beside=found.beside,
                left_out=found.left_out,
                gaps=found.gaps,
                lead=found.lead,
                is_full=found.is_full,
            )
        self._answer(effect, at + min(found.after, FIND_WITHIN), answer)

    def _look_up_shifts(self, effect: FindShifts, at: datetime) -> None:
        found = self.world.shifts(effect, at)
        answer: Command | None = TakeShifts(id=effect.key, number=effect.number, until=found.until, people=found.people)
        if found.error is not None:
            answer = self.rules.on_failure(effect, found.error)
        self._answer(effect, at, answer)

    def _hand_over(self, effect: Notify, at: datetime) -> None:
        at += self.rules.wait(effect, at)
        if self.world.post is None:
            self._told(effect, self.world.deliver(effect, at), at)
            return
        self._posted[effect.key] = effect
        self._under_way.add(effect.key)
        self.world.post.take(effect, at, self._heard)

    def _heard(self, effect: Notify, became: Delivery, at: datetime, digest: str) -> None:
        """What the post says became of a message that it had."""
        if self._posted.pop(effect.key, None) is not None:
            self._told(effect, became, at, digest)

    def _told(self, effect: Notify, became: Delivery, at: datetime, digest: str = "") -> None:
        answer = TakeDelivery(
            id=effect.key,
            message=effect.key,
            person=effect.person.id,
            channel=effect.channel,
            about=effect.about,
            turn=effect.turn,
            outcome="failed" if became.outcome == "delayed" and effect.patience is None else became.outcome,
            attempts=effect.earlier + became.attempts,
            error=became.error,
            is_later=effect.earlier > 0,
            waits=effect.waits,
            waited_until=effect.not_before if effect.waits else None,
            digest=digest,
            is_joined=became.is_joined,
        )
        self._answer(effect, at + became.after, answer)

    def _link(self, effect: LinkDuplicate, at: datetime) -> None:
        linked = self.world.link(effect, at)
        answer = TakeSuppression(id=effect.key, duplicate_of=str(effect.duplicate_of), error=linked.error)
        self._answer(effect, at + linked.after, answer)

    def _answer(self, effect: Effect, at: datetime, answer: Command | None) -> None:
        if answer is None:
            return
        self._count += 1
        self._under_way.add(effect.key)
        heappush(self._answers, (at, self._count, effect, answer))


_TICK = Tick()


class Sent(NamedTuple):
    """A line of a script: at that instant (UTC) that command is sent to that issue."""

    at: datetime
    issue: IssueId
    command: Command


class Plays(NamedTuple):
    """What came of a script."""

    issues: dict[IssueId, Simulated]
    refusals: list[tuple[Sent, Rejected]]

    def link(self, effect: LinkDuplicate, at: datetime) -> Linked:
        """What the first issue, if it was opened, answers to its duplicate."""
        first = self.issues.get(effect.duplicate_of)
        if first is None or first.state is None:
            return Linked(error=f"there is no issue {effect.duplicate_of}")
        command = TakeDuplicate(id=effect.key, issue=str(effect.issue), said_by=effect.said_by)
        answer = first.send(command, at)
        return Linked(error=answer.why if isinstance(answer, Rejected) else None)


def play(script: Iterable[Sent], world: World | None = None, until: datetime | None = None) -> Plays:
    """Play the issues of a script side by side, in the order of time; at one instant in the order of the script.

    After its last line the clock goes on to `until`; by default not further than what is due at the last instant.
    """
    plays = Plays({}, [])
    queue = [(sent.at, place, sent) for place, sent in enumerate(script)]
    heapify(queue)
    rules, among_them = IssueRules(), replace(world or World(), link=plays.link)
    end = until
    while queue:
        at, _, sent = heappop(queue)
        end = at if until is None else until
        issue = plays.issues.get(sent.issue)
        if issue is None:
            issue = plays.issues[sent.issue] = Simulated(among_them, rules)
        answer = issue.send(sent.command, at)
        if isinstance(answer, Rejected):
            plays.refusals.append((sent, answer))
    for issue in plays.issues.values():
        if end is not None:
            issue.run_to(end)
    return plays
