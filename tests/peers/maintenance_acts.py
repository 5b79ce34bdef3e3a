"""What begins and ends maintenance in a case."""

from datetime import datetime, timedelta

from escalation.issue.commands import EndMaintenance
from tests.peers.acts import OPERATOR, Act, Acting, state_of
from tests.peers.fields import Fields


def maintenance_started(acting: Acting, event: Fields, at: datetime) -> None:
    """What is opened from now on is held; what is open already goes its way."""
    times = acting.setting.times
    until = times.at(event.instant("until"), f"{event.where}.until") if "until" in event else None
    if "for" in event:
        until = at + (event.span("for") or timedelta(0))
    wrong = acting.stage.windows.begin(at, until, event.text("service"), event.text("by") or OPERATOR)
    if wrong:
        acting.stage.refuse(at, "maintenance", None, "maintenance_refused", "; ".join(wrong))


def maintenance_ended(acting: Acting, event: Fields, at: datetime) -> None:
    """Held issues are released; one whose window is over by its time has been by then."""
    stage = acting.stage
    by = stage.actor(event.text("by") or OPERATOR)
    for window in stage.windows.end(at, event.text("service")):
        for issue in stage.issues:
            held = state_of(issue).maintenance
            if held is not None and held.window == window.id:
                command = EndMaintenance(id=stage.next_id(), by=by, window=window.id)
                stage.send(issue, command, at, "end_maintenance")


MAINTENANCE: dict[str, Act] = {"maintenance_started": maintenance_started, "maintenance_ended": maintenance_ended}
