"""Looking at the files that people edit: the directory, the rotas and the policies, as they are now."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from activities.live_directory import DirectoryUnreadable
from client.calendar_files import CalendarsUnreadable
from client.feed_copies import said_of_copies
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
        await asyncio.to_thread(watched.directory.current)
        trouble = watched.directory.trouble
    except DirectoryUnreadable as error:
        trouble = str(error)
    return [Found(kind="directory_unusable", detail=" ".join(trouble.split())[:600])] if trouble else []


async def rotas_unusable(watched: Watched, now: datetime) -> list[Found]:  # noqa: ARG001
    """Whether the rotas and their feeds can be used with the directory as it is now."""
    with suppress(DirectoryUnreadable):  # a finding of its own
        directory = await asyncio.to_thread(watched.directory.current)
        trouble = await asyncio.to_thread(_wrong_in_rotas, watched.settings, directory)
        return [Found(kind="rotas_unusable", detail=" ".join(trouble.split())[:600])] if trouble else []
    return []


async def feed_stale(watched: Watched, now: datetime) -> list[Found]:
    """Whether the copies of feeds from the web are as young as they must be; all that are not in one finding."""
    said = await asyncio.to_thread(lambda: list(said_of_copies(watched.settings, now)))
    wrong = [words for words, is_too_old in said if is_too_old]
    return [Found(kind="feed_stale", detail="; ".join(wrong)[:600])] if wrong else []


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
    trouble = await asyncio.to_thread(_wrong_in_policies, watched)
    return [Found(kind="policies_unusable", detail=" ".join(trouble.split())[:600])] if trouble else []


def _wrong_in_policies(watched: Watched) -> str:
    """The first error, and how many more there are; empty where all is well."""
    settings = watched.settings
    try:
        texts = read_policy_files(settings)
    except PoliciesUnreadable as error:
        return str(error)
    directory: Directory | None = None
    with suppress(DirectoryUnreadable):  # a finding of its own
        directory = watched.directory.current()
    try:
        rotas = read_rota_files(settings.rotas_file)
    except RotasUnreadable:  # a finding of its own, too; which rotas there are is not known
        rotas = RotaTexts(str(settings.rotas_file), "")
    try:
        calendars = calendars_to_pin(settings)
    except CalendarsUnreadable as error:
        return str(error)
    people = None if directory is None else ("", "")
    checked = check_set(texts, people, rotas=rotas, read_people=lambda _text, _found: directory, calendars=calendars)
    return _first([error for error in checked.errors if error.file in texts])


def _first(errors: Sequence[PolicyError]) -> str:
    more = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{errors[0]}{more}" if errors else ""
