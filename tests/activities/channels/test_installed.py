"""Which channels there are by the settings, and that settings which cannot work are said before anything is started."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from urllib.parse import parse_qsl

import pytest
from pydantic import ValidationError

from activities.channels.contract import Channel
from activities.channels.installed import channels
from client.channel_settings import FURTHER
from client.settings import Settings
from records.database import Database
from tests.activities.channels.http_side import answer, http_side, says
from tests.activities.channels.http_trials import KEY
from tests.activities.channels.mail_server import CERTIFICATE
from tests.activities.channels.pager_sides import API_KEY, ROUTING_KEY
from tests.activities.channels.trial import envelope
from tests.activities.channels.twilio_side import ACCOUNT, KIM, SENDER, SERVICE
from tests.migrated import migrated
from tests.structure.tree import ROOT

PAGE = ROOT / "docs/channels.md"
ALL = {
    "ESCALON_SMTP_HOST": "127.0.0.1",
    "ESCALON_MAIL_FROM": "escalon@example.org",
    "ESCALON_WEBHOOK_KEYS": KEY,
    "ESCALON_APPRISE_SERVICES": "json",
    "ESCALON_TWILIO_ACCOUNT": ACCOUNT,
    "ESCALON_TWILIO_TOKEN": "t0ken",
    "ESCALON_TWILIO_FROM": SENDER,
    "ESCALON_MATRIX_URL": "https://matrix.example.org",
    "ESCALON_MATRIX_TOKEN": "syt_sample",
    "ESCALON_CHANNELS": "webhook, slack,teams,mattermost,ntfy,apprise,sms,voice,matrix,pagerduty,opsgenie",
}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A record."""
    db = migrated(f"sqlite:///{tmp_path}/record.db")
    yield db
    db.close()


TWILIO = {
    "ESCALON_CHANNELS": "sms",
    "ESCALON_TWILIO_ACCOUNT": ACCOUNT,
    "ESCALON_TWILIO_TOKEN": "s3cr3t",
    "ESCALON_TWILIO_FROM": SENDER,
}


def without(name: str) -> dict[str, str]:
    """What text messages need, but for this."""
    return {each: value for each, value in TWILIO.items() if each != name}


def set_to(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    """Settings from these variables."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_without_settings_there_is_the_inbox(db: Database) -> None:
    assert [each.name for each in channels(Settings(), db)] == ["inbox"]


def test_every_channel_is_had_by_naming_it(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    settings = set_to(monkeypatch, **ALL)
    there: tuple[Channel, ...] = channels(settings, db)
    assert tuple(each.name for each in there) == settings.ways == ("inbox", "email", *FURTHER)


def test_a_name_given_twice_is_one_channel(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    assert set_to(monkeypatch, ESCALON_CHANNELS="teams,,teams, ").ways == ("inbox", "teams")


@pytest.mark.parametrize(
    ("variables", "field", "words"),
    [
        ({"ESCALON_CHANNELS": "slak"}, "channels", "'slak' is no channel; allowed: webhook, slack"),
        ({"ESCALON_CHANNELS": "webhook"}, "channels", "needs ESCALON_WEBHOOK_KEYS: whsec_"),
        ({"ESCALON_CHANNELS": "webhook", "ESCALON_WEBHOOK_KEYS": f"{KEY},s3cr3t"}, "channels", "key 2 is not whsec_"),
        ({"ESCALON_CHANNELS": "apprise"}, "channels", "ESCALON_APPRISE_SERVICES"),
        ({"ESCALON_HTTP_NETWORKS": "10.0.0.1/8"}, "http_networks", "host bits set; allowed: networks such as"),
        ({"ESCALON_HTTP_NETWORKS": "inside"}, "http_networks", "allowed: networks such as"),
        ({"ESCALON_SLACK_URL": "slack.com"}, "slack_url", "no URL"),
        ({"ESCALON_NTFY_URL": "ntfy"}, "ntfy_url", "no URL"),
        ({"ESCALON_ISSUE_LINK": "https://pages.example.org/"}, "issue_link", "{issue}"),
        ({"ESCALON_ISSUE_LINK": "javascript:{issue}"}, "issue_link", "{issue}"),
        ({"ESCALON_CA_FILE": "/nowhere/ca.pem"}, "ca_file", "No such file"),
        ({"ESCALON_CA_FILE": __file__}, "ca_file", "certificates cannot be read"),
        ({"ESCALON_HTTP_TIMEOUT_S": "60"}, "http_timeout_s", "12"),
        (without("ESCALON_TWILIO_ACCOUNT"), "channels", "the channel sms needs ESCALON_TWILIO_ACCOUNT"),
        (without("ESCALON_TWILIO_TOKEN"), "channels", "the channel sms needs ESCALON_TWILIO_TOKEN"),
        (without("ESCALON_TWILIO_FROM"), "channels", "needs ESCALON_TWILIO_FROM or ESCALON_TWILIO_SERVICE"),
        (
            {**without("ESCALON_TWILIO_FROM"), "ESCALON_TWILIO_SERVICE": SERVICE, "ESCALON_CHANNELS": "voice"},
            "channels",
            "the channel voice needs ESCALON_TWILIO_FROM",
        ),
        (
            {**TWILIO, "ESCALON_TWILIO_FROM": "Escalon", "ESCALON_CHANNELS": "sms,voice"},
            "channels",
            "the channel voice needs a phone number",
        ),
        ({"ESCALON_TWILIO_ACCOUNT": "AC1"}, "twilio_account", "AC and 32 hexadecimal digits"),
        ({"ESCALON_TWILIO_SERVICE": ACCOUNT}, "twilio_service", "MG and 32 hexadecimal digits"),
        ({"ESCALON_TWILIO_FROM": "+44 7700 900123"}, "twilio_from", "allowed: a number such as +447700900123"),
        ({"ESCALON_TWILIO_FROM": "Escalon of Cork"}, "twilio_from", "at most 11 letters and digits"),
        ({"ESCALON_TWILIO_CALLBACK": "http://escalon.example.org"}, "twilio_callback", "an https URL"),
        ({"ESCALON_TWILIO_CALLBACK": "https://esc_alon.example.org"}, "twilio_callback", "an https URL"),
        ({"ESCALON_TWILIO_CALLBACK": "https://escalon.example.org/?a=b"}, "twilio_callback", "an https URL"),
        ({"ESCALON_CHANNELS": "matrix"}, "channels", "the channel matrix needs ESCALON_MATRIX_URL"),
        (
            {"ESCALON_CHANNELS": "matrix", "ESCALON_MATRIX_URL": "https://matrix.example.org"},
            "channels",
            "the channel matrix needs ESCALON_MATRIX_TOKEN",
        ),
        ({"ESCALON_MATRIX_URL": "matrix.example.org"}, "matrix_url", "no URL"),
        ({"ESCALON_CHANNELS": "pagerduty", "ESCALON_PAGERDUTY_KEY": "s3cr3t"}, "channels", "32 letters and digits"),
        ({"ESCALON_CHANNELS": "opsgenie", "ESCALON_OPSGENIE_KEY": "s3cr3t"}, "channels", "ESCALON_OPSGENIE_KEY"),
    ],
)
def test_what_cannot_work_is_said_by_its_name(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        set_to(monkeypatch, **variables)
    (error,) = caught.value.errors()
    assert (error["loc"], words in error["msg"]) == ((field,), True), error["msg"]
    assert "s3cr3t" not in str(caught.value)


def test_a_library_that_is_missing_is_said_by_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client.settings.find_spec", lambda _: None)
    with pytest.raises(ValidationError, match=r"escalon\[apprise\]"):
        set_to(monkeypatch, ESCALON_CHANNELS="apprise", ESCALON_APPRISE_SERVICES="json")


async def test_settings_reach_the_channels(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    async with http_side(says(answer(200, json.dumps({"ok": True, "ts": "1.2", "channel": "C1", "id": "x"})))) as side:
        settings = set_to(
            monkeypatch,
            ESCALON_CHANNELS="slack,ntfy,webhook",
            ESCALON_WEBHOOK_KEYS=KEY,
            ESCALON_SLACK_TOKEN="xoxb-1",
            ESCALON_SLACK_URL=side.url("/api"),
            ESCALON_NTFY_URL=side.url(""),
            ESCALON_NTFY_TOKEN="tk_1",
            ESCALON_HTTP_NETWORKS="127.0.0.0/8",
            ESCALON_CA_FILE=str(CERTIFICATE),
            ESCALON_ISSUE_LINK="https://pages.example.org/{issue}",
        )
        there = {each.name: each for each in channels(settings, db)}
        for name, address in (("slack", "#desk"), ("ntfy", "payments"), ("webhook", side.url("/hook"))):
            await there[name].send(envelope(address))
    slack, ntfy, webhook = side.got
    assert (slack.path, slack.headers["authorization"]) == ("/api/chat.postMessage", "Bearer xoxb-1")
    assert (ntfy.json["topic"], ntfy.headers["authorization"]) == ("payments", "Bearer tk_1")
    assert webhook.json["source"] == "/escalon/main"
    assert all(b"https://pages.example.org/main%3A" in got.body for got in side.got)


async def test_settings_reach_the_further_channels(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    said = {"sid": "SM1", "event_id": "$1", "status": "success", "requestId": "r1"}
    async with http_side(says(answer(200, json.dumps(said)))) as side:
        settings = set_to(
            monkeypatch,
            **TWILIO
            | {
                "ESCALON_TWILIO_URL": side.url("/twilio"),
                "ESCALON_TWILIO_SERVICE": SERVICE,
                "ESCALON_TWILIO_CALLBACK": "https://escalon.example.org/",
                "ESCALON_MATRIX_URL": side.url("/matrix"),
                "ESCALON_MATRIX_TOKEN": "syt_1",
                "ESCALON_PAGERDUTY_URL": side.url("/duty"),
                "ESCALON_PAGERDUTY_KEY": ROUTING_KEY,
                "ESCALON_OPSGENIE_URL": side.url("/genie"),
                "ESCALON_OPSGENIE_KEY": API_KEY,
                "ESCALON_CHANNELS": "sms,voice,matrix,pagerduty,opsgenie",
                "ESCALON_HTTP_NETWORKS": "127.0.0.0/8",
                "ESCALON_CA_FILE": str(CERTIFICATE),
                "ESCALON_ISSUE_LINK": "https://pages.example.org/{issue}",
            },
        )
        there = {each.name: each for each in channels(settings, db)}
        for name, address in (
            ("sms", KIM),
            ("voice", KIM),
            ("matrix", "!room:matrix.example.org"),
            ("pagerduty", "P0KIM"),
            ("opsgenie", "kim@example.org"),
        ):
            await there[name].send(envelope(address))
    sms, voice, matrix, duty, genie = side.got
    assert sms.path == f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = dict(parse_qsl(sms.body.decode()))
    assert (form["MessagingServiceSid"], form["To"]) == (SERVICE, KIM)
    assert form["StatusCallback"] == "https://escalon.example.org/v1/twilio/status"
    assert dict(parse_qsl(voice.body.decode()))["From"] == SENDER
    assert sms.headers["authorization"] == voice.headers["authorization"]
    assert (matrix.method, matrix.headers["authorization"]) == ("PUT", "Bearer syt_1")
    assert matrix.path.startswith("/matrix/_matrix/client/v3/rooms/%21room%3Amatrix.example.org/send/m.room.message/")
    assert (duty.path, duty.json["routing_key"]) == ("/duty/v2/enqueue", ROUTING_KEY)
    assert (genie.path, genie.headers["authorization"]) == ("/genie/v2/alerts", f"GenieKey {API_KEY}")
    assert all(b"https://pages.example.org/main%3A" in got.body for got in (matrix, duty, genie))


@pytest.mark.skipif(which("openssl") is None, reason="no openssl here to make a key with")
def test_the_key_that_the_docs_make_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    line = 'echo "whsec_$(openssl rand -base64 32)"'
    assert line in PAGE.read_text(encoding="utf-8")
    made = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout.strip()
    assert set_to(monkeypatch, ESCALON_CHANNELS="webhook", ESCALON_WEBHOOK_KEYS=made).ways == ("inbox", "webhook")


def test_the_docs_name_every_channel_and_setting() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in ("inbox", "email", *FURTHER))
