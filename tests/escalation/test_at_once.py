"""Who has as much in hand as they may have at once is not asked; by whom it goes then."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.issue.effects import FindResponders
from escalation.issue.identity import IssueId
from escalation.issue.responders import find_in
from escalation.issue.routing import LAG, GivenOut, Load
from escalation.policy.finding import PolicyErrors
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from tests.given import T0

PEOPLE = """
operator: olga
teams: { main: { duty_lead: lee } }
people:
  ann: { name: Sample, role: first, addresses: { inbox: ann }, at_once: 3 }
  ben: { name: Sample, role: first, addresses: { inbox: ben }, at_once: 1, deputy: cid }
  cid: { name: Sample, role: expert, addresses: { inbox: cid }, at_once: 1 }
  lee: { name: Sample, role: second, teams: [main], addresses: { inbox: lee } }
  olga: { name: Sample, role: operator, addresses: { inbox: olga } }
"""
HOUSE = read_directory(PEOPLE, "people.yaml")


def find(number: int = 1, tier: str = "first", **tell: Any) -> FindResponders:
    """The look-up of an issue of that number."""
    issue = IssueId(source="desk", reference=f"REF-{number}")
    return FindResponders(
        key=f"{issue}/find/1", issue=issue, issue_kind="support", severity="S1", turn=1, policy="small", tier=tier,
        tell=Tell(**{"roles": ("first",), **tell}), about=(), at=T0 + timedelta(seconds=number),
    )  # fmt: skip


def loads(**working: int) -> dict[str, Load]:
    """What they have in hand."""
    return {person: Load(0, None, count) for person, count in working.items()}


def test_who_is_at_the_limit_is_not_asked_and_the_words_say_how_much_they_have() -> None:
    answer = find_in(HOUSE, find(), ("inbox",), loads=loads(ann=3, ben=0))
    assert [person.id for person in answer.people] == ["ben"]
    assert [(each.id, each.why) for each in answer.left_out] == [("ann", "at the limit: 3 of 3")]
    assert not answer.is_full
    assert answer.why == "first in team main, or anywhere where it has none, without 1 at their limit"


def test_nor_do_they_stand_in_for_anybody() -> None:
    answer = find_in(HOUSE, find(), ("inbox",), loads=loads(cid=1))
    assert [each.id for each in answer.stand_ins["ben"]] == ["lee"]
    assert [each.id for each in find_in(HOUSE, find(), ("inbox",)).stand_ins["ben"]] == ["cid", "lee"]


def test_where_all_are_their_lead_is_asked_or_it_waits_as_the_policy_says() -> None:
    busy = loads(ann=4, ben=1)
    answer = find_in(HOUSE, find(), ("inbox",), loads=busy)
    assert (answer.is_full, [person.id for person in answer.people]) == (True, ["lee"])
    assert "everybody else is at their limit, so their lead is asked" in answer.why
    waits = find_in(HOUSE, find(when_full="wait"), ("inbox",), loads=busy)
    assert (waits.is_full, waits.people) == (True, ())
    assert [each.why for each in waits.left_out] == ["at the limit: 4 of 3", "at the limit: 1 of 1"]


def test_the_last_resort_knows_no_limit() -> None:
    answer = find_in(HOUSE, find(tier=""), ("inbox",), loads=loads(ann=9, ben=9))
    assert [person.id for person in answer.people] == ["ann", "ben"]


def test_what_was_given_out_within_the_last_minute_counts_until_it_is_on_record() -> None:
    given = GivenOut()
    given.note(find(1), ["ben"])
    given.note(find(2), ["ann", "ben"])
    now = given.with_record({}, (), find(3))
    assert (now["ben"].working, now["ann"].working) == (1, 0), "what asks several is in nobody's hand yet"
    assert given.with_record({}, [str(find(1).issue)], find(3))["ben"].working == 0
    later = find(3).changed({"at": T0 + LAG + timedelta(seconds=5)})
    assert given.with_record(None, (), later)["ben"].working == 0, "also while the record is away"


def test_what_is_put_to_others_counts_beside_its_issue() -> None:
    given = GivenOut()
    ask = find(1).changed({"ask": "network-1", "key": "k-ask"})
    given.note(ask, ["ben"])
    issue = str(find(1).issue)
    assert given.recent(find(2)) == (f"{issue}#network-1",)
    assert given.with_record({}, [issue], find(2))["ben"] == Load(0, ask.at, 1)
    assert given.with_record({}, [f"{issue}#network-1"], find(2))["ben"].working == 0


@pytest.mark.parametrize("given", ["0", "-1", "many", "1001"])
def test_a_limit_that_cannot_be_is_refused(given: str) -> None:
    with pytest.raises(PolicyErrors, match=r"people\.ann\.at_once"):
        read_directory(PEOPLE.replace("at_once: 3", f"at_once: {given}"), "people.yaml")
