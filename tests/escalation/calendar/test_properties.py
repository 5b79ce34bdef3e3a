"""What holds of the arithmetic whatever the calendar: add and measure undo each other, nothing goes backwards."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, reject
from hypothesis import strategies as st

from escalation.calendar.due import due_at
from escalation.calendar.explained import explain_due
from escalation.calendar.limit import Limit, read_limit
from escalation.calendar.materialise import materialise
from escalation.calendar.model import Calendar, Day, Version
from escalation.calendar.open_times import OpenTimes, OutOfReach
from escalation.calendar.working_hours import DAY, Hours, WorkingHours

ZONES = ("UTC", "Europe/Dublin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu")
BEGINS = datetime(2026, 1, 10, tzinfo=UTC)


@st.composite
def windows(draw: st.DrawFn) -> Hours:
    """The windows of one day, to the second, or none."""
    marks = sorted(draw(st.sets(st.integers(0, DAY), max_size=6)))
    return tuple(zip(marks[:-1:2], marks[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingHours:
    """Any week with a working Monday, some days of their own."""
    week = (((8 * 3600, 9 * 3600),), *draw(st.lists(windows(), min_size=6, max_size=6)))
    if draw(st.booleans()):  # nights
        begins, ends = draw(st.integers(DAY // 2, DAY - 1)), draw(st.integers(DAY + 1, DAY + DAY // 2 - 1))
        off = draw(st.sets(st.integers(1, 6)))
        week = tuple(() if day in off else ((begins, ends),) for day in range(7))
    named = draw(st.dictionaries(st.dates(BEGINS.date(), BEGINS.date() + timedelta(days=300)), windows(), max_size=5))
    calendar = Calendar(
        name="any",
        zone=draw(st.sampled_from(ZONES)),
        versions=(Version(week=week),),
        days=tuple(
            Day(year=day.year, month=day.month, day=day.day, hours=hours, name="special")
            for day, hours in named.items()
        ),
    )
    return materialise(calendar, 2025, 2030)


instants = st.integers(0, 270 * 86_400 * 1_000_000).map(lambda micros: BEGINS + timedelta(days=20, microseconds=micros))
lengths = st.timedeltas(timedelta(microseconds=1), timedelta(hours=60))
limits = st.one_of(
    st.builds(
        Limit, unit=st.sampled_from(["wall", "working"]), length=st.timedeltas(timedelta(0), timedelta(hours=90))
    ),
    st.builds(
        Limit,
        unit=st.sampled_from(["business_days", "calendar_days", "weeks", "months"]),
        count=st.integers(0, 12),
        shape=st.sampled_from(["instant", "close_of_business", "end_of_day"]),
        counted_from=st.sampled_from(["start", "opening"]),
    ),
)


@given(calendars(), instants, lengths, lengths)
def test_add_and_between_undo_each_other_and_add_up(
    hours: WorkingHours, at: datetime, one: timedelta, two: timedelta
) -> None:
    times = OpenTimes(hours)
    try:
        due, later = times.add(at, one), times.add(at, one + two)
        times.between(at, later)
    except OutOfReach:  # hardly ever open: it is later than what is written out
        reject()
    assert times.between(at, due) == one
    assert times.between(due, at) == -one
    assert times.add(due, two) == later
    assert times.between(times.add(due, -one), due) == one
    assert due - at >= one


@given(calendars(), instants, instants, lengths)
def test_nothing_goes_backwards(hours: WorkingHours, one: datetime, two: datetime, length: timedelta) -> None:
    times = OpenTimes(hours)
    first, last = sorted((one, two))
    try:
        sooner, later = times.add(first, length), times.add(last, length)
    except OutOfReach:
        reject()
    assert sooner <= later
    assert timedelta(0) <= times.between(first, last) <= last - first


@given(calendars(), instants)
def test_openings_and_closings_are_where_it_opens_and_closes(hours: WorkingHours, at: datetime) -> None:
    times, moment = OpenTimes(hours), timedelta(microseconds=1)
    opening, closing = times.next_opening(at), times.next_closing(at)
    assert at < opening
    assert at < closing
    assert (times.is_open(opening - moment), times.is_open(opening)) == (False, True)
    assert (times.is_open(closing - moment), times.is_open(closing)) == (True, False)
    assert times.is_open(at) == (closing < opening)
    assert times.when_open(at) == (at if times.is_open(at) else opening)
    assert times.between(at, opening) == (closing - at if times.is_open(at) else timedelta(0))


@given(calendars(), instants, limits, st.lists(st.tuples(instants, instants), max_size=3))
def test_a_hold_never_brings_a_deadline_forward_and_the_explanation_has_no_hole(
    hours: WorkingHours, at: datetime, limit: Limit, holds: list[tuple[datetime, datetime]]
) -> None:
    held = [(min(hold), max(hold)) for hold in holds]
    due = due_at(at, limit, hours, held)
    assert due >= due_at(at, limit, hours)
    told = explain_due(at, limit, hours, held)
    assert told.at == due
    reached = at
    for span in told.spans:
        assert (span.begins_at, span.begins_at < span.ends_at) == (reached, True)
        reached = span.ends_at
    assert reached == max(due, at)
    if limit.unit == "working":
        counted = sum((span.ends_at - span.begins_at for span in told.spans if span.is_counted), timedelta(0))
        assert counted == limit.length


@given(calendars(), instants, instants, limits)
def test_what_starts_later_is_never_due_earlier_and_nothing_is_due_before_it_starts(
    hours: WorkingHours, one: datetime, two: datetime, limit: Limit
) -> None:
    first, last = sorted((one, two))
    assert due_at(first, limit, hours) <= due_at(last, limit, hours)
    # The last second of a day is a deadline even for what begins within it.
    assert due_at(first, limit, hours) > first - timedelta(seconds=1)


@given(calendars())
def test_what_is_pinned_comes_back_from_its_json(hours: WorkingHours) -> None:
    assert WorkingHours.model_validate_json(hours.model_dump_json()) == hours


@given(limits)
def test_a_limit_is_read_back_from_its_words(limit: Limit) -> None:
    whole = (
        limit
        if limit.length is None
        else limit.model_copy(update={"length": timedelta(seconds=limit.length // timedelta(seconds=1) + 1)})
    )
    if whole.count == 0 and whole.shape == "instant":
        return
    assert read_limit(str(whole)) == whole
