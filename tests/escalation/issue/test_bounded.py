"""What an issue carries along stays small, whoever sends how much: it is handed from run to run as one value."""

import pytest

from escalation.issue.carried import Carried
from escalation.issue.commands import TakeDuplicate
from escalation.issue.decide_moving import MOST_CHECKED
from escalation.issue.decide_people import MOST_JOINED
from escalation.issue.evolve import KEPT_COMMANDS, KEPT_DUPLICATES, KEPT_TRIED, LONGEST_TRIED
from escalation.issue.facts import CLOCK
from escalation.narrate import narrate
from escalation.policy.model import Acknowledgement, ChecklistItem
from tests.given import Played, actor, at, done, minutes, opened, policy, refused, tier
from tests.natures import why_not
from workflows.escalation import LONGEST_LINE
from workflows.shell import KEPT_LINES


def stranger(number: int) -> str:
    """An id as long as one may be."""
    return f"{number:06}".ljust(300, "x")


def crowded() -> Played:
    """An issue that as many have joined as may."""
    played = Played()
    played.acknowledge("first-1", at(1))
    for number in range(MOST_JOINED):
        assert done(played.acknowledge(stranger(number), at(1)))
    return played


def test_when_many_have_joined_a_further_one_is_told_whom_to_ask() -> None:
    played = crowded()
    answer = played.acknowledge("one-more", at(2))
    assert refused(answer) == "too_many_joined"
    assert answer.why == (  # type: ignore[union-attr]
        "so many people have joined already: 50, besides those asked; ask first-1, who works on it"
    )
    assert answer.nature == "state"  # type: ignore[union-attr]


def test_those_who_are_asked_the_owner_and_whoever_has_it_are_never_too_many() -> None:
    played = crowded()
    assert done(played.acknowledge("first-2", at(2)))
    assert done(played.acknowledge("ray", at(2)))
    assert done(played.release("first-1", at(3))) == ["released", "asked_again"]
    assert done(played.acknowledge("first-1", at(4)))
    assert done(played.release("first-1", at(5)))
    assert done(played.acknowledge(stranger(0), at(6))), "who had joined already may take it"
    assert played.state.handler == stranger(0)


def test_nor_is_a_handler_from_below_who_renews() -> None:
    played = Played(opened(policy(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(60)}, renewals=1))))
    done(played.acknowledge("first-1", at(1)))
    played.run_to(at(30))
    assert (played.state.tier, played.state.handler) == ("second", "first-1")
    for number in range(MOST_JOINED):
        assert done(played.acknowledge(stranger(number), at(31)))
    assert refused(played.acknowledge("one-more", at(32))) == "too_many_joined"
    assert done(played.acknowledge("first-1", at(33))) == ["acknowledged"]
    assert played.state.lapses_at == at(93)


def test_the_next_tier_counts_anew() -> None:
    played = crowded()
    played.escalate("kim", at(5))
    assert done(played.acknowledge("one-more", at(6)))


def test_the_last_resort_is_never_too_many() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    for number in range(MOST_JOINED):
        assert done(played.acknowledge(stranger(number), at(11)))
    assert refused(played.acknowledge("one-more", at(11))) == "too_many_joined"
    assert done(played.acknowledge("boss", at(11)))


@pytest.mark.parametrize("second", ["joins", "takes_over"])
@pytest.mark.parametrize("is_given_back", [True, False])
def test_thousands_of_senders_leave_little_to_carry(second: str, *, is_given_back: bool) -> None:
    rules = policy()
    rules = rules.model_copy(update={"acknowledgement": rules.acknowledgement.model_copy(update={"second": second})})
    played = Played(opened(rules))
    for number in range(2000):
        played.acknowledge(stranger(number), at(1), id=f"id-{number}".ljust(300, "y"))
        if is_given_back:
            played.release(stranger(number), at(1), id=f"back-{number}".ljust(300, "y"))
    state = played.state
    assert len(state.acknowledgements) == MOST_JOINED
    lines = tuple(narrate(entry).ljust(LONGEST_LINE, "z")[:LONGEST_LINE] for entry in played.entries)
    filled = {f"{number}".ljust(300, "y"): number for number in range(400)}
    carried = Carried(
        state=state.model_copy(update={"done": filled}), lines=(lines * KEPT_LINES)[:KEPT_LINES], signals=2000
    )
    assert len(carried.model_dump_json()) < 512_000


def test_of_commands_the_latest_are_remembered_each_by_its_first_entry() -> None:
    played = Played()
    done(played.escalate("kim", at(1), id="up"))
    assert played.state.done["up"] == played.entry("tier_began").number
    for number in range(KEPT_COMMANDS - 2):
        done(played.note("kim", at(2), id=f"note-{number}"))
    assert list(played.state.done)[:3] == ["open-1", "up", "note-0"]
    assert len(played.state.done) == KEPT_COMMANDS
    done(played.note("kim", at(2), id="one-more"))
    assert list(played.state.done)[:2] == ["up", "note-0"]
    assert list(played.state.done)[-1] == "one-more"
    assert played.state.done["one-more"] == played.entry("noted").number
    assert len(played.state.done) == KEPT_COMMANDS


def test_the_answers_of_our_own_errands_crowd_out_no_command_also_where_they_were_decoded() -> None:
    played = Played()
    decoded = CLOCK.model_copy()
    done(played.send(TakeDuplicate(id="ours", by=decoded, issue="main:main:main:desk:REF-7:1", said_by="kim"), at(1)))
    pretending = actor(CLOCK.person)
    done(played.note(CLOCK.person, at(1), id="theirs", by=pretending))
    sure = actor("kim", assurance=CLOCK.assurance)
    done(played.note("kim", at(1), id="kims", by=sure))
    assert list(played.state.done) == ["open-1", "theirs", "kims"]


def test_of_what_was_tried_the_latest_is_carried_and_no_sentence_is_long() -> None:
    played = Played()
    for number in range(KEPT_TRIED + 3):
        done(played.attempt(f"kim-{number}", at(1)))
    assert len(played.state.tried) == KEPT_TRIED
    assert "kim-3 " in played.state.tried[0]
    sentence = played.state.tried[-1]
    longer = LONGEST_TRIED - len(sentence)
    for more, is_cut in ((0, False), (1, True)):
        name = f"kim-{KEPT_TRIED + 2}" + "y" * (longer + more)
        done(played.attempt(name, at(1)))
        latest = played.state.tried[-1]
        assert (len(latest), latest.endswith("…")) == (LONGEST_TRIED, is_cut)


def test_of_duplicates_the_latest_are_carried() -> None:
    played = Played()
    for number in range(KEPT_DUPLICATES + 1):
        issue = f"main:main:main:desk:REF-{number + 7}:1"
        done(played.send(TakeDuplicate(id=f"dup-{number}", by=CLOCK, issue=issue, said_by="kim"), at(1)))
    assert len(played.state.duplicates) == KEPT_DUPLICATES
    assert played.state.duplicates[0] == "main:main:main:desk:REF-8:1"


def test_a_checklist_is_not_as_long_as_one_likes() -> None:
    played = Played()
    many = ("what",) * (MOST_CHECKED + 1)
    answer = played.escalate("kim", at(1), checked=many, by=actor("kim"))
    assert refused(answer) == "too_long"
    assert answer.why == "checked has 101 items; allowed: at most 100"  # type: ignore[union-attr]


def test_as_many_items_as_may_be_named_are_taken() -> None:
    items = (ChecklistItem(name="what", ask="What happened?"),)
    played = Played(opened(policy(tier("first"), tier("second", checklist=items))))
    assert done(played.escalate("kim", at(1), checked=("what",) * MOST_CHECKED)) == ["tier_began"]


def test_where_nobody_works_on_it_the_owner_is_to_be_asked() -> None:
    played = crowded()
    done(played.release("first-1", at(2)))
    answer = played.acknowledge("one-more", at(3))
    assert refused(answer) == "too_many_joined"
    assert why_not(answer).endswith("ask ray, who owns it")
