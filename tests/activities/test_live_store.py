"""The directory in the record as a worker has it: changes count at the next look, an outage has the last copy."""

import pytest
import sqlalchemy as sa
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import live_directory, live_store
from activities.find_responders import FindingResponders
from activities.live_directory import DirectoryUnreadable
from activities.live_store import LiveStore
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from records.database import Database
from records.people_changes import Alteration, between, write
from tests.activities.given import AT, PEOPLE
from tests.activities.test_find_responders import find, looked_up
from tests.logged import logged_by

HOUSE = read_directory(PEOPLE, "people.yaml")


@pytest.fixture
def store(db: Database) -> LiveStore:
    """The sample people in the record."""
    change(db, 0, between(None, HOUSE))
    return LiveStore(db)


def change(db: Database, after: int, made: Alteration) -> None:
    """Make this change."""
    write(db, after, made, at=AT, by="lee", door="cli")


def cut_off(db: Database) -> None:
    """Take the tables away, as an outage does."""
    with db.writing() as connection:
        for name in ("changes", "entries", "marks"):
            connection.execute(sa.text(f"ALTER TABLE directory_{name} RENAME TO away_{name}"))


def hold(store: LiveStore) -> None:
    """Wait until there is a copy in memory."""
    store.current()
    assert store._holding is not None
    store._holding.join()


async def test_who_is_asked_is_looked_up_as_of_the_errand(store: LiveStore, db: Database) -> None:
    assert [each.id for each in (await looked_up(store, find(Tell(roles=("first",)), at=AT))).people] == ["ann"]
    ann = HOUSE.person("ann")
    change(db, 1, Alteration(people={"ann": ann.changed({"left_at": AT}), "cat": ann.changed({
        "id": "cat", "addresses": {"inbox": "cat"},
    })}))  # fmt: skip
    answer = await looked_up(store, find(Tell(roles=("first",)), at=AT))
    assert [each.id for each in answer.people] == ["cat"]
    assert "ann has left" in answer.why


async def test_whose_turn_it_is_is_looked_up_too(store: LiveStore, db: Database) -> None:
    finding = FindingResponders(store, ["inbox", "email", "memory"], db=db)
    told = find(Tell(people=("ann", "ben"), choose="round_robin"), at=AT)
    first = await ActivityEnvironment().run(finding.find_responders, told)
    again = await ActivityEnvironment().run(finding.find_responders, told.changed({"key": "other"}))
    assert [each.people[0].id for each in (first, again)] in (["ann", "ben"], ["ben", "ann"])


async def test_an_empty_record_is_no_directory(db: Database) -> None:
    with pytest.raises(ApplicationError, match="no directory of people"):
        await looked_up(LiveStore(db), find(Tell(roles=("first",))))


async def test_while_the_record_is_away_there_is_a_copy(store: LiveStore, db: Database) -> None:
    with logged_by(live_directory) as logs:
        hold(store)
        cut_off(db)
        assert [each.id for each in (await looked_up(store, find(Tell(roles=("lead",))))).people] == ["lee"]
        assert "cannot be asked" in str(store.trouble)
    assert [line["event"] for line in logs] == ["directory_unusable"]


async def test_a_large_house_has_whom_it_asked_for_lately(
    store: LiveStore, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_store, "MOST_HELD", 2)
    hold(store)
    assert [each.id for each in (await looked_up(store, find(Tell(roles=("lead",))))).people] == ["lee"]
    cut_off(db)
    assert [each.id for each in (await looked_up(store, find(Tell(roles=("lead",))))).people] == ["lee"]
    with pytest.raises(ApplicationError, match="cannot be asked") as failed:
        await looked_up(store, find(Tell(roles=("first",))))
    assert failed.value.type == "DirectoryUnreadable", "to be retried; then the last known people are asked"
    assert store.knowing("lee").person("lee").zone == "Europe/Bucharest"
    with pytest.raises(DirectoryUnreadable):
        store.knowing("ben")


def test_after_an_outage_it_is_as_it_is_by_then(
    store: LiveStore, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_store, "_AGAIN_S", 0.0)
    hold(store)
    cut_off(db)
    store.current()
    with db.writing() as connection:
        for name in ("changes", "entries", "marks"):
            connection.execute(sa.text(f"ALTER TABLE away_{name} RENAME TO directory_{name}"))
    change(db, 1, Alteration(people={"ben": None}))
    assert not store.current().has("ben")
    assert store.trouble is None
