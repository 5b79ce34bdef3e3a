"""How each person is told: their own rules by urgency, quiet hours, and what is called off before its instant."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from escalation.calendar.zone_offsets import offsets_of
from escalation.issue.commands import TakeDelivery
from escalation.issue.effects import Notify
from escalation.issue.explain import explain
from escalation.issue.facts import PersonFacts
from escalation.issue.personal_rules import PersonalRules, QuietHours, Step
from escalation.issue.rules import IssueRules
from escalation.issue.rules import Step as Worked
from escalation.issue.ways import in_order, urgency_of
from escalation.narrate import narrate
from escalation.policy.model import Policy, Severity
from tests.escalation.issue.paged import Paged
from tests.given import T0, at, done, minutes, opened, person, policy, tier

WAYS = ("email", "inbox", "sms", "voice")
IN_THREE = (Step(channel="email"), Step(channel="sms", after=minutes(5)), Step(channel="voice", after=minutes(8)))
NIGHT = QuietHours(begins=time(19), until=time(7, 30))
"""In UTC; everything here is opened at 19:40."""
MORNING = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)


class Ruled(Paged):
    """A play whose first-1 has rules of their own; first-2 is told as everybody is."""

    def __init__(self, rules: PersonalRules, severity: str = "S1", *policies: Policy, **more: Any) -> None:
        self._rules = rules
        channels = {"first-1": WAYS, "first-2": ("email", "inbox")}
        super().__init__(opened(*policies, severity=severity), channels=channels, **more)

    def _facts(self, name: str, role: str) -> PersonFacts:
        found = person(name, role, channels=self._channels.get(name, ("inbox",)))
        return found.model_copy(update={"rules": self._rules}) if name == "first-1" else found

    def ways(self, who: str = "first-1", about: str = "asked") -> list[tuple[str, datetime | None, str | None]]:
        """By which channels, not before when, and why."""
        notes = [each for each in self.effects if isinstance(each, Notify)]
        mine = [each for each in notes if each.person.id == who and each.about == about]
        return [(each.channel, each.not_before, each.waits) for each in mine]


def ruled(**rules: Any) -> PersonalRules:
    return PersonalRules(**rules)


class TestTheirOwnRule:
    def test_what_asks_them_goes_by_all_steps(self) -> None:
        played = Ruled(ruled(urgent=IN_THREE))
        assert played.ways() == [
            ("inbox", None, None), ("email", None, None), ("sms", at(5), "rule"), ("voice", at(8), "rule"),
        ]  # fmt: skip
        assert played.ways("first-2") == [("email", None, None), ("inbox", None, None)]

    def test_each_step_is_a_message_of_its_own(self) -> None:
        twice = (*IN_THREE, Step(channel="voice", after=minutes(9)))
        notes = [each for each in Ruled(ruled(urgent=twice)).effects if isinstance(each, Notify)]
        keys = [each.key.rpartition("/")[2] for each in notes if each.person.id == "first-1"]
        assert keys == ["inbox", "email", "sms-2", "voice-3", "voice-4"]

    def test_its_patience_counts_from_its_instant(self) -> None:
        played = Ruled(ruled(urgent=IN_THREE))
        assert played.message("first-1", "email").patience == minutes(2)
        assert played.message("first-1", "sms").patience == minutes(5) / 4

    def test_the_urgency_of_the_severity_says_which_rule_counts(self) -> None:
        rules = ruled(urgent=IN_THREE, ordinary=(Step(channel="sms"),))
        assert Ruled(rules, "S2").ways() == [("inbox", None, None), ("sms", None, None)]

    def test_a_severity_can_say_its_urgency(self) -> None:
        severities = (
            Severity(name="S1", means="bad", priority=1, urgency="ordinary"),
            Severity(name="S2", means="less bad", priority=5, urgency="urgent"),
        )
        rules, ladder = ruled(urgent=IN_THREE, ordinary=()), policy(severities=severities)
        assert Ruled(rules, "S1", ladder).ways() == [("inbox", None, None)]
        assert len(Ruled(rules, "S2", ladder).ways()) == 4

    @pytest.mark.parametrize(("priority", "is_urgent"), [(1, True), (2, True), (3, False), (5, False)])
    def test_else_the_two_most_urgent_priorities_do(self, priority: int, *, is_urgent: bool) -> None:
        assert Severity(name="S", means="bad", priority=priority).is_urgent is is_urgent

    def test_without_a_rule_for_that_urgency_they_are_told_as_everybody_is(self) -> None:
        assert Ruled(ruled(ordinary=())).ways() == [("email", None, None), ("inbox", None, None)]

    def test_the_inbox_alone_where_they_want_no_more(self) -> None:
        assert Ruled(ruled(ordinary=()), "S2").ways() == [("inbox", None, None)]

    def test_steps_after_the_time_to_answer_are_left_out_but_the_first_never(self) -> None:
        late = (Step(channel="sms", after=minutes(10)), Step(channel="voice", after=minutes(12)))
        assert Ruled(ruled(urgent=late)).ways() == [("inbox", None, None), ("sms", None, None)]

    def test_what_only_informs_goes_by_the_first_step_at_once(self) -> None:
        late = (Step(channel="sms", after=minutes(3)), Step(channel="voice", after=minutes(4)))
        played = Ruled(ruled(urgent=late), "S1", policy(courtesies=("left_tier",)))
        played.tick(at(10))
        assert played.state.tier == "second"
        assert played.ways(about="left_tier") == [("inbox", None, None), ("sms", None, None)]

    def test_the_order_of_the_rule_comes_first(self) -> None:
        facts = person("ann", "x", channels=WAYS).model_copy(update={"rules": ruled(urgent=(Step(channel="voice"),))})
        assert in_order(facts, "urgent") == ("voice", "email", "inbox", "sms")
        assert in_order(facts, "ordinary") == WAYS


class TestWhereAStepFails:
    RULE = (Step(channel="sms"), Step(channel="email", after=minutes(5)))

    def test_the_next_one_of_the_rule_is_used_at_once(self) -> None:
        played = Ruled(ruled(urgent=self.RULE))
        played.became(played.message("first-1", "sms"), "failed", at(1))
        assert played.event("told").next_channel == "email"
        assert played.ways()[-1] == ("email", None, None)

    def test_a_later_step_opens_no_way_that_was_taken(self) -> None:
        played = Ruled(ruled(urgent=self.RULE))
        sms, mail = played.message("first-1", "sms"), played.message("first-1", "email")
        played.became(sms, "failed", at(1))
        now = played.message("first-1", "email")
        played.became(now, "sent", at(1))
        played.became(mail, "failed", at(5))
        assert played.event("told").next_channel == "voice"

    def test_the_same_channel_failing_again_opens_no_second_one(self) -> None:
        rule = (Step(channel="sms"), Step(channel="sms", after=minutes(5)))
        played = Ruled(ruled(urgent=rule))
        first, second = (each for each in played.effects if isinstance(each, Notify) and each.channel == "sms")
        played.became(first, "failed", at(1))
        assert played.event("told").next_channel == "email"
        played.became(second, "failed", at(5))
        assert played.event("told").next_channel is None

    def test_who_is_reached_by_none_of_all_their_channels_has_a_stand_in(self) -> None:
        played = Ruled(ruled(urgent=self.RULE), stand_ins={"first-1": ("dora",)})
        for channel in ("sms", "email", "voice"):
            played.became(played.message("first-1", channel), "failed", at(1))
        assert "dora" in played.state.asked


class TestCalledOff:
    def test_a_step_is_not_wanted_once_somebody_has_it(self) -> None:
        played = Ruled(ruled(urgent=IN_THREE))
        step, first = played.message("first-1", "sms"), played.message("first-1", "email")
        assert not IssueRules().is_moot(played.state, step)
        played.acknowledge("first-2", at(3))
        assert IssueRules().is_moot(played.state, step)
        assert not IssueRules().is_moot(played.state, first)

    def test_it_is_on_record_why_it_had_waited(self) -> None:
        played = Ruled(ruled(urgent=IN_THREE))
        step = played.message("first-1", "sms")
        answer = IssueRules().on_withdrawn(step)
        assert isinstance(answer, TakeDelivery)
        assert (answer.waits, answer.waited_until) == ("rule", at(5))
        played.became(step, "sent", at(5), waits=step.waits, waited_until=step.not_before)
        assert narrate(played.entries[-1]) == (
            "first-1 was told by sms: asked; it waited for the time of their own rule, Fri 20 Nov 19:45:00 UTC"
        )


class TestQuietHours:
    RULES = ruled(quiet=(NIGHT,))

    def test_what_is_ordinary_waits_and_the_tier_does_not(self) -> None:
        played = Ruled(self.RULES, "S2")
        assert played.ways() == [("email", MORNING, "quiet_hours"), ("inbox", None, None)]
        assert played.state.acknowledge_due_at == at(20)
        played.tick(at(20))
        assert played.state.tier == "second"
        assert IssueRules().is_moot(played.state, played.message("first-1", "email"))

    def test_it_is_on_record_at_once(self) -> None:
        played = Ruled(self.RULES, "S2")
        asked = played.event("people_asked")
        assert asked.quiet == {"first-1": MORNING}
        entry = next(each for each in played.entries if each.event is asked)
        (line,) = (each for each in explain(played.state, at(5)).who if "quiet hours" in each)
        assert line == (
            "first-1 has quiet hours until Sat 21 Nov 07:30:00 UTC: what is not urgent waits, but in the inbox."
        )
        assert not any("quiet hours" in each for each in explain(played.state, MORNING).who)
        assert "; first-1 has quiet hours until Sat 21 Nov 07:30:00 UTC" in narrate(entry)

    def test_what_is_urgent_overrides_them(self) -> None:
        played = Ruled(self.RULES)
        assert played.ways() == [("email", None, None), ("inbox", None, None)]
        assert played.event("people_asked").quiet == {}

    def test_the_steps_of_a_rule_count_from_their_end(self) -> None:
        rule = (Step(channel="email"), Step(channel="sms", after=minutes(30)))
        assert Ruled(ruled(ordinary=rule, quiet=(NIGHT,)), "S2").ways()[1:] == [
            ("email", MORNING, "quiet_hours"),
            ("sms", MORNING + minutes(30), "quiet_hours"),
        ]

    def test_a_step_that_would_come_into_them_waits_too(self) -> None:
        soon = QuietHours(begins=time(19, 45), until=time(20))
        rule = (Step(channel="email"), Step(channel="sms", after=minutes(10)))
        assert Ruled(ruled(ordinary=rule, quiet=(soon,)), "S2").ways()[1:] == [
            ("email", None, None),
            ("sms", at(20), "quiet_hours"),
        ]

    def test_so_does_the_next_channel_of_one_that_failed(self) -> None:
        soon = QuietHours(begins=time(19, 41), until=time(20))
        played = Ruled(ruled(quiet=(soon,)), "S2")
        mail = played.message("first-1", "email")
        answered = IssueRules().on_failure(mail.changed({"patience": None}), "no route")
        assert answered is not None
        step = IssueRules().work_out(played.state, answered, at(2), answered=mail)
        assert isinstance(step, Worked)
        notes = [each for each in step.effects if isinstance(each, Notify)]
        assert [(each.channel, each.not_before, each.waits) for each in notes] == [("sms", at(20), "quiet_hours")]

    def test_that_nobody_has_it_is_urgent_whatever_the_severity(self) -> None:
        state = Ruled(self.RULES, "S2").state
        assert [urgency_of(state, about) for about in ("asked", "warned", "exhausted", "last_resort")] == [
            "ordinary", "ordinary", "urgent", "urgent",
        ]  # fmt: skip


class TestItBecomesUrgent:
    """What waits since it was not urgent is brought forward."""

    RULES = ruled(quiet=(NIGHT,), is_hastened=True)

    def risen(self, played: Ruled, to: str = "S1") -> None:
        assert done(played.change_severity("first-2", to, at(3)))

    def test_who_has_quiet_hours_is_told_at_once_and_not_once_more_when_they_end(self) -> None:
        played = Ruled(self.RULES, "S2")
        self.risen(played)
        assert played.event("severity_changed").hastens == ("first-1",)
        assert played.ways(about="asked_again") == [("email", None, None), ("inbox", None, None)]
        assert played.ways("first-2", "asked_again") == [], "who was told is not told again"
        assert IssueRules().is_moot(played.state, played.message("first-1", "email"))
        assert not IssueRules().is_moot(played.state, played.message("first-1", "email", "asked_again"))
        entry = next(each for each in played.entries if each.event.kind == "severity_changed")
        assert narrate(entry).endswith("it is urgent now: told at once: first-1")

    def test_what_asks_them_counts_in_the_turn_that_is_on(self) -> None:
        played = Ruled(self.RULES, "S2")
        asked = played.message("first-1", "email")
        self.risen(played)
        assert played.message("first-1", "email", "asked_again").turn == asked.turn

    def test_who_has_another_rule_for_what_is_urgent_is_told_by_that(self) -> None:
        later = (Step(channel="email", after=minutes(15)),)
        played = Ruled(ruled(urgent=IN_THREE, ordinary=later, is_hastened=True), "S2")
        self.risen(played)
        assert played.ways(about="asked_again") == [
            ("inbox", None, None), ("email", None, None), ("sms", at(8), "rule"),
        ], "the call would come when the time to answer is over"  # fmt: skip

    def test_nobody_is_told_of_one_that_somebody_has(self) -> None:
        played = Ruled(self.RULES, "S2")
        played.acknowledge("first-2", at(1))
        self.risen(played)
        assert played.event("severity_changed").hastens == ()

    @pytest.mark.parametrize(("first", "then"), [("S1", "S2"), ("S1", "S1b")])
    def test_nor_where_it_does_not_become_urgent(self, first: str, then: str) -> None:
        severities = (
            Severity(name="S1", means="bad", priority=1),
            Severity(name="S1b", means="bad, too", priority=1),
            Severity(name="S2", means="less bad", priority=3),
        )
        played = Ruled(self.RULES, first, policy(severities=severities))
        self.risen(played, then)
        assert played.event("severity_changed").hastens == ()
        assert played.ways(about="asked_again") == []

    def test_facts_that_an_earlier_release_looked_up_wait_on(self) -> None:
        played = Ruled(self.RULES.changed({"is_hastened": False}), "S2")
        self.risen(played)
        assert played.event("severity_changed").hastens == ()
        assert not IssueRules().is_moot(played.state, played.message("first-1", "email"))


class TestWhenTheyEnd:
    """By the clock face of the person's zone."""

    @pytest.mark.parametrize(
        ("windows", "zone", "now", "until"),
        [
            (["22:00 07:00"], "UTC", "2026-11-20T21:59:59", None),
            (["22:00 07:00"], "UTC", "2026-11-20T22:00:00", "2026-11-21T07:00:00"),
            (["22:00 07:00"], "UTC", "2026-11-21T03:00:00", "2026-11-21T07:00:00"),
            (["22:00 07:00"], "UTC", "2026-11-21T07:00:00", None),
            (["12:00 13:00"], "Europe/Berlin", "2026-11-20T11:30:00", "2026-11-20T12:00:00"),
            # One hour is skipped in the night to 29 March, and one is there twice in the night to 25 October.
            (["22:00 07:00"], "Europe/Berlin", "2026-03-28T23:00:00", "2026-03-29T05:00:00"),
            (["22:00 07:00"], "Europe/Berlin", "2026-10-24T23:00:00", "2026-10-25T06:00:00"),
            (["22:00 07:00"], "Europe/Berlin", "2026-07-01T23:00:00", "2026-07-02T05:00:00"),
            # One after the other is one.
            (["22:00 07:00", "07:00 09:00"], "UTC", "2026-11-21T03:00:00", "2026-11-21T09:00:00"),
            (["22:00 07:00", "06:00 09:00", "08:00 10:00"], "UTC", "2026-11-21T03:00:00", "2026-11-21T10:00:00"),
            # 20 November 2026 is a Friday: the day on which it begins counts.
            (["22:00 07:00 fri"], "UTC", "2026-11-21T03:00:00", "2026-11-21T07:00:00"),
            (["22:00 07:00 sat"], "UTC", "2026-11-21T03:00:00", None),
        ],
    )
    def test_they_end_then(self, windows: list[str], zone: str, now: str, until: str | None) -> None:
        quiet = tuple(
            QuietHours.model_validate({"from": parts[0], "until": parts[1], "days": parts[2:]})
            for parts in (each.split() for each in windows)
        )
        found = PersonalRules(offsets=offsets_of(zone, 2025, 2027), quiet=quiet).quiet_until(
            datetime.fromisoformat(f"{now}+00:00")
        )
        assert found == (until and datetime.fromisoformat(f"{until}+00:00"))


def test_e13_due_at_three_the_event_stands_at_three_and_the_notice_comes_when_they_end() -> None:
    """Golden vector E13: a clock is due at 03:00 in the recipient's quiet hours, and it is not urgent."""
    three = T0.replace(day=21, hour=3, minute=0)
    limit = three - T0
    slow = tier("first", acknowledge=limit / minutes(2)), tier("second")
    played = Night(policy(*slow))
    played.tick(three)
    asked = next(each for each in played.entries if each.event.kind == "tier_began" and each.event.tier == "second")
    assert (asked.happened_at, asked.recorded_at) == (three, three)
    mail = played.message("second-1", "email")
    assert (mail.at, mail.not_before) == (three, MORNING)


class Night(Paged):
    """Of the second tier, everybody has quiet hours."""

    def __init__(self, ladder: Any) -> None:
        super().__init__(opened(ladder, severity="S2"), channels={"second-1": ("email", "inbox")})

    def _facts(self, name: str, role: str) -> PersonFacts:
        return super()._facts(name, role).model_copy(update={"rules": ruled(quiet=(NIGHT,))})
