"""Comparing the clocks of issues: deadlines as shown, what was used of it, and what was missed.

Pure sums over a span and its pauses are in `compare_sums.py`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from escalation.calendar.open_times import OpenTimes
from escalation.issue.events import Entry
from escalation.issue.target_clocks import still_owed
from tests.peers.compare_states import differs
from tests.peers.compare_sums import CLOCKS
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue
from tests.peers.play import Play
from tests.peers.spans import iso

RESOLVE = "resolve"
_A_MINUTE = timedelta(minutes=1)
_MET: dict[str, Callable[[Entry], bool]] = {
    RESOLVE: lambda entry: entry.event.kind == "resolved",
    "first_response": lambda entry: entry.event.kind == "noted" and entry.event.is_to_customer,
}
"""What meets a clock that is measured."""


def deadline_at(issue: Issue, clock: str, at: datetime) -> datetime | None:
    """When a clock runs out, as it was to be read at that instant: on hold it slides with the clock.

    What was missed and is owed still is shown with the instant at which it was due.
    """
    state = issue.state_at(at)
    if state is None or state.status != "open":
        return None
    found = next((target for target in state.targets if target.name == clock), None)
    if found is None:
        return still_owed(state).get(clock)
    if state.hold is not None and found.stops_on_hold:
        return found.due_at + (at - state.hold.since)
    return found.due_at


def _next(play: Play, issue: Issue, at: datetime) -> datetime | None:
    shown = [deadline_at(issue, clock, at) for clock in play.setting.house.targets]
    return min((at for at in shown if at is not None), default=None)


def deadlines(play: Play) -> list[str]:
    """The deadlines that are shown after an event or as of an instant; null: none."""
    differences = []
    for row in play.rows("deadlines"):
        name = "after" if "after" in row else "as_of" if "as_of" in row else "at"
        at = play.times.at(row.instant(name), f"then.deadlines.{name}")
        clocks = [clock for clock in (*CLOCKS, "next") if clock in row]
        if not clocks:
            raise Unsupported(f"then.deadlines {sorted(row.data)}")
        issue = play.the_issue(row, at)
        for clock in clocks:
            actual = _next(play, issue, at) if clock == "next" else deadline_at(issue, clock, at)
            differences += differs(play, row.instant(clock), actual, f"{clock} at {play.times.shown(at)}")
        row.done()
    return differences


def next_deadline(play: Play) -> list[str]:
    """The earliest deadline after the last event."""
    expected = Fields(play.scenario.then, "then").instant("next_deadline")
    shown = [_next(play, issue, play.last_event_at) for issue in play.stage.issues]
    actual = min((at for at in shown if at is not None), default=None)
    return differs(play, expected, actual, "next deadline")


def none_for(play: Play) -> list[str]:
    """These clocks have no deadline after the last event."""
    names = Fields(play.scenario.then, "then").names("none_for")
    unknown = [name for name in names if name not in CLOCKS]
    if unknown or not names:
        raise Unsupported(f"then.none_for {unknown}")
    return [
        f"{name} has a deadline"
        for name in names
        for issue in play.stage.issues
        if deadline_at(issue, name, play.last_event_at) is not None
    ]


def measures(play: Play) -> list[str]:
    """What was used of the clock, what was left, how late it was, how long it was paused; when last heard of."""
    differences: list[str] = []
    for row in play.rows("measures"):
        if "last_received" in row:
            differences += _last_received(play, row)
        else:
            differences += _of_clock(play, row)
        row.done()
    return differences


def _of_clock(play: Play, row: Fields) -> list[str]:
    """Where spans are written without seconds, whole minutes are counted: the last one that is not over is none."""
    clock, issue = row.text("clock") or RESOLVE, play.the_issue(row)
    if clock not in _MET:
        raise Unsupported(f"clock {clock}")
    names = [name for name in ("used", "margin", "late_by", "paused") if name in row]
    written = {name: row.take(name) for name in names}
    is_in_minutes = not any(isinstance(text, str) and text.endswith("S") for text in written.values())
    if not names:
        raise Unsupported(f"then.measures {sorted(row.data)}")
    actual = _measured(play, issue, clock, is_in_minutes=is_in_minutes)
    differences = []
    for name in names:
        expected = None if written[name] is None else play.times.span(written[name], f"then.measures.{name}")
        if expected != actual[name]:
            value = actual[name]
            differences.append(f"{name} is {None if value is None else iso(value)} instead of {written[name]}")
    return differences


def _measured(play: Play, issue: Issue, clock: str, *, is_in_minutes: bool) -> dict[str, timedelta | None]:
    used, paused = _used(play, issue, clock)
    if is_in_minutes:
        used, paused = (None if used is None else used - used % _A_MINUTE), paused - paused % _A_MINUTE
    within = play.setting.targets.get(clock)
    margin = within - used if within is not None and used is not None else None
    late = -margin if margin is not None and margin < timedelta(0) else None
    return {"used": used, "margin": margin, "late_by": late, "paused": paused}


def _used(play: Play, issue: Issue, clock: str) -> tuple[timedelta | None, timedelta]:
    """Open time from opening to what met the clock (None: nothing did), without the holds; and that of the holds."""
    spells: list[tuple[datetime, datetime]] = []
    held_at: datetime | None = None
    met_at: datetime | None = None
    for entry in issue.clock.entries:
        is_met = _MET[clock](entry)
        if entry.event.kind == "held":
            held_at = entry.happened_at
        if (is_met or entry.event.kind == "hold_ended") and held_at is not None:
            spells.append((held_at, entry.happened_at))
            held_at = None
        if is_met:
            met_at = entry.happened_at
            break
    calendar = play.setting.calendars.usual
    paused = sum((_open_time(calendar, begins, ends) for begins, ends in spells), timedelta(0))
    if met_at is None:
        return None, paused
    return _open_time(calendar, issue.created_at, met_at) - paused, paused


def _open_time(calendar: OpenTimes | None, begins: datetime, ends: datetime) -> timedelta:
    return ends - begins if calendar is None else calendar.between(begins, ends)


def _last_received(play: Play, row: Fields) -> list[str]:
    at = play.times.at(row.instant("as_of"), "then.measures.as_of")
    heard = [entry for entry in play.the_issue(row, at).clock.entries if _is_report(entry, at)]
    actual = heard[-1].happened_at if heard else None
    return differs(play, row.instant("last_received"), actual, f"last received as of {play.times.shown(at)}")


def _is_report(entry: Entry, at: datetime) -> bool:
    return entry.event.kind in {"opened", "opened_again"} and entry.recorded_at <= at


def breaches(play: Play) -> list[str]:
    """So many misses of a clock are on record, no more; for an empty list none."""
    rows = play.rows("breaches")
    differences = []
    counted = 0
    for row in rows:
        clock, expected = row.text("clock") or RESOLVE, row.number("count", 1)
        if clock not in play.setting.house.targets:
            raise Unsupported(f"clock {clock}")
        found = _misses(play.the_issue(row), clock)
        row.done()
        counted += found
        if found != expected:
            differences.append(f"{found} breaches of {clock} instead of {expected}")
    in_all = sum(_misses(issue, None) for issue in play.stage.issues)
    return differences if in_all == counted else [*differences, f"{in_all - counted} breaches beyond the list"]


def _misses(issue: Issue, clock: str | None) -> int:
    missed = [entry.event.target for entry in issue.clock.entries if entry.event.kind == "target_missed"]
    return sum(1 for target in missed if clock in {None, target})
