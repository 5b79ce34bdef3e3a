"""Who is asked where somebody cannot be reached: read strictly, and found with the look-up."""

from typing import Any

import pytest

from escalation.issue.delivery import MOST_STAND_INS, StandIn
from escalation.issue.effects import FindResponders
from escalation.issue.identity import IssueId
from escalation.issue.responders import find_in
from escalation.policy.directory import Directory
from escalation.policy.finding import PolicyErrors
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory


def people(**deputies: str) -> str:
    """Ann to Eve, each with the deputy that is named; Lee is the duty lead of team main."""
    rows = [
        f"  {name}: {{name: Sample, role: agent, addresses: {{email: {name}@example.org}}"
        + (f", deputy: {deputies[name]}}}" if name in deputies else "}")
        for name in ("ann", "ben", "cid", "dot", "eve", "lee")
    ]
    return "\n".join(["operator: lee", "teams: {main: {duty_lead: lee}}", "people:", *rows])


def directory(**deputies: str) -> Directory:
    """The same, read."""
    return read_directory(people(**deputies), "people.yaml")


def instead(found: Directory, who: str, team: str = "main") -> list[tuple[str, str]]:
    """Ids and reasons of those who stand in."""
    return [(person.id, why) for person, why in found.in_place_of(who, team)]


def test_the_deputies_come_first_then_the_duty_lead() -> None:
    found = directory(ann="ben", ben="cid")
    assert instead(found, "ann") == [
        ("ben", "deputy of ann"),
        ("cid", "deputy of ben"),
        ("lee", "duty lead of team main"),
    ]
    assert instead(found, "eve") == [("lee", "duty lead of team main")]


def test_nobody_stands_in_for_themselves_nor_twice() -> None:
    found = directory(lee="ann", ben="lee")
    assert instead(found, "lee") == [("ann", "deputy of lee")]
    assert instead(found, "ben") == [("lee", "deputy of ben"), ("ann", "deputy of lee")]


def test_an_unknown_team_has_no_duty_lead() -> None:
    assert instead(directory(ann="ben"), "ann", "elsewhere") == [("ben", "deputy of ann")]


@pytest.mark.parametrize(
    ("deputies", "says"),
    [
        ({"ann": "ann"}, "people.ann.deputy: 'ann' is this person"),
        ({"ann": "bin"}, "people.ann.deputy: 'bin' is not in people"),
        ({"ann": "ben", "ben": "ann"}, "people.ann.deputy: 'ben' goes round: ann to ben to ann"),
        ({"cid": "ann", "ann": "ben", "ben": "cid"}, "people.ann.deputy: 'ben' goes round: ann to ben to cid to ann"),
        ({"dot": "ann", "ann": "ben", "ben": "ann"}, "people.ann.deputy: 'ben' goes round: ann to ben to ann"),
    ],
)
def test_a_mistake_is_named_once(deputies: dict[str, str], says: str) -> None:
    with pytest.raises(PolicyErrors) as refused:
        read_directory(people(**deputies), "people.yaml")
    (error,) = refused.value.errors
    assert says in str(error)
    assert error.line is not None


def find(**changed: Any) -> FindResponders:
    """Who is told of an issue of team main: Ann and Ben."""
    issue = IssueId(source="desk", reference="REF-1")
    given: dict[str, Any] = {
        "key": "k", "issue": issue, "issue_kind": "support", "severity": "S1", "turn": 3, "policy": "p", "tier": "t",
        "tell": Tell(people=("ann", "ben")), "about": (), **changed,
    }  # fmt: skip
    return FindResponders(**given)


def test_they_come_with_the_look_up_each_with_their_facts_once() -> None:
    found = find_in(directory(ann="cid"), find(), {"email"})
    lead = StandIn(id="lee", why="duty lead of team main")
    assert found.stand_ins == {"ann": (StandIn(id="cid", why="deputy of ann"), lead), "ben": (lead,)}
    assert [(each.id, each.channels) for each in found.beside] == [
        ("cid", ("email", "inbox")),
        ("lee", ("email", "inbox")),
    ]


def test_never_one_whom_the_issue_is_about() -> None:
    found = find_in(directory(ann="cid"), find(about=("cid", "lee")), {"email"})
    assert (found.stand_ins, found.beside) == ({}, ())


def test_not_more_than_are_carried_along() -> None:
    line = {"ann": "ben", "ben": "cid", "cid": "dot", "dot": "eve"}
    found = find_in(directory(**line), find(tell=Tell(people=("ann",))), {"email"})
    assert [each.id for each in found.stand_ins["ann"]] == ["ben", "cid", "dot", "eve"]
    assert len(found.stand_ins["ann"]) == MOST_STAND_INS
