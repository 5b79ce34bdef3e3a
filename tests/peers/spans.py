"""Spans of a case: ISO 8601 durations, also negative ones."""

import re
from datetime import timedelta

_SPAN = re.compile(r"(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)


def read_span(text: object) -> timedelta | None:
    """`PT30M`, `-PT10M`, `P1D`; None where it is no such thing."""
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None or not any(found.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if found[1] else span


def iso(span: timedelta) -> str:
    """`PT30M`, as the cases write spans."""
    left = abs(span.total_seconds())
    hours, left = divmod(left, 3600)
    minutes, seconds = divmod(left, 60)
    parts = [f"{hours:.0f}H" if hours else "", f"{minutes:.0f}M" if minutes else "", f"{seconds:g}S" if seconds else ""]
    return ("-" if span < timedelta(0) else "") + "PT" + ("".join(parts) or "0S")
