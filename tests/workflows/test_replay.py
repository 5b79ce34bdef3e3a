"""Golden histories: what was decided once is decided again, by every revision of the rules that is live.

A failure here means that running issues would be blocked. The change belongs into a new revision beside the old one;
the histories stay as they are (`scripts/record_histories.py` records those of a new revision).
"""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from client.converter import data_converter
from escalation.issue import decide
from escalation.issue.carried import read_input
from escalation.issue.clocks import Moment
from escalation.issue.deciding import Deciding
from escalation.issue.effects import EFFECTS
from tests.given import minutes
from tests.workflows.history import kind
from tests.workflows.scenarios import SCENARIOS
from workflows.escalation import Escalation

FOLDER = Path(__file__).with_name("histories")
BUNDLES = sorted(FOLDER.glob("*_bundle.json"))
"""Of the other workflow, which gathers the messages of a storm."""
FILES = sorted({*FOLDER.glob("*.json")} - {*BUNDLES})


def history(path: Path) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


def replayer() -> Replayer:
    """As the worker does it: same converter, same sandbox."""
    return Replayer(workflows=[Escalation], data_converter=data_converter)


def values(payloads: Any) -> list[Any]:
    """The payloads as plain JSON."""
    return [json.loads(payload.data) for payload in payloads]


def test_every_live_revision_has_a_history_of_every_story() -> None:
    names = {path.stem.rstrip("0123456789_") for path in FILES}
    stories = [*[scenario.name for scenario in SCENARIOS], "hand_over"]
    assert names == {f"r{revision}_{name}" for revision in decide._REVISIONS for name in stories}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_golden_history_replays(path: Path) -> None:
    await replayer().replay_workflow(history(path))


@pytest.mark.parametrize("name", ["r1_exhausted", "r1_reopened", "r1_fell_back", "r1_hand_over_1"])
async def test_a_deadline_that_moves_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules decide otherwise: the acknowledgement is due an hour later than it was."""
    told_limit = Deciding.limit

    def an_hour_more(self: Deciding, limits: Any) -> Any:
        limit = told_limit(self, limits)
        return limit + minutes(60) if limit else None

    monkeypatch.setattr(Deciding, "limit", an_hour_more)
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history(FOLDER / f"{name}.json"))


async def test_an_order_of_deadlines_that_changes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Moment, "moves", property(lambda self: self.what == "work"))
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history(FOLDER / "r1_exhausted.json"))


def as_given(today: Any, given: Any) -> Any:
    """What stands today in the fields that an earlier release wrote, at any depth; later ones are left out."""
    if isinstance(today, dict) and isinstance(given, dict):
        return {field: as_given(today.get(field), value) for field, value in given.items()}
    if isinstance(today, list) and isinstance(given, list) and len(today) == len(given):
        return [as_given(one, other) for one, other in zip(today, given, strict=True)]
    return today


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_earlier_releases_wrote_is_read_today(path: Path) -> None:
    """Inputs, carried states and the errands that may still be under way when a worker of this release takes over."""
    read = 0
    for event in history(path).events:
        if kind(event) == "WORKFLOW_EXECUTION_STARTED":
            (given,) = values(event.workflow_execution_started_event_attributes.input.payloads)
            assert read_input(given) is not None
            read += 1
        if kind(event) == "ACTIVITY_TASK_SCHEDULED":
            scheduled = event.activity_task_scheduled_event_attributes
            (given,) = values(scheduled.input.payloads[:1])  # beside it, perhaps, entries that travel along
            effect = EFFECTS[scheduled.activity_type.name].model_validate(given)
            assert as_given(effect.model_dump(mode="json"), given) == given
            read += 1
    assert read > 1
