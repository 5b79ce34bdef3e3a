"""What is particular to calls: TwiML that is ours alone, said twice, in the person's language, and the key pressed."""

from typing import Any

import pytest

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope
from activities.channels.voice import LONGEST, VoiceChannel, rendered
from escalation.message import MessageTexts, compose
from tests.activities.channels.further_trials import twilio_settings
from tests.activities.channels.http_side import http_post, http_side
from tests.activities.channels.trial import envelope, message
from tests.activities.channels.twilio_side import KIM, NOBODY, SENDER, TwilioSide, spoken, twiml
from tests.escalation.sample_notify import notify

KEYS = "https://escalon.example.org/v1/twilio/keys"
NASTY = [
    "</Say><Dial>+15005550006</Dial><Say>",
    '"/><Redirect>https://evil.example.org</Redirect>',
    "<![CDATA[<Hangup/>]]> &amp; &lt; &#x3c;",
    "\x00\x08\ud800 ends",
]


def call(language: str = "en", **changed: Any) -> Envelope:
    """A page to Kim."""
    texts = MessageTexts(names={"kim": "Kim Sample"})
    return envelope(KIM, message=compose(notify(**changed), texts, "Europe/Dublin", language))


def test_it_says_who_asks_what_and_which_keys_twice_and_then_takes_leave() -> None:
    root = twiml(rendered(call(), KEYS))
    gather, *after = root
    said = [each.text for each in gather if each.tag == "Say"]
    once = [
        "This is Escalon, with a call for Kim Sample.",
        "You are asked to act on issue desk:REF-1, severity high, by 20:10 Dublin.",
        "It says: Card payments fail.",
        "Press 1 for: I have it.",
        "Press 2 for: not me.",
        "Press 3 for: send it up.",
    ]
    assert said == once * 2
    assert gather.attrib == {"input": "dtmf", "numDigits": "1", "timeout": "8", "method": "POST", "action": KEYS}
    assert [each.text for each in after] == ["Please answer in Escalon. Goodbye."]


def test_where_nobody_takes_keys_none_is_asked_for() -> None:
    root = twiml(rendered(call(), ""))
    assert root.find("Gather") is None
    assert "Press" not in "".join(root.itertext())


@pytest.mark.parametrize(
    ("tag", "voice"), [("de-AT", "de-DE"), ("fr", "fr-FR"), ("ro-RO", "ro-RO"), ("pt-BR", "en-GB")]
)
def test_it_speaks_the_persons_language_with_its_voice(tag: str, voice: str) -> None:
    root = twiml(rendered(call(tag), KEYS))
    assert {say.attrib["language"] for say in root.iter("Say")} == {voice}


@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_people_write_is_read_as_twiml(text: str) -> None:
    found = rendered(call(title=text), KEYS)
    root = twiml(found)
    assert [each.tag for each in root] == ["Gather", "Say"]
    assert "https://evil" not in str([each.attrib for each in root.iter()])


@pytest.mark.parametrize("sign", ["x", "&", "<", "ș"])
def test_however_long_it_is_twilio_takes_it(sign: str) -> None:
    # As a title is cut before: here the subject of a message without short words.
    found = rendered(envelope(KIM, message=message(sign * 5000, sign * 5000)), KEYS)
    assert len(found) <= LONGEST
    assert len(spoken(found)) == 2


async def test_the_form_is_the_documented_one() -> None:
    twilio = TwilioSide()
    async with http_side(twilio) as side:
        settings = twilio_settings(side, callback="https://escalon.example.org")
        sent = await VoiceChannel(http_post(), settings).send(call())
    ((resource, form),) = twilio.made
    assert (resource, form["To"], form["From"]) == ("Calls", KIM, SENDER)
    assert form["StatusCallback"] == "https://escalon.example.org/v1/twilio/status"
    assert f'action="{KEYS}"' in form["Twiml"]
    assert (sent.reference, sent.is_delivered) == (f"CA{1:032x}", False)


async def test_a_country_that_may_not_be_called_is_for_good() -> None:
    async with http_side(TwilioSide(errors=[(400, 21215)])) as side:
        with pytest.raises(ChannelRefused, match="21215: our account may not call this country"):
            await VoiceChannel(http_post(), twilio_settings(side)).send(call())


async def test_too_many_calls_at_once_are_for_now() -> None:
    async with http_side(TwilioSide(errors=[(400, 10004)])) as side:
        with pytest.raises(ChannelUnavailable, match="10004"):
            await VoiceChannel(http_post(), twilio_settings(side)).send(call())


async def test_who_is_refused_is_refused() -> None:
    async with http_side(TwilioSide()) as side:
        with pytest.raises(ChannelRefused):
            await VoiceChannel(http_post(), twilio_settings(side)).send(envelope(NOBODY))
