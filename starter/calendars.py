"""Working calendars shown, and time counted in them, for `escalon calendar`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.text import Text

from client.calendar_files import CalendarsUnreadable, calendars_path, read_calendar_files
from escalation.calendar.due import Held
from escalation.calendar.explained import Span, day_words, explain_between, explain_due, moment
from escalation.calendar.limit import read_limit
from escalation.calendar.materialise import YEARS_AHEAD, YEARS_BACK
from escalation.calendar.model import WEEKDAY_NAMES
from escalation.calendar.open_times import OpenTimes, OutOfReach, open_times
from escalation.calendar.read_calendars import ReadCalendar, check_calendars
from escalation.calendar.working_hours import DAY, Hours, hours_words
from escalation.duration import words
from escalation.policy.finding import PolicyError, PolicyErrors
from starter.failure import NotDone, WrongInput, unknown
from starter.installation import settings_now
from starter.showing import console, note, pairs, say_json, table
from starter.when import instant


def show_from(name: str, year: int | None, file: Path | None, *, as_json: bool) -> None:
    """One calendar in words, or all that there are; raises WrongInput, PolicyErrors."""
    now = datetime.now(UTC)
    found = _read(file, [now] if year is None else [now, datetime(year, 6, 1, tzinfo=UTC)])
    if not name:
        _list(found, as_json=as_json)
        return
    read = _named(found, name)
    hours, shown = read.hours, year or now.year
    days = [(day, why, windows) for day, why, windows in hours.days if day.year == shown]
    if as_json:
        say_json(
            {
                "name": hours.name,
                "title": hours.title,
                "zone": hours.zone,
                "hours": [
                    {
                        "valid_from": table_.valid_from,
                        "valid_until": table_.valid_until,
                        "week": [hours_words(each) for each in table_.week],
                    }
                    for table_ in hours.timetables
                ],
                "year": shown,
                "days": [{"on": day, "name": why, "hours": hours_words(windows)} for day, why, windows in days],
                "sources": hours.sources,
                "holidays_known_until": hours.holidays_known_until,
                "written_out_for": [hours.first_year, hours.last_year],
            }
        )
        return
    out = console()
    out.print(Text.assemble((hours.title or hours.name, "bold"), f"  {hours.name}, {hours.zone}"))
    for place, each in enumerate(hours.timetables):
        since = f"from {each.valid_from}" if each.valid_from else ""
        until = f"until {each.valid_until}" if each.valid_until else ""
        out.print()
        if since or until or place:
            out.print(Text(f"{since} {until}".strip(), "dim"))
        out.print(pairs(_week(each.week)))
    out.print()
    if days:
        made = table("day", "hours", "why", title=str(shown))
        for day, why, windows in days:
            made.add_row(day_words(day, shown), hours_words(windows), why)
        out.print(made)
    else:
        out.print(Text(f"Every day of {shown} is like its weekday.", "dim"))
    out.print(Text(_sources(read), "dim"))


def add_from(name: str, limit: str, from_: str, holds: Sequence[str], file: Path | None, *, as_json: bool) -> None:
    """When a limit is used up, and why then; raises WrongInput, NotDone beyond the calendar's years."""
    try:
        asked = read_limit(limit)
    except ValueError as error:
        raise WrongInput(f"LIMIT: {error}") from None
    started = instant(from_, "--from") if from_ else datetime.now(UTC).replace(microsecond=0)
    held = [_hold(each) for each in holds]
    times = _times(name, file, [started, *(at for hold in held for at in hold)])
    try:
        told = explain_due(started, asked, times, held)
    except OutOfReach as error:
        raise NotDone(str(error), "out_of_reach") from None
    if as_json:
        say_json(told)
        return
    out = console()
    out.print(Text(told.sentence, "bold"))
    _show_spans(told.spans)
    for each in told.notes:
        note(each)


def between_from(name: str, from_: str, until: str, file: Path | None, *, as_json: bool) -> None:
    """The working time between two instants, and why the rest is none; raises WrongInput."""
    begins, ends = instant(from_, "FROM"), instant(until, "UNTIL")
    if ends < begins:
        raise WrongInput(f"UNTIL: '{until}' is before '{from_}'; allowed: an instant that is not before FROM")
    times = _times(name, file, [begins, ends])
    working, spans = times.between(begins, ends), explain_between(begins, ends, times)
    if as_json:
        said = {"calendar": name, "zone": times.hours.zone, "begins_at": begins, "ends_at": ends}
        say_json({**said, "working_s": working.total_seconds(), "words": words(working), "spans": spans})
        return
    shown = f"{moment(begins, times)} to {moment(ends, times)} ({times.hours.zone})"
    console().print(Text(f"{words(working)} of working time from {shown}", "bold"))
    _show_spans(spans)


def next_from(name: str, from_: str, file: Path | None, *, as_json: bool) -> None:
    """Whether it is open, and when it opens and closes next; raises WrongInput."""
    at = instant(from_, "--from") if from_ else datetime.now(UTC).replace(microsecond=0)
    times = _times(name, file, [at])
    is_open = times.is_open(at)
    opens, closes = (_or_none(ask, at) for ask in (times.next_opening, times.next_closing))
    if as_json:
        said = {"calendar": name, "zone": times.hours.zone, "at": at, "is_open": is_open}
        say_json({**said, "next_opening_at": opens, "next_closing_at": closes})
        return
    day = times.working_date_of(at)
    why = times.day(day)[1]
    state = "open" if is_open else "closed"
    out = console()
    out.print(
        Text(f"{times.hours.title or name} is {state} at {moment(at, times)}" + (f": {why}" if why else ""), "bold")
    )
    years = f"not before the end of {times.hours.last_year}"
    rows = [("opens", moment(opens, times) if opens else years), ("closes", moment(closes, times) if closes else years)]
    out.print(pairs(reversed(rows) if is_open else rows))


def calendar_findings(path: Path) -> tuple[PolicyError, ...]:
    """Everything that is wrong in this file, and what is worth a warning."""
    try:
        texts = read_calendar_files(path)
    except CalendarsUnreadable as error:
        return (PolicyError(file=str(path), problem=str(error)),)
    return check_calendars(texts.text, texts.file, texts.feeds, *_years(()))[1]


def _or_none(ask: object, at: datetime) -> datetime | None:
    try:
        return ask(at)  # type: ignore[operator,no-any-return]
    except OutOfReach:
        return None


def _read(file: Path | None, around: Iterable[datetime]) -> dict[str, ReadCalendar]:
    """The calendars of the file, for the years around these instants; raises PolicyErrors, WrongInput."""
    path = file or calendars_path(settings_now())
    try:
        texts = read_calendar_files(path)
    except CalendarsUnreadable as error:
        raise WrongInput(str(error), "no_calendars") from None
    found, findings = check_calendars(texts.text, texts.file, texts.feeds, *_years(around))
    errors = [finding for finding in findings if finding.level == "error"]
    if errors:
        raise PolicyErrors(errors)
    for finding in findings:
        note(str(finding))
    return found


def _years(around: Iterable[datetime]) -> tuple[int, int]:
    """The years for which calendars are written out: the usual ones, and those around these instants."""
    years = [datetime.now(UTC).year, *(at.year for at in around)]
    return max(min(years) - YEARS_BACK, 1), min(max(years) + YEARS_AHEAD, 9998)


def _times(name: str, file: Path | None, around: Iterable[datetime]) -> OpenTimes:
    return open_times(_named(_read(file, around), name).hours)


def _named(found: dict[str, ReadCalendar], name: str) -> ReadCalendar:
    if name not in found:
        raise unknown("NAME", name, found)
    return found[name]


def _list(found: dict[str, ReadCalendar], *, as_json: bool) -> None:
    if as_json:
        heads = [(each.hours.name, each.hours.title, each.hours.zone) for each in found.values()]
        say_json([{"name": name, "title": title, "zone": zone} for name, title, zone in heads])
        return
    made = table("calendar", "zone", "whose hours")
    for each in found.values():
        made.add_row(Text(each.hours.name, "cyan"), each.hours.zone, each.hours.title)
    console().print(made)


def _week(week: tuple[Hours, ...]) -> Iterable[tuple[str, str]]:
    for name, hours in zip(WEEKDAY_NAMES, week, strict=True):
        night = ", which ends the next morning" if any(ends > DAY for _, ends in hours) else ""
        yield name, hours_words(hours) + night


def _sources(read: ReadCalendar) -> str:
    hours = read.hours
    sources = f"Holidays: {'; '.join(hours.sources)}. " if hours.sources else ""
    known = f" Holidays are known until {hours.holidays_known_until}." if hours.holidays_known_until else ""
    return f"{sources}Written out for {hours.first_year} to {hours.last_year}.{known}"


def _show_spans(spans: Sequence[Span]) -> None:
    made = table("", "when and why", "counted")
    for span in spans:
        mark, style = ("✓", "green") if span.is_counted else ("-", "dim")
        length = words(span.ends_at - span.begins_at) if span.is_counted else ""
        made.add_row(
            Text(mark, style), Text(span.words.removesuffix(f", {length}"), "" if span.is_counted else "dim"), length
        )
    console().print(made)


def _hold(text: str) -> Held:
    begins, slash, ends = text.partition("/")
    if not slash:
        raise WrongInput(f"--hold: '{text}' is no hold; allowed: FROM/UNTIL, two instants with their zone")
    held = instant(begins, "--hold"), instant(ends, "--hold")
    if held[1] - held[0] <= timedelta(0):
        raise WrongInput(f"--hold: '{text}' ends before it has begun; allowed: FROM/UNTIL, in order")
    return held
