"""The command line against the real server: what people see of an issue's life, and what happens without a worker."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.opening import open_issue
from escalation.issue.identity import read_issue_id
from starter.door import OpenRequest, actor_for, prepare_open
from starter.installation import installed
from tests.starter.command_line import Ran
from tests.starter.office import Escalon, Office

AGENT = ("--as", "sample-agent-1")
LEAD = ("--as", "sample-lead-1")

pytestmark = pytest.mark.server


@pytest.fixture
def escalon(office: Office, escalon_in: Callable[[Office], Escalon]) -> Escalon:
    """The command line in the office."""
    return escalon_in(office)


async def opened(escalon: Escalon, issue: str, *more: str) -> Ran:
    """Open it at the desk; fails the test where that is refused."""
    reference = read_issue_id(issue)[0].reference
    ran = await escalon("open", "Charged twice", *AGENT, "-s", "S1", "--ref", reference, *more)
    assert ran.code == 0, ran.err
    return ran


async def test_an_issue_lives_at_the_command_line(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    ran = await opened(escalon, issue, "-d", "Card 4111 1111 1111 1111", "--party", "customer=C-1")
    assert f"✓ opened {issue}" in ran.out
    assert "Nobody has it yet; the team lead is asked." in ran.out
    assert "Asked: Sample Team Lead One (sample-lead-1). Owner: Sample Agent One (sample-agent-1)." in ran.out
    assert "nobody has acknowledged: the department manager is asked." in ran.out

    ran = await escalon("acknowledge", issue, *LEAD, "--until", "20 min", "--next", "call the acquirer")
    assert ran.code == 0
    assert f"✓ {issue}: sample-lead-1 acknowledged it; it holds until" in ran.out
    assert "Handler: Sample Team Lead One (sample-lead-1)." in ran.out
    assert "Dublin" in ran.out, "in the zone of who acts"

    ran = await escalon("show", issue, *LEAD)
    assert "Sample Team Lead One (sample-lead-1) has it; the team lead is asked." in ran.out
    assert "Card •••• 1111" in ran.out
    assert f"escalon resolve {issue} --as sample-lead-1" in ran.out

    ran = await escalon("resolve", issue, *LEAD, "--outcome", "solved")
    assert (ran.code, "told_customer (--told-customer) is missing" in ran.err) == (1, True)
    ran = await escalon("resolve", issue, *LEAD, "--outcome", "solved", "--told-customer", "We credit it today.")
    assert f"✓ {issue}: sample-lead-1 resolved it: solved" in ran.out

    ran = await escalon("confirm", issue, *AGENT)
    assert f"✓ {issue}: closed (confirmed); it can be reopened until" in ran.out
    ran = await escalon("reopen", issue, *AGENT, "--reason", "It came back.")
    assert f"✓ {issue}: reopened by sample-agent-1 (no. 1)" in ran.out

    await office.on_record(issue, 10)
    ran = await escalon("timeline", issue)
    for said in ("next action: call the acquirer", "told customer: We credit it today.", "reason: It came back."):
        assert said in ran.out


async def test_every_answer_is_one_json_value_for_a_program(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    ran = await opened(escalon, issue, "--json")
    assert (ran.json["outcome"], ran.json["short"], ran.json["asked"]) == ("opened", issue, ["sample-lead-1"])
    ran = await escalon("acknowledge", issue, *LEAD, "--json")
    assert (ran.json["outcome"], ran.json["status"]["handler"]) == ("done", "sample-lead-1")
    assert ran.json["sentences"][0].startswith("sample-lead-1 acknowledged it")
    refused = await escalon("release", issue, *AGENT, "--json")
    assert (refused.code, refused.json["outcome"], refused.json["code"]) == (1, "refused", "not_allowed")
    shown = (await escalon("show", issue, "--json")).json
    assert (shown["handler"], shown["is_live"], shown["deadlines"][0]["what"]) == ("sample-lead-1", True, "warn")
    await office.on_record(issue, 5)
    told = (await escalon("timeline", issue, "--json")).json
    assert [entry["number"] for entry in told] == list(range(1, len(told) + 1))
    explained = (await escalon("explain", issue, "--json")).json
    assert any("acknowledge_within" in line or "work_within" in line for line in explained["what_next"])
    rows = (await escalon("list", "--handler", "sample-lead-1", "--json")).json
    assert issue.partition(":")[2] in [row["issue"]["reference"] for row in rows]
    messages = (await escalon("inbox", "sample-lead-1", "--json")).json
    assert any(message["about"] == "asked" for message in messages)
    assert (await escalon("watch", issue, "--once", "--json")).json["handler"] == "sample-lead-1"
    log = (await escalon("security-log", "--json")).json
    assert (log[0]["by"]["person"], log[0]["command"]) == ("sample-agent-1", "release")


async def test_the_same_issue_twice_is_one_issue(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    first = (await opened(escalon, issue, "--id", f"open-{issue}", "--json")).json
    again = (await opened(escalon, issue, "--id", f"open-{issue}", "--json")).json
    assert (first["issue"], first["outcome"]) == (again["issue"], again["outcome"])
    ran = await opened(escalon, issue, "-d", "And again.")
    assert f"{issue}: sample-agent-1 reported it again" in ran.out
    once, twice = [(await escalon("acknowledge", issue, *LEAD, "--id", "ack", "--json")).json for _ in range(2)]
    assert once["entries"] == twice["entries"], "the first answer again: nothing was done twice"


async def test_what_is_refused_says_why(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    await opened(escalon, issue)
    for arguments, why in (
        (("escalate", issue, *LEAD, "--reason", "beyond me"), "why_not_lead (Why could the team lead not"),
        (("escalate", issue, *LEAD, "--checked", "whoo"), "'whoo' is not on the checklist of department_manager"),
        (("escalate", issue, *LEAD, "--from-tier", "front_line", "--waive"), "it is not at front_line any more"),
        (("acknowledge", issue, *LEAD, "--until", "9 h"), "an acknowledgement holds for 30 min at most"),
        (("take-charge", issue, *LEAD, "--next", "Call", "--until", "1 h"), "acknowledge it instead"),
        (("confirm", issue, *AGENT), "it is not resolved; resolve it first"),
        (("reopen", issue, *AGENT), "it is open already"),
    ):
        ran = await escalon(*arguments)
        assert (ran.code, ran.out) == (1, ""), ran.err
        assert why in ran.err
    ran = await escalon("escalate", issue, *LEAD, "--waive", "--reason", "the lead has no authority")
    assert (ran.code, "the department manager is asked: it was moved up by hand" in ran.out) == (0, True)


async def test_a_signal_is_shown_for_what_it_is(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    await opened(escalon, issue)
    await office.signal(issue, "acknowledge", {"by": "sample-lead-1"})
    await office.signal(issue, "acknowlege", {"by": "sample-lead-1"})
    await office.on_record(issue, 6)
    out = (await escalon("timeline", issue)).out
    assert "sample-lead-1 acknowledged it" in out
    assert "(said to be sample-lead-1, by signal)" in out
    assert "did you mean acknowledge?" in out


async def test_a_restricted_issue_is_read_by_those_whom_it_concerns(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    here = installed(office.settings)
    request = OpenRequest(
        # A door that lets people sign in: the command line can only take their word for it.
        raiser=actor_for(here.directory.person("sample-agent-1"), "form", "signed_in"),
        command_id=f"open-{issue}",
        title="Charged twice",
        description="What they said about it.",
        source="desk",
        reference=read_issue_id(issue)[0].reference,
        severity="S1",
        issue_class="restricted",
        harm_flags=("press",),
    )
    prepared = prepare_open(request, here, office.db, datetime.now(UTC))
    await open_issue(office.env.client, prepared.command, office.settings.task_queue)
    await office.on_record(issue, 3)
    for reader, may_read in (((), False), (("--as", "sample-agent-2"), False), (LEAD, True), (AGENT, True)):
        for look in ("show", "timeline", "watch"):
            out = (await escalon(look, issue, *reader, *(["--once"] if look == "watch" else []))).out
            assert ("Charged twice" in out) == may_read
            assert may_read or "(restricted)" in out
            assert look == "watch" or ("What they said about it." in out) == may_read
            assert look != "show" or ("Harm  " in out) == may_read
    assert "Charged twice" not in (await escalon("list")).out.split(issue)[1].partition("\n")[0]
    ran = await escalon("acknowledge", issue, *LEAD)
    assert (ran.code, "sample-lead-1 is only asserted" in ran.err) == (1, True)


async def test_what_is_not_yet_on_record_is_told_by_the_issue(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    await opened(escalon, issue)
    await office.on_record(issue, 4)
    await office.at_rest(issue)
    with office.db.writing():
        assert (await escalon("acknowledge", issue, *LEAD)).code == 0
        ran = await escalon("timeline", issue)
        assert "entry 5 is from the issue itself, and comes on record with its next step" in ran.err
        assert ran.out.count("acknowledged it") == 1
        assert "has it" in (await escalon("show", issue)).out, "it asks the issue itself"


async def test_an_opening_without_the_record_says_how_to_send_its_text_again(
    office: Office, escalon: Escalon, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = office.fresh()
    monkeypatch.setenv("ESCALON_HOME", str(office.settings.home / "elsewhere"))
    ran = await opened(escalon, issue, "-d", "the text", "--id", "again-1")
    assert "description could not be kept" in ran.err
    assert "--id again-1" in ran.err
    monkeypatch.setenv("ESCALON_HOME", str(office.settings.home))
    await opened(escalon, issue, "-d", "the text", "--id", "again-1")
    assert "the text" in (await escalon("show", issue)).out


async def test_without_a_worker_it_says_so_and_is_carried_out_later(
    deserted: Office, escalon_in: Callable[[Office], Escalon]
) -> None:
    escalon, issue, unborn = escalon_in(deserted), deserted.fresh(), deserted.fresh()
    async with deserted.working():
        await opened(escalon, issue)
        await deserted.on_record(issue, 4)
    began = asyncio.get_running_loop().time()
    ran = await escalon("acknowledge", issue, *LEAD)
    assert (ran.code, "the command is stored and is carried out when one runs" in ran.out) == (0, True)
    ran = await escalon("explain", issue)
    assert (ran.code, "no worker answered within" in ran.err) == (1, True)
    assert "The team lead is asked since" in ran.out, "as the record has it"
    ran = await escalon("show", issue)
    assert (ran.code, "This is what the record says, as of" in ran.err) == (0, True)
    ran = await opened(escalon, unborn)
    assert "no worker answers: it is on the server, and people are told when one runs" in ran.err
    ran = await escalon("timeline", unborn)
    assert (ran.code, f"{unborn} is on the server and waits for a worker" in ran.err) == (1, True)
    ran = await escalon("show", unborn)
    assert (ran.code, f"{unborn} is on the server and waits for a worker" in ran.err) == (1, True)
    assert asyncio.get_running_loop().time() - began < 30, "five answers, each within seconds"
    async with deserted.working():
        await deserted.on_record(issue, 5)
        assert "Sample Team Lead One (sample-lead-1) has it" in (await escalon("show", issue)).out
        await deserted.on_record(unborn, 3)


async def test_a_pipe_is_told_line_by_line_of_what_happens(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    await opened(escalon, issue)
    await office.on_record(issue, 4)
    call = [sys.executable, "-m", "starter.main", "watch", issue, "--every", "0.2"]
    watching = await asyncio.create_subprocess_exec(*call, stdout=subprocess.PIPE)
    assert watching.stdout is not None
    try:
        # It tells what happens from when it has begun, and does not say when that is: something happens until then.
        first = asyncio.create_task(watching.stdout.readline())
        noted = 0
        while not (await asyncio.wait({first}, timeout=1))[0] and noted < 60:
            assert (await escalon("note", issue, "--text", f"note {noted}", *LEAD)).code == 0
            noted += 1
        assert f" {issue} " in first.result().decode()
        await escalon("acknowledge", issue, *LEAD)
        lines = [(await asyncio.wait_for(watching.stdout.readline(), 15)).decode()]
        while "acknowledged it" not in lines[-1]:
            lines.append((await asyncio.wait_for(watching.stdout.readline(), 15)).decode())
    finally:
        watching.terminate()
        await watching.wait()
    assert f" {issue} {5 + noted} sample-lead-1 acknowledged it" in lines[-1]


async def test_the_board_shows_what_nobody_has(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    await opened(escalon, issue)
    await office.on_record(issue, 4)
    ran = await escalon("watch", "--once", "--status", "open")
    row = next(line for line in ran.out.splitlines() if issue in line)
    assert "asked: sample-lead-1" in row
    assert "9 min" in row


async def test_the_console_script_leaves_in_order(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    await opened(escalon, issue)
    script = Path(sys.executable).with_name("escalon")
    ran = await asyncio.create_subprocess_exec(script, "show", issue, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = await ran.communicate()
    assert (ran.returncode, err) == (0, b"")
    assert "Nobody has it yet" in out.decode()


async def test_a_namespace_that_is_not_there_is_not_taken_for_an_issue_that_is_not(
    office: Office, escalon: Escalon, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = office.fresh()
    await opened(escalon, issue)
    await office.at_rest(issue)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nix")
    for call in (("show", issue), ("explain", issue), ("acknowledge", issue, *LEAD)):
        ran = await escalon(*call)
        assert (ran.code, ran.out) == (1, "")
        assert "has no namespace 'nix'; set TEMPORAL_NAMESPACE" in ran.err


async def test_a_refusal_speaks_of_options_and_in_the_zone_of_who_acts(office: Office, escalon: Escalon) -> None:
    issue = office.fresh()
    await opened(escalon, issue, "--party", "customer=C-1")
    await escalon("acknowledge", issue, *LEAD)
    ran = await escalon("resolve", issue, *LEAD, "--outcome", "solved")
    assert (ran.code, "told_customer (--told-customer) is missing" in ran.err) == (1, True)
    ran = await escalon("acknowledge", issue, *LEAD, "--at", "2020-01-01T00:00Z")
    assert ran.code == 1
    assert "Dublin" in ran.err
    assert "+00:00" not in ran.err


async def test_the_board_has_whole_ids_on_a_narrow_screen(
    office: Office, escalon: Escalon, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = "desk:2026-11-21-213045"
    await opened(escalon, issue)
    await office.at_rest(issue)
    monkeypatch.setenv("COLUMNS", "80")
    ran = await escalon("watch", "--once")
    assert (ran.code, f"{issue} " in ran.out) == (0, True)
    assert max(map(len, ran.out.splitlines())) <= 80
