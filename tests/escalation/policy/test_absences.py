"""Who is away or gone, who is asked in their place, and what may not be written about it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.issue.effects import FindResponders
from escalation.issue.identity import IssueId
from escalation.issue.responders import find_in
from escalation.policy.absence import Absence
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.finding import PolicyError, PolicyErrors
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory

MONDAY = datetime(2026, 12, 21, 9, tzinfo=UTC)
AWAY = "absences: [{ from: 2026-12-21, until: 2026-12-24 }]"


def people(**more: str) -> str:
    """Ann to Eve, agents of team main, each with these further fields; Lee is the duty lead."""
    rows = [
        f"  {name}: {{name: Sample, role: agent, teams: [main], addresses: {{email: {name}@example.org}}"
        + (f", {more[name]}}}" if name in more else "}")
        for name in ("ann", "ben", "cid", "dot", "eve")
    ]
    lead = f"  lee: {{name: Sample, role: lead, addresses: {{email: lee@example.org}}{', ' if 'lee' in more else ''}"
    return "\n".join(
        ["operator: lee", "teams: {main: {duty_lead: lee}}", "people:", *rows, lead + more.get("lee", "") + "}"]
    )


def directory(**more: str) -> Directory:
    """The same, read."""
    return read_directory(people(**more), "people.yaml")


def refused(**more: str) -> tuple[PolicyError, ...]:
    """What is wrong with it."""
    with pytest.raises(PolicyErrors) as errors:
        directory(**more)
    return errors.value.errors


def there(found: Directory, at: datetime, *ids: str, never: tuple[str, ...] = ()) -> tuple[list[str], tuple[str, ...]]:
    """Who is asked of these, and the words."""
    present = found.present([found.person(each) for each in ids], at, never)
    return [person.id for person in present.people], present.words


class TestWhen:
    @pytest.mark.parametrize(
        ("at", "is_absent"),
        [
            ("2026-12-20T22:59:59+00:00", False),
            ("2026-12-20T23:00:00+00:00", True),
            ("2026-12-24T22:59:59+00:00", True),
            ("2026-12-24T23:00:00+00:00", False),
        ],
    )
    def test_days_are_whole_days_of_the_persons_zone(self, at: str, is_absent: bool) -> None:
        ann = directory(ann=f"zone: Europe/Berlin, {AWAY}").person("ann")
        assert ann.is_absent(datetime.fromisoformat(at)) is is_absent

    @pytest.mark.parametrize(
        ("at", "is_absent"),
        [("07:59:59", False), ("08:00:00", True), ("11:29:59", True), ("11:30:00", False)],
    )
    def test_instants_are_exact(self, at: str, is_absent: bool) -> None:
        away = "absences: [{ from: '2026-12-21T09:00+01:00', until: 2026-12-21T11:30Z }]"
        ann = directory(ann=away).person("ann")
        assert ann.is_absent(datetime.fromisoformat(f"2026-12-21T{at}+00:00")) is is_absent

    def test_without_an_end_it_is_until_further_notice(self) -> None:
        ann = directory(ann="absences: [{ from: 2026-12-21 }]").person("ann")
        assert ann.is_absent(MONDAY + timedelta(days=3650))
        assert not ann.is_absent(MONDAY - timedelta(days=1))
        assert ann.whereabouts(MONDAY) == "is away until further notice"

    def test_a_last_day_is_worked(self) -> None:
        ann = directory(ann="zone: Europe/Berlin, left_at: 2026-12-21").person("ann")
        gone_at = datetime(2026, 12, 21, 23, tzinfo=UTC)
        assert not ann.is_gone(gone_at - timedelta(seconds=1))
        assert ann.is_gone(gone_at)
        assert ann.whereabouts(gone_at) == "has left"

    def test_an_instant_of_leaving_is_exact(self) -> None:
        ann = directory(ann="left_at: 2026-12-21T09:00Z").person("ann")
        assert not ann.is_gone(MONDAY - timedelta(seconds=1))
        assert ann.is_gone(MONDAY)
        assert not ann.is_present(MONDAY)
        assert not ann.is_absent(MONDAY)

    def test_a_day_without_midnight_begins_with_its_first_instant(self) -> None:
        # Beirut, 2026-03-29: the clock goes from 00:00 to 01:00.
        ann = directory(ann="zone: Asia/Beirut, absences: [{ from: 2026-03-29, until: 2026-03-29 }]").person("ann")
        begins_at = datetime(2026, 3, 28, 22, tzinfo=UTC)
        assert [ann.is_absent(begins_at + timedelta(seconds=each)) for each in (-1, 0)] == [False, True]
        assert [ann.is_absent(begins_at + timedelta(hours=23, seconds=each)) for each in (-1, 0)] == [True, False]

    @given(
        day=st.dates(date(1990, 1, 1), date(2037, 12, 30)),
        days=st.integers(0, 400),
        zone=st.sampled_from(
            ["UTC", "Europe/Dublin", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe"]
        ),
        seconds=st.integers(-3 * 86400, 410 * 86400),
    )
    def test_whoever_is_away_for_days_is_away_exactly_while_their_calendar_shows_them(
        self, day: date, days: int, zone: str, seconds: int
    ) -> None:
        until = day + timedelta(days=days)
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)
        shown = at.astimezone(ZoneInfo(zone)).date()
        assert Absence(begins=day, until=until).covers(at, zone) is (day <= shown <= until)


class TestInTheirPlace:
    def test_who_is_there_is_asked(self) -> None:
        assert there(directory(), MONDAY, "ann", "ben") == (["ann", "ben"], ())

    def test_the_deputy_of_who_is_away(self) -> None:
        ids, words = there(directory(ann=f"deputy: cid, {AWAY}"), MONDAY, "ann", "ben")
        assert ids == ["cid", "ben"]
        assert words == ("ann is away until Fri 25 Dec 00:00:00 UTC: cid is asked in their place",)

    def test_the_deputy_of_this_absence_before_the_standing_one(self) -> None:
        found = directory(ann="deputy: cid, absences: [{ from: 2026-12-21, until: 2026-12-24, deputy: dot }]")
        assert there(found, MONDAY, "ann")[0] == ["dot"]

    def test_only_while_they_are_away(self) -> None:
        found = directory(ann=f"deputy: cid, {AWAY}")
        assert there(found, MONDAY + timedelta(days=5), "ann") == (["ann"], ())

    def test_the_deputys_deputy_where_both_are_away(self) -> None:
        found = directory(ann=f"deputy: cid, {AWAY}", cid=f"deputy: dot, {AWAY}")
        assert there(found, MONDAY, "ann")[0] == ["dot"]

    def test_the_deputy_of_who_has_left(self) -> None:
        ids, words = there(directory(ann="deputy: cid, left_at: 2026-11-30"), MONDAY, "ann")
        assert (ids, words) == (["cid"], ("ann has left: cid is asked in their place",))

    def test_without_a_deputy_they_are_left_out(self) -> None:
        ids, words = there(directory(ann=AWAY), MONDAY, "ann", "ben")
        assert ids == ["ben"]
        assert words == ("ann is away until Fri 25 Dec 00:00:00 UTC: nobody is there in their place",)

    def test_with_a_deputy_who_is_away_too_they_are_left_out(self) -> None:
        found = directory(ann=f"deputy: cid, {AWAY}", cid=AWAY)
        assert there(found, MONDAY, "ann")[0] == []

    def test_nobody_is_asked_twice(self) -> None:
        found = directory(ann=f"deputy: ben, {AWAY}", cid=f"deputy: ben, {AWAY}")
        ids, words = there(found, MONDAY, "ann", "ben", "cid")
        assert ids == ["ben"]
        assert [each.partition(": ")[2] for each in words] == ["ben, who stands in, is asked anyway"] * 2

    def test_never_one_whom_the_issue_is_about_nor_whom_they_would_send(self) -> None:
        found = directory(ann=f"deputy: cid, {AWAY}", cid="deputy: dot")
        assert there(found, MONDAY, "ann", never=("cid",))[0] == []
        away = directory(ann=f"deputy: cid, {AWAY}", cid=f"deputy: dot, {AWAY}")
        assert there(away, MONDAY, "ann", never=("cid",))[0] == []

    def test_where_it_goes_round_it_ends(self) -> None:
        """Such a directory is refused when it is read; one that is made otherwise must not hang a page."""
        away = (Absence(begins=date(2026, 12, 21)),)
        ann, ben = (
            Person(id=each, name="Sample", role="agent", addresses={}, deputy=other, absences=away)
            for each, other in (("ann", "ben"), ("ben", "ann"))
        )
        found = Directory(operator="ann", people=(ann, ben), teams=(Team(name="main", duty_lead="ann"),))
        assert found.present([ann, ben], MONDAY).people == ()

    def test_who_cannot_be_reached_is_replaced_by_those_who_are_there(self) -> None:
        found = directory(ann="deputy: ben", ben=f"deputy: cid, {AWAY}", lee=AWAY)
        assert [each.id for each, _ in found.in_place_of("ann", "main", MONDAY)] == ["cid"]
        assert [each.id for each, _ in found.in_place_of("ann", "main")] == ["ben", "cid", "lee"]

    @given(
        away=st.lists(st.booleans(), min_size=5, max_size=5),
        deputies=st.lists(
            st.one_of(st.none(), st.sampled_from(["ann", "ben", "cid", "dot", "eve"])), min_size=5, max_size=5
        ),
        never=st.sets(st.sampled_from(["ann", "ben", "cid", "dot", "eve"])),
    )
    def test_whatever_the_deputies_only_who_is_there_is_asked_once_and_nobody_is_lost(
        self, away: list[bool], deputies: list[str | None], never: set[str]
    ) -> None:
        ids = ["ann", "ben", "cid", "dot", "eve"]
        everybody = tuple(
            Person(
                id=each,
                name="Sample",
                role="agent",
                addresses={},
                deputy=deputy,
                absences=(Absence(begins=date(2026, 12, 21)),) if is_away else (),
            )
            for each, is_away, deputy in zip(ids, away, deputies, strict=True)
        )
        found = Directory(operator="ann", people=everybody, teams=())
        wanted = [person for person in everybody if person.id not in never]
        present = found.present(wanted, MONDAY, never)
        told = [person.id for person in present.people]
        assert len(told) == len(set(told))
        assert not never & set(told)
        assert all(person.is_present(MONDAY) for person in present.people)
        assert {person.id for person in wanted if person.is_present(MONDAY)} <= set(told)
        assert len(present.words) == sum(not person.is_present(MONDAY) for person in wanted)


class TestLookUp:
    @staticmethod
    def find(**changed: Any) -> FindResponders:
        """Who is told of an issue of team main, whose tier begins on Monday."""
        given: dict[str, Any] = {
            "key": "k", "issue": IssueId(source="desk", reference="REF-1"), "issue_kind": "support", "severity": "S1",
            "turn": 3, "policy": "p", "tier": "t", "tell": Tell(roles=("agent",)), "about": (), "at": MONDAY, **changed,
        }  # fmt: skip
        return FindResponders(**given)

    def test_the_deputy_is_asked_and_the_reasoning_says_so(self) -> None:
        found = find_in(directory(ann=f"deputy: lee, {AWAY}", ben=AWAY), self.find(), {"email"})
        assert [person.id for person in found.people] == ["lee", "cid", "dot", "eve"]
        assert found.why == (
            "agent in team main, or anywhere where it has none"
            "; ann is away until Fri 25 Dec 00:00:00 UTC: lee is asked in their place"
            "; ben is away until Fri 25 Dec 00:00:00 UTC: nobody is there in their place"
        )

    def test_why_somebody_is_away_is_not_put_on_record(self) -> None:
        found = find_in(directory(ann="absences: [{ from: 2026-12-21, why: surgery }]"), self.find(), {"email"})
        assert "ann is away" in found.why
        assert "surgery" not in found.model_dump_json()

    def test_where_everybody_is_away_nobody_is_found(self) -> None:
        found = find_in(directory(ann=AWAY), self.find(tell=Tell(people=("ann",))), {"email"})
        assert found.people == ()
        assert found.why.startswith("nobody found: those named by the policy; ann is away")

    def test_an_errand_of_an_earlier_release_asks_as_it_did(self) -> None:
        found = find_in(directory(ann=f"deputy: lee, {AWAY}"), self.find(at=None), {"email"})
        assert [person.id for person in found.people] == ["ann", "ben", "cid", "dot", "eve"]

    def test_a_house_on_holiday_is_said_in_short(self) -> None:
        rows = [
            f"  p{n}: {{name: Sample, role: agent, teams: [main], addresses: {{email: p{n}@example.org}}, {AWAY}}}"
            for n in range(12)
        ]
        text = "\n".join(["operator: p0", "teams: {main: {duty_lead: p0}}", "people:", *rows])
        found = find_in(read_directory(text, "people.yaml"), self.find(), {"email"})
        assert found.why.count(" is away until ") == 10
        assert found.why.endswith("; and 2 more are not there")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("absences: [{ from: 2026-12-21, until: 2026-12-20 }]", "[0].until: '2026-12-20' is before the absence begins"),
        ("absences: [{ from: 2026-12-21T10:00Z, until: 2026-12-21T10:00Z }]", "is before the absence begins"),
        ("absences: [{ from: 2026-12-21T10:00 }]", "absences[0].from: '2026-12-21T10:00' has no offset"),
        ("absences: [{ from: 2026-02-30 }]", "absences[0].from: '2026-02-30' is not a day"),
        ("absences: [{ from: tomorrow }]", "absences[0].from: 'tomorrow' is neither a day nor an instant"),
        ("absences: [{ from: [1] }]", "absences[0].from: 'a list' is not a single value"),
        ("absences: [{ from: 0001-01-01 }]", "absences[0].from: '0001-01-01' is out of range"),
        ("absences: [{ from: 2026-12-21, until: 9999-12-31 }]", "absences[0].until: '9999-12-31' is out of range"),
        ("absences: [{ until: 2026-12-21 }]", "absences[0].from: is missing"),
        ("absences: [{ begins: 2026-12-21, from: 2026-12-21 }]", "absences[0].begins: 'begins' is not a field"),
        ("absences: { from: 2026-12-21 }", "absences: 'a mapping' is not a list"),
        ("absences: [{ from: 2026-12-21, deputy: ann }]", "absences[0].deputy: 'ann' is this person"),
        ("absences: [{ from: 2026-12-21, deputy: bem }]", "absences[0].deputy: 'bem' is not in people"),
        ("absences: [{ from: 2026-12-21 }, { from: 2027-12-21 }]", "[1].from: '2027-12-21' lies within absences[0]"),
        (
            "absences: [{ from: 2026-12-24, until: 2026-12-28 }, { from: 2026-12-21, until: 2026-12-24 }]",
            "absences[0].from: '2026-12-24' lies within absences[1], 2026-12-21 to 2026-12-24",
        ),
        ("left_at: soon", "left_at: 'soon' is neither a day nor an instant"),
        ("left_at: 9999-12-31", "left_at: '9999-12-31' is out of range"),
        ("manager: ann", "manager: 'ann' is this person"),
        ("manager: bem", "manager: 'bem' is not in people"),
        ("skills: [two words]", "skills[0]: 'two words' is not a skill"),
        ("languages: [english please]", "languages[0]: 'english please' is not a language"),
        ("zone: Mars/Base, absences: [{ from: 2026-12-21 }]", "zone: 'Mars/Base' is not a time zone"),
        ("department: ''", "department: '' is empty"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(more: str, says: str) -> None:
    (error,) = refused(ann=more)
    assert says in str(error)
    assert error.field.startswith("people.ann.")
    assert error.line == 4


def test_absences_one_after_the_other_are_fit() -> None:
    away = "absences: [{ from: 2026-12-25, until: 2026-12-28 }, { from: 2026-12-21, until: 2026-12-24 }]"
    assert len(directory(ann=away).person("ann").absences) == 2


def test_a_short_absence_within_a_long_one_is_found_past_another() -> None:
    away = (
        "absences: [{ from: 2026-12-01, until: 2026-12-31 }, { from: 2026-12-02, until: 2026-12-02 },"
        " { from: 2026-12-30, until: 2026-12-30 }]"
    )
    assert [error.field for error in refused(ann=away)] == [
        "people.ann.absences[1].from",
        "people.ann.absences[2].from",
    ]


def test_managers_who_report_to_each_other_are_named_once() -> None:
    (error,) = refused(dot="manager: ann", ann="manager: ben", ben="manager: cid", cid="manager: ann")
    assert "people.ann.manager: 'ben' goes round: ann to ben to cid to ann" in str(error)
    assert error.line == 4


def test_two_who_stand_in_for_each_other_while_both_are_away_are_found() -> None:
    (error,) = refused(
        ann="absences: [{ from: 2026-12-21, until: 2026-12-28, deputy: ben }]",
        ben="absences: [{ from: 2026-12-24, until: 2026-12-30, deputy: ann }]",
    )
    assert "people.ben.absences[0].deputy: 'ann' goes round while all of them are away: ben to ann to ben" in str(error)
    assert error.line == 5


def test_two_who_stand_in_for_each_other_in_turn_are_fit() -> None:
    found = directory(
        ann="absences: [{ from: 2026-12-21, until: 2026-12-23, deputy: ben }]",
        ben="absences: [{ from: 2026-12-24, until: 2026-12-30, deputy: ann }]",
    )
    assert there(found, MONDAY, "ann", "ben")[0] == ["ben"]
    assert there(found, MONDAY + timedelta(days=4), "ann", "ben")[0] == ["ann"]


def test_what_is_read_survives_as_json() -> None:
    found = directory(ann="absences: [{ from: 2026-12-21, until: 2026-12-24T12:00Z }], left_at: 2027-01-31")
    again = Directory.model_validate_json(found.model_dump_json())
    assert again == found
    assert again.person("ann").absences[0].begins == date(2026, 12, 21)
    assert again.person("ann").absences[0].until == datetime(2026, 12, 24, 12, tzinfo=UTC)
