"""`Idempotency-Key`: the same call twice is one call with one answer, whatever happens between the two."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from escalation.issue.identity import read_issue_id
from records import idempotency, reading, tables
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door, problem


def keyed(key: str) -> dict[str, Any]:
    """The header."""
    return {"headers": {"Idempotency-Key": key}}


async def entries(door: Door, issue: str, command: str) -> int:
    """How many entries of this command there are."""
    await door.office.at_rest(issue)
    return sum(each.command == command for each in reading.timeline(door.db, read_issue_id(issue)[0]))


async def test_the_first_answer_is_repeated_word_by_word(door: Door) -> None:
    issue = door.fresh()
    first = await door.open(issue, **keyed(f"open-{issue}"))
    again = await door.open(issue, **keyed(f"open-{issue}"))
    assert (first.status_code, again.status_code, first.json()) == (202, 202, again.json())
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")


async def test_a_refusal_by_the_rules_is_repeated_too(door: Door) -> None:
    issue = door.fresh()
    await door.open(issue)
    first, again = [await door.act(issue, "confirm", AGENT, **keyed(f"confirm-{issue}")) for _ in range(2)]
    assert problem(first, 409, "not_resolved") == problem(again, 409, "not_resolved")
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_call_that_was_wrong_may_be_mended_under_its_key(door: Door) -> None:
    issue = door.fresh()
    problem(await door.open(issue, severity="S9", **keyed(f"mend-{issue}")), 422, "wrong_input")
    assert (await door.open(issue, **keyed(f"mend-{issue}"))).status_code == 202


async def test_another_body_or_path_under_the_key_is_refused(door: Door) -> None:
    issue, other = door.fresh(), door.fresh()
    await door.open(issue, **keyed(f"other-{issue}"))
    problem(await door.open(other, **keyed(f"other-{issue}")), 422, "key_of_another_call")
    problem(await door.act(issue, "note", AGENT, text="x", **keyed(f"other-{issue}")), 422, "key_of_another_call")


async def test_another_actor_has_keys_of_their_own(door: Door) -> None:
    issue = door.fresh()
    await door.open(issue, **keyed(f"whose-{issue}"))
    again = await door.open(issue, LEAD, **keyed(f"whose-{issue}"))
    assert (again.status_code, again.json()["outcome"]) == (200, "reported_again")


async def test_two_that_race_are_one(door: Door) -> None:
    issue = door.fresh()
    await door.open(issue)
    answers = await asyncio.gather(
        *(door.act(issue, "note", AGENT, text="Once.", **keyed(f"race-{issue}")) for _ in range(8))
    )
    done = [answer for answer in answers if answer.status_code == 200]
    assert done
    for answer in answers:
        if answer.status_code != 200:
            told = problem(answer, 409, "in_progress")
            assert told["detail"].startswith("the same call is under way")
            assert answer.headers["retry-after"]
    assert len({answer.json()["id"] for answer in done}) == 1
    assert await entries(door, issue, done[0].json()["id"]) == 1


async def test_a_door_that_died_before_it_could_answer_has_done_it_once(door: Door) -> None:
    """What it leaves: a claim without an answer, and the command carried out."""
    issue, key = door.fresh(), "died-1"
    await door.open(issue)
    first = (await door.act(issue, "note", AGENT, text="Once.", **keyed(key))).json()
    table = tables.idempotency
    long_ago = datetime.now(UTC) - idempotency.LEASE
    with door.db.writing() as connection:
        connection.execute(
            update(table).where(table.c.key == key).values(status=None, answer=None, claimed_at=long_ago)
        )
    again = (await door.act(issue, "note", AGENT, text="Once.", **keyed(key))).json()
    assert (again["id"], again["entries"]) == (first["id"], first["entries"])
    assert await entries(door, issue, first["id"]) == 1


async def test_a_claim_is_kept_for_its_lease(door: Door) -> None:
    issue, key = door.fresh(), "leased-1"
    await door.open(issue)
    await door.act(issue, "note", AGENT, text="Once.", **keyed(key))
    table = tables.idempotency
    a_moment_ago = datetime.now(UTC) - idempotency.LEASE / 2
    with door.db.writing() as connection:
        connection.execute(
            update(table).where(table.c.key == key).values(status=None, answer=None, claimed_at=a_moment_ago)
        )
    problem(await door.act(issue, "note", AGENT, text="Once.", **keyed(key)), 409, "in_progress")


async def test_after_a_day_the_key_is_free(door: Door) -> None:
    issue, key = door.fresh(), "day-1"
    await door.open(issue)
    await door.act(issue, "note", AGENT, text="Once.", **keyed(key))
    table = tables.idempotency
    with door.db.writing() as connection:
        old = datetime.now(UTC) - timedelta(days=1)
        connection.execute(update(table).where(table.c.key == key).values(claimed_at=old))
    assert (await door.act(issue, "note", AGENT, text="Another.", **keyed(key))).status_code == 200
    with door.db.writing() as connection:
        connection.execute(update(table).where(table.c.key == key).values(claimed_at=old))
    assert idempotency.forget(door.db, datetime.now(UTC)) >= 1


async def test_a_door_that_begins_forgets_what_is_a_day_old(door: Door) -> None:
    issue, key = door.fresh(), "forgotten-1"
    await door.open(issue, **keyed(key))
    table = tables.idempotency
    old = datetime.now(UTC) - timedelta(days=1)
    with door.db.writing() as connection:
        connection.execute(update(table).where(table.c.key == key).values(claimed_at=old))
    async with a_door(door.office) as another:
        await another.doors.keys.look()
    with door.db.reading() as connection:
        assert connection.scalar(select(table.c.status).where(table.c.key == key)) is None


async def test_a_key_that_cannot_be_one_is_named(door: Door) -> None:
    for key in ("", " ", "with space", "x" * 256):
        answer = await door.open(door.fresh(), **keyed(key))
        told = problem(answer, 422, "wrong_input")
        assert told["errors"][0]["field"] == "Idempotency-Key"
