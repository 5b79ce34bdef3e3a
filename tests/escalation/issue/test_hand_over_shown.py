"""What people are shown of a hand-over, and that a shift ends by the clock face."""

from datetime import datetime, timedelta

from activities.answer_links import AnswerLinks
from escalation.duration import words
from escalation.issue.commands import Acknowledge
from escalation.issue.explain import explain
from escalation.message import MessageTexts, compose
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import World, people_of, shifts_of
from tests.escalation.issue.test_hand_over import HANDED, PEOPLE, Told, ladder
from tests.escalation.issue.test_read_back import READ_BACK
from tests.given import actor, at, opened, policy, tier


def test_the_receiver_reads_what_is_held_what_is_due_and_when_in_both_zones() -> None:
    issue = Told(owner="ann")
    issue.run_to(at(50))
    note = next(note for note in issue.notes() if note.about == "offered")
    assert note.until == at(70)
    assert note.commands == ("accept", "decline")
    zones = {"ann": "Europe/Berlin", "ben": "America/New_York"}
    body = compose(note, MessageTexts(zones=zones), "America/New_York").body
    assert "It is owned by ann and worked on by ann, and the shift of ann ends 16:00 New York." in body
    assert "- Sat 21 Nov 10:40 New York (Sat 21 Nov 16:40 Berlin, Sat 21 Nov 15:40 UTC): the time to work is" in body
    assert body.splitlines()[-1] == "If you do not accept it: at 15:50 New York the duty lead has it."


def test_explain_says_until_when_who_is_on_duty_and_what_follows() -> None:
    issue = Told()
    issue.run_to(at(2))
    assert issue.state is not None
    lines = "\n".join(explain(issue.state, at(2)).lines)
    assert "On duty: ann until Fri 20 Nov 21:00:00 UTC." in lines
    assert (
        "Fri 20 Nov 20:30:00 UTC = Fri 20 Nov 21:00:00 UTC (the shift of ann ends) - 30 min (hand_over.before) "
        "(in 48 min): the shift of ann, which ends Fri 20 Nov 21:00:00 UTC, is looked up"
    ) in lines
    issue.run_to(at(50))
    lines = "\n".join(explain(issue.state, at(50)).lines)
    assert (
        "Offered: to ben, who is on duty after ann (until Fri 20 Nov 21:00:00 UTC), no answer yet; unless they" in lines
    )
    assert f"(offered) + {words(timedelta(minutes=20))} (hand_over.accept_within)" in lines


def test_shifts_over_a_change_of_clocks_end_by_the_clock_face() -> None:
    directory = read_directory(PEOPLE.format(ann="", ben="", ray="", lee=""), "people.yaml")
    berlin = """
rotas:
  duty:
    zone: Europe/Berlin
    layers:
      turn: { people: [ann, ben], rotates: daily, handoff: '09:00', from: 2026-10-24 }
"""
    rotas = read_rotas(RotaTexts("rotas.yaml", berlin), directory)
    world = World(find=people_of(directory, rotas=rotas), shifts=shifts_of(directory, rotas=rotas))
    began = datetime.fromisoformat("2026-10-24T20:00:00+00:00")
    long = tier("first", 6000, 6000, tell=Tell(rotas=("duty",)))
    issue = Simulated(world)
    issue.send(opened(policy(long, hand_over=HANDED), issue={"opened_at": began, "received_at": began}), began)
    issue.send(Acknowledge(id="ack", by=actor("ann")), began)
    issue.run_to(began + timedelta(hours=13))
    offered = next(entry for entry in issue.entries if entry.event.kind == "reassigned")
    assert offered.recorded_at == datetime.fromisoformat("2026-10-25T07:30:00+00:00"), "09:00 is 08:00 UTC by then"


def test_where_words_are_needed_digits_buttons_and_lines_say_so() -> None:
    plain, worded = Told(owner="ann"), Told(owner="ann", pinned=ladder(READ_BACK))
    shown = []
    for issue in (plain, worded):
        issue.run_to(at(50))
        note = next(note for note in issue.notes() if note.about == "offered")
        message = compose(note, MessageTexts(), "UTC")
        assert message.short is not None
        links = AnswerLinks("https://door.example.org", "k" * 32).of(note, "ben")
        shown.append(([key.digit for key in message.short.keys], [(link.act, link.is_plain) for link in links]))
        assert "escalon hand-over --accept-all --of ann --as ben" in message.body
        assert ('--read-back "WHAT YOU TAKE OVER"' in message.body) == (issue is worded)
    assert shown == [
        (["1", "2"], [("accept", True), ("decline", True)]),
        (["2"], [("accept", False), ("decline", True)]),
    ]
