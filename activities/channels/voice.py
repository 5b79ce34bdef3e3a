"""A telephone call, through Twilio: it says who asks for what by when, twice, and takes the key that is pressed.

In the language of the person where it is one that we speak. Every word is escaped; TwiML is ours alone.
"""

import re
from xml.sax.saxutils import escape, quoteattr

from activities.channels.contract import Envelope, Sent
from activities.channels.given_address import check_address
from activities.channels.http_post import HttpPost
from activities.channels.twilio import TwilioSettings, create
from client.channel_settings import TWILIO_KEYS
from escalation.spoken import Spoken
from escalation.spoken_words import VOICES, Language

LONGEST = 4_000
"""Characters of the TwiML that Twilio takes with a call."""
RINGS_S = 40
"""Seconds that it rings. Ours: less than most mailboxes wait, so that the call is not told to a machine."""
KEY_PATIENCE_S = 8
"""Seconds for the key after it has been said for the second time."""
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class VoiceChannel:
    """Calls the `voice` address of a person: a phone number."""

    name = "voice"

    def __init__(self, post: HttpPost, settings: TwilioSettings) -> None:
        self._post = post
        self._settings = settings

    async def send(self, envelope: Envelope) -> Sent:
        """Have one call made."""
        check_address(self.name, envelope.address, "phone number")
        keys_url = f"{self._settings.callback}{TWILIO_KEYS}" if self._settings.callback else ""
        form = {
            "To": envelope.address,
            "From": self._settings.sender,
            "Twiml": rendered(envelope, keys_url),
            "Timeout": str(RINGS_S),
        }
        return await create(self._post, self._settings, "Calls", form)


def rendered(envelope: Envelope, keys_url: str) -> str:
    """The TwiML that fits: what is said twice, with the keys where there is somebody who takes them in."""
    spoken = _spoken(envelope)
    for longest in (1_000, 500, 250, 120, 60, 30):
        found = _twiml(spoken, keys_url, longest)
        if len(found) <= LONGEST:
            return found
    return _twiml(Spoken(language=spoken.language, sentences=spoken.sentences[:1]), "", 30)


def _spoken(envelope: Envelope) -> Spoken:
    short = envelope.message.short
    if short is not None:
        return short.spoken
    return Spoken(sentences=(" ".join(envelope.subject.split()), envelope.message.lines[-1].text))


def _twiml(spoken: Spoken, keys_url: str, longest: int) -> str:
    takes_keys = bool(keys_url and spoken.keys)
    sentences = [*spoken.sentences, *(spoken.keys if takes_keys else ())]
    said = "".join(_say(sentence, spoken.language, longest) for sentence in sentences)
    twice = f'{said}<Pause length="1"/>{said}'
    end = _say(spoken.no_key, spoken.language, longest) if spoken.no_key else ""
    if takes_keys:
        where = f'input="dtmf" numDigits="1" timeout="{KEY_PATIENCE_S}" method="POST" action={quoteattr(keys_url)}'
        twice = f"<Gather {where}>{twice}</Gather>"
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{twice}{end}</Response>'


def _say(sentence: str, language: Language, longest: int) -> str:
    # Before it is escaped: an entity is not to be torn.
    words = _NOT_XML.sub(" ", sentence)[:longest]
    return f'<Say language="{VOICES[language]}">{escape(words)}</Say>'
