"""The errands that look up who is asked when a tier begins, and whose shift ends: live, from directory and rotas."""

import asyncio
from collections.abc import Collection

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.live_directory import DirectoryUnreadable, LiveDirectory
from activities.live_rotas import LiveRotas
from escalation.issue.commands import TakePeople, TakeShifts
from escalation.issue.effects import FindResponders, FindShifts
from escalation.issue.next_shift import find_next_shift
from escalation.issue.responders import find_in, has_limits, needs_loads
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
        # Everybody who may be chosen is looked at first: what they have to do may decide.
        wanted = _of_everybody(effect) if needs_loads(effect) else effect
        try:
            directory, rotas, found = await asyncio.to_thread(self._look, wanted)
        except (DirectoryUnreadable, OSError) as error:
            raise ApplicationError(str(error), type="DirectoryUnreadable") from error
        if not needs_loads(effect) and not (has_limits(effect) and _is_limited(found, directory)):
            return found
        recorded = await self._recorded(found, effect)
        # Nothing is awaited from here on: no two look-ups of this worker take the same turn. Whoever is asked for is in
        # memory by now.
        known = recorded.known if recorded is not None else ()
        now = self._given.with_record(recorded.loads if recorded is not None else None, known, effect)
        answer = find_in(directory, effect, self._channels, rotas, now)
        self._given.note(effect, [person.id for person in answer.people])
        return answer

    @activity.defn(name="find_shifts")
    async def find_shifts(self, effect: FindShifts) -> TakeShifts:
        """Until when those who have it are on duty, and who is next. Fails as `DirectoryUnreadable`, to be retried."""
        try:
            return await asyncio.to_thread(self._shifts, effect)
        except (DirectoryUnreadable, OSError) as error:
            raise ApplicationError(str(error), type="DirectoryUnreadable") from error

    def _shifts(self, effect: FindShifts) -> TakeShifts:
        directory = self._directory.current()
        rotas = NO_ROTAS if self._rotas is None else self._rotas.current(directory)
        if rotas is None:
            raise DirectoryUnreadable(f"no rotas: {self._rotas.trouble if self._rotas is not None else None}")
        return find_next_shift(directory, effect, self._channels, rotas)

    async def _recorded(self, able: TakePeople, effect: FindResponders) -> loads.Recorded | None:
        """What the record says of whoever may be chosen; None where it is away."""
        if self._db is None:
            return None
        people = [person.id for person in (*able.people, *able.beside)]
        try:
            reading = asyncio.to_thread(loads.read, self._db, effect.issue.org, people, self._given.recent(effect))
            return await asyncio.wait_for(reading, WITHIN_S)
        except Exception as error:  # noqa: BLE001 - whatever ails the record, somebody is asked
            _log.warning("loads_not_read", error=type(error).__name__)
            return None

    def _look(self, effect: FindResponders) -> tuple[Directory, Rotas, TakePeople]:
        directory, rotas = self._directory.current(), NO_ROTAS
        if self._rotas is not None and effect.tell.rotas:
            found = self._rotas.current(directory)
            if found is None:
                raise DirectoryUnreadable(f"no rotas: {self._rotas.trouble}")
            rotas = found
        return directory, rotas, find_in(directory, effect, self._channels, rotas)


def _is_limited(found: TakePeople, directory: Directory) -> bool:
    """Whether anybody who is found, or next, may have only so much at once."""
    people = (directory.person(person.id) for person in (*found.people, *found.beside) if directory.has(person.id))
    return any(person.at_once is not None for person in people)


def _of_everybody(effect: FindResponders) -> FindResponders:
    """The same look-up before anybody is chosen."""
    return effect.changed({"tell": effect.tell.changed({"choose": None})})
