"""Links that answer a message: every channel shows them as its medium has buttons, and nothing where there are none."""

import json
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from pydantic import SecretStr

from activities.answer_links import AnswerLinks
from activities.channels import matrix, mattermost, ntfy, opsgenie, pagerduty, slack, teams
from activities.channels.contract import Envelope
from activities.channels.email import EmailChannel, EmailSettings
from activities.channels.html import html
from activities.channels.webhook import Told
from client.settings import Settings
from escalation.answer_link import AnswerLink, read
from escalation.message import Line, Message
from escalation.policy.addresses import is_read_by_one
from tests.activities.channels.http_side import Got, answer, http_post, http_side
from tests.activities.channels.mail_server import body_of, mail_server
from tests.activities.channels.trial import envelope, message
from tests.escalation.sample_notify import notify

URL, KEY, PAGE = "https://escalon.example.org", "k" * 32, "https://pages.example.org/1"
LINKS = AnswerLinks(URL, KEY).of(notify(), "kim@example.org")
SHOWN: dict[str, Callable[[Envelope], Any]] = {
    "email": lambda given: html(given, PAGE),
    "slack": lambda given: slack.rendered(given, PAGE),
    "teams": lambda given: json.loads(teams.rendered(given, PAGE)),
    "mattermost": lambda given: mattermost.rendered(given.message, given, PAGE),
    "matrix": lambda given: matrix.rendered(given, PAGE)["formatted_body"],
    "matrix text": lambda given: matrix.rendered(given, PAGE)["body"],
    "pagerduty": lambda given: pagerduty.rendered(given, PAGE),
    "opsgenie": lambda given: opsgenie.rendered(given, PAGE),
}


def asked(**changed: Any) -> Envelope:
    """A message that asks, with its links."""
    return envelope("kim@example.org", answers=LINKS, **changed)


@pytest.mark.parametrize("channel", SHOWN)
def test_every_link_is_shown_with_what_it_means_and_the_page_too(channel: str) -> None:
    shown = unescape(str(SHOWN[channel](asked())))
    for link in LINKS:
        assert link.label in shown
        assert link.url in shown
    assert PAGE in shown
    without = str(SHOWN[channel](envelope("kim@example.org")))
    assert URL not in without
    assert "I have it" not in without


def test_slack_and_teams_have_buttons() -> None:
    (actions,) = [block for block in slack.rendered(asked(), "")["blocks"] if block["type"] == "actions"]
    assert [button["type"] for button in actions["elements"]] == ["button"] * 3
    assert len({button["action_id"] for button in actions["elements"]}) == 3
    card = json.loads(teams.rendered(asked(), PAGE))["attachments"][0]["content"]
    assert [each["type"] for each in card["actions"]] == ["Action.OpenUrl"] * 4
    assert "actions" not in json.loads(teams.rendered(envelope("kim"), ""))["attachments"][0]["content"]


def test_in_slack_what_wants_no_words_is_pressed_there_where_it_says_who_presses() -> None:
    shown = slack.rendered(asked(), "", is_interactive=True)
    (actions,) = [block for block in shown["blocks"] if block["type"] == "actions"]
    by_act = {button["action_id"].removeprefix("escalon_"): button for button in actions["elements"]}
    for link in LINKS:
        button = by_act[link.act]
        assert ("url" in button) != ("value" in button)
        assert button.get("value", link.token) == link.token
        assert read(link.token, [KEY]) is not None
    assert {act for act, button in by_act.items() if "value" in button} == {"acknowledge", "decline"}
    assert max(len(button.get("value", "")) for button in by_act.values()) <= 2000


def test_ntfy_answers_by_the_telephone_itself_and_opens_a_page_where_words_are_needed() -> None:
    made = ntfy._actions(asked(), PAGE)
    assert len(made) == ntfy.MOST_BUTTONS
    assert [(each["action"], each["method"]) for each in made] == [("http", "POST")] * 3
    assert [each["url"] for each in made] == [link.post_url for link in LINKS]
    charge = AnswerLinks(URL, KEY).of(notify(about="last_resort", commands=("take_charge",)), "")
    first, page = ntfy._actions(envelope("kim", answers=charge), PAGE)
    assert (first["action"], first["url"]) == ("view", charge[0].url)
    assert page["url"] == PAGE


async def test_what_ntfy_is_sent_stays_within_its_bounds() -> None:
    async def take(got: Got, writer: Any) -> None:
        assert len(got.body) < 8192
        writer.write(answer(200, json.dumps({"id": "x1"}), Content_Type="application/json"))
        await writer.drain()

    async with http_side(take) as side:
        settings = ntfy.NtfySettings(url=side.url(""), link="https://pages.example.org/{issue}")
        sent = asked(message=message("[S2] Act", "long \u00e9 " * 5000)).changed({"address": "kim"})
        await ntfy.NtfyChannel(http_post(), settings).send(sent)
        (got,) = side.got
        assert [each["label"] for each in got.json["actions"]] == [link.label for link in LINKS]


async def test_a_mail_has_them_as_text_too_and_its_last_line_before_them() -> None:
    async with mail_server() as server:
        settings = EmailSettings(
            host="127.0.0.1", port=server.port, security="plain", sender="escalon@example.org",
            timeout=timedelta(seconds=10), link="https://pages.example.org/{issue}",
        )  # fmt: skip
        await EmailChannel(settings).send(asked())
        text = body_of(server.mails[0]).replace("\r\n", "\n")
    assert text.index("If nobody does.") < text.index(f"I have it: {LINKS[0].url}\n") < text.index("https://pages")


def test_a_long_message_gives_way_to_its_links() -> None:
    lines = tuple(Line(label=f"Label {number}", text="word " * 200) for number in range(60))
    long = asked(message=Message(subject="[S2] Act", lines=(*lines, Line(text="If nobody does."))))
    assert len(teams.rendered(long, PAGE)) <= teams.LONGEST
    assert LINKS[-1].url in teams.rendered(long, PAGE).decode()
    shown = slack.rendered(long, PAGE)
    assert len(json.dumps(shown["blocks"][1])) < 2 * slack.LONGEST
    assert "If nobody does." in json.dumps(shown)


def test_programs_get_them_as_data() -> None:
    assert Told.model_fields["answers"].annotation == tuple[AnswerLink, ...]


@pytest.mark.parametrize(
    ("channel", "address", "is_of_one"),
    [
        ("email", "kim@example.org", True),
        ("sms", "+447700900123", True),
        ("slack", "U0123456789", True),
        ("slack", "C0123456789", False),
        ("slack", "#payments", False),
        ("slack", "https://hooks.slack.com/services/D1", False),
        ("matrix", "@kim:matrix.example.org", True),
        ("matrix", "!room:matrix.example.org", False),
        ("teams", "https://teams.example.org/x", False),
        ("mattermost", "https://chat.example.org/hooks/x", False),
        ("ntfy", "payments", False),
        ("webhook", "https://hooks.example.org/x", False),
    ],
)
def test_where_others_read_too_a_link_is_less_sure(channel: str, address: str, is_of_one: bool) -> None:
    assert is_read_by_one(channel, address) is is_of_one
    made = AnswerLinks(URL, KEY).of(notify(channel=channel), address)
    found = read(made[0].url.partition("?t=")[2], [KEY])
    assert found is not None
    assert found.is_personal is is_of_one


def test_without_a_url_there_are_no_links() -> None:
    assert AnswerLinks().of(notify(), "kim@example.org") == ()
    assert AnswerLinks.by(Settings()).of(notify(), "kim@example.org") == ()
    made = AnswerLinks.by(Settings(answer_keys=SecretStr(f"{KEY}, {'o' * 40}"), answer_url=f"{URL}/"))
    assert made.of(notify(), "kim@example.org") == LINKS


@pytest.mark.parametrize(
    ("keys", "url", "words"),
    [
        ("", URL, "ESCALON_ANSWER_KEYS"),
        ("short-secret", URL, "key 1 is too short"),
        (f"{KEY},short-secret", URL, "key 2 is too short"),
        (KEY, "http://escalon.example.org", "allowed: an https URL"),
        (KEY, "escalon.example.org", "allowed: an https URL"),
        (KEY, f"{URL}/?a=b", "allowed: an https URL"),
    ],
)
def test_links_that_could_not_be_trusted_are_refused_at_start(keys: str, url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Settings(answer_keys=SecretStr(keys), answer_url=url)
    assert "short-secret" not in str(caught.value)
