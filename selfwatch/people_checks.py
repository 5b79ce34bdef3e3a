"""Looking for who has left and is needed all the same, before a case needs them: by the directory as it is now."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from activities.live_directory import DirectoryUnreadable
from client.calendar_files import CalendarsUnreadable
from client.pinned_calendars import calendars_to_pin
from client.policy_files import PoliciesUnreadable, read_policy_files
from escalation.policy.check_set import check_set
from escalation.policy.finding import Findings, PolicyError
from escalation.policy.lint_leavers import lint_offices, lint_told_leavers
from selfwatch.found import Found
from selfwatch.watched import Watched

MANY = 20_000
"""Of more people a look goes through all who have a role that is told, which takes a second: every ten minutes then."""
_LOOK_AGAIN = timedelta(minutes=10)


class LeftAndNeeded:
    """One watch's look at it."""

    def __init__(self) -> None:
        self._found: list[Found] = []
        self._again_at: datetime | None = None

    async def look(self, watched: Watched, now: datetime, suspects: frozenset[str]) -> list[Found]:  # noqa: ARG002
        """Whether somebody has left who operates Escalon, leads a team, or is told by a policy; or a role is empty."""
        if self._again_at is None or now >= self._again_at:
            count, errors = await asyncio.to_thread(_needed, watched, now)
            said = "; ".join(f"{each.field}: {each.value} {each.problem}" for each in errors)
            self._found = [Found(kind="left_and_needed", detail=said[:600])] if errors else []
            self._again_at = now + _LOOK_AGAIN if count > MANY else None
        return self._found


def _needed(watched: Watched, now: datetime) -> tuple[int, list[PolicyError]]:
    """How many people there are, and errors alone: who leaves soon is warned of by `escalon policy check`."""
    found: list[PolicyError] = []
    count = 0
    with suppress(DirectoryUnreadable, OSError, LookupError):  # a finding of its own
        directory = watched.directory.current()
        count = len(directory.people)
        of_people = Findings("")
        lint_offices(directory, now, of_people)
        found += of_people.in_order()
        with suppress(PoliciesUnreadable, CalendarsUnreadable):  # likewise
            texts = read_policy_files(watched.settings)
            for policy in check_set(texts, None, calendars=calendars_to_pin(watched.settings)).policies:
                of_policy = Findings(policy.name)
                lint_told_leavers(policy, directory, now, of_policy)
                found += [
                    each.model_copy(update={"field": f"{policy.name}.{each.field}"}) for each in of_policy.in_order()
                ]
    return count, [each for each in found if each.level == "error"]
