"""API keys and answers by idempotency key, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from escalation.issue.facts import Actor
from records import api_keys, idempotency, refusals
from records.database import Database
from records.idempotency import LEASE, Claim

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def claimed(db: Database, holder: str, fingerprint: str = "same", now: datetime = NOW) -> Claim:
    """What comes of claiming the key."""
    return idempotency.claim(
        db, org="main", actor="person ann", key="k", fingerprint=fingerprint, holder=holder, now=now, within_s=5
    )


def test_a_key_is_made_used_revoked_and_runs_out(db: Database) -> None:
    written, made = api_keys.create(
        db,
        org="main",
        person="ann",
        is_machine=False,
        scopes=("read", "note"),
        label="a test",
        now=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    assert api_keys.every(db) == [made]
    assert api_keys.read_written(written) == made.key
    assert api_keys.opens(made, written)
    assert not api_keys.opens(made, written[:-1] + ("a" if written[-1] != "a" else "b"))
    assert not api_keys.opens(None, written)
    assert (made.is_good(NOW), made.is_good(NOW + timedelta(days=1))) == (True, False)
    api_keys.used(db, {made.key: NOW})
    assert api_keys.revoke(db, made.key, NOW)
    assert api_keys.revoke(db, made.key, NOW + timedelta(hours=1))
    (kept,) = api_keys.every(db)
    assert (kept.revoked_at, kept.last_used_at, kept.is_good(NOW)) == (NOW, NOW, False)
    assert not api_keys.revoke(db, "no such", NOW)


def test_a_claim_is_answered_once_and_repeated(db: Database) -> None:
    assert claimed(db, "one").came == "claimed"
    assert claimed(db, "two").came == "in_progress"
    assert claimed(db, "two", "other").came == "other_call"
    idempotency.answer(db, actor="person ann", key="k", holder="two", status=500, body="not its own", within_s=5)
    idempotency.answer(db, actor="person ann", key="k", holder="one", status=202, body="{}", within_s=5)
    again = claimed(db, "two")
    assert (again.came, again.status, again.answer) == ("answered", 202, "{}")
    idempotency.release(db, actor="person ann", key="k", holder="one", within_s=5)
    assert claimed(db, "two").came == "answered"


def test_a_claim_that_was_left_is_taken_over_and_its_first_holder_says_nothing_more(db: Database) -> None:
    claimed(db, "killed")
    assert claimed(db, "next", now=NOW + LEASE).came == "claimed"
    idempotency.answer(db, actor="person ann", key="k", holder="killed", status=500, body="late", within_s=5)
    assert claimed(db, "third", now=NOW + LEASE).came == "in_progress"


def test_a_claim_given_back_is_free(db: Database) -> None:
    claimed(db, "one")
    idempotency.release(db, actor="person ann", key="k", holder="other", within_s=5)
    assert claimed(db, "two").came == "in_progress"
    idempotency.release(db, actor="person ann", key="k", holder="one", within_s=5)
    assert claimed(db, "two", "other").came == "claimed"


def test_what_is_a_day_old_is_forgotten(db: Database) -> None:
    claimed(db, "one")
    day_after = NOW + idempotency.KEPT
    assert idempotency.forget(db, day_after - timedelta(seconds=1)) == 0
    assert claimed(db, "two", "other", now=day_after).came == "claimed"
    assert idempotency.forget(db, day_after + idempotency.KEPT) == 1


def test_of_many_that_claim_at_once_one_gets_it(db: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        came = [claim.came for claim in threads.map(lambda number: claimed(db, f"holder-{number}"), range(24))]
    assert sorted(came) == ["claimed", *["in_progress"] * 23]


def test_a_refused_call_is_in_the_security_log_without_an_issue(db: Database) -> None:
    by = Actor(person="key 0", door="api", assurance="asserted", is_machine=True)
    assert refusals.log_call(db, "main", "call/1", "come in", "unknown_key", "the key is not known", by, NOW)
    (logged,) = refusals.read(db)
    assert (logged.issue, logged.by, logged.at) == ("", by, NOW)
