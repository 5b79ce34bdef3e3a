"""What is particular to text messages: few words, few parts, Twilio's errors, and nothing that a phone may not show."""

from datetime import timedelta

import pytest

from activities.channels.contract import ChannelRefused, ChannelUnavailable
from activities.channels.sms import SmsChannel, rendered
from activities.channels.sms_text import MOST_PARTS, cut, parts, plain
from activities.channels.twilio import TwilioSettings
from escalation.message import Message, MessageTexts, compose
from tests.activities.channels.further_trials import twilio_settings
from tests.activities.channels.http_side import answer, http_post, http_side, says
from tests.activities.channels.trial import envelope, message
from tests.activities.channels.twilio_side import ACCOUNT, KIM, NOBODY, SENDER, SERVICE, TOKEN, TwilioSide
from tests.escalation.sample_notify import notify

CALLBACK = "https://escalon.example.org"
PAGE = "https://esc.example/i/4821"


def asked(**changed: object) -> Message:
    """The message of a page."""
    texts = MessageTexts(title="Card payments fail", names={"kim": "Kim Sample"})
    return compose(notify(**changed), texts, "Europe/Dublin")


def text(page: str = PAGE, *, takes_replies: bool = True, **changed: object) -> str:
    """The SMS of a page."""
    return rendered(envelope(KIM, message=asked(**changed)), page, takes_replies=takes_replies)


async def said_no(status: int, code: int, **headers: str) -> ChannelRefused | ChannelUnavailable:
    """What a refusal in Twilio's codes becomes; its words, and the number in them, are not repeated."""
    twilio = TwilioSide(errors=[(status, code)], headers=headers)
    async with http_side(twilio) as side:
        with pytest.raises((ChannelRefused, ChannelUnavailable)) as caught:
            await SmsChannel(http_post(), twilio_settings(side)).send(envelope(KIM))
    assert twilio.made == []
    assert KIM not in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert isinstance(caught.value, ChannelRefused | ChannelUnavailable)
    return caught.value


def test_a_page_says_who_asks_by_when_how_to_answer_and_where_to_read_in_one_part() -> None:
    said = text()
    assert said == (
        "desk:REF-1 high. You are asked to act by 20:10 Dublin (30 min). "
        f"Reply 1 = I have it, 2 = not me, 3 = send it up. Details: {PAGE}"
    )
    assert parts(said) == 1


def test_without_anybody_to_take_replies_none_are_asked_for() -> None:
    assert "Reply" not in text(takes_replies=False)


def test_what_can_be_spared_goes_before_a_second_part_is_needed() -> None:
    longer = f"{PAGE}/{'x' * (160 - len(text()))}"
    said = text(longer)
    assert "(30 min)" not in said
    assert longer in said
    assert parts(said) == 1


def test_a_long_link_is_worth_a_second_part() -> None:
    longer = f"{PAGE}/{'x' * 120}"
    said = text(longer)
    assert said.endswith(longer)
    assert "(30 min)" in said
    assert parts(said) == 2


def test_a_link_that_is_too_long_by_itself_is_left_out_and_the_rest_stays() -> None:
    said = text(f"{PAGE}/{'x' * 900}")
    assert said.endswith("3 = send it up.")
    assert parts(said) == 1


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
def test_of_a_restricted_issue_it_says_where_to_read_it_alone(issue_class: str) -> None:
    said = text(issue_class=issue_class)
    assert said == (
        "Restricted case desk:REF-1: you are asked to act by 20:10 Dublin. "
        f"Do not forward or discuss this message. Sign in to read: {PAGE}"
    )
    assert parts(said) == 1


def test_no_title_is_on_the_screen_of_a_phone() -> None:
    assert "Card payments" not in text()


def test_a_possible_repeat_is_marked() -> None:
    composed = compose(notify(), MessageTexts(), "UTC", is_possible_repeat=True)
    assert "(May be a repeat.)" in rendered(envelope(KIM, message=composed), PAGE, takes_replies=True)


def test_a_message_without_short_words_is_its_subject_and_how_it_ends() -> None:
    assert rendered(envelope(KIM, message=message("S", "If nobody does.")), PAGE, takes_replies=True) == (
        "S\nIf nobody does."
    )


def test_a_long_one_without_short_words_is_cut_to_the_parts_that_are_read() -> None:
    said = rendered(envelope(KIM, message=message("S" * 100, "x" * 5000)), "", takes_replies=True)
    assert said.startswith("S" * 100 + "\nxxx")
    assert said.endswith("x...")
    assert parts(said) == MOST_PARTS


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ș" * 70, 1),
        ("ș" * 71, 2),
        ("ș" * 134, 2),
        ("ș" * 135, 3),
        ("💳" * 35, 1),
        ("💳" * 36, 2),
        ("", 1),
        ("@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ", 1),
    ],
)
def test_the_alphabet_decides_how_much_is_one_part(given: str, expected: int) -> None:
    assert parts(given) == expected


def test_a_single_foreign_sign_takes_all_of_it_to_seventy() -> None:
    assert parts("x" * 70 + "ș") == 2
    assert parts("x" * 71) == 1


def test_typographic_signs_cost_no_second_part_and_letters_stay() -> None:
    assert plain("“20:10” – it’s … now") == '"20:10" - it\'s ... now'  # noqa: RUF001
    assert plain("București, São Tomé") == "București, São Tomé"


@pytest.mark.parametrize("sign", ["x", "ș", "€", "💳"])
def test_what_is_cut_is_as_long_as_can_be(sign: str) -> None:
    found = cut(sign * 3000)
    assert parts(found) == MOST_PARTS
    assert parts(found.replace("...", sign + "...")) > MOST_PARTS


async def test_the_form_is_the_documented_one() -> None:
    twilio = TwilioSide()
    async with http_side(twilio) as side:
        sent = await SmsChannel(http_post(), twilio_settings(side, callback=CALLBACK)).send(envelope(KIM))
        await SmsChannel(http_post(), twilio_settings(side, service=SERVICE)).send(envelope(KIM))
    (_, first), (_, second) = twilio.made
    assert (first["To"], first["From"]) == (KIM, SENDER)
    assert first["StatusCallback"] == f"{CALLBACK}/v1/twilio/status"
    assert (second["MessagingServiceSid"], "From" in second, "StatusCallback" in second) == (SERVICE, False, False)
    assert (sent.reference, sent.is_delivered) == (f"SM{1:032x}", False)


@pytest.mark.parametrize("code", [21211, 21408, 21610, 21614, 21617, 29999])
async def test_what_is_wrong_with_a_number_or_a_message_is_for_good_and_told_by_its_code(code: int) -> None:
    refused = await said_no(400, code)
    assert isinstance(refused, ChannelRefused)
    assert str(code) in str(refused)


async def test_who_said_stop_is_told_as_such() -> None:
    twilio = TwilioSide()
    async with http_side(twilio) as side:
        with pytest.raises(ChannelRefused, match="21610: its owner has answered STOP"):
            await SmsChannel(http_post(), twilio_settings(side)).send(envelope(NOBODY))


@pytest.mark.parametrize(("status", "code"), [(401, 20003), (403, 20005), (404, 20404)])
async def test_an_account_that_is_not_let_in_is_for_good(status: int, code: int) -> None:
    assert isinstance(await said_no(status, code), ChannelRefused)


@pytest.mark.parametrize(
    ("status", "code"), [(429, 20429), (400, 21611), (400, 14107), (400, 30001), (500, 20500), (503, 20503), (429, 1)]
)
async def test_what_is_too_much_or_broken_there_is_for_now(status: int, code: int) -> None:
    unavailable = await said_no(status, code, Retry_After="17")
    assert isinstance(unavailable, ChannelUnavailable)
    assert unavailable.retry_after == timedelta(seconds=17)
    assert not unavailable.is_outcome_unknown


async def test_a_gateway_in_front_of_it_leaves_it_open() -> None:
    unavailable = await said_no(502, 20500)
    assert isinstance(unavailable, ChannelUnavailable)
    assert unavailable.is_outcome_unknown


async def test_a_wrong_token_is_not_shown() -> None:
    async with http_side(TwilioSide()) as side:
        with pytest.raises(ChannelRefused, match="20003: it does not accept our account or token") as caught:
            await SmsChannel(http_post(), twilio_settings(side, token="wrong-secret")).send(envelope(KIM))
    assert "wrong-secret" not in str(caught.value)


async def test_one_that_failed_as_it_was_made_is_refused() -> None:
    async with http_side(TwilioSide(status="failed")) as side:
        with pytest.raises(ChannelRefused, match="Twilio says failed"):
            await SmsChannel(http_post(), twilio_settings(side)).send(envelope(KIM))


@pytest.mark.parametrize("body", ["{}", '{"sid": 1}', '{"sid": ""}', '{"sid": "<b>"}', "[]", "queued"])
async def test_what_is_not_its_answer_leaves_it_open(body: str) -> None:
    async with http_side(says(answer(201, body))) as side:
        with pytest.raises(ChannelUnavailable) as caught:
            await SmsChannel(http_post(), twilio_settings(side)).send(envelope(KIM))
    assert caught.value.is_outcome_unknown


@pytest.mark.parametrize("address", ["0791234567", "+0791234567", "+44 7700 900123", "+4477009001234567", "kim", "+12"])
async def test_what_is_no_number_is_told_what_would_be_and_not_sent(address: str) -> None:
    async with http_side(TwilioSide()) as side:
        with pytest.raises(ChannelRefused, match="country's code") as caught:
            await SmsChannel(http_post(), twilio_settings(side)).send(envelope(address))
        assert side.got == []
    assert address not in str(caught.value)


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(TwilioSettings(account=ACCOUNT, token=TOKEN))
