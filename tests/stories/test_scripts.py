"""The scripts cover what can happen, meet no tie, and a comparison of journals finds what differs."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.issue.commands import HUMAN_COMMANDS, AdoptPolicy, Close, Confirm
from escalation.issue.events import Entry
from tests.given import T0, minutes
from tests.stories.clocks import Told, simulated, ties
from tests.stories.invented import invented
from tests.stories.journals import compare
from tests.stories.script import Script
from tests.stories.scripts import LIVE, SCRIPTS

ALL = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
BY_NAME = {script.name: script for script in SCRIPTS}


def told(script: Script) -> Told:
    """The script on the simulated clock, each look-up and message answered at once."""
    return simulated(script, script.begin(T0, "S-1"), T0)


@ALL
def test_no_line_is_said_in_an_instant_in_which_something_is_due(script: Script) -> None:
    assert ties(script) == []


@ALL
def test_a_script_ends_beside_what_is_due(script: Script) -> None:
    last = max(entry.happened_at for entry in told(script).entries)
    assert T0 + script.until - last >= timedelta(seconds=20)


def test_every_command_is_sent_and_carried_out() -> None:
    done = {line.kind for script in SCRIPTS for line, answer in zip(script.lines, told(script).answers, strict=True)
            if answer == "done"}  # fmt: skip
    assert set(HUMAN_COMMANDS.values()) - done == set()
    assert {AdoptPolicy, Close, Confirm} <= done


def test_every_event_happens_in_some_script() -> None:
    seen = {entry.event.kind for script in SCRIPTS for entry in told(script).entries}
    every = {kind for kind in _kinds() if kind not in OTHERWHERE}
    assert every - seen == set()


OTHERWHERE = {
    "refused",  # leaves nothing where it comes by update
    "duplicate_recorded",  # takes a second issue: tests/escalation/test_simulate.py
    "stand_in_asked",  # takes channels that fail: tests/stories/test_delivery.py, on both clocks
    "nobody_reached",  # likewise
    "maintenance_entered",  # takes a window of the record: tests/stories/test_maintenance.py
    "maintenance_ended",  # likewise
    "rota_found_empty",  # takes a rota: tests/escalation/issue/test_offer_in_time.py
    "shifts_asked",  # takes a policy that hands over: tests/escalation/issue/test_hand_over.py, tests/stories
    "shifts_seen",  # likewise
    "offer_withdrawn",  # likewise
    "tier_full",  # takes people who are at their limit: tests/escalation/issue/test_at_the_limit.py
    "looked_again",  # likewise
    "tier_opened",  # takes a calendar that is closed just now: tests/workflows/test_hours.py, on both clocks
}


def _kinds() -> set[str]:
    union = Entry.model_fields["event"]
    return {event.model_fields["kind"].default for event in union.annotation.__args__}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", LIVE)
def test_what_is_played_in_real_time_takes_seconds(name: str) -> None:
    assert BY_NAME[name].scaled(1 / 60).until <= timedelta(seconds=30)


def test_a_scaled_script_is_the_same_story() -> None:
    whole, quick = told(BY_NAME["by_hand"]), told(BY_NAME["by_hand"].scaled(1 / 10))
    assert [entry.event.kind for entry in whole.entries] == [entry.event.kind for entry in quick.entries]
    for one, other in zip(whole.entries, quick.entries, strict=True):
        assert abs((one.happened_at - T0) / 10 - (other.happened_at - T0)) < timedelta(milliseconds=1)


def test_a_seed_draws_the_same_script_twice() -> None:
    assert [invented(seed) for seed in range(5)] == [invented(seed) for seed in range(5)]


def test_drawn_scripts_are_mostly_carried_out() -> None:
    answers = [answer for seed in range(40) for answer in told(invented(seed)).answers]
    assert answers.count("done") > len(answers) * 0.8


def changed(one: Told, place: int, **fields: Any) -> Told:
    """The same with one entry changed."""
    entries = list(one.entries)
    entries[place] = entries[place].model_copy(update=fields)
    return Told(one.begun, one.opened_at, one.answers, entries)


def test_a_comparison_finds_what_differs() -> None:
    one = told(BY_NAME["silence"])
    assert compare(one, one).entries == len([entry for entry in one.entries if entry.event.kind != "told"])
    began = next(
        place for place, entry in enumerate(one.entries) if entry.number > 2 and entry.event.kind == "tier_began"
    )
    entry = one.entries[began]
    later = changed(one, began, happened_at=entry.happened_at + timedelta(seconds=1.1))
    otherwise = changed(one, began, event=entry.event.model_copy(update={"why": "work_limit_spent"}))
    longer = changed(one, began, event=entry.event.model_copy(update={"work_due_at": T0 + minutes(99)}))
    by_another = changed(one, began, by=one.entries[0].by)
    shorter = Told(one.begun, one.opened_at, one.answers, one.entries[:-2])
    refused = Told(one.begun, one.opened_at, ["no"], one.entries)
    swapped = Told(one.begun, one.opened_at, one.answers, [one.entries[1], one.entries[0], *one.entries[2:]])
    for other in (later, otherwise, longer, by_another, shorter, refused, swapped):
        with pytest.raises(AssertionError):
            compare(one, other)
    slightly = changed(one, began, happened_at=entry.happened_at + timedelta(seconds=0.9))
    assert compare(one, slightly).scripts == 1
