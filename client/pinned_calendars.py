"""The calendars that are pinned into policies as they are read, from this installation's file."""

from datetime import UTC, datetime
from pathlib import Path

from client.calendar_files import CalendarsUnreadable, calendars_path, read_calendar_files
from client.settings import Settings
from escalation.policy.pin_calendars import CalendarFile


def calendars_to_pin(settings: Settings) -> CalendarFile | None:
    """The calendars in use, for the years around now; None where there is no file. Raises CalendarsUnreadable."""
    path = calendars_path(settings)
    if not path.exists():
        if settings.calendars:
            raise CalendarsUnreadable(f"ESCALON_CALENDARS: there is no file {path}")
        return None
    return calendar_file(path)


def calendar_file(path: Path) -> CalendarFile:
    """The calendars of this file, for the years around now. Raises CalendarsUnreadable."""
    texts = read_calendar_files(path)
    return CalendarFile(texts.file, texts.text, datetime.now(UTC).year, texts.feeds)
