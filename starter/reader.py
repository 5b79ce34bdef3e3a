"""Who reads the answer: in which zone, as of when, on what kind of paper. Instants, people and sentences for them.

The zone is that of the person given with `--as`, else the machine's (TZ or /etc/localtime), else UTC; it is always
named beside the time.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from escalation.duration import words
from escalation.instant import clock, full, localised, zone_of
from escalation.message import one_line

_LOCALTIME = Path("/etc/localtime")
_ISO = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)(?![\d:])", re.ASCII)
"""How the rules write an instant where they refuse something."""


@dataclass(frozen=True)
class Reader:
    """One reading of one answer."""

    now: datetime
    zone: str = "UTC"
    names: Mapping[str, str] = field(default_factory=dict)
    """People's names by id."""

    def clock(self, at: datetime) -> str:
        """`20:10 Dublin`, with the day where that is not today."""
        return clock(at, self.zone, self.now)

    def full(self, at: datetime) -> str:
        """`20:10 Dublin, Sat 21 Nov 2026 (20:10 UTC)`."""
        return full(at, self.zone, self.now)

    def away(self, at: datetime) -> str:
        """`in 4 min`, `12 s ago`."""
        told = about(at - self.now)
        return f"in {told}" if at > self.now else f"{told} ago"

    def sentence(self, text: str) -> str:
        """The sentence with its instants in this zone, to the second, since they are added up and compared.

        On one line, with nothing in it that acts on a terminal.
        """
        text = _ISO.sub(self._spelt, text)
        return one_line(localised(text, self.zone, self.now, to_the_second=True))

    def _spelt(self, found: re.Match[str]) -> str:
        try:
            instant = datetime.fromisoformat(found[0])
        except ValueError:  # 31 Feb
            return found[0]
        return clock(instant, self.zone, self.now, to_the_second=True)

    def person(self, person: str | None) -> str:
        """`Sample Team Lead One (sample-lead-1)`, or the id alone."""
        if person is None:
            return "nobody"
        name = self.names.get(person)
        return one_line(f"{name} ({person})" if name else person)

    def local(self, at: datetime) -> datetime:
        """The instant in this zone."""
        return at.astimezone(zone_of(self.zone))


def about(distance: timedelta) -> str:
    """How long that is, cut to what matters: to the second below ten minutes, to the hour from two days on."""
    seconds = abs(distance.total_seconds())
    grain = 1 if seconds < 600 else 60 if seconds < 2 * 86_400 else 3600
    return words(timedelta(seconds=seconds // grain * grain))


def machine_zone() -> str:
    """The IANA name of this machine's zone, or UTC where it cannot be told."""
    given = os.environ.get("TZ", "").removeprefix(":")
    if given:
        return given if zone_of(given) is not UTC or given == "UTC" else "UTC"
    try:
        path = _LOCALTIME.resolve(strict=True).as_posix()
    except OSError:
        return "UTC"
    name = path.partition("/zoneinfo/")[2]
    return name if name and zone_of(name) is not UTC else "UTC"


def is_paper(stream: object = None) -> bool:
    """Whether the answer goes to a file or another program rather than to a person's terminal."""
    target = sys.stdout if stream is None else stream
    return not getattr(target, "isatty", lambda: False)()
