"""What the rows of one case become: the issue's opening, and commands at the instants of the rows.

Times are read as UTC: the log has local times without a zone. The file's order is the order of what happened; where
times do not go forward, a row is carried out at the latest instant before it, and that is said. Nothing is counted
here: which clock ran out is for the rules to say.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from escalation.intake.logged import Case, Step
from escalation.intake.uci498_columns import MISSING, Known
from escalation.issue.commands import (
    Accept,
    Acknowledge,
    ChangeSeverity,
    Close,
    Command,
    Hold,
    Open,
    Reassign,
    Reopen,
    Resolve,
    Resume,
)
from escalation.issue.facts import Actor, IssueFacts, TextRef
from escalation.issue.identity import IssueId
from escalation.policy.matched import Match
from escalation.policy.model import Policy

SOURCE = "uci498"
DESK = "service-desk"
"""Who owns a case that has neither a resolver nor a group yet."""
NEW, RESOLVED, CLOSED = "New", "Resolved", "Closed"
WAITING = {
    "Awaiting User Info": "user",
    "Awaiting Vendor": "vendor",
    "Awaiting Problem": "problem",
    "Awaiting Evidence": "evidence",
}
"""The states in which somebody else is waited for, with the policy's reason for a hold."""
STATES = (NEW, "Active", *WAITING, RESOLVED, CLOSED)
SEVERITIES = {"1 - Critical": "P1", "2 - High": "P2", "3 - Moderate": "P3", "4 - Low": "P4"}
USUAL = "3 - Moderate"
"""The priority of a case that opens without one that can be read."""

Note = Callable[[int, str, str, str, str], None]
"""Hears of what is not as it should be: line, field, value, what is allowed, what was done."""

_TIME = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})", re.ASCII)
_A_TIME = "a time as day/month/year hour:minute"
_LEFT_OUT = "the row is left out"


@lru_cache(maxsize=65_536)
def read_time(text: str) -> datetime | None:
    """`29/2/2016 01:16` as UTC, or None where it is no such time."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour, minute = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def actor(name: str) -> Actor:
    """Whom the log calls `Resolver 89`: `resolver-89`. Said by the log alone."""
    return Actor(person="-".join(name.lower().split()), door=f"log:{SOURCE}", assurance="asserted")


def script_of(policy: Policy, number: str, rows: Sequence[tuple[int, Known]], note: Note) -> Case | None:
    """The case, or None where no row has times that can be read."""
    case: _Case | None = None
    taken = 0
    for line, row in rows:
        at = read_time(row.sys_updated_at)
        if at is None:
            note(line, "sys_updated_at", row.sys_updated_at, _A_TIME, _LEFT_OUT)
            continue
        if case is None:
            opened_at = read_time(row.opened_at)
            if opened_at is None:
                note(line, "opened_at", row.opened_at, _A_TIME, _LEFT_OUT)
                continue
            case = _Case(policy, number, note, opened_at, at=opened_at, first=row)
            case.begin(line)
        elif row.opened_at != case.first.opened_at:
            note(line, "opened_at", row.opened_at, "that of the case's first row", "the first row's counts")
        case.take(line, row, at)
        taken += 1
    return None if case is None else Case(number, rows[0][0], taken, tuple(case.steps))


@dataclass(slots=True)
class _Case:
    """A case that is being read: what the commands so far have come to, as the log tells it."""

    policy: Policy
    number: str
    note: Note
    opened_at: datetime
    at: datetime
    """The latest instant so far."""
    first: Known
    steps: list[Step] = field(default_factory=list)
    is_acknowledged: bool = False
    ended: str = ""
    waiting: str = ""
    holder: str = ""
    owner: str = ""
    """Who has accepted it last, or had it from birth."""
    offered: str = ""
    """To whom it was offered since."""
    priority: str = ""
    reopened: str = ""

    def begin(self, line: int) -> None:
        """Opened when the log says so, with what its first row knows."""
        row = self.first
        if row.priority not in SEVERITIES:
            self.note(line, "priority", row.priority, ", ".join(SEVERITIES), f"taken as {USUAL}")
        self.priority = row.priority if row.priority in SEVERITIES else USUAL
        self.holder = self.owner = _holder(row)
        self.reopened = row.reopen_count
        severity, trigger, raiser = SEVERITIES[self.priority], self.policy.triggers[0], actor(row.caller_id)
        facts = IssueFacts.trusted(
            id=IssueId(source=SOURCE, reference=self.number),
            kind=self.policy.kind,
            severity=severity,
            raiser=raiser,
            opened_at=self.opened_at,
            received_at=self.opened_at,
        )
        tier = self.policy.entry.person[severity]
        match = Match(policy=self.policy.name, trigger=trigger.name, why=trigger.why, severity=severity, enter_at=tier)
        owner = actor(self.owner).person
        self._send(
            Open.trusted(id=f"line-{line}", by=raiser, issue=facts, policies=(self.policy,), match=match, owner=owner)
        )

    def take(self, line: int, row: Known, at: datetime) -> None:
        """One row, in the order of the file."""
        if at < self.at:
            before = "the row before it" if at >= self.opened_at else "opened_at"
            self.note(
                line, "sys_updated_at", row.sys_updated_at, f"not before {before}", f"carried out at {_shown(self.at)}"
            )
        else:
            self.at = at
        state = row.incident_state
        if state not in STATES:
            self.note(line, "incident_state", state, ", ".join(STATES), "taken as work that goes on")
        self._reopen(line, row)
        if self.ended:
            if state == CLOSED and self.ended == RESOLVED:
                self._close(line, row)
            return
        if self.waiting and state not in {self.waiting, RESOLVED, CLOSED}:
            self.waiting = ""
            self._send(Resume.trusted(id=f"line-{line}-resume", by=actor(self.holder)))
        if row is not self.first:
            self._change_severity(line, row)
        self._hand_over(line, row)
        if state != NEW:
            self._work(line, row)

    def _reopen(self, line: int, row: Known) -> None:
        """Out of an end into any other state, or, where the row is resolved again already, by the count."""
        is_counted, self.reopened = row.reopen_count != self.reopened, row.reopen_count
        if self.ended and (row.incident_state not in {RESOLVED, CLOSED} or is_counted):
            self.ended, self.is_acknowledged, self.waiting = "", False, ""
            self._send(Reopen.trusted(id=f"line-{line}-reopen", by=actor(row.sys_updated_by)))

    def _change_severity(self, line: int, row: Known) -> None:
        if row.priority == self.priority:
            return
        if row.priority not in SEVERITIES:
            self.note(line, "priority", row.priority, ", ".join(SEVERITIES), f"{self.priority} goes on")
            return
        self.priority = row.priority
        by, severity, name = actor(row.sys_updated_by), SEVERITIES[row.priority], f"line-{line}-severity"
        reason = TextRef(ref=f"{name}.reason", length=0)  # the log says that it was so, and not why
        self._send(ChangeSeverity.trusted(id=name, by=by, severity=severity, reason=reason))

    def _hand_over(self, line: int, row: Known) -> None:
        """Offered to whoever has it now; they accept as soon as the case is worked on."""
        self.holder = _holder(row)
        if self.holder not in {self.owner, self.offered}:
            self.offered = self.holder
            to, by = actor(self.holder).person, actor(row.sys_updated_by)
            self._send(Reassign.trusted(id=f"line-{line}-reassign", by=by, to=to))

    def _work(self, line: int, row: Known) -> None:
        """What any state but New says: somebody works on it, waits for somebody, or is done."""
        by, state = actor(self.holder), row.incident_state
        if not self.is_acknowledged:
            self.is_acknowledged = True
            self._send(Acknowledge.trusted(id=f"line-{line}-acknowledge", by=by))
        if self.holder != self.owner:
            self.owner, self.offered = self.holder, ""
            self._send(Accept.trusted(id=f"line-{line}-accept", by=by))
        if state in WAITING and state != self.waiting:
            self.waiting = state
            reason = WAITING[state]
            waiting_for = actor(row.caller_id).person if reason == "user" else reason
            until = self.at + self._longest_hold()
            self._send(Hold.trusted(id=f"line-{line}-hold", by=by, reason=reason, waiting_for=waiting_for, until=until))
        elif state in {RESOLVED, CLOSED}:
            self.ended, self.waiting = RESOLVED, ""
            self._send(Resolve.trusted(id=f"line-{line}-resolve", by=by, outcome="solved"))
            if state == CLOSED:
                self._close(line, row)

    def _close(self, line: int, row: Known) -> None:
        self.ended = CLOSED
        self._send(Close.trusted(id=f"line-{line}-close", by=actor(row.sys_updated_by), reason="confirmed"))

    def _longest_hold(self) -> timedelta:
        """The log says nothing of an end: as long as may be, less a day, since clocks are not all set alike."""
        hold = self.policy.hold
        return hold.at_most[SEVERITIES[self.priority]] - timedelta(days=1) if hold else timedelta(days=1)

    def _send(self, command: Command) -> None:
        self.steps.append(Step(self.at, command))


def _holder(row: Known) -> str:
    """Who has the case: its resolver, else its group, else the desk."""
    if row.assigned_to != MISSING:
        return row.assigned_to
    return row.assignment_group if row.assignment_group != MISSING else DESK


def _shown(at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year} {at:%H:%M}"
