"""`escalon erase`: asked back, done for good, on record; and the keys around the keys."""

import base64

import pytest

from client.settings import Settings
from records import inbox, journal, texts
from records.database import Database, open_database
from records.inbox import InboxMessage
from tests.records.samples import NOON, issue_id
from tests.records.samples import record as entries_of
from tests.starter.command_line import CommandLine

ISSUE = issue_id("THIS")
BY = ("--as", "sample-lead-1", "--reason", "asked for by the customer")
KEY, NEXT = (base64.b64encode(bytes([number]) * 32).decode() for number in (7, 8))


@pytest.fixture
def written(record: Database) -> Database:
    """An issue with a text and a message, and another one."""
    for issue in (ISSUE, issue_id("OTHER")):
        journal.write(record, entries_of(issue, 1, 6))
        texts.keep(record, issue, "c-1.description", "what was written")
        inbox.put(record, InboxMessage(message=f"{issue}/1", issue=issue, person="sample-lead-1", about="asked",
                                       subject="subject", body="body", sent_at=NOON))  # fmt: skip
    return record


def test_it_is_gone_and_the_chain_holds(written: Database, escalon: CommandLine) -> None:
    ran = escalon("erase", "desk:THIS", *BY, "--yes", "--json")
    assert (ran.code, ran.json["erased"], ran.json["issue"]) == (0, 2, str(ISSUE))
    assert texts.read(written, ISSUE, ["c-1.description"]) == {}
    assert texts.read(written, issue_id("OTHER"), ["c-1.description"]) == {"c-1.description": "what was written"}
    assert sorted(each.body for each in inbox.read(written, "sample-lead-1")) == ["", "body"]
    assert escalon("audit", "verify", "--offline").code == 0
    (shown,) = escalon("audit", "erasures", "--json").json
    assert (shown["issue"], shown["erased_by"]) == (str(ISSUE), "sample-lead-1")
    assert shown["erased_why"] == "asked for by the customer"
    ran = escalon("audit", "erasures")
    assert "desk:THIS" in ran.out
    assert "Sample Team Lead One" in ran.out
    ran = escalon("erase", "desk:THIS", *BY, "--yes")
    assert "desk:THIS: 0 texts and messages are erased" in ran.out


@pytest.mark.parametrize(
    ("call", "code", "why"),
    [
        (("erase", "desk:THIS", *BY), 2, "give --yes where nobody can be asked back"),
        (("erase", "desk:THIS", "--reason", "x", "--yes"), 2, "say who you are with --as"),
        (("erase", "desk:THIS", "--as", "nobody", "--reason", "x", "--yes"), 2, "as: 'nobody' is not known"),
        (("erase", "desk:THIS", "--as", "sample-lead-1", "--reason", " ", "--yes"), 2, "reason: is empty"),
        (("erase", "desk:THIS", "--as", "sample-lead-1", "--yes"), 2, "Missing option '--reason'"),
        (("erase", "desk:NONE", *BY, "--yes"), 1, "there is no issue desk:NONE"),
        (("audit", "rewrap"), 2, "ESCALON_TEXT_KEY: is empty"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_wrong_call_erases_nothing(
    written: Database, escalon: CommandLine, call: tuple[str, ...], code: int, why: str
) -> None:
    ran = escalon(*call)
    assert (ran.code, why in ran.err) == (code, True), ran.err
    assert texts.read(written, ISSUE, ["c-1.description"]) == {"c-1.description": "what was written"}
    assert "no text was erased" in escalon("audit", "erasures").err


def test_the_key_around_the_keys_is_changed(
    written: Database, settings: Settings, escalon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESCALON_TEXT_KEY", KEY)
    ran = escalon("audit", "rewrap", "--json")
    assert (ran.code, ran.json) == (0, {"changed": 2, "locked_away": {}})
    assert texts.read(written, ISSUE, ["c-1.description"]) == {}, "this one was opened without it"
    db = open_database(settings.record, KEY)
    assert texts.read(db, ISSUE, ["c-1.description"]) == {"c-1.description": "what was written"}
    db.close()
    monkeypatch.setenv("ESCALON_TEXT_KEY", NEXT)
    ran = escalon("audit", "rewrap")
    assert (ran.code, "2 are under key" in ran.err) == (1, True)
    monkeypatch.setenv("ESCALON_TEXT_KEY", f"{NEXT},{KEY}")
    assert escalon("audit", "rewrap", "--json").json == {"changed": 2, "locked_away": {}}
    monkeypatch.setenv("ESCALON_TEXT_KEY", "a-secret")
    ran = escalon("audit", "rewrap")
    assert (ran.code, "ESCALON_TEXT_KEY holds something that is no key" in ran.err) == (2, True)
    assert "a-secret" not in ran.err
