"""Nobody is asked about themselves, whom they stand in for, or whom they report to; and the record says so."""

from datetime import timedelta
from typing import Any

from escalation.issue.explain import explain
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.conflict import Conflicts, managers, ties
from escalation.policy.directory import Directory
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import World, people_of
from tests.given import T0, Played, exhaustion, opened, person, policy, refused, tier

PEOPLE = """
operator: olga
teams: { main: { duty_lead: lee } }
people:
  ann: { name: Sample, role: first, addresses: { inbox: ann }, deputy: ben, manager: lee }
  ben: { name: Sample, role: first, addresses: { inbox: ben }, manager: kim }
  cid: { name: Sample, role: first, addresses: { inbox: cid }, manager: ann }
  dot: { name: Sample, role: first, addresses: { inbox: dot }, manager: cid, deputy: ann }
  eve: { name: Sample, role: first, addresses: { inbox: eve }, manager: lee, deputy: cid }
  kim: { name: Sample, role: second, addresses: { inbox: kim } }
  lee: { name: Sample, role: second, addresses: { inbox: lee }, manager: kim }
  olga: { name: Sample, role: operator, addresses: { inbox: olga } }
"""
HOUSE: Directory = read_directory(PEOPLE, "people.yaml")
WEEKS = "{ people: [%s], rotates: weekly, from: 2026-11-16, handoff: '09:00' }"


def played(tell: Tell, about: tuple[str, ...], rota: str = "", directory: Directory = HOUSE) -> Simulated:
    """An issue about these people on a ladder whose first tier tells so, and then `lee`."""
    ladder = policy(
        tier("first", tell=tell),
        tier("second", tell=Tell(people=("lee",))),
        exhaustion=exhaustion(last_resort=Tell(people=("olga",))),
    )
    texts = RotaTexts("rotas.yaml", f"rotas: {{ duty: {{ zone: UTC, {rota} }} }}")
    rotas = read_rotas(texts, directory) if rota else None
    find = people_of(directory, rotas=rotas) if rotas is not None else people_of(directory)
    issue = Simulated(World(find=find))
    issue.send(opened(ladder, issue={"about": about}), T0)
    issue.run_to(T0)
    return issue


def asked(issue: Simulated) -> list[str]:
    """Who is asked by the latest look-up that found anybody."""
    return next([p.id for p in e.event.people] for e in reversed(issue.entries) if e.event.kind == "people_asked")


def event(issue: Simulated, kind: str) -> Any:
    """The first of that kind."""
    return next(entry.event for entry in issue.entries if entry.event.kind == kind)


def test_neither_they_nor_their_deputies_nor_anybody_below_them_is_asked() -> None:
    issue = played(Tell(roles=("first",)), ("ann",))
    assert asked(issue) == ["eve"], "ann, her deputy ben, cid who reports to her, dot who reports to him"
    found = event(issue, "people_asked")
    assert found.why == "first in team main, or anywhere where it has none, without 4 for a conflict of interest"
    assert [(each.id, each.why) for each in found.left_out] == [
        (name, "a conflict of interest") for name in ("ann", "ben", "cid", "dot")
    ]
    assert [each.id for each in found.stand_ins["eve"]] == ["lee"], "her deputy cid reports to ann"


def test_explain_says_who_was_considered_and_who_was_left_out_and_no_private_reason() -> None:
    absent = "absences: [{ from: 2026-11-19, why: surgery }], deputy: kim }"
    away = read_directory(PEOPLE.replace("manager: lee, deputy: cid }", absent), "people.yaml")
    issue = played(Tell(roles=("first",)), ("dot",), directory=away)
    assert issue.state is not None
    said = "\n".join(explain(issue.state, T0).who)
    assert "Asked at this tier: ben, cid, kim." in said
    assert "They were chosen so: first in team main" in said
    left_out = ("ann (a conflict of interest)", "dot (a conflict of interest)", "eve (is away until further notice)")
    assert f"Considered and left out: {'; '.join(left_out)}." in said
    assert "surgery" not in said


def test_in_place_of_who_is_on_duty_and_may_not_be_asked_the_next_in_line_is() -> None:
    issue = played(Tell(rotas=("duty",)), ("ann",), f"layers: {{ w: {WEEKS % 'cid, ben, eve'} }}")
    assert asked(issue) == ["eve"], "cid reports to ann, ben is her deputy"
    why = event(issue, "people_asked").why
    assert "cid is not asked; next in line: eve)" in why
    assert "reports" not in why


def test_a_gap_for_absence_is_none_for_a_conflict_and_an_override_of_one_alone_neither() -> None:
    gap = f"when_absent: gap, layers: {{ w: {WEEKS % 'cid, eve'} }}"
    assert asked(played(Tell(rotas=("duty",)), ("ann",), gap)) == ["eve"]
    only = "overrides: [{ from: 2026-11-20T00:00Z, until: 2026-11-21T00:00Z, only: [cid] }]"
    alone = f"layers: {{ w: {WEEKS % 'eve, kim'} }}, {only}"
    assert asked(played(Tell(rotas=("duty",)), (), alone)) == ["cid"]
    assert asked(played(Tell(rotas=("duty",)), ("ann",), alone)) == ["eve"]


def test_where_everybody_has_a_conflict_the_tier_is_left_at_once_and_in_the_end_the_last_resort_is_told() -> None:
    issue = played(Tell(roles=("first",)), ("kim",))
    kinds = [entry.event.kind for entry in issue.entries]
    assert kinds.count("tier_found_empty") == 2, "all but olga report to kim, or to somebody who does"
    empty = event(issue, "tier_found_empty")
    assert {each.id for each in empty.left_out} == {"ann", "ben", "cid", "dot", "eve"}
    assert "exhausted" in kinds
    assert asked(issue) == ["olga"]
    assert issue.now == T0, "without any waiting"


def test_who_declined_with_a_conflict_of_their_own_shares_it_with_nobody() -> None:
    issue = played(Tell(roles=("first",)), ())
    both = Conflicts(HOUSE, ("lee",), T0, never=("ben",))
    assert [each.id for each in HOUSE.people if each.id in both] == ["ann", "ben", "cid", "dot", "eve", "lee"]
    own = Conflicts(HOUSE, (), T0, never=("ann",))
    assert [each.id for each in HOUSE.people if each.id in own] == ["ann"]
    assert set(asked(issue)) == {"ann", "ben", "cid", "dot", "eve"}


def test_the_errand_tells_a_conflict_of_ones_own_from_whom_it_is_about() -> None:
    issue = Played(opened(issue={"about": ("ann",)}))
    issue.decline("first-1", has_conflict=True)
    issue.escalate("first-2")
    found = next(effect for effect in reversed(issue.effects) if effect.kind == "find_responders")
    assert (found.about, found.excluded) == (("ann", "first-1"), ("first-1",))


def test_an_absence_s_deputy_counts_while_it_lasts() -> None:
    away = PEOPLE.replace(
        "deputy: ben, manager: lee }", "absences: [{ from: 2026-11-20, until: 2026-11-20, deputy: eve }] }"
    )
    house = read_directory(away, "people.yaml")
    assert "eve" in Conflicts(house, ("ann",), T0)
    assert "eve" not in Conflicts(house, ("ann",), T0 + timedelta(days=1))


def test_nothing_is_offered_to_who_reports_to_whom_it_is_about() -> None:
    assert ties(HOUSE, "dot", T0) == ("cid", "ann", "lee", "kim")
    assert ties(HOUSE, "ben", T0) == ("kim", "ann"), "whom she reports to, and whose deputy she is"
    assert list(managers(HOUSE, "nobody")) == []
    issue = Played(opened(issue={"about": ("lee",)}))
    dot = person("dot", ties=ties(HOUSE, "dot", T0))
    assert refused(issue.reassign("first-1", "dot", facts=dot)) == "unfit_person"
    assert issue.reassign("first-1", "kim", facts=person("kim", ties=ties(HOUSE, "kim", T0)))
