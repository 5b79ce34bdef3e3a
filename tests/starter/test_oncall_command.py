"""`escalon oncall`: who is on duty, for people and for programs; gaps end with exit code 1."""

import shutil
from pathlib import Path

import pytest
from icalendar import Calendar

from client.settings import SHIPPED
from tests.starter.command_line import CommandLine

ROTAS = """
rotas:
  duty:
    title: Sample duty
    owner: sample-senior
    zone: Europe/Berlin
    layers:
      week: {people: [sample-primary, sample-secondary], from: 2026-11-02, until: 2026-12-14}
  office:
    zone: Europe/Berlin
    covers: [{opens: "09:00", closes: "17:00", days: [mon]}]
    layers:
      days: {people: [sample-cto], from: 2026-11-02, hours: [{opens: "09:00", closes: "17:00", days: [mon]}]}
"""
MONDAY = "2026-11-16T09:00+01:00"


@pytest.fixture(autouse=True)
def rotas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that ships, with rotas of one's own."""
    file = tmp_path / "rotas.yaml"
    file.write_text(ROTAS)
    (tmp_path / "people.yaml").write_text((SHIPPED / "people.yaml").read_text())
    monkeypatch.setenv("ESCALON_PEOPLE", str(tmp_path / "people.yaml"))
    monkeypatch.setenv("TZ", "UTC")
    return file


def test_who_is_on_duty_until_when_and_why(escalon: CommandLine) -> None:
    said = escalon("oncall", "now", "--at", MONDAY, "--json")
    assert said.code == 0
    duty, office = said.json
    assert duty == {
        "rota": "duty",
        "people": ["sample-primary"],
        "is_closed": False,
        "layer": "week",
        "why": "week: the turn of sample-primary from Mon 16 Nov 08:00:00 UTC until Mon 23 Nov 08:00:00 UTC",
        "until": "2026-11-23T08:00:00Z",
    }
    assert (office["people"], office["until"]) == (["sample-cto"], "2026-11-16T16:00:00Z")


def test_people_read_names_and_their_own_time(escalon: CommandLine) -> None:
    said = escalon("oncall", "now", "--at", "2026-11-17T09:00+01:00", "--as", "sample-primary")
    assert "Sample Primary On Call" in said.out
    assert "23 Nov 09:00 Berlin" in said.out
    that_day = escalon("oncall", "now", "--at", "2026-11-23T08:00+01:00", "--as", "sample-primary").out
    assert "09:00 Berlin" in that_day
    assert "23 Nov 09:00 Berlin" not in that_day
    assert "closed" in next(line for line in said.out.splitlines() if line.startswith("office"))


def test_the_next_hand_overs_end_with_nobody(escalon: CommandLine) -> None:
    said = escalon("oncall", "next", "duty", "--at", "2026-11-25T00:00Z", "--count", "5", "--json")
    assert [(each["at"], each["before"], each["people"]) for each in said.json] == [
        ("2026-11-30T08:00:00Z", ["sample-secondary"], ["sample-primary"]),
        ("2026-12-07T08:00:00Z", ["sample-primary"], ["sample-secondary"]),
        ("2026-12-14T08:00:00Z", ["sample-secondary"], []),
    ]
    assert "nobody" in escalon("oncall", "next", "duty", "--at", "2026-12-10T00:00Z").out
    said = escalon("oncall", "next", "duty", "--at", "2027-01-10T00:00Z")
    assert (said.code, said.out) == (0, "")
    assert "nobody hands over" in said.err


def test_gaps_end_with_exit_code_1_and_name_who_answers(escalon: CommandLine) -> None:
    said = escalon("oncall", "gaps", "duty", "--from", "2026-12-01T00:00Z")
    assert said.code == 1
    row = next(line for line in said.out.splitlines() if line.startswith("duty"))
    assert "14 Dec 08:00 UTC" in row
    assert "14 days 16 h" in row
    assert "Sample Senior Manager" in row
    assert "1 gap: nobody is on duty then" in said.err
    said = escalon("oncall", "gaps", "--from", "2026-12-01T00:00Z", "--json")
    assert said.code == 1
    assert [(each["rota"], each["from"], each["until"], each["owner"]) for each in said.json] == [
        ("duty", "2026-12-14T08:00:00Z", "2026-12-29T00:00:00Z", "sample-senior")
    ]


def test_without_gaps_it_is_0(escalon: CommandLine) -> None:
    said = escalon("oncall", "gaps", "--from", MONDAY, "--until", "2 weeks")
    assert (said.code, "✓ no gap in 2 rotas" in said.out) == (0, True)
    assert escalon("oncall", "gaps", "--from", MONDAY, "--until", "2 weeks", "--json").json == []


def test_who_is_absent_leaves_a_gap_where_nobody_is_next(escalon: CommandLine, rotas: Path) -> None:
    people = rotas.parent / "people.yaml"
    text = people.read_text()
    where = "role: cto_duty\n"
    people.write_text(text.replace(where, f"{where}    absences: [{{ from: 2026-11-16, until: 2026-11-16 }}]\n"))
    said = escalon("oncall", "gaps", "office", "--from", "2026-11-15T00:00Z", "--until", "1 week", "--json")
    assert said.code == 1
    (gap,) = said.json
    assert (gap["from"], gap["until"]) == ("2026-11-16T08:00:00Z", "2026-11-16T16:00:00Z")
    assert "sample-cto is absent" in gap["why"]


def test_a_rota_is_a_calendar(escalon: CommandLine) -> None:
    span = ("--from", "2026-11-18T00:00Z", "--until", "2 weeks")
    said = escalon("oncall", "ical", "duty", *span)
    assert said.code == 0
    events = Calendar.from_ical(said.out).events
    assert [(str(event["SUMMARY"]), event.start.isoformat()[:16]) for event in events] == [
        ("Sample Primary On Call", "2026-11-16T08:00"),  # the shift under way is whole
        ("Sample Secondary On Call", "2026-11-23T08:00"),
        ("Sample Primary On Call", "2026-11-30T08:00"),
    ]
    later = Calendar.from_ical(escalon("oncall", "ical", "duty", "--from", "2026-11-20T00:00Z").out).events
    assert later[0]["UID"] == events[0]["UID"]
    theirs = escalon("oncall", "ical", "duty", "--person", "sample-secondary", *span)
    assert [str(event["SUMMARY"]) for event in Calendar.from_ical(theirs.out).events] == ["Sample Secondary On Call"]


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("now dutty", "rota: 'dutty' is not known; allowed: duty, office; did you mean 'duty'?"),
        ("now --at 2026-11-16T09:00", "has no time zone"),
        ("now --as nobody-here", "--as: 'nobody-here' is not known"),
        ("next --count 0", "'--count'"),
        ("gaps --from yesterday", "--from: 'yesterday' is not an instant"),
        ("gaps --until soon", "--until: 'soon' is not an instant"),
        ("gaps --from 2026-11-16T09:00Z --until 2026-11-16T09:00Z", "is not after 2026-11-16T09:00:00+00:00"),
        ("gaps --from 2026-11-16T09:00Z --until 2036-11-16T09:00Z", "is too far ahead; allowed: at most 1830 days"),
        ("ical duty --person sample-primry", "did you mean 'sample-primary'?"),
        ("ical", "Missing argument 'ROTA'"),
    ],
)
def test_a_wrong_call_is_exit_code_2_and_says_what_is_allowed(escalon: CommandLine, call: str, why: str) -> None:
    said = escalon("oncall", *call.split())
    assert (said.code, why in said.err) == (2, True), said.err


def test_without_rotas_it_says_where_they_would_be(escalon: CommandLine, rotas: Path) -> None:
    rotas.unlink()
    said = escalon("oncall", "now")
    assert (said.code, f"there is no file {rotas}" in said.err) == (2, True)


def test_rotas_with_errors_are_said_line_by_line(escalon: CommandLine, rotas: Path) -> None:
    rotas.write_text(ROTAS.replace("[sample-cto]", "[sample-ct]"))
    said = escalon("oncall", "now")
    assert said.code == 2
    assert "rotas.yaml:13: rotas.office.layers.days.people[0][0]: 'sample-ct' is not in the directory" in said.err
    assert "did you mean 'sample-cto'?" in said.err


def test_the_file_that_a_setting_names_must_be_there(
    escalon: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESCALON_ROTAS", str(tmp_path / "none.yaml"))
    said = escalon("oncall", "now")
    assert (said.code, "ESCALON_ROTAS: there is no file" in said.err) == (2, True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what ships, to break."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "policies"))


def test_policy_check_warns_of_gaps_and_refuses_what_cannot_be(escalon: CommandLine, folder: Path) -> None:
    file = folder / "rotas.yaml"
    for given in (folder, file):
        said = escalon("policy", "check", str(given))
        assert (said.code, "rotas incident-duty, support-desk" in said.out) == (0, True)
    good = file.read_text()
    week = "        rotates: weekly\n        handoff"
    assert good.count(week) == 1
    file.write_text(good.replace(week, f"        until: 2026-02-02\n{week}"))
    for given in (folder, file):
        said = escalon("policy", "check", str(given))
        assert (said.code, f"{file}:5: warning: rotas.incident-duty: has" in said.out) == (0, True)
        assert "sample-incident-lead answers for it" in said.out
    file.write_text(good.replace("zone: Europe/Berlin", "zone: Berlin"))
    said = escalon("policy", "check", str(file), "--json")
    assert said.code == 1
    assert [(each["field"], each["value"]) for each in said.json["findings"]] == [
        ("rotas.incident-duty.zone", "Berlin")
    ]


def test_policy_check_finds_a_rota_that_is_told_and_not_there(escalon: CommandLine, folder: Path) -> None:
    policy = folder / "four-tier-support.yaml"
    text = policy.read_text()
    told = "tell: { roles: [front_line_agent] }"
    assert told in text
    policy.write_text(text.replace(told, "tell: { rotas: [suport-desk] }"))
    said = escalon("policy", "check", str(policy))
    assert said.code == 1
    assert "tell.rotas[0]: 'suport-desk' is not a rota; allowed: incident-duty, support-desk" in said.out
    assert "did you mean 'support-desk'?" in said.out
    policy.write_text(text.replace(told, "tell: { rotas: [support-desk] }"))
    assert escalon("policy", "check", str(folder)).code == 0
    (folder / "rotas.yaml").unlink()
    assert (
        "'support-desk' is not a rota; allowed: nothing: there is none" in escalon("policy", "check", str(folder)).out
    )
