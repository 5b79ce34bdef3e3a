"""The main job on the real server: silence moves an issue up at the exact instant; people answer; all is on record."""

from datetime import timedelta

import pytest

from escalation.issue.commands import Acknowledge, Resolve
from tests.given import actor, minutes
from tests.server import House

pytestmark = pytest.mark.server


async def test_silence_moves_it_up_at_the_exact_instant(house: House) -> None:
    command = house.fresh()
    issue = (await house.open(command)).issue
    await house.until(issue, lambda s: bool(s.asked))
    await house.pass_time(issue, minutes(10) + timedelta(seconds=1))
    state = await house.until(issue, lambda s: s.tier == "second" and bool(s.asked))
    began = command.issue.opened_at + minutes(10)
    assert state.tier_began_at == began
    assert state.asked == ("lee",)
    done = await house.send(issue, Acknowledge(id="a1", by=actor("lee")))
    assert done.outcome == "done"
    assert (await house.send(issue, Resolve(id="r1", by=actor("lee"), outcome="solved"))).outcome == "done"
    await house.pass_time(issue, timedelta(days=5, seconds=1))
    await house.until(issue, lambda s: s.status == "closed")
    await house.pass_time(issue, timedelta(days=14, seconds=1))
    final = await house.handle(issue).result()
    assert final["status"] == "ended"
    kinds = [entry.event.kind for entry in await house.recorded(issue)]
    assert kinds[:4] == ["opened", "tier_began", "people_asked", "told"]
    assert kinds[-3:] == ["told", "closed", "window_ended"] or kinds[-2:] == ["closed", "window_ended"]


async def test_one_signal_by_hand_is_enough(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: bool(s.asked))
    await house.handle(issue).signal("acknowledge", {"by": "ann"})
    state = await house.until(issue, lambda s: s.handler == "ann")
    assert state.acknowledge_due_at is None
