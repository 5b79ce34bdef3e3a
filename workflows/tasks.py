"""Workflow tasks as the workflow sees them: where one begins, and whether it has begun."""

from datetime import datetime

from temporalio import workflow

ASK_AGAIN = "asked between two workflow tasks; ask again"
"""What a question is told that came at a bad moment. Also in client/asking.py, which then asks again."""


class NotBegun(Exception):
    """A question let us see what the next workflow task will bring, before it has begun."""


class Tasks:
    """Those that one run has heard something in."""

    def __init__(self) -> None:
        self._seen: tuple[int, int, datetime | None] = (0, 0, None)

    def must_have_begun(self) -> None:
        """Raises NotBegun; asked whenever anything comes in.

        A question that waited for a worker may let in what came meanwhile, at the instant of the task before: decided
        then, it would not be what the history bears out. It is the question that fails here, and the worker takes the
        issue up anew from its history (docs/decisions/0018).
        """
        info = workflow.info()
        length, size, now = info.get_current_history_length(), info.get_current_history_size(), workflow.now()
        if length > self._seen[0] and (size, now) == self._seen[1:]:
            raise NotBegun(ASK_AGAIN)
        self._seen = (length, size, now)


def this_task() -> int:
    """The workflow task that is played: where in the history it begins."""
    return workflow.info().get_current_history_length()
