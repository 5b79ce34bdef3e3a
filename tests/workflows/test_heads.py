"""The head of the chain as the workflow keeps it is that of the record, however often it is taken up or handed over."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from client.asking import ask_head
from client.heads import kept_heads
from escalation.issue.carried import Carried, read_input
from escalation.issue.chain import Head, extended
from escalation.issue.commands import Acknowledge
from escalation.issue.identity import IssueId
from escalation.issue.rules import IssueRules
from records import verifying
from tests.given import Played, actor, at
from tests.server import House, dev_server
from tests.workflows.history import runs
from tests.workflows.scenarios import SCENARIOS, Scenario, staged
from tests.workflows.test_hand_over import AT_ONCE, SOON
from workflows.shell import Shell

PLAYED = [scenario for scenario in SCENARIOS if scenario.name in {"by_hand", "refused_signals"}]


@pytest.fixture(scope="module")
async def hasty() -> AsyncIterator[WorkflowEnvironment]:
    """A server that wants every run short."""
    async with dev_server(*SOON, *AT_ONCE) as environment:
        yield environment


async def kept(house: House, issue: IssueId) -> Head | None:
    (found,) = [each async for each in kept_heads(house.client, issue)]
    assert found.is_latest
    return found.head


@pytest.mark.server
@pytest.mark.parametrize("cached", [0, 1000])
@pytest.mark.parametrize("scenario", PLAYED, ids=lambda scenario: scenario.name)
async def test_the_workflow_and_the_record_come_to_the_same_head(
    hasty: WorkflowEnvironment, tmp_path: Path, scenario: Scenario, cached: int
) -> None:
    """Without a cache, every task computes it anew from the history."""
    async with staged(hasty, tmp_path / "home", scenario, cached) as house:
        issue = await scenario.play(house)
        entries = house.journal(issue)
        there = verifying.heads(house.db)[str(issue)]
        assert there.number == len(entries) > 3
        assert there == extended(Head(), str(issue), entries)
        assert await ask_head(house.client, issue) == there
        assert await kept(house, issue) == there
        assert len(await runs(house.client, str(issue))) > 1
        assert [checked.findings for checked in verifying.check_rows(house.db)] == [()]


@pytest.mark.server
async def test_the_head_stands_in_the_memo_and_in_the_result(house: House) -> None:
    from bench.story import acts, bench_policy, opening
    from tests.workflows.test_costs import SILENCE, WINDOW, on_record

    command = opening("heads", bench_policy(SILENCE, WINDOW))
    issue = (await house.open(command)).issue
    # By then the second tier has begun, and the answer to the first one's message was a task without another event.
    await on_record(house, command, 6)
    for act in acts():
        await house.send(issue, act)
    ended = await house.handle(issue).result()
    there = verifying.heads(house.db, [str(issue)])[str(issue)]
    assert Head(number=ended["entries"], chain=ended["chain"]) == there == await kept(house, issue)
    memo = await (await house.handle(issue).describe()).memo_value("entries")
    entries = house.journal(issue)
    assert Head.model_validate(memo) == extended(Head(), str(issue), entries[: memo["number"]])


def test_an_issue_that_an_earlier_release_has_carried_on_knows_its_number_alone() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    carried = Carried(state=played.state, head=Head(number=9, chain="x"))
    given = json.loads(carried.model_dump_json(exclude={"head"}))
    read = read_input(given)
    assert isinstance(read, Carried)
    assert read.head is None
    shell = Shell(IssueRules())
    shell.resume(read.state, (), (), read.head)
    assert shell.head == Head(number=played.state.entries, chain="")
    step = IssueRules().work_out(read.state, Acknowledge(id="more", by=actor("first-2")), at(2))
    assert isinstance(step, tuple)
    after = extended(shell.head, "issue", step.entries)
    assert (after.number, after.chain) == (played.state.entries + 1, "")
