"""A task in which something was decided is never without an event of its own (docs/decisions/0014).

The SDK plays one without together with the task after it, when a worker takes up the issue anew and an update waits
for it; the worker that was there before did not. What was heard in the two is then decided in another order.
"""

import asyncio
from pathlib import Path

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from client.asking import ask_state
from client.converter import data_converter
from client.sending import send
from escalation.issue.commands import Acknowledge
from tests.given import actor
from tests.server import working
from tests.workflows.history import kind
from tests.workflows.scenarios import Telling
from workflows.escalation import Escalation

FOLDER = Path(__file__).with_name("histories")
HEARD = {"WORKFLOW_EXECUTION_SIGNALED", "TIMER_FIRED", "WORKFLOW_EXECUTION_STARTED"}
ANSWERING = {"notify", "find_responders", "link_duplicate"}


def empty_and_deciding(events: list[HistoryEvent]) -> list[int]:
    """Tasks in which something was heard that is decided, and that left no event: where they ended."""
    found, heard, names = [], False, dict[int, str]()
    for event, following in zip(events, [*events[1:], None], strict=True):
        if kind(event) == "ACTIVITY_TASK_SCHEDULED":
            names[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
        elif kind(event) == "ACTIVITY_TASK_COMPLETED":
            heard |= names[event.activity_task_completed_event_attributes.scheduled_event_id] in ANSWERING
        elif kind(event) in HEARD:
            heard = True
        elif kind(event) == "WORKFLOW_TASK_COMPLETED":
            if heard and following is not None and kind(following) == "WORKFLOW_TASK_SCHEDULED":
                found.append(event.event_id)
            heard = False
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_no_task_of_a_golden_history_is_empty_though_something_was_decided(path: Path) -> None:
    history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
    assert empty_and_deciding(list(history.events)) == []


@pytest.mark.server
@pytest.mark.parametrize("attempt", range(3))
async def test_a_worker_that_takes_up_an_issue_with_an_update_decides_in_the_same_order(
    env: WorkflowEnvironment, tmp_path: Path, attempt: int
) -> None:
    """The last that the first worker heard is that messages left; the second begins with an update and a signal."""
    queue = f"{tmp_path}-{attempt}"
    async with working(env, tmp_path, queue) as house:
        story = await Telling.begin(house)
        before = await house.until(story.issue, lambda state: state.entries >= 5)
    handle = env.client.get_workflow_handle(str(story.issue))
    acknowledging = asyncio.create_task(send(env.client, story.issue, Acknowledge(id="ack-1", by=actor("ann"))))
    await asyncio.sleep(0.5)  # the update is with the server when the signal comes
    await handle.signal("release", {"id": "back-1", "by": "ann"})
    async with working(env, tmp_path, queue) as house:
        await acknowledging
        state = await ask_state(env.client, story.issue)
        entries = await house.recorded(story.issue)
        history = await handle.fetch_history()
    assert [entry.event.kind for entry in entries[3:5]] == ["told", "told"]
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[4].recorded_at == before.last_at, "it was decided then, and is not decided anew"
    assert state.entries > before.entries
    assert empty_and_deciding(list(history.events)) == []
    await Replayer(workflows=[Escalation], data_converter=data_converter).replay_workflow(history)
