"""The inbox, the security log and the findings of the watch."""

from datetime import timedelta

from escalation.issue.effects import LogRefusal
from records import findings, inbox, refusals
from records.database import Database
from records.inbox import InboxMessage
from tests.records.samples import KIM, NOON, issue_id

ISSUE = issue_id()
MINUTE = timedelta(minutes=1)


def message(name: str, person: str = "kim", minute: int = 0, **fields: object) -> InboxMessage:
    return InboxMessage.model_validate(
        {
            "message": name,
            "issue": ISSUE,
            "person": person,
            "about": "asked",
            "subject": f"About {name}",
            "body": "first\nlast",
            "sent_at": NOON + minute * MINUTE,
            **fields,
        }
    )


def test_a_message_lies_in_its_persons_inbox_newest_first(db: Database) -> None:
    for one in (message("m1"), message("m2", minute=1), message("other", person="ola")):
        assert inbox.put(db, one)
    assert inbox.read(db, "kim") == [message("m2", minute=1), message("m1")]
    assert inbox.read(db, "kim", limit=1) == [message("m2", minute=1)]
    assert inbox.read(db, "nobody") == []


def test_the_same_message_twice_lies_there_once(db: Database) -> None:
    assert inbox.put(db, message("m1"))
    assert not inbox.put(db, message("m1", is_possible_repeat=True, minute=5))
    assert inbox.read(db, "kim") == [message("m1")]


def test_what_was_read_is_not_unread(db: Database) -> None:
    for name in ("m1", "m2", "m3"):
        inbox.put(db, message(name))
    inbox.put(db, message("other", person="ola"))
    assert inbox.mark_read(db, "kim", ["m1", "m2", "other", "unknown"], NOON + MINUTE) == 2
    assert inbox.mark_read(db, "kim", ["m1"], NOON + 9 * MINUTE) == 0
    assert [one.message for one in inbox.read(db, "kim", unread_only=True)] == ["m3"]
    assert [one.message for one in inbox.read(db, "ola", unread_only=True)] == ["other"]
    assert {one.read_at for one in inbox.read(db, "kim")} == {NOON + MINUTE, None}


def test_a_message_with_what_cannot_be_stored_is_put_all_the_same(db: Database) -> None:
    assert inbox.put(db, message("m1", body="a\x00b"))
    assert inbox.read(db, "kim")[0].body == "a\ufffdb"


def refusal(key: str, minute: int = 0) -> LogRefusal:
    return LogRefusal(
        key=key,
        issue=ISSUE,
        command="close",
        code="not_allowed",
        why="an agent may not",
        by=KIM,
        at=NOON + minute * MINUTE,
    )


def test_refusals_are_logged_once_newest_first(db: Database) -> None:
    assert [refusals.log(db, one) for one in (refusal("a"), refusal("b", 1), refusal("a", 2))] == [True, True, False]
    newest, oldest = refusals.read(db)
    assert (newest.key, oldest.key) == ("b", "a")
    assert (oldest.issue, oldest.command, oldest.code, oldest.why) == (
        str(ISSUE), "close", "not_allowed", "an agent may not",
    )  # fmt: skip
    assert (oldest.by, oldest.at) == (KIM, NOON)
    assert refusals.read(db, limit=1) == [newest]


def test_a_finding_is_open_from_first_seen_to_ended(db: Database) -> None:
    key = "overdue main:main:main:desk:REF-1:1"
    assert findings.found(db, key, "overdue", "due 12:00", NOON, ISSUE)
    assert not findings.found(db, key, "overdue", "due 12:00, 5 min ago", NOON + 5 * MINUTE, ISSUE)
    assert findings.seen(db, key, NOON + 6 * MINUTE)
    (one,) = findings.read(db)
    assert (one.key, one.issue, one.what, one.detail) == (key, str(ISSUE), "overdue", "due 12:00, 5 min ago")
    assert (one.found_at, one.last_seen_at, one.told_at, one.ended_at) == (NOON, NOON + 6 * MINUTE, None, None)
    assert findings.told(db, key, NOON + 6 * MINUTE)
    assert not findings.told(db, key, NOON + 7 * MINUTE)
    assert findings.ended(db, key, NOON + 8 * MINUTE)
    assert not findings.ended(db, key, NOON + 9 * MINUTE)
    assert not findings.seen(db, key, NOON + 9 * MINUTE)
    assert findings.read(db) == []
    (one,) = findings.read(db, open_only=False)
    assert (one.told_at, one.ended_at) == (NOON + 6 * MINUTE, NOON + 8 * MINUTE)


def test_a_finding_that_comes_back_is_told_again(db: Database) -> None:
    for hour in range(2):
        at = NOON + timedelta(hours=hour)
        assert findings.found(db, "no worker", "no worker", "nobody polls", at)
        assert findings.told(db, "no worker", at)
        assert findings.ended(db, "no worker", at + MINUTE)
    assert [one.found_at for one in findings.read(db, open_only=False)] == [NOON + timedelta(hours=1), NOON]


def test_findings_do_not_mix(db: Database) -> None:
    findings.found(db, "a", "a", "", NOON)
    findings.found(db, "b", "b", "", NOON)
    findings.ended(db, "a", NOON + MINUTE)
    assert [one.key for one in findings.read(db)] == ["b"]
