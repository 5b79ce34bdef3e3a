"""Names of time zones: which there are, and what is said of one that there is not. For the doors alone."""

from functools import cache
from zoneinfo import available_timezones

from escalation.policy.finding import Findings, nearest

ALLOWED_ZONE = "an IANA time zone such as Europe/Dublin"
NO_ZONE = "is not a time zone"


def is_zone(name: str) -> bool:
    """Whether there is such an IANA zone."""
    # Not by trying: ZoneInfo also takes files that are no zones, and other spellings on some file systems.
    return name in _zones()


def meant_zone(name: str) -> str | None:
    """The zone that was probably meant."""
    return nearest(name, sorted(_zones()))


def lint_zone(name: str, field: str, findings: Findings) -> None:
    """A finding where there is no such zone."""
    if not is_zone(name):
        findings.add(field, NO_ZONE, value=name, allowed=ALLOWED_ZONE, suggestion=meant_zone(name))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
