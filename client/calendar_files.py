"""The file of calendars and the iCalendar files beside it, as texts. What they say is read by `escalation/calendar`."""

from dataclasses import dataclass
from pathlib import Path

from client.settings import Settings
from escalation.calendar.feed import LARGEST


class CalendarsUnreadable(Exception):
    """The file cannot be read; says which, and why."""


@dataclass(frozen=True)
class CalendarTexts:
    """What `read_calendars` needs."""

    file: str
    text: str
    feeds: dict[str, str]
    """The iCalendar files of the same folder, by name; those that cannot be read, or are too large, are left out."""


def calendars_path(settings: Settings) -> Path:
    """Where the calendars are, whether or not there are any."""
    return Path(settings.calendars) if settings.calendars else settings.people.parent / "calendars.yaml"


def read_calendar_files(path: Path) -> CalendarTexts:
    """The calendars' text with the iCalendar files beside it; raises CalendarsUnreadable."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CalendarsUnreadable(f"calendars: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CalendarsUnreadable(f"calendars: {path} is not UTF-8: byte {error.start}") from None
    feeds: dict[str, str] = {}
    for feed in sorted(path.parent.glob("*.ics")):
        try:
            if feed.stat().st_size <= LARGEST:
                feeds[feed.name] = feed.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return CalendarTexts(str(path), text, feeds)
