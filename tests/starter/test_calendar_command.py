"""`escalon calendar`: what ships, time counted in it and explained, and what cannot be used."""

from pathlib import Path

import pytest

from tests.starter.command_line import CommandLine

FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//sample//holidays//EN
BEGIN:VEVENT
UID:1@example.org
DTSTART;VALUE=DATE:20261207
DTEND;VALUE=DATE:20261209
RRULE:FREQ=YEARLY
SUMMARY:Sample house days
END:VEVENT
END:VCALENDAR
"""
FRIDAY = "2026-11-20T16:30Z"


@pytest.fixture
def calendars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of our own, in use."""
    file = tmp_path / "own.yaml"
    (tmp_path / "house.ics").write_text(FEED)
    file.write_text(
        "calendars:\n"
        "  desk:\n"
        "    zone: Europe/Dublin\n"
        "    hours: { mon-fri: 09:00-17:00 }\n"
        "    holidays: [{ file: house.ics }]\n"
    )
    monkeypatch.setenv("ESCALON_CALENDARS", str(file))
    return file


def test_what_ships_is_listed_and_can_be_used(escalon: CommandLine) -> None:
    ran = escalon("calendar", "show")
    assert (ran.code, ran.err) == (0, "")
    assert "sample-support" in ran.out
    for each in escalon("calendar", "show", "--json").json:
        assert each["title"].startswith("Sample ")
        assert escalon("calendar", "show", each["name"]).code == 0


def test_a_calendar_is_shown_with_its_week_and_the_days_of_a_year(escalon: CommandLine) -> None:
    ran = escalon("calendar", "show", "sample-support", "--year", "2026")
    assert ran.code == 0
    assert "Monday     09:00-12:30, 13:00-17:30" in ran.out
    assert "Fri 25 Dec  closed       Christmas Day" in ran.out
    assert "Thu 24 Dec  09:00-12:00  Christmas Eve" in ran.out
    assert "IE of holidays" in ran.out
    shown = escalon("calendar", "show", "sample-support", "--year", "2031", "--json").json
    assert {"on": "2031-12-25", "name": "Christmas Day", "hours": "closed"} in shown["days"]
    assert shown["hours"][0]["week"][6] == "closed"
    night = escalon("calendar", "show", "sample-night-desk").out
    assert "Sunday     22:00-02:00, 02:30-06:00, which ends the next morning" in night
    assert "from 2027-07-01" in escalon("calendar", "show", "sample-back-office").out


def test_a_limit_is_counted_and_explained(escalon: CommandLine, calendars: Path) -> None:
    ran = escalon("calendar", "add", "desk", "1 wh", "--from", FRIDAY)
    assert (ran.code, ran.err) == (0, "")
    assert "1 h of working time from Fri 20 Nov 2026 16:30 in desk is Mon 23 Nov 2026 09:30 (Europe/Dublin)" in ran.out
    for line in ("✓  Fri 20 Nov 16:30 to 17:00: working hours", "-  Sat 21 Nov to Sun 22 Nov: weekend"):
        assert line in ran.out
    told = escalon("calendar", "add", "desk", "1 wh", "--from", FRIDAY, "--json").json
    assert told["at"] == "2026-11-23T09:30:00Z"
    assert [span["is_counted"] for span in told["spans"]] == [True, False, False, False, True]


def test_holds_feeds_and_shapes_count(escalon: CommandLine, calendars: Path) -> None:
    held = f"{FRIDAY}/2026-11-20T16:45Z"
    told = escalon("calendar", "add", "desk", "1 wh", "--from", FRIDAY, "--hold", held, "--json").json
    assert told["at"] == "2026-11-23T09:45:00Z"
    assert "on hold" in {span["why"] for span in told["spans"]}
    told = escalon("calendar", "add", "desk", "3 bd, close of business", "--from", "2026-12-04T10:00Z", "--json").json
    assert told["at"] == "2026-12-11T17:00:00Z"
    assert "Sample house days" in {span["why"] for span in told["spans"]}


def test_a_change_of_the_clocks_and_unknown_holidays_are_said(escalon: CommandLine, calendars: Path) -> None:
    ran = escalon("calendar", "add", "desk", "2 wh", "--from", "2026-10-23T16:00+01:00")
    assert "Sun 25 Oct 02:00: the clocks go back by 1 h" in ran.err
    assert "Mon 26 Oct 2026 10:00" in ran.out
    (calendars.parent / "house.ics").write_text(FEED.replace("RRULE:FREQ=YEARLY\n", ""))
    ran = escalon("calendar", "add", "desk", "1 wh", "--from", "2028-11-20T10:00Z")
    assert ran.code == 0
    assert "holidays after 2026-12-31 are not known" in ran.err


def test_the_time_between_two_instants(escalon: CommandLine, calendars: Path) -> None:
    asked = ("calendar", "between", "desk", FRIDAY, "2026-11-23T10:00Z")
    assert "1 h 30 min of working time from Fri 20 Nov 2026 16:30 to Mon 23 Nov 2026 10:00" in escalon(*asked).out
    told = escalon(*asked, "--json").json
    assert (told["working_s"], told["begins_at"]) == (5400, "2026-11-20 16:30:00+00:00")


def test_what_opens_and_closes_next(escalon: CommandLine, calendars: Path) -> None:
    ran = escalon("calendar", "next", "desk", "--from", "2026-11-21T12:00Z")
    assert "desk is closed at Sat 21 Nov 2026 12:00: weekend" in ran.out
    assert ran.out.index("opens   Mon 23 Nov 2026 09:00") < ran.out.index("closes  Mon 23 Nov 2026 17:00")
    told = escalon("calendar", "next", "desk", "--from", "2026-11-20T12:00Z", "--json").json
    assert (told["is_open"], told["next_closing_at"]) == (True, "2026-11-20 17:00:00+00:00")
    ever = escalon("calendar", "next", "sample-around-the-clock", "--file", "policies/calendars.yaml")
    assert "closes  not before the end of" in ever.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "dsk"), "NAME: 'dsk' is not known; allowed: desk; did you mean 'desk'?"),
        (("add", "desk", "4 wd"), "LIMIT: '4 wd' is no limit; allowed: a duration such as 15 min"),
        (("add", "desk", "4 wh", "--from", "2026-11-20T10:00"), "--from: '2026-11-20T10:00' has no time zone"),
        (("add", "desk", "4 wh", "--hold", "today"), "--hold: 'today' is no hold; allowed: FROM/UNTIL"),
        (("add", "desk", "4 wh", "--hold", f"{FRIDAY}/{FRIDAY}"), "ends before it has begun"),
        (("between", "desk", FRIDAY, "2026-11-19T10:00Z"), "UNTIL: '2026-11-19T10:00Z' is before"),
        (("show", "--file", "nowhere.yaml"), "calendars: nowhere.yaml cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_call_says_what_is_allowed(
    arguments: tuple[str, ...], says: str, escalon: CommandLine, calendars: Path
) -> None:
    ran = escalon("calendar", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_what_is_beyond_the_years_is_refused_not_guessed(escalon: CommandLine, calendars: Path) -> None:
    ran = escalon("calendar", "add", "desk", "3660 bd", "--from", FRIDAY, "--json")
    assert ran.code == 1
    assert ran.json["error"]["code"] == "out_of_reach"
    assert "calendar desk, written out for 2025 to " in ran.json["error"]["why"]
    assert "not 3660 working days after 2026-11-20" in ran.json["error"]["why"]


def test_a_file_that_cannot_be_used_is_refused_with_every_line(escalon: CommandLine, calendars: Path) -> None:
    calendars.write_text(calendars.read_text().replace("Dublin", "Dubln").replace("09:00-17:00", "09:00-00:00"))
    ran = escalon("calendar", "add", "desk", "1 wh")
    assert (ran.code, ran.out) == (2, "")
    assert f"{calendars}:3: calendars.desk.zone: 'Europe/Dubln' is not a time zone" in ran.err
    assert f"{calendars}:4: calendars.desk.hours.mon-fri: '09:00-00:00' ends before it begins" in ran.err
