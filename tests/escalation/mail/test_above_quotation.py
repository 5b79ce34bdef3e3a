"""What somebody wrote in a reply, told from what they quote, as readers of mail quote."""

import pytest

from escalation.mail.above_quotation import MARK, above_quotation

OURS = f"-- {MARK}: ack --\n\nAsked of you: Say who works on it.\nresolve: not I"
QUOTED = "\n".join(f"> {row}" for row in OURS.splitlines())


@pytest.mark.parametrize(
    "quotation",
    [
        f"On Sat, 21 Nov 2026 at 19:41, Escalon <escalon+abc@example.org> wrote:\n\n{QUOTED}",
        f"On Sat, 21 Nov 2026 at 19:41, Escalon\n<escalon+abcdefghijklmnop@example.org>\nwrote:\n{QUOTED}",
        f"Am Sa., 21. Nov. 2026 um 19:41 Uhr schrieb Escalon <escalon@example.org>:\n{QUOTED}",
        f"Le sam. 21 nov. 2026 à 19:41, Escalon <e@example.org> a écrit :\n{QUOTED}",
        f"Pe sâm., 21 nov. 2026 la 19:41, Escalon <e@example.org> a scris:\n{QUOTED}",
        f"-----Original Message-----\nFrom: Escalon\nSent: Saturday\n\n{OURS}",
        f"________________________________\nFrom: Escalon <e@example.org>\nSent: Saturday\nTo: Kim\n\n{OURS}",
        f"From: Escalon <e@example.org>\nSent: Saturday, 21 November 2026 19:41\nTo: Kim\nSubject: [S2]\n\n{OURS}",
        f"Von: Escalon <e@example.org>\nGesendet: Samstag, 21. November 2026\nAn: Kim\nBetreff: [S2]\n\n{OURS}",
        QUOTED,
        OURS,
        f"-- \nKim Sample\nSample Ltd\n\n{QUOTED}",
        f"Sent from my iPhone\n\n> On 21 Nov 2026, at 19:41, Escalon <e@example.org> wrote:\n{QUOTED}",
        "Sent from my iPhone",
        "",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_what_stands_above_is_read(quotation: str, end: str) -> None:
    written = "ack\n\nI call the acquirer.\nFrom: what I know, nobody else does."
    assert above_quotation(f"{written}\n\n{quotation}".replace("\n", end)) == written


def test_what_is_written_below_is_read_where_nothing_stands_above() -> None:
    for quoted in (QUOTED, QUOTED.replace(MARK, "Answer")):
        text = f"On Sat, Kim wrote:\n{quoted}\n\nI call the acquirer.\n-- \nKim"
        assert above_quotation(text) == "I call the acquirer."


@pytest.mark.parametrize(
    "text", ["", "\n\n", QUOTED, f"On Sat, 21 Nov 2026, Escalon wrote:\n{QUOTED}", OURS, "-- \nKim"]
)
def test_nothing_is_nothing(text: str) -> None:
    assert above_quotation(text) == ""


def test_long_rows_are_read_in_a_moment() -> None:
    text = "On " + "wrote schrieb " * 100_000
    assert above_quotation(text) == text.strip()
