"""`escalon mail take`: what a mail server's pipe is told, by exit codes that it knows."""

import io
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest

from escalation.issue.identity import IssueId
from escalation.mail.reply_address import address_with, token_of
from records import deliveries
from records.database import Database
from tests.escalation.mail.mails import REPLY_TO, mail
from tests.starter.command_line import CommandLine, Ran

Take: TypeAlias = Callable[..., Ran]


@pytest.fixture
def take(escalon: CommandLine, monkeypatch: pytest.MonkeyPatch, record: Database) -> Take:
    """Hands a mail over."""
    monkeypatch.setenv("ESCALON_ANSWER_KEYS", "k" * 32)
    monkeypatch.setenv("ESCALON_MAIL_REPLY_TO", REPLY_TO)
    assert record is not None

    def handed_over(raw: bytes, *options: str) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        return escalon("mail", "take", *options)

    return handed_over


def test_what_nobody_wrote_is_ignored_and_done(take: Take) -> None:
    said = take(mail("resolve", Auto_Submitted="auto-replied"), "--json")
    assert (said.code, said.json["outcome"]) == (0, "ignored")


def test_what_answers_nothing_goes_back_with_the_reason(take: Take) -> None:
    said = take(mail("ack"))
    assert said.code == 2
    assert "it answers no message of ours; allowed: a reply to one" in said.err


def test_a_mail_is_taken_again_later_where_there_is_no_record_now(
    take: Take, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ESCALON_RECORD_URL", f"sqlite:///{tmp_path}/none.db")
    assert take(mail("ack")).code == 75


def test_an_answer_is_taken_again_later_where_no_server_answers(take: Take, record: Database) -> None:
    issue, person = IssueId(source="desk", reference="REF-1"), "sample-lead-1"
    row = deliveries.Delivery(
        message=f"{issue}/7/{person}/email", attempt=1, issue=issue, person=person, channel="email", about="asked",
        state="sent", at=datetime.now(UTC),
    )  # fmt: skip
    deliveries.write(record, [row])
    answer = mail("ack", address_with(token_of(row.message, "k" * 32), REPLY_TO), f"{person}@example.org")
    said = take(answer, "--json")
    assert (said.code, said.json["error"]["code"]) == (75, "no_server")


def test_where_it_is_not_switched_on_nothing_is_taken(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESCALON_MAIL_REPLY_TO")
    said = take(mail("ack"))
    assert (said.code, "ESCALON_MAIL_REPLY_TO" in said.err) == (1, True)


@pytest.mark.parametrize("address", ["escalon", "a+b@example.org", f"{'e' * 24}@example.org", "ü@example.org"])
def test_an_address_that_nothing_can_come_back_to_is_refused(
    take: Take, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("ESCALON_MAIL_REPLY_TO", address)
    said = take(mail("ack"))
    assert said.code == 75  # no mail is lost to a slip of its operator's
    assert "ESCALON_MAIL_REPLY_TO" in said.err
    assert "allowed: one such as escalon@example.org" in said.err
