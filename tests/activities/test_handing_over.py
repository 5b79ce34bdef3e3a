"""Messages that come while others are handed over go together with the next call; who fails says so to each."""

import asyncio
from collections.abc import Sequence

import pytest

from activities.handing_over import HandingOver
from client.bundles import HAND_OVER_MOST
from escalation.storm.bundle import Handed, Whose
from tests.escalation.storm.given import BUNDLE, CAUSE, KIM, handed

WHOSE = Whose(person=KIM, channel="sms", cause=CAUSE)


async def test_five_hundred_messages_are_a_few_calls_and_none_is_left_behind() -> None:
    calls: list[int] = []
    taken: list[str] = []

    async def call(name: str, whose: Whose, messages: Sequence[Handed]) -> None:
        assert (name, whose) == (BUNDLE, WHOSE)
        calls.append(len(messages))
        await asyncio.sleep(0.001)
        taken.extend(message.key for message in messages)

    handing = HandingOver(call)
    messages = [handed(number) for number in range(500)]
    await asyncio.gather(*(handing.hand_over(BUNDLE, WHOSE, message) for message in messages))
    assert taken == [message.key for message in messages]
    assert max(calls) == HAND_OVER_MOST
    assert len(calls) == 3
    await handing.hand_over(BUNDLE, WHOSE, handed(500))
    assert calls[-1] == 1, "alone it goes at once"


async def test_a_call_that_fails_fails_for_its_messages_and_not_for_the_next() -> None:
    calls: list[int] = []

    async def call(name: str, whose: Whose, messages: Sequence[Handed]) -> None:
        calls.append(len(messages))
        await asyncio.sleep(0.001)
        if len(calls) == 1:
            raise RuntimeError("no server")

    handing = HandingOver(call)
    first = asyncio.create_task(handing.hand_over(BUNDLE, WHOSE, handed(1)))
    await asyncio.sleep(0)
    others = [asyncio.create_task(handing.hand_over(BUNDLE, WHOSE, handed(number))) for number in (2, 3)]
    await asyncio.sleep(0)
    others[0].cancel()
    with pytest.raises(RuntimeError, match="no server"):
        await first
    await others[1]
    assert calls == [1, 2]
