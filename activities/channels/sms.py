"""SMS, through Twilio: who is asked, by when, how to answer and where to read it; one part where that can be.

The title and what people wrote are not in it: a phone shows it to whoever looks.
"""

from activities.channels.contract import Envelope, Sent
from activities.channels.fitting import page_of
from activities.channels.given_address import check_address
from activities.channels.http_post import HttpPost
from activities.channels.sms_text import MOST_PARTS, cut, parts, plain
from activities.channels.twilio import TwilioSettings, create


class SmsChannel:
    """Sends to the `sms` address of a person: a phone number."""

    name = "sms"

    def __init__(self, post: HttpPost, settings: TwilioSettings) -> None:
        self._post = post
        self._settings = settings

    async def send(self, envelope: Envelope) -> Sent:
        """Send one message."""
        check_address(self.name, envelope.address, "phone number")
        page = page_of(envelope, self._settings.link)
        body = rendered(envelope, page, takes_replies=bool(self._settings.callback))
        whom = (
            {"MessagingServiceSid": self._settings.service}
            if self._settings.service
            else {"From": self._settings.sender}
        )
        return await create(self._post, self._settings, "Messages", {"To": envelope.address, "Body": body, **whom})


def rendered(envelope: Envelope, page: str, *, takes_replies: bool) -> str:
    """The text: one part where it can be without what can be spared; the link goes if it is too long for a phone."""
    short = envelope.message.short
    if short is not None:
        details = f" {short.where}: {page}" if page else ""
        ways = ", ".join(f"{key.digit} = {key.means}" for key in short.keys)
        reply = f" Reply {ways}." if ways and takes_replies else ""
        full, terse = (plain(f"{text}{reply}{details}") for text in (short.text, short.terse))
        if parts(full) > 1 and parts(terse) == 1:
            return terse
        return full if parts(full) <= MOST_PARTS else cut(plain(f"{short.terse}{reply}"))
    # Who is told without short words: the subject stays whole as far as it can, and some of how it ends.
    subject, last = plain(" ".join(envelope.subject.split())), plain(envelope.message.lines[-1].text)
    return cut(f"{cut(subject)}\n{last}")
