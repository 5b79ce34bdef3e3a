"""The issue's rules as one object for the shell that runs them: the shell knows no subject by name."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from escalation.issue.attributes import attributes
from escalation.issue.card import card, timer_name
from escalation.issue.clocks import Due, next_at, next_timer
from escalation.issue.commands import Command, TakeDelivery, TakeNoPeople, TakePeople, TakeShifts, TakeSuppression
from escalation.issue.decide import decide_with_states, note_refusal
from escalation.issue.decide_delivery import matters
from escalation.issue.delivery import read_noted
from escalation.issue.effects import Effect, FindResponders, FindShifts, LinkDuplicate, LogRefusal, Notify, Record
from escalation.issue.effects_of import effects, errands
from escalation.issue.events import Entry, Told
from escalation.issue.evolve import evolve
from escalation.issue.facts import CLOCK, Actor
from escalation.issue.further import further
from escalation.issue.refusal import Rejected
from escalation.issue.standing import record
from escalation.issue.state import IssueState
from escalation.issue.ways import is_overtaken
from escalation.narrate import narrate

ANSWERS: dict[str, type[Command]] = {
    "find_responders": TakePeople,
    "find_shifts": TakeShifts,
    "notify": TakeDelivery,
    "link_duplicate": TakeSuppression,
}
"""The command that an effect's activity answers with, by the effect's kind."""


class Step(NamedTuple):
    """What a command comes to, all worked out and nothing of it taken."""

    entries: tuple[Entry, ...]
    state: IssueState | None
    effects: tuple[Effect, ...]


class IssueRules:
    """What the shell asks of a subject."""

    def work_out(
        self,
        state: IssueState | None,
        command: Command,
        now: datetime,
        *,
        answered: Effect | None = None,
        has_messages: bool = True,
    ) -> Step | Rejected:
        """What the command does at `now`, or why not.

        `answered` is the errand of which it is the answer. Without messages for a world that hears of none.
        """
        decided = decide_with_states(state, command, now)
        if isinstance(decided, Rejected):
            return decided
        asked: list[Effect] = []
        for entry, after in zip(decided.entries, decided.states, strict=True):
            asked.extend(self.effects(state, after, entry) if has_messages else errands(after, entry))
            if isinstance(answered, Notify) and isinstance(command, TakeDelivery) and isinstance(entry.event, Told):
                asked.extend(further(answered, entry.event, command, now))
            state = after
        return Step(tuple(decided.entries), state, tuple(asked))

    def step(self, state: IssueState, entry: Entry) -> Step:
        """The same of an entry that was made without a command."""
        after = evolve(state, entry)
        return Step((entry,), after, self.effects(state, after, entry))

    def effects(self, before: IssueState | None, state: IssueState, entry: Entry) -> tuple[Effect, ...]:
        """What the entry asks of the world."""
        return effects(before, state, entry)

    def record(self, state: IssueState, entries: tuple[Entry, ...]) -> Record:
        """What the scribe writes."""
        return record(state, entries)

    def next_due(self, state: IssueState) -> Due | None:
        """The one instant to wait for."""
        return next_timer(state)

    def next_at(self, state: IssueState) -> datetime | None:
        """That instant alone, for a loop that shows nobody what it waits for."""
        return next_at(state)

    def is_over(self, state: IssueState) -> bool:
        """Whether nothing can happen any more."""
        return state.status == "ended"

    def attributes(self, state: IssueState) -> dict[str, str | bool | datetime | None]:
        """Values of the search attributes."""
        return attributes(state)

    def card(self, state: IssueState, now: datetime) -> str:
        """Current details for the Temporal UI."""
        return card(state, now)

    def timer_name(self, state: IssueState, due: Due) -> str:
        """What the timer is named."""
        return timer_name(state, due)

    def priority(self, state: IssueState) -> int:
        """Task priority by severity, 1 first to 5 last."""
        return state.policies[0].severity(state.severity).priority

    def answer_type(self, effect: Effect) -> type[Command] | None:
        """The command that the effect's activity answers with."""
        return ANSWERS.get(effect.kind)

    def written_to(self, answer: Command | None) -> int:
        """The last entry that the errand has put on record on its way; 0: none."""
        return answer.written_to if isinstance(answer, TakeDelivery) else 0

    def can_wait(self, entries: tuple[Entry, ...]) -> bool:
        """Whether these may come on record with what is decided next: messages that have left, and nothing else."""
        return all(isinstance(entry.event, Told) and entry.event.outcome == "sent" for entry in entries)

    def is_answered_soon(self, effect: Effect) -> bool:
        """Whether its answer comes within half a minute and belongs to the same step on the record."""
        return isinstance(effect, FindResponders)

    def patience(self, effect: Effect) -> timedelta | None:
        """How long the errand is tried before its answer says that other ways are to be taken; None: it does not."""
        return effect.patience if isinstance(effect, Notify) else None

    def wait(self, effect: Effect, now: datetime) -> timedelta:
        """How long the errand is to be left alone at first; its limits count from then on."""
        if not isinstance(effect, Notify) or effect.waits is None or effect.not_before is None:
            return timedelta()
        return max(effect.not_before - now, timedelta())

    def on_failure(self, effect: Effect, error: str, noted: Sequence[object] = ()) -> Command | None:
        """The command that stands for an errand that failed for good; `noted` is what its attempts left behind."""
        match effect:
            case FindResponders():
                return TakeNoPeople(id=effect.key, by=CLOCK, turn=effect.turn, error=error[:200])
            case FindShifts():
                return TakeShifts(id=effect.key, by=CLOCK, number=effect.number, error=error[:200])
            case Notify():
                before = read_noted(noted)
                # It says by itself when its patience is over: where it did not, its last attempt hung or was lost.
                is_unknown = before.is_unknown or effect.patience is not None
                return TakeDelivery(
                    id=effect.key,
                    by=CLOCK,
                    message=effect.key,
                    person=effect.person.id,
                    channel=effect.channel,
                    about=effect.about,
                    turn=effect.turn,
                    outcome="failed" if effect.patience is None else "delayed",
                    error=error[:200],
                    attempts=effect.earlier + max(before.last - before.waited, 1),
                    is_possible_repeat=effect.is_possible_repeat or is_unknown,
                    tries=before.tries,
                    is_later=effect.earlier > 0,
                    waits=effect.waits,
                    waited_until=effect.not_before if effect.waits else None,
                )
            case LinkDuplicate():
                first = str(effect.duplicate_of)
                why = "it could not be reached in time"
                return TakeSuppression(id=effect.key, by=CLOCK, duplicate_of=first, error=why)
            case _:
                return None

    def is_moot(self, state: IssueState, effect: Effect) -> bool:
        """Whether an errand that is still tried is not wanted any more: a message that is late, of what is over.

        So is one that waits for its instant. One that has just been asked for is let go: it has mostly left.
        """
        if not isinstance(effect, Notify) or not (effect.earlier or effect.waits):
            return False
        if effect.waits and is_overtaken(state, effect.person, effect.about, effect.urgency):
            return True
        return not matters(state, effect.about, effect.person.id, effect.turn)

    def on_withdrawn(self, effect: Effect, noted: Sequence[object] = ()) -> Command | None:
        """The command that stands for an errand that was not wanted any more."""
        failed = self.on_failure(effect, "", noted)
        if not isinstance(failed, TakeDelivery):
            return failed
        return failed.model_copy(update={"outcome": "withdrawn", "error": None})

    def again(self, effect: Effect) -> Effect:
        """The errand as a later run takes it up: the earlier one may have got through with it."""
        return effect.model_copy(update={"is_possible_repeat": True}) if isinstance(effect, Notify) else effect

    def sentence(self, entry: Entry) -> str:
        """The entry in words, for the timeline and the answer to a command."""
        return narrate(entry)

    def summary(self, effect: Effect) -> str:
        """The errand's name in the Temporal UI."""
        match effect:
            case FindResponders(issue_class="sealed"):
                return "look up who is asked"
            case FindResponders():
                return f"look up who is asked at {effect.tier or 'the last resort'}"
            case FindShifts():
                return "look up whose shift ends"
            case Notify(issue_class="sealed"):
                return f"{effect.channel}: restricted case"
            case Notify():
                later = ", tried on" if effect.earlier else ""
                about = f"{effect.about.replace('_', ' ')}{later}"
                return f"{effect.channel} to {effect.person.id} ({effect.tier_title}): {about}"
            case LinkDuplicate():
                return "have the first issue record its duplicate"
            case LogRefusal():
                return "security log: a command was refused"
            case _:
                return effect.kind.replace("_", " ")

    def refusal(
        self, state: IssueState, rejected: Rejected, name: str, by: Actor, command_id: str, now: datetime
    ) -> Entry:
        """The entry for what came by signal and cannot be accepted."""
        return note_refusal(state, rejected, name, by, command_id, now)

    def security(
        self, state: IssueState, rejected: Rejected, name: str, by: Actor, command_id: str, now: datetime
    ) -> LogRefusal:
        """What goes to the security log for a refusal of nature authority."""
        return LogRefusal(
            key=f"{state.facts.id}/refused/{command_id}",
            issue=state.facts.id,
            command=name,
            code=rejected.code,
            why=rejected.why,
            by=by,
            at=now,
        )
