"""Maintenance windows: set, listed, ended, by who may, and found for an issue at the door."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, get_args

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from client.finding import Connection
from client.maintenance import end_maintenance
from escalation.issue.facts import Actor
from escalation.issue.identity import IssueId, read_issue_id
from escalation.issue.maintenance import Maintenance, Mode
from escalation.maintenance.window import EVERYTHING, Window, condition_of, faults, window_for
from records import maintenance
from records.database import Database, RecordBusy
from records.maintenance import WindowTaken
from starter.failure import NotDone, WrongInput, one_of, unknown
from starter.installation import Installed
from starter.keeping import clean_line
from starter.when import instant_ahead

PATIENCE_S = 0.5
"""How long the record may be kept by others when an issue enters a window; then it opens as if there was none. Ours."""
AGAIN_S = 1.0
"""After so much an issue is looked for once more that was just being opened when its window ended."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A window as somebody asks for it, in words."""

    until: str
    why: str
    mode: str = "hold"
    begins: str = ""
    when: str = ""
    source: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    is_everything: bool = False
    through: Sequence[str] = ()
    id: str = ""


@dataclass(frozen=True)
class Ended:
    """What came of ending a window."""

    window: Window
    released: tuple[str, ...]
    """Issues that were told, by short id."""
    over: tuple[str, ...]
    """Issues that had ended by then."""
    not_told: tuple[str, ...]
    """Issues that could not be told now: ending the window again tells them."""


def window_from(wanted: Wanted, actor: Actor, here: Installed, now: datetime) -> Window:
    """The window that is asked for. Raises WrongInput that names the field, NotDone where its sender may set none."""
    check_may(actor, here, "set")
    why = clean_line(wanted.why, "why")
    if not why:
        raise WrongInput("why: it is empty; allowed: one line that says what is maintained")
    one_of("mode", wanted.mode, get_args(Mode))
    named = condition_of(wanted.when, wanted.source, wanted.labels)
    if (named == EVERYTHING) != wanted.is_everything:
        given = "both a condition and all issues are given" if wanted.is_everything else "no issues are named"
        raise WrongInput(f"when: {given}; allowed: a condition, a source, labels, or all of them by itself")
    begins_at = instant_ahead(wanted.begins, "from", now) if wanted.begins else now
    until = instant_ahead(wanted.until, "until", begins_at)
    window = Window(
        id=clean_line(wanted.id, "id", 80) or f"mw-{begins_at:%Y%m%d-%H%M}-{token_hex(2)}",
        mode=wanted.mode,  # type: ignore[arg-type]
        begins_at=begins_at,
        until=until,
        condition=named,
        through=tuple(dict.fromkeys(wanted.through)),
        by=actor.person,
        why=why,
        set_at=now,
    )
    severities = (severity.name for policy in here.policies for severity in policy.severities)
    found = faults(window, severities, now)
    if found:
        raise WrongInput("; ".join(f"{name}: {problem}; allowed: {allowed}" for name, problem, allowed in found))
    return window


def check_may(actor: Actor, here: Installed, what: str) -> None:
    """Raise NotDone for a person who may not; of a machine its key says what it is for."""
    directory = here.directory
    may = (directory.operator, *(team.duty_lead for team in directory.teams))
    if not actor.is_machine and actor.person not in may:
        who = ", ".join(dict.fromkeys(may))
        raise NotDone(f"{actor.person} may not {what} a maintenance window; allowed: {who}", "not_allowed")


def set_window(db: Database, window: Window, org: str) -> tuple[Window, bool]:
    """The window as it is on record, and whether it is new. Raises WrongInput where its id is another's."""
    try:
        is_new = maintenance.add(db, window, org)
    except WindowTaken:
        raise WrongInput(f"id: '{window.id}' is that of another window; allowed: one that is new") from None
    return (window, True) if is_new else (maintenance.find(db, window.id) or window, False)


async def end_window(
    client: Connection, db: Database, window_id: str, why: str, actor: Actor, here: Installed
) -> Ended:
    """End it now, and send its issues on their way. The same again tells those that could not be told.

    Raises WrongInput, NotDone, and what the record raises.
    """
    check_may(actor, here, "end")
    said = clean_line(why, "why")
    known = await asyncio.to_thread(maintenance.find, db, window_id)
    now = datetime.now(UTC)
    if known is None:
        names = await asyncio.to_thread(maintenance.every, db, now)
        raise unknown("window", window_id, (each.id for each in names))
    if known.ended_at is None and known.until <= now:
        raise NotDone(f"window {window_id} was over at {known.until.isoformat(timespec='seconds')}", "window_over")
    await asyncio.to_thread(maintenance.end, db, window_id, actor.person, said, now)
    issues = await asyncio.to_thread(maintenance.entered, db, window_id)
    told = await _tell(client, issues, window_id, actor)
    if missing := [issue for issue, came in told.items() if came is False]:
        await asyncio.sleep(AGAIN_S)
        told |= await _tell(client, missing, window_id, actor)
    ended = await asyncio.to_thread(maintenance.find, db, window_id) or known
    shown = {came: tuple(_short(issue) for issue, its in told.items() if its is came) for came in (True, False, None)}
    return Ended(ended, shown[True], shown[False], shown[None])


async def _tell(client: Connection, issues: Sequence[str], window: str, actor: Actor) -> dict[str, bool | None]:
    """By issue: whether it was told, or is over; None where the server did not answer."""
    places = asyncio.Semaphore(16)

    async def one(issue: str) -> bool | None:
        async with places:
            try:
                return await end_maintenance(client, read_issue_id(issue)[0], window, actor)
            except RPCError as error:
                _log.warning("maintenance_end_not_told", issue=issue, window=window, error=str(error))
                return None

    return dict(zip(issues, await asyncio.gather(*(one(issue) for issue in issues)), strict=True))


def find_window(
    db: Database, fields: Mapping[str, object], severity: str, issue: IssueId, now: datetime
) -> Maintenance | None:
    """The window that an issue falls into as it is opened: noted there, so that an early end reaches it.

    A record that is away, or kept by others, is no window: a page is not lost or held up for want of it.
    """
    try:
        found = window_for(maintenance.on_at(db, now), fields, severity, now)
        if found is None or not maintenance.enter(db, found.id, str(issue), issue.org, now, PATIENCE_S):
            return None
    except (SQLAlchemyError, RecordBusy) as error:
        _log.warning("maintenance_not_looked_up", error=type(error).__name__)
        return None
    return found.pinned()


def in_words(window: Window, now: datetime) -> str:
    """Where it stands: set, on, over, ended early."""
    if window.ended_at is not None:
        return f"ended early by {window.ended_by}"
    if now >= window.until:
        return "over"
    return "on" if now >= window.begins_at else "set"


def window_json(window: Window, now: datetime) -> dict[str, Any]:
    """The window for a program."""
    return {**window.model_dump(mode="json"), "state": in_words(window, now)}


def labels_from(given: Sequence[str]) -> dict[str, str]:
    """`service=tills` as labels; raises WrongInput."""
    found: dict[str, str] = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name.strip():
            raise WrongInput(f"label: '{each}' is no label; allowed: NAME=VALUE such as service=tills")
        found[name.strip()] = value.strip()
    return found


def _short(issue: str) -> str:
    return read_issue_id(issue)[0].short
