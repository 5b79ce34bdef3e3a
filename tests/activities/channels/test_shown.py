"""What people see: a composed message in every medium, nothing lost, nothing that they write read as markup."""

import json
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from activities.channels import teams
from activities.channels.contract import ChannelUnavailable
from activities.channels.email import EmailChannel, EmailSettings
from activities.channels.fitting import fit, page_of
from activities.channels.html import html
from activities.channels.mattermost import LONGEST as LONGEST_POST
from activities.channels.mattermost import NO_WIDTH, MattermostChannel, escaped, rendered
from activities.channels.ntfy import LONGEST as LONGEST_NOTE
from activities.channels.ntfy import NtfyChannel, NtfySettings
from activities.channels.slack import rendered as slack_rendered
from activities.channels.teams import TeamsChannel
from escalation.message import Line, Message
from tests.activities.channels.http_side import answer, http_post, http_side, says
from tests.activities.channels.http_trials import slack_text, teams_text
from tests.activities.channels.mail_server import body_of, mail_server
from tests.activities.channels.trial import envelope, message

PAGE = "https://pages.example.org/{issue}"
NASTY = [
    "@channel @here @all @kim <!channel> <@U1> <at>kim</at>",
    "<script>alert('x')</script><img src=x onerror=y> &amp; &lt;",
    "[Log in](https://evil.example.org) ![x](https://evil.example.org/p.png) <https://evil.example.org>",
    "**b** _i_ ~~s~~ `c` ``` # h\n# h\n> q\n- l\n1. n\n2) n\n* l\n+ l\n| t |\n|---|\n--- \n=== \n$x$ ^up",
    "\\*x\\* \\",
]
COMPOSED = Message(
    subject="[S1] Act by 22:10: Card payments fail, desk:REF-1",
    lines=(
        Line(label="Asked of you", text="Say who works on it."),
        Line(label="By", text="22:10"),
        Line(),
        Line(label="What", text="Card payments fail @channel"),
        Line(label="Description", items=("> since 21:50 <b>", "> ```@here"), is_verbatim=True),
        Line(label="Tried so far", items=("nothing yet", "1. rebooted")),
        Line(label="I am on it", items=("escalon acknowledge desk:REF-1 --as kim@x",), is_verbatim=True),
        Line(),
        Line(text="If nobody does: the duty lead is asked at 22:20."),
    ),
)


class _Words(HTMLParser):
    """The text of a page, and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", NASTY)
def test_html_shows_what_was_written_and_runs_nothing(text: str) -> None:
    shown = envelope(
        "kim@example.org", message=Message(subject=text, lines=(Line(label=text, text=text, items=(text,)),))
    )
    page = _Words(html(shown, ""))
    assert "".join(page.words).count(text) >= 3
    assert {tag for tag, _ in page.tags} <= {"html", "head", "meta", "body", "h1", "p", "b", "ul", "li"}


def test_html_holds_all_of_a_message_and_fetches_nothing() -> None:
    shown = envelope("kim@example.org", message=COMPOSED)
    page = _Words(html(shown, page_of(shown, PAGE)))
    said = "".join(page.words)
    for line in COMPOSED.lines:
        assert all(part in said for part in (line.label, line.text, *line.items))
    assert not {"img", "link", "script", "style", "iframe"} & {tag for tag, _ in page.tags}
    assert [attrs["href"] for tag, attrs in page.tags if tag == "a"] == [page_of(shown, PAGE)]


async def test_a_mail_says_the_same_in_both_forms() -> None:
    async with mail_server() as server:
        settings = EmailSettings(
            host="127.0.0.1", port=server.port, security="plain", sender="escalon@example.org", link=PAGE
        )
        await EmailChannel(settings).send(envelope("kim@example.org", message=COMPOSED))
    plain, rich = body_of(server.mails[0]), body_of(server.mails[0], "html")
    assert plain.replace("\r\n", "\n").startswith(COMPOSED.body)
    assert "https://pages.example.org/main%3A" in plain
    assert "If nobody does: the duty lead" in rich


@pytest.mark.parametrize("text", NASTY)
def test_markdown_shows_what_was_written(text: str) -> None:
    for row in text.split("\n"):
        page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(escaped(row))
        words = _Words(page)
        assert {tag for tag, _ in words.tags} <= {"p"}
        assert "".join(words.words).strip().replace(NO_WIDTH, "") == row.strip()


@pytest.mark.parametrize("text", NASTY)
def test_a_post_disturbs_nobody(text: str) -> None:
    shown = envelope("x", message=Message(subject=text, lines=(Line(label=text, text=text, items=(text,)),)))
    post = rendered(shown.message, shown, "")
    assert all(post[place + 1] == NO_WIDTH for place, sign in enumerate(post) if sign == "@")


def test_a_post_keeps_what_is_to_be_copied_as_it_is() -> None:
    shown = envelope("x", message=COMPOSED)
    tokens = MarkdownIt("commonmark").parse(rendered(COMPOSED, shown, page_of(shown, PAGE)))
    fences = [token.content for token in tokens if token.type == "fence"]
    assert fences == ["> since 21:50 <b>\n> ```@here\n", "escalon acknowledge desk:REF-1 --as kim@x\n"]


def test_nobody_breaks_out_of_what_is_to_be_copied() -> None:
    quoted = ("```", "@channel **b**", "`````", "x")
    shown = envelope("x", message=Message(subject="s", lines=(Line(label="Said", items=quoted, is_verbatim=True),)))
    tokens = MarkdownIt("commonmark").parse(rendered(shown.message, shown, ""))
    assert [token.content for token in tokens if token.type == "fence"] == ["\n".join(quoted) + "\n"]


def test_rich_text_of_slack_holds_all_of_a_message() -> None:
    elements = slack_rendered(envelope("#desk", message=COMPOSED), "")["blocks"][1]["elements"]
    assert [element["type"] for element in elements].count("rich_text_preformatted") == 2
    assert slack_text(elements) == (
        "Asked of you: Say who works on it.\nBy: 22:10\n\nWhat: Card payments fail @channel\nDescription:\n"
        "> since 21:50 <b>\n> ```@here\nTried so far:\n• nothing yet\n• 1. rebooted\nI am on it:\n"
        "escalon acknowledge desk:REF-1 --as kim@x\n\nIf nobody does: the duty lead is asked at 22:20."
    )
    assert all(run["text"] for element in elements for run in element["elements"]), "Slack takes no empty text"


def test_a_card_holds_all_of_a_message_as_runs_that_are_not_read() -> None:
    shown = envelope("x", message=COMPOSED)
    card = json.loads(teams.rendered(shown, page_of(shown, PAGE)))["attachments"][0]["content"]
    subject, *rows, footer = card["body"]
    assert {row["type"] for row in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for row in card["body"] for run in row["inlines"]} == {"TextRun"}
    assert (teams_text([subject]), teams_text([footer])) == (COMPOSED.subject, "desk:REF-1")
    assert "\n\nWhat: Card payments fail @channel\nDescription:\n> since 21:50 <b>\n" in teams_text(rows)
    assert card["actions"][0]["url"] == page_of(shown, PAGE)
    assert "entities" not in json.dumps(card), "mentions need them"


async def test_an_old_webhook_of_teams_that_takes_and_fails_is_for_now() -> None:
    lie = (
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x."
    )
    async with http_side(says(answer(200, lie, Retry_After="9"))) as side:
        with pytest.raises(ChannelUnavailable, match="delivery failed") as caught:
            await TeamsChannel(http_post()).send(envelope(side.url("/x")))
    assert caught.value.retry_after is not None


async def test_a_notification_has_priority_and_leads_to_the_issue() -> None:
    async with http_side(says(answer(200, '{"id": "x1"}'))) as side:
        channel = NtfyChannel(http_post(), NtfySettings(url=side.url("/"), token="tk_sample", link=PAGE))
        for priority in (1, 2, 3, 4, 5):
            sent = await channel.send(envelope("payments", number=priority, priority=priority))
            assert (sent.reference, sent.is_delivered) == ("x1", False)
    assert [got.json["priority"] for got in side.got] == [5, 4, 3, 2, 1]
    page = side.got[0].json["click"]
    assert page.startswith("https://pages.example.org/main%3A")
    assert side.got[0].json["actions"] == [{"action": "view", "label": "Open the issue", "url": page}]
    assert side.got[0].headers["authorization"] == "Bearer tk_sample"
    assert side.got[0].path == "/"


async def test_the_token_of_ntfy_goes_to_its_own_server_alone() -> None:
    async with (
        http_side(says(answer(200, '{"id": "x1"}'))) as ours,
        http_side(says(answer(200, '{"id": "x"}'))) as other,
    ):
        channel = NtfyChannel(http_post(), NtfySettings(url=ours.url(""), token="tk_sample"))
        await channel.send(envelope(ours.url("/payments")))
        await channel.send(envelope(other.url("/push/payments")))
    assert "authorization" in ours.got[0].headers
    assert "authorization" not in other.got[0].headers
    assert (other.got[0].path, other.got[0].json["topic"]) == ("/push/", "payments")


def long(rows: int, signs: int) -> Message:
    """A message that no medium takes whole."""
    middle = tuple(Line(label=f"L{row}", text="ș" * signs) for row in range(rows))
    return Message(subject="s", lines=(Line(label="Asked of you", text="act"), *middle, Line(text="If nobody does.")))


@pytest.mark.parametrize(("rows", "signs"), [(3, 20_000), (3_000, 3), (300, 300)])
async def test_what_is_too_long_for_a_medium_keeps_its_head_and_its_end(rows: int, signs: int) -> None:
    big = long(rows, signs)
    async with http_side(says(answer(200, "ok"))) as chat, http_side(says(answer(200, '{"id": "x"}'))) as notes:
        await TeamsChannel(http_post()).send(envelope(chat.url("/x"), message=big))
        await MattermostChannel(http_post()).send(envelope(chat.url("/x"), message=big))
        await NtfyChannel(http_post(), NtfySettings()).send(envelope(notes.url("/x"), message=big))
    card, post, note = chat.got[0], chat.got[1].json["text"], notes.got[0].json["message"]
    assert len(card.body) <= teams.LONGEST
    assert len(post) <= LONGEST_POST
    assert len(note.encode()) <= LONGEST_NOTE
    for shown in (teams_text(card.json["attachments"][0]["content"]["body"]), post, note):
        assert "Asked of you" in shown
        assert "If nobody does" in shown


def test_what_fits_is_not_touched() -> None:
    assert fit(COMPOSED, lambda _: True) is COMPOSED


def test_a_last_line_that_is_huge_by_itself_is_cut_too() -> None:
    cut = fit(message("s", "x" * 50_000), lambda found: len(found.body) < 1000)
    assert cut.body.endswith("x…")
