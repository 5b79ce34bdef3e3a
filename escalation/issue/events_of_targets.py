"""The events of targets: begun, met, warned of, missed; what they make of the ladder; how a running one is carried.

The union of all events, and what they share, is in `events.py`.
"""

from typing import Literal

from pydantic import AwareDatetime

from escalation.issue.events_of_ladder import Ceiling, WarningDue
from escalation.policy.model import Listener
from escalation.value import Value


class TargetWarningDue(Value):
    """A warning that will be given at an instant, unless the target ends first."""

    at: AwareDatetime
    share: float = 0
    """The share of the target that will have passed; 0: it is given `before_s` ahead."""
    before_s: float = 0
    """Seconds, of the time in which the target counts, before it is due."""
    tell: tuple[Listener, ...]


class TargetDue(Value):
    """A target that is neither met nor missed yet."""

    name: str
    due_at: AwareDatetime
    stops_on_hold: bool = True
    began_at: AwareDatetime | None = None
    """From when it counts; None: from the opening."""
    hours: str | None = None
    """The pinned calendar in whose working time it counts; None: day and night."""
    warnings: tuple[TargetWarningDue, ...] = ()
    """Those that were not given, the first one first."""


class TargetBegan(Value):
    """The clock of a target begins, or begins anew; of one that counts from the opening, `Opened` says so."""

    kind: Literal["target_began"] = "target_began"
    target: TargetDue
    is_anew: bool = False
    goes_on: bool = False
    """Whether it stood still while the issue was resolved, and goes on."""


class TargetMet(Value):
    """What ends a target other than a resolution was done in time."""

    kind: Literal["target_met"] = "target_met"
    target: str
    due_at: AwareDatetime


class TargetWarned(Value):
    """A target runs out soon. Of warnings that were due together, as after a time away, the last alone is given."""

    kind: Literal["target_warned"] = "target_warned"
    target: str
    share: float = 0
    before_s: float = 0
    at: AwareDatetime
    """When it was to be given."""
    due_at: AwareDatetime
    tell: tuple[Listener, ...] = ()


class TargetMissed(Value):
    """A target was missed: a fact that stays."""

    kind: Literal["target_missed"] = "target_missed"
    target: str
    due_at: AwareDatetime
    tell: tuple[Listener, ...] = ()


class LadderFitted(Value):
    """The limits of the tiers were shortened in proportion, so that the top hears before a target ends."""

    kind: Literal["ladder_fitted"] = "ladder_fitted"
    target: str
    due_at: AwareDatetime
    severity: str
    parts: int
    """How long each limit is now, in thousandths of what it was."""
    top: str
    top_hears_at: AwareDatetime
    """When the top tier hears now at the latest, holds aside."""
    acknowledge_due_at: AwareDatetime | None = None
    work_due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    lapses_at: AwareDatetime | None = None
    warnings: tuple[WarningDue, ...] = ()
    targets: tuple[TargetDue, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    """The clocks as they then stand; at the opening none runs."""


class PlanImpossible(Value):
    """However short the limits were, the top would not hear before a target ends; it is told at once."""

    kind: Literal["plan_impossible"] = "plan_impossible"
    target: str
    due_at: AwareDatetime
    severity: str
    top: str
    top_hears_at: AwareDatetime
    """When the top tier hears by the limits as they are."""
