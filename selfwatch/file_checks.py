"""Looking at the files that people edit: the directory, the rotas and the policies, as they are now."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from activities.live_directory import DirectoryUnreadable
from client.calendar_files import CalendarsUnreadable
from client.pinned_calendars import calendars_to_pin
from client.policy_files import PoliciesUnreadable, read_policy_files
from client.rota_files import RotasUnreadable, read_rota_files
from client.settings import Settings
from escalation.oncall.read_rotas import RotaTexts, check_rotas
from escalation.policy.check_set import check_set
from escalation.policy.directory import Directory
from escalation.policy.finding import PolicyError
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


async def rotas_unusable(watched: Watched, now: datetime) -> list[Found]:  # noqa: ARG001
    """Whether the rotas and their feeds can be used with the directory as it is now."""
    with suppress(DirectoryUnreadable):  # a finding of its own
        directory = watched.directory.current()
        trouble = await asyncio.to_thread(_wrong_in_rotas, watched.settings, directory)
        return [Found(kind="rotas_unusable", detail=" ".join(trouble.split())[:600])] if trouble else []
    return []


def _wrong_in_rotas(settings: Settings, directory: Directory) -> str:
    """The first error, and how many more there are; empty where all is well."""
    try:
        texts = read_rota_files(settings.rotas_file)
    except RotasUnreadable as error:
        return str(error)
    if texts is None:
        return f"there is no file {settings.rotas}" if settings.rotas else ""
    _, found = check_rotas(texts, directory)
    return _first([finding for finding in found if finding.level == "error"])


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
    try:
        rotas = read_rota_files(settings.rotas_file)
    except RotasUnreadable:  # a finding of its own, too; which rotas there are is not known
        rotas = RotaTexts(str(settings.rotas_file), "")
    try:
        calendars = calendars_to_pin(settings)
    except CalendarsUnreadable as error:
        return str(error)
    return _first(
        [error for error in check_set(texts, people, rotas=rotas, calendars=calendars).errors if error.file in texts]
    )


def _first(errors: Sequence[PolicyError]) -> str:
    more = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{errors[0]}{more}" if errors else ""
