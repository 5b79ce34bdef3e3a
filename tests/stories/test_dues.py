"""What is held against every journal of a story finds whatever happened at another instant than it was due."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from escalation.issue.clocks import GRACE
from escalation.issue.events import Accepted, Acknowledged, ChargeTaken, Closed, Entry, Event, Held, Resolved
from escalation.simulate import Simulated
from tests.given import T0, minutes
from tests.stories.clocks import simulated, world_of
from tests.stories.dues import Dues, WrongInstant, family, served_by
from tests.stories.invented import invented
from tests.stories.script import Script
from tests.stories.scripts import SCRIPTS

ALL = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
DRAWN = tuple(invented(seed) for seed in range(24))
LATE_BY_S = (0, 0, 0.4, 1, 1.001, 7, 400)
"""On time, within the grace, just beyond it, and as after an outage."""
CLOCKS = {
    "acknowledge", "work", "ceiling", "target", "warn/acknowledge", "warn/work", "remind", "snooze", "lapse", "hold",
    "remind_handler", "answer", "target_warn", "charge", "last_resort", "confirm", "silence", "window", "offer",
}  # fmt: skip
A_MOMENT = timedelta(milliseconds=1)


def told(script: Script) -> list[Entry]:
    """The journal of the simulated clock, which is never late."""
    return simulated(script, script.begin(T0, "S-1"), T0).entries


def entries_of(name: str) -> list[Entry]:
    """The journal of this script."""
    return told(next(script for script in SCRIPTS if script.name == name))


def served_late(script: Script, seed: int = 0) -> list[Entry]:
    """The journal of a clock that is served late as chance will have it, always the same for a seed."""
    chance = Random(f"{script.name} {seed}")
    late: dict[datetime, timedelta] = {}

    def when(due_at: datetime) -> datetime:
        return due_at + late.setdefault(due_at, timedelta(seconds=chance.choice(LATE_BY_S)))

    issue = Simulated(replace(world_of(script), served=when))
    begun = script.begin(T0, "S-1")
    issue.send(begun, T0)
    for at, command in script.commands(begun, T0):
        issue.send(command, at)
    issue.run_to(T0 + script.until)
    return issue.entries


def brought_about_by_time(entries: list[Entry]) -> list[int]:
    """The places of those entries."""
    return [place for place, entry in enumerate(entries) if served_by(entry.event) is not None]


def changed(entries: list[Entry], place: int, event: dict[str, Any] | None = None, **fields: Any) -> list[Entry]:
    """The same with one entry changed."""
    entry = entries[place]
    if event:
        fields["event"] = entry.event.model_copy(update=event)
    return [*entries[:place], entry.model_copy(update=fields), *entries[place + 1 :]]


def place_of(entries: list[Entry], kind: str, **fields: Any) -> int:
    """The first entry of this kind with these fields."""
    return next(
        place
        for place, entry in enumerate(entries)
        if entry.event.kind == kind and all(getattr(entry.event, name) == value for name, value in fields.items())
    )


@pytest.mark.parametrize("script", [*SCRIPTS, *DRAWN], ids=lambda script: script.name)
def test_every_story_keeps_its_instants(script: Script) -> None:
    Dues().follow(told(script))


@pytest.mark.parametrize("script", [*SCRIPTS, *DRAWN], ids=lambda script: script.name)
def test_so_it_does_where_the_clock_is_late(script: Script) -> None:
    Dues().follow(served_late(script))


def test_every_clock_is_served_in_them_on_time_and_late() -> None:
    on_time: set[str] = set()
    late: set[str] = set()
    for script in (*SCRIPTS, *DRAWN):
        on_time |= {family(clock) for _, clock, _ in Dues().follow(told(script))}
        for seed in range(2):
            served = Dues().follow(served_late(script, seed))
            late |= {family(clock) for _, clock, late_by in served if late_by > GRACE}
    assert on_time == CLOCKS
    assert late == CLOCKS


@ALL
def test_whatever_happens_a_moment_off_is_found(script: Script) -> None:
    for entries in (told(script), served_late(script)):
        for place in brought_about_by_time(entries):
            entry = entries[place]
            wrong = [
                changed(entries, place, happened_at=entry.happened_at + A_MOMENT),
                changed(entries, place, happened_at=entry.happened_at - A_MOMENT),
                changed(entries, place, recorded_at=entry.recorded_at - timedelta(days=30)),
            ]
            if hasattr(entry.event, "late_by_s"):
                wrong.append(changed(entries, place, {"late_by_s": entry.event.late_by_s + 0.5}))
            for journal in wrong:
                with pytest.raises(WrongInstant):
                    Dues().follow(journal[: place + 1])


def test_given_back_the_clock_that_counts_is_the_one_that_was_set_then() -> None:
    """Given back after 5.4 min at a tier of 10: the next one begins at 15.4 min, and at no other instant."""
    entries = entries_of("released")
    moved = place_of(entries, "tier_began", why="not_acknowledged")
    assert entries[moved].happened_at == T0 + minutes(15.4)
    Dues().follow(entries)
    first = T0 + minutes(10)
    with pytest.raises(WrongInstant):  # the clock of the tier's beginning
        Dues().follow(changed(entries, moved, happened_at=first, recorded_at=first))
    again = place_of(entries, "asked_again")
    with pytest.raises(WrongInstant):  # another time than the tier's limit
        Dues().follow(changed(entries, again, {"acknowledge_due_at": T0 + minutes(15)}))


def test_a_tier_whose_clock_was_set_to_another_instant_than_its_limit_is_found() -> None:
    entries = entries_of("silence")
    began = place_of(entries, "tier_began")
    for clock in ("acknowledge_due_at", "work_due_at"):
        with pytest.raises(WrongInstant):
            Dues().follow(changed(entries, began, {clock: T0 + minutes(11)}))
        with pytest.raises(WrongInstant):
            Dues().follow(changed(entries, began, {clock: None}))


@pytest.mark.parametrize(
    ("stopper", "moved"),
    [
        (Acknowledged(person="ann", role="handler"), "tier_began"),
        (Acknowledged(person="ann", role="joined"), "tier_began"),
        (Accepted(person="ann", owner_before="ray", is_handler=True), "tier_began"),
        (Held(reason="customer", waiting_for="eve", until=T0 + minutes(20), stops=("acknowledge",)), "tier_began"),
        (Resolved(outcome="solved", remind_at=T0 + minutes(99), silence_at=None), "tier_began"),
        (Closed(reason="confirmed", reopen_until=T0 + minutes(99)), "tier_began"),
        (ChargeTaken(person="ann", until=T0 + minutes(99)), "last_resort_told"),
    ],
    ids=lambda each: getattr(each, "role", getattr(each, "kind", each)),
)
def test_what_comes_of_a_clock_that_was_stopped_is_found(stopper: Event, moved: str) -> None:
    entries = entries_of("silence")
    place = next(at for at in brought_about_by_time(entries) if entries[at].event.kind == moved)
    before = entries[place - 1]
    Dues().follow(entries[: place + 1])
    with pytest.raises(WrongInstant):
        Dues().follow([*entries[:place], before.model_copy(update={"event": stopper}), entries[place]])


def test_what_stops_another_clock_leaves_this_one() -> None:
    entries = entries_of("silence")
    place = brought_about_by_time(entries)[0]
    held = Held(reason="customer", waiting_for="eve", until=T0 + minutes(20), stops=("work",))
    owned = Accepted(person="ann", owner_before="ray", is_handler=False)
    for event in (held, owned):
        between = entries[place - 1].model_copy(update={"event": event})
        assert len(Dues().follow([*entries[:place], between, entries[place]])) == 1
