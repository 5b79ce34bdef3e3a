"""A signed webhook: a CloudEvents 1.0 envelope (structured JSON) under the headers of Standard Webhooks.

The receiver checks `webhook-signature` with a key that it shares with us and drops a `webhook-id` that it has seen.
Signed with every key that is set, so that one can be replaced without a gap. All addresses share the keys.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from standardwebhooks import Webhook

from activities.channels.contract import Envelope, Sent
from activities.channels.fitting import page_of
from activities.channels.given_address import check_address
from activities.channels.http_post import HttpPost
from client.channel_settings import signing_keys
from escalation.answer_link import AnswerLink
from escalation.issue.effects import About
from escalation.issue.facts import IssueClass
from escalation.message import Line


@dataclass(frozen=True, kw_only=True)
class WebhookSettings:
    """In whose name, and by which keys."""

    org: str
    keys: tuple[str, ...] = field(repr=False)
    """As Standard Webhooks writes them: whsec_ and Base64."""
    link: str = ""


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True)


class Told(_Written):
    """What the event holds: the message as people read it, and the facts that a program sorts by."""

    issue: str
    """The issue's full id."""
    issue_class: IssueClass
    person: str
    about: About | Literal["digest"]
    priority: int
    """1 is most urgent, 5 least."""
    subject: str
    text: str
    """All lines as plain text."""
    lines: tuple[Line, ...]
    is_possible_repeat: bool
    """Whether an earlier copy may have arrived. Copies have the same id, and differ in this and in the text."""
    link: str | None
    """The issue's page, where the installation has one."""
    answers: tuple[AnswerLink, ...] = ()
    """By which links it can be answered, where the installation has them."""


class Event(_Written):
    """A CloudEvents 1.0 envelope."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    """The instant that the message is about (UTC)."""
    datacontenttype: str = "application/json"
    data: Told


class WebhookChannel:
    """Posts to the `webhook` address of a person, a URL."""

    name = "webhook"

    def __init__(self, post: HttpPost, settings: WebhookSettings) -> None:
        """Raises ValueError where there is no key, or one that is none."""
        self._post = post
        self._settings = settings
        self._signers = [Webhook(key) for key in signing_keys(",".join(settings.keys))]

    async def send(self, envelope: Envelope) -> Sent:
        """Post one event."""
        check_address(self.name, envelope.address, "webhook's address")
        content = self._event(envelope).model_dump_json()
        now = datetime.now(UTC)
        signed = " ".join(signer.sign(envelope.public_id, now, content) for signer in self._signers)
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": envelope.public_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signed,
        }
        await self._post.post(envelope.address, content.encode(), headers)
        # Any answer of its kind is one: who receives webhooks says nothing of use in the body.
        return Sent(reference=envelope.public_id)

    def _event(self, envelope: Envelope) -> Event:
        return Event(
            id=envelope.public_id,
            source=f"/escalon/{self._settings.org}",
            type=f"escalon.message.{envelope.about}",
            subject=str(envelope.issue),
            time=envelope.at,
            data=Told(
                issue=str(envelope.issue),
                issue_class=envelope.issue_class,
                person=envelope.person,
                about=envelope.about,
                priority=envelope.priority,
                subject=" ".join(envelope.subject.split()),
                text=envelope.body,
                lines=envelope.message.lines,
                is_possible_repeat=envelope.is_possible_repeat,
                link=page_of(envelope, self._settings.link) or None,
                answers=envelope.answers,
            ),
        )
