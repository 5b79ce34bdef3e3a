"""Carrying out what the watch of a source found: its silence and its end take the way of every machine's reports."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from client.finding import Connection
from client.heartbeats import NotReported
from client.settings import Settings
from escalation.heartbeat.read_sources import ladder_of
from escalation.heartbeat.watching import Report, Told
from escalation.intake.silence import reported_silence
from escalation.issue.identity import read_issue_id
from escalation.policy.model import Policy
from records.database import Database
from starter.failure import Failed
from starter.http.now import InstalledNow
from starter.installation import Installed
from starter.intake import Into, carry_out


def reporting(client: Connection, settings: Settings, db: Database) -> Callable[[Report, datetime], Awaitable[Told]]:
    """What makes such a report, with policies and people as they are when it is made."""
    now = InstalledNow(settings)

    async def report_it(report: Report, at: datetime) -> Told:
        try:
            here = await now.now()
        except Failed as failure:
            raise NotReported(failure.why) from failure
        source = report.silence.watched.source
        into = Into(client, settings, here, db, _ladder(report, here), source.team, lambda: at)
        outcome = await carry_out(reported_silence(report), into)
        if outcome.is_refused and (outcome.is_for_now or report.said == "silent"):
            raise NotReported(outcome.why)
        return Told(
            issue=str(outcome.issue) if outcome.issue is not None else "",
            why=outcome.why if outcome.is_refused else "",
        )

    return report_it


def _ladder(report: Report, here: Installed) -> Policy:
    """The policy as the silence began with it; for its end, where there is none of that name now, one of its entity."""
    silence = report.silence
    try:
        return ladder_of(silence.watched.source, here.policies)
    except ValueError as error:
        entity = read_issue_id(silence.issue)[0].legal_entity if silence.issue and report.said != "silent" else ""
        for policy in here.policies:
            if policy.legal_entity == entity:
                return policy
        raise NotReported(str(error)) from None
