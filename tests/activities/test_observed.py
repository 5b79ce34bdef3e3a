"""What is seen of an errand while it runs: who, for which issue, in which attempt, and how it ended."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
import structlog
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.runtime import MetricBuffer, MetricBufferDurationFormat, Runtime, TelemetryConfig
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import observed
from activities.observed import SAID, TRIED, Observing, actor_of
from client.converter import data_converter
from escalation.issue.commands import TakeDelivery
from escalation.issue.delivery import Outcome, TryOutcome
from escalation.issue.effects import LogRefusal, Notify
from tests.activities.given import notify
from tests.given import actor
from tests.logged import logged_by

SEEN: list[dict[str, Any]] = []
QUEUE = "observed"


@activity.defn(name="notify")
async def tell(effect: Notify) -> TakeDelivery:
    """Fails once, and then tells."""
    SEEN.append(structlog.contextvars.get_contextvars())
    if activity.info().attempt == 1:
        raise ApplicationError("away", type="ChannelUnavailable")
    return TakeDelivery(
        id=effect.key, message=effect.key, person=effect.person.id, channel=effect.channel, about=effect.about,
        outcome="sent",
    )  # fmt: skip


@activity.defn(name="keep_text")
def keep(effect: Notify) -> None:
    """In a thread."""
    SEEN.append(structlog.contextvars.get_contextvars())


@workflow.defn(name="Tells")
class Tells:
    @workflow.run
    async def run(self, effect: Notify) -> None:
        at_once = RetryPolicy(initial_interval=timedelta(milliseconds=10))
        within = timedelta(seconds=10)
        await workflow.execute_activity("notify", effect, start_to_close_timeout=within, retry_policy=at_once)
        await workflow.execute_activity("keep_text", effect, start_to_close_timeout=within)


@pytest.fixture
def seen() -> Iterator[list[dict[str, Any]]]:
    SEEN.clear()
    yield SEEN
    SEEN.clear()


async def play(env: WorkflowEnvironment, effect: Notify, **options: Any) -> tuple[str, list[Any], list[Any]]:
    """The run, what was logged, what was measured."""
    measured = MetricBuffer(10_000, duration_format=MetricBufferDurationFormat.SECONDS)
    client = await Client.connect(
        env.client.service_client.config.target_host,
        data_converter=data_converter,
        runtime=Runtime(telemetry=TelemetryConfig(metrics=measured)),
    )
    worker: dict[str, Any] = {
        "workflows": [Tells], "activities": [tell, keep], "interceptors": [Observing()],
        "workflow_runner": UnsandboxedWorkflowRunner(), "activity_executor": ThreadPoolExecutor(2),
    }  # fmt: skip
    with logged_by(observed) as lines:
        async with Worker(client, task_queue=QUEUE, **worker):
            handle = await client.start_workflow("Tells", effect, id=str(effect.issue), task_queue=QUEUE, **options)
            await handle.result()
    await asyncio.sleep(0)
    ours = [each for each in measured.retrieve_updates() if each.metric.name.startswith("escalon_")]
    return handle.first_execution_run_id or "", lines, ours


@pytest.mark.server
async def test_an_errand_is_bound_to_its_issue_run_attempt_and_actor(
    env: WorkflowEnvironment, seen: list[dict[str, Any]]
) -> None:
    effect = notify(at=datetime.now(UTC) - timedelta(seconds=3))
    run, lines, measured = await play(env, effect)
    whose = {"issue": str(effect.issue), "run": run, "actor": "escalon"}
    assert seen == [
        {**whose, "errand": "notify", "attempt": 1},
        {**whose, "errand": "notify", "attempt": 2},
        {**whose, "errand": "keep_text", "attempt": 1},
    ]
    # Workers of other tests are at work in this process, too.
    ours = [line for line in lines if line["event"] in {"errand_failed", "told"} and line["run"] == run]
    assert [(line["event"], line["attempt"]) for line in ours] == [("errand_failed", 1), ("told", 2)]
    assert ours[0]["failure"] == "ChannelUnavailable"
    assert "away" not in str(ours)

    attempts = [
        (each.attributes["outcome"], each.attributes["channel"], each.value)
        for each in measured
        if each.metric.name == "escalon_delivery_attempts"
    ]
    assert attempts == [("failed_for_now", effect.channel, 1), ("sent", effect.channel, 1)]
    (late,) = [each.value for each in measured if each.metric.name == "escalon_page_lateness"]
    assert 3 <= late < 30


def test_who_acted_is_who_is_written_down() -> None:
    assert actor_of(notify()) == "escalon"
    refusal = LogRefusal(
        key="k", issue=notify().issue, command="resolve", code="not_yours", why="no", by=actor("ann", "first"),
        at=datetime.now(UTC),
    )  # fmt: skip
    assert actor_of(refusal) == "ann"


def test_every_answer_has_its_word_and_its_count() -> None:
    outcomes = set(get_args(Outcome))
    assert outcomes == TRIED.keys() == SAID.keys()
    assert set(TRIED.values()) <= set(get_args(TryOutcome))
