"""Messages of a case that are due without an issue around them: each is one of an issue that asks this person so."""

from datetime import datetime

from escalation.issue.facts import CauseRef
from escalation.issue.personal_rules import Step
from tests.peers.acts import Act, Acting
from tests.peers.fields import Fields, Unsupported
from tests.peers.ladder import stand_in

ONE_CAUSE = CauseRef(key="c" * 16, name="one cause")
IMPORTANT, ORDINARY = "urgent", "low"
"""Priorities of what is due."""
_SEND = "send_due"


def _send_due(acting: Acting, event: Fields, at: datetime) -> None:
    stage, to, channel = acting.stage, event.words("to"), event.words("channel")
    name, is_important = event.words("issue"), event.take("important")
    if is_important not in (None, False, True):
        raise event.cannot("important")
    if acting.setting.house.limits is None:
        raise Unsupported("event send_due without bundling")
    acting.setting.steps = {**acting.setting.steps, to: (Step(channel=channel),)}
    stage.open(
        at,
        stand_in((to,), acting.setting.house),
        by=stage.actor(None),
        reference=stage.reference(None, None, f"{name} {stage.next_id()}"),
        names={name},
        priority=IMPORTANT if is_important else ORDINARY,
        cause=ONE_CAUSE,
    )


DUE: dict[str, Act] = {_SEND: _send_due}
