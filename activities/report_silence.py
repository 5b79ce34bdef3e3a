"""The errand that reports a source's silence, or its end, through the way in that all machines' reports take.

How a report comes in is the doors' business, which is handed in: activities do not know them.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError

from client.heartbeats import NotReported
from escalation.heartbeat.watching import Report, Told

Reporting = Callable[[Report, datetime], Awaitable[Told]]
"""Makes a report as of an instant (aware); raises NotReported."""


class ReportingSilence:
    """Reports by what is handed in."""

    def __init__(self, report: Reporting) -> None:
        self._report = report

    @activity.defn(name="report_silence")
    async def report_silence(self, report: Report) -> Told:
        """Fails as `NotReported`, to be tried again: nothing of it is lost, and what was done is not done twice."""
        at = max(report.asked_at, activity.info().current_attempt_scheduled_time)  # by the server's clock
        try:
            return await self._report(report, at)
        except NotReported as error:
            raise ApplicationError(str(error), type="NotReported") from error
