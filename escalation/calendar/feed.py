"""Holidays from the text of an iCalendar file or feed. The one module that knows that library; not read in a workflow.

Whole days alone are holidays: an event with a time of day is refused, one whose time has no zone above all.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]

from escalation.policy.finding import shown

LARGEST = 1024 * 1024
"""Bytes of one feed."""
MOST = 5000
"""Events in it, and days of all of them in the years that are asked for."""
_LONGEST = timedelta(days=366)
_SLOW = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
_ALLOWED = "an iCalendar text (BEGIN:VCALENDAR) with events of whole days"


def read_feed(text: str, name: str, first_year: int, last_year: int) -> dict[date, str]:
    """The days of a feed, with the names of their events, in these years; raises ValueError that names the event.

    None in these years is no error: it is one that has run out, and nothing is known of its holidays.
    """
    size = len(text.encode(errors="surrogatepass"))
    if size > LARGEST:
        raise ValueError(f"{name} has {size} bytes; allowed: at most {LARGEST}")
    found: dict[date, str] = {}
    in_all = 0
    for calendar in _calendars(text, name):
        events = [event for event in calendar.events if str(event.get("STATUS", "")).upper() != "CANCELLED"]
        if len(events) > MOST:
            raise ValueError(f"{name} has {len(events)} events; allowed: at most {MOST}")
        in_all += len(events)
        for event in events:
            _check(event, name)
        query = recurring_ical_events.of(calendar, components=["VEVENT"])
        try:
            occurrences = query.between(date(first_year, 1, 1), date(last_year + 1, 1, 1))
        except Exception as error:  # noqa: BLE001 - what the library makes of junk in rules
            raise ValueError(f"{name} cannot be read: {type(error).__name__}: {shown(error)}") from None
        for event in occurrences:
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                continue
            for day in _days(event, name):
                if first_year <= day.year <= last_year:
                    found.setdefault(day, _title(event))
            if len(found) > MOST:
                raise ValueError(f"{name} has more than {MOST} days in {first_year} to {last_year}")
    if not in_all:
        raise ValueError(f"{name} has no event; allowed: {_ALLOWED}")
    return dict(sorted(found.items()))


def _calendars(text: str, name: str) -> list[icalendar.Calendar]:
    # Without this, text that is something else altogether is an empty calendar, or none.
    if not text.lstrip("\ufeff \r\n\t").upper().startswith("BEGIN:VCALENDAR"):
        begins = shown(text.strip()[:40])
        raise ValueError(f"{name} is not iCalendar: it begins with {begins!r}; allowed: {_ALLOWED}")
    try:
        calendars = icalendar.Calendar.from_ical(text.lstrip("\ufeff \r\n\t"), multiple=True)
    except Exception as error:  # noqa: BLE001 - as above
        raise ValueError(f"{name} is not iCalendar: {shown(error)}; allowed: {_ALLOWED}") from None
    return list(calendars)


def _check(event: icalendar.Event, name: str) -> None:
    title = _title(event)
    if event.errors:
        field, problem = event.errors[0]
        raise ValueError(f"{name}: '{title}': {field} cannot be read: {shown(problem)}")
    begins = event.get("DTSTART")
    if begins is None:
        raise ValueError(f"{name}: '{title}' has no DTSTART; allowed: {_ALLOWED}")
    for field in ("DTSTART", "DTEND"):
        value = event.get(field)
        if value is not None:
            _check_date(value.dt, f"{name}: '{title}': {field}")
    list(_days(event, name))
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = str((rule.get("FREQ") or ["none"])[0]).upper()
        if often not in _SLOW:
            raise ValueError(f"{name}: '{title}' repeats {often}; allowed: {', '.join(sorted(_SLOW))}")


def _check_date(value: object, where: str) -> None:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            problem = "is a time without a zone (floating), which is another instant everywhere"
        else:
            problem = "has a time of day: half a day off is written under days, with its hours"
        raise ValueError(f"{where} {value.isoformat()} {problem}; allowed: whole days (VALUE=DATE)")
    if not isinstance(value, date):
        raise ValueError(f"{where} is no date; allowed: whole days (VALUE=DATE)")


def _days(event: icalendar.Event, name: str) -> Iterator[date]:
    begins, ends = event.get("DTSTART").dt, event.get("DTEND")
    last = ends.dt if ends is not None else begins + (event.get("DURATION").dt if event.get("DURATION") else _DAY)
    for value in (begins, last):
        _check_date(value, f"{name}: '{_title(event)}'")
    if last - begins > _LONGEST or last < begins:
        raise ValueError(
            f"{name}: '{_title(event)}' lasts from {begins} to {last}; allowed: at most {_LONGEST.days} days"
        )
    # An end that is the beginning is one day, as Outlook writes it.
    for place in range(max((last - begins).days, 1)):
        yield begins + place * _DAY


_DAY = timedelta(days=1)


def _title(event: icalendar.Event) -> str:
    return shown(" ".join(str(event.get("SUMMARY", "")).split())) or "holiday"
