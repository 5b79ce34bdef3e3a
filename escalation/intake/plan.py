"""What a report asks of an issue, given where the issue stands here: open it, send it a command, or nothing, and why.

The rule behind all of it: what is open there is never left unknown here, and what was settled here is undone only by
something that happened there afterwards.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import AwareDatetime

from escalation.intake.alertmanager import firing_began_at
from escalation.intake.reported import Reported, machine
from escalation.issue.facts import Actor
from escalation.issue.state import IssueState
from escalation.value import Value

Act: TypeAlias = Literal["acknowledge", "release", "escalate", "resolve"]


class OpenIt(Value):
    """Open the issue; where it is there, report it again."""

    kind: Literal["open"] = "open"
    command_id: str
    by: Actor
    received_at: AwareDatetime | None
    """The instant that decides whether what was resolved is reopened; None: when it is carried out."""
    is_first: bool
    """Whether the issue is not known here: then its text is all that is known, else what is new."""


class SendIt(Value):
    """Send the issue a command."""

    kind: Literal["send"] = "send"
    command: Act
    command_id: str
    by: Actor


class Nothing(Value):
    """There is nothing to do."""

    kind: Literal["nothing"] = "nothing"
    why: str
    is_known: bool = False
    """The same report was carried out before."""


Step: TypeAlias = OpenIt | SendIt | Nothing


def plan(report: Reported, state: IssueState | None) -> tuple[Step, ...]:
    """The steps, in order. `state`: of the latest occurrence here, None where the issue is not known."""
    if state is not None and report.command_id in state.done:
        return (Nothing(why=_known(report, state), is_known=True),)
    if state is None or state.status == "ended":
        return _not_here(report, state)
    if state.status == "open":
        return _while_open(report, state)
    return _after_it_was_resolved(report, state)


def plan_unseen(report: Reported) -> tuple[Step, ...]:
    """The steps for an issue that is there but cannot be asked where it stands, since no worker answers."""
    if report.what in {"open", "note"}:
        received_at = report.happened_at
        return (OpenIt(command_id=report.command_id, by=report.by, received_at=received_at, is_first=False),)
    return (_send(report, report.by),)


def _not_here(report: Reported, over: IssueState | None) -> tuple[Step, ...]:
    where = "it is not known here" if over is None else "it is over here"
    if report.what == "resolve":
        return (Nothing(why=f"nothing open here: {where}"),)
    if report.is_open_there is False:
        return (Nothing(why=f"{where}, and resolved there"),)
    if over is not None and report.is_open_there is None:
        return (Nothing(why=f"{where}, and nothing says that it is open there"),)
    # The system raises it, whoever clicked there: so the system may also say that it is over.
    by = report.by if report.by.is_machine else machine(report.source)
    return _open_then_act(report, by, received_at=None, is_first=True)


def _while_open(report: Reported, state: IssueState) -> tuple[Step, ...]:
    match report.what:
        case "open" | "note":
            at = report.happened_at
            return (OpenIt(command_id=report.command_id, by=report.by, received_at=at, is_first=False),)
        case "resolve":
            fired_at = _latest_firing(state.done, report.reference)
            if report.source == "alertmanager" and fired_at is not None and fired_at >= report.happened_at:
                return (Nothing(why=f"it has fired again since, at {_shown(fired_at)}"),)
            return (_send(report, report.by),)
        case "release" if state.handler is None:
            return (Nothing(why="nobody has it here"),)
        case "release" if report.by.person != state.handler:
            return (_send(report, machine(report.source)),)  # it ran out there, whoever or whatever brought that about
        case _:
            return (_send(report, report.by),)


def _after_it_was_resolved(report: Reported, state: IssueState) -> tuple[Step, ...]:
    if report.what == "resolve":
        return (Nothing(why=f"it is {state.status} already"),)
    resolved_at = state.resolved_at or state.last_at
    if report.what == "note":
        at = min(report.happened_at, resolved_at)  # it is put on record, and reopens nothing
        return (OpenIt(command_id=report.command_id, by=report.by, received_at=at, is_first=False),)
    if report.what != "open" and report.happened_at <= resolved_at:
        return (Nothing(why=f"it is {state.status} here, since {_shown(resolved_at)}, which is later"),)
    by = report.by if report.what == "open" else machine(report.source)
    return _open_then_act(report, by, received_at=report.happened_at, is_first=False)


def _open_then_act(report: Reported, by: Actor, *, received_at: datetime | None, is_first: bool) -> tuple[Step, ...]:
    """Open, and where somebody has it there, say so. What was released or went up there is asked anew by opening."""
    has_it = report.what == "acknowledge"
    command_id = f"{report.command_id}:open" if has_it else report.command_id
    opening = OpenIt(command_id=command_id, by=by, received_at=received_at, is_first=is_first)
    return (opening, _send(report, report.by)) if has_it else (opening,)


def _send(report: Reported, by: Actor) -> SendIt:
    command: Act
    match report.what:
        case "acknowledge" | "release" | "escalate" | "resolve":
            command = report.what
        case _:
            raise AssertionError(report.what)
    return SendIt(command=command, command_id=report.command_id, by=by)


def _known(report: Reported, state: IssueState) -> str:
    if report.what == "open" and state.status != "open":
        since = state.closed_at or state.resolved_at or state.last_at
        return f"it is {state.status} here since {_shown(since)}, although it is said to be open there"
    return "it was carried out before"


def _latest_firing(done: Iterable[str], reference: str) -> datetime | None:
    began = (firing_began_at(command_id, reference) for command_id in done)
    return max((instant for instant in began if instant is not None), default=None)


def _shown(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
