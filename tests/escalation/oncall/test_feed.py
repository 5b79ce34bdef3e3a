"""iCalendar in and out: other systems' feeds count as they are, or are refused with a reason; nothing is guessed."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from escalation.oncall.duty import on_duty, shifts
from escalation.oncall.in_words import in_words
from escalation.oncall.read_rotas import RotaTexts, check_rotas
from escalation.oncall.to_ical import to_ical
from escalation.policy.finding import PolicyErrors
from tests.escalation.oncall.given import DIRECTORY, WEEKS, at, away, listed, rota

HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Sample//EN\n"
END = "END:VCALENDAR\n"
FEED = "zone: Europe/Berlin\nfeed: {file: team.ics, people: {ann: 'On call: One'}}"


def event(*lines: str, uid: str = "1") -> str:
    """An event of these lines."""
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT", ""])


def feed(*events: str) -> str:
    """A feed of these events."""
    return HEAD + "".join(events) + END


NIGHT = event(
    "SUMMARY:On call: One",
    "DTSTART;TZID=Europe/Berlin:20261024T090000",
    "DTEND;TZID=Europe/Berlin:20261025T090000",
)
BEN = event("SUMMARY:anything", "ATTENDEE:mailto:BEN@example.org", "DTSTART:20261123T090000Z", "DURATION:P1D", uid="2")


def test_events_are_shifts_of_those_whom_they_name() -> None:
    assert listed(rota(FEED, team=feed(NIGHT, BEN)), "2026-10-01T00:00", "2026-12-01T00:00") == [
        "10-24 07:00 - 10-25 08:00 ann",
        "11-23 09:00 - 11-24 09:00 ben",
    ]


@pytest.mark.parametrize(
    ("lines", "people"),
    [
        (["SUMMARY:cid"], ("cid",)),
        (["SUMMARY:sample three"], ("cid",)),
        (["SUMMARY:On call: One"], ("ann",)),
        (["SUMMARY:ben@example.org"], ("ben",)),
        (["SUMMARY:cid", "ATTENDEE:mailto:ann@example.org", "ATTENDEE:mailto:ben@example.org"], ("ann", "ben")),
        (
            ["SUMMARY:x", "ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.org", "ATTENDEE:mailto:ben@example.org"],
            ("ben",),
        ),
        (["SUMMARY:x", 'ATTENDEE;CN="Sample Four":mailto:elsewhere@example.org'], ("dee",)),
        (["SUMMARY:cid", "ATTENDEE:mailto:stranger@example.org"], ("cid",)),
    ],
)
def test_people_are_known_by_address_name_id_or_by_what_the_feed_calls_them(
    lines: list[str], people: tuple[str, ...]
) -> None:
    text = feed(event(*lines, "DTSTART:20261123T090000Z", "DTEND:20261124T090000Z"))
    assert on_duty(rota(FEED, team=text), at("2026-11-23T12:00")).people == people


def test_shifts_that_overlap_have_both_people() -> None:
    cid = event("SUMMARY:cid", "DTSTART:20261123T210000Z", "DTEND:20261124T120000Z", uid="3")
    assert listed(rota(FEED, team=feed(BEN, cid)), "2026-11-23T00:00", "2026-11-25T00:00") == [
        "11-23 09:00 - 11-23 21:00 ben",
        "11-23 21:00 - 11-24 09:00 ben cid",
        "11-24 09:00 - 11-24 12:00 cid",
    ]


SERIES = event(
    "SUMMARY:cid",
    "DTSTART;TZID=Europe/Berlin:20261018T090000",
    "DTEND;TZID=Europe/Berlin:20261019T090000",
    "RRULE:FREQ=WEEKLY",
    "EXDATE;TZID=Europe/Berlin:20261108T090000",
)
MOVED = event(
    "SUMMARY:dee",
    "RECURRENCE-ID;TZID=Europe/Berlin:20261101T090000",
    "DTSTART;TZID=Europe/Berlin:20261101T120000",
    "DTEND;TZID=Europe/Berlin:20261102T090000",
)
CANCELLED = event("SUMMARY:ann", "STATUS:CANCELLED", "DTSTART:20261018T070000Z", "DTEND:20261119T070000Z", uid="4")


def test_series_count_with_their_exceptions_and_moved_shifts() -> None:
    assert listed(rota(FEED, team=feed(SERIES, MOVED, CANCELLED)), "2026-10-18T00:00", "2026-11-16T00:00") == [
        "10-18 07:00 - 10-19 07:00 cid",
        "10-25 08:00 - 10-26 08:00 cid",
        "11-01 11:00 - 11-02 08:00 dee",
        "11-15 08:00 - 11-16 00:00 cid",
    ]


@pytest.mark.parametrize("hour", range(24))
def test_no_hour_of_a_shift_over_a_change_of_clocks_is_lost(hour: int) -> None:
    """The library that works out series finds nobody in the last hour of a shift over the autumn change."""
    weekend = event(
        "SUMMARY:cid", "DTSTART;TZID=Europe/Berlin:20261003T090000", "DTEND;TZID=Europe/Berlin:20261004T090000",
        "RRULE:FREQ=WEEKLY",
    )  # fmt: skip
    written = rota(FEED, team=feed(weekend))
    autumn = at(f"2026-10-24T{hour:02}:30+02:00") if hour >= 9 else at(f"2026-10-25T{hour:02}:30+01:00")
    assert on_duty(written, autumn).people == ("cid",)
    assert on_duty(written, at("2026-10-25T09:00+01:00")).people == ()


def test_a_feed_lies_below_all_layers_and_knows_absences() -> None:
    written = rota(
        FEED + '\nlayers: {x: {people: [dee], from: 2026-11-02, hours: [{opens: "12:00", closes: "13:00"}]}}',
        team=feed(BEN),
    )
    assert on_duty(written, at("2026-11-23T11:30")).people == ("dee",)
    assert on_duty(written, at("2026-11-23T12:30")).people == ("ben",)
    duty = on_duty(written, at("2026-11-23T12:30"), away(ben=("2026-11-23T00:00", "2026-11-25T00:00")))
    assert duty.people == ()
    assert "ben is absent until Wed 25 Nov 00:00:00 UTC; feed: nobody else is there" in in_words(written, duty)
    assert "ben" in written.everybody()


TIME = "; allowed: a time in UTC such as 20261123T090000Z, or with a TZID that is an IANA zone"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "<!DOCTYPE html><html>Sign in</html>",
            ("team.ics:1: '<!DOCTYPE html><html>Sign in</html>' is not iCalendar: that is its first line; "
             "allowed: iCalendar "
            "text: BEGIN:VCALENDAR to END:VCALENDAR"),
        ),
        ("", "team.ics:1: '' is not iCalendar: that is its first line"),
        (f"{HEAD}nonsense\n{END}", "team.ics:1: is not iCalendar: Content line could not be parsed"),
        (
            feed(NIGHT, BEN.replace("090000Z", "090000")),
            f"team.ics:10: VEVENT 2.DTSTART: '2026-11-23T09:00:00' is a floating time{TIME}",
        ),
        (
            feed(NIGHT.replace("Europe/Berlin", "Somewhere/Else")),
            (
                f"team.ics:4: VEVENT 1.DTSTART: '2026-10-24T09:00:00' is in zone 'Somewhere/Else', which nobody "
                f"knows{TIME}"
            ),
        ),
        (
            feed(BEN.replace("DTSTART:20261123T090000Z", "DTSTART;VALUE=DATE:20261123")),
            ("team.ics:4: VEVENT 2.DTSTART: '2026-11-23' is a whole day, which begins at another instant in every "
            f"zone{TIME}"),
        ),
        (
            feed(BEN.replace("P1D", "-PT1H")),
            ("team.ics:4: VEVENT 2.DTEND: '2026-11-23T09:00:00+00:00' is not after DTSTART, 2026-11-23T09:00:00+00:00; "
            "allowed: a later instant"),
        ),
        (feed(BEN.replace("DURATION:P1D\n", "DURATION:PT0S\n")), "is not after DTSTART"),
        (feed(BEN.replace("20261123T090000Z", "tomorrow")), "team.ics:4: VEVENT 2.DTSTART: cannot be read: Wrong"),
        (
            feed(event("SUMMARY:Who Ever", "DTSTART:20261123T090000Z", "DTEND:20261124T090000Z")),
            ("team.ics:4: VEVENT 1: 'Who Ever' names nobody of the directory; allowed: an attendee or summary "
             "that is an "
            "address, name or id of the directory, or stands in feed.people"),
        ),
        (feed(SERIES.replace("WEEKLY", "SOMETIMES")), "team.ics:4: VEVENT 1.RRULE: cannot be"),
    ],
    ids=["a web page", "nothing", "a bad line", "floating", "unknown zone", "a day", "ends first", "no length",
         "no time",
         "nobody", "no rule"],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(PolicyErrors) as caught:
        rota(FEED, team=text)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "file: team.ics",
            "rotas.duty.feed.file: 'team.ics' cannot be read; allowed: the name of a file that lies beside",
        ),
        ("file: ../team.ics", "rotas.duty.feed.file: '../team.ics' is not the name of a feed's file"),
    ],
)
def test_a_feed_that_is_not_there_is_refused(change: str, expected: str) -> None:
    with pytest.raises(PolicyErrors) as caught:
        rota(FEED.replace("file: team.ics", change))
    assert expected in str(caught.value)


PIECES = (
    "Z", "T", "99", ":", ";VALUE=DATE", "TZID=Nowhere/Else", "\x00", "é",
    "\nRRULE:FREQ=DAILY;COUNT=3\n", "\nRRULE:FREQ=DAILY;UNTIL=20261101T000000\n", "\nRDATE:20261102T000000Z\n",
    "\nEXDATE:20261102T000000\n", "\nRECURRENCE-ID:20261025T090000\n",
    "\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261025T080000Z\n",
    "\nSEQUENCE:x\n", "\nDTEND:20261026T090000Z\n", "\nSTATUS:CANCELLED\n", "\nEND:VEVENT\n", "\nBEGIN:VEVENT\n",
    "\nUID:9\n",
    "\nX-WR-TIMEZONE:Foo\n", "\nATTENDEE:\n",
)  # fmt: skip
ONE = "rotas: {duty: {zone: Europe/Berlin, feed: {file: team.ics, people: {ann: 'On call: One'}}}}"
WHOLE = feed(NIGHT, BEN, SERIES, MOVED, CANCELLED)
changes = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 6), st.sampled_from(PIECES))


@given(spoilt=st.lists(changes, min_size=1, max_size=3))
@example(spoilt=[(WHOLE.index("20261018T070000Z"), 6, "99")])
@example(spoilt=[(WHOLE.index("VERSION"), 1, "99")])
def test_a_feed_with_anything_in_it_is_used_or_refused_in_words(spoilt: list[tuple[int, int, str]]) -> None:
    """Never a failure of the library's own, neither when it is read nor when somebody is needed."""
    text = WHOLE
    for place, length, piece in spoilt:
        text = text[:place] + piece + text[place + length :]
    rotas, found = check_rotas(RotaTexts("rotas.yaml", ONE, {"team.ics": text}), DIRECTORY)
    if rotas is None:
        assert found
        assert all(finding.file == "team.ics" and finding.problem for finding in found)
    else:
        shifts(rotas.rotas[0], at("2026-10-01"), at("2026-12-15"))


def test_what_goes_out_comes_in_again_as_it_was() -> None:
    written = rota(f"{WEEKS}overrides: [{{from: 2026-11-25T00:00Z, until: 2026-11-26T00:00Z, add: [dee]}}]")
    span = (at("2026-11-02T09:00"), at("2026-12-14T09:00"))
    text = to_ical(written, shifts(written, *span), DIRECTORY, at("2026-11-22T12:00"))
    again = rota("zone: Europe/Dublin\nfeed: {file: team.ics}", team=text)
    assert [each[:3] for each in shifts(again, *span)] == [each[:3] for each in shifts(written, *span)]


def test_each_person_of_a_shift_has_an_event_with_name_address_and_a_lasting_uid() -> None:
    written = rota("zone: UTC\nlayers: {x: {people: [[ann, cid]], from: 2026-11-02}}")
    found = shifts(written, at("2026-11-02T09:00"), at("2026-11-09T09:00"))
    one, other = (
        Calendar.from_ical(to_ical(written, found, DIRECTORY, made_at))
        for made_at in (at("2026-11-01"), at("2026-11-02"))
    )
    ann, cid = one.events
    assert (str(ann["SUMMARY"]), str(ann["ATTENDEE"])) == ("Sample One", "mailto:ann@example.org")
    assert (ann.start, ann.end) == (datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 9, 9, tzinfo=UTC))
    assert "ATTENDEE" not in cid
    assert ann["UID"] != cid["UID"]
    assert [each["UID"] for each in one.events] == [each["UID"] for each in other.events]
