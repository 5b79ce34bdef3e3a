"""Every command of people is an update and a signal of its own name, with a description that says what to send."""

import json
from typing import Any

import pytest

from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.from_body import read_body
from escalation.issue.refusal import Rejected
from escalation.issue.sample_body import in_brief, sample_body
from tests.server import House

NAMES = {"open", *HUMAN_COMMANDS}


@pytest.mark.server
async def test_the_ui_lists_every_message_with_its_description(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    # The query that Temporal's UI asks.
    said: Any = await house.handle(issue).query("__temporal_workflow_metadata")
    definition = said.definition
    updates = {each.name: each.description for each in definition.update_definitions}
    signals = {each.name: each.description for each in definition.signal_definitions if each.name}
    assert set(updates) == NAMES | {"take_duplicate"}
    assert set(signals) == NAMES | {"write_record", "take_receipt", "end_maintenance", "look_at_shifts"}
    assert updates["hold"] == in_brief(HUMAN_COMMANDS["hold"])
    assert signals["snooze"].endswith(': {"by": "<your id>", "until": "2026-11-21T12:00:00Z"}')
    assert {len(each) > 5 for each in (*updates.values(), *signals.values())} == {True}


@pytest.mark.parametrize("name", sorted(set(HUMAN_COMMANDS) - {"adopt_policy"}))
def test_the_body_in_the_description_is_one_that_is_taken(name: str) -> None:
    body = json.loads(sample_body(HUMAN_COMMANDS[name]))
    assert not isinstance(read := read_body(name, [body], "signal-1", "signal"), Rejected), read


def test_of_a_policy_the_body_says_where_it_stands() -> None:
    body = json.loads(sample_body(HUMAN_COMMANDS["adopt_policy"]))
    assert body == {"by": "<your id>", "policies": ["<policies>"], "reason": "..."}
