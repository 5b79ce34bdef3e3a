"""A command by signal: the least that is enough, and an answer in words to whatever else comes."""

from typing import Any

import pytest

from escalation.issue.commands import HUMAN_COMMANDS, Acknowledge, Escalate
from escalation.issue.decide import note_refusal
from escalation.issue.events import Refused
from escalation.issue.facts import TextRef
from escalation.issue.from_body import LONGEST_WORD, FromBody, claimed_actor, read_body
from escalation.issue.refusal import Rejected
from escalation.masking import LONGEST_TEXT
from tests.given import Played, actor, at, opened


def read(name: str, *bodies: object) -> FromBody | Rejected:
    """Read a signal."""
    return read_body(name, bodies, "signal-1", "signal")


def wrong(name: str, *bodies: object) -> tuple[str, str]:
    """Code and sentence of a refused signal."""
    answer = read(name, *bodies)
    assert isinstance(answer, Rejected)
    assert answer.nature == "input"
    return answer.code, answer.why


def right(name: str, *bodies: object) -> FromBody:
    """A signal that can be read."""
    answer = read(name, *bodies)
    assert isinstance(answer, FromBody), answer
    return answer


def test_a_persons_id_is_enough_to_acknowledge() -> None:
    command = right("acknowledge", {"by": "kim"}).command
    assert isinstance(command, Acknowledge)
    assert (command.id, command.by.person, command.by.door, command.by.assurance) == (
        "signal-1",
        "kim",
        "signal",
        "asserted",
    )


def test_an_id_that_is_given_is_kept() -> None:
    assert right("acknowledge", {"by": "kim", "id": "a-1"}).command.id == "a-1"


@pytest.mark.parametrize("forged", ["signed_in", "system"])
def test_assurance_and_door_cannot_be_claimed(forged: str) -> None:
    by = right("acknowledge", {"by": {"person": "kim", "assurance": forged, "door": "clock"}}).command.by
    assert (by.assurance, by.door) == ("asserted", "signal")


def test_free_text_is_taken_out_and_masked() -> None:
    read_one = right("escalate", {"by": "kim", "reason": "card 4111 1111 1111 1111 was charged", "is_waived": True})
    assert isinstance(read_one.command, Escalate)
    assert read_one.command.reason == TextRef(ref="signal-1.reason", length=len(read_one.texts["signal-1.reason"]))
    assert "4111 1111" not in read_one.texts["signal-1.reason"]
    assert "4111 1111" not in read_one.command.model_dump_json()


def test_without_a_body() -> None:
    assert wrong("resolve") == ("bad_body", 'it came with no body; allowed: one JSON object such as {"by": "kim"}')


def test_with_two_bodies() -> None:
    code, why = wrong("resolve", {"by": "kim"}, {"by": "kim"})
    assert code == "bad_body"
    assert why.startswith("it came with 2 bodies; allowed: one JSON object")


@pytest.mark.parametrize("body", ["kim", 7, None, ["kim"], True, 1.5], ids=repr)
def test_a_body_of_a_wrong_type(body: object) -> None:
    code, why = wrong("resolve", body)
    assert code == "bad_body"
    assert f"of type {type(body).__name__}" in why


def test_a_name_that_is_no_signal_is_answered_with_the_nearest() -> None:
    code, why = wrong("aknowledge", {"by": "kim"})
    assert code == "unknown_signal"
    assert "did you mean acknowledge?" in why
    assert f"allowed: {', '.join(HUMAN_COMMANDS)}, open" in why


def test_a_field_that_is_not_known_is_answered_with_the_nearest() -> None:
    code, why = wrong("escalate", {"by": "kim", "reasn": "it is beyond me"})
    assert code == "unknown_field"
    assert "did you mean reason?" in why
    assert "it is beyond me" not in why


@pytest.mark.parametrize(
    "body",
    [{}, {"by": None}, {"by": ""}, {"by": "   "}, {"by": 7}, {"by": ["kim"]}, {"by": {}}, {"by": {"person": ""}}],
    ids=repr,
)
def test_without_who_sent_it(body: dict[str, object]) -> None:
    code, why = wrong("acknowledge", body)
    assert code == "bad_field"
    assert "by is missing or not a person's id" in why


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("take_charge", {"by": "kim", "next_action": "Call the bank."}, "until: Field required"),
        ("take_charge", {"by": "kim", "until": "2026-11-21T12:00:00Z"}, "next_action: Field required"),
        ("take_charge", {"by": "kim", "next_action": "Call the bank.", "until": "soon"}, "until: "),
        ("take_charge", {"by": "kim", "until": "2026-11-21T12:00:00"}, "timezone"),
        ("take_charge", {"by": "kim", "next_action": "x", "until": "0001-01-01T00:00:00+14:00"}, "no instant in UTC"),
        ("resolve", {"by": "kim", "outcome": "fixed"}, "outcome: Input should be 'solved'"),
        ("escalate", {"by": "kim", "is_waived": "perhaps"}, "is_waived: "),
        ("acknowledge", {"by": "kim", "id": ""}, "id is not a text"),
        ("acknowledge", {"by": "kim", "id": 5}, "id is not a text"),
        ("acknowledge", {"by": "kim\nowner: eve"}, "control characters"),
        ("escalate", {"by": "kim", "reason": "a\x00b"}, "control characters"),
    ],
)
def test_a_field_of_a_wrong_value(name: str, body: dict[str, object], says: str) -> None:
    code, why = wrong(name, body)
    assert code == "bad_field"
    assert says in why


def test_text_that_is_too_long() -> None:
    code, why = wrong("resolve", {"by": "kim", "outcome": "solved", "explanation": "x" * (LONGEST_TEXT + 1)})
    assert code == "too_long"
    assert "explanation" in why
    longest = right("resolve", {"by": "kim", "outcome": "solved", "explanation": "x" * LONGEST_TEXT})
    assert len(longest.texts["signal-1.explanation"]) == LONGEST_TEXT


@pytest.mark.parametrize(
    "body",
    [
        {"by": "k" * (LONGEST_WORD + 1)},
        {"by": {"person": "k" * (LONGEST_WORD + 1)}},
        {"by": "kim", "take_over_from": "k" * (LONGEST_WORD + 1)},
    ],
    ids=["by", "person", "word"],
)
def test_a_word_that_is_too_long(body: dict[str, object]) -> None:
    assert wrong("acknowledge", body)[0] == "too_long"


def test_a_refusal_says_who_is_said_to_have_sent_it() -> None:
    assert claimed_actor([{"by": "kim", "oh": 1}], "signal").person == "kim"
    assert claimed_actor([{"by": {"person": "kim"}}], "signal").person == "kim"
    for bodies in ([], ["kim"], [{"by": 7}], [{"by": "k" * 1000}], [{"by": "k\n"}, {"by": "k"}]):
        assert claimed_actor(bodies, "signal").person == "unknown"


CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("resolve", {"by": "kim", "outcome": "paid", "payment_reference": CARD}),
        ("acknowledge", {"by": CARD}),
        ("acknowledge", {"by": "kim", "until": CARD}),
        ("escalate", {"by": "kim", "from_tier": CARD, "checked": [CARD]}),
        ("escalate", {"by": "kim", CARD: "x"}),
        (CARD, {"by": "kim"}),
    ],
)
def test_a_card_number_is_taken_nowhere_and_repeated_nowhere(name: str, body: dict[str, object]) -> None:
    """Free text is masked; a word that is none of it is refused, in words that do not say it again."""
    _, why = wrong(name, body)
    played = Played()
    read = read_body(name, [body], "signal-1", "signal")
    assert isinstance(read, Rejected)
    by = claimed_actor([body], "signal")
    noted = note_refusal(played.state, read, name, by, "signal-1", at(1))
    for said in (why, by.model_dump_json(), noted.model_dump_json()):
        assert "4111" not in said


@pytest.mark.parametrize(
    "reason",
    [
        {"ref": "signal-1.explanation", "digest": "", "length": 3},
        {"ref": "signal-2.reason", "digest": "my secret text", "length": 3},
        {"ref": "signal-2.reason", "digest": "", "length": -5},
        {"ref": "signal-2.any thing", "digest": "", "length": 5},
    ],
)
def test_a_command_refers_to_no_text_but_its_own(reason: dict[str, object]) -> None:
    read = read_body("escalate", [{"by": "kim", "reason": reason}], "signal-2", "signal")
    assert isinstance(read, Rejected)
    assert read.code == "bad_field"


def test_a_command_that_a_door_stored_brings_the_text_that_was_kept_for_it() -> None:
    reason = {"ref": "c-1.reason", "digest": "ab" * 32, "length": 9}
    read = read_body("escalate", [{"id": "c-1", "by": "kim", "reason": reason}], "signal-2", "signal")
    assert isinstance(read, FromBody)
    assert read.command.reason.ref == "c-1.reason"


@pytest.mark.parametrize("by", ["escalon", {"person": "kim", "assurance": "system"}, {"person": "escalon"}])
@pytest.mark.parametrize("door", ["signal", "update"])
def test_nobody_is_escalon_itself(by: object, door: Any) -> None:
    read = read_body("acknowledge", [{"by": by}], "x", door)
    said_system = isinstance(by, dict) and by.get("assurance") == "system"
    if said_system and door == "signal":
        assert isinstance(read, FromBody), "its assurance is asserted, whatever it says"
    else:
        assert isinstance(read, Rejected)


def test_of_a_sealed_issue_a_refusal_repeats_nothing() -> None:
    played = Played(opened(issue={"issue_class": "sealed"}))
    read = read_body("resolve", [{"by": "kim", "outcome": "leaked"}], "signal-1", "signal")
    assert isinstance(read, Rejected)
    noted = note_refusal(played.state, read, "resolve", actor("kim"), "signal-1", at(1))
    assert "leaked" not in noted.model_dump_json()


def test_a_refusal_on_record_names_the_command_and_why() -> None:
    read = read_body("resolve", [{"by": "kim", "outcome": "leaked"}], "signal-1", "signal")
    assert isinstance(read, Rejected)
    noted = note_refusal(Played().state, read, "resolve", actor("kim"), "signal-1", at(1))
    assert noted.event == Refused(command="resolve", code=read.code, why=read.why)
    assert "leaked" in read.why


def test_of_a_long_refusal_the_beginning_is_put_on_record() -> None:
    long = Rejected(code="bad_field", why="w" * 501)
    noted = note_refusal(Played().state, long, "c" * 101, actor("kim"), "signal-1", at(1))
    assert noted.event == Refused(command="c" * 100, code="bad_field", why="w" * 500)


def test_a_refusal_on_record_says_who_sent_what_and_when_and_shows_no_card_number() -> None:
    card = "4111 1111 1111 1111"
    rejected = Rejected(code="bad_field", why=f"text {card} is not known")
    noted = note_refusal(Played().state, rejected, f"send {card}", actor("kim"), "signal-1", at(3))
    assert (noted.by, noted.command, noted.happened_at, noted.recorded_at) == (actor("kim"), "signal-1", at(3), at(3))
    assert card not in noted.model_dump_json()
    assert isinstance(noted.event, Refused)
    assert noted.event.command.startswith("send ")
    assert noted.event.command.endswith("1111")
    assert noted.event.why.endswith("1111 is not known")


def test_of_a_sealed_issue_the_name_of_what_was_refused_is_not_repeated_either() -> None:
    played = Played(opened(issue={"issue_class": "sealed"}))
    noted = note_refusal(played.state, Rejected(code="bad_field", why="w"), "c", actor("kim"), "signal-1", at(1))
    assert noted.event == Refused(command="", code="bad_field", why="not shown: the issue is sealed")
