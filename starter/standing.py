"""Where an issue stands, from whoever can tell: the issue itself through a worker, else the record.

The record holds every entry, so the state can be made of them again by the same rules that made it first.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from client.settings import Settings
from escalation.issue.events import Entry
from escalation.issue.evolve import evolve
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from records import reading
from records.database import Database
from starter.door import issue_id
from starter.failure import Failed, NotDone, as_failure
from starter.installation import open_record, record_if_there

QUICK = timedelta(seconds=2)
"""How long a reader waits for a worker before the record must do."""
_LOOK_AGAIN_S = 0.1


@dataclass(frozen=True)
class Standing:
    """A state, and what its reader must know of where it comes from."""

    state: IssueState
    is_live: bool
    as_of: datetime
    """When the last entry behind it was decided."""
    why_not_live: str = ""


def of_entries(entries: list[Entry]) -> IssueState | None:
    """The state after these entries, counted from the first; None of none."""
    state = None
    for entry in entries:
        state = evolve(state, entry)
    return state


def from_record(db: Database, issue: IssueId) -> IssueState | None:
    """The state as the record has it; None where it does not know the issue."""
    return of_entries(reading.timeline(db, issue))


def named(text: str, db: Database | None) -> IssueId:
    """The issue that was meant: without an occurrence the latest on record, else the first. Raises WrongInput."""
    issue, is_exact = issue_id(text)
    if is_exact or db is None:
        return issue
    return issue.at(max(reading.latest_occurrence(db, issue.series), 1))


def unknown_issue(db: Database, issue: IssueId) -> NotDone:
    """The error for an issue that is not on record, with the nearest ids that are."""
    from difflib import get_close_matches

    short = [row.issue.short for row in reading.list_issues(db, limit=200)]
    by_lower: dict[str, str] = {}
    for each in short:
        by_lower.setdefault(each.lower(), each)
    word = issue.short.lower()
    close = [by_lower[each] for each in get_close_matches(word, by_lower, n=3, cutoff=0.5)]
    close = [by_lower[word]] if word in by_lower else close
    hint = f"; did you mean {' or '.join(close)}?" if close else "; `escalon list` shows those that are"
    return NotDone(f"there is no issue {issue.short}{hint}", "no_such_issue")


def unwritten(issue: IssueId, failure: Failed) -> NotDone:
    """The error for an issue of which the record has nothing, and which cannot be asked because of the failure."""
    if failure.code != "no_worker" or not asyncio.run(_is_on_server(issue)):
        return NotDone(f"{failure.why}, and {issue.short} is not on record", failure.code)
    return NotDone(
        f"{issue.short} is on the server and waits for a worker (`escalon worker`), so nothing of it is on record yet",
        "waits_for_worker",
    )


async def _is_on_server(issue: IssueId) -> bool:
    from client.asking import is_running
    from client.connect import connect

    try:
        return await is_running(await connect(), issue)
    except Exception as error:
        if as_failure(error) is None:
            raise
        return False


async def ask(issue: IssueId, within: timedelta = QUICK) -> IssueState:
    """The issue's own answer; raises what connecting and asking raise."""
    from client.asking import ask_state
    from client.connect import connect

    return await ask_state(await connect(), issue, within)


async def ask_further(issue: IssueId, within: timedelta = QUICK) -> list[Entry]:
    """The issue's entries that it does not know to be on record; raises what connecting and asking raise."""
    from client.asking import ask_unwritten
    from client.connect import connect

    return await ask_unwritten(await connect(), issue, within)


async def settled(client: Any, issue: IssueId) -> IssueState:
    """The issue's answer once whoever is asked has been looked up, which takes a moment; else what it is by then.

    Raises what asking raises.
    """
    from client.asking import ask_state

    end = asyncio.get_running_loop().time() + QUICK.total_seconds()
    while True:
        state = await ask_state(client, issue, QUICK)
        if state.asked or not state.findings or asyncio.get_running_loop().time() > end:
            return state
        await asyncio.sleep(_LOOK_AGAIN_S)


def ask_or_read(settings: Settings, text: str) -> Standing:
    """The issue's own answer, else what the record says. Raises NotDone where neither knows it, WrongInput."""
    with record_if_there(settings) as db:
        issue = named(text, db)
        try:
            state = asyncio.run(ask(issue))
        except Exception as error:
            failure = as_failure(error)
            if failure is None:
                raise
            return _read(settings, db, issue, failure)
    return Standing(state, is_live=True, as_of=state.last_at)


def _read(settings: Settings, db: Database | None, issue: IssueId, failure: Failed) -> Standing:
    if failure.code == "no_namespace":
        raise failure
    if db is None:
        if failure.code == "no_such_issue":
            raise failure
        with open_record(settings):  # says why there is none
            raise failure
    state = from_record(db, issue)
    if state is None and failure.code == "no_such_issue":
        raise unknown_issue(db, issue)
    if state is None:
        raise unwritten(issue, failure)
    return Standing(state, is_live=False, as_of=state.last_at, why_not_live=failure.why)
