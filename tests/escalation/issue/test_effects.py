"""What is asked of the world: who is told of what, once, and never those whom it is about."""

from collections import Counter
from typing import Any

import pytest

from escalation.issue.commands import TakeDelivery, TakePeople
from escalation.issue.effects import EFFECTS, FindResponders, Notify
from escalation.issue.events import Told
from escalation.issue.facts import Link, Party
from escalation.issue.rules import IssueRules
from escalation.issue.standing import record, snapshot
from escalation.policy.model import ChecklistItem, Tell, Warn
from tests.given import CUSTOMER, MACHINE, ROLES, Played, actor, at, done, exhaustion, opened, person, policy, tier


def notes(played: Played, about: str) -> list[Notify]:
    """The messages about that."""
    return [effect for effect in played.effects if isinstance(effect, Notify) and effect.about == about]


def finds(played: Played) -> list[FindResponders]:
    """The look-ups."""
    return [effect for effect in played.effects if isinstance(effect, FindResponders)]


def test_a_tier_that_begins_looks_its_people_up() -> None:
    find = finds(Played(opened(issue={"about": ("sue",)}), answer=False))[0]
    assert (find.key, find.turn, find.tier) == ("main:main:main:desk:REF-1:1/find/1", 1, "first")
    assert (find.tell, find.about, find.severity) == (Tell(roles=("first",)), ("sue",), "S1")


def test_a_severity_may_tell_more_people() -> None:
    wide = tier("first", also_tell={"S1": Tell(people=("boss",))})
    assert finds(Played(opened(policy(wide)), answer=False))[0].tell == Tell(people=("boss",), roles=("first",))
    mild = Played(opened(policy(wide), severity="S2"), answer=False)
    assert finds(mild)[0].tell == Tell(roles=("first",))


def test_exhaustion_looks_the_last_resort_up() -> None:
    played = Played(opened(policy(tier("first"))), answer=False)
    played.escalate("kim", at(1))
    assert (finds(played)[-1].tier, finds(played)[-1].tell) == ("", Tell(people=("boss",)))


def test_everybody_asked_is_told_by_each_of_their_channels_once() -> None:
    played = Played(answer=False)
    found = (person("ann", channels=("inbox", "email", "inbox")), person("ben"))
    played.send(TakePeople(id="find", turn=1, people=found, why="on duty"))
    assert [(note.person.id, note.channel) for note in notes(played, "asked")] == [
        ("ann", "inbox"),
        ("ann", "email"),
        ("ben", "inbox"),
    ]


def test_a_message_says_what_is_asked_until_when_and_what_happens_otherwise() -> None:
    what = ChecklistItem(name="what", ask="What happened?")
    ladder = (tier("first", runbook="Look twice."), tier("second", checklist=(what,)))
    note = notes(Played(opened(policy(*ladder))), "asked")[0]
    assert note.asked_of_you == "You are asked as First: acknowledge if you work on it, or move it up."
    assert note.otherwise == (
        "If nobody does anything: at Fri 20 Nov 19:50:00 UTC nobody has acknowledged: Second is asked."
    )
    assert (note.until, note.at, note.runbook) == (at(10), at(0), "Look twice.")
    assert note.checklist == ("what: What happened?",)
    assert note.commands == ("acknowledge", "escalate", "resolve")
    assert (note.severity, note.severity_means, note.priority) == ("S1", "bad", 1)
    assert (note.title, note.owner, note.handler) == ("Charged twice", "ray", None)


def test_the_next_tier_reads_what_was_tried() -> None:
    played = Played()
    played.acknowledge("first-1", at(2))
    played.escalate("first-1", at(4))
    moved = "the second is asked: it was moved up by hand, by first-1; to be acknowledged by Fri 20 Nov 19:54:00 UTC"
    assert notes(played, "asked")[-1].tried[:3] == (
        "Fri 20 Nov 19:40:00 UTC: first-1, first-2 asked at the first (on duty)",
        "Fri 20 Nov 19:42:00 UTC: first-1 acknowledged it",
        f"Fri 20 Nov 19:44:00 UTC: {moved}",
    )


def test_those_who_are_not_asked_any_more_hear_it_where_the_policy_is_so_kind() -> None:
    kind = policy(courtesies=("left_tier",))
    assert Played(opened(kind)).run_to(at(10)).told("left_tier") == ["first-1", "first-2"]
    assert Played().run_to(at(10)).told("left_tier") == []


def test_but_not_the_handler_who_stays() -> None:
    played = Played(opened(policy(courtesies=("left_tier",))))
    played.acknowledge("first-1", at(1))
    played.run_to(at(30))
    assert played.told("left_tier") == ["first-2"]


def test_raiser_and_owner_hear_how_it_ends_but_not_of_what_they_did() -> None:
    kind = policy(courtesies=("outcome",))
    played = Played(opened(kind, owner="olga"))
    played.resolve("first-1", at(5))
    assert played.told("resolved") == ["ray", "olga"]
    played.confirm("ray", at(9))
    assert played.told("closed") == ["olga"]


def test_a_machine_that_raised_it_is_told_nothing() -> None:
    played = Played(opened(policy(courtesies=("outcome",)), owner="olga", issue={"raiser": MACHINE}))
    played.resolve("first-1", at(5))
    assert played.told("resolved") == ["olga"]


def test_an_owner_who_raised_it_is_told_once() -> None:
    played = Played(opened(policy(courtesies=("outcome",))))
    played.resolve("first-1", at(5))
    assert played.told("resolved") == ["ray"]


def test_with_an_all_clear_whoever_is_asked_or_has_it_hears_that_it_is_resolved_but_for_who_did_it() -> None:
    kind = policy(courtesies=("all_clear",))
    played = Played(opened(kind, owner="olga"))
    played.resolve("ray", at(5))
    assert played.told("resolved") == ["first-1", "first-2"]
    played.confirm("olga", at(9))
    assert played.told("closed") == []
    played = Played(opened(kind, owner="olga"))
    played.acknowledge("first-1", at(1))
    played.run_to(at(30))
    played.resolve("second-1", at(31))
    assert played.told("resolved") == ["first-1", "second-2"]


def test_all_clear_and_outcome_together_tell_each_once() -> None:
    played = Played(opened(policy(courtesies=("outcome", "all_clear")), owner="first-1"))
    played.resolve("first-2", at(5))
    assert played.told("resolved") == ["ray", "first-1"]


def test_what_is_closed_without_a_resolution_is_said_once_by_the_closing() -> None:
    played = Played(opened(policy(courtesies=("all_clear",)), owner="olga"))
    done(played.cancel("olga", at(5)))
    done(played.cancel("first-1", at(6)))
    assert (played.told("resolved"), played.told("closed")) == ([], ["first-2"])


def test_who_is_in_two_groups_of_a_warning_is_warned_once() -> None:
    warning = Warn(at=0.5, of="acknowledge", tell=("asked", "handler", "owner"))
    played = Played(opened(policy(tier("first", warnings=(warning,)), tier("second")), owner="first-1")).run_to(at(5))
    assert played.told("warned") == ["first-1", "first-2"]


def test_a_warning_while_nobody_has_it_asks_for_an_acknowledgement() -> None:
    warnings = (Warn(at=0.5, of="acknowledge", tell=("asked",)), Warn(at=0.5, of="work", tell=("handler",)))
    played = Played(opened(policy(tier("first", warnings=warnings), tier("second")))).run_to(at(5))
    assert notes(played, "warned")[-1].commands == ("acknowledge", "escalate")
    played.acknowledge("first-1", at(6))
    played.run_to(at(15))
    assert notes(played, "warned")[-1].commands == ("resolve", "escalate")


def test_whom_it_is_about_is_told_of_nothing_whatever_they_are() -> None:
    about = ("sue", "first-1", "boss", "second-known")
    warning = Warn(at=0.5, of="acknowledge", tell=("asked", "owner", "next_tier"))
    ladder = policy(tier("first", warnings=(warning,)), tier("second"), courtesies=("left_tier", "outcome"))
    played = Played(opened(ladder, issue={"about": about})).run_to(at(40))
    played.resolve("kim", at(41))
    played.run_to(at(9000))
    told = {effect.person.id for effect in played.effects if effect.kind == "notify"}
    assert told
    assert told.isdisjoint(about)


@pytest.mark.parametrize(
    ("procedure", "says"),
    [
        ("last_resort", "at Fri 20 Nov 20:05:00 UTC the last resort is told again."),
        ("restart", "the last resort is told now, and the ladder is climbed again."),
        ("fallback", "the last resort is told now, and the fallback policy's ladder is climbed."),
    ],
)
def test_the_owner_of_an_exhausted_issue_reads_what_truly_follows(procedure: str, says: str) -> None:
    more = {"fallback": "second"} if procedure == "fallback" else {}
    first = policy(tier("first"), exhaustion=exhaustion(procedure, **more))
    played = Played(opened(first, policy(tier("upstairs"), name="second"))).run_to(at(10))
    assert notes(played, "exhausted")[0].otherwise == f"If nobody does anything: {says}"


def test_the_owner_of_a_reopened_issue_reads_that_its_tier_is_asked() -> None:
    played = Played()
    played.resolve("first-1", at(5))
    played.reopen("ray", at(9))
    assert notes(played, "reopened")[0].otherwise == (
        "If nobody does anything: First is asked now, and it moves up again as before."
    )


def test_who_let_the_time_of_their_charge_pass_reads_that_the_last_resort_is_told() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(11))
    played.take_charge("boss", at(40))
    played.run_to(at(40))
    assert notes(played, "charge_lapsed")[0].otherwise == (
        "If nobody does anything: the last resort is told now, and again until somebody takes charge."
    )


def test_every_effect_has_a_key_of_its_own_and_the_same_one_each_time() -> None:
    def story() -> Played:
        played = Played(opened(policy(tier("first"), tier("second"), exhaustion=exhaustion("restart"))))
        played.acknowledge("first-1", at(1))
        played.run_to(at(200))
        return played

    keys = [effect.key for effect in story().effects]
    assert max(Counter(keys).values()) == 1
    assert keys == [effect.key for effect in story().effects]
    assert all(key.startswith("main:main:main:desk:REF-1:1/") for key in keys)


def test_the_record_holds_the_entries_and_the_row_as_of_the_last_of_them() -> None:
    played = Played(opened(issue={"parties": (CUSTOMER,)})).run_to(at(10))
    written = record(played.state, tuple(played.entries))
    assert (len(written.entries), written.snapshot.entries) == (len(played.entries), len(played.entries))
    row = snapshot(played.state)
    assert (row.tier, row.asked, row.owner, row.is_breached) == ("second", ("second-1", "second-2"), "ray", True)
    assert (row.next_due_at, row.next_due) == (
        at(20),
        "nobody has acknowledged: all tiers' time is up, and the last resort is told",
    )


def test_the_row_of_an_exhausted_issue_names_the_last_resort_until_it_is_resolved() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    assert (snapshot(played.state).asked, snapshot(played.state).is_exhausted) == (("boss",), True)
    played.resolve("boss", at(11))
    assert (snapshot(played.state).is_exhausted, snapshot(played.state).status) == (False, "resolved")


def test_every_errand_has_a_summary_and_a_command_for_when_it_fails() -> None:
    rules = IssueRules()
    played = Played().run_to(at(20))
    for effect in played.effects:
        assert rules.summary(effect)
        failed = rules.on_failure(effect, "x" * 1000)
        assert failed is not None
        assert failed.id == effect.key
        assert rules.answer_type(effect) is not None
        played.send(failed)


def test_an_errand_of_a_sealed_issue_names_nobody() -> None:
    raiser = actor("ray", assurance="signed_in")
    played = Played(opened(issue={"issue_class": "sealed", "raiser": raiser}))
    assert [IssueRules().summary(effect) for effect in played.effects] == [
        "look up who is asked",
        "inbox: restricted case",
        "inbox: restricted case",
    ]


def test_all_kinds_of_effects_are_listed() -> None:
    played = Played().run_to(at(20))
    assert {effect.kind for effect in played.effects} <= set(EFFECTS)


def test_the_row_says_whom_it_concerns() -> None:
    concerns: dict[str, Any] = {
        "harm_flags": ("vulnerable",),
        "audience": ("ann",),
        "about": ("eve",),
        "parties": (CUSTOMER, Party(key="cust-9", role="payee", needs=("large print",), channel="letter")),
        "links": (Link(kind="related", issue="main:main:main:desk:REF-0:1"),),
    }
    row = snapshot(Played(opened(issue=concerns)).state)
    assert {name: getattr(row, name) for name in concerns} == concerns


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
def test_of_an_issue_that_is_not_for_all_the_row_has_opaque_ids_alone(issue_class: str) -> None:
    party = Party(key="cust-9", role="payee", language="de", zone="UTC", needs=("large print",), channel="letter")
    row = snapshot(Played(opened(issue={"issue_class": issue_class, "parties": (party,)})).state)
    assert row.title == ""
    assert row.parties == (Party(key="cust-9", role="payee"),)


def test_nobody_is_offered_what_they_would_be_refused() -> None:
    """Those asked may acknowledge and move it up; resolving is for who has it."""
    roles = {**ROLES, "resolve": ("handler",)}
    played = Played(opened(policy(tier("first", warnings=(Warn(at=0.5, of="work", tell=("handler",)),)), roles=roles)))
    assert {effect.commands for effect in notes(played, "asked")} == {("acknowledge", "escalate")}
    done(played.acknowledge("first-1", at(1)))
    played.run_to(at(15))
    (warned,) = notes(played, "warned")
    assert (warned.person.id, warned.commands) == ("first-1", ("resolve", "escalate"))


def test_what_became_of_a_message_is_on_record_as_it_was_answered() -> None:
    played = Played()
    answer = TakeDelivery(
        id="told", message="m", person="first-1", channel="sms", about="asked", outcome="failed", attempts=3,
        is_possible_repeat=True, error="no route",
    )  # fmt: skip
    assert done(played.send(answer, at(2))) == ["told"]
    assert played.event("told") == Told(
        message="m", person="first-1", channel="sms", about="asked", outcome="failed", attempts=3,
        is_possible_repeat=True, error="no route",
    )  # fmt: skip
    assert (played.entry("told").command, played.entry("told").happened_at) == ("told", at(2))
