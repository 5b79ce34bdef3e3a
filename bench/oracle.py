"""Working time by opening-hours-py, an independent library, beside ours: calendars and questions, answers of both.

It reads the opening hours of OpenStreetMap. What it cannot express, or answers otherwise by design, is not generated or
is left out, and counted: holidays of a night shift (it cuts them at midnight, for us they belong to the day on which
the shift begins), and hours that begin or end in the hour that comes twice (it takes the second, we the first) or that
begin in the hour that is left out and are no longer than it (for us they do not take place). Questions about an instant
in the hour that comes twice are left out, too: it takes them for the second.
"""

import random
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State

from escalation.calendar.materialise import materialise
from escalation.calendar.model import Calendar, Day, Version
from escalation.calendar.open_times import OpenTimes
from escalation.calendar.working_hours import DAY, Hours, WorkingHours, hours_words

ZONES = (
    "UTC", "Europe/Dublin", "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago",
    "America/Sao_Paulo", "America/St_Johns", "America/Nuuk", "America/Havana", "America/Santiago", "Africa/Cairo",
    "Africa/Casablanca", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Asia/Gaza", "Asia/Tehran", "Asia/Tokyo",
    "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
    "Antarctica/Troll",
)  # fmt: skip
FIRST, LAST = 2024, 2027
_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UTC = ZoneInfo("UTC")
"""It takes no other kind of zone than this."""
_AROUND = timedelta(days=2)


@dataclass(frozen=True)
class Question:
    """One question to both."""

    kind: str
    at: datetime
    length: timedelta
    """Of `add` the working time, of `between` the time until its end."""


@dataclass(frozen=True)
class Trial:
    """A calendar as each of the two knows it, with questions."""

    expression: str
    hours: WorkingHours
    oracle: OpeningHours
    doubtful: tuple[tuple[datetime, datetime], ...]
    """Days around a change of the clocks for which the two differ by design."""
    questions: tuple[Question, ...]


def trials(seed: int, calendars: int, questions: int) -> Iterator[Trial]:
    """Calendars, each with so many questions; the same for the same seed."""
    draw = random.Random(seed)
    for place in range(calendars):
        yield _trial(draw, ZONES[place % len(ZONES)], questions)


def _trial(draw: random.Random, zone: str, questions: int) -> Trial:
    is_night = draw.random() < 0.2
    week = tuple(_night(draw) if is_night else _day(draw) for _ in range(7))
    if is_night:  # no night may run into the next day's hours: the same every working day
        week = tuple(week[0] if each else () for each in week)
    if not any(week):
        week = (((9 * 3600, 17 * 3600),), *week[1:])
    special: tuple[Day, ...] = () if is_night else tuple(_special(draw))
    calendar = Calendar(name="trial", zone=zone, versions=(Version(week=week),), days=special)
    hours = materialise(calendar, FIRST, LAST)
    expression = "; ".join([*_rules(week), *(_rule_of(day) for day in special)])
    return Trial(
        expression=expression,
        hours=hours,
        oracle=OpeningHours(expression, timezone=ZoneInfo(zone)),
        doubtful=tuple(_doubtful(hours)),
        questions=tuple(_question(draw) for _ in range(questions)),
    )


def _day(draw: random.Random) -> Hours:
    if draw.random() < 0.25:
        return ()
    step = draw.choice((60, 300, 900, 1800))
    marks = sorted(draw.sample(range(0, DAY + 1, step), 2 * draw.choice((1, 1, 1, 2, 3))))
    if draw.random() < 0.5:  # as most desks: within the day
        marks = sorted(draw.sample(range(7 * 3600, 20 * 3600, step), len(marks)))
    return tuple((begins, ends) for begins, ends in zip(marks[::2], marks[1::2], strict=True))


def _night(draw: random.Random) -> Hours:
    begins = draw.randrange(17 * 3600, 24 * 3600, 900)
    return ((begins, DAY + draw.randrange(900, 9 * 3600, 900)),) if draw.random() < 0.8 else ()


def _special(draw: random.Random) -> Iterator[Day]:
    for ordinal in draw.sample(range(date(FIRST, 1, 1).toordinal(), date(LAST, 12, 31).toordinal()), 40):
        day = date.fromordinal(ordinal)
        hours = () if draw.random() < 0.7 else _day(draw)
        yield Day(year=day.year, month=day.month, day=day.day, hours=hours, name="special")


def _question(draw: random.Random) -> Question:
    span = timedelta(days=800)
    at = datetime(FIRST, 2, 1, tzinfo=UTC) + timedelta(seconds=draw.randrange(int(span.total_seconds())))
    kind = draw.choice(("add", "add", "add", "between", "between", "is_open", "next_opening", "next_closing"))
    length = timedelta(seconds=draw.choice((draw.randrange(1, 36_000), draw.randrange(1, 400_000))))
    return Question(kind, at, length * 4 if kind == "between" else length)


def _rules(week: tuple[Hours, ...]) -> list[str]:
    """One rule for all days with the same hours: a later rule would end the night before its day."""
    days: dict[Hours, list[str]] = {}
    for name, hours in zip(_NAMES, week, strict=True):
        if hours:
            days.setdefault(hours, []).append(name)
    return [f"{','.join(names)} {hours_words(hours).replace(', ', ',')}" for hours, names in days.items()]


def _rule_of(day: Day) -> str:
    hours = hours_words(day.hours).replace(", ", ",") if day.hours else "off"
    return f"{day.year} {_MONTHS[day.month - 1]} {day.day:02} {hours}"


def _doubtful(hours: WorkingHours) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(hours.zone)
    bounds = {(begins, ends) for table in hours.timetables for each in table.week for begins, ends in each} | {
        window for _, _, each in hours.days for window in each
    }
    for since, _ in hours.offsets[1:]:
        change = datetime.fromtimestamp(since, tz=UTC)
        # The local dates before, of and after the change, on whatever side of midnight it is.
        days = [(change.astimezone(zone) + timedelta(days=days)).date() for days in (-2, -1, 0, 1)]
        if any(_is_doubtful(day, window, zone) for day in days for window in bounds):
            yield change - _AROUND, change + _AROUND


def _is_doubtful(day: date, window: tuple[int, int], zone: ZoneInfo) -> bool:
    begins, ends = (datetime.combine(day, datetime.min.time()) + timedelta(seconds=mark) for mark in window)
    if _comes_twice(begins, zone) or _comes_twice(ends, zone):
        return True
    left_out = _ahead(begins, zone, 1) - _ahead(begins, zone, 0)
    return left_out > timedelta(0) and ends - begins <= left_out


def _comes_twice(local: datetime, zone: ZoneInfo) -> bool:
    return _ahead(local, zone, 0) > _ahead(local, zone, 1)


def _ahead(local: datetime, zone: ZoneInfo, fold: int) -> timedelta:
    offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None
    return offset


def ours(times: OpenTimes, question: Question) -> object:
    """Our answer: an instant, a duration or a truth."""
    match question.kind:
        case "add":
            return times.add(question.at, question.length)
        case "between":
            return times.between(question.at, question.at + question.length)
        case "next_opening":
            return times.next_opening(question.at)
        case "next_closing":
            return times.next_closing(question.at)
        case _:
            return times.is_open(question.at)


def theirs(oracle: OpeningHours, question: Question) -> object:
    """The library's."""
    at, left = question.at.astimezone(_UTC), question.length
    match question.kind:
        case "is_open":
            return oracle.is_open(at)
        case "between":
            spans = _open(oracle, at, at + left)
            return sum((ends - begins for begins, ends in spans), timedelta(0))
        case "next_opening":
            return next(begins for begins, _ in _joined(_open(oracle, at, None)) if begins > at)
        case "next_closing":
            return next(ends for _, ends in _joined(_open(oracle, at, None)) if ends > at)
        case _:
            for begins, ends in _open(oracle, at, None):
                if left <= ends - begins:
                    return begins + left
                left -= ends - begins
            raise AssertionError("it never opens again")


def _open(oracle: OpeningHours, begins_at: datetime, ends_at: datetime | None) -> Iterator[tuple[datetime, datetime]]:
    for begins, ends, state, _ in oracle.intervals(begins_at, ends_at):
        if state == State.OPEN:
            yield begins.astimezone(UTC), ends.astimezone(UTC)


def _joined(spans: Iterator[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Without what is nothing, and with what touches in one."""
    whole: tuple[datetime, datetime] | None = None
    for begins, ends in spans:
        if whole is not None and begins <= whole[1]:
            whole = whole[0], max(whole[1], ends)
            continue
        if whole is not None and whole[0] < whole[1]:
            yield whole
        whole = begins, ends
    if whole is not None:
        yield whole


def is_doubtful(trial: Trial, question: Question, answer: object) -> bool:
    """Whether the two may differ by design between the question's instant and the end of its answer."""
    until = answer if isinstance(answer, datetime) else question.at + question.length
    zone = ZoneInfo(trial.hours.zone)
    if any(_comes_twice(at.astimezone(zone).replace(tzinfo=None), zone) for at in (question.at, until)):
        return True
    place = bisect_right([begins for begins, _ in trial.doubtful], until) - 1
    return place >= 0 and trial.doubtful[place][1] >= question.at


@dataclass(frozen=True)
class Agreement:
    """How many questions were asked, and what came of them."""

    asked: int
    left_out: int
    differing: tuple[str, ...]
    ours_s: float
    theirs_s: float
    """CPU seconds that each took for the questions that both answered."""

    @property
    def compared(self) -> int:
        """Questions that both answered."""
        return self.asked - self.left_out


def compare(seed: int, calendars: int, questions: int, say: Callable[[str], None] = lambda _: None) -> Agreement:
    """Ask both the same; each is asked in one go for each calendar, its windows not yet written out."""
    asked = left_out = 0
    spent = [0.0, 0.0]
    differing: list[str] = []
    for done, trial in enumerate(trials(seed, calendars, questions)):
        if done % 50 == 0:
            say(f"{asked} questions to each")
        asked += len(trial.questions)
        before = OpenTimes(trial.hours)
        answers = [ours(before, question) for question in trial.questions]
        pairs = [
            (question, answer)
            for question, answer in zip(trial.questions, answers, strict=True)
            if not is_doubtful(trial, question, answer)
        ]
        left_out += len(trial.questions) - len(pairs)
        begun = time.process_time()
        times = OpenTimes(trial.hours)
        first = [ours(times, question) for question, _ in pairs]
        spent[0] += time.process_time() - begun
        begun = time.process_time()
        second = [theirs(trial.oracle, question) for question, _ in pairs]
        spent[1] += time.process_time() - begun
        differing += [
            f"{trial.hours.zone} {trial.expression}: {question}: {mine} and {its}"
            for (question, _), mine, its in zip(pairs, first, second, strict=True)
            if mine != its
        ]
    return Agreement(asked, left_out, tuple(differing), *spent)
