"""A tier where nobody can be reached is left before its time, as an empty one is; but not for an outage."""

import pytest

from escalation.issue.beside import beside
from escalation.issue.explain import explain
from escalation.narrate import narrate
from tests.escalation.issue.paged import BY_MAIL, MAIL, Paged, all_fail
from tests.given import at, done, exhaustion, minutes, opened, policy, tier


def test_it_is_left_two_minutes_after_it_began_at_the_earliest() -> None:
    played = Paged(channels=BY_MAIL)
    assert all_fail(played, "first-1", "first-2", now=at(0.1)) == ["told", "nobody_reached"]
    assert (played.event("nobody_reached").leaves_at, played.due()["unreached"]) == (at(2), at(2))
    said = "nobody asked at the first can be reached; it is left Fri 20 Nov 19:42:00 UTC"
    assert narrate(played.entry("nobody_reached")) == said
    played.run_to(at(2))
    assert played.began()[-1] == ("second", "nobody_reached")
    empty = played.event("tier_found_empty")
    assert (empty.tier, empty.why, empty.is_unreached) == ("first", "nobody could be reached", True)
    assert "nobody could be reached below" in narrate(played.entry("tier_began"))
    assert played.entry("tier_began").happened_at == at(2)
    assert played.state.missed == 0


def test_at_once_where_they_have_passed() -> None:
    played = Paged(channels=BY_MAIL)
    all_fail(played, "first-1", "first-2", now=at(3))
    assert played.due()["unreached"] == at(3)
    played.run_to(at(3))
    assert played.began()[-1] == ("second", "nobody_reached")


@pytest.mark.parametrize("outcomes", [("delayed", "delayed"), ("failed", "delayed"), ("delayed", "failed")])
def test_an_outage_empties_no_tier(outcomes: tuple[str, str]) -> None:
    played = Paged(channels=BY_MAIL)
    for who, outcome in zip(("first-1", "first-2"), outcomes, strict=True):
        played.became(played.message(who, "email"), outcome, at(2))
    assert "nobody_reached" not in played.kinds()
    played.run_to(at(10))
    assert played.began()[-1] == ("second", "not_acknowledged")


def test_nor_is_it_left_where_one_was_reached() -> None:
    played = Paged(channels=BY_MAIL)
    played.became(played.message("first-1", "email"), "sent", at(1))
    assert all_fail(played, "first-2") == ["told"]


def test_nor_where_the_stand_in_may_still_be() -> None:
    played = Paged(channels=BY_MAIL, stand_ins={"first-1": ("dora",)})
    assert all_fail(played, "first-2", "first-1") == ["told", "stand_in_asked"]
    played.became(played.message("dora", "email"), "sent", at(1))
    played.run_to(at(9))
    assert played.state.tier == "first"


def test_who_reads_the_inbox_in_time_keeps_it() -> None:
    played = Paged(channels=BY_MAIL)
    all_fail(played, "first-1", "first-2", now=at(0.5))
    done(played.acknowledge("first-1", at(1)))
    assert "unreached" not in played.due()
    played.run_to(at(20))
    assert (played.state.tier, played.state.handler) == ("first", "first-1")


def test_a_reminder_that_arrives_keeps_it() -> None:
    ladder = policy(tier("first", remind_every={"S1": minutes(1)}), tier("second"))
    played = Paged(opened(ladder), channels=BY_MAIL)
    all_fail(played, "first-1", "first-2", now=at(0.5))
    played.run_to(at(1))
    played.became(played.message("first-1", "email", "reminded"), "sent", at(1.5))
    assert "unreached" not in played.due()


def test_the_last_of_those_left_declines() -> None:
    played = Paged(channels=BY_MAIL)
    all_fail(played, "first-1", now=at(1))
    assert done(played.decline("first-2", at(2))) == ["declined", "nobody_reached"]
    played.run_to(at(2))
    assert played.began()[-1] == ("second", "nobody_reached")


def test_asked_again_it_counts_anew() -> None:
    played = Paged(channels=BY_MAIL)
    done(played.acknowledge("kim", at(0.2), take_over_from=None))
    done(played.release("kim", at(0.3)))
    all_fail(played, "first-1", "first-2", about="asked_again", now=at(0.5))
    assert played.due()["unreached"] == at(2)
    done(played.acknowledge("kim", at(1)))
    done(played.release("kim", at(1.5)))
    assert "unreached" not in played.due()


def test_after_the_last_tier_it_is_exhausted() -> None:
    played = Paged(opened(policy(tier("first"))), channels=BY_MAIL)
    all_fail(played, "first-1", "first-2")
    played.run_to(at(2))
    assert played.event("exhausted").why == "nobody_reached"
    said = narrate(played.entry("exhausted"))
    assert said.startswith("NOBODY HAS IT: nobody could be reached below, all tiers' time is up")


def test_and_stays_so_where_the_last_resort_cannot_be_reached_either() -> None:
    played = Paged(opened(policy(tier("first"))), channels=BY_MAIL)
    all_fail(played, "first-1", "first-2")
    played.run_to(at(2))
    assert all_fail(played, "boss", about="last_resort", now=at(2)) == ["told"]
    assert played.state.is_exhausted
    played.run_to(at(17))
    assert played.event("last_resort_told").count == 1


def test_a_ladder_on_which_nobody_was_reached_is_not_climbed_again_and_again() -> None:
    """As one on which nobody was found: it waits for the cadence of the last resort."""
    ladder = policy(tier("first"), tier("second"), exhaustion=exhaustion("restart", repeats=3))
    played = Paged(opened(ladder), channels=BY_MAIL)
    all_fail(played, "first-1", "first-2")
    played.run_to(at(2))
    all_fail(played, "second-1", "second-2")
    played.run_to(at(4))
    assert [why for _, why in played.began()] == ["entered", "nobody_reached"]
    assert (played.event("exhausted").next_at, played.state.is_resting) == (at(19), True)


def test_but_is_where_somebody_was_reached_below() -> None:
    ladder = policy(tier("first"), tier("second"), exhaustion=exhaustion(repeats=1))
    played = Paged(opened(ladder), channels=BY_MAIL)
    played.became(played.message("first-1", "email"), "sent", at(1))
    played.run_to(at(10))
    all_fail(played, "second-1", "second-2")
    played.run_to(at(12))
    assert played.began()[-1] == ("first", "repeated")


def test_the_clock_that_serves_it_late_says_so() -> None:
    played = Paged(channels=BY_MAIL)
    all_fail(played, "first-1", "first-2")
    played.tick(at(5))
    assert played.began()[-1] == ("second", "nobody_reached")
    assert (played.event("tier_began").late_by_s, played.entry("tier_began").happened_at) == (180, at(5))


def test_a_tier_that_is_over_first_is_over() -> None:
    played = Paged(opened(policy(tier("first", acknowledge=1), tier("second"))), channels=BY_MAIL)
    all_fail(played, "first-1", "first-2")
    played.run_to(at(3))
    assert played.began()[-1] == ("second", "not_acknowledged")
    assert "unreached" not in played.due()


def test_an_outage_of_one_mail_server_that_refuses_everything_takes_no_issue_to_its_end_in_seconds() -> None:
    ladder = policy(*(tier(name) for name in ("first", "second", "third", "fourth")))
    everybody = {f"{name}-{n}": MAIL for name in ("first", "second", "third", "fourth") for n in (1, 2)}
    played = Paged(opened(ladder), channels=everybody)
    for number, name in enumerate(("first", "second", "third", "fourth")):
        all_fail(played, f"{name}-1", f"{name}-2", now=at(2 * number))
        played.run_to(at(2 * number + 1.9))
        assert played.state.tier == name
        played.run_to(at(2 * number + 2))
    assert played.entry("exhausted").happened_at == at(8)


def test_it_is_explained_who_was_not_reached_and_when_it_is_left() -> None:
    played = Paged(channels=BY_MAIL)
    played.became(played.message("first-1", "email"), "delayed", at(0.1))
    (fact,) = beside(played.state)
    assert (fact.name, fact.words) == ("Not reached", "first-1 (email tried on)")
    all_fail(played, "first-1", "first-2", now=at(0.2))
    (fact,) = beside(played.state)
    assert fact.words == "first-1 (email refused); first-2 (email refused)"
    lines = explain(played.state, at(1)).what_next
    assert lines[0] == (
        "Fri 20 Nov 19:42:00 UTC = Fri 20 Nov 19:40:00 UTC (when the tier began) + 2 min (each tier has so long) "
        "(in 1 min): nobody could be reached: Second is asked."
    )
    late = Paged(channels=BY_MAIL)
    all_fail(late, "first-1", "first-2", now=at(4))
    assert "= when the last of them refused" in explain(late.state, at(4)).what_next[0]


def test_it_is_said_once() -> None:
    ladder = policy(tier("first", remind_every={"S1": minutes(1)}), tier("second"))
    played = Paged(opened(ladder), channels=BY_MAIL)
    all_fail(played, "first-1", "first-2", now=at(0.5))
    played.run_to(at(1))
    assert all_fail(played, "first-1", "first-2", about="reminded", now=at(1.2)) == ["told"]


def test_a_tier_that_somebody_has_acknowledged_is_not_left_for_it() -> None:
    played = Paged(channels=BY_MAIL)
    all_fail(played, "first-1", now=at(0.5))
    done(played.acknowledge("kim", at(1)))
    assert done(played.decline("first-2", at(2))) == ["declined"]


def test_a_handler_from_below_has_not_taken_it_also_where_nobody_must_acknowledge() -> None:
    played = Paged(opened(policy(tier("first"), tier("second", acknowledge_within={}))), channels=BY_MAIL)
    done(played.acknowledge("first-1", at(1)))
    played.run_to(at(30))
    assert (played.state.tier, played.state.handler, played.state.acknowledge_due_at) == ("second", "first-1", None)
    assert all_fail(played, "second-1", "second-2", now=at(30)) == ["told", "nobody_reached"]


def test_moved_up_by_hand_first_the_next_tier_has_its_own_time() -> None:
    played = Paged(channels=BY_MAIL)
    all_fail(played, "first-1", "first-2", now=at(0.5))
    done(played.escalate("kim", at(1)))
    assert "unreached" not in played.due()
    played.run_to(at(9))
    assert played.state.tier == "second"
