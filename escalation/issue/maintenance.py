"""A maintenance window as an issue has it: pinned when it is opened, so that nothing is looked up later.

Which window an issue falls into is found at the door (`escalation/maintenance/`); what it does is decided in
`decide_maintenance.py`.
"""

from datetime import timedelta
from typing import Literal, TypeAlias

from pydantic import AwareDatetime

from escalation.value import Value

Mode: TypeAlias = Literal["hold", "quiet"]
"""hold: nobody is asked before it ends; quiet: people are told by quiet channels alone until then."""
EndedWhy: TypeAlias = Literal["until", "ended_early", "broken_through"]
LONGEST = timedelta(days=31)
"""No window keeps an issue for longer, whatever it says. Ours."""
QUIET_CHANNELS = ("inbox", "email")
"""Channels that disturb nobody."""


class Maintenance(Value):
    """The window that an issue is in."""

    window: str
    """Its id."""
    mode: Mode
    until: AwareDatetime
    by: str
    """Who set it: an id of the directory, or a machine's name."""
    through: tuple[str, ...] = ()
    """Severities that break through it: as bad as that, an issue goes its way."""
