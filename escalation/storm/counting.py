"""When messages of one cause to one person by one channel are a storm: a count of issues within a window.

Pure: instants are given. The first few pages of a cause go out at once, each by itself; from then on messages gather.
"""

from datetime import datetime, timedelta

from pydantic import Field

from escalation.value import Value


class Limits(Value):
    """What makes a storm, and how long its messages gather."""

    after: int = Field(default=3, ge=1)
    """Issues of one cause whose messages go out by themselves; those of further ones gather."""
    window: timedelta = timedelta(minutes=5)
    """Within which they are counted."""
    gather: timedelta = timedelta(seconds=15)
    """A digest goes when no message has come for so long."""
    gather_times: int = Field(default=6, ge=1)
    """And so many times as long after the first of them, where more keep coming: with 15 s these are 90 s, as long as a
    page may be kept back whose patience is two minutes."""
    stand_times: int = Field(default=8, ge=0)
    """The first digest stands for so many times `gather`, each further one for twice as long: with 15 s two minutes."""
    longest: timedelta = timedelta(minutes=10)
    """Neither gathers nor stands one for longer."""
    idle: timedelta = timedelta(minutes=30)
    """Without a message for so long a storm is over."""

    @property
    def gather_longest(self) -> timedelta:
        """How long messages gather at most, where more keep coming."""
        return min(self.gather * self.gather_times, self.longest)

    def stands(self, went: int) -> timedelta:
        """How long the digest stands that was the so manieth of its storm."""
        # Not `2**went` alone: that overflows after a night of a storm.
        return min(self.gather * self.stand_times * (1 << min(max(went - 1, 0), _DOUBLINGS)), self.longest)


_DOUBLINGS = 16


class Single(Value):
    """A message of a storm that went out by itself."""

    issue: str
    severity: str
    priority: int
    at: datetime
    asks: bool = False
    can_acknowledge: bool = False
    can_take_charge: bool = False
    about: str = ""
    tier: str = ""


class Counted(Value):
    """What one sender has seen of one cause, to one person by one channel."""

    singles: tuple[Single, ...] = ()
    gathered_at: datetime | None = None
    """When a message was last gathered; None: none was."""


def goes_by_itself(counted: Counted, single: Single, limits: Limits) -> bool:
    """Whether a message goes out at once, as pages do, or gathers with others of its cause.

    Never held back: the first few issues of a cause, and a page about an issue that is more severe than all before it.
    """
    here = _fresh(counted, single.at, limits)
    if single.asks and here.singles and single.priority < min(each.priority for each in here.singles):
        return True
    if here.gathered_at is not None:
        return False
    within = {each.issue for each in here.singles if single.at - each.at <= limits.window}
    return single.issue in within or len(within) < limits.after


def counted_with(counted: Counted, single: Single, limits: Limits, *, is_gathered: bool) -> Counted:
    """The same after the message was let go, or gathered."""
    here = _fresh(counted, single.at, limits)
    if is_gathered:
        return here.changed({"gathered_at": single.at})
    others = tuple(each for each in here.singles if each.issue != single.issue)
    return here.changed({"singles": (*others, single)})


def is_forgotten(counted: Counted, now: datetime, limits: Limits) -> bool:
    """Whether nothing of it matters any more."""
    return _fresh(counted, now, limits) == Counted()


def _fresh(counted: Counted, now: datetime, limits: Limits) -> Counted:
    """Without what is so long ago that it counts no more; while a storm goes on, what began it is known."""
    is_on = counted.gathered_at is not None and now - counted.gathered_at <= limits.idle
    if is_on:
        return counted
    return Counted(singles=tuple(each for each in counted.singles if now - each.at <= limits.window))
