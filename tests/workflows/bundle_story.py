"""The story of a bundle on the real server, to its end: played to record its golden history, and by its own test.

One message that comes alone is let go by itself, two go in a digest that does not arrive, two in one that stands: a
sixth joins it, and the next one names that.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from client.bundles import ask_ended, hand_over, say_not_arrived
from escalation.issue.facts import CauseRef, PersonFacts
from escalation.storm.bundle import Became, Handed, Whose
from escalation.storm.counting import Limits
from escalation.storm.digest import bundle_id
from tests.server import House
from tests.workflows.waiting import until_found

CAUSE = CauseRef(key="00112233445566aa", name="component payments-api")
READER = PersonFacts(id="lee", role="second", channels=("inbox",))
QUICK = Limits(gather=timedelta(milliseconds=300), longest=timedelta(milliseconds=900), idle=timedelta(seconds=2))


async def play(house: House) -> str:
    """The bundle's id, once it is over."""
    name = bundle_id("main", READER.id, "inbox", CAUSE)
    whose = Whose(person=READER, channel="inbox", cause=CAUSE, limits=QUICK)

    async def handed(*numbers: int) -> None:
        await hand_over(house.client, name, whose, [_message(number) for number in numbers], house.settings.task_queue)

    async def ended(number: int) -> Became | None:
        return (await ask_ended(house.client, name)).get(_message(number).key)

    await handed(1)
    await until_found(lambda: ended(1))
    await handed(2, 3)
    await until_found(lambda: ended(3))
    await say_not_arrived(house.client, f"{name}/1", "Twilio says undelivered")
    await handed(4, 5)
    await until_found(lambda: ended(5))
    await handed(6, 2)
    await until_found(lambda: ended(6))
    handle = house.client.get_workflow_handle(name)
    await asyncio.wait_for(handle.result(), 30)
    return name


def _message(number: int) -> Handed:
    issue = f"main:main:main:desk:STORM-{number}:1"
    return Handed(
        key=f"{issue}/7/{READER.id}/inbox",
        issue=issue,
        about="asked",
        severity="S1",
        priority=1,
        tier="Second",
        asks=True,
        can_acknowledge=True,
        handed_at=datetime.now(UTC),
        hold=timedelta(seconds=90),
    )
