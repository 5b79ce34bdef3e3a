"""Looking at how long the namespace keeps what has ended: longer than any issue can be reopened, or that is lost."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from activities.live_directory import DirectoryUnreadable
from client.calendar_files import CalendarsUnreadable
from client.pinned_calendars import calendars_to_pin
from client.policy_files import PoliciesUnreadable, read_policy_files
from client.rota_files import RotasUnreadable, read_rota_files
from escalation.calendar.limit import Limit, span_words
from escalation.calendar.limit import longest as longest_of
from escalation.duration import words
from escalation.policy.check_set import read_set
from escalation.policy.finding import PolicyErrors
from escalation.policy.model import Policy
from selfwatch.found import Found
from selfwatch.watched import Watched

MARGIN = timedelta(days=1)
"""Kept beyond the window: the server removes by timers of its own, and somebody may want to look at what has ended."""


def _at_most(policy: Policy) -> timedelta:
    """About the longest that its issues can be reopened."""
    within = policy.closing.reopen_within
    if policy.closing.hours is not None and isinstance(within, timedelta):
        return Limit(unit="working", length=within).at_most
    return longest_of(within)


async def retention_short(watched: Watched, now: datetime) -> list[Found]:  # noqa: ARG001 - as all checks
    """Whether what has ended is kept for longer than the longest `reopen_within` of the policies, and a day."""
    policies = await asyncio.to_thread(_policies, watched)
    if not policies:
        return []
    longest = max(policies, key=_at_most)
    needed = _at_most(longest) + MARGIN
    server = await watched.server()
    kept = await server.retention()
    if kept >= needed:
        return []
    why = f"the policy {longest.name!r} lets issues be reopened for {span_words(longest.closing.reopen_within)}"
    detail = (
        f"the namespace {server.namespace!r} keeps what has ended for {words(kept)}; allowed: {words(needed)} or more"
    )
    return [Found(kind="retention_short", detail=f"{detail}, since {why}"[:600])]


def _policies(watched: Watched) -> tuple[Policy, ...]:
    """Those that are installed; none where they cannot be used, which is a finding of its own."""
    settings = watched.settings
    with suppress(
        CalendarsUnreadable,
        DirectoryUnreadable,
        PoliciesUnreadable,
        RotasUnreadable,
        PolicyErrors,
        LookupError,
        OSError,
    ):
        directory = watched.directory.current()
        rotas, texts = read_rota_files(settings.rotas_file), read_policy_files(settings)
        return read_set(texts, ("", ""), rotas, calendars_to_pin(settings), lambda _text, _found: directory)[0]
    return ()
