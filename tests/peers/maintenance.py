"""Maintenance in a case, as windows of ours that hold: ended early or by their time, of one service or of all."""

from dataclasses import dataclass, field
from datetime import datetime

from escalation.issue.maintenance import LONGEST, Maintenance
from escalation.maintenance.window import Window, faults, window_for
from tests.peers.fields import Fields, Unsupported
from tests.peers.instants import Times


@dataclass
class Windows:
    """The windows of a case, each with the service that it is for; None: all of them."""

    set_so_far: list[tuple[str | None, Window]] = field(default_factory=list)

    def begin(self, at: datetime, until: datetime | None, service: str | None, by: str) -> list[str]:
        """A window from now on; what is wrong with it, where it is not set. Without end it lasts as long as one may."""
        window = Window(
            id=f"window-{len(self.set_so_far) + 1}",
            mode="hold",
            begins_at=at,
            until=until or at + LONGEST,
            by=by,
            why="as the case says",
            set_at=at,
        )
        wrong = [f"{name}: {problem}; allowed: {allowed}" for name, problem, allowed in faults(window, (), at)]
        if not wrong:
            self.set_so_far.append((service, window))
        return wrong

    def of(self, service: str | None, severity: str, at: datetime) -> Maintenance | None:
        """What an issue of that service falls into that is opened then."""
        windows = [window for whose, window in self.set_so_far if whose in {None, service}]
        found = window_for(windows, {}, severity, at)
        return None if found is None else found.pinned()

    def end(self, at: datetime, service: str | None) -> list[Window]:
        """Those that are ended early."""
        ended = [window for whose, window in self.set_so_far if whose in {None, service} and window.is_on(at)]
        self.set_so_far = [
            (whose, window.changed({"ended_at": at}) if window in ended else window)
            for whose, window in self.set_so_far
        ]
        return ended


def read_windows(given: Fields, times: Times) -> Windows:
    """The window that a case gives; one that has begun before lasts from T0. Raises Unsupported."""
    windows, row = Windows(), given.below("window")
    if row is None:
        return windows
    begins, until = (times.at(row.instant(name), f"given.window.{name}") for name in ("from", "until"))
    service = row.text("service")
    row.done()
    if begins > times.t0 or windows.begin(times.t0, until, service, "operator"):
        raise Unsupported(f"given.window {begins.isoformat()} to {until.isoformat()}")
    return windows
