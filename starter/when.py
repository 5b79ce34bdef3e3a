"""Instants as people type them: with their zone, or as a duration from now. Never a naive one, never a guess."""

import re
from datetime import UTC, datetime, timedelta

from escalation.duration import parse_duration
from starter.failure import WrongInput

EXAMPLE = "2026-11-21T20:10+01:00 or 2026-11-21T19:10Z"


def instant_ahead(text: str, field: str, now: datetime) -> datetime:
    """An instant with its zone, or a duration ahead of `now` such as `30 min`. UTC. Raises WrongInput."""
    given = text.strip()
    if _looks_like_a_duration(given):
        return _shifted(now, given.removeprefix("in "), field, 1)
    return _instant(given, field, f"an instant with its zone such as {EXAMPLE}, or a duration ahead such as 30 min")


def instant_past(text: str, field: str, now: datetime) -> datetime:
    """An instant with its zone that is not ahead of `now`, or `20 min ago`. UTC. Raises WrongInput."""
    given = text.strip()
    allowed = f"an instant with its zone such as {EXAMPLE}, or a duration back such as 20 min ago"
    if given == "now":
        return now
    if given.endswith("ago"):
        return _shifted(now, given.removesuffix("ago"), field, -1)
    found = _instant(given, field, allowed)
    if found > now + timedelta(minutes=1):
        raise WrongInput(f"{field}: '{text}' is in the future; allowed: {allowed}")
    return found


def instant(text: str, field: str) -> datetime:
    """An instant with its zone, whenever. UTC. Raises WrongInput."""
    return _instant(text.strip(), field, f"an instant with its zone such as {EXAMPLE}")


def _looks_like_a_duration(text: str) -> bool:
    return bool(re.match(r"(in )?\d+(\.\d+)?\s*[a-zA-Z]|P\d|PT", text)) and not re.match(r"\d{4}-?\d\d-?\d\d", text)


def _shifted(now: datetime, text: str, field: str, sign: int) -> datetime:
    try:
        return now + sign * parse_duration(text)
    except ValueError as error:
        raise WrongInput(f"{field}: {error}") from None


def _instant(text: str, field: str, allowed: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongInput(f"{field}: '{text[:60]}' is not an instant; allowed: {allowed}") from None
    if found.utcoffset() is None:
        raise WrongInput(f"{field}: '{text}' has no time zone, so it could mean many instants; allowed: {allowed}")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise WrongInput(f"{field}: '{text}' is out of range; allowed: {allowed}") from None
