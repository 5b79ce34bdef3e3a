"""Whatever comes as the body of a signal or an update: it is a command or a refusal in words, and rules never break."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.decide import decide
from escalation.issue.from_body import LONGEST_WORD, claimed_actor, read_body, read_duplicate
from escalation.issue.refusal import Rejected
from escalation.narrate import narrate
from tests.given import Played, at

NAMES = [*HUMAN_COMMANDS, "open", "aknowledge", ""]
FIELDS = sorted({field for kind in HUMAN_COMMANDS.values() for field in kind.model_fields} | {"other"})
LIKELY = st.sampled_from(
    ["ann", "first-1", "boss", "solved", "paid", "confirmed", "silence", "second", "2026-11-20T19:50:00Z",
     "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "2026-11-20T19:50:00", "\u202e", "\x00", ""]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | LIKELY
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["person", "ref", "length"]), inner),
    max_leaves=4,
)
BODIES = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES)).map(lambda body: {"by": "first-1", **body})
STATES = [
    Played().state,
    Played().run_to(at(30)).state,
    Played(nobody_at=("first", "second")).run_to(at(60)).state,
]


@settings(max_examples=400)
@given(
    name=st.sampled_from(NAMES) | st.text(max_size=400),
    bodies=st.lists(BODIES | VALUES, max_size=2),
    door=st.sampled_from(["signal", "update"]),
    place=st.integers(0, len(STATES) - 1),
    minutes=st.integers(0, 100_000),
)
def test_it_is_a_command_or_a_refusal_in_words(
    name: str, bodies: list[Any], door: Any, place: int, minutes: int
) -> None:
    state, now = STATES[place], at(minutes)
    assert len(claimed_actor(bodies, door).person) <= LONGEST_WORD
    read = read_body(name, bodies, "given", door)
    if isinstance(read, Rejected):
        assert 10 < len(read.why) < 2000
        assert read.why.isprintable(), read.why
        return
    decision = decide(state, read.command, now)
    for entry in () if isinstance(decision, Rejected) else decision:
        assert narrate(entry)


OF_DUPLICATES = st.fixed_dictionaries(
    {}, optional={"id": VALUES, "issue": VALUES | st.just("desk:X"), "said_by": VALUES}
)


@given(bodies=st.lists(OF_DUPLICATES | VALUES, max_size=2), place=st.integers(0, len(STATES) - 1))
def test_what_another_issue_is_said_to_say_is_a_duplicate_or_a_refusal_in_words(bodies: list[Any], place: int) -> None:
    read = read_duplicate(bodies, "given")
    if isinstance(read, Rejected):
        assert 10 < len(read.why) < 2000
        assert read.why.isprintable(), read.why
        return
    decision = decide(STATES[place], read.command, at(30))
    for entry in () if isinstance(decision, Rejected) else decision:
        assert narrate(entry)
