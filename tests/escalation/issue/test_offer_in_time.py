"""An offer that is not accepted in its time: the duty lead owns it, by name; and whose rota is empty is told."""

from datetime import timedelta
from typing import Any

from escalation.issue.commands import TakeNoPeople
from escalation.issue.explain import explain
from escalation.issue.facts import PersonFacts
from escalation.issue.state import DUTY_LEAD
from escalation.narrate import narrate
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import World, people_of
from tests.given import T0, Played, at, done, exhaustion, minutes, opened, person, policy, refused, tier

IN_TIME = policy(accept_within={"S1": minutes(3)})


def offered(**more: Any) -> Played:
    """Offered by first-1, who works on it, to kim in minute 2; the duty lead's look-up is not answered by itself."""
    played = Played(opened(IN_TIME, **more), answer=False)
    _answer(played, "first-1", "first-2")
    played.acknowledge("first-1", at(1))
    assert done(played.reassign("first-1", "kim", at(2), facts=person("kim"))) == ["reassigned"]
    return played


def _answer(played: Played, *names: str) -> None:
    """Answer the latest look-up."""
    asked = next(effect for effect in reversed(played.effects) if effect.kind == "find_responders")
    done(played.send(played.found(asked, names)))


def test_without_a_time_an_offer_waits_for_as_long_as_they_take() -> None:
    played = Played()
    played.reassign("first-1", "kim", at(2), facts=person("kim"))
    assert played.event("reassigned").accept_due_at is None
    assert "offer" not in played.due()
    milder = Played(opened(IN_TIME, severity="S2"))
    milder.reassign("first-1", "kim", at(2), facts=person("kim"))
    assert "offer" not in milder.due(), "that severity has no such time"


def test_it_is_said_by_when_it_is_to_be_accepted_and_what_follows() -> None:
    played = offered()
    assert played.due()["offer"] == at(5)
    assert narrate(played.entry("reassigned")).endswith("; to be accepted by Fri 20 Nov 19:45:00 UTC")
    note = next(effect for effect in played.effects if effect.kind == "notify" and effect.about == "offered")
    assert note.until == at(5)
    assert note.otherwise == "If you do not accept it: at Fri 20 Nov 19:45:00 UTC the duty lead owns it."
    lines = "\n".join(explain(played.state, at(2)).lines)
    assert "Fri 20 Nov 19:42:00 UTC (offered) + 3 min (accept_within) (in 3 min): kim has not accepted it" in lines
    assert "unless they accept by Fri 20 Nov 19:45:00 UTC the duty lead owns it" in lines


def test_who_accepts_in_that_very_instant_is_in_time() -> None:
    played = offered()
    done(played.accept("kim", at(5)))
    played.run_to(at(6))
    assert (played.state.owner, "offer_lapsed" in played.kinds()) == ("kim", False)


def test_after_it_the_duty_lead_owns_it_by_name_and_nothing_else_moves() -> None:
    played = offered()
    before = played.state
    played.tick(at(5))
    assert (played.state.offer, played.state.owner) == (None, "ray"), "whose it was, until the duty lead is known"
    assert played.told("offer_lapsed") == ["first-1", "kim"]
    find = next(effect for effect in reversed(played.effects) if effect.kind == "find_responders")
    assert (find.tier, find.tell) == (DUTY_LEAD, Tell())
    _answer(played, "lee")
    after = played.state
    assert (after.owner, after.handler, after.asked, after.tier) == ("lee", "first-1", before.asked, before.tier)
    assert (after.work_due_at, after.findings) == (before.work_due_at, ())
    assert played.told("owns") == ["lee", "ray"]
    said = narrate(played.entry("owner_moved"))
    assert said == "lee owns it in place of ray, as duty lead: who was to accept it did not (on duty)"
    assert refused(played.decline("kim", at(6))) == "not_asked", "the offer is over"


def test_where_no_duty_lead_is_found_it_stays_whose_it_was_and_that_is_on_record() -> None:
    played = offered()
    played.tick(at(5))
    _answer(played)
    assert played.state.owner == "ray"
    assert narrate(played.entry("tier_found_empty")) == "the duty lead has nobody: on duty; ray owns it still"
    assert played.began() == [("first", "entered")], "no tier is left for it"


def test_where_the_look_up_fails_the_last_known_duty_lead_owns_it() -> None:
    known = {"small/first": ("first-known",), "small/second": ("second-known",), "small/": ("boss",)}
    people = tuple(person(name) for name in ("ray", "first-known", "second-known", "boss", "lee"))
    played = offered(last_known={**known, f"small/{DUTY_LEAD}": ("lee",)}, people=people)
    played.tick(at(5))
    find = next(effect for effect in reversed(played.effects) if effect.kind == "find_responders")
    done(played.send(TakeNoPeople(id=find.key, turn=find.turn, error="no directory")))
    assert (played.state.owner, played.state.tier) == ("lee", "first")


def test_the_look_up_outlives_the_tier_and_an_end_ends_it() -> None:
    played = offered()
    played.tick(at(5))
    played.escalate("first-1", at(5.1))
    assert [finding.tier for finding in played.state.findings] == [DUTY_LEAD, "second"]
    asked = next(effect for effect in played.effects if effect.kind == "find_responders" and effect.tier == DUTY_LEAD)
    played.resolve("first-1", at(5.2))
    assert played.send(played.found(asked, ("lee",))) == ()
    assert played.state.owner == "ray"


def test_offers_go_on_beside_exhaustion_and_a_late_clock_serves_them() -> None:
    played = offered()
    played.tick(at(200))
    assert "offer_lapsed" in played.kinds()
    assert played.entry("offer_lapsed").happened_at == at(200)


PEOPLE = """
operator: olga
teams: { main: { duty_lead: lee } }
people:
  ann: { name: Sample, role: first, addresses: { inbox: ann } }
  own: { name: Sample, role: other, addresses: { inbox: own }, deputy: dep, %s }
  dep: { name: Sample, role: other, addresses: { inbox: dep } }
  lee: { name: Sample, role: second, addresses: { inbox: lee } }
  olga: { name: Sample, role: operator, addresses: { inbox: olga } }
"""
OVER = "layers: { w: { people: [ann], from: 2020-01-01, until: 2020-02-01 } }"


def begun(rota: str, own: str = "zone: UTC", about: tuple[str, ...] = (), more: Tell | None = None) -> Simulated:
    """A first tier by that rota, whose second tier is lee."""
    house = read_directory(PEOPLE % own, "people.yaml")
    rotas = read_rotas(RotaTexts("rotas.yaml", f"rotas: {{ duty: {{ zone: UTC, {rota} }} }}"), house)
    ladder = policy(
        tier("first", tell=more or Tell(rotas=("duty",))),
        tier("second", tell=Tell(rotas=("duty",), people=("lee",))),
        exhaustion=exhaustion(last_resort=Tell(people=("olga",))),
    )
    issue = Simulated(World(find=people_of(house, rotas=rotas)))
    issue.send(opened(ladder, issue={"about": about}), T0)
    issue.run_to(at(1))
    return issue


def gaps(issue: Simulated) -> list[str]:
    """Who was told that nobody is on duty."""
    return [e.event.tells.id for e in issue.entries if e.event.kind == "rota_found_empty"]


def test_nobody_on_duty_leaves_the_tier_at_once_and_the_rota_s_owner_is_told_once() -> None:
    issue = begun(f"owner: own, {OVER}")
    kinds = [entry.event.kind for entry in issue.entries if entry.event.kind != "told"]
    assert kinds == [
        *("opened", "tier_began", "rota_found_empty", "tier_found_empty", "tier_began", "people_asked"),
    ], "once for the issue, though the second tier tells the rota too"
    assert gaps(issue) == ["own"]
    assert issue.entries[2].recorded_at == issue.entries[3].recorded_at == T0
    told = [(e.event.person, e.event.about) for e in issue.entries if e.event.kind == "told"]
    assert told == [("own", "rota_empty"), ("lee", "asked")]
    assert narrate(issue.entries[2]) == "nobody is on duty by rota duty, which covers this time; own is told"


def test_in_place_of_an_owner_who_is_away_or_of_none_somebody_who_is_there_is_told() -> None:
    away = "absences: [{ from: 2026-11-01 }]"
    assert gaps(begun(f"owner: own, {OVER}", own=away)) == ["dep"]
    assert gaps(begun(OVER)) == ["lee"], "the duty lead of the issue's team"
    assert gaps(begun(f"owner: own, {OVER}", about=("own", "lee"))) == ["olga"], "never whom it is about"


def test_closed_is_not_empty_and_a_conflict_is_no_gap() -> None:
    assert gaps(begun(f"owner: own, covers: [{{ opens: '08:00', closes: '12:00' }}], {OVER}")) == []
    ann = "layers: { w: { people: [ann], from: 2026-11-02 } }"
    assert gaps(begun(f"owner: own, {ann}")) == []
    assert gaps(begun(f"owner: own, {ann}", about=("ann",))) == []


def test_the_owner_is_told_where_others_of_the_tier_are_there_too() -> None:
    issue = begun(f"owner: own, {OVER}", more=Tell(rotas=("duty",), people=("ann",)))
    assert gaps(issue) == ["own"]
    assert issue.state is not None
    assert (issue.state.asked, issue.state.gaps_told) == (("ann",), ("duty",))


def test_nobody_anywhere_is_the_last_resort() -> None:
    house = read_directory(PEOPLE % "zone: UTC", "people.yaml")
    rotas = read_rotas(RotaTexts("rotas.yaml", f"rotas: {{ duty: {{ zone: UTC, {OVER} }} }}"), house)
    ladder = policy(
        tier("first", tell=Tell(rotas=("duty",))),
        tier("second", tell=Tell(roles=("nobody",))),
        exhaustion=exhaustion(last_resort=Tell(rotas=("duty",))),
    )
    issue = Simulated(World(find=people_of(house, rotas=rotas)))
    issue.send(opened(ladder), T0)
    issue.run_to(T0 + timedelta(seconds=1))
    assert issue.state is not None
    assert issue.state.last_resort == ("boss",), "the last known, and never nobody"
    assert isinstance(issue.state.people["boss"], PersonFacts)
