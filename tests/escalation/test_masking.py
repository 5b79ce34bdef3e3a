"""Card numbers are masked however they are written; what is no card number stays; what cannot be kept is refused."""

# ruff: noqa: RUF001 - characters that look like others are what this is about

import time
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from escalation.masking import LONGEST_TEXT, LONGEST_TITLE, clean_text, mask_cards, passes_luhn

# The test numbers that card networks and payment processors publish.
PUBLISHED = [
    "4111111111111111", "4012888888881881", "4222222222222", "5500005555555559", "5555555555554444",
    "2223003122003222", "378282246310005", "371449635398431", "30569309025904", "38520000023237",
    "6011111111111117", "3530111333300000", "6200000000000005", "6304000000000000", "4917610000000000003",
    "1234567812345670",
]  # fmt: skip


@pytest.mark.parametrize("number", PUBLISHED)
@pytest.mark.parametrize(
    "frame", ["{}", "card {}, please", "({})", "Visa{}exp", "nr:{}.", "\n{}\n", "%B{}^SAMPLE", "={}="]
)
def test_a_published_test_number_is_masked(number: str, frame: str) -> None:
    assert mask_cards(frame.format(number)) == frame.format(f"•••• {number[-4:]}")


@pytest.mark.parametrize(
    "written",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111 - 1111 - 1111 - 1111",
        "4111\u00a01111\u202f1111\u20091111",  # blanks that do not break
        "4111\u20101111\u20131111\u22121111",  # hyphen, dash, minus
        "4111\t1111\n1111\r\n1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "41 11 11 11 11 11 11 11",
        "411111 1111111111",
        "4111111\u200b111111111",  # zero width space
        "4\u00ad1\u00ad1\u00ad11111111\u2060111\ufeff11",  # soft hyphens, word joiner, byte order mark
        "４１１１　１１１１　１１１１　１１１１",  # full width
        "٤١١١١١١١١١١١١١١١",  # Arabic-Indic
        "४१११ ११११ ११११ ११११",  # Devanagari
        "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏",  # mathematical bold
        "④①①① ①①①① ①①①① ①①①①",  # circled
        "4\ufe0f\u20e31\ufe0f\u20e311 1111 1111 1111",  # keycaps
    ],
)
def test_a_number_is_masked_however_it_is_written(written: str) -> None:
    assert mask_cards(f"my card {written}!") == "my card •••• 1111!"


@pytest.mark.parametrize(
    "drawn",
    [
        "aaeece817fb448eaae95038960591572", "5732464368144b1cabe2f9f2569eece5",  # uuid4().hex, both with a valid number
        "aaeece81-7fb4-48ea-ae95-038960591572", "sha:4111111111111111aaeece817fb448eaae950389",
    ],
)  # fmt: skip
def test_a_uuid_or_a_digest_is_no_card_number(drawn: str) -> None:
    assert mask_cards(drawn) == drawn
    assert mask_cards(f"{drawn} 4111111111111111") == f"{drawn} •••• 1111"


def test_what_is_nearly_all_digits_is_no_digest() -> None:
    assert mask_cards("4111111111111111a00000000000000b").startswith("•••• 1111a")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111 1111 1111 1111 123", "•••• 1111 123"),  # with the code from its back
        ("4111111111111111 12/29 123", "•••• 1111 12/29 123"),
        ("room 12, 4111111111111111", "room 12, •••• 1111"),
        ("4111111111111111,5500005555555559", "•••• 1111,•••• 5559"),
        ("4111111111111111\n5500005555555559", "•••• 1111\n•••• 5559"),
        ("Amex 3782 822463 10005 ok", "Amex •••• 0005 ok"),
        ("•••• 4111 1111 1111 1111", "•••• •••• 1111"),  # made to look as if it were masked
    ],
)
def test_what_stands_beside_a_number_stays(text: str, masked: str) -> None:
    assert mask_cards(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111111111111112",  # one digit off
        "4111 1111 1111 1112",
        "case 123456789012",  # too short
        "order 41111111111111111111",  # too long: 20 digits
        "REF-2026-000123, room 12",
        "2026-11-21 19:40:00 to 2026-11-22 07:00:00",
        "10.0.0.1 192.168.100.200 172.16.254.3",
        "call +353 1 234 5678 or +49 151 1234567",
        "550e8400-e29b-41d4-a716-446655440000",
        "IE29 AIBK 9311 5212 3456 78",
        "at 1763755200000 ms",  # moments since 1970, one in ten of which passes the check
        "10 12 14 16 18 20 22 24 26 28 30",
        "EUR 640.00, 1,250.00 and 3,000.00",
        "1/2 ½ ² Ⅷ",
    ],
)
def test_what_is_no_card_number_stays(text: str) -> None:
    assert mask_cards(text) == text


def test_no_moment_of_this_century_is_masked() -> None:
    """Milli-, micro- and nanoseconds; a tenth of them passes the Luhn check."""
    moments = [str(1_763_755_200_000 + step * 7919) for step in range(200)]
    moments += [f"{moment}123" for moment in moments] + [f"{moment}123456" for moment in moments]
    assert [moment for moment in moments if passes_luhn(moment)]
    assert [moment for moment in moments if mask_cards(moment) != moment] == []


def with_check_digit(digits: str) -> str:
    """The digits and the one that makes them pass."""
    return next(f"{digits}{last}" for last in range(10) if passes_luhn(f"{digits}{last}"))


CARDS = (
    st.from_regex(r"(4|5[1-5]|6[0-9]|3[47])[0-9]{12,16}", fullmatch=True, alphabet="0123456789")
    .filter(lambda digits: len(digits) <= 18)
    .map(with_check_digit)
)
GAPS = st.sampled_from(["", "", " ", "-", ".", " - ", "\u00a0", "\u2013", "\n"])
JOINERS = st.sampled_from(["", "", "", "\u200b", "\u200d", "\u00ad", "\ufe0f"])
ZEROS = st.sampled_from([ord(one) for one in "0٠०０𝟎"])
WORDS = st.text(st.characters(exclude_categories=["Nd", "No", "Cf", "Mn", "Me", "Zs", "Pd", "Cc", "Cs"]), max_size=20)


@given(CARDS, st.data())
def test_any_card_number_in_any_dress_is_masked(number: str, data: st.DataObject) -> None:
    zero = data.draw(ZEROS)
    dressed = ""
    for digit in number:
        dressed += f"{chr(zero + int(digit))}{data.draw(JOINERS)}{data.draw(GAPS)}"
    before, after = data.draw(WORDS), data.draw(WORDS)
    masked = mask_cards(f"{before}|{dressed}|{after}")
    assert f"•••• {number[-4:]}" in masked
    shown = [character for character in masked if unicodedata.digit(character, None) is not None]
    beside = [character for character in before + after if unicodedata.digit(character, None) is not None]
    assert len(shown) == 4 + len(beside)


@given(st.integers(12, 18), st.data())
def test_any_number_that_passes_is_masked_and_none_that_fails(length: int, data: st.DataObject) -> None:
    digits = data.draw(st.text("0123456789", min_size=length, max_size=length))
    assume(not (digits[0] == "1" and digits[1] >= "5"))
    number = with_check_digit(digits)
    assert mask_cards(number) == f"•••• {number[-4:]}"
    failing = f"{digits}{(int(number[-1]) + data.draw(st.integers(1, 9))) % 10}"
    assert mask_cards(failing) == failing


@given(st.text("0123456789 -.x•\u200b\n", max_size=200) | st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_cards(text)
    assert mask_cards(once) == once
    assert len(once) <= len(text)


@given(st.text("0123456789 -._x,\n\x1c", max_size=120))
def test_plain_text_is_masked_as_any_other(text: str) -> None:
    """Most plain text is not looked at closely; what stands beside other letters always is."""
    assert mask_cards(f"é{text}") == f"é{mask_cards(text)}"


@given(st.text("0123456789 -", max_size=120))
def test_no_number_that_passes_is_left_as_a_word(text: str) -> None:
    words = mask_cards(text).replace("-", " ").split()
    left = [word for word in words if 13 <= len(word) <= 19 and passes_luhn(word)]
    assert [word for word in left if not (word[0] == "1" and word[1] >= "5")] == []


@pytest.mark.parametrize("unit", ["4", "4 ", "4111 ", "4111111111111111 ", "4-", "0", "0 "])
def test_masking_the_longest_text_takes_no_time(unit: str) -> None:
    """It runs within workflow tasks, which may take two seconds in all."""
    text = (unit * LONGEST_TEXT)[:LONGEST_TEXT]
    began = time.process_time()
    mask_cards(text)
    assert time.process_time() - began < 1


def test_text_is_kept_as_it_was_written_but_for_its_edges() -> None:
    assert clean_text("  first\r\n\tsecond – “ok” 👩\u200d🚀 עברית \n", "description") == (
        "first\n\tsecond – “ok” 👩\u200d🚀 עברית"
    )
    assert clean_text("\u200b \ufeff", "title", LONGEST_TITLE, is_one_line=True) == ""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a\x00b", "a NUL (U+0000) at position 2"),
        ("ab\x1b[31mred", "a control character (U+001B) at position 3"),
        ("\x07", "a control character (U+0007) at position 1"),
        ("a\x85b", "a control character (U+0085) at position 2"),
        ("a\u202egnp.exe", "a control character (U+202E) at position 2"),
        ("a\ud800b", "a control character (U+D800) at position 2"),
        ("a\ufffeb", "a control character (U+FFFE) at position 2"),
        ("a\U0010ffffb", "a control character (U+10FFFF) at position 2"),
        ("a\rb", "a control character (U+000D) at position 2"),
    ],
)
@pytest.mark.parametrize("is_one_line", [True, False])
def test_a_control_character_is_named_with_its_place(text: str, named: str, is_one_line: bool) -> None:
    with pytest.raises(ValueError, match="without control characters") as refused:
        clean_text(text, "reason", is_one_line=is_one_line)
    said = str(refused.value)
    assert said.startswith("reason ")
    assert named in said
    assert said.isprintable(), "an error must not carry what it refuses"


@pytest.mark.parametrize(
    ("text", "named"), [("a\nb", "a line end (U+000A)"), ("a\tb", "a tab"), ("a\u2028b", "U+2028")]
)
def test_a_line_has_no_ends_within(text: str, named: str) -> None:
    assert clean_text(text, "description") == text
    with pytest.raises(ValueError, match=r"title .* at position 2; allowed: one line of text") as refused:
        clean_text(text, "title", LONGEST_TITLE, is_one_line=True)
    assert named in str(refused.value)


def test_too_much_text_is_refused_with_its_length() -> None:
    assert clean_text("x" * LONGEST_TEXT, "description") == "x" * LONGEST_TEXT
    with pytest.raises(ValueError, match=r"description 'x{40}'… has 10,001 characters; allowed: at most 10,000"):
        clean_text("x" * (LONGEST_TEXT + 1), "description")
    with pytest.raises(ValueError, match=r"title .* has 201 characters; allowed: at most 200"):
        clean_text("x" * 201, "title", LONGEST_TITLE, is_one_line=True)


def test_a_refusal_does_not_show_the_card_number() -> None:
    with pytest.raises(ValueError, match="•••• 1111") as refused:
        clean_text("4111 1111 1111 1111\x00", "reason")
    assert "4111 1111" not in str(refused.value)


@given(st.text())
def test_what_is_clean_stays_clean(text: str) -> None:
    try:
        cleaned = clean_text(text, "text")
    except ValueError:
        return
    assert clean_text(cleaned, "text") == cleaned
