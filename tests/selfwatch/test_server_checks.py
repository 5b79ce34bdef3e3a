"""Each finding about the server and what runs on it: raised by the real thing, and ended by it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from client.opening import open_issue
from escalation.issue.identity import IssueId
from records import reading
from selfwatch.watch import Report, Watch
from tests.selfwatch.stand import SOON, Stand, open_keys, quick_issue
from tests.server import dev_server
from tests.starter.running import free_port
from worker import activities, build_worker

pytestmark = pytest.mark.server


async def until(watch: Watch, holds: Callable[[Report], bool], within_s: float = 15) -> Report:
    """Round after round, until one is as it should be."""
    end = asyncio.get_running_loop().time() + within_s
    while not holds(report := await watch.round()):
        assert asyncio.get_running_loop().time() < end, report
        await asyncio.sleep(0.1)
    return report


def working(env: WorkflowEnvironment, stand: Stand) -> Worker:
    return build_worker(env.client, stand.settings, stand.db)


async def on_record(stand: Stand, issue: IssueId) -> None:
    """Wait until the record knows whom the first tier asks, hence when its time is up."""
    async with asyncio.timeout(10):
        while (row := reading.issue(stand.db, issue)) is None or not row.asked:  # noqa: ASYNC110 - another thread writes
            await asyncio.sleep(0.02)


async def test_a_server_that_does_not_answer(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
    watch = stand.watch()
    report = await watch.round()
    assert open_keys(report) == {"server_unreachable"}
    assert f"127.0.0.1:{port}" in report.open[0].found.detail
    assert report.has_worked
    async with dev_server(port=port):
        report = await until(watch, lambda each: not any(f.found.kind == "server_unreachable" for f in each.open))
        assert "no_worker_polling" in open_keys(report), "with the server there, the rest is looked at"
    # And away again: a new finding, while what cannot be looked at neither ends nor is called broken.
    report = await until(watch, lambda each: "server_unreachable" in open_keys(each))
    assert "no_worker_polling" in open_keys(report)
    assert report.broken == {}
    on_record = [each for each in stand.findings(open_only=False) if each.what == "server_unreachable"]
    assert [each.ended_at is None for each in on_record] == [True, False]


async def test_no_worker_polls(stand: Stand, env: WorkflowEnvironment) -> None:
    watch = stand.watch()
    report = await watch.round()
    assert open_keys(report) == {"no_worker_polling"}
    assert "workflow tasks" in report.open[0].found.detail
    assert "activity tasks" in report.open[0].found.detail
    async with working(env, stand):
        await until(watch, lambda each: not each.open)
        assert stand.findings() == []
    report = await until(watch, lambda each: bool(each.open))
    assert open_keys(report) == {"no_worker_polling"}


async def test_a_worker_that_does_half_of_its_work_is_not_taken_for_one(stand: Stand, env: WorkflowEnvironment) -> None:
    watch = stand.watch()
    queue, threads = stand.settings.task_queue, ThreadPoolExecutor(1)
    half = activities(env.client, stand.settings, stand.db)
    async with Worker(env.client, task_queue=queue, activities=half, activity_executor=threads):
        await asyncio.sleep(0.2)
        report = await watch.round()
    assert open_keys(report) == {"no_worker_polling"}
    assert "activity tasks" not in report.open[0].found.detail


@workflow.defn(name="Escalation")
class BrokenByADeploy:
    """What a release with a bug in its workflow looks like to the server."""

    @workflow.run
    async def run(self, given: Any) -> None:
        raise RuntimeError("a bug")


async def test_an_issue_that_cannot_go_on(stand: Stand, env: WorkflowEnvironment) -> None:
    watch = stand.watch()
    queue = stand.settings.task_queue
    command = quick_issue("STUCK")
    key = f"issue_stuck/{command.issue.id}"
    runner = UnsandboxedWorkflowRunner()
    async with Worker(env.client, task_queue=queue, workflows=[BrokenByADeploy], workflow_runner=runner):
        await env.client.start_workflow("Escalation", command, id=str(command.issue.id), task_queue=queue)
        report = await until(watch, lambda each: key in open_keys(each))
    found = {each.found.key: each.found for each in report.open}[key]
    assert "WorkflowTaskFailed" in found.detail
    async with working(env, stand):  # a release without the bug takes it up again
        report = await until(watch, lambda each: key not in open_keys(each), within_s=30)
    (on_record,) = [each for each in stand.findings(open_only=False) if each.what == "issue_stuck"]
    assert (on_record.issue, on_record.ended_at) == (str(command.issue.id), report.at)


async def test_a_deadline_that_passes_while_nobody_works(stand: Stand, env: WorkflowEnvironment) -> None:
    watch = stand.watch()
    command = quick_issue("LATE")
    issue = command.issue.id
    async with working(env, stand):
        await open_issue(env.client, command, stand.settings.task_queue)
        await on_record(stand, issue)
    keys = {f"overdue_on_record/{issue}", f"overdue_on_server/{issue}"}
    report = await until(watch, lambda each: keys <= open_keys(each))
    assert datetime.now(UTC) - command.issue.opened_at > SOON
    due = {each.found.detail for each in report.open if each.found.key in keys}
    assert len(due) == 1, "both know the same deadline"
    async with working(env, stand):
        await until(watch, lambda each: not keys & open_keys(each))
    row = reading.issue(stand.db, issue)
    assert row is not None
    assert row.tier == "second", "it climbed as soon as somebody worked"


async def test_an_issue_that_somebody_terminated_is_overdue_for_ever(stand: Stand, env: WorkflowEnvironment) -> None:
    command = quick_issue("GONE")
    issue = command.issue.id
    async with working(env, stand):
        await open_issue(env.client, command, stand.settings.task_queue)
        await on_record(stand, issue)
        await env.client.get_workflow_handle(str(issue)).terminate("by mistake")
        report = await until(stand.watch(), lambda each: f"overdue_on_record/{issue}" in open_keys(each))
    (found,) = [each.found for each in report.open if each.found.kind == "overdue_on_record"]
    assert "does not run on the server any more" in found.detail


async def test_settings_of_another_namespace_are_not_an_answer(
    stand: Stand, env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "none-such")
    report = await stand.watch().round()
    assert open_keys(report) == {"server_unreachable"}
    assert "none-such" in report.open[0].found.detail
