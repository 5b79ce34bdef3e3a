"""Who gets it: by skill, authority and language, then the first, in turn, or who has least to do; and who is next."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from escalation.issue.commands import Decline
from escalation.issue.effects import FindResponders
from escalation.issue.explain import explain
from escalation.issue.facts import Party
from escalation.issue.identity import IssueId
from escalation.issue.responders import find_in, needs_loads
from escalation.issue.routing import LAG, GivenOut, Load, speaks
from escalation.narrate import narrate
from escalation.policy.describe import tell_in_words
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import World, people_of
from tests.given import T0, TEXT, actor, at, exhaustion, opened, policy, tier

HOUSE = read_directory(
    """
operator: olga
teams: { main: { duty_lead: lee } }
people:
  ann: { name: Sample, role: first, addresses: { inbox: ann }, skills: [refunds], limit: { EUR: 100 } }
  ben: { name: Sample, role: first, addresses: { inbox: ben }, skills: [refunds, databases], limit: { EUR: 500 } }
  cid: { name: Sample, role: first, addresses: { inbox: cid }, skills: [databases], language: de, languages: [pt] }
  dot: { name: Sample, role: first, addresses: { inbox: dot }, skills: [refunds], deputy: lee,
         absences: [{ from: 2026-11-20 }] }
  lee: { name: Sample, role: second, addresses: { inbox: lee } }
  olga: { name: Sample, role: operator, addresses: { inbox: olga } }
""",
    "people.yaml",
)
FIRST: dict[str, Any] = {"roles": ("first",)}


def find(number: int = 1, languages: tuple[str, ...] = (), about: tuple[str, ...] = (), **tell: Any) -> FindResponders:
    """The look-up of an issue of that number."""
    issue = IssueId(source="desk", reference=f"REF-{number}")
    return FindResponders(
        key=f"{issue}/find/1", issue=issue, issue_kind="support", severity="S1", turn=1, policy="small", tier="first",
        tell=Tell(**{**FIRST, **tell}), about=about, languages=languages, at=T0 + timedelta(seconds=number),
    )  # fmt: skip


def found(effect: FindResponders, loads: dict[str, Load] | None = None) -> list[str]:
    """Who is asked."""
    return [person.id for person in find_in(HOUSE, effect, ("inbox",), loads=loads or {}).people]


@pytest.mark.parametrize(
    ("tell", "languages", "people"),
    [
        ({}, ("pt-BR",), ["ann", "ben", "cid", "lee"]),
        ({"skills": ("refunds",)}, (), ["ann", "ben"]),
        ({"skills": ("refunds", "databases")}, (), ["ben"]),
        ({"authority": {"EUR": "100"}}, (), ["ann", "ben"]),
        ({"authority": {"EUR": "100.01"}}, (), ["ben"]),
        ({"authority": {"USD": "1"}}, (), []),
        ({"language": "needed"}, ("pt-BR",), ["cid"]),
        ({"language": "needed"}, ("fi",), []),
        ({"language": "needed"}, (), ["ann", "ben", "cid", "lee"]),
        ({"language": "preferred"}, ("pt-BR",), ["cid"]),
        ({"language": "preferred"}, ("fi",), ["ann", "ben", "cid", "lee"]),
        ({"choose": "everybody"}, (), ["ann", "ben", "cid", "lee"]),
        ({"choose": "first"}, (), ["ann"]),
        ({"choose": "first", "at_most": 2}, (), ["ann", "ben"]),
        ({"choose": "first", "at_most": 9}, (), ["ann", "ben", "cid", "lee"]),
    ],
)
def test_who_is_asked(tell: dict[str, Any], languages: tuple[str, ...], people: list[str]) -> None:
    """Lee is there for dot, who is away, and has no skill: a deputy must have what is needed, too."""
    assert found(find(languages=languages, **tell)) == people


def test_it_is_on_record_what_was_lacking_and_who_could_have_been_asked() -> None:
    answer = find_in(HOUSE, find(skills=("refunds",), choose="first"), ("inbox",))
    left_out = {each.id: each.why for each in answer.left_out}
    assert left_out == {
        "cid": "lacks skill refunds",
        "dot": "is away until further notice",
        "lee": "lacks skill refunds",
        "ben": "comes later in the list",
    }
    assert answer.why.endswith("; the first of the list, 1 of 2")
    nobody = find_in(HOUSE, find(authority={"EUR": "900"}), ("inbox",))
    assert nobody.why.startswith("nobody found: ")
    assert nobody.why.endswith("without 4 who cannot")
    assert {each.why for each in nobody.left_out} == {"lacks authority for 900 EUR"}


def test_who_has_the_fewest_open_issues_gets_it_and_between_equals_who_waited_longest() -> None:
    loads = {"ann": Load(2, at(1)), "ben": Load(1, at(9)), "cid": Load(1, at(3)), "lee": Load(5, at(0))}
    assert found(find(choose="least_loaded", at_most=3), loads) == ["cid", "ben", "ann"]
    assert found(find(choose="round_robin", at_most=3), loads) == ["lee", "ann", "cid"]
    del loads["ben"]
    assert found(find(choose="round_robin"), loads) == ["ben"], "who never had one comes first"


def test_between_equals_it_is_not_always_the_same_one_and_for_one_issue_always() -> None:
    counts = Counter(found(find(number, choose="least_loaded"))[0] for number in range(200))
    assert set(counts) == {"ann", "ben", "cid", "lee"}
    assert min(counts.values()) > 25
    assert found(find(7, choose="round_robin")) == found(find(7, choose="round_robin"))


@pytest.mark.parametrize("choose", ["round_robin", "least_loaded"])
def test_a_burst_is_spread_evenly_before_the_record_knows_of_it(choose: str) -> None:
    given, counts = GivenOut(), Counter[str]()
    for number in range(40):
        effect = find(number, choose=choose)
        answer = found(effect, dict(given.with_record({}, (), effect)))
        given.note(effect, answer)
        assert found(effect, dict(given.with_record({}, (), effect))) == answer, "asked again it comes to the same"
        counts.update(answer)
    assert set(counts.values()) == {10}


def test_what_the_record_knows_is_not_counted_twice_and_what_is_old_not_at_all() -> None:
    given, first = GivenOut(), find(1)
    given.note(first, ("ann",))
    later = find(2)
    assert given.with_record({}, (), later)["ann"].open == 1
    assert given.with_record({"ann": Load(1, T0)}, (str(first.issue),), later)["ann"].open == 1
    assert given.recent(later) == (str(first.issue),)
    long_after = find(1 + round(LAG.total_seconds()) + 1)
    assert given.with_record({}, (), long_after) == {}
    assert given.with_record(None, (), long_after)["ann"].open == 1, "where the record is away it is all that is known"
    assert given.recent(long_after) == ()


def test_what_is_remembered_is_bounded() -> None:
    given = GivenOut(most=3)
    for number in range(9):
        given.note(find(number), ("ann",))
    assert given.with_record(None, (), find(50))["ann"].open == 3


def test_a_language_is_spoken_in_all_regions() -> None:
    assert speaks(HOUSE.person("cid"), ("pt-BR",))
    assert speaks(HOUSE.person("cid"), ("fi", "DE-at"))
    assert not speaks(HOUSE.person("ann"), ("pt",))


def played(tell: Tell, **issue: Any) -> Simulated:
    """An issue on a ladder whose first tier tells so, with nobody but olga after it."""
    ladder = policy(tier("first", tell=tell), exhaustion=exhaustion(last_resort=Tell(people=("olga",))))
    world = Simulated(World(find=people_of(HOUSE)))
    world.send(opened(ladder, issue=issue), T0)
    world.run_to(T0)
    return world


def asked(issue: Simulated) -> tuple[str, ...]:
    """Who is asked now."""
    assert issue.state is not None
    return issue.state.asked


def decline(issue: Simulated, who: str, minute: float, **more: Any) -> None:
    """Who cannot take it."""
    issue.send(Decline(id=f"no-{who}", by=actor(who), reason=TEXT, **more), at(minute))
    issue.run_to(at(minute))


def test_the_language_is_the_customer_s() -> None:
    tell = Tell(roles=("first",), language="needed")
    of_customer = Party(key="c-1", role="customer", language="de-CH")
    assert asked(played(tell, parties=(of_customer,))) == ("cid",)
    of_another = Party(key="c-2", role="affected", language="de-CH")
    assert asked(played(tell, parties=(of_another,))) == ("ann", "ben", "cid", "lee")


def test_who_declines_is_followed_by_the_next_at_once_and_the_last_one_empties_the_tier() -> None:
    issue = played(Tell(roles=("first",), skills=("refunds",), choose="first"))
    assert asked(issue) == ("ann",)
    decline(issue, "ann", 2)
    assert asked(issue) == ("ben",)
    assert issue.state is not None
    assert issue.state.acknowledge_due_at == at(10), "in the time that the tier has"
    sentence = narrate(next(entry for entry in issue.entries if entry.event.kind == "stand_in_asked"))
    assert sentence == "ben asked at the first in place of ann, who declined (next of those who could be asked)"
    decline(issue, "ben", 3)
    assert issue.state.exhausted_at == at(3), "nobody else has the skill"


def test_of_several_each_who_declines_is_followed_by_one() -> None:
    issue = played(Tell(roles=("first",), choose="first", at_most=2))
    decline(issue, "ann", 1)
    assert asked(issue) == ("ben", "cid")
    decline(issue, "ben", 2)
    assert asked(issue) == ("cid", "lee")
    decline(issue, "cid", 3)
    assert asked(issue) == ("lee",)


def test_explain_says_how_they_were_chosen() -> None:
    issue = played(Tell(roles=("first",), skills=("databases",), choose="least_loaded"))
    assert issue.state is not None
    said = "\n".join(explain(issue.state, T0).who)
    assert "; who has least to do, 1 of 2." in said
    assert "ann (lacks skill databases)" in said
    assert "(others have less to do: 0 open)" in said


def test_a_tell_says_in_words_who_gets_it() -> None:
    needs: dict[str, Any] = {"skills": ("refunds",), "authority": {"EUR": "1500"}, "language": "needed"}
    tell = Tell(**FIRST, **needs, choose="round_robin", at_most=2)
    assert tell_in_words(tell) == (
        "first: with skill refunds, with authority for 1,500 EUR, the customer's language needed, in turn, 2 at a time"
    )


def test_the_record_is_read_only_where_it_matters() -> None:
    choices = (None, "everybody", "first", "round_robin", "least_loaded")
    assert [each for each in choices if needs_loads(find(choose=each))] == ["round_robin", "least_loaded"]
