"""One attempt of the errand that tells somebody, as the server would start it."""

import dataclasses
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.notify import Notifying
from escalation.issue.commands import TakeDelivery
from escalation.issue.delivery import Noted, read_noted
from escalation.issue.effects import Notify
from tests.activities.given import AT


class Tried:
    """One try of the errand at a given attempt, after `waited`, and the heartbeats it left."""

    def __init__(
        self,
        notifying: Notifying,
        attempt: int = 1,
        noted: object = None,
        waited: timedelta = timedelta(0),
    ) -> None:
        """`noted`: what attempts before it left; a number: that those up to it failed plainly."""
        self._notifying = notifying
        self._env = ActivityEnvironment()
        left = Noted(last=noted).model_dump(mode="json") if isinstance(noted, int) else noted
        self._env.info = dataclasses.replace(
            self._env.info,
            attempt=attempt,
            heartbeat_details=[] if left is None else [left],
            scheduled_time=AT,
            started_time=AT + waited,
        )
        self._env.on_heartbeat = lambda *details: self.noted.append(read_noted(details))
        self.noted: list[Noted] = []

    async def tell(self, effect: Notify) -> TakeDelivery:
        """Run it."""
        answer = await self._env.run(self._notifying.notify, effect)
        assert isinstance(answer, TakeDelivery)
        return answer

    async def fail(self, effect: Notify) -> ApplicationError:
        """Run it, expecting it to fail for now."""
        with pytest.raises(ApplicationError) as caught:
            await self.tell(effect)
        assert not caught.value.non_retryable
        return caught.value
