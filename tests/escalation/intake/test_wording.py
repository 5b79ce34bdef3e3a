"""Text of machines is mended, never refused: what comes out passes the doors for people."""

from hypothesis import given
from hypothesis import strategies as st

from escalation.intake.wording import listed_labels, one_line, paragraphs, several_lines
from escalation.masking import LONGEST_TEXT, LONGEST_TITLE, clean_text, mask_cards

ANY = st.text(st.characters(codec=None, categories=None), max_size=300)  # halves of characters too


@given(ANY)
def test_a_line_passes_the_door(text: str) -> None:
    line = one_line(text)
    assert clean_text(line, "title", LONGEST_TITLE, is_one_line=True) == line
    assert mask_cards(line) == line


@given(ANY)
def test_lines_pass_the_door(text: str) -> None:
    lines = several_lines(text)
    assert clean_text(lines, "description") == lines
    assert mask_cards(lines) == lines


def test_what_can_be_read_stays() -> None:
    assert one_line("  Zahlung  fällt\taus\n🔥 jetzt ") == "Zahlung fällt aus 🔥 jetzt"
    assert several_lines("eins  \r\n\tzwei\n\n") == "eins\n\tzwei"


def test_what_is_too_long_is_cut_and_says_so() -> None:
    line = one_line("word " * 200)
    assert len(line) <= LONGEST_TITLE
    assert line.endswith("word w […]")
    assert len(several_lines("long line\n" * 5000)) <= LONGEST_TEXT


def test_a_card_number_is_masked_also_where_the_text_is_cut() -> None:
    assert one_line("card 4111 1111 1111 1111") == "card •••• 1111"
    for before in range(LONGEST_TITLE - 30, LONGEST_TITLE + 5):
        assert "4111" not in one_line("x" * before + " 4111111111111111 " + "y" * 100)


def test_what_acts_on_a_terminal_is_a_blank() -> None:
    assert one_line("a\x1b[2Jb\u202ec\x00d") == "a [2Jb c d"


def test_paragraphs_leave_out_what_says_nothing() -> None:
    assert paragraphs("", "one", " \n", "two") == "one\n\ntwo"
    assert listed_labels({"b": "2", "a": "1"}) == "  a: 1\n  b: 2"
