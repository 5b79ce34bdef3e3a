"""A case's watch over signs of life, as one of ours, and how often it was raised and cleared at each look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from escalation.heartbeat.source import Source, Watched
from escalation.heartbeat.watching import Told, Watch, begun, looked, removed, signed, to_report, told, tried
from tests.peers.fields import Fields, Unsupported
from tests.peers.instants import Times


@dataclass
class Heartbeat:
    """The watch of a case, and what was reported of it: when, and what."""

    watch: Watch
    reports: list[tuple[datetime, str]] = field(default_factory=list)

    def look(self, at: datetime) -> None:
        """What is due is found and reported, once."""
        self.watch = looked(self.watch, at)
        self.report(at)

    def sign(self, at: datetime) -> None:
        """A sign of life; what was due before it is found first, as our timer has it."""
        self.look(at)
        self.watch = signed(self.watch, at)
        self.report(at)

    def remove(self, at: datetime) -> None:
        """It is no longer watched."""
        self.watch = removed(self.watch, at)
        self.report(at)

    def report(self, at: datetime) -> None:
        """Whatever is to be reported."""
        while (report := to_report(self.watch, at)) is not None:
            self.reports.append((at, report.said))
            self.watch = told(tried(self.watch, report), report, Told(issue="raised"))


def read_heartbeat(given: Fields, times: Times) -> Heartbeat | None:
    """The watch that a case gives. Raises Unsupported."""
    row = given.below("watch")
    if row is None:
        return None
    within = row.span("within")
    if within is None or within <= timedelta(0):
        raise row.cannot("within")
    last = times.at(row.instant("last_sign"), "given.watch.last_sign") if "last_sign" in row else times.t0
    row.text("name")
    row.done()
    return Heartbeat(begun("main", Watched(source=Source(name="watch", every=within)), last))


def raised_and_cleared(heartbeat: Heartbeat | None, times: Times, row: Fields) -> list[str]:
    """How often it was raised and cleared at that instant."""
    if heartbeat is None:
        raise Unsupported(f"{row.where} without a watch")
    at = times.at(row.instant("at"), "checks.at")
    said: Mapping[str, str] = {"raised": "silent", "cleared": "signed"}
    differences = []
    for word, report in said.items():
        found = sum(1 for when, what in heartbeat.reports if when == at and what == report)
        if word in row and row.number(word) != found:
            differences.append(f"{word} {found} times at {row.data['at']} instead of {row.data[word]}")
    row.done()
    return differences
