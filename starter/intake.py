"""Carrying out what other systems reported: each report is planned by where its issue stands, and then done.

Reports of one issue go one after another, those of different issues side by side. One that fails stops no other.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from client.finding import Connection, Found, find_latest
from client.names import register_search_attributes
from client.opening import OpenAnswer, Refused, open_issue
from client.sending import Sent
from client.settings import Settings
from escalation.intake.plan import Nothing, OpenIt, SendIt, Step, plan, plan_unseen
from escalation.intake.reported import Reported
from escalation.intake.wording import paragraphs
from escalation.issue.identity import IssueId
from escalation.policy.choose import choose_policy, policy_named
from escalation.policy.model import Policy
from escalation.value import Value
from records import reading
from records.database import Database
from starter.door import OpenRequest, PreparedCommand, PreparedOpen, prepare_command, prepare_open
from starter.failure import NotDone, WrongInput, as_failure, unknown
from starter.installation import Installed
from starter.recording import send_and_record

KIND = "technical"
"""The kind of what machines report, unless a policy is named."""
_AT_ONCE = 8

Came: TypeAlias = Literal[
    "opened",
    "reported_again",
    "reopened",
    "acknowledged",
    "released",
    "escalated",
    "resolved",
    "stored",
    "known",
    "nothing_to_do",
    "refused",
]
_DONE: dict[str, Came] = {
    "acknowledge": "acknowledged",
    "release": "released",
    "escalate": "escalated",
    "resolve": "resolved",
}


class Outcome(Value):
    """What came of one report."""

    report: Reported
    issue: IssueId | None = None
    came: tuple[Came, ...]
    """One word for each step that was taken."""
    why: str = ""
    is_for_now: bool = False
    """Whether what is refused may be done when it is sent again: server or record were away, nothing was decided."""
    notes: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether something that was asked could not be done."""
        return "refused" in self.came


@dataclass(frozen=True)
class Into:
    """Where reports go: the way in, and what every issue of theirs has in common."""

    client: Connection
    settings: Settings
    here: Installed
    db: Database | None
    """None: the record is away, which stops nothing."""
    ladder: Policy
    team: str
    now: Callable[[], datetime]


def ladder_for(here: Installed, policy: str, entity: str) -> Policy:
    """The policy that the reports' issues enter: the one named, else that of the entity's technical issues.

    Raises WrongInput.
    """
    try:
        found = policy_named(here.policies, policy) if policy else choose_policy(here.policies, entity or "main", KIND)
    except ValueError as error:
        raise WrongInput(str(error), "unknown_policy") from None
    if entity and entity != found.legal_entity:
        raise WrongInput(f"entity: '{entity}' is not that of policy {found.name}; allowed: {found.legal_entity}")
    return found


def known_team(here: Installed, team: str) -> str:
    """The team, where there is one of this name; raises WrongInput."""
    names = [each.name for each in here.directory.teams]
    if team not in names:
        raise unknown("team", team, names)
    return team


async def take_in(reports: Iterable[Reported], into: Into) -> list[Outcome]:
    """Carry out the reports, in their order for each issue; one outcome for each, in the order given."""
    places = asyncio.Semaphore(_AT_ONCE)
    by_issue: dict[tuple[str, str], list[tuple[int, Reported]]] = {}
    for number, report in enumerate(reports):
        by_issue.setdefault((report.source, report.reference), []).append((number, report))

    async def of_one_issue(rows: list[tuple[int, Reported]]) -> list[tuple[int, Outcome]]:
        async with places:
            return [(number, await carry_out(report, into)) for number, report in rows]

    done = await asyncio.gather(*(of_one_issue(rows) for rows in by_issue.values()))
    return [outcome for _, outcome in sorted((row for rows in done for row in rows), key=lambda row: row[0])]


async def carry_out(report: Reported, into: Into) -> Outcome:
    """Plan the report and take its steps; what can be foreseen to go wrong is in the outcome."""
    came: list[Came] = []
    notes: list[str] = []
    whys: list[str] = []
    issue: IssueId | None = None
    is_for_now = False
    try:
        found = await _find(report, into)
        issue = found.issue if found.is_known else None
        for step in _steps(report, found):
            taken = await _take(step, report, issue or found.issue, found, into)
            issue = taken.issue or issue
            came.extend(taken.came)
            notes.extend(taken.notes)
            whys.extend([taken.why] if taken.why else [])
            if taken.is_refused:
                break
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        came.append("refused")
        whys.append(failure.why)
        is_for_now = failure is not error  # what our own doors and rules say stays so
    why = "; ".join(whys)
    return Outcome(report=report, issue=issue, came=tuple(came), why=why, is_for_now=is_for_now, notes=tuple(notes))


async def _find(report: Reported, into: Into) -> Found:
    from sqlalchemy.exc import SQLAlchemyError

    issue = IssueId(
        org=into.here.org,
        legal_entity=into.ladder.legal_entity,
        team=into.team,
        source=report.source,
        reference=report.reference,
    )
    latest = 0
    if into.db is not None:
        try:
            latest = await asyncio.to_thread(reading.latest_occurrence, into.db, issue.series)
        except SQLAlchemyError:
            latest = 0
    return await find_latest(into.client, issue, latest)


def _steps(report: Reported, found: Found) -> tuple[Step, ...]:
    if found.is_running and found.state is None:
        return plan_unseen(report)
    return plan(report, found.state)


async def _take(step: Step, report: Reported, issue: IssueId, found: Found, into: Into) -> Outcome:
    match step:
        case Nothing():
            return Outcome(report=report, came=("known" if step.is_known else "nothing_to_do",), why=step.why)
        case OpenIt():
            return await _open(step, report, found, into)
        case SendIt():
            return await _send(step, report, issue, into)


async def _open(step: OpenIt, report: Reported, found: Found, into: Into) -> Outcome:
    now = into.now()
    text = paragraphs(report.description, report.note) if step.is_first else report.note
    request = OpenRequest(
        raiser=step.by,
        command_id=step.command_id,
        title=report.title,
        # An issue that cannot be asked may know this report already, with other words kept under its id.
        description=text if found.state is not None or not found.is_running else "",
        policy=into.ladder.name,
        source=report.source,
        reference=report.reference,
        team=into.team,
        labels=report.labels,
        severity=report.severity,
        received_at=min(step.received_at, now) if step.received_at is not None else now,
        first_noticed_at=min(report.began_at, now),
    )
    prepared = await asyncio.to_thread(prepared_with_text, request, into, now)  # the record may be slow
    answer = await open_prepared(prepared, into.client, into.settings.task_queue)
    if answer.is_new:
        is_repeat = found.is_running and answer.issue == found.issue
        came: Came = "known" if is_repeat else "opened"
        return Outcome(report=report, issue=answer.issue, came=(came,), notes=prepared.notes)
    sent = answer.sent or Sent(issue=answer.issue, outcome="done")
    came = _came_of(sent, "reported_again")
    was_over = found.state is not None and found.state.status != "open"
    if came == "reported_again" and was_over and sent.done is not None and sent.done.status.status == "open":
        came = "reopened"
    return Outcome(report=report, issue=answer.issue, came=(came,), why=sent.why, notes=prepared.notes)


def prepared_with_text(request: OpenRequest, into: Into, now: datetime) -> PreparedOpen:
    """Prepared with its text; where other words are kept under its id already, without: the issue matters more."""
    try:
        return prepare_open(request, into.here, into.db, now)
    except WrongInput:
        if not request.description:
            raise
        return prepare_open(replace(request, description=""), into.here, into.db, now)


async def open_prepared(prepared: PreparedOpen, client: Connection, queue: str) -> OpenAnswer:
    """Open it; raises NotDone where the rules refuse it, and RPCError."""
    from temporalio.service import RPCError, RPCStatusCode

    try:
        try:
            return await open_issue(client, prepared.command, queue, prepared.latest, prepared.carry)
        except RPCError as error:
            # A server on which no worker of ours ever ran does not know our search attributes.
            if error.status != RPCStatusCode.INVALID_ARGUMENT:
                raise
            await register_search_attributes(client)
            return await open_issue(client, prepared.command, queue, prepared.latest, prepared.carry)
    except Refused as refused:
        raise NotDone(refused.rejected.why, refused.rejected.code) from None


async def _send(step: SendIt, report: Reported, issue: IssueId, into: Into) -> Outcome:
    prepared = await asyncio.to_thread(_command, step, report, issue, into)
    sent = await send_and_record(into.client, into.db, issue, prepared.command)
    came = _came_of(sent, _DONE[step.command])
    return Outcome(report=report, issue=issue, came=(came,), why=sent.why, notes=prepared.notes)


def _command(step: SendIt, report: Reported, issue: IssueId, into: Into) -> PreparedCommand:
    fields: dict[str, object] = {}
    text = ""
    match step.command:
        case "acknowledge":
            pass
        case "release":
            text = "reason"
        case "escalate":
            text = "reason"
            fields["is_waived"] = not step.by.is_machine  # nobody could give the checklist there; it is on record so
        case "resolve":
            text = "explanation"
            fields["outcome"] = "solved"
    happened_at = min(report.happened_at, into.now())

    def prepared(words: str) -> PreparedCommand:
        given = {**fields, **({text: words} if text and words else {})}
        return prepare_command(
            step.command, issue, given, step.by, step.command_id, into.here, into.db, happened_at=happened_at
        )

    try:
        return prepared(report.note)
    except WrongInput:
        return prepared("")


def _came_of(sent: Sent, word: Came) -> Came:
    if sent.outcome != "done":
        return sent.outcome
    return "known" if sent.done is not None and sent.done.is_repeat else word
