"""Looking people up in the record: of 100,000 beside of 100, and beside a directory held in memory, in one run.

Made-up people: teams of ten, each person with a deputy and a manager of the team. What is looked up is what a tier asks
for: who has a role in a team, who of them is there, who stands in for each, who may not be asked.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from escalation.issue.effects import FindResponders
from escalation.issue.identity import IssueId
from escalation.issue.responders import find_in
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.model import Tell
from records.database import Database, migrate, open_database
from records.people_changes import Alteration, between, write
from records.people_pages import PeopleNow, directory_at

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
FEW, MANY = 100, 100_000
_IN_A_TEAM = 10
WAYS = ("inbox", "email")


def made_up(count: int) -> Directory:
    """So many people, plainly samples."""
    people = tuple(_person(number) for number in range(count))
    teams = tuple(Team(name=f"team-{first}", duty_lead=f"p{first}") for first in range(0, count, _IN_A_TEAM))
    return Directory(operator="p0", people=people, teams=teams)


def _person(number: int) -> Person:
    first = number - number % _IN_A_TEAM
    return Person(
        id=f"p{number}",
        name=f"Sample {number}",
        role="lead" if number == first else "agent",
        teams=(f"team-{first}",),
        addresses={"inbox": f"p{number}", "email": f"p{number}@example.org"},
        deputy=None if number == first else f"p{first}",
        manager=None if number == first else f"p{first}",
    )


def measured(home: Path, lookups: int, say: Callable[[str], None]) -> dict[str, float]:
    """Microseconds of CPU of each way, the median of so many look-ups, and seconds of what is done once."""
    home.mkdir(parents=True)
    found: dict[str, float] = {}
    for count in (FEW, MANY):
        say(f"{count} people")
        house = made_up(count)
        db = open_database(f"sqlite:///{home}/{count}.db")
        migrate(db)
        began = time.perf_counter()
        write(db, 0, between(None, house), at=AT, by="p0", door="bench")
        found[f"taken_in_{count}_s"] = time.perf_counter() - began
        found |= {f"{name}_{count}_us": value for name, value in _of(db, house, lookups).items()}
        began = time.perf_counter()
        directory_at(db, 1).held()
        found[f"whole_as_of_{count}_s"] = time.perf_counter() - began
        db.close()
    return found


def _of(db: Database, house: Directory, lookups: int) -> dict[str, float]:
    drawn = random.Random(1)
    teams = [drawn.choice(house.teams).name for _ in range(lookups)]
    now = PeopleNow(db)
    find_in(house, _asks(teams[0], 0), WAYS)  # its indexes are made
    seconds: dict[str, list[float]] = {"memory": [], "first_look": [], "again": [], "after_a_change": [], "as_of": []}
    for number, team in enumerate(teams):
        asks = _asks(team, number)
        seconds["memory"].append(_timed(find_in, house, asks, WAYS))
        fresh = PeopleNow(db)
        fresh.current()
        seconds["first_look"].append(_timed(_find, fresh, asks))
        seconds["again"].append(_timed(_find, fresh, asks))
        seconds["as_of"].append(_timed(lambda at, which: directory_at(db, at).holders("agent", which), 1, team))
        someone = now.current().person(house.team(team).duty_lead)
        zone = "Europe/Dublin" if someone.zone == "UTC" else "UTC"
        made = Alteration(people={someone.id: someone.changed({"zone": zone})})
        write(db, now.current().pages.number, made, at=AT, by="p0", door="bench")
        seconds["after_a_change"].append(_timed(_find, now, asks))
    return {name: 1e6 * sorted(each)[len(each) // 2] for name, each in seconds.items()}


def _find(people: PeopleNow, asks: FindResponders) -> object:
    return find_in(people.current(), asks, WAYS)


def _timed(work: Callable[..., object], *given: object) -> float:
    began = time.thread_time()  # CPU: the clock on the wall also counts what else the machine does
    work(*given)
    return time.thread_time() - began


def _asks(team: str, number: int) -> FindResponders:
    issue = IssueId(source="bench", reference=str(number), team=team)
    return FindResponders(
        key=f"{issue}/find/1", issue=issue, issue_kind="support", severity="S2", turn=1, policy="bench", tier="first",
        tell=Tell(roles=("agent",)), about=(), at=AT,
    )  # fmt: skip


def ratios(found: dict[str, float]) -> dict[str, float]:
    """The ratios."""
    return {
        "first_look_many_by_few": round(found[f"first_look_{MANY}_us"] / found[f"first_look_{FEW}_us"], 2),
        "first_look_by_memory": round(found[f"first_look_{MANY}_us"] / found[f"memory_{MANY}_us"], 1),
        "again_by_memory": round(found[f"again_{MANY}_us"] / found[f"memory_{MANY}_us"], 1),
        "after_a_change_many_by_few": round(found[f"after_a_change_{MANY}_us"] / found[f"after_a_change_{FEW}_us"], 2),
        "as_of_many_by_few": round(found[f"as_of_{MANY}_us"] / found[f"as_of_{FEW}_us"], 2),
    }
