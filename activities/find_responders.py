"""The errand that looks up who is asked when a tier begins: live, from the directory, at that moment."""

import asyncio
from collections.abc import Collection

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.live_directory import DirectoryUnreadable, LiveDirectory
from escalation.issue.commands import TakePeople
from escalation.issue.effects import FindResponders
from escalation.issue.responders import find_in


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
        try:
            directory = await asyncio.to_thread(self._directory.current)
        except DirectoryUnreadable as error:
            raise ApplicationError(str(error), type="DirectoryUnreadable") from error
        return find_in(directory, effect, self._channels)
