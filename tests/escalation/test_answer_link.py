"""Links in messages: what they stand for, that nobody else can make one, and of what there is none."""

import json
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation import answer_link
from escalation.answer_link import Answering, acts_of, answerings, answerings_of_digest, is_digest, read, sign
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.effects import About
from escalation.issue.facts import CauseRef, PersonFacts
from escalation.storm.digest import Listed, SendDigest
from tests.escalation.sample_notify import AT, UNTIL, notify

KEY, OTHER = "k" * 32, "o" * 32
ALL = tuple(HUMAN_COMMANDS)


def one(**changed: Any) -> Answering:
    """The first link of a message."""
    return answerings(notify(**changed), is_personal=True)[0]


def digest(**changed: Any) -> SendDigest:
    """One issue, which can be acknowledged."""
    listed = Listed(
        issue="main:main:main:desk:REF-1:1", severity="high", priority=2, asks=True, can_acknowledge=True, is_new=True
    )
    facts: dict[str, Any] = {
        "key": "digest:main:kim:email:abc/1",
        "person": PersonFacts(id="kim", role="team_lead"),
        "channel": "email",
        "cause": CauseRef(key="abc"),
        "issue_class": "normal",
        "at": AT,
        "listed": (listed,),
        **changed,
    }
    return SendDigest(**facts)


def test_who_is_asked_can_say_so_decline_and_send_it_up() -> None:
    assert acts_of(notify()) == ("acknowledge", "decline", "escalate")
    assert acts_of(notify(commands=("acknowledge",))) == ("acknowledge", "decline")
    assert acts_of(notify(commands=())) == ()


@pytest.mark.parametrize(
    ("about", "acts"),
    [
        ("offered", ("accept", "decline")),
        ("resolved", ("confirm", "reopen")),
        ("last_resort", ("take_charge",)),
        ("ask_put", ("take_on", "pass_on", "complete")),
        ("ask_warned", ("complete", "leave")),
        ("ask_news", ()),
        ("closed", ()),
        ("left_tier", ()),
    ],
)
def test_what_a_message_asks_is_what_its_links_answer(about: About, acts: tuple[str, ...]) -> None:
    assert acts_of(notify(about=about, commands=ALL)) == acts


@pytest.mark.parametrize("about", get_args(About))
def test_no_occasion_has_more_links_than_a_telephone_shows(about: About) -> None:
    assert len(acts_of(notify(about=about, commands=ALL))) <= 3


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
def test_an_issue_that_is_not_normal_has_no_links(issue_class: str) -> None:
    assert answerings(notify(issue_class=issue_class), is_personal=True) == ()
    assert answerings_of_digest(digest(issue_class=issue_class), is_personal=True) == ()


def test_a_link_is_what_it_was_when_it_comes_back() -> None:
    for is_personal in (True, False):
        for way in answerings(notify(), is_personal=is_personal):
            assert read(sign(way, KEY), [OTHER, KEY]) == way
            assert way.is_personal is is_personal


def test_a_link_of_a_digest_acknowledges_all_of_it() -> None:
    (way,) = answerings_of_digest(digest(), is_personal=True)
    assert (way.act, way.issue, is_digest(way)) == ("acknowledge", "", True)
    assert read(sign(way, KEY), [KEY]) == way
    deaf = digest(listed=(digest().listed[0].changed({"can_acknowledge": False}),))
    assert answerings_of_digest(deaf, is_personal=True) == ()


def test_what_another_key_has_signed_is_none() -> None:
    token = sign(one(), KEY)
    assert read(token, [OTHER]) is None
    assert read(token, []) is None


@given(st.data())
def test_a_link_that_was_changed_anywhere_is_none(data: st.DataObject) -> None:
    token = sign(one(), KEY)
    place = data.draw(st.integers(0, len(token) - 1))
    # The last sign of a part has bits that say nothing: a change there that says the same is no change.
    sign_ = data.draw(st.sampled_from("AQgw_-.x"))
    changed = f"{token[:place]}{sign_}{token[place + 1 :]}"
    found = read(changed, [KEY])
    assert found is None or changed == token


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.é", "a" * 2000, "....", f"{'a' * 30}."])
def test_what_is_no_token_is_none(token: str) -> None:
    assert read(token, [KEY]) is None


@pytest.mark.parametrize("said", [[], {}, ["acknowledge"], ["explode", 1, "m", "", "kim", "email", "", 1], [1] * 8])
def test_what_is_signed_and_of_another_release_is_none(said: object) -> None:
    words = answer_link._encode(json.dumps(said).encode())
    assert read(f"{words}.{answer_link._signature(words, KEY)}", [KEY]) is None


def test_links_are_good_for_three_days_and_a_day_after_the_answer_is_due() -> None:
    assert one().good_until == AT + timedelta(days=3)
    later = AT + timedelta(days=5)
    assert one(until=later).good_until == later + timedelta(days=1)
    assert one(until=UNTIL, not_before=later).good_until == later + timedelta(days=1)


def test_copies_have_the_same_links_and_each_act_its_own_id() -> None:
    ways = answerings(notify(), is_personal=True)
    copies = answerings(notify(earlier=3, is_possible_repeat=True), is_personal=True)
    assert [sign(way, KEY) for way in ways] == [sign(way, KEY) for way in copies]
    assert len({way.id for way in ways}) == 3


def test_every_act_is_a_command_with_a_label() -> None:
    assert set(answer_link.ACTS) <= HUMAN_COMMANDS.keys()
    assert set(answer_link.LABELS) == set(answer_link.ACTS)


def test_a_link_fits_where_links_go() -> None:
    long = notify(key=f"{'o' * 60}:main:main:{'s' * 60}:{'R' * 120}:1/123/kim/mattermost", issue=notify().issue)
    token = sign(answerings(long, is_personal=True)[0], KEY)
    assert len(token) < answer_link.LONGEST_TOKEN
    assert "kim" not in token
