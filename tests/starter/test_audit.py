"""`escalon audit`: what was done to the record is named, and what could not be looked at is said."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client.settings import Settings
from escalation.issue.effects import Record
from escalation.issue.identity import read_issue_id
from records import journal, reading
from records.database import Database
from tests.records import tampering
from tests.records.samples import entry, issue_id
from tests.records.samples import record as entries_of
from tests.records.tampering import SEEN_BY_ITSELF, SEEN_FROM_OUTSIDE
from tests.starter.command_line import CommandLine, Ran
from tests.starter.office import Escalon, Office
from tests.starter.test_on_the_server import AGENT, opened

ISSUE = issue_id("THIS")
NAME = str(ISSUE)
OFFLINE = ("audit", "verify", "--offline")


@pytest.fixture
def written(record: Database) -> Database:
    """Three issues of six entries each."""
    for issue in (ISSUE, issue_id("A"), issue_id("Z")):
        journal.write(record, entries_of(issue, 1, 6))
    return record


def test_a_record_as_it_was_written_is_said_to_be(written: Database, escalon: CommandLine) -> None:
    ran = escalon(*OFFLINE)
    assert ran.code == 0
    assert "18 entries of 3 issues" in ran.out
    assert "The record is as it was written." in ran.out
    assert "the server was not asked (--offline)" in ran.err
    assert "there is no root to hold it against" in ran.err
    shown = escalon(*OFFLINE, "--json").json
    assert (shown["is_whole"], shown["issues"], shown["entries"], shown["findings"]) == (True, 3, 18, [])
    assert len(shown["unchecked"]) == 2


@pytest.mark.parametrize("tamper", SEEN_BY_ITSELF, ids=lambda each: each.__name__)
def test_what_the_rows_show_is_named(
    written: Database, escalon: CommandLine, tamper: Callable[[Database, str], None]
) -> None:
    tamper(written, NAME)
    ran = escalon(*OFFLINE, "--json")
    assert ran.code == 1
    what, number = SEEN_BY_ITSELF[tamper]
    first = ran.json["findings"][0]
    assert (first["what"], first["number"], first["issue"]) == (what, number, NAME)
    ran = escalon(*OFFLINE)
    assert ran.code == 1
    assert NAME in ran.out
    assert "the record is not as it was written" in ran.out
    assert escalon(*OFFLINE, "desk:THIS").code == 1
    assert escalon(*OFFLINE, "desk:A").code == 0


@pytest.mark.parametrize("tamper", SEEN_FROM_OUTSIDE, ids=lambda each: each.__name__)
def test_what_only_a_root_shows_is_named_also_from_a_copy_elsewhere(
    written: Database, escalon: CommandLine, tmp_path: Path, tamper: Callable[[Database, str], None]
) -> None:
    assert escalon("audit", "root").code == 0
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "home" / "anchors").rename(elsewhere)
    tamper(written, NAME)
    assert escalon(*OFFLINE).code == 0, "without a root nobody can tell"
    ran = escalon(*OFFLINE, "--against", str(elsewhere), "--json")
    assert ran.code == 1
    (finding,) = ran.json["findings"]
    assert (finding["what"], finding["number"], finding["issue"]) == (*SEEN_FROM_OUTSIDE[tamper], NAME)
    (path,) = elsewhere.glob("*.json")
    assert "the root of 20" in escalon(*OFFLINE, "--against", str(path)).out


def test_a_root_follows_the_one_before_and_is_held_against_it(
    written: Database, settings: Settings, escalon: CommandLine
) -> None:
    ran = escalon("audit", "root")
    assert (ran.code, "it is not signed" in ran.err) == (0, True)
    assert "3 issues, 18 entries" in ran.out
    assert escalon(*OFFLINE, "--json").json["roots"][0]["issues"] == 3, "the newest one is taken by itself"
    tampering.cut_the_tail(written, NAME)
    ran = escalon("audit", "root")
    assert ran.code == 1
    assert "no root is written" in ran.err
    assert "the last rows are gone" in ran.out
    assert len(list(settings.anchors_folder.glob("*.json"))) == 1


def test_a_root_is_signed_by_a_key_for_which_somebody_vouches(
    written: Database, escalon: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pair, other = escalon("audit", "key", "--json").json, escalon("audit", "key", "--json").json
    monkeypatch.setenv("ESCALON_ROOT_KEY", pair["private"])
    made = Path(escalon("audit", "root", "--to", str(tmp_path / "out"), "--json").json["written"])
    shown = escalon(*OFFLINE, "--against", str(made), "--json")
    assert (shown.code, shown.json["roots"][0]["is_vouched_for"]) == (0, True)
    assert shown.json["roots"][0]["signed_by"] == pair["public"]

    monkeypatch.delenv("ESCALON_ROOT_KEY")
    ran = escalon(*OFFLINE, "--against", str(made))
    assert (ran.code, "for which nobody here vouches" in ran.out) == (0, True)
    assert escalon(*OFFLINE, "--against", str(made), "--public-key", pair["public"]).code == 0
    ran = escalon(*OFFLINE, "--against", str(made), "--public-key", other["public"])
    assert (ran.code, "signed by a key that is not ours" in ran.out) == (1, True)

    statement = json.loads(made.read_text(encoding="utf-8"))
    made.write_text(json.dumps({**statement, "entries": 17}), encoding="utf-8")
    ran = escalon(*OFFLINE, "--against", str(made))
    assert (ran.code, "a root is not what was signed" in ran.out) == (1, True)
    heads = made.with_suffix(".heads")
    made.write_text(json.dumps(statement), encoding="utf-8")
    heads.write_text(heads.read_text(encoding="utf-8").replace("6 ", "5 ", 1), encoding="utf-8")
    ran = escalon(*OFFLINE, "--against", str(made))
    assert (ran.code, "its file of heads is not the one that it stands for" in ran.out) == (1, True)


def test_each_root_that_was_altered_is_named(written: Database, escalon: CommandLine, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        made = Path(escalon("audit", "root", "--to", str(folder), "--json").json["written"])
        made.write_text(made.read_text(encoding="utf-8").replace('"entries": 18', '"entries": 17'), encoding="utf-8")
    ran = escalon(*OFFLINE, "--against", str(folders[0]), "--against", str(folders[1]), "--json")
    assert ran.code == 1
    assert [each["what"] for each in ran.json["findings"]] == ["altered_root"] * 2


@pytest.mark.parametrize(
    ("call", "code", "why"),
    [
        (("audit", "verify", "--offline", "a:b:c:d"), 2, "is not an issue id"),
        (("audit", "verify", "--offline", "desk:UNKNOWN"), 2, "neither the record nor the server knows desk:UNKNOWN"),
        (("audit", "verify", "--offline", "--against", "nowhere.json"), 2, "nowhere.json cannot be read"),
        (("audit", "verify", "--offline", "--against", "."), 2, "holds no root"),
        (("audit", "verify", "--offline", "--public-key", "short"), 2, "--public-key is not a key; allowed: 32 bytes"),
        (("audit", "verify"), 1, "no Temporal server answers"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_wrong_call_is_answered_in_words(
    written: Database,
    escalon: CommandLine,
    call: tuple[str, ...],
    code: int,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = escalon(*call)
    assert (ran.code, why in ran.err) == (code, True), ran.err


def test_a_wrong_key_is_refused_and_not_quoted(
    written: Database, escalon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESCALON_ROOT_KEY", "my-secret")
    ran = escalon("audit", "root")
    assert (ran.code, "ESCALON_ROOT_KEY is not a key" in ran.err, "my-secret" in ran.err) == (2, True, False)


@pytest.mark.server
async def test_the_record_is_held_against_the_workflow(office: Office, escalon_in: Callable[[Office], Escalon]) -> None:
    """Running: by its own word. What it knows to be decided and not yet written is no finding."""
    escalon = escalon_in(office)
    issue = office.fresh()
    name = str(read_issue_id(issue)[0])
    await opened(escalon, issue)
    ran = await escalon("audit", "verify", issue, "--json")
    assert (ran.code, answer(ran)["server"]) == (0, {"issues": 1, "compared": 1}), ran.out
    await escalon("note", issue, *AGENT, "--note", "seen")
    await office.at_rest(issue)
    ran = await escalon("audit", "verify", issue)
    assert ran.code == 0, ran.out
    assert "1 of the 1 issues on the server held against their workflows" in ran.out

    there = reading.issue(office.db, read_issue_id(issue)[0])
    assert there is not None
    forged = there.model_copy(update={"entries": there.entries + 1})
    journal.write(office.db, Record(snapshot=forged, entries=(entry(there.entries + 1),)))
    ran = await escalon("audit", "verify", issue, "--json")
    assert (ran.code, [each["what"] for each in answer(ran)["findings"]]) == (1, ["added"])

    tampering.make_the_chain_anew(office.db, name)
    ran = await escalon("audit", "verify", issue, "--json")
    assert (ran.code, [each["what"] for each in answer(ran)["findings"]]) == (1, ["made_anew", "added"])
    tampering.delete_the_issue(office.db, name)
    ran = await escalon("audit", "verify", issue, "--json")
    assert (ran.code, [each["what"] for each in answer(ran)["findings"]]) == (1, ["deleted"])


@pytest.mark.server
async def test_without_a_worker_it_is_held_against_the_memo(
    deserted: Office, escalon_in: Callable[[Office], Escalon]
) -> None:
    escalon = escalon_in(deserted)
    issue = deserted.fresh()
    async with deserted.working():
        await opened(escalon, issue)
        await deserted.on_record(issue, 4)  # that the page left, which leaves a memo
    ran = await escalon("audit", "verify", issue)
    assert (ran.code, "1 of the 1 issues on the server held against" in ran.out) == (0, True), ran.out
    tampering.delete_the_issue(deserted.db, str(read_issue_id(issue)[0]))
    ran = await escalon("audit", "verify", issue)
    assert "1 of the server's issues could not be asked how far they are" in ran.err, "it might be on its way"


def answer(ran: Ran) -> Any:
    """The JSON of the command; the worker of the office may log to the same stream before it."""
    return json.loads(ran.out.splitlines()[-1])
