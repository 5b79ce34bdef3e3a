"""The directory in the record: looked up as one in memory is, as of any change, changed once, erased, and checked."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from escalation.policy.absence import Absence
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.finding import Findings
from escalation.policy.lint_routing import somebody_is_able
from escalation.policy.looked_up import Altered, LookedUp
from escalation.policy.model import Policy, Tell
from records import people_pages, tables
from records.database import Database
from records.people_changes import Alteration, Overtaken, between, changes, erase, faults, touched, write
from records.people_pages import NoPeople, PeopleAway, PeopleErased, PeopleNow, directory_at, head, number_as_of
from records.people_rows import NEVER
from tests.given import policy, tier
from tests.records.samples import NOON

HOUR = timedelta(hours=1)
BY = {"by": "olga", "door": "cli"}


def person(id: str, role: str = "first", **more: Any) -> Person:  # noqa: A002 - the word of the model
    """Somebody."""
    return Person(**{"id": id, "name": f"Sample {id}", "role": role, "addresses": {"inbox": id}, **more})


LEE = person("lee", "second", teams=("main", "far"), limit={"EUR": Decimal("500.50")}, left_at=date(2027, 1, 31))
ANN = person(
    "ann", teams=("main",), deputy="bea", manager="lee", addresses={"inbox": "ann", "email": "Ann@example.org"},
    absences=(Absence(begins=date(2026, 12, 1), until=datetime(2026, 12, 2, tzinfo=UTC), deputy="lee", why="away"),),
)  # fmt: skip
BEA = person("bea", teams=("far",), manager="lee", zone="Europe/Dublin", skills=("databases",))
OLGA = person("olga", "operator")
HOUSE = Directory(
    operator="olga", people=(LEE, ANN, BEA, OLGA),
    teams=(Team(name="main", duty_lead="lee"), Team(name="far", duty_lead="bea")),
)  # fmt: skip


@pytest.fixture
def house(db: Database) -> Database:
    """A record with the house as its first change."""
    assert write(db, 0, between(None, HOUSE), at=NOON, why="moved in", **BY) == 1
    return db


def put(db: Database, *people: Person, at: datetime = NOON, after: int | None = None, why: str = "") -> int:
    """Change these people."""
    made = Alteration(people={each.id: each for each in people})
    return write(db, head(db) if after is None else after, made, at=at, why=why, **BY)


def answers(directory: Directory) -> dict[str, object]:
    """All that a directory can be asked."""
    ids = [*(each.id for each in directory.people), "nobody"]
    return {
        "operator": directory.operator,
        "people": tuple(directory.people),
        "ids": list(directory.ids()),
        "count": len(directory.people),
        "teams": tuple(directory.teams),
        "each": [directory.person(name) if directory.has(name) else None for name in ids],
        "leads": [directory.duty_lead(team.name).id for team in directory.teams],
        "has_team": [directory.has_team(name) for name in ("main", "far", "none")],
        "roles": directory.roles(),
        "holders": [directory.holders(role, team) for role in ("first", "second", "x") for team in (None, "far")],
        "addresses": [directory.by_address("email", each) for each in ("ANN@example.org", "none@example.org")],
        "called": [directory.called(word) for word in ("ann@example.org", "SAMPLE bea", "Lee", "nobody")],
        "behind": [directory.standing_behind(name) for name in ids],
        "below": [directory.reporting_to(name) for name in ids],
        "place": [directory.in_place_of(name, "main", NOON) for name in ids[:-1]],
        "names": dict(directory.names()),
    }  # fmt: skip


def test_it_is_looked_up_as_one_in_memory_is(house: Database) -> None:
    stored = PeopleNow(house).current()
    assert answers(stored) == answers(HOUSE)
    assert answers(stored) == answers(HOUSE), "from memory, too"
    assert stored.held() == HOUSE


def test_a_change_that_is_not_made_yet_is_looked_up_alike(house: Database) -> None:
    people = {
        "ann": ANN.changed({"role": "second", "deputy": "olga"}),
        "bea": None,
        "cat": person("cat", teams=("far",)),
    }
    teams: dict[str, Team | None] = {"far": Team(name="far", duty_lead="cat"), "new": Team(name="new", duty_lead="ann")}
    as_if = LookedUp.over(Altered(PeopleNow(house).current().pages, people, teams, "lee"))
    write(house, 1, Alteration(people=people, teams=teams, operator="lee"), at=NOON, **BY)
    made = PeopleNow(house).current()
    assert made.operator == "lee"

    def in_any_order(directory: Directory) -> dict[str, object]:
        found = answers(directory)
        for name in ("people", "ids", "teams", "each", "leads", "behind", "below", "place", "holders", "roles"):
            found[name] = sorted(map(_text, _flat(found[name])))
        return found

    assert in_any_order(as_if) == in_any_order(made)


def _text(value: object) -> str:
    return value.model_dump_json() if isinstance(value, Person | Team) else repr(value)


def _flat(value: object) -> list[object]:
    if isinstance(value, list | tuple):
        return [inner for each in value for inner in _flat(each)]
    return [value]


def test_a_change_is_seen_by_the_next_look_and_reads_only_whom_it_touches(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = PeopleNow(house)
    before = now.current()
    assert now.current() is before, "nothing was changed"
    answers(before)
    put(house, ANN.changed({"role": "second"}))
    after = now.current()
    read: list[bytes] = []
    decoded = people_pages._person

    def decode(content: bytes) -> Person:
        read.append(content)
        return decoded(content)

    monkeypatch.setattr(people_pages, "_person", decode)
    assert [each.id for each in after.holders("second")] == ["lee", "ann"], "in their old order"
    assert after.person("bea") == BEA
    assert len(read) == 1
    assert before.person("ann") == ANN, "who asked before the change has one answer throughout"
    assert before.holders("first") == (ANN, BEA)


def test_a_policy_that_needs_skills_is_checked_without_going_through_everybody(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(house, ANN.changed({"skills": ("refunds",)}))
    directory = PeopleNow(house).current()

    def telling(skill: str) -> Policy:
        return policy(tier("first", tell=Tell(roles=("first",), skills=(skill,), choose="first")))

    findings = Findings("policy.yaml")
    with monkeypatch.context() as patch:
        patch.setattr(people_pages.StoredPages, "people", None)
        somebody_is_able(telling("refunds"), directory, None, findings)
    assert findings.found == []
    somebody_is_able(telling("cards"), directory, None, findings)
    assert [each.problem for each in findings.found] == ["is a skill that nobody has"]


def test_it_is_there_as_of_any_change_and_any_instant(house: Database) -> None:
    put(house, ANN.changed({"name": "Sample Anne"}), at=NOON + HOUR)
    write(house, 2, Alteration(people={"ann": None}), at=NOON + 2 * HOUR, **BY)
    put(house, ANN, at=NOON + 3 * HOUR)
    second = timedelta(seconds=1)
    expected = {NOON - second: 0, NOON: 1, NOON + HOUR - second: 1, NOON + HOUR: 2, NOON + 9 * HOUR: 4}
    assert {at: number_as_of(house, at) for at in expected} == expected
    there = [directory_at(house, number) for number in (1, 2, 3, 4)]
    assert [each.person("ann").name if each.has("ann") else None for each in there] == [
        "Sample ann", "Sample Anne", None, "Sample ann",
    ]  # fmt: skip
    assert [len(each.holders("first")) for each in there] == [2, 2, 1, 2]
    assert answers(there[0]) == answers(HOUSE)
    assert faults(house) == []


def test_without_a_directory_there_is_none(db: Database) -> None:
    assert head(db) == 0
    with pytest.raises(NoPeople):
        PeopleNow(db).current()


def test_who_decided_by_what_is_no_more_decides_again(house: Database) -> None:
    put(house, ANN.changed({"zone": "Europe/Paris"}), after=1)
    with pytest.raises(Overtaken):
        put(house, BEA.changed({"zone": "Europe/Paris"}), after=1)
    assert PeopleNow(house).current().person("bea") == BEA
    assert head(house) == 2


def test_racing_writers_lose_nothing(house: Database, another: Callable[[], Database]) -> None:
    def count_up(db: Database) -> None:
        made = 0
        while made < 5:
            directory = PeopleNow(db).current()
            limit = directory.person("ann").limit.get("EUR", Decimal(0)) + 1
            try:
                put(db, directory.person("ann").changed({"limit": {"EUR": limit}}), after=directory.pages.number)
            except Overtaken:
                continue
            made += 1

    threads = [threading.Thread(target=count_up, args=(another(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PeopleNow(house).current().person("ann").limit == {"EUR": Decimal(15)}
    assert faults(house) == []


def test_who_changed_what_and_why_is_told(house: Database) -> None:
    put(house, ANN.changed({"name": "Sample Anne"}), at=NOON - HOUR, why="married")
    found = changes(house, 10)
    assert [(each.number, each.at, each.by, each.door, each.why, each.size) for each in found] == [
        (2, NOON, "olga", "cli", "married", 1), (1, NOON, "olga", "cli", "moved in", 7),
    ]  # fmt: skip
    assert [each.number for each in changes(house, 10, "bea")] == [1]
    assert [each.number for each in changes(house, 10, "ann")] == [2, 1]
    assert touched(house, 2, 9) == [("person", "ann")]


def test_what_is_erased_is_gone_and_that_it_was_stays(house: Database) -> None:
    secret = person("ann", addresses={"inbox": "ann", "sms": "+35315550100"})
    put(house, secret, at=NOON + HOUR, why="sample reason")
    write(house, 2, Alteration(people={"ann": None}), at=NOON + 2 * HOUR, **BY)
    put(house, BEA.changed({"name": "Sample Bee"}), at=NOON + 3 * HOUR)
    assert erase(house, NOON + 2 * HOUR, NOON + 4 * HOUR, "olga", "they asked for it") == 2
    assert [(each.number, each.erased_by, each.why) for each in changes(house, 9)] == [
        (4, None, ""), (3, None, ""), (2, "olga", ""), (1, "olga", ""),
    ]  # fmt: skip
    with house.reading() as connection:
        lying = repr([connection.execute(sa.select(each)).all() for each in tables.metadata.tables.values()])
    assert "35315550100" not in lying
    assert "sample reason" not in lying
    with pytest.raises(PeopleErased):
        directory_at(house, 2).person("ann")
    assert directory_at(house, 3).person("bea") == BEA, "what was in use then, or later, stays"
    assert not directory_at(house, 3).has("ann")
    assert erase(house, NOON + 2 * HOUR, NOON + 5 * HOUR, "lee", "again") == 0
    assert erase(house, NOON + 9 * HOUR, NOON + 9 * HOUR, "lee", "all") == 1, "the one in use stays"
    assert PeopleNow(house).current().person("bea").name == "Sample Bee"
    assert faults(house) == []


CHANGES, ENTRIES, MARKS = tables.directory_changes, tables.directory_entries, tables.directory_marks
BREAKS: dict[str, tuple[sa.Update | sa.Delete, str]] = {
    "another person": (
        sa.update(ENTRIES).where(ENTRIES.c.id == "bea").values(content=b"{}"),
        "person bea of change 1 of the directory was changed: it does not say what its digest says",
    ),
    "emptied": (
        sa.update(ENTRIES).where(ENTRIES.c.id == "bea").values(content=b""),
        "person bea of change 1 of the directory says nothing, and was not erased",
    ),
    "somebody less": (
        sa.delete(ENTRIES).where(ENTRIES.c.id == "bea"),
        "change 1 of the directory was changed: its entries are other ones",
    ),
    "back again": (
        sa.update(ENTRIES).where(ENTRIES.c.id == "lee").values(until=NEVER),
        "change 3 of the directory was changed: its entries are other ones",
    ),
    "found by another's word": (
        sa.update(MARKS).where(MARKS.c.value == "first", MARKS.c.id == "bea").values(value="second"),
        "person bea of change 1 of the directory is not found by what it says",
    ),
    "another author": (
        sa.update(CHANGES).where(CHANGES.c.number == 2).values(by_person="eve"),
        "change 2 of the directory was changed: its entries are other ones",
    ),
    "another reason": (
        sa.update(CHANGES).where(CHANGES.c.number == 2).values(why=b"[1, 2]"),
        "change 2 of the directory was changed: it does not say what its digest says",
    ),
    "one is missing": (
        sa.delete(CHANGES).where(CHANGES.c.number == 2),
        "directory: change 2 is missing before change 3 of the directory",
    ),
}  # fmt: skip


@pytest.mark.parametrize("broken", BREAKS)
def test_a_change_behind_our_back_shows(house: Database, broken: str) -> None:
    put(house, ANN.changed({"name": "Sample Anne"}), why="married")
    write(house, 2, Alteration(people={"lee": None}), at=NOON, **BY)
    statement, words = BREAKS[broken]
    with house.writing() as connection:
        connection.execute(statement)
    assert words in faults(house)


def test_while_the_record_is_away_it_says_so(house: Database) -> None:
    now = PeopleNow(house)
    directory = now.current()
    assert directory.person("ann") == ANN
    with house.writing() as connection:
        connection.execute(sa.text("ALTER TABLE directory_entries RENAME TO elsewhere"))
    assert directory.person("ann") == ANN, "who is in memory is known"
    with pytest.raises(PeopleAway):
        directory.person("bea")
