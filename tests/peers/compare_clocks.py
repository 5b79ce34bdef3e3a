"""Comparing the clock from opening to resolution: deadlines as shown, what was used of it, and what was missed.

Pure sums over a span and its pauses are done by an issue of their own that is opened, held and resumed accordingly.
"""

from datetime import datetime, timedelta

from escalation.issue.commands import Hold, Resume
from escalation.issue.events import Entry
from escalation.issue.state import IssueState
from tests.peers.compare_states import differs
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue
from tests.peers.ladder import EVER, House, stand_in
from tests.peers.play import Play
from tests.peers.setting import Setting
from tests.peers.spans import iso
from tests.peers.stage import Stage

RESOLVE = "resolve"
Spells = list[tuple[datetime, datetime]]


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


# --- sums


def due(play: Play) -> list[str]:
    """When a span that is counted from an instant is used up."""
    return [words for row in play.rows("due") if (words := _due(play, row, _pauses(play, row)))]


def elapsed(play: Play) -> list[str]:
    """How much of the time between two instants counts."""
    return [words for row in play.rows("elapsed") if (words := _elapsed(play, row, "from", _pauses(play, row)))]


def checks(play: Play) -> list[str]:
    """Sums of both kinds over a given history; a table of anything else is not known."""
    differences = []
    spells = [
        (play.times.t0 + first, play.times.t0 + until if until is not None else play.end_at)
        for first, until in play.setting.pauses
    ]
    for row in play.rows("checks"):
        if {"span", "from", "due"} <= row.data.keys():
            differences.append(_due(play, row, spells))
        elif {"working_from", "until", "working"} <= row.data.keys():
            differences.append(_elapsed(play, row, "working_from", spells))
        else:
            raise Unsupported(f"then.checks {sorted(row.data)}")
    return [words for words in differences if words]


def _pauses(play: Play, row: Fields) -> Spells:
    spells: Spells = []
    for item in row.items("pauses"):
        if not isinstance(item, list) or len(item) != 2:
            raise row.cannot("pauses")
        spells.append((play.times.at(item[0], "pauses"), play.times.at(item[1], "pauses")))
    return spells


def _due(play: Play, row: Fields, spells: Spells) -> str | None:
    if row.text("clock") not in {None, RESOLVE}:
        raise Unsupported(f"clock {row.data['clock']}")
    first, span = play.times.at(row.instant("from"), "due.from"), play.times.span(row.take("span"), "due.span")
    expected = row.instant("due")
    row.done()
    issue = _counted(play, first, span, spells, first + span)
    missed = [entry.event.due_at for entry in issue.clock.entries if entry.event.kind == "target_missed"]
    differences = differs(play, expected, missed[0] if missed else None, f"{iso(span)} from {row.data['from']}")
    return differences[0] if differences else None


def _elapsed(play: Play, row: Fields, name: str, spells: Spells) -> str | None:
    first = play.times.at(row.instant(name), f"elapsed.{name}")
    until = play.times.at(row.instant("until"), "elapsed.until")
    expected = play.times.span(row.take("working"), "elapsed.working")
    row.done()
    issue = _counted(play, first, EVER, spells, until)
    state: IssueState | None = issue.state_at(until)
    if state is None:
        raise Unsupported(f"{row.where}.until {row.data['until']!r} before its beginning")
    running = until - state.hold.since if state.hold is not None else timedelta(0)
    actual = until - first - timedelta(seconds=state.held_s) - running
    if actual == expected:
        return None
    return f"{iso(actual)} of the time from {row.data[name]} to {row.data['until']} instead of {row.data['working']}"


def _counted(play: Play, first: datetime, span: timedelta, spells: Spells, until: datetime) -> Issue:
    """An issue that is opened then, has that time to be resolved, and is on hold in those spells."""
    house = House(resolve_within=span, holds=())
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
