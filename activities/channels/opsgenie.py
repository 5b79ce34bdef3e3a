"""Opsgenie: an alert through its Alert API (version 2), for people who keep their pager.

One alert for each issue and person (`pager.py`), so a copy adds to the alert that there is. By the API key of an
integration of theirs; or, for a person's login, by the key that is set up.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope, Sent
from activities.channels.fitting import answers_of, fit, page_of
from activities.channels.given_address import check_address
from activities.channels.http_answer import LONGEST_WAIT, Answer, not_theirs
from activities.channels.http_post import HttpPost
from activities.channels.pager import alert_id, ends_alert
from escalation.policy.addresses import is_opsgenie_key

LONGEST = 14_000
"""Characters of the text; Opsgenie takes 15,000 with the subject and the links."""
LONGEST_MESSAGE = 130
_NO_MARKUP = str.maketrans("<>", "‹›")  # noqa: RUF001
"""Its pages read HTML, its text messages do not: signs that look like these mean nothing in either."""


@dataclass(frozen=True, kw_only=True)
class OpsgenieSettings:
    """Where alerts go, and the key for people who are named by their login."""

    url: str = "https://api.opsgenie.com"
    key: str | None = field(default=None, repr=False)
    link: str = ""


class OpsgenieChannel:
    """Alerts the `opsgenie` address of a person: the API key of an integration, or their login there."""

    name = "opsgenie"

    def __init__(self, post: HttpPost, settings: OpsgenieSettings) -> None:
        self._post = post
        self._settings = settings

    async def send(self, envelope: Envelope) -> Sent:
        """Open one alert, or close it."""
        check_address(self.name, envelope.address, "Opsgenie address")
        key, user = envelope.address, None
        if not is_opsgenie_key(envelope.address):
            if self._settings.key is None:
                raise ChannelRefused("without ESCALON_OPSGENIE_KEY, only API keys are addresses")
            key, user = self._settings.key, envelope.address
        path, content = "", rendered(envelope, page_of(envelope, self._settings.link), user)
        if ends_alert(envelope):
            path = f"/{alert_id(envelope)}/close?identifierType=alias"
            content = {"source": "Escalon", "user": "Escalon", "note": content["message"]}
        answer = await self._post.post_json(
            f"{self._settings.url.rstrip('/')}/v2/alerts{path}",
            content,
            {"Authorization": f"GenieKey {key}"},
            in_its_words=_refusal,
        )
        reference = answer.json().get("requestId")
        if not isinstance(reference, str) or not reference:
            raise not_theirs(answer.status)
        return Sent(reference=reference[:64])


def _refusal(answer: Answer) -> ChannelRefused | ChannelUnavailable | None:
    """What its own statuses mean; of what it says, the names of the fields that it does not take."""
    if answer.status == 402:
        return ChannelRefused("it answered 402: its plan does not allow this")
    if answer.status == 422:
        errors = answer.said().get("errors")
        names = sorted(name for name in errors if name.isidentifier())[:5] if isinstance(errors, dict) else []
        return ChannelRefused("it answered 422: it does not take " + (", ".join(names) or "this message"))
    if answer.status == 429 and answer.retry_after is None:
        # It says how long the period is of which too many were sent.
        period = answer.headers.get("x-ratelimit-period-in-sec", "")
        wait = timedelta(seconds=int(period)) if period.isascii() and period.isdigit() and len(period) < 7 else None
        return ChannelUnavailable(
            "it answered 429: too many messages", retry_after=min(wait, LONGEST_WAIT) if wait is not None else None
        )
    return None


def rendered(envelope: Envelope, page: str, user: str | None = None) -> dict[str, Any]:
    """The alert that is opened."""
    foot = "\n".join(part for part in (answers_of(envelope), page) if part)
    message = fit(envelope.message, lambda cut: len(cut.body) + len(cut.subject) + len(foot) <= LONGEST)
    subject = " ".join(message.subject.split()).translate(_NO_MARKUP)
    is_cut = len(subject) > LONGEST_MESSAGE
    head, tail = (f"{subject}\n\n" if is_cut else ""), (f"\n\n{foot}" if foot else "")
    return {
        "message": f"{subject[: LONGEST_MESSAGE - 1]}…" if is_cut else subject,
        "alias": alert_id(envelope),
        "description": f"{head}{message.body.translate(_NO_MARKUP)}{tail}",
        "source": "Escalon",
        "user": "Escalon",
        "entity": envelope.issue.short[:512],
        "priority": f"P{min(max(envelope.priority, 1), 5)}",
        "details": {
            "message_id": envelope.public_id,
            "about": envelope.about,
            "is_possible_repeat": str(envelope.is_possible_repeat).lower(),
        },
        **({"responders": [{"type": "user", "username": user}]} if user is not None else {}),
    }
