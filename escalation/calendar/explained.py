"""Why something is due then: what was counted and what was skipped, each with its reason in words, in local time."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from escalation import duration
from escalation.calendar.due import Held, Reckoned, reckon
from escalation.calendar.limit import Limit
from escalation.calendar.local_clock import ordinal_of
from escalation.calendar.open_times import OpenTimes, open_times
from escalation.calendar.working_hours import WorkingHours
from escalation.value import Value

# Not strftime: its names follow the process's locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = timedelta(days=1)
OUT_OF_HOURS = "outside hours"


class Span(Value):
    """A stretch of time that was counted, or skipped."""

    begins_at: datetime
    ends_at: datetime
    is_counted: bool
    why: str
    """In words: `working hours`, `weekend`, `Christmas Day`, `break`, `on hold`."""
    words: str
    """The whole in words, in local time: `Sat 28 Nov: weekend`."""


class Explained(Value):
    """When something is due, and why then."""

    at: datetime
    started_at: datetime
    limit: str
    calendar: str
    zone: str
    spans: tuple[Span, ...]
    """From the start to when it is due, without a hole."""
    notes: tuple[str, ...]
    """Changes of the clocks on the way, and holidays that are not known."""
    sentence: str
    """The whole in one sentence."""


def explain_due(
    started_at: datetime, limit: Limit, calendar: WorkingHours | OpenTimes, held: Sequence[Held] = ()
) -> Explained:
    """When a limit that started then is used up, as `due_at` says, and why. Raises OutOfReach."""
    times = calendar if isinstance(calendar, OpenTimes) else open_times(calendar)
    found = reckon(started_at, limit, times, held)
    pieces = list(_pieces(started_at, limit, times, found))
    hours = times.hours
    sentence = (
        f"{limit} from {moment(started_at, times)} in {hours.title or hours.name} is "
        f"{moment(found.at, times)} ({hours.zone})"
    )
    return Explained(
        at=found.at,
        started_at=started_at,
        limit=str(limit),
        calendar=hours.name,
        zone=hours.zone,
        spans=tuple(_span(piece, times) for piece in pieces),
        notes=tuple(_notes(started_at, found.at, times)),
        sentence=sentence,
    )


def explain_between(begins_at: datetime, ends_at: datetime, calendar: WorkingHours | OpenTimes) -> tuple[Span, ...]:
    """What is working time between two instants, and why the rest is not. Raises OutOfReach."""
    times = calendar if isinstance(calendar, OpenTimes) else open_times(calendar)
    return tuple(_span(piece, times) for piece in _open_and_closed(begins_at, ends_at, times))


def words_between(begins_at: datetime, ends_at: datetime, calendar: WorkingHours | OpenTimes) -> tuple[str, ...]:
    """The same in words, with changes of the clocks and unknown holidays on the way. Raises OutOfReach."""
    times = calendar if isinstance(calendar, OpenTimes) else open_times(calendar)
    spans = (span.words for span in explain_between(begins_at, ends_at, times))
    return (*spans, *_notes(begins_at, ends_at, times))


_Piece = tuple[datetime, datetime, bool, str]


def _pieces(started_at: datetime, limit: Limit, times: OpenTimes, found: Reckoned) -> Iterator[_Piece]:
    if found.began_at > started_at:
        words = "counted from opening" if limit.counted_from == "opening" else "counted from the end of the year"
        yield started_at, found.began_at, False, words
    reached = min(found.reached_at, found.at)
    match limit.unit:
        case "working":
            counted = list(_open_and_closed(found.began_at, reached, times))
        case "business_days":
            ends = found.at if limit.shape != "instant" else found.reached_at
            counted = list(_by_days(found.began_at, ends, limit.count or 0, times))
        case "wall":
            counted = [(found.began_at, reached, True, "elapsed time")]
        case _:
            counted = [(found.began_at, reached, True, "every day counts")]
    for piece in counted:
        yield from _cut_by(found.held, piece)
    last = counted[-1][1] if counted else found.began_at
    if last < found.at:
        until = {
            "close_of_business": "until close of business",
            "end_of_day": "until the end of the day",
            "next_working_day": "until the next working day",
        }
        yield last, found.at, False, until.get(limit.shape, OUT_OF_HOURS)


def _open_and_closed(begins_at: datetime, ends_at: datetime, times: OpenTimes) -> Iterator[_Piece]:
    reached = begins_at
    for opens, closes in times.windows(begins_at, ends_at):
        yield from _closed(reached, opens, times)
        why = times.day(times.working_date_of(opens))[1]
        yield opens, closes, True, why or "working hours"
        reached = closes
    yield from _closed(reached, ends_at, times)


def _closed(begins_at: datetime, ends_at: datetime, times: OpenTimes) -> Iterator[_Piece]:
    """What is closed without an opening in it, cut at midnight where the reason changes."""
    whole: _Piece | None = None
    while begins_at < ends_at:
        day = times.date_of(begins_at)
        until = min(ends_at, times.instant_of(day + _DAY, 0))
        hours, named = times.day(day)
        is_break = any(_is_within(day - days * _DAY, begins_at, until, times) for days in (0, 1))
        why = "break" if is_break else OUT_OF_HOURS if hours else named
        if whole is not None and whole[3] == why:
            whole = (whole[0], until, False, why)
        else:
            if whole is not None:
                yield whole
            whole = (begins_at, until, False, why)
        begins_at = until
    if whole is not None:
        yield whole


def _is_within(day: date, begins_at: datetime, ends_at: datetime, times: OpenTimes) -> bool:
    """Whether that lies between the first opening and the last closing of one day."""
    hours = times.day(day)[0]
    if not hours:
        return False
    opens, closes = times.instant_of(day, hours[0][0]), times.instant_of(day, hours[-1][1])
    return opens < begins_at and ends_at < closes


def _by_days(begins_at: datetime, ends_at: datetime, count: int, times: OpenTimes) -> Iterator[_Piece]:
    """Day by day: the day of the start is not counted, nor is one without hours."""
    first = times.working_date_of(begins_at)
    done = 0
    while begins_at < ends_at:
        day = times.date_of(begins_at)
        until = min(ends_at, times.instant_of(day + _DAY, 0))
        hours, why = times.day(day)
        if day <= first:
            yield begins_at, until, False, "the day of the start"
        elif not hours:
            yield begins_at, until, False, why
        elif done < count:
            done += 1
            yield begins_at, until, True, f"business day {done}" + (f", {why}" if why else "")
        else:
            yield begins_at, until, False, OUT_OF_HOURS
        begins_at = until


def _cut_by(held: Sequence[Held], piece: _Piece) -> Iterator[_Piece]:
    begins, ends, is_counted, why = piece
    for held_from, held_until in held if is_counted else ():
        if held_until <= begins or held_from >= ends:
            continue
        if held_from > begins:
            yield begins, held_from, True, why
        begins = min(held_until, ends)
        yield max(held_from, piece[0]), begins, False, "on hold"
    if begins < ends:
        yield begins, ends, is_counted, why


def _span(piece: _Piece, times: OpenTimes) -> Span:
    begins, ends, is_counted, why = piece
    first, last = times.date_of(begins), times.date_of(ends)
    if begins == times.instant_of(first, 0) and ends == times.instant_of(last, 0) and first < last:
        last -= _DAY
        shown = day_words(first, first.year) if first == last else f"{_day(first)} to {_day(last)}"
    elif first == last:
        shown = f"{_day(first)} {_time(begins, times)} to {_time(ends, times)}"
    else:
        shown = f"{_day(first)} {_time(begins, times)} to {_day(last)} {_time(ends, times)}"
    counted = f", {duration.words(ends - begins)}" if is_counted else ""
    return Span(begins_at=begins, ends_at=ends, is_counted=is_counted, why=why, words=f"{shown}: {why}{counted}")


def _notes(begins_at: datetime, ends_at: datetime, times: OpenTimes) -> Iterator[str]:
    for change in times.clock.changes(int(begins_at.timestamp()), int(ends_at.timestamp())):
        way = "forward" if change.forward > 0 else "back"
        by = duration.words(timedelta(seconds=abs(change.forward)))
        shown = times.clock.local(change.at) - change.forward
        yield f"{_day(date.fromordinal(ordinal_of(shown)))} {_face(shown)}: the clocks go {way} by {by}"
    if not times.is_known(ends_at):
        until = times.hours.holidays_known_until
        yield f"holidays after {until} are not known: later days have the hours of their weekday"


def moment(at: datetime, times: OpenTimes) -> str:
    """`Fri 20 Nov 2026 16:30`, on the calendar's clock."""
    return f"{_day(times.date_of(at))} {times.date_of(at).year} {_time(at, times)}"


def opening_words(at: datetime, times: OpenTimes) -> str:
    """`opens Mon 23 Nov 09:00`, for whoever waits; empty where it is open. Raises OutOfReach."""
    if times.is_open(at):
        return ""
    opens = times.next_opening(at)
    return f"opens {_day(times.date_of(opens))} {_time(opens, times)}"


def day_words(day: date, year: int) -> str:
    """`Sat 28 Nov`, with its year where that is not this one."""
    return _day(day) + ("" if day.year == year else f" {day.year}")


def _day(day: date) -> str:
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def _time(at: datetime, times: OpenTimes) -> str:
    return _face(times.clock.local(int(at.timestamp())))


def _face(local: int) -> str:
    seconds = local % 86_400
    shown = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{shown}:{seconds % 60:02}" if seconds % 60 else shown
