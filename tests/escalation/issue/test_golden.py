"""Golden decisions: recorded commands give the recorded answers, or somebody's running issue would be decided anew.

A running issue replays its history through `decide`. So a change of decisions is a new revision of the rules beside
the old, with recordings of its own; these stay. `ESCALON_REGENERATE_GOLDEN=1` writes what is missing or has changed,
for a revision that no release has opened an issue with.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from escalation.issue.clocks import next_timer
from escalation.issue.commands import Command, Open, read_command
from escalation.issue.decide import RULES_REVISION, decide
from escalation.issue.effects_of import effects
from escalation.issue.events import Entry
from escalation.issue.evolve import evolve
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from tests.escalation.issue.stories import STORIES as OF_THE_LADDER
from tests.escalation.issue.stories import Told
from tests.escalation.issue.stories_by_hand import STORIES_BY_HAND
from tests.given import T0

STORIES = OF_THE_LADDER | STORIES_BY_HAND
GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.json"))
IS_REGENERATING = os.environ.get("ESCALON_REGENERATE_GOLDEN") == "1"


def recorded(name: str) -> dict[str, Any]:
    """A story as it is decided now."""
    played = STORIES[name]()
    assert isinstance(played, Told)
    steps, state = [], None
    for now, command in played.given:
        answer, state = answered(state, command, now)
        steps.append({"now": now.isoformat(), "command": command.model_dump(mode="json"), **answer})
    return {"story": (STORIES[name].__doc__ or "").strip(), "rules_revision": RULES_REVISION, "steps": steps}


def answered(state: IssueState | None, command: Command, now: datetime) -> tuple[dict[str, Any], IssueState | None]:
    """All that a replay depends on: the entries, what they ask of the world, and what the timer waits for then."""
    decision = decide(state, command, now)
    if isinstance(decision, Rejected):
        return {"refused": decision.code, "nature": decision.nature}, state
    asks: list[str] = []
    for entry in decision:
        before, state = state, evolve(state, entry)
        asks.extend(f"{effect.kind} {effect.key}" for effect in effects(before, state, entry))
    due = next_timer(state) if state is not None else None
    timer = f"{due.at.isoformat()} {due.what}" if due else None
    return {"entries": [_entry(entry) for entry in decision], "asks": asks, "timer": timer}, state


def _entry(entry: Entry) -> dict[str, Any]:
    """An entry without its defaults; of the first, which holds the whole command, that it is one."""
    found = entry.model_dump(mode="json", exclude_defaults=True)
    found["event"] = {"kind": entry.event.kind, **found["event"]}
    if entry.event.kind == "opened":
        found["event"] = {"kind": "opened", "rules_revision": entry.event.rules_revision}
    return found


def _text(golden: dict[str, Any]) -> str:
    """JSON with a line for each command and each entry, so that a change can be read."""
    lines = [
        f' "story": {json.dumps(golden["story"])},',
        f' "rules_revision": {golden["rules_revision"]},',
        ' "steps": [',
    ]
    for step in golden["steps"]:
        parts = []
        for key, value in step.items():
            shown = json.dumps(value, ensure_ascii=False)
            if key == "entries" and value:
                shown = "[\n    " + ",\n    ".join(json.dumps(entry, ensure_ascii=False) for entry in value) + "\n   ]"
            parts.append(f'   "{key}": {shown}')
        lines.append("  {\n" + ",\n".join(parts) + "\n  }" + ("," if step is not golden["steps"][-1] else ""))
    return "\n".join(["{", *lines, " ]", "}"]) + "\n"


@pytest.fixture(scope="session", autouse=IS_REGENERATING)
def _regenerate() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name in STORIES:
        (GOLDEN / f"{name}.json").write_text(_text(recorded(name)), encoding="utf-8")


def test_every_story_is_recorded_and_no_recording_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(STORIES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_recorded_commands_give_the_recorded_decisions(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    state: IssueState | None = None
    for number, step in enumerate(golden["steps"]):
        command = read_command(step["command"])
        if isinstance(command, Open) and state is None:
            assert command.rules_revision == golden["rules_revision"]
        answer, state = answered(state, command, datetime.fromisoformat(step["now"]))
        expected = {key: value for key, value in step.items() if key not in {"now", "command"}}
        assert answer == expected, f"step {number} of {path.stem}: {step['command']['kind']} at {step['now']}"


def test_a_recording_begins_where_the_stories_do() -> None:
    for path in FILES:
        first = json.loads(path.read_text(encoding="utf-8"))["steps"][0]
        assert (first["command"]["kind"], datetime.fromisoformat(first["now"])) == ("open", T0)
