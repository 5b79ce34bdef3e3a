"""Comparing the clock from opening to resolution: deadlines as shown, what was used of it, and what was missed.

Pure sums over a span and its pauses are in `compare_sums.py`.
"""

from datetime import datetime, timedelta

from escalation.issue.events import Entry
from tests.peers.compare_states import differs
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue
from tests.peers.play import Play
from tests.peers.spans import iso

RESOLVE = "resolve"


def deadline_at(issue: Issue, at: datetime) -> datetime | None:
    """By when it must be resolved, as it was to be read at that instant: on hold it slides with the clock."""
    state = issue.state_at(at)
    if state is None or state.status != "open":
        return None
    found = next((target for target in state.targets if target.name == RESOLVE), None)
    if found is None:
        return None
    if state.hold is not None and found.stops_on_hold:
        return found.due_at + (at - state.hold.since)
    return found.due_at


def deadlines(play: Play) -> list[str]:
    """The deadlines that are shown after an event or as of an instant; null: none."""
    differences = []
    for row in play.rows("deadlines"):
        name = "after" if "after" in row else "as_of" if "as_of" in row else "at"
        at = play.times.at(row.instant(name), f"then.deadlines.{name}")
        if RESOLVE not in row and "next" not in row:
            raise Unsupported(f"then.deadlines {sorted(row.data)}")
        actual = deadline_at(play.the_issue(row, at), at)
        for clock in (RESOLVE, "next"):
            if clock in row:
                differences += differs(play, row.instant(clock), actual, f"{clock} at {play.times.shown(at)}")
        row.done()
    return differences


def next_deadline(play: Play) -> list[str]:
    """The earliest deadline after the last event."""
    expected = Fields(play.scenario.then, "then").instant("next_deadline")
    shown = [deadline_at(issue, play.last_event_at) for issue in play.stage.issues]
    actual = min((at for at in shown if at is not None), default=None)
    return differs(play, expected, actual, "next deadline")


def measures(play: Play) -> list[str]:
    """What was used of the clock, what was left, how late it was, how long it was paused; when last heard of."""
    differences: list[str] = []
    for row in play.rows("measures"):
        if "last_received" in row:
            differences += _last_received(play, row)
        else:
            differences += _of_resolution(play, row)
        row.done()
    return differences


def _of_resolution(play: Play, row: Fields) -> list[str]:
    clock, issue = row.text("clock"), play.the_issue(row)
    if clock not in {None, RESOLVE}:
        raise Unsupported(f"clock {clock}")
    actual: dict[str, timedelta | None] = {"used": None, "margin": None, "late_by": None, "paused": None}
    if issue.clock.state is not None:
        used, paused = _used(issue)
        within = play.setting.house.resolve_within
        margin = within - used if within is not None and used is not None else None
        late = -margin if margin is not None and margin < timedelta(0) else None
        actual = {"used": used, "margin": margin, "late_by": late, "paused": paused}
    if not actual.keys() & row.data.keys():
        raise Unsupported(f"then.measures {sorted(row.data)}")
    differences = []
    for name, value in actual.items():
        if name in row:
            written = row.take(name)
            expected = None if written is None else play.times.span(written, f"then.measures.{name}")
            if expected != value:
                differences.append(f"{name} is {None if value is None else iso(value)} instead of {written}")
    return differences


def _used(issue: Issue) -> tuple[timedelta | None, timedelta]:
    """Open time from opening to the first resolution without what it was on hold (None: not resolved), and the hold."""
    paused, held_at = timedelta(0), None
    for entry in issue.clock.entries:
        if entry.event.kind == "held":
            held_at = entry.happened_at
        if entry.event.kind == "hold_ended":
            paused, held_at = paused + timedelta(seconds=entry.event.held_for_s), None
        if entry.event.kind == "resolved":
            paused += entry.happened_at - held_at if held_at is not None else timedelta(0)
            return entry.happened_at - issue.created_at - paused, paused
    return None, paused


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
        if clock != RESOLVE:
            raise Unsupported(f"clock {clock}")
        found = _misses(play.the_issue(row))
        row.done()
        counted += found
        if found != expected:
            differences.append(f"{found} breaches of {clock} instead of {expected}")
    in_all = sum(_misses(issue) for issue in play.stage.issues)
    return differences if in_all == counted else [*differences, f"{in_all - counted} breaches beyond the list"]


def _misses(issue: Issue) -> int:
    return sum(1 for entry in issue.clock.entries if entry.event.kind == "target_missed")
