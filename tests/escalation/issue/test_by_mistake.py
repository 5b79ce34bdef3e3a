"""Ends that somebody else must agree to: opened in error, and what repeats another issue. And what changes no clock."""

from typing import Any

import pytest

from escalation.issue.commands import Snooze, TakeDuplicate, TakeSuppression
from escalation.issue.decide import decide
from escalation.issue.facts import CLOCK
from escalation.policy.model import Acknowledgement, Closing
from tests.given import MACHINE, TEXT, Played, actor, at, done, holding, minutes, opened, policy, refused
from tests.natures import why_not

FIRST = "main:main:main:desk:REF-0:1"
ME = "main:main:main:desk:REF-1:1"


def recorded(played: Played, minute: float, error: str | None = None, of: str = FIRST) -> Any:
    """The first issue's answer."""
    return played.send(TakeSuppression(id=f"answer-{minute}", duplicate_of=of, error=error), at(minute))


def repeated(played: Played, minute: float, issue: str = "main:main:main:desk:REF-7:1") -> Any:
    """Another issue says that it repeats this one."""
    return played.send(TakeDuplicate(id=f"dup-{minute}", by=CLOCK, issue=issue, said_by="kim"), at(minute))


def test_opened_in_error_takes_two() -> None:
    played = Played()
    before = played.state
    assert done(played.cancel("ray", at(1), reason=TEXT)) == ["cancel_asked"]
    assert played.state.cancel_asked_by == "ray"
    assert (played.state.acknowledge_due_at, played.state.ceilings) == (before.acknowledge_due_at, before.ceilings)
    assert sorted(played.told("cancel_asked")) == ["first-1", "first-2"]
    assert done(played.cancel("kim", at(2))) == ["closed"]
    event = played.event("closed")
    assert (event.reason, event.reopen_until) == ("opened_in_error", at(2) + minutes(14 * 24 * 60))
    state = played.state
    assert (state.status, state.cancel_asked_by, state.ceilings, state.targets) == ("closed", None, (), ())
    assert set(played.due()) == {"window"}


def test_the_same_person_is_not_the_second() -> None:
    played = Played()
    played.cancel("ray", at(1))
    answer = played.cancel("ray", at(2))
    assert refused(answer) == "second_person_needed"
    assert why_not(answer) == "ray has said so already; a second person must say so too"


def test_nothing_stops_while_only_one_has_said_so() -> None:
    played = Played()
    played.cancel("ray", at(1))
    played.run_to(at(10))
    assert played.began()[-1] == ("second", "not_acknowledged")


def test_a_machine_is_nobody_here() -> None:
    played = Played(opened(issue={"raiser": MACHINE}, owner="olga"))
    assert refused(played.cancel("alertmanager", at(1), by=MACHINE)) == "person_needed"


def test_a_complaint_is_never_cancelled() -> None:
    assert refused(Played(opened(policy(kind="complaint"))).cancel("ray", at(1))) == "assurance_too_low"
    signed = opened(policy(assurance={})).model_copy(update={})
    played = Played(signed.model_copy(update={"issue": signed.issue.model_copy(update={"kind": "complaint"})}))
    assert refused(played.cancel("ray", at(1))) == "complaint_stays"


def test_a_policy_of_complaints_cancels_none_of_its_issues_whoever_is_sure_of_who_they_are() -> None:
    played = Played(opened(policy(kind="complaint")))
    sure = actor("ray", assurance="signed_in")
    assert refused(played.cancel("ray", at(1), by=sure)) == "complaint_stays"


def test_what_the_second_one_writes_stands_with_the_end() -> None:
    played = Played()
    done(played.cancel("ray", at(1)))
    done(played.cancel("kim", at(2), reason=TEXT))
    assert played.event("closed").explanation == TEXT
    assert (played.state.said, played.state.said_by) == (TEXT, "kim")
    answer = played.escalate("kim", at(3))
    assert why_not(answer) == "it was closed at Fri 20 Nov 19:42:00 UTC (opened in error); reopen it if it is not fixed"


def test_where_the_policy_does_not_close_for_it_nobody_cancels_or_suppresses() -> None:
    closing = Closing(
        reasons=("confirmed",), remind_after=minutes(60), silence_after=None, reopen_within=minutes(60 * 24)
    )
    played = Played(opened(policy(closing=closing)))
    answer = played.cancel("ray", at(1))
    assert refused(answer) == "reason_not_allowed"
    assert why_not(answer) == "the policy small never closes for opened_in_error; allowed: confirmed"
    assert refused(played.suppress("ray", "desk:REF-0", at(1))) == "reason_not_allowed"


def test_it_ends_a_hold_and_what_was_missed_is_on_record() -> None:
    played = Played(opened(policy(hold=holding())))
    played.cancel("ray", at(1))
    played.hold("first-1", at(30), at(2))
    assert done(played.cancel("kim", at(12))) == ["hold_ended", "limit_missed", "closed"]
    assert played.event("hold_ended").why == "over"


def test_what_was_resolved_may_turn_out_to_be_an_error_and_what_was_reopened_is_asked_anew() -> None:
    played = Played()
    played.resolve("first-1", at(1))
    done(played.cancel("ray", at(2)))
    played.reopen("ray", at(3))
    assert played.state.cancel_asked_by is None
    assert done(played.cancel("kim", at(4))) == ["cancel_asked"]
    assert done(played.cancel("ray", at(5))) == ["closed"]


def test_a_cancelled_issue_can_be_reopened_and_its_tier_is_asked_anew() -> None:
    played = Played()
    played.cancel("ray", at(1))
    played.cancel("kim", at(2))
    assert done(played.reopen("ray", at(3))) == ["reopened", "tier_began"]
    assert [(c.tier, c.at) for c in played.state.ceilings] == [("second", at(33))]


def test_nobody_cancels_by_closing() -> None:
    played = Played()
    played.resolve("first-1", at(1))
    assert refused(played.close("ray", "opened_in_error", at(2))) == "reason_not_allowed"


def test_a_duplicate_goes_on_until_the_first_has_it_on_record() -> None:
    played = Played()
    assert done(played.suppress("ray", "desk:REF-0", at(1), reason=TEXT)) == ["suppression_asked"]
    event = played.event("suppression_asked")
    assert (event.duplicate_of, event.reason, played.state.said) == (FIRST, TEXT, TEXT)
    assert played.state.suppressing == FIRST
    link = next(effect for effect in played.effects if effect.kind == "link_duplicate")
    assert (str(link.issue), str(link.duplicate_of), link.said_by) == (ME, FIRST, "ray")
    played.run_to(at(10))
    assert played.state.tier == "second"
    assert done(recorded(played, 11)) == ["closed"]
    event = played.event("closed")
    assert (event.reason, event.duplicate_of) == ("duplicate_of", FIRST)
    assert event.reopen_until == at(11) + minutes(14 * 24 * 60)
    assert played.state.suppressing is None


def test_where_the_first_cannot_carry_it_this_one_goes_on_and_who_has_it_is_told() -> None:
    played = Played()
    played.suppress("ray", "desk:REF-0", at(1))
    assert done(recorded(played, 2, error="it is not open")) == ["suppression_failed"]
    assert played.event("suppression_failed").error == "it is not open"
    assert played.state.suppressing is None
    assert played.due()["acknowledge"] == at(10)
    assert played.told("suppression_failed") == ["ray", "first-1", "first-2"]
    done(played.suppress("ray", "desk:REF-5", at(3)))


def test_of_a_long_answer_the_first_200_characters_are_kept() -> None:
    played = Played()
    played.suppress("ray", "desk:REF-0", at(1))
    done(recorded(played, 2, error="e" * 300))
    assert played.event("suppression_failed").error == "e" * 200


def test_an_answer_that_nobody_waits_for_closes_nothing() -> None:
    played = Played()
    assert recorded(played, 1) == ()
    played.suppress("ray", "desk:REF-0", at(2))
    assert recorded(played, 3, of="main:main:main:desk:REF-5:1") == ()
    played.resolve("ray", at(4))
    played.confirm("ray", at(5))
    assert recorded(played, 6) == ()
    assert played.state.close_reason == "confirmed"


def test_resolved_meanwhile_it_is_closed_as_the_duplicate_that_it_is() -> None:
    played = Played()
    played.suppress("ray", "desk:REF-0", at(1))
    played.resolve("ray", at(2))
    assert done(recorded(played, 3)) == ["closed"]
    assert played.state.close_reason == "duplicate_of"


def test_it_ends_a_hold_and_leaves_a_miss_on_record_too() -> None:
    played = Played(opened(policy(hold=holding())))
    played.suppress("ray", "desk:REF-0", at(1))
    played.hold("first-1", at(30), at(2))
    assert done(recorded(played, 12)) == ["hold_ended", "limit_missed", "closed"]


@pytest.mark.parametrize(
    ("of", "code"),
    [("REF-0", "unknown_issue"), ("desk:REF-1", "same_issue"), ("desk:REF-1:1", "same_issue"), (ME, "same_issue")],
)
def test_what_it_cannot_repeat(of: str, code: str) -> None:
    assert refused(Played().suppress("ray", of, at(1))) == code


def test_it_is_asked_of_one_issue_at_a_time() -> None:
    played = Played()
    played.suppress("ray", "desk:REF-0", at(1))
    assert refused(played.suppress("kim", "desk:REF-5", at(1))) == "already_asked"


def test_the_first_records_each_duplicate_once() -> None:
    played = Played()
    assert done(repeated(played, 1)) == ["duplicate_recorded"]
    event = played.event("duplicate_recorded")
    assert (event.issue, event.said_by) == ("main:main:main:desk:REF-7:1", "kim")
    assert repeated(played, 2) == ()
    assert played.state.duplicates == ("main:main:main:desk:REF-7:1",)
    played.resolve("ray", at(3))
    assert repeated(played, 4) == (), "asked again after an answer that was lost: it has it on record"


def test_what_is_not_open_carries_no_duplicate() -> None:
    played = Played()
    played.resolve("ray", at(1))
    assert refused(repeated(played, 2)) == "not_open"


def test_two_that_are_said_to_repeat_each_other_both_go_on() -> None:
    played = Played()
    played.suppress("ray", "desk:REF-7", at(1))
    answer = repeated(played, 2)
    assert refused(answer) == "not_open"
    assert why_not(answer) == "it is said to repeat main:main:main:desk:REF-7:1 itself"
    recorded(played, 3, error="it is said to repeat this one itself", of="main:main:main:desk:REF-7:1")
    assert played.state.status == "open"
    assert done(repeated(played, 4)) == ["duplicate_recorded"]


def test_a_note_changes_nothing_and_is_read_by_whoever_is_asked_next() -> None:
    played = Played()
    before = played.state
    assert done(played.note("kim", at(1))) == ["noted"]
    kept = {"entries", "last_at", "done", "said", "said_by"}
    assert played.state.model_dump(exclude=kept) == before.model_dump(exclude=kept)
    assert (played.state.said, played.state.said_by) == (TEXT, "kim")


def test_notes_can_be_written_as_long_as_it_can_be_reopened() -> None:
    played = Played()
    played.resolve("first-1", at(1))
    done(played.note("kim", at(2)))
    played.confirm("ray", at(3))
    done(played.note("kim", at(4)))
    played.run_to(at(3) + minutes(14 * 24 * 60))
    assert refused(played.note("kim")) == "ended"


def test_an_attempt_is_among_what_was_tried() -> None:
    played = Played()
    before = played.due()
    assert done(played.attempt("kim", at(1), result="made_it_worse")) == ["attempted"]
    assert played.due() == before
    assert played.state.tried[-1] == "Fri 20 Nov 19:41:00 UTC: kim tried something: made it worse"
    played.resolve("first-1", at(2))
    assert refused(played.attempt("kim", at(3))) == "already_resolved"


def test_a_snooze_moves_no_clock_and_its_owner_alone_is_not_reminded() -> None:
    ladder = policy()
    reminding = ladder.tiers[0].model_copy(update={"remind_every": {"S1": minutes(3)}})
    played = Played(opened(ladder.model_copy(update={"tiers": (reminding, ladder.tiers[1])})))
    before = played.state
    assert done(played.snooze("first-1", at(8), at(1))) == ["snoozed"]
    assert (played.state.acknowledge_due_at, played.state.remind_at) == (before.acknowledge_due_at, before.remind_at)
    played.run_to(at(6))
    assert played.told("reminded") == ["first-2", "first-2"]
    played.run_to(at(9))
    assert played.told("snooze_over") == ["first-1"]
    assert played.told("reminded") == ["first-2", "first-2", "first-1", "first-2"]
    assert played.state.snoozes == {}


def test_who_is_asked_no_more_is_not_told_again() -> None:
    played = Played()
    played.snooze("first-1", at(15), at(1))
    played.run_to(at(15))
    assert played.told("snooze_over") == []


def test_who_works_on_it_is_told_again_whatever_tier_is_asked() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    done(played.snooze("first-1", at(40), at(2)))
    played.run_to(at(40))
    assert played.told("snooze_over") == ["first-1"]


def test_who_has_nothing_to_be_told_snoozes_nothing() -> None:
    assert refused(Played().snooze("kim", at(5), at(1))) == "not_asked"
    assert refused(Played().snooze("first-1", at(1), at(1))) == "until_past"


def test_a_snooze_ends_with_what_it_was_for() -> None:
    played = Played(opened(policy(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(9)}))))
    played.snooze("first-1", at(8), at(1))
    played.decline("first-1", at(2))
    assert played.state.snoozes == {}
    played.snooze("first-2", at(8), at(3))
    played.resolve("first-2", at(4))
    assert played.state.snoozes == {}


def test_so_many_may_snooze_it_and_no_more() -> None:
    played = Played()
    done(played.snooze("first-1", at(5), at(1)))
    others = {f"other-{number}": at(9) for number in range(49)}
    crowded = played.state.model_copy(update={"snoozes": {**played.state.snoozes, **others}})
    one_more = Snooze(id="more", by=actor("first-2"), until=at(8))
    assert refused(decide(crowded, one_more, at(2))) == "too_many_snoozed"
    again = Snooze(id="again", by=actor("first-1"), until=at(8))
    assert done(decide(crowded, again, at(2))) == ["snoozed"]
