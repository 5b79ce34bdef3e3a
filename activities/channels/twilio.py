"""Twilio's API, as far as SMS and calls need it: one form to one resource, and what its own error codes mean.

It knows no key by which a repeat would be the same message: a copy is a second one, and is marked as such.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Sent
from activities.channels.http_answer import Answer, not_theirs
from activities.channels.http_post import HttpPost
from client.channel_settings import TWILIO_STATUS

_LATER = frozenset({10004, 14107, 20429, 20500, 20503, 21611, 30001})
"""Too many calls or messages at once, queues that are full, and troubles of its own."""
_MEANING = {
    20003: "it does not accept our account or token",
    20005: "our account is not active",
    20404: "there is no such account",
    21210: "the number that we call from is not verified",
    21211: "this is no phone number that it knows",
    21212: "the number that we send from is not usable",
    21215: "our account may not call this country",
    21216: "our account may not call this number",
    21408: "our account may not send to this country",
    21606: "the number that we send from cannot send messages",
    21608: "this number is not verified, which a trial account needs",
    21610: "its owner has answered STOP",
    21612: "it has no way to this number from ours",
    21614: "this is no mobile phone's number",
    21635: "this is a landline's number",
}


@dataclass(frozen=True, kw_only=True)
class TwilioSettings:
    """The account, whom messages come from, and where it tells us what became of them."""

    account: str
    token: str = field(repr=False)
    sender: str = ""
    """A phone number; for SMS a short code or a name too."""
    service: str = ""
    """The messaging service that sends SMS in place of the number."""
    url: str = "https://api.twilio.com"
    callback: str = ""
    """The HTTP door as it is reached from outside; empty: receipts, replies and keys are not taken in."""
    link: str = ""


async def create(post: HttpPost, settings: TwilioSettings, resource: str, form: Mapping[str, str]) -> Sent:
    """Have it make one message or call; raises as a channel does."""
    login = b64encode(f"{settings.account}:{settings.token}".encode()).decode()
    callback = {"StatusCallback": f"{settings.callback}{TWILIO_STATUS}"} if settings.callback else {}
    answer = await post.post(
        f"{settings.url.rstrip('/')}/2010-04-01/Accounts/{settings.account}/{resource}.json",
        urlencode({**form, **callback}).encode(),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Authorization": f"Basic {login}",
        },
        in_its_words=_refusal,
    )
    said = answer.json()
    reference = said.get("sid")
    if not isinstance(reference, str) or not reference.isalnum():
        raise not_theirs(answer.status)
    if said.get("status") in {"failed", "undelivered", "canceled"}:
        raise ChannelRefused(f"Twilio says {said['status']}{_of(said.get('error_code'))}")
    return Sent(reference=reference[:64])


def _refusal(answer: Answer) -> ChannelRefused | ChannelUnavailable | None:
    """What an error means by its code; its words, which repeat the number, are not shown."""
    code = answer.said().get("code")
    if not isinstance(code, int) or isinstance(code, bool) or not 10_000 <= code <= 99_999:
        return None
    if code in _LATER or answer.status == 429 or answer.status >= 500:
        return ChannelUnavailable(
            f"it answered {answer.status}, error {code}" + (": too many messages" if answer.status == 429 else ""),
            retry_after=answer.retry_after,
            is_outcome_unknown=answer.status in {502, 504},
        )
    if answer.status in {408, 425}:
        return None
    return ChannelRefused(f"it answered {answer.status}{_of(code)}")


def _of(code: object) -> str:
    if not isinstance(code, int):
        return ""
    meaning = _MEANING.get(code, "")
    return f", error {code}" + (f": {meaning}" if meaning else "")
