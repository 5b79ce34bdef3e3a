"""Looking for what the record lacks: issues that run on the server and are not on record, and entries not yet written.

Every round looks at the newest issues and, page by page over the rounds, at all others.
"""

import random
from datetime import datetime

from temporalio.service import RPCError

from client.server import Listed, Page, Server
from escalation.duration import words
from records.measures import on_record
from selfwatch.found import Found
from selfwatch.promises import mend_unkept
from selfwatch.watched import Watched

PAGE = 200
SAMPLE = 25
"""So many issues a round are asked whether an entry waits to be written; the server's index does not know."""


REFUSED_AGAIN = 5
"""In this attempt or a later one an entry has been refused four times, which no short absence explains. The server
dates a retried activity from its next attempt, so that one which fails at once never looks old."""


class RecordLag:
    """Remembers which page comes next."""

    def __init__(self, page: int = PAGE, sample: int = SAMPLE) -> None:
        self._page = page
        self._sample = sample
        self._rest: bytes | None = None

    async def look(self, watched: Watched, now: datetime, suspects: frozenset[str]) -> list[Found]:
        """What the record lacks; `suspects` are the issues of earlier findings, which are looked at in any case."""
        await mend_unkept(watched, now)
        server = await watched.server()
        late = now - watched.record_late
        listed = await self._listed(server)
        started = {each.workflow: each.started_at for each in listed if each.started_at < late}
        there = await watched.in_record(on_record, watched.db, {*started, *suspects})
        missing = [issue for issue in started if issue not in there]
        missing += [issue for issue in suspects - there - started.keys() if await server.is_running(issue)]
        lacking = {issue: self._missing(started.get(issue), now) for issue in missing}
        for issue in self._to_ask(started, suspects):
            pending = await server.pending_record(issue)
            why = f" ({pending.failure})" if pending is not None and pending.failure else ""
            if pending is not None and pending.since < late:
                lacking[issue] = f"an entry waits to be written since {pending.since:%Y-%m-%d %H:%M:%S} UTC{why}"
            elif pending is not None and pending.attempts >= REFUSED_AGAIN:
                lacking[issue] = f"an entry could not be written {pending.attempts - 1} times{why}"
        return [Found(kind="record_lags", issue=issue, detail=why) for issue, why in lacking.items()]

    async def _listed(self, server: Server) -> tuple[Listed, ...]:
        first = await server.running(self._page)
        further = Page(listed=(), rest=first.rest)
        if self._rest:
            try:
                further = await server.running(self._page, self._rest)
            except RPCError:  # a page's mark does not outlive a restart of the server: begin again
                further = Page(listed=(), rest=first.rest)
        self._rest = further.rest or None
        return (*first.listed, *further.listed)

    def _to_ask(self, started: dict[str, datetime], suspects: frozenset[str]) -> set[str]:
        few = list(started) if len(started) <= self._sample else random.sample(list(started), self._sample)
        return {*few, *suspects}

    @staticmethod
    def _missing(started_at: datetime | None, now: datetime) -> str:
        since = f" and began {words(now - started_at)} ago" if started_at else ""
        return f"it runs on the server{since}, and the record does not know it"
