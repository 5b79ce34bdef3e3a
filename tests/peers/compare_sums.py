"""Comparing sums over spans and pauses: when a span is used up, how much of a time counts.

In a calendar by the rules of calendars alone; day and night by an issue that is opened, held and resumed accordingly.
"""

from datetime import datetime, timedelta

from escalation.issue.commands import Hold, Resume
from escalation.issue.state import IssueState
from tests.peers import compare_calendars
from tests.peers.compare_states import differs
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue
from tests.peers.ladder import EVER, House, stand_in
from tests.peers.play import Play
from tests.peers.setting import Setting
from tests.peers.spans import iso
from tests.peers.stage import Stage

CLOCKS = ("first_response", "update", "next_response", "resolve")
"""The clocks of cases."""
Spells = list[tuple[datetime, datetime]]


def due(play: Play) -> list[str]:
    """When a span that is counted from an instant is used up."""
    return [words for row in play.rows("due") for words in due_of(play, row, _pauses(play, row))]


def elapsed(play: Play) -> list[str]:
    """How much of the time between two instants counts."""
    return [words for row in play.rows("elapsed") for words in elapsed_of(play, row, "from", _pauses(play, row))]


def _pauses(play: Play, row: Fields) -> Spells:
    spells: Spells = []
    for item in row.items("pauses"):
        if not isinstance(item, list) or len(item) != 2:
            raise row.cannot("pauses")
        spells.append((play.times.at(item[0], "pauses"), play.times.at(item[1], "pauses")))
    return spells


def history_of(play: Play) -> Spells:
    """The spells on pause of the history that the case gives."""
    return [
        (play.times.t0 + first, play.times.t0 + until if until is not None else play.end_at)
        for first, until in play.setting.pauses
    ]


def due_of(play: Play, row: Fields, spells: Spells) -> list[str]:
    """The span is the row's, or that of its clock; where both are given they must be one."""
    clock, first = row.text("clock"), play.times.at(row.instant("from"), "due.from")
    if clock not in {None, *CLOCKS}:
        raise Unsupported(f"clock {clock}")
    agreed = play.setting.targets.get(clock) if clock is not None else None
    span = play.times.span(row.take("span"), "due.span") if "span" in row else agreed
    if span is None:
        raise Unsupported(f"{row.where} without a span")
    if clock is not None and play.setting.targets and span != agreed:
        return [f"{iso(span)} is not the span of {clock}"]
    calendar = compare_calendars.calendar_of(play, row)
    if calendar is not None:
        return compare_calendars.due_in(play, row, calendar, first, span, spells)
    expected = row.instant("due")
    row.done()
    issue = _counted(play, first, span, spells, first + span)
    missed = [entry.event.due_at for entry in issue.clock.entries if entry.event.kind == "target_missed"]
    return differs(play, expected, missed[0] if missed else None, f"{iso(span)} from {row.data['from']}")


def elapsed_of(play: Play, row: Fields, name: str, spells: Spells) -> list[str]:
    """The time from the instant in that field to the row's end."""
    first = play.times.at(row.instant(name), f"elapsed.{name}")
    until = play.times.at(row.instant("until"), "elapsed.until")
    expected = play.times.span(row.take("working"), "elapsed.working")
    calendar = compare_calendars.calendar_of(play, row)
    row.done()
    if until < first:
        raise Unsupported(f"{row.where}.until {row.data['until']!r} before its beginning")
    actual = (
        _day_and_night(play, first, until, spells)
        if calendar is None
        else compare_calendars.elapsed_in(calendar, first, until, spells)
    )
    if actual == expected:
        return []
    return [f"{iso(actual)} of the time from {row.data[name]} to {row.data['until']} instead of {row.data['working']}"]


def _day_and_night(play: Play, first: datetime, until: datetime, spells: Spells) -> timedelta:
    state: IssueState | None = _counted(play, first, EVER, spells, until).state_at(until)
    assert state is not None
    running = until - state.hold.since if state.hold is not None else timedelta(0)
    return until - first - timedelta(seconds=state.held_s) - running


def _counted(play: Play, first: datetime, span: timedelta, spells: Spells, until: datetime) -> Issue:
    """An issue that is opened then, has that time to be resolved, and is on hold in those spells."""
    house = House(targets={"resolve": span}, holds=())
    stage = Stage(Setting(play.times, {}, stand_in((), house), house))
    by = stage.actor("operator")
    issue = stage.open(first, stage.setting.usual, by=by, reference="sum")
    for begins, ends in sorted(spells):
        start = max(begins, first)
        if ends <= start:
            continue
        until = max(until, ends) + (ends - start)
        held = Hold(id=stage.next_id(), by=by, reason="waiting", waiting_for="customer", until=start + EVER / 2)
        if stage.send(issue, held, start, "pause"):
            stage.send(issue, Resume(id=stage.next_id(), by=by), ends, "resume")
    if stage.refusals:
        raise Unsupported(f"pauses: {stage.refusals[0].why}")
    issue.clock.run_to(until)
    return issue
