"""The sample of `escalon up --sample`: one issue, plainly marked, that climbs four tiers within a minute, and a key.

It comes in by the same door as any other, under a policy of its own that no real issue gets.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from client.opening import Refused, open_issue
from client.settings import SHIPPED, Settings
from escalation.issue.identity import IssueId
from escalation.policy.check_set import read_set
from escalation.policy.finding import PolicyErrors
from records import api_keys, reading
from records.database import Database
from records.filters import ListFilters
from starter.door import OpenRequest, actor_for, prepare_open
from starter.failure import NotDone, WrongInput
from starter.installation import Installed, rota_texts
from starter.keys import create_key
from starter.people_source import people_source

POLICY = SHIPPED / "samples" / "quick-climb.yaml"
SOURCE = "sample"
TITLE = "SAMPLE: nothing is wrong, see how an issue climbs"
TEXT = (
    "This is a sample issue. Nobody acknowledges it, so it moves up a tier every 12 seconds, until nobody is above to "
    "be asked and the last resort is told. Acknowledge or resolve it at any time."
)

KEY_FILE = "sample.key"
KEY_LASTS = timedelta(days=30)


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


def sample_key(settings: Settings, db: Database, person: str) -> Path | None:
    """Where an API key of this person lies, for trying the HTTP door: made at the first start, for its owner to read.

    None where the directory does not serve.
    """
    file, now = settings.home / KEY_FILE, datetime.now(UTC)
    written = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    known = {key.key: key for key in api_keys.every(db)}
    kept = known.get(api_keys.read_written(written) or "")
    if api_keys.opens(kept, written) and kept is not None and kept.is_good(now):
        return file
    try:
        here = _installed(settings)
        written, _ = create_key(db, here, person=person, label="sample", now=now, expires_at=now + KEY_LASTS)
    except (NotDone, WrongInput):
        return None
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as kept_file:
        kept_file.write(f"{written}\n")
    return file


def _installed(settings: Settings) -> Installed:
    try:
        source = people_source(settings)
        policies, directory = read_set(
            {POLICY.name: POLICY.read_text(encoding="utf-8")},
            source.people,
            rota_texts(settings),
            read_people=source.read,
        )
    except PolicyErrors as errors:
        raise NotDone(f"the sample issue was not opened: {errors}") from None
    return Installed(policies, directory, org=settings.org)
