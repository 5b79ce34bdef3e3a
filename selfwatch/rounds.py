"""One look at everything: all checks at once, each within a time limit.

What could not be looked at is neither found nor ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from escalation.value import Value
from selfwatch import file_checks, record_checks, retention, server_checks
from selfwatch.daily_root import DailyRoot
from selfwatch.found import Found
from selfwatch.lagging import RecordLag
from selfwatch.leaving import messages_stuck
from selfwatch.people_checks import LeftAndNeeded
from selfwatch.watched import Watched

CHECK_WITHIN = timedelta(seconds=25)
"""How long one check may take: more than the record may take to answer."""

Suspects = Mapping[str, frozenset[str]]
"""By kind, the issues of the findings that are open."""

_log = structlog.get_logger(__name__)


class Look(NamedTuple):
    """One check and what it needs, without which it is left out."""

    look: Callable[[Watched, datetime, frozenset[str]], Awaitable[list[Found]]]
    needs: frozenset[str] = frozenset()
    """Kinds of findings that make this check pointless while they are there."""


class Round(Value):
    """What one look at everything gave."""

    at: datetime
    found: tuple[Found, ...]
    looked: frozenset[str]
    """The kinds that were looked for to the end."""
    broken: dict[str, str]
    """Kinds that could not be looked for although all that they need was there, and why."""


def all_checks() -> dict[str, Look]:
    """Every check, by the kind that it finds; they remember where they were, so one set serves one watch."""
    server, record = "server_unreachable", "record_unreachable"
    root = DailyRoot()
    return {
        server: Look(_plain(server_checks.server_unreachable)),
        record: Look(_plain(record_checks.record_unreachable)),
        "no_worker_polling": Look(_plain(server_checks.no_worker_polling), frozenset({server})),
        "issue_stuck": Look(_plain(server_checks.issue_stuck), frozenset({server})),
        "overdue_on_server": Look(_plain(server_checks.overdue_on_server), frozenset({server})),
        "overdue_on_record": Look(_plain(record_checks.overdue_on_record), frozenset({record})),
        "record_lags": Look(RecordLag().look, frozenset({server, record})),
        "inbox_fails": Look(_plain(record_checks.inbox_fails), frozenset({record})),
        "record_altered": Look(root.altered, frozenset({record})),
        "root_not_written": Look(root.unwritten, frozenset({record})),
        "messages_stuck": Look(messages_stuck, frozenset({server})),
        "retention_short": Look(_plain(retention.retention_short), frozenset({server, "policies_unusable"})),
        "policies_unusable": Look(_plain(file_checks.policies_unusable)),
        "left_and_needed": Look(LeftAndNeeded().look, frozenset({"directory_unusable", "policies_unusable"})),
        "directory_unusable": Look(_plain(file_checks.directory_unusable)),
        "rotas_unusable": Look(_plain(file_checks.rotas_unusable)),
        "feed_stale": Look(_plain(file_checks.feed_stale)),
    }


async def look_at_all(checks: Mapping[str, Look], watched: Watched, now: datetime, suspects: Suspects) -> Round:
    """Look for everything; first whether server and record answer at all."""
    found: list[Found] = []
    looked: set[str] = set()
    broken: dict[str, str] = {}
    for is_first in (True, False):
        absent = {each.kind for each in found} | broken.keys()
        turn = [kind for kind, check in checks.items() if (not check.needs) is is_first and not check.needs & absent]
        answers = await asyncio.gather(*(_one(checks[kind], watched, now, suspects.get(kind)) for kind in turn))
        for kind, answer in zip(turn, answers, strict=True):
            if isinstance(answer, str):
                broken[kind] = answer
                _log.error("check_failed", check=kind, error=answer)
            else:
                looked.add(kind)
                found += answer
    return Round(at=now, found=tuple(found), looked=frozenset(looked), broken=broken)


async def _one(check: Look, watched: Watched, now: datetime, suspects: frozenset[str] | None) -> list[Found] | str:
    try:
        return await asyncio.wait_for(check.look(watched, now, suspects or frozenset()), CHECK_WITHIN.total_seconds())
    except TimeoutError:
        return f"took longer than {CHECK_WITHIN.total_seconds():.0f} s"
    except Exception as error:  # noqa: BLE001 - one check that cannot be made must not hide the others
        return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def _plain(
    check: Callable[[Watched, datetime], Awaitable[list[Found]]],
) -> Callable[[Watched, datetime, frozenset[str]], Awaitable[list[Found]]]:
    async def look(watched: Watched, now: datetime, suspects: frozenset[str]) -> list[Found]:  # noqa: ARG001
        return await check(watched, now)

    return look
