"""The simulated clock: the order within one instant, the stated world, time that the system was away, and its price."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from escalation.issue.clocks import FIND_WITHIN, next_at, next_timer
from escalation.issue.commands import Acknowledge, Command, Escalate, Note, Resolve, Suppress
from escalation.issue.decide import decide
from escalation.issue.effects import Effect, FindResponders, Notify
from escalation.issue.effects_of import effects
from escalation.issue.events import Entry
from escalation.issue.evolve import evolve
from escalation.issue.facts import CLOCK, TextRef
from escalation.issue.identity import IssueId
from escalation.issue.refusal import Rejected
from escalation.issue.rules import IssueRules, Step
from escalation.issue.state import IssueState
from escalation.policy.model import Policy
from escalation.policy.read_directory import read_directory
from escalation.simulate import Sent, Simulated, play
from escalation.simulated_world import Delivery, LookUp, World, never_found, people_of
from tests.given import T0, actor, at, exhaustion, minutes, opened, person, policy, tier
from tests.stories.clocks import simulated, world_of
from tests.stories.invented import invented
from tests.stories.script import Script
from tests.stories.scripts import SCRIPTS

SECOND = timedelta(seconds=1)


def begun(world: World | None = None, *policies: Policy) -> Simulated:
    """An issue that was opened and has asked its first tier."""
    issue = Simulated(world)
    issue.send(opened(*policies), T0)
    issue.run_to(T0)
    return issue


def kinds(issue: Simulated) -> list[str]:
    """The entries so far, without messages."""
    return [entry.event.kind for entry in issue.entries if entry.event.kind != "told"]


def event(issue: Simulated, kind: str) -> Any:
    """What the latest entry of that kind holds."""
    return next(entry.event for entry in reversed(issue.entries) if entry.event.kind == kind)


def seen(issue: Simulated) -> list[tuple[str, float]]:
    """The same with the seconds since the opening at which they were decided."""
    return [(entry.event.kind, (entry.recorded_at - T0) / SECOND) for entry in issue.entries
            if entry.event.kind != "told"]  # fmt: skip


class TestOrder:
    def test_before_a_command_comes_what_is_due_before_it(self) -> None:
        issue = begun()
        issue.send(Note(id="n", by=actor("ann"), text=TextRef(ref="n.text", length=2)), at(10) + SECOND)
        assert kinds(issue)[3:] == ["tier_began", "people_asked", "noted"]
        assert issue.entries[-1].recorded_at == at(10) + SECOND

    def test_in_one_instant_commands_come_before_the_clock(self) -> None:
        issue = begun()
        done = issue.send(Acknowledge(id="a", by=actor("ann")), at(10))
        assert not isinstance(done, Rejected)
        issue.run_to(at(10))
        assert kinds(issue)[3:] == ["acknowledged"]

    def test_in_one_instant_commands_come_before_answers(self) -> None:
        issue = Simulated()
        issue.send(opened(), T0)
        issue.send(Note(id="n", by=actor("ann"), text=TextRef(ref="n.text", length=2)), T0)
        assert kinds(issue) == ["opened", "tier_began", "noted"]
        issue.hear()
        assert kinds(issue) == ["opened", "tier_began", "noted", "people_asked"]

    def test_in_one_instant_answers_come_before_the_clock(self) -> None:
        slow = World(find=lambda *_: LookUp((person("ann"),), after=timedelta(seconds=20)))
        issue = begun(slow, policy(tier("first", 20 / 60), tier("second")))
        issue.run_to(T0 + timedelta(seconds=20))
        assert kinds(issue) == ["opened", "tier_began", "people_asked", "tier_began"]

    def test_what_is_due_at_the_end_is_played(self) -> None:
        issue = begun()
        issue.run_to(at(10) - SECOND)
        assert kinds(issue)[-1] == "people_asked"
        assert issue.next_at == at(10)
        issue.run_to(at(10))
        assert kinds(issue)[3:] == ["tier_began", "people_asked"]

    def test_time_does_not_go_back(self) -> None:
        issue = begun()
        issue.run_to(at(5))
        with pytest.raises(ValueError, match="played already"):
            issue.run_to(at(4))
        with pytest.raises(ValueError, match="played already"):
            issue.send(Acknowledge(id="a", by=actor("ann")), at(4))

    def test_it_goes_on_until_the_issue_is_over(self) -> None:
        issue = begun()
        issue.send(Resolve(id="r", by=actor("first"), outcome="solved"), at(1))
        issue.run_out()
        assert kinds(issue)[-2:] == ["closed", "window_ended"]
        assert issue.next_at is None
        assert isinstance(issue.send(Acknowledge(id="a", by=actor("ann")), at(99_999)), Rejected)


class TestWorld:
    def test_by_default_somebody_is_there_for_every_role(self) -> None:
        issue = begun()
        assert issue.state is not None
        assert issue.state.asked == ("first",)
        told = event(issue, "told")
        assert (told.person, told.outcome) == ("first", "sent")

    def test_a_look_up_takes_its_time(self) -> None:
        issue = begun(World(find=lambda *_: LookUp((person("ann"),), after=timedelta(seconds=12))))
        assert kinds(issue) == ["opened", "tier_began"]
        issue.run_to(at(1))
        assert seen(issue)[2] == ("people_asked", 12)

    def test_a_message_that_is_late_is_called_off_with_what_it_says(self) -> None:
        def late(effect: Notify, asked_at: datetime) -> Delivery:
            return Delivery("sent", minutes(60)) if effect.earlier else Delivery("delayed", timedelta(minutes=2))

        issue = begun(World(find=lambda *_: LookUp((person("ann"), person("ben"))), deliver=late))
        issue.run_to(at(3))
        done = issue.send(Acknowledge(id="a", by=actor("ben")), at(4))
        assert not isinstance(done, Rejected)
        issue.run_to(at(90))
        told = [(e.event.outcome, e.happened_at) for e in issue.entries if e.event.kind == "told"][:4]
        assert told == [("delayed", at(2))] * 2 + [("withdrawn", at(4))] * 2

    def test_one_that_takes_longer_than_it_may_is_given_up(self) -> None:
        issue = begun(World(find=lambda *_: LookUp((person("ann"),), after=FIND_WITHIN)))
        issue.run_to(at(1))
        assert seen(issue)[2:] == [("lookup_failed", 30), ("people_asked", 30)]
        assert issue.state is not None
        assert issue.state.asked == ("first-known",)

    def test_one_that_fails_leaves_the_last_known(self) -> None:
        issue = begun(World(find=never_found("the directory is away", timedelta(seconds=3))))
        issue.run_to(at(1))
        assert seen(issue)[2:] == [("lookup_failed", 3), ("people_asked", 3)]
        assert event(issue, "lookup_failed").error == "the directory is away"

    def test_who_is_on_duty_can_change(self) -> None:
        def on_duty(effect: FindResponders, asked_at: datetime) -> LookUp:
            return LookUp((person("day" if asked_at < at(5) else "night"),))

        issue = begun(World(find=on_duty))
        assert event(issue, "people_asked").people[0].id == "day"
        issue.run_to(at(10))
        assert event(issue, "people_asked").people[0].id == "night"

    def test_a_directory_answers_as_it_does_in_the_service(self) -> None:
        people = read_directory(
            "operator: ann\nteams: {main: {duty_lead: ann}}\npeople:\n"
            "  ann: {name: Sample One, role: first, teams: [main], addresses: {inbox: ann}}\n",
            "people.yaml",
        )
        issue = begun(World(find=people_of(people)))
        issue.run_to(at(10))
        assert kinds(issue)[2:5] == ["people_asked", "tier_began", "tier_found_empty"]
        assert (
            event(issue, "tier_found_empty").why == "nobody found: second in team main, or anywhere where it has none"
        )

    def test_a_message_can_fail_and_be_late(self) -> None:
        def lost(effect: Notify, handed_over_at: datetime) -> Delivery:
            return Delivery("failed", timedelta(minutes=2), attempts=3, error="no such mailbox")

        issue = begun(World(deliver=lost))
        issue.run_to(at(3))
        assert issue.entries[-1].recorded_at == at(2)
        told = event(issue, "told")
        assert (told.outcome, told.attempts, told.error) == ("failed", 3, "no such mailbox")

    def test_every_errand_is_noted_with_its_instant(self) -> None:
        issue = begun()
        issue.run_to(at(10))
        assert [(asked.at, asked.effect.kind) for asked in issue.asked] == [
            (T0, "find_responders"), (T0, "notify"), (at(10), "find_responders"), (at(10), "notify"),
        ]  # fmt: skip

    def test_a_refusal_for_authority_goes_to_the_security_log(self) -> None:
        issue = begun(None, policy(roles={"open": ("anyone",), "close": ("handler",)}))
        refused = issue.send(Resolve(id="r", by=actor("eve"), outcome="solved"), at(1))
        assert isinstance(refused, Rejected)
        assert issue.asked[-1].effect.kind == "log_refusal"


class TestAway:
    def test_what_fell_due_is_served_late_and_once(self) -> None:
        issue = begun(None, policy(tier("first"), tier("second"), tier("third")))
        issue.be_away(at(5), at(45))
        assert issue.next_at == at(45)
        issue.run_to(at(46))
        assert [name for name, _ in seen(issue)][3:] == ["tier_began", "people_asked"]
        assert event(issue, "tier_began").late_by_s == minutes(35) / SECOND

    def test_what_is_sent_meanwhile_is_decided_first(self) -> None:
        issue = begun()
        issue.be_away(at(5), at(45))
        done = issue.send(Acknowledge(id="a", by=actor("ann")), at(30))
        assert not isinstance(done, Rejected)
        assert {entry.recorded_at for entry in done} == {at(45)}
        assert [entry.event.kind for entry in done] == ["limit_missed", "acknowledged"]

    def test_a_world_can_serve_the_clock_late(self) -> None:
        issue = begun(World(served=lambda due_at: due_at + timedelta(milliseconds=400)))
        issue.run_to(at(11))
        began = issue.entries[-3]
        assert (began.happened_at, began.recorded_at) == (at(10), at(10) + timedelta(milliseconds=400))


class TestSideBySide:
    ONE, TWO = (IssueId(source="desk", reference=name) for name in ("ONE", "TWO"))

    def script(self, *more: Sent) -> list[Sent]:
        """Two issues are opened, and more is said."""
        open_one = opened(id="o1", issue={"id": self.ONE})
        open_two = opened(id="o2", issue={"id": self.TWO, "opened_at": at(3), "received_at": at(3)})
        return [Sent(T0, self.ONE, open_one), Sent(at(3), self.TWO, open_two), *more]

    def test_a_duplicate_is_recorded_on_the_first_and_closed(self) -> None:
        said = Suppress(id="s", by=actor("ann"), duplicate_of=str(self.ONE))
        plays = play(self.script(Sent(at(4), self.TWO, said)), until=at(5))
        assert kinds(plays.issues[self.ONE])[-1] == "duplicate_recorded"
        assert kinds(plays.issues[self.TWO])[-2:] == ["suppression_asked", "closed"]
        assert plays.refusals == []

    def test_one_that_cannot_carry_it_says_so(self) -> None:
        resolve = Resolve(id="r", by=actor("ann"), outcome="solved")
        said = Suppress(id="s", by=actor("ann"), duplicate_of=str(self.ONE))
        plays = play(self.script(Sent(at(3), self.ONE, resolve), Sent(at(4), self.TWO, said)), until=at(5))
        assert kinds(plays.issues[self.TWO])[-1] == "suppression_failed"

    def test_one_that_is_not_there_says_so(self) -> None:
        said = Suppress(id="s", by=actor("ann"), duplicate_of="desk:THREE")
        plays = play(self.script(Sent(at(4), self.TWO, said)))
        plays.issues[self.TWO].hear()
        assert kinds(plays.issues[self.TWO])[-1] == "suppression_failed"

    def test_the_lines_need_not_be_in_order_and_refusals_are_kept(self) -> None:
        late = Sent(at(6), self.ONE, Acknowledge(id="a", by=actor("ann")))
        again = Sent(at(7), self.ONE, Acknowledge(id="b", by=actor("ann")))
        plays = play([again, late, *self.script()])
        assert [(sent, rejected.code) for sent, rejected in plays.refusals] == [(again, "already_acknowledged")]


SAME = pytest.mark.parametrize("script", [*SCRIPTS, *map(invented, range(20))], ids=lambda script: script.name)


@SAME
def test_without_messages_the_journal_is_the_same_but_for_them(script: Script) -> None:
    """Nothing that is decided depends on what became of messages that left."""
    begin = script.begin(T0, "M-1")
    both = []
    for has_deliveries in (True, False):
        issue = Simulated(replace(world_of(script), has_deliveries=has_deliveries))
        issue.send(begin, T0)
        for said_at, command in script.commands(begin, T0):
            issue.send(command, said_at)
        issue.run_to(T0 + script.until)
        assert has_deliveries or not any(asked.effect.kind == "notify" for asked in issue.asked)
        both.append([_unnumbered(entry) for entry in issue.entries if entry.event.kind != "told"])
    assert both[0] == both[1]


def _unnumbered(entry: Entry) -> Entry:
    """Without the numbers that entries about messages take, in keys of errands too."""
    return entry.model_copy(update={"number": 0, "command": re.sub(r"/suppress/\d+$", "/suppress", entry.command)})


@SAME
def test_the_quick_ways_come_to_what_the_long_ways_come_to(script: Script) -> None:
    issue = Simulated(world_of(script), Watching())
    begin = script.begin(T0, "N-1")
    issue.send(begin, T0)
    for said_at, command in script.commands(begin, T0):
        issue.send(command, said_at)
    issue.run_to(T0 + script.until)


class Watching(IssueRules):
    """The rules, each of whose steps is looked at: the quick ways come to what the long ways come to."""

    def work_out(
        self, state: IssueState | None, command: Command, now: datetime, *, answered: Effect | None = None, **more: bool
    ) -> Step | Rejected:
        step = super().work_out(state, command, now, answered=answered, **more)
        if isinstance(step, Rejected):
            return step
        assert step.entries == decide(state, command, now)
        asked: list[Effect] = []
        for entry in step.entries:
            before, state = state, evolve(state, entry)
            asked.extend(effects(before, state, entry))
        assert (step.state, step.effects) == (state, tuple(asked))
        if state is not None:
            due = next_timer(state)
            assert next_at(state) == (due.at if due is not None else None)
        return step


def test_the_rules_are_asked_once_for_each_thing_that_happens() -> None:
    """What speed rests on, as a count: a command, an answer and an instant in which something is due each ask once."""
    for script in SCRIPTS:
        told = simulated(script, script.begin(T0, "C-1"), T0)
        ticks = {entry.recorded_at for entry in told.entries if entry.by == CLOCK and not entry.command}
        answers = {entry.command for entry in told.entries if "/" in entry.command}
        sent = 1 + len(script.lines)
        moot = told.decisions - len(ticks) - len(answers) - sent
        assert 0 <= moot <= 3, f"{script.name}: {moot} decisions made no entry"


def test_a_story_of_nine_entries_costs_eight_decisions() -> None:
    issue = begun(World(has_deliveries=False), policy(exhaustion=exhaustion()))
    issue.run_to(at(10))
    issue.send(Acknowledge(id="a", by=actor("second")), at(12))
    issue.send(Escalate(id="e", by=actor("second")), at(13))
    issue.send(Resolve(id="r", by=actor("second"), outcome="solved"), at(14))
    assert kinds(issue) == [
        "opened", "tier_began", "people_asked", "tier_began", "people_asked", "acknowledged", "exhausted",
        "people_asked", "resolved",
    ]  # fmt: skip
    assert issue.decisions == 8
