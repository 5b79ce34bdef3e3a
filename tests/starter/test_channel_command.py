"""`escalon channel test`: what it says when a channel works, when it does not, and when the call is wrong."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from records import inbox
from records.database import migrate, open_database
from tests.activities.channels.http_side import Answering, HttpSide, answer, http_side, says
from tests.activities.channels.mail_server import CERTIFICATE
from tests.activities.channels.matrix_side import ROOM, MatrixSide
from tests.activities.channels.matrix_side import TOKEN as MATRIX_TOKEN
from tests.activities.channels.pager_sides import API_KEY, ROUTING_KEY, OpsgenieSide, PagerDutySide
from tests.activities.channels.twilio_side import ACCOUNT, SENDER, TwilioSide
from tests.activities.channels.twilio_side import TOKEN as TWILIO_TOKEN
from tests.starter.running import escalon, surroundings

PEOPLE = """
operator: kim
people:
  kim:
    name: Kim
    role: agent
    teams: [main]
    addresses: {{inbox: kim, mattermost: "{hook}", sms: "+447700900123", voice: "+447700900123", {others}}}
teams:
  main: {{duty_lead: kim}}
"""
OTHERS = f'matrix: "{ROOM}", pagerduty: "{ROUTING_KEY}", opsgenie: "{API_KEY}"'


async def tried(
    folder: Path, side: HttpSide | None, *arguments: str, **more: str
) -> "subprocess.CompletedProcess[str]":
    """Run it, beside the other side."""
    hook = side.url("/hooks/s3cr3t") if side else "https://chat.example.org/hooks/s3cr3t"
    people = folder / "people.yaml"
    people.write_text(PEOPLE.format(hook=hook, others=OTHERS), encoding="utf-8")
    env = surroundings(
        ESCALON_HOME=str(folder),
        ESCALON_PEOPLE=str(people),
        **{
            "ESCALON_CHANNELS": "mattermost,ntfy",
            "ESCALON_HTTP_NETWORKS": "127.0.0.0/8",
            "ESCALON_CA_FILE": str(CERTIFICATE),
            **more,
        },
    )
    return await asyncio.to_thread(escalon, "channel", "test", *arguments, env=env)


async def test_a_channel_that_works_is_said_to(tmp_path: Path) -> None:
    async with http_side(says(answer(200, "ok"))) as side:
        ran = await tried(tmp_path, side, "kim", "mattermost")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "delivered to kim by mattermost\n", "")
    assert "A trial of Escalon" in side.got[0].json["text"]
    assert not (tmp_path / "record.db").exists(), "it makes nothing"


async def test_one_that_does_not_says_why_and_nothing_secret(tmp_path: Path) -> None:
    async with http_side(says(answer(404))) as side:
        ran = await tried(tmp_path, side, "kim", "mattermost", "--json")
    said = json.loads(ran.stdout)
    assert (ran.returncode, said["outcome"], said["is_outcome_unknown"]) == (1, "refused", False)
    assert "nothing at this address" in said["error"]
    assert "s3cr3t" not in ran.stdout + ran.stderr


async def test_one_whose_outcome_is_not_known_says_so(tmp_path: Path) -> None:
    async with http_side(says(b"")) as side:
        ran = await tried(tmp_path, side, "kim", "mattermost")
    assert ran.returncode == 1
    assert "unavailable: not sent to kim by mattermost: while waiting for the answer" in ran.stdout
    assert "it may have arrived all the same" in ran.stdout


async def test_the_inbox_is_a_channel_too(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'record.db'}")
    migrate(db)
    ran = await tried(tmp_path, None, "kim", "inbox")
    assert (ran.returncode, ran.stdout.startswith("delivered to kim by inbox")) == (0, True)
    assert [message.subject for message in inbox.read(db, "kim")] == ["A trial of Escalon: nothing is wrong"]
    db.close()


@pytest.mark.parametrize(
    ("name", "there", "setting", "outcome"),
    [
        ("sms", TwilioSide, "TWILIO", "sent to kim by sms: SM"),
        ("voice", TwilioSide, "TWILIO", "sent to kim by voice: CA"),
        ("matrix", MatrixSide, "MATRIX", "delivered to kim by matrix: $event0"),
        ("pagerduty", PagerDutySide, "PAGERDUTY", "sent to kim by pagerduty: escalon-"),
        ("opsgenie", OpsgenieSide, "OPSGENIE", "sent to kim by opsgenie: request-1"),
    ],
)
async def test_each_further_channel_can_be_tried(
    tmp_path: Path, name: str, there: Callable[[], Answering], setting: str, outcome: str
) -> None:
    async with http_side(there()) as side:
        more = {
            "ESCALON_CHANNELS": name,
            f"ESCALON_{setting}_URL": side.url(""),
            "ESCALON_TWILIO_ACCOUNT": ACCOUNT,
            "ESCALON_TWILIO_TOKEN": TWILIO_TOKEN,
            "ESCALON_TWILIO_FROM": SENDER,
            "ESCALON_MATRIX_TOKEN": MATRIX_TOKEN,
        }
        ran = await tried(tmp_path, None, "kim", name, **more)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(outcome)
    for secret in (TWILIO_TOKEN, MATRIX_TOKEN, ROUTING_KEY, API_KEY):
        assert secret not in ran.stdout


async def test_wrong_calls_name_what_is_allowed(tmp_path: Path) -> None:
    for arguments, words in (
        (("lee", "mattermost"), "PERSON: 'lee' is not known"),
        (("kim", "matermost"), "did you mean 'mattermost'?"),
        (("kim", "ntfy"), "kim has no address for 'ntfy'; has: inbox, mattermost"),
    ):
        ran = await tried(tmp_path, None, *arguments)
        assert (ran.returncode, words in ran.stderr) == (2, True), ran.stderr
