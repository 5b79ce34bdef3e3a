"""How an issue ends and begins again: resolve, confirm, close, silence, reopen, the window, being reported again."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.issue.commands import Close, Confirm, Open
from escalation.issue.facts import TextRef
from escalation.policy.model import Closing
from tests.given import CUSTOMER, MACHINE, T0, TEXT, Played, actor, at, done, opened, policy, refused, tier
from tests.natures import why_not

TOLD = TextRef(ref="told", length=9)
DAY = timedelta(days=1)


def resolved(**more: Any) -> Played:
    """An issue that was resolved twenty minutes after its opening."""
    played = Played(opened(**more))
    done(played.resolve("first-1", at(20), told_customer=TOLD))
    return played


def again(identity: str, received: float, by: Any = None) -> Open:
    """The same thing reported again."""
    return opened(id=identity, by=by or actor("ray", "agent"), issue={"received_at": at(received)})


def test_resolving_stops_the_ladders_clocks() -> None:
    played = Played()
    assert done(played.resolve("first-1", at(5))) == ["resolved"]
    assert played.state.status == "resolved"
    assert played.due() == {"confirm": at(5) + 3 * DAY, "silence": at(5) + 5 * DAY}


def test_a_customer_must_be_told_something() -> None:
    played = Played(opened(issue={"parties": (CUSTOMER,)}))
    assert refused(played.resolve("first-1", at(5))) == "told_customer_missing"
    assert done(played.resolve("first-1", at(5), told_customer=TOLD)) == ["resolved"]


def test_a_machine_that_sees_it_gone_has_told_nobody() -> None:
    played = Played(opened(issue={"parties": (CUSTOMER,), "raiser": MACHINE}))
    assert done(played.resolve("alertmanager", at(5), by=MACHINE)) == ["resolved"]


def test_money_needs_the_payments_reference() -> None:
    played = Played()
    assert refused(played.resolve("first-1", at(5), outcome="paid")) == "payment_reference_missing"
    done(played.resolve("first-1", at(5), outcome="paid", payment_reference="P-77"))
    assert played.event("resolved").payment_reference == "P-77"


def test_resolving_what_is_resolved_says_who_did_it_and_when() -> None:
    answer = resolved().resolve("kim", at(21))
    assert refused(answer) == "already_resolved"
    assert why_not(answer) == "it was resolved at Fri 20 Nov 20:00:00 UTC by first-1; reopen it if it is not fixed"


def test_what_was_missed_stays_on_record_when_it_is_resolved_too_late() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    assert done(played.resolve("first-1", at(45))) == ["limit_missed", "resolved"]
    assert played.event("limit_missed").of == "work"


def test_confirming_closes_it() -> None:
    played = resolved()
    assert done(played.confirm("ray", at(25))) == ["closed"]
    assert (played.state.status, played.state.close_reason) == ("closed", "confirmed")
    assert played.due() == {"window": at(25) + 14 * DAY}


def test_its_owner_is_reminded_and_silence_closes_it() -> None:
    played = resolved().run_to(at(20) + 5 * DAY)
    assert played.kinds("told")[-2:] == ["confirmation_requested", "closed"]
    assert played.told("confirm") == ["ray"]
    assert played.state.close_reason == "silence"


def test_where_silence_closes_nothing_its_owner_is_reminded_for_ever() -> None:
    closing = Closing(reasons=("confirmed",), remind_after=3 * DAY, reopen_within=14 * DAY)
    played = Played(opened(policy(closing=closing)))
    played.resolve("first-1", at(5))
    played.run_to(at(5) + 30 * DAY)
    assert played.state.status == "resolved"
    assert played.event("confirmation_requested").count == 10


def test_when_silence_is_overdue_too_nobody_is_reminded_any_more() -> None:
    played = resolved()
    assert done(played.tick(at(20) + 9 * DAY)) == ["closed"]


@pytest.mark.parametrize("reason", ["silence", "final_response_sent"])
def test_only_the_policys_reasons_close_it_by_hand_and_never_silence(reason: str) -> None:
    answer = resolved().close("ray", reason)
    assert refused(answer) == "reason_not_allowed"
    assert why_not(answer).endswith("allowed: confirmed, withdrawn_in_writing, duplicate_of")


def test_a_duplicate_names_the_issue_that_it_repeats() -> None:
    played = resolved()
    assert refused(played.close("ray", "duplicate_of")) == "duplicate_of_missing"
    done(played.close("ray", "duplicate_of", duplicate_of="desk:REF-0"))
    assert played.event("closed").duplicate_of == "desk:REF-0"


def test_what_is_written_with_an_end_is_on_record_and_read_by_whoever_is_asked_next() -> None:
    played = Played()
    done(played.resolve("first-1", at(5), told_customer=TOLD, explanation=TEXT))
    assert (played.event("resolved").explanation, played.event("resolved").told_customer) == (TEXT, TOLD)
    assert (played.state.said, played.state.said_by) == (TEXT, "first-1")
    done(played.close("ray", "withdrawn_in_writing", at(6), explanation=TOLD))
    assert played.event("closed").explanation == TOLD
    assert (played.state.said, played.state.said_by) == (TOLD, "ray")
    done(played.reopen("kim", at(7), reason=TEXT))
    assert (played.event("reopened").reason, played.event("reopened").is_reported_again) == (TEXT, False)
    assert (played.state.said, played.state.said_by) == (TEXT, "kim")
    done(played.resolve("first-1", at(8)))
    done(played.confirm("ray", at(9), statement=TOLD))
    assert played.event("closed").explanation == TOLD


@pytest.mark.parametrize("command", [Confirm, Close])
def test_what_is_open_must_be_resolved_first(command: type[Confirm | Close]) -> None:
    fields = {"id": "c", "by": actor("ray"), "reason": "confirmed"}
    assert refused(Played().send(command.model_validate(fields), at(1))) == "not_resolved"


def test_after_its_close_every_command_says_so() -> None:
    played = resolved()
    played.confirm("ray", at(25))
    answers = (
        played.acknowledge("kim", at(26)),
        played.release("kim"),
        played.escalate("kim"),
        played.take_charge("kim", at(40)),
        played.resolve("kim"),
        played.confirm("kim"),
        played.close("kim", "confirmed"),
    )
    assert {refused(answer) for answer in answers} == {"already_closed"}
    assert why_not(answers[0]) == "it was closed at Fri 20 Nov 20:05:00 UTC (confirmed); reopen it if it is not fixed"


def test_reopened_it_is_back_at_its_tier_whose_clocks_start_anew() -> None:
    played = Played().run_to(at(10))
    played.acknowledge("second-1", at(12))
    played.resolve("second-1", at(15))
    played.confirm("ray", at(16))
    assert done(played.reopen("ray", at(30))) == ["reopened", "tier_began"]
    assert played.began()[-1] == ("second", "reopened")
    assert played.state.handler is None
    assert played.due() == {"acknowledge": at(40), "work": at(60)}
    assert played.entry("tier_began").by.person == "ray"
    assert played.told("reopened") == ["ray"]


def test_what_is_open_cannot_be_reopened() -> None:
    assert refused(Played().reopen("ray", at(1))) == "already_open"


def test_in_the_last_instant_of_the_window_it_can_still_be_reopened() -> None:
    played = resolved()
    played.confirm("ray", at(25))
    assert done(played.reopen("ray", at(25) + 14 * DAY))[0] == "reopened"


def test_after_the_window_it_is_over() -> None:
    played = resolved()
    played.confirm("ray", at(25))
    played.run_to(at(25) + 14 * DAY)
    assert played.state.status == "ended"
    assert played.due() == {}
    answers = (
        played.acknowledge("kim"),
        played.resolve("kim"),
        played.confirm("kim"),
        played.reopen("kim"),
        played.send(again("again", 26)),
    )
    assert {refused(answer) for answer in answers} == {"ended"}


def test_reported_again_while_open_it_is_noted_and_goes_on() -> None:
    played = Played()
    played.acknowledge("first-1", at(2))
    assert done(played.send(again("again", 5), at(5))) == ["opened_again"]
    assert played.due() == {"work": at(30)}


@pytest.mark.parametrize("is_closed", [False, True], ids=["resolved", "closed"])
def test_reported_again_after_it_was_fixed_it_is_reopened(*, is_closed: bool) -> None:
    played = resolved()
    if is_closed:
        played.confirm("ray", at(25))
    assert done(played.send(again("again", 26, MACHINE), at(30))) == ["reopened", "tier_began"]
    assert played.event("reopened").is_reported_again


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "resolved"])
def test_what_is_written_with_a_further_report_is_read_by_whoever_is_asked(*, is_open: bool) -> None:
    played = Played() if is_open else resolved()
    report = opened(id="again", issue={"received_at": at(26), "description": TEXT})
    done(played.send(report, at(30)))
    assert (played.state.status, played.state.said, played.state.said_by) == ("open", TEXT, "ray")


def test_a_report_from_before_it_was_fixed_that_comes_late_reopens_nothing() -> None:
    played = resolved()
    assert done(played.send(again("again", 19), at(30))) == ["opened_again"]
    assert played.state.status == "resolved"


def test_a_reopened_issue_may_be_resolved_and_reopened_again() -> None:
    played = resolved()
    played.reopen("ray", at(30))
    played.resolve("first-1", at(35))
    played.reopen("ray", at(40))
    assert played.event("reopened").count == 2
    assert played.state.status == "open"


def test_reopening_does_not_climb_past_what_the_policy_has() -> None:
    played = Played(opened(policy(tier("first"))))
    played.resolve("first-1", at(5))
    played.reopen("ray", at(30))
    played.run_to(at(40))
    assert played.state.is_exhausted


def test_nothing_but_reopening_makes_it_open() -> None:
    played = resolved()
    played.tick(T0 + DAY)
    assert played.state.status == "resolved"
