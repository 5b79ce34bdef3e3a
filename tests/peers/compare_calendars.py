"""Comparing sums in a case's calendars: when a span is used up, how much of a time counts, business days, openings.

Pure: nothing of an issue. What counts day and night is summed by an issue of its own, in `compare_clocks.py`.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from escalation.calendar.due import Held, business_days_on, due_at, joined
from escalation.calendar.limit import Limit
from escalation.calendar.open_times import OpenTimes, OutOfReach
from tests.peers.compare_states import differs
from tests.peers.fields import Fields, Unsupported
from tests.peers.given_calendars import Refused
from tests.peers.play import Play
from tests.peers.spans import iso

_TIMES_OF_DAY = {"midnight": 0, "noon": 12}
_GIVES = re.compile(r"(noon|midnight)(?: the)? (next day|same day)|(noon|midnight) (\d+) days? later", re.ASCII)


def calendar_of(play: Play, row: Fields) -> OpenTimes | None:
    """The calendar in which a row counts; None: day and night. Raises Unsupported."""
    calendars, name, hours = play.setting.calendars, row.text("calendar"), row.text("calendar_hours")
    if name is not None and hours is not None:
        raise Unsupported(f"{row.where} with calendar and calendar_hours")
    try:
        return calendars.with_hours(hours) if hours is not None else calendars.named(name)
    except Refused as reason:
        raise Unsupported(f"{row.where}: {reason}") from None


def needed(play: Play, row: Fields) -> OpenTimes:
    """The same where a row says nothing without one. Raises Unsupported."""
    found = calendar_of(play, row)
    if found is None:
        raise Unsupported(f"{row.where} without a calendar")
    return found


def due_in(
    play: Play, row: Fields, calendar: OpenTimes, first: datetime, span: timedelta, spells: Sequence[Held]
) -> list[str]:
    """When the span is used up in that calendar."""
    expected = row.instant("due")
    row.done()
    try:
        actual = due_at(first, Limit(unit="working", length=span), calendar, spells)
    except OutOfReach:
        actual = None
    return differs(play, expected, actual, f"{iso(span)} of open time from {row.data['from']}")


def elapsed_in(calendar: OpenTimes, first: datetime, until: datetime, spells: Sequence[Held]) -> timedelta:
    """The open time between two instants without those spells."""
    within = [(max(begins, first), min(ends, until)) for begins, ends in joined(spells)]
    held = [calendar.between(begins, ends) for begins, ends in within if begins < ends]
    return calendar.between(first, until) - sum(held, timedelta(0))


def business_days(play: Play) -> list[str]:
    """So many working days on, or back."""
    differences = []
    for row in play.rows("business_days"):
        at, days = play.times.at(row.instant("from"), "business_days.from"), row.number("days")
        expected, calendar = row.instant("gives"), needed(play, row)
        row.done()
        try:
            actual = business_days_on(at, days, calendar)
        except OutOfReach:
            actual = None
        differences += differs(play, expected, actual, f"{days} business days from {row.data['from']}")
    return differences


def first_open_period(play: Play) -> list[str]:
    """What is open first from the last event on."""
    row = Fields(play.scenario.then, "then").below("first_open_period")
    if row is None:
        raise Unsupported("then.first_open_period")
    calendar = needed(play, row)
    opens_at = calendar.when_open(play.last_event_at)
    differences = differs(play, row.instant("from"), opens_at, "the first opening")
    differences += differs(play, row.instant("until"), calendar.next_closing(opens_at), "its closing")
    row.done()
    return differences


# --- tables


def is_holiday(play: Play, row: Fields) -> list[str]:
    """Whether the local date of an instant is a holiday."""
    at, expected = play.times.at(row.instant("at"), "checks.at"), row.take("holiday")
    if not isinstance(expected, bool):
        raise row.cannot("holiday")
    calendar = needed(play, row)
    row.done()
    hours, why = calendar.day(calendar.date_of(at))
    actual = bool(why) and not hours
    return [] if actual is expected else [f"{row.data['at']} is {'a' if actual else 'no'} holiday"]


def is_open(play: Play, row: Fields) -> list[str]:
    """Whether it is open in an instant."""
    at, expected = play.times.at(row.instant("at"), "checks.at"), row.take("open")
    if not isinstance(expected, bool):
        raise row.cannot("open")
    calendar = needed(play, row)
    row.done()
    actual = calendar.is_open(at)
    return [] if actual is expected else [f"at {row.data['at']} it is {'open' if actual else 'closed'}"]


def next_opening(play: Play, row: Fields) -> list[str]:
    """When it opens next."""
    at, expected = play.times.at(row.instant("at"), "checks.at"), row.instant("next_opening")
    calendar = needed(play, row)
    row.done()
    try:
        actual = calendar.next_opening(at)
    except OutOfReach:
        actual = None
    return differs(play, expected, actual, f"the next opening after {row.data['at']}")


def from_noon(play: Play, row: Fields) -> list[str]:
    """A span from noon in the calendar that the case saved: `noon the next day`."""
    span, gives = play.times.span(row.take("noon_plus"), "checks.noon_plus"), row.words("gives")
    row.done()
    found, calendar = _GIVES.fullmatch(gives), play.setting.calendars.usual
    if found is None or calendar is None:
        raise Unsupported(f"{row.where}.gives {gives!r}")
    days = int(found[4]) if found[4] else int(found[2] == "next day")
    today = calendar.date_of(play.last_event_at)
    noon, wanted = calendar.instant_of(today, _seconds("noon")), _later(today, days)
    expected = calendar.instant_of(wanted, _seconds(found[1] or found[3]))
    actual = due_at(noon, Limit(unit="working", length=span), calendar)
    return [] if actual == expected else [f"noon and {iso(span)} is {actual.astimezone(UTC)}, not {gives}"]


def _seconds(word: str) -> int:
    return _TIMES_OF_DAY[word] * 3600


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)
