"""The errand that looks up who is asked when a tier begins: live, from the directory, at that moment."""

import asyncio
from collections.abc import Collection

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.live_directory import DirectoryUnreadable, LiveDirectory
from escalation.issue.commands import TakePeople
from escalation.issue.effects import FindResponders
from escalation.policy.model import Tell


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
        found = directory.in_tell(effect.tell, effect.issue.team)
        asked = [person for person in found if person.id not in effect.about]
        return TakePeople(
            id=effect.key,
            turn=effect.turn,
            people=tuple(person.reachable(self._channels) for person in asked),
            why=_why(effect, len(found) - len(asked), is_anybody=bool(asked)),
        )


def _why(effect: FindResponders, excluded: int, *, is_anybody: bool) -> str:
    words = _told(effect.tell, effect.issue.team)
    if excluded:
        words += f", without {excluded} whom the issue is about"
    return words if is_anybody else f"nobody found: {words}"


def _told(tell: Tell, team: str) -> str:
    parts = ["those named by the policy"] if tell.people else []
    if tell.roles:
        where = f"in team {tell.team}" if tell.team else f"in team {team}, or anywhere where it has none"
        parts.append(f"{', '.join(tell.roles)} {where}")
    return " and ".join(parts) or "the policy names nobody"
