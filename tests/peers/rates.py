"""Rates of a channel in a case, and when the next message may go: by the reader of our setting and by our rule."""

import re
from dataclasses import dataclass
from datetime import datetime

from escalation.storm.rates import Rate, next_at, read_rates
from tests.peers.fields import Fields, Unsupported
from tests.peers.instants import Times

_NOTATION = re.compile(r"(\d+) per (\S+?)( smooth)?")
CHANNEL = "sms"


@dataclass(frozen=True)
class Kept:
    """What a channel keeps to, and when it was used."""

    rates: tuple[Rate, ...]
    sent: tuple[datetime, ...]


def read_kept(fields: Fields, times: Times) -> Kept | None:
    """The rates and the history that a case gives; None: it is not about rates. Raises Unsupported."""
    if "sent" not in fields:
        return None
    fields.text("rule_notation")  # prose
    written = []
    for rule in fields.names("rules"):
        match = _NOTATION.fullmatch(rule)
        if match is None:
            raise Unsupported(f"given.rules {rule!r}")
        written.append(f"{match[1]}/{match[2]}{match[3] or ''}")
    try:
        rates = read_rates(f"{CHANNEL}: {', '.join(written)}")[CHANNEL]
    except ValueError as error:
        raise Unsupported(f"given.rules that are refused: {error}") from None
    return Kept(rates, tuple(times.at(each, "given.sent") for each in fields.items("sent")))


def next_ones(kept: Kept | None, times: Times, row: Fields) -> list[str]:
    """When the next messages go, each as soon as it may."""
    kept = _of(kept, row)
    gone, now, differences = list(kept.sent), times.t0, []
    for item in row.items("next"):
        expected, found = times.at(item, f"{row.where}.next"), next_at(kept.rates, gone, now)
        if found != expected:
            differences.append(f"{row.where}.next: expected {times.shown(expected)}, found {times.shown(found)}")
        gone.append(found)
        now = found
    row.text("case")
    row.done()
    return differences


def is_allowed(kept: Kept | None, times: Times, row: Fields) -> list[str]:
    """Whether a message may go at that instant."""
    kept = _of(kept, row)
    at, allowed = times.at(row.instant("at"), f"{row.where}.at"), row.take("allowed")
    row.text("case")
    row.done()
    found = next_at(kept.rates, [each for each in kept.sent if each <= at], at) == at
    return [] if found is allowed else [f"{row.where}: at {times.shown(at)} expected {allowed}, found {found}"]


def _of(kept: Kept | None, row: Fields) -> Kept:
    if kept is None:
        raise Unsupported(f"{row.where} {sorted(row.data)} without rates")
    return kept
