"""Waiting in real time for what comes a moment later: a line of the security log, a failed task, a page."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from escalation.issue.identity import IssueId
from records import refusals
from records.database import Database

Found = TypeVar("Found")


async def until_found(look: Callable[[], Awaitable[Found]], within_s: float = 10) -> Found:
    """What `look` finds as soon as it finds anything; AssertionError after so many seconds."""
    end = asyncio.get_running_loop().time() + within_s
    while True:
        found = await look()
        if found:
            return found
        assert asyncio.get_running_loop().time() < end, f"nothing found within {within_s} s"
        await asyncio.sleep(0.02)


async def logged(db: Database, issue: IssueId, count: int) -> list[refusals.Refusal]:
    """The security log's lines of an issue, oldest first, once there are so many."""

    async def look() -> list[refusals.Refusal]:
        lines = [line for line in refusals.read(db, 1000) if line.issue == str(issue)]
        return lines[::-1] if len(lines) >= count else []

    return await until_found(look)
