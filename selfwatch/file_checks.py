"""Looking at the files that people edit: the directory and the policies, as they are now."""

import asyncio
from contextlib import suppress
from datetime import datetime

from activities.live_directory import DirectoryUnreadable
from client.policy_files import PoliciesUnreadable, read_policy_files
from client.settings import Settings
from escalation.policy.check_set import check_set
from selfwatch.found import Found
from selfwatch.watched import Watched


async def directory_unusable(watched: Watched, now: datetime) -> list[Found]:  # noqa: ARG001
    """Whether the directory can be read as it is now."""
    trouble: str | None
    try:
        watched.directory.current()
        trouble = watched.directory.trouble
    except DirectoryUnreadable as error:
        trouble = str(error)
    return [Found(kind="directory_unusable", detail=" ".join(trouble.split())[:600])] if trouble else []


async def policies_unusable(watched: Watched, now: datetime) -> list[Found]:  # noqa: ARG001
    """Whether the policies can be used; what is wrong in the directory alone is a finding of its own."""
    trouble = await asyncio.to_thread(_wrong_in_policies, watched.settings)
    return [Found(kind="policies_unusable", detail=" ".join(trouble.split())[:600])] if trouble else []


def _wrong_in_policies(settings: Settings) -> str:
    """The first error, and how many more there are; empty where all is well."""
    try:
        texts = read_policy_files(settings)
    except PoliciesUnreadable as error:
        return str(error)
    people: tuple[str, str] | None = None
    with suppress(OSError, UnicodeDecodeError):  # a finding of its own
        people = (str(settings.people), settings.people.read_text(encoding="utf-8"))
    errors = [error for error in check_set(texts, people).errors if error.file in texts]
    more = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{errors[0]}{more}" if errors else ""
