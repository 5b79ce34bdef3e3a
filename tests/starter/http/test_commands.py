"""Acting by HTTP: every command of people, decided where it always is."""

import asyncio
from typing import Any

import pytest

from escalation.issue.commands import HUMAN_COMMANDS
from records import refusals
from starter.command_fields import own_fields
from starter.http.forms import command_form
from tests.starter.http.conftest import AGENT, LEAD, MANAGER, Door, problem


async def opened(door: Door, **fields: Any) -> str:
    """An issue at which the lead is asked."""
    issue = door.fresh()
    assert (await door.open(issue, **fields)).status_code == 202
    for _ in range(200):
        if (await door.get(f"/v1/issues/{issue}"))["asked"]:
            return issue
        await asyncio.sleep(0.02)
    raise AssertionError("nobody is asked")


async def done(door: Door, issue: str, command: str, by: str, **fields: Any) -> Any:
    """Send it, and be told that it is done."""
    answer = await door.act(issue, command, by, **fields)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["outcome"], told["command"]) == ("done", command)
    return told


async def test_an_issue_is_acted_on_to_its_end(door: Door) -> None:
    issue = await opened(door)
    told = await done(door, issue, "acknowledge", LEAD, next_action="Call the acquirer.", until="10 min")
    assert told["status"]["handler"] == LEAD
    assert told["sentences"][0].startswith(f"{LEAD} acknowledged it")
    await done(door, issue, "note", LEAD, text="They call back.")
    await done(door, issue, "attempt", LEAD, what="Restarted the gateway.", result="no_change")
    await done(door, issue, "release", LEAD, reason="Off duty.")
    await done(door, issue, "acknowledge", LEAD)
    await done(door, issue, "change_severity", LEAD, severity="S1", reason="All tills.")
    await done(door, issue, "change_customer", LEAD, customer="C-9042", language="de", reason="They forwarded it.")
    await done(door, issue, "snooze", LEAD, until="5 min")
    await done(door, issue, "reassign", LEAD, to=AGENT, reason="She knows them.")
    await done(door, issue, "accept", AGENT)
    await done(
        door, issue, "resolve", AGENT, outcome="solved", explanation="Certificate renewed.", told_customer="Yes."
    )
    await done(door, issue, "reopen", AGENT, reason="It came back.")
    await done(door, issue, "cancel", AGENT)
    adopted = await door.act(issue, "adopt_policy", MANAGER, policy="four-tier-support", reason="A new version.")
    assert "it is under four-tier-support version 1 already" in problem(adopted, 409, "already_adopted")["detail"]
    await door.office.at_rest(issue)
    told = await door.get(f"/v1/issues/{issue}/timeline")
    assert [entry["number"] for entry in told["entries"]] == list(range(1, len(told["entries"]) + 1))
    texts = {text for entry in told["entries"] for text in entry["texts"].values()}
    assert {"Call the acquirer.", "They call back.", "Certificate renewed."} <= texts
    explained = await door.get(f"/v1/issues/{issue}/explanation")
    assert explained["why_here"]


async def test_it_goes_up_and_down_by_name(door: Door) -> None:
    issue = await opened(door)
    told = await done(door, issue, "escalate", LEAD, to_tier="department_manager", is_waived=True, reason="Authority.")
    assert told["status"]["tier"] == "department_manager"
    told = await done(
        door, issue, "de_escalate", MANAGER, to_tier="team_lead", reason="Yours.", guidance="Offer a refund."
    )
    assert told["status"]["tier"] == "team_lead"


async def test_one_repeats_another(door: Door) -> None:
    first, second = await opened(door), await opened(door)
    told = await done(door, second, "suppress", LEAD, duplicate_of=first, reason="The same tills.")
    assert told["entries"]


@pytest.mark.parametrize("name", HUMAN_COMMANDS)
async def test_every_command_has_its_route_and_its_form(name: str, door: Door) -> None:
    answer = await door.act("desk:NONE-1", name, LEAD, no_such_field=1)
    told = problem(answer, 422, "wrong_input")
    assert "no_such_field: there is no such field" in {fault["why"] for fault in told["errors"]}
    fields = set(command_form(name).model_fields)
    expected = {"policy", "tier", "reason"} if name == "adopt_policy" else set(own_fields(HUMAN_COMMANDS[name]))
    assert fields == expected | {"id", "happened_at"}


async def test_what_the_rules_refuse_is_refused_in_their_words(door: Door) -> None:
    issue = await opened(door)
    told = problem(await door.act(issue, "confirm", AGENT), 409, "not_resolved")
    assert "it is not resolved; resolve it first" in told["detail"]
    assert (told["command"], told["issue"].endswith(f"{issue}:1")) == ("confirm", True)
    told = (await door.act(issue, "escalate", LEAD, reason="beyond me")).json()
    assert told["status"] == 409
    assert "why_not_lead (Why could the team lead not" in told["detail"]


async def test_who_may_not_is_told_so_and_it_is_in_the_security_log(door: Door) -> None:
    issue = await opened(door)
    told = problem(await door.act(issue, "release", AGENT), 403, "not_allowed")
    assert f"{AGENT}, as front_line_agent, may not release this issue" in told["detail"]
    logged: list[refusals.Refusal] = []
    for _ in range(200):
        logged = [each for each in refusals.read(door.db) if each.issue.endswith(f"{issue}:1")]
        if logged:
            break
        await asyncio.sleep(0.02)
    assert (logged[0].by.person, logged[0].by.door, logged[0].command) == (AGENT, "api", "release")


async def test_without_a_worker_a_command_is_stored_and_done_later(unmanned: Door) -> None:
    issue = unmanned.fresh()
    await unmanned.open(issue)
    answer = await unmanned.act(issue, "note", AGENT, text="Still so.", id="note-1")
    told = answer.json()
    assert (answer.status_code, told["outcome"], told["id"]) == (202, "stored", "note-1")
    assert "is stored and is carried out when one runs" in told["why"]
    async with unmanned.office.working():
        await unmanned.office.at_rest(issue)
        notes = [
            entry
            for entry in (await unmanned.get(f"/v1/issues/{issue}/timeline"))["entries"]
            if entry["command"] == "note-1"
        ]
    assert len(notes) == 1


async def test_the_same_id_is_done_once(door: Door) -> None:
    issue = await opened(door)
    once, again = [(await door.act(issue, "note", AGENT, text="Once.", id="note-once")).json() for _ in range(2)]
    assert once["entries"] == again["entries"]
    shown = await door.get(f"/v1/issues/{issue}/timeline")
    assert sum(entry["command"] == "note-once" for entry in shown["entries"]) == 1


@pytest.mark.parametrize(
    ("command", "fields", "field", "words"),
    [
        ("acknowledge", {"until": "2026-11-21T20:10"}, "until", "has no time zone"),
        ("acknowledge", {"until": "sometime"}, "until", "an instant with its zone"),
        ("acknowledge", {"take_over_from": "sample-laed-1"}, "take_over_from", "did you mean 'sample-lead-1'"),
        ("resolve", {"outcome": "perfect"}, "outcome", "'solved'"),
        ("resolve", {}, "outcome", "it is missing"),
        ("note", {"text": " "}, "text", "it is blank"),
        ("note", {"text": "bell \x07"}, "text", "a control character (U+0007)"),
        ("note", {"text": "x" * 10_001}, "text", "10000"),
        ("note", {"text": None}, "text", "a valid string"),
        ("escalate", {"is_waived": "yes"}, "is_waived", "a valid boolean"),
        ("escalate", {"checked": "why_not_lead"}, "checked", "a valid list"),
        ("note", {"text": "Then.", "happened_at": "2099-01-01T00:00Z"}, "happened_at", "is in the future"),
        ("suppress", {"duplicate_of": "nothing"}, "duplicate_of", "is not an issue id"),
        ("adopt_policy", {"policy": "no-such", "reason": "Why not."}, "policy", "no-such"),
    ],
)
async def test_a_wrong_field_is_named_with_its_value_and_what_is_allowed(
    command: str, fields: dict[str, Any], field: str, words: str, door: Door
) -> None:
    issue = await opened(door)
    answer = await door.act(issue, command, LEAD, **fields)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert fault["field"] == field
    assert words in fault["why"]


async def test_what_is_not_there_is_not_found(door: Door) -> None:
    told = problem(await door.act("desk:NO-SUCH", "note", AGENT, text="x"), 404, "no_such_issue")
    assert "there is no issue desk:NO-SUCH" in told["detail"]
    problem(await door.call("GET", "/v1/issues/desk:NO-SUCH"), 404, "no_such_issue")
    problem(await door.call("GET", "/v1/issues/desk:NO-SUCH/timeline"), 404, "no_such_issue")
    problem(await door.call("GET", "/v1/issues/desk:NO-SUCH/explanation"), 404, "no_such_issue")
    told = problem(await door.call("GET", "/v1/issues/nonsense"), 422, "bad_issue_id")
    assert "source:reference" in told["errors"][0]["allowed"]
