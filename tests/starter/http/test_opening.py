"""Opening by HTTP: what the command line does, answered when it is durable."""

import asyncio
from datetime import timedelta
from urllib.parse import quote

import pytest

from escalation.issue.identity import read_issue_id
from records import reading
from starter.http import readable
from starter.http.doors import AT_ONCE
from tests.starter.http.conftest import AGENT, LEAD, Door, problem


async def test_it_is_opened_by_whose_key_it_is(door: Door) -> None:
    issue = door.fresh()
    answer = await door.open(issue, description="Card 4111 1111 1111 1111 was charged twice.")
    told = answer.json()
    assert (answer.status_code, told["outcome"], told["short"], told["is_new"]) == (202, "opened", issue, True)
    assert (told["severity"], told["policy"], told["owner"]) == ("S2", "four-tier-support", AGENT)
    assert any("raised by a person' holds" in line for line in told["why"])
    await door.office.at_rest(issue)
    opened = reading.timeline(door.db, read_issue_id(issue)[0])[0]
    assert (opened.by.person, opened.by.door, opened.by.assurance) == (AGENT, "api", "signed_link")
    shown = await door.get(f"/v1/issues/{issue}")
    assert shown["description"] == "Card •••• 1111 was charged twice."
    assert (shown["title"], shown["is_live"], shown["status"]) == ("Card payments fail", True, "open")


async def test_the_same_again_is_the_same_issue(door: Door) -> None:
    issue = door.fresh()
    first = (await door.open(issue)).json()
    again = await door.open(issue, LEAD)
    told = again.json()
    assert (again.status_code, told["outcome"], told["issue"]) == (200, "reported_again", first["issue"])
    assert any("reported it again" in sentence for sentence in told["sentences"])


async def test_the_same_id_is_the_same_call(door: Door) -> None:
    issue = door.fresh()
    first, again = [(await door.open(issue, id=f"open-{issue}")).json() for _ in range(2)]
    assert first == again


async def test_all_that_the_command_line_takes_is_taken(door: Door) -> None:
    issue = door.fresh()
    answer = await door.open(
        issue,
        kind="support",
        harm_flags=["vulnerable"],
        labels={"vip": "yes"},
        parties=[{"key": "C-7781", "role": "customer", "language": "de"}],
        about=["sample-manager"],
        contacts=3,
        deadlines=["2027-01-01T00:00Z"],
        received_at="20 min ago",
        first_noticed_at="2026-01-01T00:00Z",
        links=[{"kind": "related", "issue": "desk:API-0"}],
    )
    assert answer.status_code == 202, answer.text
    shown = await door.get(f"/v1/issues/{issue}")
    assert shown["parties"][0]["key"] == "C-7781"
    assert (shown["harm_flags"], shown["links"][0]["kind"]) == (["vulnerable"], "related")
    assert shown["received_at"] < shown["opened_at"]


async def test_what_no_trigger_lets_in_is_refused_with_each_reason(door: Door) -> None:
    answer = await door.open(door.fresh(), key=door.key(machine="metrics-bot"), severity="S4")
    assert answer.status_code in {202, 409}
    if answer.status_code == 409:
        assert "does not hold" in problem(answer, 409, "no_trigger_holds")["detail"]


async def test_a_machine_opens_as_itself(door: Door) -> None:
    issue = door.fresh()
    answer = await door.open(issue, key=door.key(machine="till-watch"), kind="technical", severity="SEV2")
    assert answer.status_code == 202, answer.text
    await door.office.at_rest(issue)
    by = reading.timeline(door.db, read_issue_id(issue)[0])[0].by
    assert (by.person, by.is_machine, by.door, by.assurance) == ("till-watch", True, "api", "signed_link")


async def test_without_a_worker_it_is_opened_all_the_same(unmanned: Door) -> None:
    issue = unmanned.fresh()
    answer = await unmanned.open(issue)
    assert (answer.status_code, answer.json()["outcome"]) == (202, "opened")
    again = await unmanned.open(issue)
    assert (again.status_code, again.json()["outcome"]) == (202, "stored")
    async with unmanned.office.working():
        await unmanned.office.at_rest(issue)
    kinds = [entry.event.kind for entry in reading.timeline(unmanned.db, read_issue_id(issue)[0])]
    assert kinds[0] == "opened"
    assert "opened_again" in kinds


async def test_who_waits_for_a_worker_holds_up_nobody_who_opens(
    unmanned: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = unmanned.fresh()
    assert (await unmanned.open(issue)).status_code == 202
    monkeypatch.setattr(readable, "QUICK", timedelta(minutes=5))
    asking = [asyncio.create_task(unmanned.call("GET", f"/v1/issues/{issue}")) for _ in range(AT_ONCE)]
    try:
        await asyncio.sleep(1)
        async with asyncio.timeout(60):
            assert (await unmanned.open(unmanned.fresh())).status_code == 202
        assert not [each for each in asking if each.done()]
    finally:
        for each in asking:
            each.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


async def test_many_at_once_are_each_answered_and_each_there(door: Door) -> None:
    issues = [door.fresh() for _ in range(60)]
    door.key(AGENT)
    answers = await asyncio.gather(*(door.open(issue) for issue in issues))
    assert {answer.status_code for answer in answers} == {202}
    assert sorted(answer.json()["short"] for answer in answers) == sorted(issues)


async def test_an_issue_of_a_reference_with_any_characters_is_found_by_its_path(door: Door) -> None:
    reference = f"{door.fresh().partition(':')[2]} a/b ü?#%"
    told = (await door.call("POST", "/v1/issues", json={"title": "x", "reference": reference})).json()
    shown = await door.get(f"/v1/issues/{quote(told['short'], safe='')}")
    assert shown["issue"]["reference"] == reference
