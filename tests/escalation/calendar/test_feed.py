"""Holidays from iCalendar text: whole days, repeated or not, and everything that is no such text."""

from datetime import date

import pytest

from escalation.calendar.feed import LARGEST, read_feed

HEAD, TAIL = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//sample//EN\r\n", "END:VCALENDAR\r\n"


def event(*lines: str, uid: str = "1@example.org", title: str = "Sample day") -> str:
    """One event."""
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT", ""))


def feed(*events: str) -> str:
    """A feed of these events."""
    return HEAD + "".join(events) + TAIL


def days(text: str) -> list[str]:
    """The days of 2026 and 2027."""
    return [f"{day} {name}" for day, name in read_feed(text, "house.ics", 2026, 2027).items()]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(("DTSTART;VALUE=DATE:20261207",), ["2026-12-07"], id="one-day"),
        pytest.param(("DTSTART;VALUE=DATE:20261207", "DTEND;VALUE=DATE:20261208"), ["2026-12-07"], id="with-an-end"),
        pytest.param(("DTSTART;VALUE=DATE:20261207", "DTEND;VALUE=DATE:20261207"), ["2026-12-07"], id="ends-that-day"),
        pytest.param(
            ("DTSTART;VALUE=DATE:20261230", "DTEND;VALUE=DATE:20270102"),
            ["2026-12-30", "2026-12-31", "2027-01-01"],
            id="several-days",
        ),
        pytest.param(("DTSTART;VALUE=DATE:20261230", "DURATION:P2D"), ["2026-12-30", "2026-12-31"], id="a-duration"),
        pytest.param(
            ("DTSTART;VALUE=DATE:20101207", "RRULE:FREQ=YEARLY"), ["2026-12-07", "2027-12-07"], id="every-year"
        ),
        pytest.param(
            ("DTSTART;VALUE=DATE:20251207", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20261207"),
            ["2027-12-07"],
            id="but-for-one",
        ),
        pytest.param(
            ("DTSTART;VALUE=DATE:20261102", "RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=2"),
            ["2026-11-02", "2026-12-07"],
            id="first-mondays",
        ),
        pytest.param(("DTSTART;VALUE=DATE:20261207", "STATUS:CANCELLED"), [], id="cancelled"),
        pytest.param(("DTSTART;VALUE=DATE:20151207",), [], id="long-over"),
    ],
)
def test_whole_days_are_holidays(lines: tuple[str, ...], found: list[str]) -> None:
    other = event("DTSTART;VALUE=DATE:20270606", uid="2@example.org", title="Other")
    expected = sorted([f"{day} Sample day" for day in found] + ["2027-06-06 Other"])
    assert days(feed(event(*lines), other)) == expected


def test_a_name_is_one_line_and_there_always_is_one() -> None:
    nameless = "BEGIN:VEVENT\r\nUID:3@example.org\r\nDTSTART;VALUE=DATE:20260606\r\nEND:VEVENT\r\n"
    long = event("DTSTART;VALUE=DATE:20260707", title="Saint\\nSample's  day")
    assert days(feed(nameless, long)) == ["2026-06-06 holiday", "2026-07-07 Saint Sample's day"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "house.ics is not iCalendar: it begins with ''", id="nothing"),
        pytest.param(
            "<html>Log in</html>", "house.ics is not iCalendar: it begins with '<html>Log in</html>'", id="html"
        ),
        pytest.param("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "house.ics", id="cut-off"),
        pytest.param(feed(), "house.ics has no event", id="no-event"),
        pytest.param(
            feed(event("DTSTART:20261207T090000")),
            "'Sample day': DTSTART 2026-12-07T09:00:00 is a time without a zone",
            id="floating",
        ),
        pytest.param(
            feed(event("DTSTART;TZID=Nowhere/At_All:20261207T090000")),
            "DTSTART 2026-12-07T09:00:00 is a time",
            id="unknown-zone",
        ),
        pytest.param(
            feed(event("DTSTART:20261207T090000Z")),
            "has a time of day: half a day off is written under days",
            id="a-time",
        ),
        pytest.param(
            feed(event("DTSTART;VALUE=DATE:20261207", "DTEND:20261208T090000Z")),
            "DTEND 2026-12-08",
            id="an-end-with-a-time",
        ),
        pytest.param(feed(event()), "'Sample day' has no DTSTART", id="no-start"),
        pytest.param(feed(event("DTSTART;VALUE=DATE:20261399")), "DTSTART", id="no-date"),
        pytest.param(
            feed(event("DTSTART;VALUE=DATE:20261207", "RRULE:FREQ=SECONDLY")),
            "'Sample day' repeats SECONDLY",
            id="too-often",
        ),
        pytest.param(
            feed(event("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20270601")),
            "lasts from 2026-01-01",
            id="too-long",
        ),
        pytest.param(
            feed(event("DTSTART;VALUE=DATE:20261207", "DTEND;VALUE=DATE:20261201")),
            "'Sample day' lasts from 2026-12-07 to 2026-12-01",
            id="ends-before-it-begins",
        ),
        pytest.param("BEGIN:VCALENDAR" + " " * LARGEST, "bytes; allowed: at most", id="too-large"),
    ],
)
def test_anything_else_is_refused_with_the_name_of_the_feed_and_the_event(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"house\.ics") as refused:
        read_feed(text, "house.ics", 2026, 2027)
    assert says in str(refused.value)


def test_a_feed_that_has_run_out_is_empty_and_no_error() -> None:
    assert read_feed(feed(event("DTSTART;VALUE=DATE:20151207")), "house.ics", 2026, 2027) == {}
    assert list(read_feed(feed(event("DTSTART;VALUE=DATE:20271231")), "house.ics", 2026, 2027)) == [date(2027, 12, 31)]
