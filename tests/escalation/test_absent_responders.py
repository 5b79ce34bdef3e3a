"""Who is away when a tier begins, from the opening to the page: as of that instant, in place of that person."""

from datetime import timedelta

from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import World, people_of
from tests.given import T0, at, opened

PEOPLE = """\
operator: lee
teams: { main: { duty_lead: lee } }
people:
  ann: { name: Sample, role: first, teams: [main], addresses: { inbox: ann }, deputy: ben, %s }
  ben: { name: Sample, role: other, addresses: { inbox: ben } }
  lee: { name: Sample, role: second, teams: [main], addresses: { inbox: lee }, %s }
"""


def played(ann: str, lee: str, minutes: float) -> Simulated:
    """An issue at which nobody answers, in a house where Ann and Lee have these fields."""
    people = read_directory(PEOPLE % (ann, lee), "people.yaml")
    issue = Simulated(World(find=people_of(people)))
    issue.send(opened(), T0)
    issue.run_to(at(minutes))
    return issue


def asked(issue: Simulated) -> list[tuple[str, list[str]]]:
    """By each look-up: the reason, and who was asked."""
    return [
        (entry.event.why, [person.id for person in entry.event.people])
        for entry in issue.entries
        if entry.event.kind == "people_asked"
    ]


def until(after: timedelta) -> str:
    """An absence that began long ago and ends so long after the opening."""
    return f"absences: [{{ from: 2026-11-01, until: '{(T0 + after).isoformat()}' }}]"


HERE = "zone: UTC"


def test_the_deputy_is_asked_and_paged_and_the_record_says_why() -> None:
    issue = played(until(timedelta(hours=1)), HERE, 0)
    ((why, people),) = asked(issue)
    assert people == ["ben"]
    assert why == (
        "first in team main, or anywhere where it has none"
        "; ann is away until Fri 20 Nov 20:40:00 UTC: ben is asked in their place"
    )
    told = [entry.event.person for entry in issue.entries if entry.event.kind == "told"]
    assert told == ["ben"]


def test_each_tier_looks_as_of_its_own_beginning() -> None:
    """Lee is back in the very second in which the second tier begins; a second later would be too late."""
    in_time = played(HERE, until(timedelta(minutes=10)), 10)
    assert [people for _, people in asked(in_time)] == [["ann"], ["lee"]]
    late = played(HERE, until(timedelta(minutes=10, seconds=1)), 10)
    assert [people for _, people in asked(late)] == [["ann"], ["boss"]], "nobody is left but the last resort"
    empty = next(entry.event for entry in late.entries if entry.event.kind == "tier_found_empty")
    assert empty.why.endswith("; lee is away until Fri 20 Nov 19:50:01 UTC: nobody is there in their place")


def test_who_has_left_is_not_asked_either() -> None:
    issue = played("left_at: 2026-11-19", HERE, 0)
    assert [people for _, people in asked(issue)] == [["ben"]]
    assert asked(issue)[0][0].endswith("; ann has left: ben is asked in their place")
