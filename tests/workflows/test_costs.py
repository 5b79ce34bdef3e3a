"""What one ordinary issue costs: the figures that a change of the shell or the rules must not let grow unseen."""

import sys
from datetime import timedelta

import pytest

from escalation.issue.commands import Acknowledge, Close, Resolve
from escalation.policy.model import Tell
from tests.given import actor, minutes, policy, tier
from tests.server import House
from tests.workflows.costs import costs
from tests.workflows.history import events

pytestmark = pytest.mark.server

RECORDS = 8
"""Batches of entries at most; fewer where entries come so close together that they are written at once."""


async def test_an_issue_that_the_second_tier_answers(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Two tiers with one target each, no warnings, no courtesies; the first is silent, the second answers."""
    first, second = tier("first", tell=Tell(people=("ann",))), tier("second", tell=Tell(people=("lee",)))
    issue = (await house.open(house.fresh(policy(first, second)))).issue
    await house.until(issue, lambda s: bool(s.asked))
    await house.recorded(issue)
    await house.pass_time(issue, minutes(10) + timedelta(seconds=1))
    await house.until(issue, lambda s: s.asked == ("lee",))
    await house.recorded(issue)
    for command in (
        Acknowledge(id="a", by=actor("lee")),
        Resolve(id="r", by=actor("lee"), outcome="solved"),
        Close(id="c", by=actor("lee"), reason="confirmed"),
    ):
        assert (await house.send(issue, command)).outcome == "done"
        await house.recorded(issue)
    await house.pass_time(issue, timedelta(days=14, seconds=1))
    await house.handle(issue).result()

    found = costs(await events(house.client, issue))
    with capsys.disabled():
        sys.stdout.write(f"\n{found}\n")
    record = found.actions.pop("record")
    assert found.actions == {
        "start": 1,
        "find_responders": 2,
        "notify": 2,
        "timer": 5,  # acknowledge, acknowledge, work, confirmation, window
        "update": 3,
        "attributes": 4,  # second tier, acknowledged, resolved, closed
    }
    assert record <= RECORDS
