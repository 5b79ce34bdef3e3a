"""A person's own rules, as they are written in the directory: which channel after how long, and how often again.

What is wrong in them is found in `lint_own_rules.py`; what travels with a person is made here: repeats are written
out, and only channels that are set up are left.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from pydantic import Field

from escalation.calendar.zone_offsets import offsets_of
from escalation.issue.personal_rules import PersonalRules, QuietHours, Step
from escalation.value import Value

INBOX = "inbox"
"""Everybody's, and always told at once: as the only step of a rule it says that nothing else is to be."""
_YEARS = 2
"""So many years ahead a zone's clock is written out; people are looked up anew with every tier. Ours."""


class RuleStep(Value):
    """One step of a rule: a channel, and when it is used."""

    channel: str
    """One of the person's addresses; `inbox` alone where nothing is to disturb them."""
    after: timedelta = timedelta()
    """How long after they are asked; absent: at once. Each step comes after the one before it."""
    repeat_every: timedelta | None = None
    """How long until the same again, while nobody has acknowledged."""
    times: int = Field(default=1, ge=1, le=10)
    """How often in all."""

    @property
    def instants(self) -> tuple[timedelta, ...]:
        """How long after they are asked each of its messages leaves."""
        every = self.repeat_every or timedelta()
        return tuple(self.after + place * every for place in range(self.times))


class OwnRules(Value):
    """How one person wants to be told, by urgency."""

    urgent: tuple[RuleStep, ...] = ()
    """The steps for what is urgent; absent: as everybody is told."""
    ordinary: tuple[RuleStep, ...] = ()
    """The steps for the rest; absent: as everybody is told."""


NO_RULES = OwnRules()


def carried(
    rules: OwnRules, quiet: tuple[QuietHours, ...], zone: str, channels: Collection[str], at: datetime | None
) -> PersonalRules | None:
    """What travels with the person's facts, for those `channels` of theirs that are set up; None: nothing of the kind.

    The clock of the zone is that of the years after `at` (aware). None: an effect of a release that knew of no quiet
    hours asks, so there are none.

    A rule of which no step is left since its channels are not set up does not count. Of one whose first step's is not,
    the next one comes in its place, as soon as that would have.
    """
    quiet = () if at is None else quiet
    urgent, ordinary = _written_out(rules.urgent, channels), _written_out(rules.ordinary, channels)
    if urgent is None and ordinary is None and not quiet:
        return None
    if not quiet:
        return PersonalRules(urgent=urgent, ordinary=ordinary, is_hastened=at is not None)
    assert at is not None, "without it there are none"
    offsets = offsets_of(zone, at.year - 1, at.year + _YEARS)
    return PersonalRules(offsets=offsets, urgent=urgent, ordinary=ordinary, quiet=quiet, is_hastened=True)


def _written_out(steps: tuple[RuleStep, ...], channels: Collection[str]) -> tuple[Step, ...] | None:
    others = [step for step in steps if step.channel != INBOX]
    usable = [step for step in others if step.channel in channels]
    if not steps or (others and not usable):
        return None
    if usable:
        usable[0] = usable[0].model_copy(update={"after": others[0].after})
    found = [Step(channel=step.channel, after=after) for step in usable for after in step.instants]
    return tuple(sorted(found, key=lambda step: step.after))
