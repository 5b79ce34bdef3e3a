"""Every event has a sentence, one line, with who and when in it."""

import typing

import pytest

from escalation.issue import events
from escalation.issue.commands import ChangeCustomer, TakeDelivery
from escalation.issue.decide import note_refusal
from escalation.issue.events import Entry
from escalation.issue.refusal import Rejected
from escalation.narrate import narrate, tried, why_began
from escalation.policy.model import Acknowledgement, TargetWarn, Warn
from tests.escalation.calendar.hours import hours as calendar_hours
from tests.escalation.issue.asking import everything_asked
from tests.escalation.issue.stories import maintenance, reminded, unreached
from tests.escalation.issue.stories_by_hand import STORIES_BY_HAND
from tests.escalation.issue.test_at_the_limit import waiting
from tests.escalation.issue.test_hand_over import withdrawn
from tests.given import TEXT, Played, actor, at, done, exhaustion, minutes, opened, policy, target, tier

KINDS = {event.model_fields["kind"].default for event in typing.get_args(typing.get_args(events.Event)[0])}


def story() -> list[Entry]:
    """One issue in which everything happens that can."""
    warning = Warn(at=0.5, of="acknowledge", tell=("asked",))
    first = tier("first", warnings=(warning,), remind_every={"S1": minutes(4)})
    rules = Acknowledgement(lapses_after={"S1": minutes(5)})
    ladder = policy(first, tier("second"), exhaustion=exhaustion(repeats=1), acknowledgement=rules)
    played = Played(opened(ladder), nobody_at=("second",), answer=False)
    played.run_to(at(6))
    played.send(opened(id="again"), at(6.5))
    played.acknowledge("first-known", at(7))
    played.acknowledge("kim", at(8))
    played.acknowledge("kim", at(8.5), take_over_from="first-known")
    played.run_to(at(14))
    played.acknowledge("ann", at(15))
    played.acknowledge("ann", at(16))
    played.release("ann", at(17))
    answering = Played(opened(ladder), nobody_at=("second",)).run_to(at(40))
    answering.take_charge("boss", at(60), at(45))
    answering.run_to(at(60))
    answering.resolve("boss", at(61), outcome="paid", payment_reference="P-77")
    answering.run_to(at(62 + 3 * 24 * 60))
    answering.reopen("ray")
    answering.resolve("boss")
    answering.close("ray", "duplicate_of", duplicate_of="desk:REF-0")
    note = next(effect for effect in answering.effects if effect.kind == "notify")
    for outcome in ("sent", "failed"):
        fields = {"id": note.key, "message": note.key, "person": "ann", "channel": "inbox", "about": "asked"}
        done(answering.send(TakeDelivery.model_validate({**fields, "outcome": outcome, "error": "no route"})))
    rejected = Rejected(code="bad_body", why="it came with no body")
    refusal = note_refusal(answering.state, rejected, "resolve", actor("kim"), "s-1", answering.now)
    answering.run_to(answering.now + minutes(15 * 24 * 60))
    late = Played(opened(policy(tier("first"), targets=(target(10, warnings=(TargetWarn(at=0.5, tell=("owner",)),)),))))
    late.run_to(at(5))
    late.acknowledge("ann", at(12))
    agreed = (target(5, "lapse", ends="acknowledged"), target(5, "fix", starts="acknowledged"))
    both = Played(opened(policy(targets=agreed)))
    both.acknowledge("first-1", at(1))
    both.note("first-1", at(2), is_to_customer=True)
    both.note("first-1", at(3), said_by="a vendor")
    both.send(ChangeCustomer(id="theirs", by=actor("ray"), customer="cust-9", reason=TEXT), at(4))
    told_of = both.entries
    for minutes_left in (2, 60):
        above = tuple(tier(name) for name in ("first", "second", "third"))
        tight = policy(*above, targets=(target(minutes_left, "fix"),), fit_ladder_to="fix")
        told_of = [*told_of, *Played(opened(tight)).entries]
    told = [entry for story in STORIES_BY_HAND.values() for entry in story().entries]
    closed_first = tier("first", hours={"S1": "desk", "S2": "desk"})
    desk = calendar_hours(mon_fri="09:00-17:00")
    closed = Played(opened(policy(closed_first, tier("second"), pinned_calendars={"desk": desk})))
    closed.run_to(at(4 * 24 * 60))
    told += closed.entries
    told += [*maintenance().entries, *everything_asked().entries]
    told += [*waiting().run_to(at(6)).entries, *reminded().entries]
    told += withdrawn().entries
    return [*played.entries, *answering.entries, *late.entries, *told_of, *told, *unreached().entries, refusal]


STORY = story()


def test_in_this_story_everything_happens() -> None:
    assert {entry.event.kind for entry in STORY} == KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_event_has_a_sentence(kind: str) -> None:
    for entry in STORY:
        if entry.event.kind == kind:
            sentence = narrate(entry)
            assert len(sentence) > 8
            assert "\n" not in sentence
            assert "None" not in sentence
            assert not sentence.endswith(".")


def sentences(kind: str) -> set[str]:
    """All that is said of that kind in the story."""
    return {narrate(entry) for entry in STORY if entry.event.kind == kind}


def test_some_of_them_word_by_word() -> None:
    assert "ray opened it as S1, owner ray: Everything enters. (trigger all)" in sentences("opened")
    assert "kim took it over from first-known; it holds until Fri 20 Nov 19:53:30 UTC" in sentences("acknowledged")
    assert "ann renewed the acknowledgement (no. 1); it holds until Fri 20 Nov 20:01:00 UTC" in sentences(
        "acknowledged"
    )
    assert "kim joined" in sentences("acknowledged")
    assert "boss resolved it: paid, payment P-77" in sentences("resolved")
    assert "first-1 offered it to kim, who has not accepted yet" in sentences("reassigned")
    assert sentences("accepted") == {
        "kim accepted it: answers for it in place of ray, and works on it, until Fri 20 Nov 19:46:00 UTC",
        "lee accepted it: answers for it in place of kim",
        "kim accepted it: answers for it in place of ray, and works on it",
        "lee accepted it: answers for it in place of olga",
    }
    assert sentences("declined") >= {
        "kim declined the offer",
        "first-1 declined it; 1 of the first still asked",
        "first-2 declined it, for a conflict of interest; the first has nobody left",
    }
    assert "the second is asked again: it was declined; to be acknowledged by Fri 20 Nov 19:58:00 UTC" in sentences(
        "asked_again"
    )
    assert "the hold ended after 5 min: who was waited for has answered" in sentences("hold_ended")
    assert (
        "first-1 put it on hold, until Fri 20 Nov 20:00:00 UTC, waiting for vendor (waiting vendor); "
        "stopped: the time to work" in sentences("held")
    )
    assert "ray changed the severity from S2 to S1" in sentences("severity_changed")
    assert sentences("customer_changed") == {"ray changed its customer to cust-9; what is promised is as it was"}
    assert "ray moved it to policy small version 2 (was small version 1)" in sentences("policy_adopted")
    assert sentences("told") >= {"ann was told by inbox: asked", "ann could not be told by inbox (asked): no route"}
    assert sentences("refused") == {"refused resolve from kim: it came with no body"}
    assert "the time of the first to acknowledge ended Fri 20 Nov 19:50:00 UTC and was missed" in sentences(
        "limit_missed"
    )


def test_a_tier_outside_of_its_hours_says_when_it_opens() -> None:
    asked = "the first is closed and is asked when it opens, Mon 23 Nov 09:00:00 UTC: it enters there"
    assert f"{asked}; to be acknowledged by Mon 23 Nov 09:10:00 UTC" in sentences("tier_began")
    assert sentences("tier_opened") == {"the first opens and is asked; to be acknowledged by Mon 23 Nov 09:10:00 UTC"}


def test_moving_up_by_hand_says_who_did_it() -> None:
    played = Played(opened(policy(tier("first"), exhaustion=exhaustion(repeats=1))))
    played.escalate("kim", at(1))
    played.escalate("lee", at(2))
    assert "it was moved up by hand, by lee" in narrate(played.entry("exhausted"))
    assert "the ladder is climbed again, by kim" in narrate(played.entry("tier_began"))


def test_exhaustion_says_what_truly_follows() -> None:
    def end(procedure: str, nobody_at: tuple[str, ...] = ()) -> str:
        ladder = policy(tier("first"), exhaustion=exhaustion(procedure))
        return narrate(Played(opened(ladder), nobody_at=nobody_at).run_to(at(10)).entry("exhausted"))

    assert end("last_resort").endswith("the last resort is told until a person takes charge")
    assert end("restart").endswith("the last resort is told and the ladder starts anew")
    assert end("restart", ("first",)).endswith(
        "the last resort is told until a person takes charge, and the ladder starts anew Fri 20 Nov 19:55:00 UTC"
    )


@pytest.mark.parametrize("why", sorted({*typing.get_args(events.BeganWhy), *typing.get_args(events.ExhaustedWhy)}))
def test_every_reason_for_a_tier_has_its_words(why: str) -> None:
    assert why_began(why)


def test_what_was_tried_leaves_out_what_nobody_did() -> None:
    kinds = {entry.event.kind for entry in STORY if tried(entry)}
    assert kinds.isdisjoint({"opened", "told", "refused", "warned", "reminded", "limit_missed"})
