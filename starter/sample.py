"""The sample issue of `escalon up --sample`: one issue, plainly marked, that climbs four tiers within a minute.

It comes in by the same door as any other, under a policy of its own that no real issue gets.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from client.opening import Refused, open_issue
from client.settings import SHIPPED, Settings
from escalation.issue.identity import IssueId
from escalation.policy.check_set import read_set
from escalation.policy.finding import PolicyErrors
from records import reading
from records.database import Database
from records.filters import ListFilters
from starter.door import OpenRequest, actor_for, prepare_open
from starter.failure import NotDone, WrongInput
from starter.installation import Installed

POLICY = SHIPPED / "samples" / "quick-climb.yaml"
SOURCE = "sample"
TITLE = "SAMPLE: nothing is wrong, see how an issue climbs"
TEXT = (
    "This is a sample issue. Nobody acknowledges it, so it moves up a tier every 12 seconds, until nobody is above to "
    "be asked and the last resort is told. Acknowledge or resolve it at any time."
)


async def open_sample(client: Any, settings: Settings, db: Database) -> IssueId:
    """Open it, unless one is climbing; says which. Raises NotDone where this directory does not serve."""
    climbing = [
        row.issue
        for row in reading.list_issues(db, ListFilters(source=SOURCE, status=("open",), is_exhausted=False))
        if row.handler is None
    ]
    if climbing:
        return climbing[0]
    here = _installed(settings)
    now = datetime.now(UTC)
    reference = f"{now:%Y-%m-%d-%H%M%S}"
    request = OpenRequest(
        raiser=actor_for(here.directory.person(here.directory.operator), "cli"),
        command_id=f"{SOURCE}-{reference}",
        title=TITLE,
        description=TEXT,
        policy=here.policies[0].name,
        source=SOURCE,
        reference=reference,
        team=here.directory.teams[0].name,
    )
    try:
        prepared = prepare_open(request, here, db, now)
        answer = await open_issue(client, prepared.command, settings.task_queue, prepared.latest, prepared.carry)
    except (WrongInput, Refused) as error:
        raise NotDone(f"the sample issue was not opened: {error}") from error
    return answer.issue


def _installed(settings: Settings) -> Installed:
    people: Path = settings.people
    try:
        policies, directory = read_set(
            {POLICY.name: POLICY.read_text(encoding="utf-8")}, (people.name, people.read_text(encoding="utf-8"))
        )
    except PolicyErrors as errors:
        raise NotDone(f"the sample issue was not opened: {errors}") from None
    return Installed(policies, directory, org=settings.org)
