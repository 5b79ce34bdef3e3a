"""The clocks of an issue, reduced to the next instant at which something is due.

Everything here is a view of the state. What is done when an instant comes is in `decide_clock.py`.
"""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pydantic import AwareDatetime

from escalation.issue.state import LAST_RESORT, IssueState
from escalation.value import Value

What: TypeAlias = Literal[
    "find",
    "acknowledge",
    "work",
    "lapse",
    "charge",
    "last_resort",
    "warn",
    "remind",
    "confirm",
    "silence",
    "window",
]
_ORDER: tuple[What, ...] = (
    "find", "warn", "remind", "lapse", "acknowledge", "work", "charge", "last_resort", "confirm", "silence", "window",
)  # fmt: skip

GRACE = timedelta(seconds=1)
"""A tick that is late by no more than this is on time: a server's timers may fire up to a second late
(measured on Temporal's development server), and a tier then begins at the instant that was due."""

FIND_WITHIN = timedelta(seconds=30)
"""How long a look-up of people may take before the last known are asked. Ours."""


_LISTENERS = {
    "asked": "whoever is asked",
    "handler": "the handler",
    "owner": "the owner",
    "next_tier": "the next tier",
}


class Due(Value):
    """Something that is due at an instant."""

    at: AwareDatetime
    what: What
    turn: int = 0
    share: float = 0
    of: Literal["acknowledge", "work", ""] = ""
    words: str
    """What happens then."""

    @property
    def moves(self) -> bool:
        """Whether it changes who is asked or how the issue stands, rather than only telling somebody."""
        return self.what not in {"warn", "remind", "find", "confirm"}


def deadlines(state: IssueState) -> tuple[Due, ...]:
    """All that is due, earliest first; at one instant in the order in which it is done."""
    found = _open(state) if state.status == "open" else _after(state)
    return tuple(sorted(found, key=lambda due: (due.at, _ORDER.index(due.what), due.turn, due.share)))


def next_due(state: IssueState) -> Due | None:
    """What is due first; None only for an issue that is over."""
    return next(iter(deadlines(state)), None)


def next_timer(state: IssueState) -> Due | None:
    """What the shell's one timer waits for: all but look-ups, whose errand ends by itself at the same instant."""
    return next((due for due in deadlines(state) if due.what != "find"), None) or next_due(state)


def next_move(state: IssueState) -> Due | None:
    """The first deadline that moves the issue; warnings and reminders left out."""
    return next((due for due in deadlines(state) if due.moves), None)


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether what was due then is served late at `now`."""
    return now - due_at > GRACE


def _next_words(state: IssueState) -> str:
    following = state.pinned.next_tier(state.tier)
    if following is not None:
        return f"{state.pinned.tier(following).title} is asked"
    if state.passes <= state.pinned.exhaustion.repeats and state.has_pass_people:
        return "the ladder is climbed again"
    return "all tiers' time is up, and the last resort is told"


def _open(state: IssueState) -> list[Due]:
    found: list[Due] = []

    def add(at: datetime | None, what: What, words: str) -> None:
        if at is not None:
            found.append(Due(at=at, what=what, words=words))

    upward = _next_words(state)
    add(state.acknowledge_due_at, "acknowledge", f"nobody has acknowledged: {upward}")
    add(state.work_due_at, "work", f"the time to work is spent: {upward}")
    then = "" if state.is_resting else f", and {state.here.title} is asked again"
    add(state.lapses_at, "lapse", f"the acknowledgement of {state.handler} lapses{then}")
    add(state.remind_at, "remind", f"{state.here.title} is reminded")
    add(state.last_resort_at, "last_resort", "the last resort is told again")
    if state.charge is not None:
        add(state.charge.until, "charge", f"the time that {state.charge.person} set is past: the last resort is told")
    for finding in state.findings:
        whom = "the last resort" if finding.tier == LAST_RESORT else state.here.title
        words = f"the look-up is given up: the last known people of {whom} are asked"
        found.append(Due(at=finding.due_at, what="find", turn=finding.turn, words=words))
    for warning in state.warnings:
        whom = " and ".join(_LISTENERS[word] for word in warning.tell)
        words = f"{warning.share:.0%} of the time to {warning.of} is used up: a warning to {whom}"
        found.append(Due(at=warning.at, what="warn", share=warning.share, of=warning.of, words=words))
    return found


def _after(state: IssueState) -> list[Due]:
    found: list[Due] = []
    if state.confirm_at is not None:
        found.append(Due(at=state.confirm_at, what="confirm", words=f"{state.owner} is reminded to have it confirmed"))
    if state.silence_at is not None:
        found.append(Due(at=state.silence_at, what="silence", words="it is closed, since nobody objected"))
    if state.reopen_until is not None:
        found.append(Due(at=state.reopen_until, what="window", words="it can no longer be reopened"))
    return found
