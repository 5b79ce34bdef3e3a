"""`GET /v1/issues`: the list, with the filters of `escalon list`, page by page."""

import asyncio
import base64
import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from escalation.issue.identity import IssueId, read_issue_id
from escalation.issue.state import Status
from escalation.policy.model import Kind
from records import reading
from records.database import Database
from records.filters import ListFilters
from records.reading import MOST_AT_ONCE, IssueRow
from starter.failure import Failed, NotDone, WrongInput, unknown
from starter.http.answers import IssueList
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import TheDoors
from starter.http.forms import Word
from starter.http.problems import refused
from starter.http.readable import may_see
from starter.listing import GRACE, filters_from, hidden_from

router = APIRouter(prefix="/v1/issues", tags=["issues"])


class Wanted(BaseModel):
    """The filters, all of which must hold; one that is given several times holds where any of its values does."""

    status: list[Status] = []
    tier: list[Word] = Field(default=[], description="The tier that is asked.")
    severity: list[Word] = []
    kind: list[Kind] = []
    policy: Word | None = Field(default=None, description="The policy whose ladder is climbed.")
    entity: Word | None = Field(default=None, description="The legal entity.")
    team: Word | None = None
    source: Word | None = Field(default=None, description="Where it came from.")
    asked: Word | None = Field(default=None, description="Who is asked: a person's id, here and in the next four.")
    handler: Word | None = Field(default=None, description="Who has it.")
    owner: Word | None = Field(default=None, description="Who owns it.")
    raiser: Word | None = Field(default=None, description="Who raised it.")
    of: Word | None = Field(default=None, description="Who is asked, has it or owns it.")
    exhausted: bool = Field(default=False, description="Only those whose tiers' time is all up, and nobody has them.")
    breached: bool = Field(default=False, description="Only those that missed a time limit.")
    overdue: bool = Field(default=False, description="Only those for which something was due and is not done.")
    limit: int = Field(default=50, ge=1, le=MOST_AT_ONCE, description="So many at most.")
    cursor: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(
        default=None, description="`next_cursor` of the page before; the filters stay as they were."
    )

    def filters(self) -> dict[str, Any]:
        """As the list of the command line takes them."""
        plain = self.model_dump(exclude={"entity", "of", "exhausted", "breached", "overdue", "limit", "cursor"})
        more = {"legal_entity": self.entity, "person": self.of}
        return {**plain, **more, "is_exhausted": self.exhausted or None, "is_breached": self.breached or None}

    def mark(self) -> str:
        """What a cursor belongs to."""
        words = self.model_dump_json(exclude={"limit", "cursor"})
        return hashlib.sha256(words.encode()).hexdigest()[:16]


@router.get("", summary="List issues", response_model=IssueList, responses=problems(401, 403, 422))
async def list_them(
    request: Request,
    doors: TheDoors,
    caller: Annotated[Caller, Depends(allowed("read"))],
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """As the record has them, the one opened last first; those that the reader may not see are left out."""
    try:
        for name in request.query_params:
            if name not in Wanted.model_fields:
                raise unknown("query", name, Wanted.model_fields)
        db = await doors.record()
        if db is None:
            raise NotDone("the record is away", "record_away")
        overdue_at = doors.clock() - GRACE if wanted.overdue else None
        filters = await asyncio.to_thread(filters_from, wanted.filters(), doors.settings, db, overdue_at, caller.here)
        rows = await asyncio.to_thread(_rows, db, filters, wanted, caller.reader)
    except Failed as failure:
        raise refused(failure, dict(request.query_params)) from None
    shown, rest = rows[: wanted.limit], rows[wanted.limit :]
    return JSONResponse(
        {
            "issues": [_row(row, caller.reader) for row in shown],
            "next_cursor": _cursor(shown[-1].issue, wanted) if rest else None,
        }
    )


def _rows(db: Database, filters: ListFilters, wanted: Wanted, reader: str) -> list[IssueRow]:
    """The page and one more, where there is one."""
    after = _after(wanted) if wanted.cursor is not None else None
    found: list[IssueRow] = []
    most = min(wanted.limit + 1, MOST_AT_ONCE)
    while len(found) <= wanted.limit:
        try:
            rows = reading.list_issues(db, filters, most, after)
        except ValueError as error:
            raise WrongInput(f"cursor: {error}") from None
        found += [row for row in rows if may_see(row, reader)]
        if len(rows) < most:
            break
        after = rows[-1].issue
    return found[: wanted.limit + 1]


def _row(row: IssueRow, reader: str) -> dict[str, Any]:
    return {**row.model_dump(mode="json", exclude=hidden_from(reader, row)), "short": row.issue.short}


def _cursor(last: IssueId, wanted: Wanted) -> str:
    return base64.urlsafe_b64encode(json.dumps([wanted.mark(), str(last)]).encode()).decode()


def _after(wanted: Wanted) -> IssueId:
    try:
        mark, last = json.loads(base64.urlsafe_b64decode((wanted.cursor or "").encode()))
        issue = read_issue_id(last)[0]
    except (ValueError, TypeError, AttributeError):
        raise WrongInput("cursor: it is none of ours; allowed: next_cursor of the page before") from None
    if mark != wanted.mark():
        raise WrongInput("cursor: it belongs to other filters; allowed: the filters of the page before")
    return issue
