"""The errand that looks up who is asked when a tier begins: live, from the directory, at that moment."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.live_directory import DirectoryUnreadable, LiveDirectory
from escalation.issue.commands import TakePeople
from escalation.issue.effects import FindResponders
from escalation.issue.responders import find_in

AT_ONCE = timedelta(milliseconds=300)
"""How long a look-up within a workflow task may take: a page waits with it."""


class FindingResponders:
    """Looks people up; `channels` are the names of those that are set up."""

    def __init__(self, directory: LiveDirectory, channels: Collection[str]) -> None:
        self._directory = directory
        self._channels = frozenset(channels)

    @activity.defn(name="find_responders")
    async def find_responders(self, effect: FindResponders) -> TakePeople:
        """Whom the tier tells, without those whom the issue is about; perhaps nobody.

        Fails as `DirectoryUnreadable`, to be retried: the last known people are asked when that takes too long.
        """
        within = AT_ONCE.total_seconds() if activity.info().is_local else None
        try:
            directory = await asyncio.wait_for(asyncio.to_thread(self._directory.current), within)
        except DirectoryUnreadable as error:
            raise ApplicationError(str(error), type="DirectoryUnreadable") from error
        except TimeoutError:
            raise ApplicationError("the directory does not answer at once", type="DirectorySlow") from None
        return find_in(directory, effect, self._channels)
