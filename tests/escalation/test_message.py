"""What people read, by occasion. The golden texts are in `__snapshots__/`: read them as somebody woken would."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from escalation.issue.commands import Accept
from escalation.issue.effects import About, Notify
from escalation.issue.facts import PersonFacts, TextRef
from escalation.issue.identity import IssueId
from escalation.message import LONGEST_SUBJECT, UNREADABLE, Message, MessageTexts, compose
from escalation.narrate import instant
from tests.escalation.issue.test_at_the_limit import waiting
from tests.escalation.issue.test_hand_over import Told
from tests.escalation.lives import by_hand, impossible, out_of_hours, put_to_others, unowned, whole_life
from tests.escalation.sample_asks import OF_ASKS
from tests.given import at

ABOUTS: tuple[About, ...] = get_args(About)
AT = datetime(2026, 11, 21, 19, 40, 17, tzinfo=UTC)
UNTIL = AT + timedelta(minutes=30)
DUBLIN, BUCHAREST = "Europe/Dublin", "Europe/Bucharest"
NAMES = {"ann": "Ann Okafor", "kim": "Kim Byrne", "pat": "Pat Doyle", "will": "Will Hayes"}
TEXTS = MessageTexts(
    description="Since 19:00 all cards are declined at terminals.\n\nThe acquirer says code 91.", names=NAMES
)
GOES_UP = f"If nobody does anything: at {instant(UNTIL)} nobody has acknowledged: Department manager is asked."
STAYS = "If nobody does anything: it stays as it is, and its owner is reminded."
LAST = f"If nobody does anything: at {instant(UNTIL)} the last resort is told again."

OCCASIONS: dict[About, dict[str, Any]] = {
    "asked": {
        "asked_of_you": "You are asked as Team lead: acknowledge if you work on it, or move it up.",
        "checklist": (
            "customer: Who is affected, and how do we reach them?",
            "attempts: What was tried, and what came of it?",
        ),
        "runbook": "https://wiki.example.org/cards",
    },
    "asked_again": {
        "asked_of_you": "Nobody has it any more. You are asked again as Team lead: acknowledge, or move it up."
    },
    "reminded": {
        "asked_of_you": "Nobody has acknowledged yet. You are asked as Team lead: acknowledge, or move it up.",
        "until": AT + timedelta(minutes=7, seconds=30),
    },
    "warned": {
        "asked_of_you": "kim has it. Resolve it in time, or move it up now: that is right if you cannot.",
        "handler": "kim",
        "commands": ("resolve", "escalate"),
    },
    "left_tier": {
        "asked_of_you": "Department manager is asked now. You are no longer asked; what you know still helps.",
        "tier_title": "Department manager",
        "until": None,
        "commands": (),
        "otherwise": "If you do nothing: nothing more is asked of you.",
    },
    "exhausted": {
        "asked_of_you": "All tiers' time is up. You own this issue: find who takes charge.",
        "owner": "kim",
        "commands": ("take_charge",),
        "otherwise": LAST,
    },
    "last_resort": {
        "asked_of_you": "NOBODY HAS IT. You are the last resort: take charge with a time, or name who does.",
        "commands": ("take_charge",),
        "otherwise": LAST,
    },
    "charge_lapsed": {
        "asked_of_you": "The time that you set is past. Resolve it, or take charge again with a new time.",
        "until": None,
        "commands": ("take_charge", "resolve"),
        "otherwise": LAST,
    },
    "confirm": {
        "asked_of_you": "The resolution is not confirmed. Ask the customer, then confirm, reopen, or close it.",
        "until": AT + timedelta(days=5),
        "commands": ("confirm", "reopen", "close"),
        "otherwise": f"If nobody does anything: at {instant(AT + timedelta(days=5))} it is closed.",
    },
    "resolved": {
        "asked_of_you": "It is said to be fixed. If it is not, reopen it.",
        "until": AT + timedelta(days=5),
        "commands": ("confirm", "reopen"),
        "otherwise": STAYS,
    },
    "closed": {
        "asked_of_you": "It is closed. If it is not fixed after all, reopen it.",
        "until": AT + timedelta(days=14),
        "commands": ("reopen",),
        "otherwise": STAYS,
    },
    "reopened": {
        "asked_of_you": "It was reopened: Team lead is asked again. You own it.",
        "owner": "kim",
        "until": None,
        "commands": ("acknowledge",),
    },
    "offered": {
        "asked_of_you": (
            "It is offered to you: accept it, and you answer for it and work on it; or decline it with a reason."
        ),
        "until": None,
        "commands": ("accept", "decline"),
    },
    "declined": {
        "asked_of_you": "Somebody who was to take it has declined. It goes on as said below; you need do nothing.",
        "owner": "kim",
        "until": None,
        "commands": (),
    },
    "severity_changed": {
        "asked_of_you": "Its severity is now S2. Its times may have changed.",
        "commands": ("acknowledge", "resolve"),
    },
    "customer_changed": {
        "asked_of_you": "It is another customer's. What was promised may be another time: it stands below.",
        "commands": ("acknowledge", "resolve"),
    },
    "hold_over": {
        "asked_of_you": "It is on hold no more and its clocks run on: go on with it, or move it up.",
        "handler": "kim",
        "commands": ("resolve", "escalate"),
    },
    "snooze_over": {
        "asked_of_you": "You wanted to be told again: this is it.",
        "commands": ("acknowledge", "resolve"),
    },
    "handler_reminded": {
        "asked_of_you": "You work on it: say that you still do (acknowledge), or what came of it. "
        "If you cannot, give it back.",
        "handler": "kim",
        "commands": ("acknowledge", "resolve", "escalate", "release"),
    },
    "cancel_asked": {
        "asked_of_you": "pat says that it was opened in error. If you agree, cancel it, too.",
        "handler": "kim",
        "until": None,
        "commands": ("cancel",),
    },
    "target_missed": {
        "asked_of_you": "A time that was agreed is past. Resolve it, and say so to whom it was promised.",
        "owner": "kim",
        "until": None,
        "commands": ("resolve",),
    },
    "plan_impossible": {
        "asked_of_you": "What was promised to the customer ends before Manager would be asked. "
        "Move it up now, or take it on.",
        "owner": "pat",
        "commands": ("escalate", "resolve"),
    },
    "target_warned": {
        "asked_of_you": "A time that was agreed is running out. Nobody has it. "
        "Do what was agreed in time, or move it up now.",
        "owner": "kim",
        "commands": ("resolve", "escalate"),
    },
    "suppression_failed": {
        "asked_of_you": "It could not be recorded as a duplicate of another issue, so it goes on by itself.",
        "handler": "kim",
        "until": None,
        "commands": ("resolve",),
    },
    "waits": {
        "asked_of_you": "Team lead is closed and opens Mon 23 Nov 09:00:00 UTC, and is asked then. "
        "You need do nothing meanwhile.",
        "until": None,
        "commands": (),
        "otherwise": "If nobody does anything: at Mon 23 Nov 09:00:00 UTC Team lead opens and is asked.",
    },
    "offer_lapsed": {
        "asked_of_you": "An offer of it was not accepted in time, so the duty lead owns it now. You need do nothing.",
        "until": None,
        "commands": (),
    },
    "owns": {
        "asked_of_you": "kim owns it now, as duty lead, since nobody accepted it: who owns it sees that it ends.",
        "owner": "kim",
        "until": None,
        "commands": ("acknowledge", "reassign", "resolve"),
    },
    "relieved": {
        "asked_of_you": "Your shift ends, and what you had of it is accepted. Nothing more is asked of you.",
        "handler": "pat",
        "until": None,
        "commands": (),
    },
    "taken_over": {
        "asked_of_you": "A shift ended and nobody accepted it, so the duty lead has it now. "
        "Who has it sees that it goes on.",
        "handler": "kim",
        "owner": "kim",
        "until": None,
        "commands": ("acknowledge", "reassign", "resolve", "escalate"),
    },
    **OF_ASKS,
    "rota_empty": {
        "asked_of_you": "Nobody is on duty by rota night, which you answer for: see that somebody is.",
        "until": None,
        "commands": (),
    },
}


def notify(about: About = "asked", **changed: Any) -> Notify:
    """A message to Kim about failing cards, as the rules ask for it on that occasion."""
    facts: dict[str, Any] = {
        "key": f"main:main:main:desk:REF-1:1/7/kim/{about}",
        "issue": IssueId(source="desk", reference="REF-1"),
        "issue_kind": "support",
        "issue_class": "normal",
        "title": "Card payments fail in Cork",
        "title_ref": None,
        "description": TextRef(ref="t1", digest="0" * 64, length=75),
        "person": PersonFacts(id="kim", role="team_lead", channels=("email", "inbox")),
        "channel": "email",
        "about": about,
        "severity": "S2",
        "severity_means": "money blocked or at risk",
        "priority": 2,
        "opened_at": AT - timedelta(minutes=15),
        "received_at": AT - timedelta(minutes=25),
        "at": AT,
        "tier": "team_lead",
        "tier_title": "Team lead",
        "until": UNTIL,
        "tried": (
            f"{instant(AT - timedelta(minutes=8))}: pat acknowledged it; it holds until {instant(AT)}",
            f"{instant(AT)}: team_lead is asked: nobody acknowledged in time; to be acknowledged by {instant(UNTIL)}",
        ),
        "commands": ("acknowledge", "escalate", "resolve"),
        "owner": "ann",
        "otherwise": GOES_UP,
        **OCCASIONS[about],
        **changed,
    }
    return Notify(**facts)


def as_read(message: Message) -> str:
    """The message as it stands in front of its reader."""
    return f"Subject: {message.subject}\n\n{message.body}"


def last_line(message: Message) -> str:
    """What the body ends with."""
    return message.body.splitlines()[-1]


@pytest.mark.parametrize("about", ABOUTS)
def test_what_a_person_reads(about: About, snapshot: SnapshotAssertion) -> None:
    assert as_read(compose(notify(about), TEXTS, DUBLIN)) == snapshot


def test_what_a_person_in_another_zone_reads_of_a_possible_repeat(snapshot: SnapshotAssertion) -> None:
    at = datetime(2026, 12, 31, 21, 50, tzinfo=UTC)
    late = notify(at=at, until=at + timedelta(hours=2, minutes=20), otherwise=f"At {instant(at)} it goes up.")
    assert as_read(compose(late, TEXTS, BUCHAREST, is_possible_repeat=True)) == snapshot


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
@pytest.mark.parametrize("about", ["asked", "closed"])
def test_what_a_person_reads_of_a_case_that_is_not_for_everybody(
    about: About, issue_class: str, snapshot: SnapshotAssertion
) -> None:
    assert as_read(compose(notify(about, issue_class=issue_class, title=""), MessageTexts(), DUBLIN)) == snapshot


# Lines and words of every kind, so also those that would end a header or start another statement.
anything = st.text(max_size=300) | st.lists(
    st.sampled_from(["\r\n", "\n", "\x0b", "\u2028", "\x85", "\x00", "\u202e", "Bcc: eve@example.org", "word", " "]),
    max_size=12,
).map("".join)


@given(about=st.sampled_from(ABOUTS), title=anything, described=anything, asked=anything, otherwise=anything)
def test_the_last_line_says_what_happens_if_nobody_does_anything(
    about: About, title: str, described: str, asked: str, otherwise: str
) -> None:
    told = notify(about, title=title, asked_of_you=asked, otherwise=f"If nobody does: {otherwise}.")
    message = compose(told, MessageTexts(description=described, names=NAMES), DUBLIN)
    assert last_line(message).startswith("If nobody does:")
    assert message.body.endswith(".")
    assert message.lines[-1].text == last_line(message)


@given(about=st.sampled_from(ABOUTS), title=anything, zone=st.sampled_from([DUBLIN, "Mars/Base", ""]))
def test_a_subject_is_one_line_with_the_id_at_its_end(about: About, title: str, zone: str) -> None:
    message = compose(notify(about, title=title), TEXTS, zone, is_possible_repeat=True)
    assert message.subject.splitlines() == [message.subject]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e]", message.subject)
    assert message.subject.endswith(", desk:REF-1")
    assert len(message.subject) <= LONGEST_SUBJECT


def labels(body: str) -> list[str]:
    """What stands before the colon of every row that is neither quoted nor part of a list."""
    return [row.partition(":")[0] for row in body.splitlines() if row and not row.startswith(("    ", "- "))]


@given(title=anything, described=anything, sentence=anything)
def test_no_text_can_pass_for_a_line_of_ours(title: str, described: str, sentence: str) -> None:
    told = notify(title=title, tried=(sentence,), runbook=sentence, checklist=(sentence,))
    found = labels(compose(told, MessageTexts(description=described, names=NAMES), DUBLIN).body)
    assert len(found) == len(set(found))
    assert set(found) <= set(labels(compose(notify(), TEXTS, DUBLIN).body))


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
@pytest.mark.parametrize("about", ABOUTS)
def test_a_restricted_message_holds_the_id_and_where_to_read_it(about: About, issue_class: str) -> None:
    secret = notify(
        about,
        issue_class=issue_class,
        title="Kim took the money",
        severity_means="theft",
        tier_title="Head of conduct",
        runbook="https://conduct.example.org",
        checklist=("proof: What proves it?",),
        handler="pat",
    )
    read = as_read(compose(secret, TEXTS, DUBLIN, is_possible_repeat=True))
    assert "Restricted case" in read
    assert "escalon show desk:REF-1 --as kim" in read
    told = [*TEXTS.names.values(), str(TEXTS.description), secret.title, secret.severity, secret.severity_means]
    told += [secret.tier, secret.tier_title, secret.runbook, *secret.checklist, *secret.tried, "pat", "ann", "support"]
    assert [word for word in told if word and word in read] == []


def test_a_restricted_message_ends_with_what_happens_too() -> None:
    assert "others are asked" in last_line(compose(notify(issue_class="sealed"), TEXTS, DUBLIN))
    assert "nothing" in last_line(compose(notify("closed", issue_class="sealed"), TEXTS, DUBLIN))


def test_all_times_are_the_readers_and_say_so() -> None:
    body = compose(notify(), TEXTS, BUCHAREST).body
    assert "By: 22:10 Bucharest, Sat 21 Nov 2026 (20:10 UTC), 30 min from 21:40 Bucharest" in body
    assert "at 22:10 Bucharest nobody has acknowledged" in last_line(compose(notify(), TEXTS, BUCHAREST))
    unnamed = [row for row in body.splitlines() if re.search(r"\d\d:\d\d(?!\d|:\d| UTC\)| Bucharest)", row)]
    assert unnamed == ["    > Since 19:00 all cards are declined at terminals."]


def test_a_person_is_named_and_so_is_their_id() -> None:
    body = compose(notify(handler="kim"), TEXTS, DUBLIN).body
    assert "Handler: you (kim)" in body
    assert "Owner: Ann Okafor (ann)" in body
    assert "Who is who: pat is Pat Doyle" in body
    assert "Owner: zoe" in compose(notify(owner="zoe"), TEXTS, DUBLIN).body


def test_text_that_cannot_be_read_is_said_to_be_so() -> None:
    message = compose(notify(title=""), MessageTexts(is_unreadable=True), DUBLIN)
    assert message.subject == f"[S2] Act by 20:10 Dublin: {UNREADABLE}, desk:REF-1"
    assert f"Description: {UNREADABLE}; try: escalon show desk:REF-1 --as kim" in message.body


def test_a_long_description_is_cut_and_says_so() -> None:
    body = compose(notify(), MessageTexts(description="word " * 2000), DUBLIN).body
    assert "(there is more: see all)" in body
    assert len(body) < 4000


def test_a_short_limit_is_shown_to_the_second() -> None:
    message = compose(notify(until=AT + timedelta(seconds=20)), TEXTS, DUBLIN)
    assert message.subject.startswith("[S2] Act by 19:40:37 Dublin:")
    assert "20 s from 19:40 Dublin" in message.body


def test_a_time_that_is_past_is_said_to_be_past() -> None:
    assert "that time is past" in compose(notify(until=AT - timedelta(minutes=1)), TEXTS, DUBLIN).body


def handed_over() -> list[Notify]:
    """At the end of a shift: accepted, and not."""
    accepted, lapsed = Told(), Told()
    accepted.run_to(at(50))
    accepted.do(Accept, "ben", at(51))
    lapsed.run_to(at(71))
    return [*accepted.notes(), *lapsed.notes()]


def test_every_message_that_the_rules_ask_for_is_told_in_the_readers_time() -> None:
    asked_for = [*whole_life(), *by_hand(), *out_of_hours(), *unowned(), *impossible(), *handed_over()]
    asked_for += [*put_to_others(), *(effect for effect in waiting().effects if isinstance(effect, Notify))]
    assert {effect.about for effect in asked_for} == set(ABOUTS)
    for effect in asked_for:
        message = compose(effect, MessageTexts(), BUCHAREST)
        assert last_line(message).startswith("If ")
        assert not re.search(r"\d UTC(?!\))", as_read(message)), as_read(message)
