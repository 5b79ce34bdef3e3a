"""What follows from what became of a message: the next channel, a stand-in; not what empties a tier."""

from typing import Any

import pytest

from escalation.issue.commands import TakeDelivery
from escalation.issue.delivery import (
    LEAST_PATIENCE,
    MOST_TRIES,
    PATIENCE,
    Noted,
    Try,
    counting_ways,
    first_ways,
    patience,
    read_noted,
    shortened,
    way_after,
)
from escalation.issue.effects import Notify
from escalation.issue.rules import IssueRules
from escalation.narrate import narrate, tried
from escalation.policy.model import Acknowledgement, Warn
from tests.escalation.issue.paged import BY_MAIL, MAIL, Paged, all_fail, kinds
from tests.given import T0, at, done, minutes, opened, policy, tier

TWO_WAYS = ("email", "inbox", "sms")
ALL = dict.fromkeys(("first-1", "first-2", "second-1", "second-2"), TWO_WAYS)


class TestTheOrderOfChannels:
    """The inbox at once and beside; of the others one after the other."""

    def test_the_inbox_and_the_first_of_the_others_are_used_at_once(self) -> None:
        played = Paged(channels=ALL)
        assert played.by("first-1") == ["email", "inbox"]

    @pytest.mark.parametrize(
        ("channels", "first", "counting"),
        [
            (("inbox",), ("inbox",), ("inbox",)),
            (("inbox", "email", "inbox"), ("inbox", "email"), ("email",)),
            (("sms", "inbox", "email"), ("sms", "inbox"), ("sms", "email")),
            (("email", "sms"), ("email",), ("email", "sms")),
            ((), (), ()),
        ],
    )
    def test_which_they_are(self, channels: tuple[str, ...], first: tuple[str, ...], counting: tuple[str, ...]) -> None:
        assert first_ways(channels) == first
        assert counting_ways(channels) == counting

    def test_each_has_one_after_it_but_the_last_and_the_inbox(self) -> None:
        assert way_after(TWO_WAYS, "email") == "sms"
        assert way_after(TWO_WAYS, "sms") is None
        assert way_after(TWO_WAYS, "inbox") is None
        assert way_after(TWO_WAYS, "gone") is None

    @pytest.mark.parametrize("outcome", ["failed", "delayed"])
    def test_where_one_fails_the_next_one_carries_the_same_message(self, outcome: str) -> None:
        played = Paged(channels=ALL)
        mail = played.message("first-1", "email")
        assert kinds(played.became(mail, outcome, at(1))) == ["told"]
        assert played.event("told").next_channel == "sms"
        sms = played.message("first-1", "sms")
        assert sms.key == f"{mail.key.removesuffix('/email')}/sms"
        same = {"key", "channel", "patience"}
        assert sms.model_dump(exclude=same) == mail.model_dump(exclude=same)

    def test_where_it_leaves_nothing_follows(self) -> None:
        played = Paged(channels=ALL)
        played.became(played.message("first-1", "email"), "sent")
        assert played.by("first-1") == ["email", "inbox"]
        assert played.event("told").next_channel is None

    def test_where_the_inbox_fails_others_count(self) -> None:
        played = Paged(channels=ALL, stand_ins={"first-1": ("dora",)})
        assert kinds(played.became(played.message("first-1", "inbox"), "failed")) == ["told"]
        assert played.event("told").next_channel is None

    def test_what_informs_goes_on_to_the_next_channel_too_but_to_nobody_else(self) -> None:
        warning = Warn(at=0.5, of="acknowledge", tell=("asked",))
        ladder = policy(tier("first", warnings=(warning,)), tier("second"))
        played = Paged(opened(ladder), channels=ALL, stand_ins={"first-1": ("dora",)}).run_to(at(5))
        assert isinstance(played, Paged)
        played.became(played.message("first-1", "email", "warned"), "failed")
        assert played.by("first-1", "warned") == ["email", "inbox", "sms"]
        assert kinds(played.became(played.message("first-1", "sms", "warned"), "failed")) == ["told"]

    def test_of_what_is_over_nobody_is_told_by_a_further_channel(self) -> None:
        played = Paged(channels=ALL)
        mail, other = played.message("first-1", "email"), played.message("first-2", "email")
        done(played.acknowledge("first-2", at(1)))
        played.became(mail, "failed", at(1))
        assert played.by("first-1") == ["email", "inbox"]
        done(played.resolve("first-2", at(2)))
        played.became(other, "failed", at(2))
        assert played.by("first-2") == ["email", "inbox"]

    def test_nor_of_a_tier_that_was_left(self) -> None:
        played = Paged(channels=ALL)
        mail = played.message("first-1", "email")
        played.run_to(at(10))
        played.became(mail, "failed", at(10))
        assert played.event("told").next_channel is None

    def test_a_handler_from_below_leaves_it_open(self) -> None:
        played = Paged(channels=ALL)
        done(played.acknowledge("first-1", at(1)))
        played.run_to(at(30))
        assert (played.state.tier, played.state.handler) == ("second", "first-1")
        played.became(played.message("second-1", "email"), "failed", at(30))
        assert played.by("second-1") == ["email", "inbox", "sms"]

    @pytest.mark.parametrize(
        ("about", "is_so", "is_over"),
        [
            ("resolved", lambda p: done(p.resolve("first-1", at(2))), lambda p: done(p.reopen("ray", at(3)))),
            ("offered", lambda p: done(p.reassign("ray", "first-1", at(2))), lambda p: p.accept("first-1", at(3))),
            ("cancel_asked", lambda p: done(p.cancel("first-1", at(2))), lambda p: p.cancel("first-2", at(3))),
            ("exhausted", lambda p: p.run_to(at(20)), lambda p: p.take_charge("boss", at(40), at(21))),
        ],
    )
    def test_each_occasion_is_over_in_its_own_way(self, about: str, is_so: Any, is_over: Any) -> None:
        def told() -> tuple[Paged, TakeDelivery]:
            played = Paged(opened(policy(courtesies=("outcome",)), people=(), owner="olga"), channels=ALL)
            is_so(played)
            played._state = played.state.changed(
                {"people": {name: facts.changed({"channels": TWO_WAYS}) for name, facts in played.state.people.items()}}
            )
            note = next(n for n in played.effects if isinstance(n, Notify) and n.about == about)
            known = {**played.state.people, note.person.id: note.person.changed({"channels": TWO_WAYS})}
            played._state = played.state.changed({"people": known})
            answer = TakeDelivery(
                id=note.key, message=note.key, person=note.person.id, channel="email", about=about, outcome="failed"
            )
            return played, answer

        played, answer = told()
        done(played.send(answer))
        assert played.event("told").next_channel == "sms"
        played, answer = told()
        is_over(played)
        done(played.send(answer))
        assert played.event("told").next_channel is None


class TestPatience:
    """How long one channel is tried before others are taken, too."""

    def test_it_is_two_minutes_or_a_quarter_of_the_time_that_is_left(self) -> None:
        assert minutes(2) == PATIENCE
        assert patience(TWO_WAYS, "email", T0, at(8), asks=True) == minutes(2)
        assert patience(TWO_WAYS, "email", T0, at(4), asks=True) == minutes(1)
        assert patience(TWO_WAYS, "email", T0, at(0.1), asks=True) == LEAST_PATIENCE
        assert patience(TWO_WAYS, "email", T0, None, asks=True) == minutes(2)

    def test_where_there_is_no_other_way_there_is_none(self) -> None:
        assert patience(TWO_WAYS, "sms", T0, at(30), asks=False) is None
        assert patience(TWO_WAYS, "email", T0, at(30), asks=False) == minutes(2)
        assert patience(TWO_WAYS, "inbox", T0, at(30), asks=True) is None
        assert patience(("inbox",), "inbox", T0, at(30), asks=True) == minutes(2)

    def test_the_errand_is_told(self) -> None:
        played = Paged(channels={"first-1": TWO_WAYS})
        assert played.message("first-1", "email").patience == minutes(2)
        assert played.message("first-1", "inbox").patience is None
        assert played.message("first-2", "inbox").patience == minutes(2)

    def test_what_is_delayed_is_tried_on_word_for_word_under_the_same_id(self) -> None:
        played = Paged(channels={"first-1": MAIL})
        mail = played.message("first-1", "email")
        played.became(mail, "delayed", at(2), attempts=7, ask_again_at=at(9), is_possible_repeat=True)
        later = played.message("first-1", "email")
        assert later.key == mail.key
        assert (later.patience, later.earlier, later.not_before, later.is_possible_repeat) == (None, 7, at(9), True)
        changed = {"patience", "earlier", "not_before", "is_possible_repeat"}
        assert later.model_dump(exclude=changed) == mail.model_dump(exclude=changed)

    def test_and_its_end_opens_no_way_twice(self) -> None:
        played = Paged(channels={"first-1": TWO_WAYS})
        played.became(played.message("first-1", "email"), "delayed", at(2))
        played.became(played.message("first-1", "email"), "failed", at(3))
        assert played.event("told").next_channel is None
        assert played.by("first-1") == ["email", "inbox", "sms", "email"]

    def test_it_may_leave_after_all(self) -> None:
        played = Paged(channels={"first-1": MAIL}, stand_ins={"first-1": ("dora",)})
        played.became(played.message("first-1", "email"), "delayed", at(2))
        played.became(played.message("first-1", "email"), "sent", at(60))
        assert [entry.event.outcome for entry in played.entries if entry.event.kind == "told"] == ["delayed", "sent"]


class TestStandIns:
    """Somebody is asked in the place of one whom nothing reaches."""

    @pytest.mark.parametrize("outcome", ["failed", "delayed"])
    def test_a_stand_in_is_asked_where_every_channel_failed(self, outcome: str) -> None:
        played = Paged(channels={**ALL, "dora": MAIL}, stand_ins={"first-1": ("dora",)})
        assert kinds(played.became(played.message("first-1", "email"), outcome, at(1))) == ["told"]
        assert kinds(played.became(played.message("first-1", "sms"), outcome, at(2))) == ["told", "stand_in_asked"]
        asked = played.event("stand_in_asked")
        assert (asked.person, asked.in_place_of, asked.why) == ("dora", "first-1", "deputy of first-1")
        assert (asked.turn, asked.tier) == (1, "first")
        assert played.state.asked == ("first-1", "first-2", "dora")
        assert played.by("dora") == ["inbox", "email"]
        note = played.message("dora", "email")
        assert note.asked_of_you == (
            "No channel reaches first-1, so you are asked in their place. "
            "You are asked as First: acknowledge if you work on it, or move it up."
        )
        assert (note.until, note.turn) == (at(10), 1)

    def test_in_words(self) -> None:
        played = Paged(channels=BY_MAIL, stand_ins={"first-1": ("dora",)})
        all_fail(played, "first-1", now=at(1))
        said = "dora asked at the first in place of first-1, who could not be reached (deputy of first-1)"
        assert narrate(played.entry("stand_in_asked")) == said
        assert tried(played.entry("stand_in_asked")) == f"Fri 20 Nov 19:41:00 UTC: {said}"
        assert narrate(played.entry("told")) == "first-1 could not be told by email (asked): no route"

    def test_who_was_reached_once_in_this_turn_is_not_replaced(self) -> None:
        ladder = policy(tier("first", remind_every={"S1": minutes(4)}), tier("second"))
        played = Paged(opened(ladder), channels=BY_MAIL, stand_ins={"first-1": ("dora",)})
        played.became(played.message("first-1", "email"), "sent", at(1))
        played.run_to(at(4))
        assert all_fail(played, "first-1", about="reminded", now=at(4)) == ["told"]

    def test_asked_again_it_counts_anew(self) -> None:
        rules = Acknowledgement(lapses_after={"S1": minutes(5)})
        played = Paged(opened(policy(acknowledgement=rules)), channels=BY_MAIL, stand_ins={"first-1": ("dora",)})
        played.became(played.message("first-1", "email"), "sent", at(1))
        done(played.acknowledge("first-1", at(2)))
        played.run_to(at(7))
        assert all_fail(played, "first-1", about="asked_again", now=at(7)) == ["told", "stand_in_asked"]

    def test_whoever_is_asked_already_is_passed_by(self) -> None:
        played = Paged(channels=BY_MAIL, stand_ins={"first-1": ("first-2", "dora")})
        assert all_fail(played, "first-1") == ["told", "stand_in_asked"]
        assert played.event("stand_in_asked").person == "dora"

    def test_so_is_whom_it_is_about_who_has_a_conflict_or_has_declined(self) -> None:
        about = opened(issue={"about": ("eve",)})
        played = Paged(about, channels=BY_MAIL, stand_ins={"first-1": ("eve", "dora"), "first-2": ("dora",)})
        assert all_fail(played, "first-1") == ["told", "stand_in_asked"]
        assert played.event("stand_in_asked").person == "dora"
        done(played.decline("dora", at(1), has_conflict=True))
        assert all_fail(played, "first-2") == ["told", "nobody_reached"]

    def test_a_stand_in_who_cannot_be_reached_is_followed_by_the_next(self) -> None:
        played = Paged(channels=BY_MAIL, stand_ins={"first-1": ("dora", "lead")})
        assert all_fail(played, "first-1", "dora") == ["told", "stand_in_asked"]
        last = played.event("stand_in_asked")
        assert (last.person, last.in_place_of) == ("lead", "dora")
        assert all_fail(played, "lead", "first-2") == ["told", "nobody_reached"]

    def test_one_person_has_one_stand_in(self) -> None:
        played = Paged(channels=BY_MAIL, stand_ins={"first-1": ("dora", "lead")})
        played.became(played.message("first-1", "email"), "delayed", at(2))
        played.became(played.message("first-1", "email"), "failed", at(3))
        assert played.kinds().count("stand_in_asked") == 1

    def test_a_stand_in_may_acknowledge_and_is_not_counted_twice(self) -> None:
        played = Paged(channels=BY_MAIL, stand_ins={"first-1": ("dora",), "first-2": ("dora",)})
        all_fail(played, "first-1", "first-2")
        assert played.state.asked == ("first-1", "first-2", "dora")
        done(played.acknowledge("dora", at(1)))
        assert played.state.handler == "dora"
        assert played.state.acknowledge_due_at is None

    def test_the_last_resort_has_them_too(self) -> None:
        played = Paged(opened(policy(tier("first"))), channels=BY_MAIL, stand_ins={"boss": ("dora",)}).run_to(at(10))
        assert isinstance(played, Paged)
        assert all_fail(played, "boss", about="last_resort") == ["told", "stand_in_asked"]
        assert played.state.last_resort == ("boss", "dora")
        assert played.by("dora", "last_resort") == ["inbox", "email"]
        assert "No channel reaches boss" in played.message("dora", "email", "last_resort").asked_of_you
        done(played.take_charge("dora", at(40), at(11)))

    def test_who_was_only_last_known_has_none(self) -> None:
        played = Paged(answer=False, channels=BY_MAIL, stand_ins={"first-known": ("dora",)}).run_to(at(1))
        assert isinstance(played, Paged)
        note = played.message("first-known", "inbox")
        assert kinds(played.became(note, "delayed", at(2))) == ["told"]

    def test_an_answer_of_a_turn_that_is_over_asks_nobody(self) -> None:
        played = Paged(channels=BY_MAIL, stand_ins={"first-1": ("dora",)})
        mail = played.message("first-1", "email")
        played.run_to(at(10))
        assert kinds(played.became(mail, "failed", at(10))) == ["told"]


class TestWhatIsOnRecord:
    """Every attempt's outcome comes with the answer."""

    def test_the_attempts_are_kept_bounded(self) -> None:
        tries = tuple(Try(number=n, at=at(n), outcome="failed_for_now", error="away") for n in range(1, 721))
        played = Paged(channels=BY_MAIL)
        played.became(played.message("first-1", "email"), "failed", at(1), attempts=720, tries=tries)
        told = played.event("told")
        assert told.attempts == 720
        assert [each.number for each in told.tries] == [1, 2, 3, *range(714, 721)]
        assert shortened(tries[:MOST_TRIES]) == tries[:MOST_TRIES]

    def test_what_may_have_left_is_said(self) -> None:
        played = Paged(channels={"first-1": TWO_WAYS})
        played.became(played.message("first-1", "email"), "delayed", at(2), is_possible_repeat=True)
        assert narrate(played.entry("told")) == (
            "first-1 has no word by email yet (asked), which may have left: no route; tried on; next by sms"
        )

    def test_an_errand_that_ran_out_of_time_takes_the_other_ways_all_the_same(self) -> None:
        rules, played = IssueRules(), Paged(channels={"first-1": TWO_WAYS})
        note = played.message("first-1", "email")
        noted = Noted().with_try(Try(number=1, at=T0, outcome="failed_for_now", error="away"))
        answer = rules.on_failure(note, "it hung", (noted.model_dump(mode="json"),))
        assert isinstance(answer, TakeDelivery)
        assert (answer.outcome, answer.is_possible_repeat, answer.attempts) == ("delayed", True, 1)
        assert [each.outcome for each in answer.tries] == ["failed_for_now"]
        step = rules.work_out(played.state, answer, at(3), answered=note)
        assert [(each.channel, each.patience) for each in step.effects if isinstance(each, Notify)] == [  # type: ignore[union-attr]
            ("sms", minutes(2)),
            ("email", None),
        ]

    def test_one_that_was_tried_for_a_day_has_failed(self) -> None:
        note = Paged(channels={"first-1": MAIL}).message("first-1", "email")
        later = note.changed({"patience": None, "earlier": 7})
        answer = IssueRules().on_failure(later, "out of time")
        assert isinstance(answer, TakeDelivery)
        assert (answer.outcome, answer.is_later, answer.attempts, answer.is_possible_repeat) == (
            "failed",
            True,
            8,
            False,
        )


class TestNoted:
    """What one attempt leaves for the next."""

    def test_attempts_that_left_nothing_were_lost(self) -> None:
        first = Noted().with_try(Try(number=5, at=T0, outcome="failed_for_now"))
        assert (first.last, first.is_unknown) == (1, False)
        assert first.with_lost(2, earlier=4) == first
        found = first.with_lost(4, earlier=4)
        assert (found.last, found.is_unknown) == (3, True)
        assert [(each.number, each.outcome) for each in found.tries] == [
            (5, "failed_for_now"),
            (6, "unknown"),
            (7, "unknown"),
        ]

    def test_one_whose_outcome_is_not_known_makes_all_after_it_possible_repeats(self) -> None:
        noted = Noted().with_try(Try(number=1, outcome="unknown")).with_try(Try(number=2, outcome="failed_for_now"))
        assert (noted.last, noted.is_unknown) == (2, True)

    @pytest.mark.parametrize("details", [(), ("nonsense",), (3,), (None,)])
    def test_what_another_release_left_counts_for_nothing(self, details: tuple[Any, ...]) -> None:
        assert read_noted(details) == Noted()

    def test_they_are_read_as_they_were_written(self) -> None:
        noted = Noted().with_try(Try(number=1, at=T0, outcome="failed_for_now", error="away", retry_after_s=30))
        assert read_noted((noted.model_dump(mode="json"),)) == noted
        assert read_noted((noted,)) == noted


def test_nothing_of_it_moves_a_clock() -> None:
    played = Paged(channels=BY_MAIL, stand_ins={"first-1": ("dora",)})
    before = played.state
    all_fail(played, "first-1", "first-2", "dora", now=at(1))
    after = played.state
    for clock in ("acknowledge_due_at", "work_due_at", "ceilings", "targets", "remind_at", "warnings"):
        assert getattr(after, clock) == getattr(before, clock)
