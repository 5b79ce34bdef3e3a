"""Whoever looks at an issue must not disturb it: the SDK lets queries in at bad moments (docs/decisions/0018).

Each story is taken up anew from its history at the end, as another worker would.
"""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowHandle, WorkflowHistory, WorkflowQueryFailedError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from client.asking import ASK_AGAIN
from client.opening import open_issue
from client.sending import send
from escalation.issue.commands import Confirm
from escalation.issue.identity import IssueId
from tests.given import actor, policy, tier
from tests.server import House, working
from tests.workflows.history import kind
from worker import build_replayer
from workflows import tasks

FOLDER = Path(__file__).with_name("histories")
ISSUES = 6
QUICK = 0.005
"""Minutes that a tier has."""
LADDER = policy(*(tier(name, acknowledge=QUICK, work=2 * QUICK) for name in ("first", "second", "third")))


def test_what_an_issue_says_at_a_bad_moment_is_known_to_who_asks() -> None:
    assert ASK_AGAIN == tasks.ASK_AGAIN


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_nothing_of_a_golden_history_ran_as_a_local_activity(path: Path) -> None:
    history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
    assert "MARKER_RECORDED" not in {kind(event) for event in history.events}


async def replays(house: House, issue: IssueId) -> None:
    """A worker that has only the history comes to the same."""
    await build_replayer().replay_workflow(await house.handle(issue).fetch_history())


async def ask_on(handle: WorkflowHandle[object, object]) -> None:
    """As an impatient operator's page does."""
    while True:
        try:
            await handle.query("__temporal_workflow_metadata", rpc_timeout=timedelta(seconds=2))
        except (RPCError, WorkflowQueryFailedError):
            await asyncio.sleep(0.01)


@pytest.mark.server
async def test_questions_while_people_are_looked_up_leave_a_history_that_replays(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with working(env, tmp_path, str(tmp_path)) as house:
        issues = [(await house.open(house.fresh(LADDER))).issue for _ in range(ISSUES)]
        asking = [asyncio.create_task(ask_on(house.handle(issue))) for issue in issues for _ in range(3)]
        await asyncio.sleep(4)
        for task in asking:
            task.cancel()
        for issue in issues:
            await replays(house, issue)


@pytest.mark.server
async def test_a_question_that_waited_for_a_worker_does_not_move_the_issue(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """It was asked before a timer fired and is heard after; the server then shows the worker a task not yet begun."""
    async with working(env, tmp_path, str(tmp_path)) as house:
        issues = [(await house.open(house.fresh(LADDER))).issue for _ in range(ISSUES)]
    asking = [asyncio.create_task(ask_on(house.handle(issue))) for issue in issues]
    await asyncio.sleep(1)
    async with working(env, tmp_path, str(tmp_path)) as house:
        await asyncio.sleep(3)
        for task in asking:
            task.cancel()
        for issue in issues:
            await replays(house, issue)


@pytest.mark.server
async def test_what_is_refused_in_the_first_task_leaves_no_trace(env: WorkflowEnvironment, tmp_path: Path) -> None:
    """It was sent before any worker had seen the issue, and is refused with the opening."""
    queue = str(tmp_path)
    async with working(env, tmp_path, queue) as house:
        command = house.fresh(LADDER)
    issue = (await open_issue(env.client, command, queue)).issue
    await asyncio.sleep(0.3)  # so that the next deadline is another than it was said to be at the door
    too_early = Confirm(id="early", by=actor("ray"))
    refused = asyncio.create_task(send(env.client, issue, too_early))
    await asyncio.sleep(0.5)
    async with working(env, tmp_path, queue) as house:
        assert (await refused).outcome == "refused"
        await house.until(issue, lambda state: bool(state.asked))
        await replays(house, issue)
