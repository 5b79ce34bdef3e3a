"""Races and lateness: at one instant commands come before the clock; what is late collapses into one step."""

import pytest

from escalation.issue.commands import Acknowledge, TakePeople, Tick
from escalation.issue.decide import CLOCK_SKEW, decide, note_refusal
from escalation.issue.evolve import evolve
from escalation.issue.refusal import Rejected
from escalation.issue.state import LAST_RESORT
from tests.given import Played, actor, at, done, exhaustion, minutes, opened, person, policy, refused, target, tier

THREE = policy(tier("first"), tier("second"), tier("third"))


def test_an_acknowledgement_in_the_instant_in_which_the_tier_runs_out_wins() -> None:
    played = Played()
    assert done(played.acknowledge("first-1", at(10))) == ["acknowledged"]
    assert played.tick(at(10)) == ()
    assert (played.state.tier, played.state.handler, played.state.missed) == ("first", "first-1", 0)


def test_an_instant_later_it_wins_too_and_the_miss_stays_on_record() -> None:
    played = Played()
    assert done(played.acknowledge("first-1", at(10.1))) == ["limit_missed", "acknowledged"]
    assert played.state.tier == "first"
    assert played.state.missed == 1


def test_after_the_clock_it_is_for_the_next_tier() -> None:
    played = Played().run_to(at(10))
    done(played.acknowledge("first-1", at(10)))
    assert (played.state.tier, played.state.handler) == ("second", "first-1")


def test_resolving_in_that_instant_wins_too() -> None:
    played = Played()
    assert done(played.resolve("first-1", at(10))) == ["resolved"]
    assert played.tick(at(10)) == ()


def test_of_an_acknowledgement_and_a_lapse_in_one_instant_the_acknowledgement_wins() -> None:
    rules = {"lapses_after": {"S1": minutes(5)}, "renewals": 1}
    played = Played(opened(policy(acknowledgement=rules)))
    played.acknowledge("first-1", at(1))
    done(played.acknowledge("first-1", at(6)))
    assert played.tick(at(6)) == ()
    assert played.state.lapses_at == at(11)


@pytest.mark.parametrize("late", [11, 21, 31, 500], ids=["one tier", "two tiers", "three tiers", "all night"])
def test_however_many_tiers_late_it_climbs_one_whose_time_counts_from_now(late: float) -> None:
    played = Played(opened(THREE))
    played.tick(at(late))
    assert played.began() == [("first", "entered"), ("second", "not_acknowledged")]
    assert played.state.tier_began_at == at(late)
    assert played.state.acknowledge_due_at == at(late + 10)
    assert played.event("tier_began").late_by_s == (late - 10) * 60


def test_late_it_climbs_one_tier_also_where_one_further_up_must_have_heard_by_now() -> None:
    """The tiers below have no work limit, so that nothing else puts off the instant by which the top must hear."""
    without = (tier("first", work=None), tier("second", work=None))
    ladder = policy(*without, tier("third", work=30), tier("fourth", work=30))
    played = Played(opened(ladder, enter_at="third"))
    done(played.de_escalate("third-1", at(1), to_tier="first"))
    assert [(each.tier, each.at) for each in played.state.ceilings] == [("fourth", at(30))]
    made = done(played.tick(at(40)))
    assert made.count("tier_began") == 1
    assert played.state.tier == "second"
    assert [(each.tier, each.at) for each in played.state.ceilings] == [("fourth", at(50))], "when the second's is up"
    played.run_to(at(50))
    assert played.state.tier == "fourth"


def test_late_on_the_last_tier_it_is_exhausted_once_and_the_last_resort_told_once() -> None:
    played = Played(opened(policy(tier("first"))))
    played.tick(at(300))
    assert played.kinds().count("exhausted") == 1
    assert played.event("exhausted").late_by_s == (300 - 10) * 60
    assert played.due() == {"last_resort": at(315)}


def test_late_on_a_ladder_that_restarts_one_tier_is_asked() -> None:
    played = Played(opened(policy(tier("first"), exhaustion=exhaustion("restart"))))
    played.tick(at(300))
    assert played.began() == [("first", "entered"), ("first", "restarted")]
    assert played.state.acknowledge_due_at == at(310)


def test_what_would_have_been_said_to_the_tier_while_the_system_was_away_is_not_said_any_more() -> None:
    first = tier("first", remind_every={"S1": minutes(2)}, warnings=({"at": 0.5, "of": "work", "tell": ("asked",)},))
    played = Played(opened(policy(first, tier("second"))))
    assert done(played.tick(at(60))) == ["tier_began"]
    assert played.told("reminded") == []


def test_reminders_that_were_missed_are_not_made_up_for() -> None:
    played = Played(opened(policy(tier("first", 60, 90, remind_every={"S1": minutes(5)}), tier("second"))))
    assert done(played.tick(at(22))) == ["reminded"]
    assert played.due()["remind"] == at(27)


def test_the_cadence_of_the_last_resort_is_not_made_up_for_either() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    assert done(played.tick(at(300))) == ["last_resort_told"]
    assert played.due() == {"last_resort": at(315)}


def test_a_late_handler_loses_it_but_nobody_is_asked_twice() -> None:
    played = Played(opened(policy(tier("first"), tier("second"), acknowledgement={"lapses_after": {"S1": minutes(5)}})))
    played.acknowledge("first-1", at(2))
    assert done(played.tick(at(200))) == ["tier_began", "acknowledgement_lapsed"]
    assert played.told("asked_again") == []
    assert (played.state.tier, played.state.handler) == ("second", None)


def test_a_tier_that_is_found_empty_after_its_time_was_up_has_missed_it() -> None:
    played = Played(answer=False)
    played.send(TakePeople(id="find", turn=1, people=(), why="nobody"), at(12))
    assert played.kinds()[2:] == ["tier_found_empty", "limit_missed", "tier_began"]


def test_an_early_tick_is_harmless() -> None:
    played = Played()
    for minute in (0, 1, 5, 9):
        assert played.tick(at(minute)) == ()


def test_what_a_door_claims_is_when_it_happened_and_now_is_when_it_was_recorded() -> None:
    played = Played()
    played.acknowledge("first-1", at(9), happened_at=at(4))
    entry = played.entry("acknowledged")
    assert (entry.happened_at, entry.recorded_at) == (at(4), at(9))


def test_a_call_before_the_limit_that_is_logged_after_it_erases_no_breach() -> None:
    played = Played().run_to(at(10))
    done(played.acknowledge("first-1", at(15), happened_at=at(9)))
    assert played.state.missed == 1
    assert played.entry("acknowledged").happened_at == at(9)


def test_nothing_has_happened_in_the_future() -> None:
    played = Played()
    assert refused(played.acknowledge("kim", at(5), happened_at=at(5) + CLOCK_SKEW * 1.01)) == "from_the_future"
    assert done(played.acknowledge("kim", at(5), happened_at=at(5) + CLOCK_SKEW))


def test_nor_before_anybody_had_heard_of_it() -> None:
    issue = {"received_at": at(-30), "first_noticed_at": at(-60)}
    assert refused(Played(opened(issue=issue)).acknowledge("kim", at(5), happened_at=at(-61))) == "before_the_issue"
    assert done(Played(opened(issue=issue)).acknowledge("kim", at(5), happened_at=at(-60)))


class TestCommandIds:
    """The same command id twice is done once."""

    def test_sent_twice_it_is_done_once(self) -> None:
        played = Played()
        assert done(played.acknowledge("first-1", at(5), id="a")) == ["acknowledged"]
        assert done(played.acknowledge("first-1", at(6), id="a")) == []
        assert played.kinds().count("acknowledged") == 1

    def test_the_opening_sent_twice_is_one_issue(self) -> None:
        played = Played()
        assert played.send(opened(), at(1)) == ()

    def test_it_is_known_by_its_first_entry(self) -> None:
        played = Played()
        played.acknowledge("first-1", at(11), id="a")
        assert played.state.done["a"] == played.entry("acknowledged").number

    def test_what_was_refused_may_be_tried_again_under_the_same_id(self) -> None:
        played = Played()
        assert refused(played.take_charge("boss", at(30), at(1), id="c")) == "not_exhausted"
        played.run_to(at(20))
        assert done(played.take_charge("boss", at(30), id="c")) == ["charge_taken"]

    def test_a_refusal_on_record_does_not_count_as_carried_out(self) -> None:
        played = Played()
        answer = played.take_charge("boss", at(30), at(1), id="c")
        assert isinstance(answer, Rejected)
        noted = evolve(played.state, note_refusal(played.state, answer, "take_charge", actor("boss"), "c", at(1)))
        assert "c" not in noted.done

    def test_one_that_calls_itself_by_our_name_is_known_again_all_the_same(self) -> None:
        command = Acknowledge(id="a", by=actor("escalon", door="signal"))
        played = Played()
        assert done(played.send(command, at(1))) == ["acknowledged"]
        assert decide(played.state, command, at(2)) == ()

    def test_the_answers_of_errands_do_not_crowd_out_what_people_sent(self) -> None:
        played = Played()
        played.acknowledge("first-1", at(1), id="a")
        for turn in range(500):
            played.send(TakePeople(id=f"find-{turn}", turn=turn, people=(person("x"),), why="late"), at(2))
        assert done(played.acknowledge("first-1", at(3), id="a")) == []

    def test_a_tick_has_no_id_and_is_never_a_repeat(self) -> None:
        played = Played()
        played.send(Tick(), at(10))
        assert done(played.send(Tick(), at(20)))


def test_late_without_the_tier_being_over_everything_is_done_in_its_order() -> None:
    played = Played(opened(policy(tier("first", remind_every={"S1": minutes(4)}), targets=(target(5),))))
    assert [entry.event.kind for entry in played.tick(at(7))] == ["reminded", "target_missed"]


def test_late_on_a_ladder_climbed_again_the_last_resort_is_still_told_though_its_look_up_failed() -> None:
    ladder = policy(tier("first"), tier("second"), exhaustion=exhaustion("restart"))
    played = Played(opened(ladder), answer=False)
    for turn, minute in ((1, 0), (2, 10)):
        played.send(TakePeople(id=f"find-{turn}", turn=turn, people=(person(f"p{turn}"),), why="on duty"), at(minute))
        played.tick(at(10 * turn))
    assert [finding.tier for finding in played.state.findings] == [LAST_RESORT, "first"]
    entries = played.tick(at(35))
    assert [entry.event.kind for entry in entries] == ["lookup_failed", "people_asked", "tier_began"]
    assert (played.event("lookup_failed").tier, played.told("last_resort")) == (LAST_RESORT, ["boss"])


def test_a_charge_that_lapses_late_says_by_how_much() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    played.take_charge("boss", at(40), at(11))
    played.tick(at(42))
    assert (played.event("exhausted").why, played.event("exhausted").late_by_s) == ("charge_lapsed", 120)
    assert (played.state.charge, played.state.handler) == (None, None)


def test_a_ceiling_that_is_served_late_erases_no_breach_of_the_tier_below() -> None:
    played = Played(opened(policy(tier("first", 10, 30), tier("second", 10, 30), tier("third")))).run_to(at(10))
    played.de_escalate("second-1", at(39))
    played.acknowledge("first-1", at(40))
    assert (played.state.ceilings[0].at, played.state.work_due_at) == (at(60), at(69))
    assert [entry.event.kind for entry in played.tick(at(72))] == ["limit_missed", "tier_began"]
    assert (played.event("tier_began").why, played.event("limit_missed").due_at) == ("ceiling_reached", at(69))
