"""The errand that looks up who is asked when a tier begins: live, from directory and rotas, as of that moment."""

import asyncio
from collections.abc import Collection

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.live_directory import DirectoryUnreadable, LiveDirectory
from activities.live_rotas import LiveRotas
from escalation.issue.commands import TakePeople
from escalation.issue.effects import FindResponders
from escalation.issue.responders import find_in
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.directory import Directory


class FindingResponders:
    """Looks people up; `channels` are the names of those that are set up. Without `rotas` there are none."""

    def __init__(self, directory: LiveDirectory, channels: Collection[str], rotas: LiveRotas | None = None) -> None:
        self._directory = directory
        self._rotas = rotas
        self._channels = frozenset(channels)

    @activity.defn(name="find_responders")
    async def find_responders(self, effect: FindResponders) -> TakePeople:
        """Whom the tier tells, without those whom the issue is about; perhaps nobody.

        Fails as `DirectoryUnreadable`, to be retried: the last known people are asked when that takes too long. So it
        does where the tier tells a rota and there never was a good copy of the rotas; other tiers do without them.
        """
        try:
            directory, rotas = await asyncio.to_thread(self._look, effect)
        except DirectoryUnreadable as error:
            raise ApplicationError(str(error), type="DirectoryUnreadable") from error
        return find_in(directory, effect, self._channels, rotas)

    def _look(self, effect: FindResponders) -> tuple[Directory, Rotas]:
        directory = self._directory.current()
        if self._rotas is None or not effect.tell.rotas:
            return directory, NO_ROTAS
        rotas = self._rotas.current(directory)
        if rotas is None:
            raise DirectoryUnreadable(f"no rotas: {self._rotas.trouble}")
        return directory, rotas
