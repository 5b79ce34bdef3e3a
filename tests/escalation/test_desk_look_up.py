"""Who is found for what is put to others: a desk's people, who is next in line, and who leads them."""

from typing import Any

from escalation.issue.effects import FindResponders
from escalation.issue.identity import IssueId
from escalation.issue.responders import find_in
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from tests.given import T0

HOUSE = read_directory(
    """
operator: olga
teams: { main: { duty_lead: lee }, network: { duty_lead: nora } }
people:
  ann: { name: Sample, role: engineer, teams: [network], addresses: { inbox: ann }, skills: [bgp], deputy: cid }
  ben: { name: Sample, role: engineer, teams: [network], addresses: { inbox: ben }, manager: nora }
  cid: { name: Sample, role: expert, addresses: { inbox: cid } }
  lee: { name: Sample, role: second, teams: [main], addresses: { inbox: lee } }
  nora: { name: Sample, role: lead, teams: [network], addresses: { inbox: nora }, deputy: cid }
  olga: { name: Sample, role: operator, addresses: { inbox: olga } }
""",
    "people.yaml",
)
NETWORK: dict[str, Any] = {"roles": ("engineer",), "team": "network", "choose": "first"}


def find(tell: dict[str, Any], **more: Any) -> FindResponders:
    """The look-up for the first thing that is put to others."""
    return FindResponders(
        key="k", issue=IssueId(source="desk", reference="REF-1"), issue_kind="support", severity="S1", turn=2,
        policy="small", tier="network-1", tell=Tell(**tell), at=T0, ask="network-1", **{"about": (), **more},
    )  # fmt: skip


def found(effect: FindResponders) -> tuple[list[str], list[str], str | None]:
    """Who is asked, who is next in line, who leads."""
    answer = find_in(HOUSE, effect, ("inbox",))
    asked = [person.id for person in answer.people]
    line = [each.id for person in asked for each in answer.stand_ins.get(person, ())]
    return asked, line, answer.lead.id if answer.lead else None


def test_the_lead_is_the_duty_lead_of_the_desks_team_and_the_line_goes_on_within_it() -> None:
    assert found(find(NETWORK)) == (["ann"], ["ben", "cid", "nora"], "nora")


def test_a_lead_who_is_named_stands_before_that() -> None:
    assert found(find(NETWORK, lead="olga"))[2] == "olga"


def test_a_lead_whom_it_is_about_is_not_told_of_it_nor_is_their_deputy() -> None:
    assert found(find(NETWORK, about=("nora",)))[2] is None


def test_by_name_the_deputy_is_next_and_the_manager_hears() -> None:
    assert found(find({"people": ("ann",)}, is_by_name=True)) == (["ann"], ["cid", "lee"], None)
    assert found(find({"people": ("ben",)}, is_by_name=True)) == (["ben"], ["lee"], "nora")


def test_a_skill_narrows_it() -> None:
    assert found(find({**NETWORK, "skills": ("bgp",)}))[0] == ["ann"]
    assert found(find({**NETWORK, "skills": ("dns",)})) == ([], [], "nora")


def test_for_a_tier_nobody_leads() -> None:
    assert find_in(HOUSE, find(NETWORK).changed({"ask": ""}), ("inbox",)).lead is None
