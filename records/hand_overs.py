"""What is handed over to somebody at the end of a shift and not answered yet, by the record.

The record may run a moment behind: what is no more so the issue says itself, when it is accepted.
"""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import and_, exists, select

from escalation.value import Value
from records import tables
from records.database import Database

_OF_OFFERS = ("reassigned", "accepted", "declined", "offer_lapsed", "offer_withdrawn", "owner_moved")


class HandedOver(Value):
    """One issue that somebody can accept."""

    issue: str
    """Its full id."""
    severity: str
    leaving: dict[str, AwareDatetime]
    """Whose shift ends, and when."""
    accept_due_at: AwareDatetime | None = None
    """By when it is to be accepted."""


class Followed(Value):
    """An open issue of which it is known until when those are on duty who have it."""

    issue: str
    people: tuple[str, ...]
    """Its handler and its owner."""


def followed(db: Database, org: str) -> list[Followed]:
    """Every one of them. Raises what the database does."""
    entries, issues = tables.entries, tables.issues
    is_followed = exists().where(entries.c.issue == issues.c.issue, entries.c.kind == "shifts_seen")
    wanted = (
        select(issues.c.issue, issues.c.handler, issues.c.owner)
        .where(issues.c.org == org, issues.c.status == "open", is_followed)
        .order_by(issues.c.issue)
    )
    with db.reading() as connection:
        rows = connection.execute(wanted).all()
    return [Followed(issue=issue, people=tuple(dict.fromkeys(filter(None, who)))) for issue, *who in rows]


def handed_over_to(db: Database, org: str, person: str, since: datetime) -> list[HandedOver]:
    """What was put to them since then and stands, what is due first in front. Raises what the database does."""
    entries, issues = tables.entries, tables.issues
    wanted = (
        select(entries.c.issue, entries.c.kind, entries.c.event, issues.c.severity)
        .join(issues, and_(issues.c.issue == entries.c.issue, issues.c.status == "open"))
        .where(entries.c.written_at >= since, entries.c.org == org, entries.c.kind.in_(_OF_OFFERS))
        .order_by(entries.c.issue, entries.c.number)
    )
    found: dict[str, HandedOver] = {}
    with db.reading() as connection:
        for issue, kind, event, severity in connection.execute(wanted):
            if kind == "declined" and not event.get("was_offered"):
                continue  # of the tier, and not of the offer
            found.pop(issue, None)
            if kind == "reassigned" and event.get("leaving") and event["to"]["id"] == person:
                due_at = event.get("accept_due_at")
                row = {"issue": issue, "severity": severity, "leaving": event["leaving"], "accept_due_at": due_at}
                found[issue] = HandedOver.model_validate(row)
    return sorted(found.values(), key=lambda each: (min(each.leaving.values()), each.issue))
