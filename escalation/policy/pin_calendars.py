"""The calendars that a policy's tiers and targets name, pinned into it date by date as the policy is read.

Only those that it names, and for few years: they lie in every issue's history. An issue that lives longer counts day
and night from there on, unless it is moved to the policy as it is by then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from escalation.calendar.working_hours import WorkingHours
from escalation.policy.finding import Findings, PolicyError
from escalation.policy.model import Policy

YEARS_BACK, YEARS_AHEAD = 1, 3
"""Around the year in which a policy is read."""


@dataclass(frozen=True)
class CalendarFile:
    """The file of calendars with the iCalendar files beside it, as texts; read where a policy names one of them."""

    file: str
    text: str
    year: int
    """The year in which it is read."""
    feeds: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def read(self) -> tuple[dict[str, WorkingHours], tuple[PolicyError, ...]]:
        """The calendars that can be used, by name, and the errors of the others."""
        # Not above: it reads YAML as policies are read, and the library of holidays is slow to load.
        from escalation.calendar.read_calendars import check_calendars  # noqa: PLC0415

        first, last = self.year - YEARS_BACK, self.year + YEARS_AHEAD
        found, findings = check_calendars(self.text, self.file, self.feeds, first, last)
        errors = tuple(finding for finding in findings if finding.level == "error")
        return {name: each.hours for name, each in found.items()}, errors


def pin_calendars(policy: Policy, calendars: CalendarFile | None, findings: Findings) -> Policy:
    """The policy with the calendars that it names; which of them there are not is added to the findings."""
    if not policy.calendar_names:
        return policy
    known: Mapping[str, WorkingHours] = calendars.read[0] if calendars is not None else {}
    for whose, hours in policy.hours_by_field():
        for severity, name in hours.items():
            if name not in known:
                findings.unknown(f"{whose}.{severity}", name, "is not a calendar that can be used", known)
    if policy.closing.hours is not None and policy.closing.hours not in known:
        findings.unknown("closing.hours", policy.closing.hours, "is not a calendar that can be used", known)
    pinned = {name: known[name] for name in policy.calendar_names if name in known}
    return policy.model_copy(update={"pinned_calendars": pinned})
