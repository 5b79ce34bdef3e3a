"""The golden history of a bundle (`python -m scripts.record_histories bundle`): what went once does so again."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from escalation.storm import bundle as rules
from escalation.storm.bundle import Bundle
from tests.workflows.history import kind
from tests.workflows.test_replay import BUNDLES
from worker import build_replayer


def history(path: Path) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


def replayer() -> Replayer:
    """As the worker does it."""
    return build_replayer()


def test_there_is_a_history_with_digests_a_receipt_and_an_end() -> None:
    (path,) = BUNDLES
    kinds = [kind(event) for event in history(path).events]
    assert kinds.count("ACTIVITY_TASK_COMPLETED") == 3
    assert kinds.count("WORKFLOW_EXECUTION_SIGNALED") == 5
    assert kinds[-1] == "WORKFLOW_EXECUTION_COMPLETED"


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
async def test_the_golden_history_of_a_bundle_replays(path: Path) -> None:
    await replayer().replay_workflow(history(path))


async def test_a_digest_that_would_go_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def also_of_one(bundle: Bundle) -> Bundle:
        """A message alone would be a digest, too."""
        return bundle.changed({"waiting": (), "under_way": bundle.waiting, "number": bundle.number + 1})

    monkeypatch.setattr(rules, "begun", also_of_one)
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history(BUNDLES[0]))
