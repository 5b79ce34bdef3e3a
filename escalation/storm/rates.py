"""Rates that a channel keeps to one person: not more than so many messages in so long, at once or spread over the time.

Pure: instants are given. A rate delays and never drops. Written `3/15 min, 18/1 h smooth`: three in a quarter of an
hour, in one burst if need be; after those, what is left of eighteen an hour evenly over what is left of the hour.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import Field

from escalation.duration import parse_duration
from escalation.value import Value

MOST = 1000
LONGEST = timedelta(days=7)
ALLOWED = "rates of channels, such as sms: 3/15 min, 18/1 h smooth; voice: 2/10 min"
_RATE = re.compile(r"(\d{1,4})\s*/\s*([^/]+?)(\s+smooth)?", re.ASCII)
_CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)


class Rate(Value):
    """So many messages within any span of so long."""

    count: int = Field(ge=1, le=MOST)
    per: timedelta
    is_smooth: bool = False
    """Whether what the rate before it leaves open is spread evenly over the rest of the time."""


def next_at(rates: Sequence[Rate], sent: Sequence[datetime], now: datetime) -> datetime:
    """The earliest instant from now on at which one more message may go.

    Args:
        rates: the shorter first; all of them hold.
        sent: when messages went, in any order.
        now: the present instant.
    """
    gone, at = sorted(sent), now
    while True:
        later = max((_opens_at(rates, place, gone, at) for place in range(len(rates))), default=at)
        if later <= at:
            return at
        at = later


def _opens_at(rates: Sequence[Rate], place: int, gone: Sequence[datetime], at: datetime) -> datetime:
    """When this rate may let one go, and no earlier: at the instant itself where it does so then."""
    rate = rates[place]
    recent = [each for each in gone if at - each < rate.per]
    if len(recent) >= rate.count:
        return recent[len(recent) - rate.count] + rate.per
    if not rate.is_smooth or not recent:
        return at
    burst, during = (rates[place - 1].count, rates[place - 1].per) if place else (0, timedelta())
    beyond = len(recent) - burst
    if beyond < 0 or rate.count <= burst or rate.per <= during:
        return at
    due = recent[0] + during + (rate.per - during) * beyond / (rate.count - burst)
    # Where the history is uneven: the first of them is soon so long ago that it does not count any more.
    return at if due <= at else min(due, recent[0] + rate.per)


def read_rates(text: str) -> Mapping[str, tuple[Rate, ...]]:
    """Rates by channel. Raises ValueError, which names what is wrong and what is allowed."""
    found: dict[str, tuple[Rate, ...]] = {}
    for part in text.split(";") if text.strip() else []:
        channel, colon, listed = (each.strip() for each in part.partition(":"))
        if not colon or not _CHANNEL.fullmatch(channel):
            raise ValueError(f"{part.strip()[:60]!r}: no channel with a colon before its rates; allowed: {ALLOWED}")
        if channel in found:
            raise ValueError(f"{channel!r} has rates twice; allowed: {ALLOWED}")
        rates = sorted((_read_rate(each.strip()) for each in listed.split(",")), key=lambda rate: rate.per)
        for shorter, longer in pairwise(rates):
            if longer.per == shorter.per or longer.count <= shorter.count:
                raise ValueError(
                    f"{channel}: {_shown(longer)} beside {_shown(shorter)}; allowed: of a longer time more messages"
                )
        found[channel] = tuple(rates)
    return found


def _read_rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= MOST:
        raise ValueError(f"{text[:60]!r} is no rate; allowed: 1 to {MOST} messages / a time, such as 18/1 h smooth")
    per = parse_duration(match[2])
    if not timedelta(seconds=1) <= per <= LONGEST:
        raise ValueError(f"{text[:60]!r}: allowed: a time from 1 s to 7 days")
    return Rate(count=int(match[1]), per=per, is_smooth=match[3] is not None)


def _shown(rate: Rate) -> str:
    return f"{rate.count}/{rate.per}"
