"""What a target measures: from which event to which, and who has the word with the customer."""

from datetime import datetime
from typing import Any

import pytest

from escalation.issue.beside import beside
from escalation.issue.explain import explain
from escalation.narrate import narrate
from escalation.policy.model import Policy, TargetWarn, Tier
from tests.given import (
    CUSTOMER,
    MACHINE,
    TEXT,
    Answered,
    Played,
    actor,
    at,
    done,
    holding,
    minutes,
    opened,
    policy,
    refused,
    target,
    tier,
)


class Talked(Played):
    """An issue about which people talk with the customer."""

    def answer(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who has answered them."""
        return self.note(who, now, **{"is_to_customer": True, **more})


LONG = tier("first", 600, 1200)


def house(*targets: Any, tiers: tuple[Tier, ...] = (LONG, tier("second", 600, 1200)), **more: Any) -> Policy:
    """A ladder whose tiers keep out of the way."""
    long = holding(at_most=500, in_all=900)
    return policy(*tiers, targets=targets, **{"hold": long, **more})


def with_customer(*targets: Any, **more: Any) -> Talked:
    """An issue of a customer."""
    return Talked(opened(house(*targets), **{"issue": {"parties": (CUSTOMER,)}, **more}))


def runs(played: Talked) -> dict[str, datetime]:
    """The targets that run, and when they end."""
    return {each.name: each.due_at for each in played.state.targets}


FIRST = target(30, "first", ends="first_response")
UPDATE = target(60, "update", ends="updated")


class TestStartsAndEnds:
    """By recorded events."""

    def test_the_time_to_acknowledge_is_met_by_whoever_acknowledges(self) -> None:
        played = Talked(opened(house(target(10, ends="acknowledged"))))
        assert runs(played) == {"solved": at(10)}
        assert done(played.acknowledge("kim", at(10))) == ["acknowledged", "target_met"]
        assert runs(played) == {}
        assert "the target solved was met; it would have ended" in narrate(played.entry("target_met"))
        assert played.run_to(at(20)).state.missed == 0

    def test_acknowledged_too_late_it_is_missed_though_the_clock_was_not_served(self) -> None:
        played = Talked(opened(house(target(10, ends="acknowledged"))))
        assert done(played.acknowledge("kim", at(11))) == ["acknowledged", "target_missed"]
        assert (played.state.missed_targets, runs(played)) == (("solved",), {})

    def test_from_the_first_acknowledgement_to_the_resolution(self) -> None:
        played = Talked(
            opened(house(target(30, starts="acknowledged", warnings=(TargetWarn(at=0.5, tell=("owner",)),))))
        )
        assert runs(played) == {}
        played.acknowledge("first-1", at(20))
        assert runs(played) == {"solved": at(50)}
        assert played.due()["target_warn"] == at(35)
        assert "(began) + 30 min (within of target solved for S1)" in " ".join(explain(played.state, at(20)).what_next)
        played.acknowledge("first-2", at(25))
        played.run_to(at(50))
        assert played.kinds().count("target_began") == 1
        assert played.state.missed_targets == ("solved",)

    def test_a_tier_has_so_long_until_it_is_left(self) -> None:
        dwell = target(20, "dwell", kind="ola", starts="tier_began", ends="tier_left", tier="second")
        played = Talked(opened(house(dwell, tiers=(LONG, tier("second", 600), tier("third", 600)))))
        assert runs(played) == {}
        played.escalate("ray", at(5))
        assert runs(played) == {"dwell": at(25)}
        assert "target_met" in done(played.escalate("ray", at(12)))
        played.de_escalate("third-1", at(13))
        assert runs(played) == {}, "each runs once"

    def test_a_tier_may_be_measured_to_the_resolution(self) -> None:
        played = Talked(opened(house(target(20, starts="tier_began", tier="second"))))
        played.escalate("ray", at(5))
        played.run_to(at(25))
        assert played.state.missed_targets == ("solved",)

    def test_resolved_none_runs_on_and_none_is_missed(self) -> None:
        played = with_customer(FIRST, UPDATE, target(10, ends="acknowledged"))
        played.resolve("first-1", at(5), told_customer=TEXT)
        assert played.run_to(at(100)).state.missed == 0


class TestFirstResponse:
    """A person's message to the customer, and nothing else."""

    def test_what_a_person_says_to_the_customer_meets_it(self) -> None:
        played = with_customer(FIRST)
        assert done(played.answer("first-1", at(30))) == ["noted", "target_met"]
        assert "first-1 answered the customer" in narrate(played.entry("noted"))
        assert done(played.answer("first-1", at(31))) == ["noted"]

    def test_no_pause_no_acknowledgement_and_no_note_counts(self) -> None:
        played = with_customer(FIRST)
        played.acknowledge("first-1", at(1))
        played.note("first-1", at(2))
        played.attempt("first-1", at(3))
        played.hold("first-1", at(100), at(10))
        played.note("cust-7781", at(40))
        assert runs(played) == {"first": at(60)}
        played.run_to(at(60))
        assert played.state.missed_targets == ("first",)

    def test_what_a_machine_says_does_not(self) -> None:
        played = with_customer(FIRST)
        by = actor("auto-reply", is_machine=True)
        assert refused(played.note("auto-reply", at(1), is_to_customer=True, by=by)) == "person_needed"

    def test_without_a_customer_the_raiser_is_answered(self) -> None:
        played = Talked(opened(house(FIRST)))
        assert refused(played.answer("ray", at(1))) == "nobody_to_tell"
        assert done(played.answer("first-1", at(2))) == ["noted", "target_met"]

    def test_where_nobody_waits_for_an_answer_there_is_none_to_give(self) -> None:
        played = Talked(opened(house(FIRST, UPDATE), issue={"raiser": MACHINE}))
        assert runs(played) == {}
        assert refused(played.answer("first-1", at(1))) == "nobody_to_tell"

    def test_it_is_said_to_the_customer_or_by_somebody(self) -> None:
        assert refused(with_customer(FIRST).answer("first-1", at(1), said_by="customer")) == "nobody_to_tell"

    def test_another_severity_does_not_ask_for_it_again(self) -> None:
        both = FIRST.model_copy(update={"within": {"S2": minutes(30)}})
        played = with_customer(both)
        played.answer("first-1", at(3))
        played.change_severity("ray", "S2", at(4))
        assert runs(played) == {}


class TestUpdates:
    """A promise to be back."""

    def test_e9_who_answered_last_need_not_answer_again(self) -> None:
        """Zammad #3140: the clock of updates stands still while the customer has the word."""
        played = with_customer(UPDATE)
        assert runs(played) == {"update": at(60)}
        played.answer("first-1", at(20))
        assert runs(played) == {}
        shown = {each.name: each.words for each in beside(played.state)}
        assert shown["Answered"] == "Fri 20 Nov 20:00:00 UTC, and the customer has the word"
        played.run_to(at(200))
        assert played.state.missed == 0
        played.note("cust-7781", at(210))
        assert runs(played) == {"update": at(270)}
        assert played.event("target_began").is_anew
        assert "Answered" not in {each.name for each in beside(played.state)}
        played.note("cust-7781", at(230))
        assert runs(played) == {"update": at(270)}, "they wait since their first word"

    def test_what_was_promised_is_kept(self) -> None:
        played = with_customer(UPDATE)
        played.answer("first-1", at(20), next_update_at=at(50))
        assert runs(played) == {"update": at(50)}
        assert "who hears again by" in narrate(played.entry("noted"))
        played.note("cust-7781", at(30))
        assert runs(played) == {"update": at(50)}, "their question puts off no promise"
        played.run_to(at(50))
        assert played.state.missed_targets == ("update",)

    def test_a_word_of_theirs_can_be_due_before_the_promise(self) -> None:
        played = with_customer(UPDATE)
        played.answer("first-1", at(20), next_update_at=at(80))
        played.change_severity("ray", "S2", at(21))
        played.answer("first-1", at(22), next_update_at=at(140))
        played.change_severity("ray", "S1", at(23))
        assert runs(played) == {"update": at(82)}
        played.note("cust-7781", at(30))
        assert runs(played) == {"update": at(82)}

    def test_each_message_begins_it_anew_where_the_policy_says_so(self) -> None:
        played = with_customer(target(60, "update", ends="updated", runs_when_answered=True))
        played.answer("first-1", at(20))
        assert runs(played) == {"update": at(80)}
        played.answer("first-1", at(40))
        assert runs(played) == {"update": at(100)}

    def test_a_miss_is_told_once_until_they_have_been_answered(self) -> None:
        played = with_customer(UPDATE)
        played.run_to(at(60))
        played.note("cust-7781", at(70))
        assert played.run_to(at(200)).kinds().count("target_missed") == 1
        played.answer("first-1", at(210))
        played.note("cust-7781", at(220))
        assert played.run_to(at(280)).kinds().count("target_missed") == 2
        assert (played.state.missed, played.state.missed_targets) == (2, ("update",))

    def test_what_a_colleague_wrote_down_of_them_counts(self) -> None:
        played = with_customer(UPDATE)
        played.answer("first-1", at(20))
        played.note("first-1", at(25))
        assert runs(played) == {}
        played.note("first-2", at(30), said_by="cust-7781")
        assert runs(played) == {"update": at(90)}
        assert "first-2 wrote down what cust-7781 said" in narrate(played.entry("noted"))

    def test_it_counts_from_when_they_said_it(self) -> None:
        played = with_customer(UPDATE)
        played.answer("first-1", at(20))
        played.note("first-2", at(30), said_by="customer", happened_at=at(25))
        assert runs(played) == {"update": at(85)}

    def test_reopened_they_wait_again(self) -> None:
        played = with_customer(UPDATE)
        played.resolve("first-1", at(10), told_customer=TEXT)
        played.reopen("cust-7781", at(20))
        assert runs(played) == {"update": at(80)}

    def test_another_severity_keeps_who_has_the_word(self) -> None:
        milder = UPDATE.model_copy(update={"within": {"S1": minutes(30)}})
        played = with_customer(milder, severity="S2")
        played.answer("first-1", at(5))
        played.change_severity("ray", "S1", at(6))
        assert runs(played) == {}
        played.note("cust-7781", at(8))
        played.change_severity("ray", "S2", at(9))
        assert runs(played) == {"update": at(38)}, "a promise that runs stays"
        waits = with_customer(milder, severity="S2")
        waits.change_severity("ray", "S1", at(10))
        assert runs(waits) == {"update": at(30)}, "they wait since the opening"

    def test_it_stands_still_on_hold_from_its_own_beginning(self) -> None:
        played = with_customer(UPDATE)
        played.answer("first-1", at(5))
        played.hold("first-1", at(200), at(10), waiting_for="vendor")
        played.note("cust-7781", at(40))
        played.resume("first-1", at(50))
        assert runs(played) == {"update": at(110)}, "ten minutes of the hold were the clock's"

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"next_update_at": at(0)}, "until_past"),
            ({"next_update_at": at(100)}, "until_too_late"),
            ({"next_update_at": at(30), "is_to_customer": False}, "no_update_promised"),
        ],
    )
    def test_a_promise_that_cannot_be_given_is_refused(self, more: dict[str, Any], code: str) -> None:
        assert refused(with_customer(UPDATE).answer("first-1", at(1), **more)) == code

    def test_a_policy_without_updates_keeps_no_promise(self) -> None:
        assert refused(with_customer(FIRST).answer("first-1", at(1), next_update_at=at(30))) == "no_update_promised"


class TestE8:
    """Zammad #1322: the customer replies while they are waited for, by whatever channel; the clock goes on then."""

    @pytest.mark.parametrize("waiting_for", ["cust-7781", "customer"])
    @pytest.mark.parametrize("channel", ["their own note", "a colleague's note of it", "reported again"])
    def test_e8_their_word_ends_the_hold(self, channel: str, waiting_for: str) -> None:
        played = with_customer(target(100))
        played.hold("first-1", at(300), at(10), waiting_for=waiting_for)
        match channel:
            case "their own note":
                played.note("cust-7781", at(30))
            case "reported again":
                by = actor("cust-7781")
                played.send(opened(house(), id="again", by=by), at(30))
            case _:
                played.note("first-2", at(30), said_by="cust-7781")
        assert played.event("hold_ended").why == "heard_from"
        assert runs(played) == {"solved": at(120)}

    def test_what_anybody_else_said_does_not(self) -> None:
        played = with_customer(target(100))
        played.hold("first-1", at(300), at(10))
        played.note("first-2", at(20), said_by="a vendor")
        played.note("first-2", at(21))
        assert played.state.hold is not None
        played.note("first-2", at(22), said_by="cust-7781")
        assert played.state.hold is None

    def test_a_vendor_who_is_waited_for_is_heard_too(self) -> None:
        played = with_customer(target(100))
        played.hold("first-1", at(300), at(10), waiting_for="vendor-7")
        played.note("first-2", at(20), said_by="vendor-7")
        assert played.state.hold is None
