"""Calendars as they are written in YAML: the schema of the file, field by field. What they mean is in `model.py`."""

from datetime import timedelta

from escalation.value import Value


class WrittenHolidays(Value):
    """One source of holidays: a country, a file, or a day by hand."""

    country: str | None = None
    """ISO code of two letters: its public holidays."""
    subdivision: str | None = None
    """A part of that country, such as BY of DE."""
    file: str | None = None
    """The name of an iCalendar file beside this one; its events of whole days. With `url`, where the copy is kept."""
    url: str | None = None
    """The feed's address on the web, from which the file is fetched. It is a secret."""
    at_most_old: timedelta = timedelta(days=7)
    """How old the copy may be, before the watch says so."""
    on: str | None = None
    """One day: 2026-12-27, or 12-27 for every year."""
    name: str = ""
    """What that day is called."""


class WrittenDay(Value):
    """A day with hours of its own."""

    on: str
    """2026-12-24, or 12-24 for every year; written before the colon."""
    hours: str
    """`09:00-12:00`, or `closed`."""
    name: str
    """Why, in a few words."""


class WrittenChange(Value):
    """Other hours from a date on."""

    valid_from: str
    """The first date on which they hold."""
    hours: dict[str, str]
    """As those of the calendar."""
    breaks: dict[str, str] = {}


class WrittenCalendar(Value):
    """One calendar."""

    name: str
    """The word by which policies refer to it; written before the colon."""
    title: str = ""
    """Whose hours these are."""
    zone: str
    """IANA time zone; hours are on its clock."""
    hours: dict[str, str]
    """Windows by weekday (`mon`), by a range (`mon-fri`) or `daily`."""
    breaks: dict[str, str] = {}
    """What is closed within them; the same way."""
    holidays: tuple[WrittenHolidays, ...] = ()
    """Where the holidays come from."""
    without: tuple[str, ...] = ()
    """Holidays that are worked, by date or name."""
    days: tuple[WrittenDay, ...] = ()
    """Half days and one-off hours."""
    valid_from: str | None = None
    """The first date of the calendar; absent: since ever."""
    valid_until: str | None = None
    """The last date; absent: until further notice."""
    changes: tuple[WrittenChange, ...] = ()
    """Other hours from a date on, in order."""


class WrittenFile(Value):
    """The file."""

    calendars: tuple[WrittenCalendar, ...]
    """By name."""
