"""Mattermost: a post to an incoming webhook. It keeps no threads: a webhook cannot answer to a post.

Posts are Markdown, in which `@channel`, `@here` and a name disturb people: every sign with a meaning is escaped, and
behind every @ stands a sign without width. Inside of what is to be copied neither is read, and neither is written.
"""

import re

from activities.channels.contract import Envelope, Sent
from activities.channels.fitting import fit, page_of
from activities.channels.given_address import check_address
from activities.channels.http_answer import not_theirs
from activities.channels.http_post import HttpPost
from escalation.message import Line, Message

LONGEST = 16_000
"""Characters of a post; Mattermost takes 16,383."""
NO_WIDTH = "\u200b"
_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~&$^=])")
_NUMBERED = re.compile(r"^(\s*\d+)([.)])", re.MULTILINE)
_TICKS = re.compile(r"`+")


class MattermostChannel:
    """Posts to the `mattermost` address of a person: the URL of an incoming webhook."""

    name = "mattermost"

    def __init__(self, post: HttpPost, link: str = "") -> None:
        self._post = post
        self._link = link

    async def send(self, envelope: Envelope) -> Sent:
        """Make one post."""
        check_address(self.name, envelope.address, "Mattermost webhook's address")
        page = page_of(envelope, self._link)
        message = fit(envelope.message, lambda cut: len(rendered(cut, envelope, page)) <= LONGEST)
        content = {
            "text": rendered(message, envelope, page),
            "props": {"escalon_message": envelope.public_id},
        }
        answer = await self._post.post_json(envelope.address, content)
        if not answer.is_text("ok"):
            raise not_theirs(answer.status)
        return Sent(is_delivered=True)


def rendered(message: Message, envelope: Envelope, page: str) -> str:
    """The post's Markdown: the subject, the lines, and which issue it is about."""
    footer = escaped(envelope.issue.short) + (f" · [Open the issue](<{page}>)" if page else "")
    answers = " · ".join(f"[{escaped(link.label)}](<{link.url}>)" for link in envelope.answers)
    subject = " ".join(message.subject.split())
    return "\n".join(
        [
            f"**{escaped(subject)}**",
            "",
            *(row for line in message.lines for row in _rows(line)),
            "",
            *([answers, ""] if answers else []),
            footer,
        ]
    )


def escaped(text: str) -> str:
    """The text as Markdown that shows it as it stands and disturbs nobody."""
    plain = _NUMBERED.sub(r"\1\\\2", _MEANS_SOMETHING.sub(r"\\\1", text))
    return plain.replace("@", f"@{NO_WIDTH}")


def _rows(line: Line) -> list[str]:
    label = f"**{escaped(line.label)}:** " if line.label else ""
    rows = [f"{label}{escaped(line.text)}".rstrip() if label else escaped(line.text)]
    if line.is_verbatim and line.items:
        inside = "\n".join(line.items)
        fence = "`" * max(3, 1 + max((len(ticks) for ticks in _TICKS.findall(inside)), default=0))
        return [*rows, fence, inside, fence]
    return [*rows, *(f"* {escaped(item)}" for item in line.items)]
