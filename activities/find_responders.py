"""The errand that looks up who is asked when a tier begins: live, from directory and rotas, as of that moment."""

import asyncio
from collections.abc import Collection

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.live_directory import DirectoryUnreadable, LiveDirectory
from activities.live_rotas import LiveRotas
from escalation.issue.commands import TakePeople
from escalation.issue.effects import FindResponders
from escalation.issue.responders import find_in, needs_loads
from escalation.issue.routing import GivenOut
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.directory import Directory
from records import loads
from records.database import Database

WITHIN_S = 2
"""How long a look-up waits for what the record says of people's load. Ours: then what was given out here must do."""

_log = structlog.get_logger(__name__)


class FindingResponders:
    """Looks people up; `channels` are the names of those that are set up. Without `rotas` there are none.

    Without `db` nothing is known of people's load but what was given out here.
    """

    def __init__(
        self,
        directory: LiveDirectory,
        channels: Collection[str],
        rotas: LiveRotas | None = None,
        db: Database | None = None,
    ) -> None:
        self._directory = directory
        self._rotas = rotas
        self._channels = frozenset(channels)
        self._db = db
        self._given = GivenOut()

    @activity.defn(name="find_responders")
    async def find_responders(self, effect: FindResponders) -> TakePeople:
        """Whom the tier tells, without those who may not be asked; perhaps nobody.

        Fails as `DirectoryUnreadable`, to be retried: the last known people are asked when that takes too long. So it
        does where the tier tells a rota and there never was a good copy of the rotas; other tiers do without them.
        Where it hangs on people's load and the record is away, what this worker gave out counts.
        """
        try:
            directory, rotas = await asyncio.to_thread(self._look, effect)
        except DirectoryUnreadable as error:
            raise ApplicationError(str(error), type="DirectoryUnreadable") from error
        if not needs_loads(effect):
            return find_in(directory, effect, self._channels, rotas)
        recorded = await self._recorded(find_in(directory, _of_everybody(effect), self._channels, rotas), effect)
        # Nothing is awaited from here on: no two look-ups of this worker take the same turn.
        known = recorded.known if recorded is not None else ()
        now = self._given.with_record(recorded.loads if recorded is not None else None, known, effect)
        answer = find_in(directory, effect, self._channels, rotas, now)
        self._given.note(effect, [person.id for person in answer.people])
        return answer

    async def _recorded(self, able: TakePeople, effect: FindResponders) -> loads.Recorded | None:
        """What the record says of whoever may be chosen; None where it is away."""
        if self._db is None:
            return None
        people = [person.id for person in able.people]
        try:
            reading = asyncio.to_thread(loads.read, self._db, effect.issue.org, people, self._given.recent(effect))
            return await asyncio.wait_for(reading, WITHIN_S)
        except Exception as error:  # noqa: BLE001 - whatever ails the record, somebody is asked
            _log.warning("loads_not_read", error=type(error).__name__)
            return None

    def _look(self, effect: FindResponders) -> tuple[Directory, Rotas]:
        directory = self._directory.current()
        if self._rotas is None or not effect.tell.rotas:
            return directory, NO_ROTAS
        rotas = self._rotas.current(directory)
        if rotas is None:
            raise DirectoryUnreadable(f"no rotas: {self._rotas.trouble}")
        return directory, rotas


def _of_everybody(effect: FindResponders) -> FindResponders:
    """The same look-up before anybody is chosen."""
    return effect.changed({"tell": effect.tell.changed({"choose": None})})
