"""Who works on an issue is reminded of it where the policy says so, and may have to answer."""

import pytest

from escalation.issue.clocks import deadlines, next_at, next_timer
from escalation.issue.commands import (
    AdoptPolicy,
    ChangeSeverity,
    Command,
    Escalate,
    Hold,
    Note,
    Release,
    Resolve,
    Resume,
    Snooze,
)
from escalation.issue.explain import explain
from escalation.issue.facts import TextRef
from escalation.narrate import narrate
from escalation.policy.model import Acknowledgement, Policy
from tests.given import Played, actor, at, done, holding, minutes, opened, policy, refused, tier

WHY = TextRef(ref="why", length=3)
HOURLY = {"S1": minutes(60), "S2": minutes(120)}


def reminding(work: float | None = None, **acknowledgement: object) -> Policy:
    first = tier("first", 10, work, remind_handler_every=HOURLY)
    second = tier("second", 10, None, remind_handler_every={"S1": minutes(30)})
    return policy(first, second, hold=holding(), acknowledgement=Acknowledgement.model_validate(acknowledgement))


def acknowledged(given: Policy | None = None) -> Played:
    played = Played(opened(given or reminding()))
    played.acknowledge("first-1", at(5))
    return played


def reminded(played: Played) -> list[object]:
    return [entry.happened_at for entry in played.entries if entry.event.kind == "handler_reminded"]


def note(by: str = "first-1") -> Note:
    return Note(id=f"note-{by}", by=actor(by), text=WHY)


def test_who_has_it_is_told_again_at_each_interval_and_nobody_else() -> None:
    played = acknowledged()
    played.run_to(at(130))
    assert reminded(played) == [at(65), at(125)]
    assert played.event("handler_reminded").count == 2
    assert played.told("handler_reminded") == ["first-1", "first-1"]
    assert played.state.handler == "first-1"
    assert played.event("handler_reminded").answer_by is None
    last = next(entry for entry in reversed(played.entries) if entry.event.kind == "handler_reminded")
    assert narrate(last) == "first-1, who works on it, was reminded of it (no. 2)"


def test_a_policy_without_it_reminds_nobody() -> None:
    played = acknowledged(policy(tier("first", 10, None)))
    assert next_at(played.state) is None
    played.run_to(at(1000))
    assert reminded(played) == []


def test_what_comes_next_is_the_reminder_with_its_sum() -> None:
    played = acknowledged()
    due = next_timer(played.state)
    assert due is not None
    assert (due.at, due.what, due.moves) == (at(65), "remind_handler", False)
    assert due.words == "first-1, who works on it, is reminded of it"
    assert next_at(played.state) == at(65)
    lines = explain(played.state, at(6)).what_next
    assert any("+ 1 h (remind_handler_every for S1 at first)" in line for line in lines)


def test_one_that_was_missed_while_away_comes_once_and_the_next_counts_from_it() -> None:
    played = acknowledged()
    played.tick(at(300))
    assert reminded(played) == [at(300)]
    assert next_at(played.state) == at(360)


@pytest.mark.parametrize(
    "ends",
    [
        Resolve(id="over", by=actor("first-1"), outcome="solved"),
        Release(id="over", by=actor("first-1")),
        Snooze(id="over", by=actor("first-1"), until=at(500)),
        Hold(id="over", by=actor("first-1"), reason="waiting_customer", waiting_for="customer", until=at(60)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_nobody_is_reminded_of_what_is_over_given_back_snoozed_or_held(ends: Command) -> None:
    played = acknowledged()
    assert done(played.send(ends, at(6)))
    assert played.kinds()[-1] != "acknowledged"
    assert "remind_handler" not in [due.what for due in deadlines(played.state)]


def test_who_takes_over_is_reminded_of_their_own_time() -> None:
    played = acknowledged(reminding(second="takes_over"))
    played.acknowledge("first-2", at(30))
    played.run_to(at(95))
    assert reminded(played) == [at(90)]
    assert played.told("handler_reminded") == ["first-2"]


def test_after_a_hold_a_snooze_or_another_severity_the_time_begins_anew() -> None:
    played = acknowledged()
    played.send(
        Hold(id="h", by=actor("first-1"), reason="waiting_customer", waiting_for="customer", until=at(60)), at(10)
    )
    played.send(Resume(id="r", by=actor("first-1")), at(40))
    assert next_at(played.state) == at(100)
    played.send(ChangeSeverity(id="c", by=actor("first-2"), severity="S2", reason=WHY), at(50))
    assert next_at(played.state) == at(170)


def test_a_snooze_of_an_acknowledgement_that_lapses_puts_the_reminder_off() -> None:
    played = acknowledged(reminding(lapses_after={"S1": minutes(300)}))
    played.send(Snooze(id="s", by=actor("first-1"), until=at(100)), at(10))
    played.run_to(at(165))
    assert reminded(played) == [at(160)]


def test_a_snooze_of_somebody_else_changes_nothing() -> None:
    played = acknowledged(reminding(lapses_after={"S1": minutes(300)}))
    played.send(Snooze(id="s", by=actor("first-2"), until=at(20)), at(10))
    played.run_to(at(66))
    assert reminded(played) == [at(65)]


def test_at_another_tier_its_own_interval_counts() -> None:
    played = acknowledged()
    played.send(Escalate(id="up", by=actor("first-1")), at(50))
    played.acknowledge("second-1", at(52))
    assert played.state.handler == "first-1"
    played.run_to(at(111))
    assert reminded(played) == [at(80), at(110)]


def test_another_policy_that_reminds_does_so_from_its_adoption() -> None:
    plain = policy(tier("first", 10, None), tier("second", 10, None))
    played = acknowledged(plain)
    new = reminding().changed({"version": 2})
    played.send(AdoptPolicy(id="a", by=actor("first-1"), policies=(new,), last_known={}, reason=WHY), at(20))
    assert next_at(played.state) == at(80)


ANSWERED = reminding(answer_within={"S1": minutes(5)}, lapses_after={"S1": minutes(70)}, renewals=0)


def test_a_reminder_that_is_not_answered_ends_the_acknowledgement() -> None:
    played = acknowledged(reminding(answer_within={"S1": minutes(5)}))
    played.run_to(at(65))
    assert played.event("handler_reminded").answer_by == at(70)
    due = next_timer(played.state)
    assert due is not None
    assert (due.at, due.what, due.moves) == (at(70), "answer", True)
    assert any("(reminded) + 5 min (answer_within for S1)" in line for line in explain(played.state, at(66)).what_next)
    played.run_to(at(70))
    assert played.kinds()[-2:] == ["acknowledgement_lapsed", "asked_again"]
    assert played.event("acknowledgement_lapsed").is_unanswered
    assert played.state.handler is None
    assert played.state.acknowledge_due_at == at(80)
    lapsed = next(entry for entry in played.entries if entry.event.kind == "acknowledgement_lapsed")
    assert narrate(lapsed) == "the acknowledgement of first-1 lapsed: the reminder was not answered"


@pytest.mark.parametrize("by", ["first-1", "first-2"])
def test_only_who_has_it_answers_by_whatever_they_do(by: str) -> None:
    played = acknowledged(reminding(answer_within={"S1": minutes(5)}))
    played.run_to(at(65))
    played.send(note(by), at(67))
    played.run_to(at(71))
    assert (played.state.handler is None) is (by == "first-2")


def test_an_answer_keeps_the_beat() -> None:
    played = acknowledged(reminding(answer_within={"S1": minutes(5)}))
    played.run_to(at(65))
    assert done(played.acknowledge("first-1", at(67))) == ["acknowledged"]
    played.run_to(at(126))
    assert reminded(played) == [at(65), at(125)]
    assert played.state.handler == "first-1"


def test_who_was_not_reminded_has_acknowledged_already() -> None:
    played = acknowledged()
    assert refused(played.acknowledge("first-1", at(7))) == "already_acknowledged"
    played.run_to(at(65))
    assert done(played.acknowledge("first-1", at(66))) == ["acknowledged"]
    assert refused(played.acknowledge("first-1", at(67))) == "already_acknowledged"


def test_an_answer_renews_nothing_that_is_not_to_be_renewed() -> None:
    played = acknowledged(ANSWERED)
    assert played.state.lapses_at == at(75)
    assert refused(played.acknowledge("first-1", at(60))) == "renewals_spent"
    played.run_to(at(65))
    assert refused(played.acknowledge("first-1", at(66), until=at(90))) == "renewals_spent"
    assert done(played.acknowledge("first-1", at(66))) == ["acknowledged"]
    assert played.state.lapses_at == at(75)
    played.run_to(at(75))
    assert played.event("acknowledgement_lapsed").is_unanswered is False


def test_what_was_promised_is_kept_by_an_answer() -> None:
    played = Played(opened(reminding(answer_within={"S1": minutes(5)}, lapses_after={"S1": minutes(90)}, renewals=0)))
    played.acknowledge("first-1", at(5), until=at(80))
    played.run_to(at(65))
    played.acknowledge("first-1", at(66))
    assert (played.state.lapses_at, played.state.is_promised) == (at(80), True)


def test_a_hold_withdraws_the_question() -> None:
    played = acknowledged(reminding(answer_within={"S1": minutes(5)}))
    played.run_to(at(65))
    played.send(
        Hold(id="h", by=actor("first-2"), reason="waiting_customer", waiting_for="customer", until=at(90)), at(66)
    )
    played.run_to(at(91))
    assert played.state.handler == "first-1"
    assert next_at(played.state) == at(150)


def test_a_tier_whose_time_is_up_is_followed_by_the_next_without_a_reminder_between() -> None:
    played = acknowledged(reminding(work=65, answer_within={"S1": minutes(5)}))
    played.tick(at(200))
    assert reminded(played) == []
    assert played.began()[-1] == ("second", "work_limit_spent")
    assert next_at(played.state) == at(210)
