"""Record the golden histories: `python -m scripts.record_histories [NAME ...]`, from the project's folder.

Plays every story of `tests/workflows/scenarios.py` on a development server and writes the history of each of its runs
to `tests/workflows/histories/`. Histories of a rules revision that is live are never recorded anew because replay
complains: that complaint is what they are for. A new revision gets histories of its own beside them.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from escalation.issue.decide import RULES_REVISION
from tests.server import dev_server, working
from tests.workflows import bundle_story
from tests.workflows.history import failed_tasks, runs
from tests.workflows.scenarios import SCENARIOS, Scenario, staged
from tests.workflows.test_hand_over import AT_ONCE, SOON

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "workflows" / "histories"
BUNDLE = "bundle"
"""The story of the other workflow, beside the issues'."""
HANDS_OVER = "refused_signals"
"""The story that is recorded once more with hand-overs in it."""
MACHINE = {"identity", "stackTrace", "workerInstanceKey", "workerControlTaskQueue", "workerVersion"}
"""What says which machine, folder or process it was; replay needs none of it, but it needs the SDK's own flags."""


def without_machine(value: Any) -> Any:
    """The same without what names the machine it was recorded on."""
    if isinstance(value, dict):
        kept = {name: without_machine(item) for name, item in value.items() if name not in MACHINE}
        if kept.get("kind") == "TASK_QUEUE_KIND_STICKY":
            kept["name"] = "sticky"
        return kept
    return [without_machine(item) for item in value] if isinstance(value, list) else value


def write(history: WorkflowHistory, name: str) -> Path:
    """One event on a line, so that a difference can be read."""
    events = without_machine(json.loads(history.to_json()))["events"]
    lines = ",\n".join(json.dumps(event, separators=(",", ":"), sort_keys=True) for event in events)
    path = FOLDER / f"r{RULES_REVISION}_{name}.json"
    path.write_text(f'{{"events":[\n{lines}\n]}}\n', encoding="utf-8")
    return path


async def record(env: WorkflowEnvironment, scenario: Scenario, name: str) -> None:
    """Play the story and write its runs."""
    with tempfile.TemporaryDirectory() as home:
        async with staged(env, Path(home) / name, scenario, task_queue="recorded") as house:
            issue = await scenario.play(house)
            assert not await failed_tasks(house.client, issue)
            histories = await runs(house.client, str(issue))
    for old in FOLDER.glob(f"r{RULES_REVISION}_{name}*.json"):
        old.unlink()
    for number, history in enumerate(histories, start=1):
        path = write(history, name if len(histories) == 1 else f"{name}_{number}")
        print(f"{path.name}: {len(history.events)} events, {path.stat().st_size // 1000} kB")


async def main(wanted: list[str]) -> None:
    """Record the stories of these names; without names, all."""
    FOLDER.mkdir(exist_ok=True)
    async with dev_server() as env:
        for scenario in SCENARIOS:
            if not wanted or scenario.name in wanted:
                await record(env, scenario, scenario.name)
    if not wanted or "hand_over" in wanted:
        async with dev_server(*SOON, *AT_ONCE) as hasty:
            scenario = next(scenario for scenario in SCENARIOS if scenario.name == HANDS_OVER)
            await record(hasty, scenario, "hand_over")
    if not wanted or BUNDLE in wanted:
        await record_bundle()


async def record_bundle() -> None:
    """Play the bundle's story and write its one run."""
    with tempfile.TemporaryDirectory() as home:
        async with dev_server() as env, working(env, Path(home), "recorded") as house:
            name = await bundle_story.play(house)
            assert not await failed_tasks(house.client, name)
            (history,) = await runs(house.client, name)
    path = write(history, BUNDLE)
    print(f"{path.name}: {len(history.events)} events, {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)  # the SDK may abort at the interpreter's exit
