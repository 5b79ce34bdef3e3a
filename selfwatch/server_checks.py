"""Looking at the server: does it answer, does a worker poll, what is stuck, what is overdue there."""

from datetime import datetime

from client.server import Server, ServerAway
from escalation.duration import words
from selfwatch.found import Found
from selfwatch.watched import Watched

MOST = 500
"""So many issues of one kind are found at once; more are found when these are mended."""


async def server_unreachable(watched: Watched, now: datetime) -> list[Found]:  # noqa: ARG001 - as all checks
    """Whether the server answers for the namespace."""
    try:
        await watched.server()
    except ServerAway as away:
        return [Found(kind="server_unreachable", detail=str(away)[:600])]
    return []


async def no_worker_polling(watched: Watched, now: datetime) -> list[Found]:
    """Whether workers ask for tasks, of both sorts: one that lost half its work looks alive."""
    queue = watched.settings.task_queue
    pollers = await (await watched.server()).pollers(queue)
    silent = []
    for task in ("workflow", "activity"):
        seen = max((poller.seen_at for poller in pollers if poller.task == task), default=None)
        if seen is None:
            silent.append(f"no worker has asked for {task} tasks in the last minutes")
        elif now - seen > watched.worker_silent:
            silent.append(f"the last worker asked for {task} tasks {words(now - seen)} ago")
    if not silent:
        return []
    return [Found(kind="no_worker_polling", detail=f"task queue {queue!r}: {' and '.join(silent)}")]


async def issue_stuck(watched: Watched, now: datetime) -> list[Found]:  # noqa: ARG001
    """Issues whose tasks fail again and again, by the server's own report."""
    server = await watched.server()
    return [
        Found(kind="issue_stuck", issue=stuck.workflow, detail=", ".join(stuck.problems)[:600] or "no cause is given")
        for stuck in await server.with_problems(MOST)
    ]


async def overdue_on_server(watched: Watched, now: datetime) -> list[Found]:
    """Issues whose deadline has passed by the server's own index; sealed ones are not in it."""
    server: Server = await watched.server()
    late = await server.overdue(now - watched.overdue_after, MOST)
    return [
        Found(kind="overdue_on_server", issue=each.workflow, detail=was_due(each.due_at))
        for each in late
        if each.due_at is not None
    ]


def was_due(at: datetime) -> str:
    """The instant in words that stay the same while it lasts."""
    return f"due {at:%Y-%m-%d %H:%M:%S} UTC"
