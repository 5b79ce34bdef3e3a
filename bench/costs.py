"""What an issue costs on Temporal, counted from its history: events, workflow tasks and billable actions by kind.

Billable actions as Temporal publishes them for its cloud (docs.temporal.io, "Actions"): the start of each run, each
timer started, each attempt of an activity, each signal, each update that was carried out, each upsert of search
attributes or memo. Free: attributes and memo at the start.

Not in a history, hence not counted: queries, updates that a validator refused, heartbeats.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

_ONE_EACH = {
    "WORKFLOW_EXECUTION_STARTED": "start",
    "TIMER_STARTED": "timer",
    "WORKFLOW_EXECUTION_SIGNALED": "signal",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": "update",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": "attributes",
    "WORKFLOW_PROPERTIES_MODIFIED": "memo",
}
_SKIPPING = {"WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED", "WORKFLOW_EXECUTION_OPTIONS_UPDATED"}
"""What a test's skipped time adds to a history."""


@dataclass(frozen=True)
class Costs:
    """What the runs of one issue cost."""

    events: int
    tasks: int
    actions: Counter[str]
    """By kind; activities by their names."""

    @property
    def total(self) -> int:
        """All billable actions."""
        return self.actions.total()

    def __str__(self) -> str:
        each = ", ".join(f"{name} {count}" for name, count in sorted(self.actions.items()))
        return f"{self.total} actions ({each}); {self.events} events, {self.tasks} workflow tasks"


def costs(events: Iterable[HistoryEvent]) -> Costs:
    """Count them."""
    counted, tasks, actions = 0, 0, Counter[str]()
    names: dict[int, str] = {}
    for event in events:
        name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        if name in _SKIPPING:
            continue
        counted += 1
        if name in _ONE_EACH:
            actions[_ONE_EACH[name]] += 1
        elif name == "ACTIVITY_TASK_SCHEDULED":
            names[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
        elif name == "ACTIVITY_TASK_STARTED":
            started = event.activity_task_started_event_attributes
            actions[names[started.scheduled_event_id]] += started.attempt
        elif name == "WORKFLOW_TASK_COMPLETED":
            tasks += 1
    return Costs(counted, tasks, actions)
