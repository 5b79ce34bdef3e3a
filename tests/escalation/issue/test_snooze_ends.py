"""A snooze is one person's own: it holds up no lapse, and ends when somebody else has it."""

from escalation.issue.commands import Accept, Reassign, Snooze
from escalation.policy.model import Acknowledgement
from tests.given import Played, actor, at, done, minutes, opened, policy, refused

LAPSING = opened(policy(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(20)}, second="takes_over")))


def snooze(who: str, until: float) -> Snooze:
    return Snooze(id=f"snooze-{who}-{until}", by=actor(who), until=at(until))


def test_a_snooze_beyond_the_lapse_is_taken_and_the_acknowledgement_lapses_meanwhile() -> None:
    played = Played(LAPSING)
    played.acknowledge("first-1", at(2))
    assert done(played.send(snooze("first-1", 25), at(3))) == ["snoozed"]
    played.run_to(at(22))
    assert played.kinds()[-2:] == ["acknowledgement_lapsed", "asked_again"]
    assert played.state.handler is None
    assert played.state.snoozes == {"first-1": at(25)}
    assert played.state.acknowledge_due_at == at(32)


def test_nobody_snoozes_beyond_the_time_that_they_have_promised() -> None:
    played = Played(LAPSING)
    played.acknowledge("first-1", at(2), until=at(12))
    assert refused(played.send(snooze("first-1", 12.1), at(3))) == "until_too_late"
    assert done(played.send(snooze("first-1", 12), at(3))) == ["snoozed"]


def test_an_acknowledgement_that_nothing_else_would_end_is_over_with_the_snooze() -> None:
    played = Played()
    played.acknowledge("first-1", at(2))
    played.send(snooze("first-1", 15), at(3))
    played.run_to(at(15))
    assert played.kinds()[-2:] == ["snooze_ended", "asked_again"]
    assert played.event("asked_again").why == "snooze_over"
    assert (played.state.handler, played.state.acknowledge_due_at) == (None, at(25))
    assert played.state.work_due_at == at(30)
    assert played.told("snooze_over") == ["first-1"]
    assert "asked_again" not in [effect.about for effect in played.effects if effect.kind == "notify"]
    played.run_to(at(25))
    assert played.began()[-1] == ("second", "not_acknowledged")


def test_one_that_lapses_by_itself_outlives_the_snooze() -> None:
    played = Played(LAPSING)
    played.acknowledge("first-1", at(2))
    played.send(snooze("first-1", 15), at(3))
    played.run_to(at(15))
    assert played.kinds()[-1] == "snooze_ended"
    assert played.state.handler == "first-1"
    assert played.told("snooze_over") == ["first-1"]


def test_who_takes_over_ends_the_snooze_of_who_had_it() -> None:
    played = Played(LAPSING)
    played.acknowledge("first-1", at(2))
    played.send(snooze("first-1", 15), at(3))
    played.acknowledge("first-2", at(5))
    assert played.state.snoozes == {}
    played.run_to(at(18))
    assert "snooze_ended" not in played.kinds()


def test_who_takes_over_keeps_a_snooze_of_their_own() -> None:
    played = Played(LAPSING)
    played.send(snooze("first-2", 7), at(1))
    played.acknowledge("first-1", at(2))
    assert played.state.snoozes == {}
    played.send(snooze("first-2", 8), at(3))
    played.acknowledge("first-2", at(4))
    assert played.state.snoozes == {"first-2": at(8)}


def test_who_accepts_what_was_offered_ends_the_snooze_of_who_had_it() -> None:
    played = Played(LAPSING)
    played.acknowledge("first-1", at(2))
    played.send(snooze("first-1", 15), at(3))
    played.send(Reassign(id="offer", by=actor("first-1"), to="kim"), at(4))
    assert played.state.snoozes == {"first-1": at(15)}
    played.send(Accept(id="accept", by=actor("kim")), at(5))
    assert played.state.handler == "kim"
    assert played.state.snoozes == {}
