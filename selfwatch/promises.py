"""Mending: a sender that was killed before it wrote what it had promised to write: the issue is to write by itself."""

from datetime import datetime

import structlog

from records import promised
from selfwatch.watched import Watched

MOST = 200
"""So many in one round; the rest in the next ones."""

_log = structlog.get_logger(__name__)


async def mend_unkept(watched: Watched, now: datetime) -> int:
    """Have the issues write for which a promise is late; says for how many promises. Raises RPCError."""
    server = await watched.server()
    unkept = await watched.in_record(promised.unkept, watched.db, now - watched.record_late, MOST)
    for each in unkept:
        await server.ask_to_write(each.issue)
        await watched.in_record(promised.settle, watched.db, each.issue, each.command)
        _log.warning("promise_not_kept", issue=each.issue, command=each.command)
    return len(unkept)
