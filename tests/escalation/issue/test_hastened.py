"""A shift that is cut short is looked up when rotas change, and not four hours later; each change costs one look."""

from datetime import timedelta

import pytest

from escalation.issue.commands import LookAtShifts
from escalation.issue.decide import decide
from escalation.issue.next_shift import OnDuty, otherwise_on_duty
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.read_directory import read_directory
from escalation.simulated_world import World
from tests.escalation.issue.test_hand_over import PEOPLE, ROTA, Told, house, ladder
from tests.given import actor, at

CUT = "    overrides: [{ from: 2026-11-20T20:20Z, until: 2026-11-21T21:00Z, only: [ben] }]"
NOTICED = actor("rotas", is_machine=True)


def cut_short() -> World:
    """It is the week of ann; at 20:00 an override says that it ends at 20:20."""
    usual, other = house(after="ann, cat"), house(after="ann, cat", more=CUT)
    return World(find=usual.find, shifts=lambda effect, now: (usual if now < at(20) else other).shifts(effect, now))


def look(issue: Told, notice: str, minute: float) -> list[str]:
    """What a notice does at that minute, with what follows at once."""
    before = len(issue.entries)
    issue.send(LookAtShifts(id=notice, by=NOTICED), at(minute))
    issue.run_to(at(minute))
    return [entry.event.kind for entry in issue.entries[before:] if entry.event.kind != "told"]


def test_without_a_notice_the_usual_look_finds_it_hours_too_late() -> None:
    issue = Told(cut_short())
    issue.run_to(at(120))
    assert issue.has == ("ray", "ann"), "and she has been off duty for more than an hour"


def test_a_notice_is_one_look_which_finds_it() -> None:
    issue = Told(cut_short())
    issue.run_to(at(19))
    assert look(issue, "shifts-1", 21) == ["shifts_asked", "shifts_seen", "reassigned"]
    assert "the shift of ann ends Fri 20 Nov 20:20:00 UTC" in issue.sentence("reassigned")
    assert issue.hears("offered") == ["ben"]
    assert look(issue, "shifts-1", 22) == [], "the same from another worker"


def test_where_nothing_has_changed_a_notice_costs_a_look_and_no_more() -> None:
    issue = Told(house(after="ann, cat"))
    issue.run_to(at(19))
    assert look(issue, "shifts-1", 21) == ["shifts_asked", "shifts_seen"]
    assert look(issue, "shifts-2", 22) == ["shifts_asked", "shifts_seen"]
    assert issue.has == ("ray", "ann")


def test_where_shifts_are_not_followed_or_a_look_is_under_way_it_does_nothing() -> None:
    off = Told(pinned=ladder(None))
    assert look(off, "shifts-1", 5) == []
    issue = Told()
    issue.run_to(at(5))
    assert issue.state is not None
    assert issue.state.shift is not None
    command = LookAtShifts(id="shifts-1", by=NOTICED)
    assert decide(issue.state, command, at(6)) != ()
    under_way = issue.state.changed({"shift": issue.state.shift.changed({"look_at": None})})
    assert decide(under_way, command, at(6)) == ()
    resolved = issue.state.changed({"status": "resolved"})
    assert decide(resolved, command, at(6)) == ()


def on_duty(after: str = "ann, cat", more: str = "", **people: str) -> OnDuty:
    """By what it is known who is on duty."""
    given = {name: people.get(name, "") for name in ("ann", "ben", "ray", "lee")}
    directory = read_directory(PEOPLE.format(**given), "people.yaml")
    return OnDuty(directory, read_rotas(RotaTexts("rotas.yaml", ROTA % (after, more)), directory))


@pytest.mark.parametrize(
    ("after", "who"),
    [
        (on_duty(), set()),
        (on_duty(more=CUT), {"ann"}),
        (on_duty(more=CUT.replace("20T20:20Z", "20T19:00Z")), {"ann", "ben"}),
        (on_duty(more=CUT.replace("20T20:20Z", "23T20:20Z").replace("21T21", "24T21")), set()),
        (on_duty(ann=", absences: [{ from: 2026-11-20T22:00Z }]"), {"ann"}),
        (on_duty(ray=", left_at: 2026-11-20T20:30Z"), {"ray"}),
        (on_duty(ray=", absences: [{ from: 2026-12-20 }]"), set()),
    ],
    ids=["as before", "cut short", "begun already", "days ahead", "ill", "left", "weeks ahead"],
)
def test_who_is_concerned_is_whose_duty_is_another_one_within_a_day(after: OnDuty, who: set[str]) -> None:
    people = ("ann", "ben", "ray", "zoe")
    assert otherwise_on_duty(on_duty(), after, people, at(20), timedelta(days=1)) == who
