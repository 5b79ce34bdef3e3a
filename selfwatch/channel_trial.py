"""One message to one person by one channel, for an operator who has just set it up: does it get there, and if not, why.

It is about no issue, and goes on no record but the inbox's own. A worker with the same settings sends the same way.
"""

from datetime import datetime

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope
from activities.channels.installed import channel
from client.settings import Settings
from escalation.issue.identity import IssueId
from escalation.message import Line, Message
from escalation.policy.directory import Person
from escalation.value import Value
from records.database import Database


class Tried(Value):
    """What became of it."""

    person: str
    channel: str
    outcome: str
    """delivered, sent, unavailable or refused."""
    is_outcome_unknown: bool = False
    """Whether it may have arrived all the same."""
    reference: str | None = None
    """What the other side calls it."""
    error: str | None = None

    @property
    def is_sent(self) -> bool:
        """Whether the other side has taken it."""
        return self.error is None


async def try_channel(settings: Settings, db: Database, person: Person, name: str, at: datetime) -> Tried:
    """Send it, now; raises ValueError where the channel is set up wrongly, KeyError where it is not set up."""
    way = channel(settings, db, name)
    envelope = Envelope(
        message_id=f"trial/{person.id}/{name}/{at.isoformat()}",
        issue=IssueId(org=settings.org, source="escalon", reference="trial"),
        person=person.id,
        address=person.addresses.get(name, person.id),
        about="warned",
        priority=3,
        at=at,
        message=Message(
            subject="A trial of Escalon: nothing is wrong",
            lines=(
                Line(text=f"Escalon can reach {person.id} by {name}."),
                Line(text="If you do nothing, nothing happens: somebody tried out this channel."),
            ),
        ),
    )
    tried = Tried(person=person.id, channel=name, outcome="sent")
    try:
        sent = await way.send(envelope)
    except ChannelRefused as refused:
        return tried.model_copy(update={"outcome": "refused", "error": _bare(refused, envelope)})
    except ChannelUnavailable as away:
        why = {"error": _bare(away, envelope), "is_outcome_unknown": away.is_outcome_unknown}
        return tried.model_copy(update={"outcome": "unavailable", **why})
    outcome = "delivered" if sent.is_delivered else "sent"
    return tried.model_copy(update={"outcome": outcome, "reference": sent.reference})


def _bare(error: Exception, envelope: Envelope) -> str:
    return str(error).replace(envelope.address, "(address)") if envelope.address else str(error)
