"""Sentences of maintenance windows, for `narrate.py`."""

from collections.abc import Callable
from datetime import datetime

from escalation.issue.events_of_clocks import MaintenanceEnded, MaintenanceEntered

_ENDED: dict[str, str] = {
    "until": "its time is up",
    "ended_early": "{by} ended it early",
    "broken_through": "it is too bad by now to be held",
}


def in_maintenance(event: MaintenanceEntered | MaintenanceEnded, by: str, instant: Callable[[datetime], str]) -> str:
    """An issue falls into a window, or the window is over for it. `instant` writes instants."""
    if isinstance(event, MaintenanceEnded):
        return f"maintenance window {event.window} is over for it: {_ENDED[event.why].format(by=by)}"
    window = event.maintenance
    what = "held" if window.mode == "hold" else "told quietly"
    return f"it is {what}, until {instant(window.until)}, by maintenance window {window.window} of {window.by}"
