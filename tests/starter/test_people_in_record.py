"""`escalon people` with the directory in the record: taken in, changed, refused, told, erased."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from client.settings import SHIPPED, Settings
from escalation.policy.read_directory import read_directory
from records.database import Database
from records.people_changes import Alteration, write
from records.people_pages import PeopleNow, head
from starter import people_changing
from starter.failure import NotDone
from starter.installation import check_installed, check_people
from starter.noticing import Noticing
from tests.starter.command_line import CommandLine, Ran
from tests.starter.office import Escalon, Office, an_office

AGENT, LEAD = "sample-agent-1", "sample-lead-1"
SHIPPED_PEOPLE = SHIPPED / "people.yaml"


@pytest.fixture
def stored(escalon: CommandLine, record: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An installation whose directory is in the record: the shipped people."""
    monkeypatch.setenv("ESCALON_PEOPLE_IN", "store")
    monkeypatch.setenv("ESCALON_AS", "sample-operator")
    ran = escalon("people", "import", str(SHIPPED_PEOPLE), "--format", "yaml", "--store", "--why", "moved in")
    assert (ran.code, ran.err) == (0, "")
    assert "13 added, 0 changed, 0 removed" in ran.out
    return record


def now() -> datetime:
    """The instant."""
    return datetime.now(UTC)


def lines(ran: Ran, code: int = 2) -> str:
    """What was said against it."""
    assert (ran.code, ran.out) == (code, "")
    return ran.err


def test_it_reads_as_the_file_did(escalon: CommandLine, stored: Database) -> None:
    assert PeopleNow(stored).current().held() == read_directory(SHIPPED_PEOPLE.read_text(), "people.yaml")
    assert "13 people, 0 of them away, 0 gone" in escalon("people", "show").out
    assert escalon("people", "check").code == 0
    checked = escalon("policy", "check", "--json").json
    assert checked["is_fit"]
    assert "the directory in the record" in checked["checked"]
    assert escalon("oncall", "now", "--json").code == 0


def test_a_check_says_which_directory_it_took(
    escalon: CommandLine, stored: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_people = tmp_path / "beside"
    shutil.copytree(SHIPPED, with_people, ignore=shutil.ignore_patterns("samples"))
    alone = tmp_path / "alone" / "four-tier-support.yaml"
    alone.parent.mkdir()
    shutil.copy(SHIPPED / alone.name, alone)
    shutil.copy(SHIPPED / "rotas.yaml", alone.parent)
    in_use = "the directory in the record is in use (ESCALON_PEOPLE_IN=store)"
    escalon("people", "set", AGENT, "--field", "role=clerk", "--why", "moved")
    by_the_record = escalon("policy", "check", str(SHIPPED / alone.name), "--json").json
    assert by_the_record["directory"] == "the directory in the record", "the file beside it is not in use"
    assert escalon("policy", "check", str(alone), "--json").json["directory"] == "the directory in the record"
    ran = escalon("policy", "check", str(with_people))
    assert (ran.code, f"{in_use}: without a path, that" in " ".join(ran.err.split())) == (0, True), ran.err
    assert str(with_people / "people.yaml") in "".join(ran.out.split("\n"))
    ran = escalon("people", "check", str(with_people / "people.yaml"))
    assert (ran.code, f"{in_use}: without a file, that" in " ".join(ran.err.split())) == (0, True), ran.err
    assert "in use" not in escalon("people", "check").err
    monkeypatch.delenv("ESCALON_PEOPLE_IN")
    assert "in use" not in escalon("people", "check", str(with_people / "people.yaml")).err


def test_one_person_is_changed_and_the_change_is_told(escalon: CommandLine, stored: Database) -> None:
    ran = escalon("people", "set", AGENT, "--field", "zone=Europe/Paris", "--field", "addresses.sms=+33155550100",
                  "--field", "limit.EUR=700", "--field", "teams=[main]", "--why", "moved", "--json").json  # fmt: skip
    assert (ran["change"], ran["is_made"], [each["field"] for each in ran["changes"][0]["fields"]]) == (
        2, True, ["teams", "limit", "zone", "address.sms"],
    )  # fmt: skip
    (shown,) = [each for each in escalon("people", "show", "--json").json if each["id"] == AGENT]
    assert (shown["zone"], shown["teams"], shown["addresses"]["sms"]) == ("Europe/Paris", ["main"], "+33155550100")
    (latest,) = escalon("people", "history", AGENT, "--count", "1", "--json").json
    assert (latest["number"], latest["by"], latest["door"], latest["why"]) == (2, "sample-operator", "cli", "moved")
    same = escalon("people", "set", AGENT, "--field", "zone=Europe/Paris", "--json").json
    assert (same["is_made"], same["changes"]) == (False, [])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (("set", AGENT, "--field", "zone=Europe/Dubln"), f"people.{AGENT}.zone: 'Europe/Dubln' is not"),
        (("set", AGENT, "--field", "addresses.sms=123"), "sms: '123' is not an address of sms; allowed: a phone"),
        (("set", LEAD, "--field", f"manager={LEAD}"), "manager: 'sample-lead-1' is this"),
        (("set", "sample-lead-2", "--field", f"deputy={LEAD}"), "goes round: sample-lead-"),
        (("set", LEAD, "--field", "deputy=sample-ctp"), "did you mean 'sample-cto'?"),
        (("set", AGENT, "--field", "teams=[far]"), "teams[0]: 'far' is not in teams; allowed: main, support, platform"),
        (("set", AGENT, "--field", "colour=red"), "'colour' is not a field; allowed: name, role"),
        (("set", AGENT, "--field", "addresses.email=sample-agent-2@example.org"), "is sample-agent-2's already"),
        (("set", "nobody", "--field", "zone=UTC"), "person: 'nobody' is not known"),
        (("set", AGENT, "--new", "--field", "role=team_lead"), "there is a 'sample-agent-1' already"),
        (("absent", AGENT, "--until", "2026-01-01"), "absences[0].until: '2026-01-01' is before the absence begins"),
        (("leave", LEAD), "teams.main.duty_lead: 'sample-lead-1' has left; allowed: somebody who stays"),
        (("remove", LEAD), "'sample-lead-1' is not in people"),
        (("leave", "sample-operator"), "operator: 'sample-operator' has left"),
        (("team", "main", "--remove"), "teams[0]: 'main' is not in teams"),
        (("operator", "nobody"), "operator: 'nobody' is not in people"),
    ],
)  # fmt: skip
def test_what_would_make_it_unfit_is_refused(
    escalon: CommandLine, stored: Database, call: tuple[str, ...], says: str
) -> None:
    assert says in lines(escalon("people", *call))
    assert head(stored) == 1


def test_whom_a_policy_tells_may_not_leave_unreplaced(
    escalon: CommandLine, stored: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "policies"))
    monkeypatch.setenv("ESCALON_POLICIES", str(folder))
    assert escalon("people", "leave", "sample-agent-1").code == 0
    ran = escalon("people", "leave", "sample-agent-2")
    assert "roles[0]: 'front_line_agent' is a role that nobody has any more" in lines(ran)
    assert escalon("people", "leave", "sample-agent-2", "--at", "2126-03-31").code == 0, "in good time"
    assert escalon("people", "set", AGENT, "--field", "left_at=").code == 0
    assert "is a role that nobody" in lines(escalon("people", "set", "sample-cto", "--field", "role=retired"))


def test_absent_and_back(escalon: CommandLine, stored: Database) -> None:
    escalon("people", "absent", AGENT, "--from", "2026-01-05", "--deputy", "sample-agent-2", "--remark", "at home")
    assert "sample-agent-2" in escalon("people", "show", "--away").out
    assert "is away until further notice" in escalon("people", "show", AGENT).out
    assert escalon("people", "absent", AGENT, "--back").code == 0
    assert "is here" in escalon("people", "show", AGENT).out
    assert "is not away" in lines(escalon("people", "absent", AGENT, "--back"), 1)


def test_a_check_changes_nothing(escalon: CommandLine, stored: Database, tmp_path: Path) -> None:
    ran = escalon("people", "set", AGENT, "--field", "zone=UTC", "--check")
    assert "Europe/Dublin" in ran.out
    table = tmp_path / "staff.csv"
    table.write_text("id,zone\nsample-agent-1,UTC\n")
    ran = escalon("people", "import", str(table), "--format", "csv", "--store", "--keep", "--check")
    assert "0 added, 1 changed, 0 removed" in ran.out
    assert head(stored) == 1
    assert escalon("people", "import", str(table), "--format", "csv", "--store", "--keep").code == 0
    assert PeopleNow(stored).current().person(AGENT).zone == "UTC"


def test_two_at_once_lose_nothing(escalon: CommandLine, stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = people_changing._check
    raced: list[int] = []

    def racing(*given: object) -> tuple[str, ...]:
        if not raced:
            raced.append(1)
            before = PeopleNow(stored).current()
            other = before.person(AGENT).changed({"language": "fr"})
            write(stored, 1, Alteration(people={AGENT: other}), at=now(), by="x", door="cli")
        return checked(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(people_changing, "_check", racing)
    assert escalon("people", "set", AGENT, "--field", "zone=Europe/Paris").code == 0
    found = PeopleNow(stored).current().person(AGENT)
    assert (found.zone, found.language, head(stored)) == ("Europe/Paris", "fr", 3)


def test_what_was_known_then_is_read_and_erased(escalon: CommandLine, stored: Database, tmp_path: Path) -> None:
    assert Noticing(Settings(), stored).look(now())
    then = now().isoformat()
    escalon("people", "set", AGENT, "--field", "name=Sample Other")
    assert "Sample Agent One" in escalon("people", "show", AGENT, "--as-of", then).out
    ran = escalon("versions", "write", "people", "--as-of", then, "--to", str(tmp_path / "then"))
    assert ran.code == 0
    assert "Sample Agent One" in (tmp_path / "then" / "people.yaml").read_text()
    later = now().isoformat()
    erased = escalon("versions", "erase", "people", "--before", later, "--reason", "sample", "--yes", "--json").json
    assert erased["erased"] == 1
    assert "erased" in lines(escalon("people", "show", AGENT, "--as-of", then), 1)
    assert "Sample Other" in escalon("people", "show", AGENT).out
    assert "erased by sample-operator: sample" in escalon("people", "history").out


def test_without_a_directory_it_says_how_to_get_one(
    escalon: CommandLine, record: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ESCALON_PEOPLE_IN", "store")
    assert "`escalon people import --store` takes people in" in lines(escalon("people", "show"), 1)
    assert "takes people in" in lines(escalon("people", "set", "ann", "--field", "zone=UTC", "--as", "ann"), 1)
    table = tmp_path / "staff.csv"
    table.write_text("id,zone\nann,UTC\n")
    ran = escalon("people", "import", str(table), "--format", "csv", "--store", "--as", "ann")
    assert "take in a directory with --format yaml first" in lines(ran, 1)
    assert "who you are" in lines(escalon("people", "import", str(SHIPPED_PEOPLE), "--format", "yaml", "--store"))


def test_a_worker_starts_while_the_record_is_away_or_older_and_not_without_people(
    record: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ESCALON_PEOPLE_IN", "store")
    for check in (check_people, check_installed):
        with pytest.raises(NotDone, match="takes people in"):
            check(Settings())
    for url in (
        f"sqlite:///{tmp_path}/none.db",
        "postgresql://nobody@127.0.0.1:1/none",
        f"sqlite:///{tmp_path}/old.db",
    ):
        (tmp_path / "old.db").touch()
        monkeypatch.setenv("ESCALON_RECORD_URL", url)
        for check in (check_people, check_installed):
            check(Settings())


@pytest.mark.server
async def test_on_a_server_the_next_issue_asks_who_is_there_by_then(
    env: WorkflowEnvironment,
    tmp_path: Path,
    escalon_in: Callable[[Office], Escalon],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with an_office(env, tmp_path, "people-in-record", people_in="store") as office:
        call = escalon_in(office)
        monkeypatch.setenv("ESCALON_PEOPLE_IN", "store")
        monkeypatch.setenv("ESCALON_AS", "sample-operator")
        await call("people", "import", str(SHIPPED_PEOPLE), "--format", "yaml", "--store")
        async with office.working():
            asked = []
            for _ in range(2):
                issue = office.fresh()
                ran = await call("open", "Charged twice", "--as", AGENT, "-s", "S1", "--ref", issue.partition(":")[2])
                assert ran.code == 0, ran.err
                asked.append(ran.out.partition("Asked: ")[2].partition(".")[0])
                await office.at_rest(issue)
                if len(asked) == 1:
                    assert (await call("people", "absent", LEAD)).code == 0
    assert asked == ["Sample Team Lead One (sample-lead-1)", "Sample Team Lead Two (sample-lead-2)"]
