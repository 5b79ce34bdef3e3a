"""PagerDuty: an alert through its Events API (version 2), for people who keep their pager.

One alert for each issue and person (`pager.py`), so a copy adds to the alert that there is. To the service of an
integration's key; or, for a person's id there, through the key that is set up, which others may route by it.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from activities.channels.contract import ChannelRefused, Envelope, Sent
from activities.channels.fitting import fit, page_of
from activities.channels.given_address import check_address
from activities.channels.http_answer import Answer, not_theirs
from activities.channels.http_post import HttpPost
from activities.channels.pager import alert_id, ends_alert
from escalation.policy.addresses import is_routing_key

LONGEST = 300_000
"""Bytes of the text as JSON; PagerDuty takes 512 KB of an event."""
LONGEST_SUMMARY = 1_024
_SEVERITIES = {1: "critical", 2: "error", 3: "warning"}
"""By priority; info beyond."""


@dataclass(frozen=True, kw_only=True)
class PagerDutySettings:
    """Where events go, and the key for people who are named by their id."""

    url: str = "https://events.pagerduty.com"
    key: str | None = field(default=None, repr=False)
    link: str = ""


class PagerDutyChannel:
    """Alerts the `pagerduty` address of a person: an integration's key, or their id there."""

    name = "pagerduty"

    def __init__(self, post: HttpPost, settings: PagerDutySettings) -> None:
        self._post = post
        self._settings = settings

    async def send(self, envelope: Envelope) -> Sent:
        """Send one event."""
        check_address(self.name, envelope.address, "PagerDuty address")
        key, user = envelope.address, None
        if not is_routing_key(envelope.address):
            if self._settings.key is None:
                raise ChannelRefused("without ESCALON_PAGERDUTY_KEY, only integration keys are addresses")
            key, user = self._settings.key, envelope.address
        event = rendered(envelope, page_of(envelope, self._settings.link), user)
        answer = await self._post.post_json(
            f"{self._settings.url.rstrip('/')}/v2/enqueue", {**event, "routing_key": key}, in_its_words=_refusal
        )
        said = answer.json()
        if said.get("status") != "success":
            raise not_theirs(answer.status)
        return Sent(reference=alert_id(envelope))


def _refusal(answer: Answer) -> ChannelRefused | None:
    """Why an event is invalid, as far as it is about the key; what else it says may repeat the event."""
    said = answer.said()
    if answer.status == 400 and said.get("status") == "invalid event":
        about_key = (
            "routing_key" in str(said.get("errors", "")) or "routing key" in str(said.get("message", "")).lower()
        )
        return ChannelRefused(
            "it answered 400: " + ("it does not accept our key or token" if about_key else "it calls the event invalid")
        )
    return None


def rendered(envelope: Envelope, page: str, user: str | None = None) -> dict[str, Any]:
    """The event, without the key."""
    event: dict[str, Any] = {"dedup_key": alert_id(envelope)}
    if ends_alert(envelope):
        return {**event, "event_action": "resolve"}
    message = fit(envelope.message, lambda cut: len(json.dumps(cut.body)) <= LONGEST)
    details = {
        "message": message.body,
        "message_id": envelope.public_id,
        "about": envelope.about,
        "issue": envelope.issue.short,
        "is_possible_repeat": envelope.is_possible_repeat,
        **({"user": user} if user is not None else {}),
    }
    return {
        **event,
        "event_action": "trigger",
        "client": "Escalon",
        "payload": {
            "summary": " ".join(message.subject.split())[:LONGEST_SUMMARY],
            "source": f"escalon/{envelope.issue.org}",
            "severity": _SEVERITIES.get(max(envelope.priority, 1), "info"),
            "timestamp": envelope.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "class": envelope.about,
            "custom_details": details,
        },
        **({"links": links} if (links := _links(envelope, page)) else {}),
        **({"client_url": page} if page else {}),
    }


def _links(envelope: Envelope, page: str) -> list[dict[str, str]]:
    opens = [{"href": page, "text": "Open the issue"}] if page else []
    return [*({"href": link.url, "text": link.label} for link in envelope.answers), *opens]
