"""Over every zone and change of clocks: one turn at a time, no hole, no overlap, and the hand-over keeps its time."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as st

from escalation.oncall.away import Away
from escalation.oncall.clock_face import instant_of, shown_at, zone_of
from escalation.oncall.duty import duties, next_handoffs, on_duty
from escalation.oncall.rota import DAYS, Hours, Layer, Rota
from escalation.oncall.turns import Rotation, Span, turns_of, windows_of

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("posix/", "right/")))
PEOPLE = ("ann", "ben", "cid", "dee")
Rotates = Literal["hourly", "daily", "weekly", "monthly"]
LONGEST_JUMP = timedelta(hours=24)


def face(text: str) -> datetime:
    """What a clock shows, without a zone."""
    return datetime.fromisoformat(text)


zones = st.sampled_from(ZONES)
dates = st.dates(date(1995, 1, 1), date(2037, 6, 1))
times = st.times().map(lambda each: each.replace(second=0, microsecond=0))
instants = st.datetimes(face("1995-02-01T00:00"), face("2037-12-01T00:00"), timezones=st.just(UTC))
windows = st.builds(
    Hours, opens=times, closes=times, days=st.lists(st.sampled_from(DAYS), unique=True, max_size=7).map(tuple)
)
groups = st.lists(
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True).map(tuple), min_size=1, max_size=5
)
layers = st.builds(
    Layer,
    name=st.just("x"),
    people=groups.map(tuple),
    rotates=st.sampled_from(["hourly", "daily", "weekly", "monthly"]),
    every=st.integers(1, 30),
    handoff=times,
    begins=dates,
    hours=st.lists(windows, max_size=2).map(tuple),
)


@given(zone=zones, shown=st.datetimes(face("1995-01-01T00:00"), face("2037-12-01T00:00")))
@example(zone="Europe/Dublin", shown=face("2026-03-29T01:30"))  # never shown
@example(zone="Australia/Lord_Howe", shown=face("2026-10-04T02:10"))  # half an hour left out
@example(zone="Pacific/Apia", shown=face("2011-12-30T12:00"))  # a whole day left out
@example(zone="America/Chicago", shown=face("2020-11-01T01:30"))  # shown twice
def test_the_clock_shows_it_then_for_the_first_time_or_jumps_over_it_then(zone: str, shown: datetime) -> None:
    at, place = instant_of(shown, zone_of(zone)), zone_of(zone)
    if shown_at(at, place) == shown:
        assert at.astimezone(place).fold == 0, "its first showing"
        return
    before = shown_at(at - timedelta(seconds=1), place)
    assert before < shown.replace(microsecond=0) <= shown_at(at, place), "the hands jump over it"


@given(zone=zones, one=st.datetimes(face("1995-01-01T00:00"), face("2037-01-01T00:00")), ahead=st.integers(0, 200_000))
def test_what_is_later_on_the_face_is_never_earlier_in_time(zone: str, one: datetime, ahead: int) -> None:
    assert instant_of(one, zone_of(zone)) <= instant_of(one + timedelta(seconds=ahead), zone_of(zone))


@given(layer=layers, zone=zones, number=st.integers(0, 500))
def test_a_hand_over_keeps_its_time_of_day(layer: Layer, zone: str, number: int) -> None:
    place = zone_of(zone)
    shown = shown_at(Rotation(layer, place).handoff(number), place)
    if layer.rotates == "hourly":
        wanted = datetime.combine(layer.begins, layer.handoff) + timedelta(hours=number * layer.every)
        assert shown == wanted or is_left_out(wanted, place)
    else:
        assert shown.time() == layer.handoff or is_left_out(datetime.combine(shown.date(), layer.handoff), place)
    if layer.rotates == "weekly" and shown.time() == layer.handoff:
        assert shown.weekday() == layer.begins.weekday()


def is_left_out(wanted: datetime, place: ZoneInfo) -> bool:
    """Whether the clock never shows this: the day is right, or the one after where a whole day was left out."""
    at = wanted.replace(tzinfo=place).astimezone(UTC)
    return shown_at(at, place) != wanted or shown_at(at - LONGEST_JUMP, place) == wanted - LONGEST_JUMP * 2


@given(layer=layers, zone=zones, at=instants)
def test_the_turn_of_an_instant_is_the_one_around_it(layer: Layer, zone: str, at: datetime) -> None:
    """Against stepping through the turns on both sides, which is what is never done otherwise."""
    rotation = Rotation(layer, zone_of(zone))
    number = rotation.number_at(at)
    assert rotation.handoff(number) <= at < rotation.handoff(number + 1)


@given(layer=layers, zone=zones, from_at=instants, days=st.integers(1, 40))
def test_every_instant_is_in_at_most_one_turn_of_a_layer(layer: Layer, zone: str, from_at: datetime, days: int) -> None:
    if layer.rotates == "hourly":
        days = min(days, 4)
    until_at = from_at + timedelta(days=days)
    found = turns_of(layer, zone, from_at, until_at)
    assert all(turn.begins_at < turn.ends_at for turn in found)
    assert all(one.ends_at <= other.begins_at for one, other in pairwise(found))
    if not layer.hours and from_at >= Rotation(layer, zone_of(zone)).handoff(0):
        assert all(one.ends_at == other.begins_at for one, other in pairwise(found)), "they tile"
        assert found[0].begins_at <= from_at < until_at <= found[-1].ends_at


@given(hours=windows, zone=zones, at=instants)
def test_hours_are_those_that_the_clock_shows(hours: Hours, zone: str, at: datetime) -> None:
    """Away from changes of clocks, against reading the face."""
    place = zone_of(zone)
    around = {(at + timedelta(hours=ahead)).astimezone(place).utcoffset() for ahead in range(-49, 50, 7)}
    if len(around) > 1:
        return
    shown = shown_at(at, place)
    clock, today, yesterday = shown.time(), DAYS[shown.weekday()], DAYS[shown.weekday() - 1]
    days = hours.days or DAYS
    if hours.closes > hours.opens:
        is_open = today in days and hours.opens <= clock < hours.closes
    else:
        is_open = (today in days and clock >= hours.opens) or (yesterday in days and clock < hours.closes)
    found = windows_of([hours], place, at, at + timedelta(microseconds=1))
    assert any(window.begins_at <= at < window.ends_at for window in found) is is_open


rotas = st.builds(
    Rota,
    name=st.just("duty"),
    zone=zones,
    layers=st.lists(layers, min_size=1, max_size=3).map(tuple),
    covers=st.lists(windows, max_size=1).map(tuple),
    when_absent=st.sampled_from(["next", "gap"]),
)


@st.composite
def absences(draw: st.DrawFn, from_at: datetime) -> Away:
    """Some people away for some hours around that instant."""
    spans: dict[str, tuple[Span, ...]] = {}
    for person in draw(st.lists(st.sampled_from(PEOPLE), unique=True)):
        begins = from_at + timedelta(hours=draw(st.integers(-30, 60)))
        spans[person] = (Span(begins, begins + timedelta(hours=draw(st.integers(1, 90)))),)
    return Away(spans)


@given(rota=rotas, from_at=instants, data=st.data())
@settings(max_examples=60)
def test_sweeping_and_asking_for_an_instant_agree(rota: Rota, from_at: datetime, data: st.DataObject) -> None:
    until_at, away = from_at + timedelta(days=3), data.draw(absences(from_at))
    found = list(duties(rota, from_at, until_at, away))
    assert (found[0].begins_at, found[-1].ends_at) == (from_at, until_at)
    assert all(one.ends_at == other.begins_at for one, other in pairwise(found))
    for at in data.draw(st.lists(st.integers(0, 3 * 86400 - 1), max_size=10)):
        instant = from_at + timedelta(seconds=at)
        (swept,) = [each for each in found if each.begins_at <= instant < each.ends_at]
        asked = on_duty(rota, instant, away)
        assert (asked.people, asked.is_closed) == (swept.people, swept.is_closed)
        assert all(away.is_there(person, instant) for person in asked.people)


@given(rota=rotas, at=instants, data=st.data())
@settings(max_examples=30)
def test_the_next_hand_over_is_the_first_change(rota: Rota, at: datetime, data: st.DataObject) -> None:
    found = next_handoffs(rota, at, 1)
    before = on_duty(rota, at).people
    until_at = min(found[0].at if found else at + timedelta(days=4), at + timedelta(days=4))
    seconds = int((until_at - at).total_seconds())
    for ahead in data.draw(st.lists(st.integers(0, max(seconds - 1, 0)), max_size=5)):
        assert on_duty(rota, at + timedelta(seconds=ahead)).people == before
    if found:
        assert on_duty(rota, found[0].at).people == found[0].after.people != before


def test_far_ahead_and_among_very_many_is_as_quick() -> None:
    """No stepping from the beginning: hand-overs looked at are counted, as time depends on the machine."""
    layer = Layer(
        name="x", people=tuple((f"p{number}",) for number in range(100_000)), rotates="hourly", begins=date(2000, 1, 1)
    )
    rotation, seen = Rotation(layer, zone_of("Europe/Dublin")), []
    handoff = rotation.handoff

    def counted(number: int) -> datetime:
        seen.append(number)
        return handoff(number)

    rotation.handoff = counted  # type: ignore[method-assign]
    rotation.number_at(datetime(2099, 7, 1, 12, tzinfo=UTC))
    assert len(seen) <= 4
    at = datetime(2099, 7, 1, 12, tzinfo=UTC)
    hours = (at - datetime(2000, 1, 1, 9, tzinfo=UTC)) // timedelta(hours=1) + 1  # one more on the face: it is summer
    rota = Rota(name="duty", zone="Europe/Dublin", layers=(layer,))
    assert on_duty(rota, at).people == (f"p{hours % 100_000}",)
