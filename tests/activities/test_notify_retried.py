"""The errand as the real server retries it: which copies are marked as possible repeats, and which are not."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.channels.contract import ChannelUnavailable, Envelope, Sent
from activities.live_directory import LiveDirectory
from activities.notify import Notifying
from records.database import Database
from tests.activities.given import notify

pytestmark = pytest.mark.server
SOON = timedelta(milliseconds=50)
AWAY = ChannelUnavailable("away", retry_after=SOON)
SILENT = ChannelUnavailable("silence after the hand-over", retry_after=SOON, is_outcome_unknown=True)


class Scripted:
    """A channel that does at each attempt what it is told: fail so, hang, or (None) take the message."""

    name = "memory"

    def __init__(self, *attempts: ChannelUnavailable | str | None) -> None:
        self._attempts = list(attempts)
        self.offered: list[Envelope] = []

    async def send(self, envelope: Envelope) -> Sent:
        """Do the next thing."""
        self.offered.append(envelope)
        match self._attempts.pop(0):
            case ChannelUnavailable() as trouble:
                raise trouble
            case "hang":
                await asyncio.sleep(60)
            case _:
                pass
        return Sent()


@workflow.defn(name="TellOnce")
class TellOnce:
    """One errand."""

    @workflow.run
    async def run(self, effect: dict[str, Any]) -> Any:
        """Tell, with retries."""
        return await workflow.execute_activity(
            "notify",
            args=[effect, None],
            start_to_close_timeout=timedelta(seconds=1),
            retry_policy=RetryPolicy(initial_interval=SOON, backoff_coefficient=1),
        )


@pytest.mark.parametrize(
    ("attempts", "marked"),
    [
        ((None,), [False]),
        ((AWAY, AWAY, AWAY, None), [False, False, False, False]),
        ((SILENT, None), [False, True]),
        ((AWAY, SILENT, AWAY, None), [False, False, True, True]),
        (("hang", None), [False, True]),
        ((AWAY, "hang", AWAY, None), [False, False, True, True]),
    ],
    ids=["at once", "away for a while", "silent", "away, silent, away", "lost", "away, lost, away"],
)
async def test_a_copy_is_marked_when_an_earlier_one_may_have_arrived(
    env: WorkflowEnvironment,
    directory: LiveDirectory,
    db: Database,
    request: pytest.FixtureRequest,
    attempts: tuple[Any, ...],
    marked: list[bool],
) -> None:
    channel = Scripted(*attempts)
    name = f"tell-{request.node.callspec.id}".replace(" ", "-")
    telling = Notifying([channel], directory, db)
    async with Worker(
        env.client,
        task_queue=name,
        workflows=[TellOnce],
        activities=[telling.notify],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        effect = notify().model_dump(mode="json")
        answer = await env.client.execute_workflow("TellOnce", effect, id=name, task_queue=name)
    assert [envelope.is_possible_repeat for envelope in channel.offered] == marked
    assert len({envelope.message_id for envelope in channel.offered}) == 1
    assert (answer["outcome"], answer["attempts"]) == ("sent", len(marked))
    assert answer["is_possible_repeat"] is marked[-1]
