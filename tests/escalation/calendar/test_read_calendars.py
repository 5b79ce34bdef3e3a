"""Calendars in YAML: what can be said, and every mistake at its line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.calendar.read_calendars import ReadCalendar, check_calendars, read_calendars
from escalation.policy.finding import PolicyErrors
from tests.escalation.calendar.test_feed import event, feed
from tests.escalation.policy.sample import POLICIES

WHOLE = """calendars:
  desk:
    title: Sample desk
    zone: Europe/Dublin
    hours:
      mon-thu: 09:00-17:30
      fri: 09:00-12:00, 13:00-15:00
    breaks:
      mon-thu: 12:30-13:00
    holidays:
      - country: IE
      - { country: DE, subdivision: BY }
      - file: house.ics
      - { on: 2026-12-28, name: Company day }
      - { on: 02-29, name: Leap day }
    without: [2026-10-26, Epiphany, 05-01]
    days:
      12-24: { hours: 09:00-12:00, name: Christmas Eve }
      2026-12-25: { hours: 10:00-11:00, name: Service at Christmas }
    valid_from: 2026-01-05
    valid_until: 2029-12-31
    changes:
      - valid_from: 2027-07-01
        hours: { daily: 00:00-24:00 }
"""
HOUSE = feed(event("DTSTART;VALUE=DATE:20261207", "RRULE:FREQ=YEARLY", title="House day"))


def read(text: str) -> dict[str, ReadCalendar]:
    """For 2026 to 2030, with one feed beside."""
    return read_calendars(text, "calendars.yaml", {"house.ics": HOUSE}, 2026, 2030)


def findings(text: str) -> list[str]:
    """Everything that is found."""
    return [str(each) for each in check_calendars(text, "calendars.yaml", {"house.ics": HOUSE}, 2026, 2030)[1]]


def test_everything_that_can_be_said() -> None:
    hours = read(WHOLE)["desk"].hours
    days = {day: (why, windows) for day, why, windows in hours.days}
    first, later = hours.timetables
    assert first.week[0] == ((32_400, 45_000), (46_800, 63_000))
    assert first.week[4] == ((32_400, 43_200), (46_800, 54_000))
    assert first.week[6] == ()
    assert (first.valid_from, first.valid_until) == (date(2026, 1, 5), date(2027, 6, 30))
    assert (later.valid_from, later.valid_until) == (date(2027, 7, 1), date(2029, 12, 31))
    assert later.week == (((0, 86_400),),) * 7
    assert days[date(2026, 3, 17)] == ("Saint Patrick's Day", ())
    assert days[date(2026, 6, 4)] == ("Corpus Christi", ())
    assert days[date(2026, 12, 7)] == ("House day", ())
    assert days[date(2026, 12, 28)] == ("Company day", ())
    assert days[date(2028, 2, 29)] == ("Leap day", ())
    assert hours.holidays_known_until is None
    assert [source.partition(" of ")[0] for source in hours.sources] == ["house.ics: 5 days", "IE", "DE-BY"]


def test_holidays_that_are_worked_and_days_of_their_own() -> None:
    hours = read(WHOLE)["desk"].hours
    days = {day: (why, windows) for day, why, windows in hours.days}
    assert {date(2026, 10, 26), date(2027, 1, 6), date(2026, 5, 1), date(2027, 5, 1)}.isdisjoint(days)
    assert date(2027, 10, 25) in days, "without its year is the one year"
    assert days[date(2026, 12, 25)] == ("Service at Christmas", ((36_000, 39_600),)), "a dated day beats a holiday"
    assert days[date(2027, 12, 25)] == ("Christmas Day", ())
    assert days[date(2026, 12, 24)] == ("Christmas Eve", ((32_400, 43_200),))
    yearly = read(WHOLE.replace("      12-24:", "      12-25:"))["desk"].hours
    assert (date(2027, 12, 25), "Christmas Day", ()) in yearly.days, "one of every year never opens a holiday"
    closed = read(WHOLE.replace("{ daily: 00:00-24:00 }", "{ mon-thu: 09:00-17:30 }"))["desk"].hours
    assert date(2027, 12, 24) not in {day for day, _, _ in closed.days}, "24 Dec 2027 is a Friday, closed since July"


def test_what_ships_is_fit_for_use_and_plainly_a_sample() -> None:
    text = (POLICIES / "calendars.yaml").read_text(encoding="utf-8")
    found, errors = check_calendars(text, "calendars.yaml", {}, 2025, 2036)
    assert errors == ()
    assert len(found) > 2
    assert all(name.startswith("sample-") and each.hours.title.startswith("Sample") for name, each in found.items())


def change(before: str, after: str) -> str:
    """The text with one place changed."""
    assert before in WHOLE
    return WHOLE.replace(before, after, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            change("Europe/Dublin", "Europe/Dubln"),
            "4: calendars.desk.zone: 'Europe/Dubln' is not a time zone; allowed: an IANA time zone such as",
            id="zone",
        ),
        pytest.param(
            change("09:00-17:30", "09:00-00:00"),
            "6: calendars.desk.hours.mon-thu: '09:00-00:00' ends before it begins: the end of a day is 24:00",
            id="ends-at-0",
        ),
        pytest.param(
            change("09:00-17:30", "09:00-09:00"),
            "6: calendars.desk.hours.mon-thu: '09:00-09:00' ends where it begins",
            id="is-nothing",
        ),
        pytest.param(
            change("09:00-17:30", "9 to 5"),
            "6: calendars.desk.hours.mon-thu: '9 to 5' is not hours; allowed: windows such as 09:00-17:30",
            id="no-hours",
        ),
        pytest.param(
            change("09:00-17:30", "09:00-24:30"),
            "'09:00-24:30' is beyond the day: 24:00 is its end",
            id="beyond-the-day",
        ),
        pytest.param(
            change("13:00-15:00", "11:00-15:00"),
            "7: calendars.desk.hours.fri: '09:00-12:00, 11:00-15:00' the window that begins at 11:00 overlaps that",
            id="overlap",
        ),
        pytest.param(
            change("13:00-15:00", "22:00-06:00\n      sat: 05:00-09:00"),
            "calendars.desk.hours.sat: 05:00 overlaps the night of fri, which ends at 06:00",
            id="overlaps-the-night",
        ),
        pytest.param(
            change("      fri:", "      thu: 10:00-11:00\n      fri:"),
            "7: calendars.desk.hours.thu: gives thu again: mon-thu has it already; allowed: each day once",
            id="a-day-twice",
        ),
        pytest.param(
            change("mon-thu: 09", "mon-thur: 09"),
            "6: calendars.desk.hours.mon-thur: 'mon-thur' is not a day; allowed: mon, tue",
            id="no-day",
        ),
        pytest.param(
            change("mon-thu: 12", "mon-sun: 12"),
            "8: calendars.desk.breaks: '12:30-13:00' is a break on sat, which has no hours",
            id="a-break-on-a-closed-day",
        ),
        pytest.param(
            change("country: IE", "country: IX"),
            "11: calendars.desk.holidays[0].country: 'IX' is not known; allowed: a code of two letters",
            id="country",
        ),
        pytest.param(
            change("subdivision: BY", "subdivision: BAY"),
            "12: calendars.desk.holidays[1].subdivision: 'BAY' is not in DE; allowed: BB, BE, BW, BY",
            id="subdivision",
        ),
        pytest.param(
            change("country: DE, ", ""),
            "12: calendars.desk.holidays[1]: has none of country, file and on; allowed: one of the three",
            id="no-source",
        ),
        pytest.param(
            change("country: DE", "on: 12-01"),
            "12: calendars.desk.holidays[1].subdivision: 'BY' has no country",
            id="a-part-of-nothing",
        ),
        pytest.param(
            change("file: house.ics", "file: hose.ics"),
            "13: calendars.desk.holidays[2].file: 'hose.ics' is not beside this file; allowed: house.ics; did you",
            id="no-file",
        ),
        pytest.param(
            change("on: 2026-12-28", "on: 2026-12-32"),
            "14: calendars.desk.holidays[3].on: '2026-12-32' is no date of the calendar",
            id="no-date",
        ),
        pytest.param(
            change("on: 2026-12-28", "on: 28.12."),
            "14: calendars.desk.holidays[3].on: '28.12.' is not a date; allowed: a date such as 2026-12-24, or",
            id="another-date",
        ),
        pytest.param(change(", name: Company day", ""), "14: calendars.desk.holidays[3]: has no name", id="no-name"),
        pytest.param(
            change("on: 02-29", "on: 2026-12-28"),
            "10: calendars.desk.holidays: 2026-12-28 is there twice",
            id="a-holiday-twice",
        ),
        pytest.param(
            change("Epiphany", "Epifany"),
            "16: calendars.desk.without[1]: 'Epifany' is no holiday in 2026 to 2030; allowed: the date or the name",
            id="no-holiday",
        ),
        pytest.param(
            change("2026-10-26", "2026-10-27"), "without[0]: '2026-10-27' is no holiday", id="no-holiday-date"
        ),
        pytest.param(
            change("hours: 10:00-11:00", "hours: 10"),
            "19: calendars.desk.days.2026-12-25.hours:",
            id="day-without-hours",
        ),
        pytest.param(
            change("valid_from: 2026-01-05", "valid_from: January"),
            "20: calendars.desk.valid_from: 'January' is not a date",
            id="no-first-date",
        ),
        pytest.param(
            change("valid_until: 2029-12-31", "valid_until: 2027-01-01"),
            "21: calendars.desk.valid_until: 2027-01-01 is before 2027-07-01",
            id="ends-too-early",
        ),
        pytest.param(
            change("valid_from: 2027-07-01", "valid_from: 2026-01-01"),
            "22: calendars.desk.changes: not in order of their dates",
            id="changes-in-disorder",
        ),
        pytest.param(
            change("    title:", "    titel:"),
            "3: calendars.desk.titel: 'titel' is not a field; allowed: title, zone",
            id="no-field",
        ),
        pytest.param(
            "calendars:\n  never:\n    zone: UTC\n    hours: { mon: closed }\n",
            "4: calendars.never.hours: never open",
            id="never-open",
        ),
        pytest.param(
            "calendars:\n  never:\n    zone: UTC\n    hours: { mon: 09:00-10:00 }\n    breaks: { mon: 08:00-11:00 }\n",
            "4: calendars.never.hours: never open",
            id="all-break",
        ),
        pytest.param(
            "calendars:\n  past:\n    zone: UTC\n    hours: { mon: 09:00-10:00 }\n    valid_until: 2020-01-01\n",
            "4: calendars.past.hours: never open in 2026 to 2030",
            id="long-over",
        ),
        pytest.param("calendars: {}\n", "1: calendars: is empty; allowed: at least one calendar", id="no-calendar"),
        pytest.param("", "is empty", id="nothing"),
        pytest.param(
            "calendars:\n  desk: { zone: UTC }\n", "2: calendars.desk.hours: is missing", id="no-hours-at-all"
        ),
    ],
)
def test_a_mistake_is_found_at_its_line(text: str, says: str) -> None:
    found = findings(text)
    assert any(says in each for each in found), found
    assert all(each.startswith("calendars.yaml") for each in found)
    with pytest.raises(PolicyErrors):
        read(text)


def test_a_feed_that_cannot_be_used_is_said_at_its_line() -> None:
    floating = feed(event("DTSTART:20261207T090000"))
    found = check_calendars(WHOLE, "calendars.yaml", {"house.ics": floating}, 2026, 2030)[1]
    assert [each.line for each in found] == [13]
    assert "house.ics: 'Sample day': DTSTART 2026-12-07T09:00:00 is a time without a zone (floating)" in str(found[0])


def test_a_feed_that_runs_out_is_a_warning_and_the_calendar_says_until_when() -> None:
    once = feed(event("DTSTART;VALUE=DATE:20261207"))
    found, said = check_calendars(WHOLE, "calendars.yaml", {"house.ics": once}, 2026, 2030)
    assert found["desk"].hours.holidays_known_until == date(2026, 12, 31)
    (warning,) = said
    assert (warning.level, warning.line) == ("warning", 10)
    assert "are known until 2026-12-31 alone" in str(warning)


def test_one_bad_calendar_does_not_hide_another() -> None:
    other = WHOLE + "  other:\n    zone: Mars/Base\n    hours: { mon: 09:00-10:00 }\n"
    found, said = check_calendars(other, "calendars.yaml", {"house.ics": HOUSE}, 2026, 2030)
    assert (list(found), len(said)) == (["desk"], 1)


@given(st.text(max_size=60), st.sampled_from(["zone", "hours", "holidays", "without", "days", "changes", "breaks"]))
def test_junk_ends_in_findings_never_in_a_crash(junk: str, field: str) -> None:
    check_calendars(f"calendars:\n  a:\n    {field}: {junk}\n", "calendars.yaml", {}, 2026, 2027)
    quoted = junk.replace("\\", "").replace('"', "").replace("\n", " ")
    whole = f'calendars:\n  a:\n    zone: UTC\n    hours: {{ mon: "{quoted}" }}\n    without: ["{quoted}"]\n'
    check_calendars(whole, "calendars.yaml", {}, 2026, 2027)
