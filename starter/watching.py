"""Watching: the record looked at again and again, shown as a board or as one issue, or told line by line."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from escalation.issue.events import Entry
from escalation.issue.evolve import evolve
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from escalation.narrate import narrate
from records import reading, texts
from records.database import Database
from records.filters import ListFilters
from records.reading import IssueRow
from starter.installation import open_record, settings_now
from starter.listing import filters_from, reader_for
from starter.looking import may_read
from starter.reader import Reader, is_paper
from starter.showing import console, say_json
from starter.standing import named, unknown_issue
from starter.views.board import board_view
from starter.views.entries import DELIVERIES, text_refs, timeline_view
from starter.views.standing import moving_view

MOST = 200
"""Issues on a board at most; a screen has no room for more."""
_LATEST = 20
"""Entries shown beneath one issue at most."""
_UNDER_WAY = ["open", "resolved"]

View: TypeAlias = Callable[[Reader, Console], RenderableType]


@dataclass
class States:
    """The states of issues, each made of its entries once; later looks read only what is new."""

    db: Database
    known: dict[IssueId, IssueState] = field(default_factory=dict)

    def of(self, row: IssueRow) -> IssueState:
        """The state behind the row, or a later one."""
        state = self.known.get(row.issue)
        if state is None or state.entries < row.entries:
            for entry in reading.timeline(self.db, row.issue)[state.entries if state else 0 :]:
                state = evolve(state, entry)
            assert state is not None, "a row is written with its entries"
            self.known[row.issue] = state
        return state


def watch_from(text: str, given: Mapping[str, Any], person: str, every: float, *, is_once: bool, as_json: bool) -> None:
    """Watch until Ctrl-C, or until the one issue is over; raises WrongInput, NotDone."""
    settings = settings_now()
    reader = reader_for(settings, person, datetime.now(UTC))
    with open_record(settings) as db, suppress(KeyboardInterrupt):
        if text:
            issue = named(text, db)
            if reading.issue(db, issue) is None:
                raise unknown_issue(db, issue)
            filters, view = None, _issue(db, issue, person)
        else:
            issue = None
            filters = filters_from({**given, "status": given.get("status") or _UNDER_WAY}, settings, db)
            view = _board(db, filters)

        def rows() -> list[IssueRow]:
            if issue is None:
                return reading.list_issues(db, filters, MOST)
            row = reading.issue(db, issue)
            return [row] if row else []

        def is_over() -> bool:
            return issue is not None and all(row.status == "ended" for row in rows())

        if is_once and as_json:
            found = rows()
            say_json(found if issue is None else found[0])
        elif is_once:
            out = console()
            out.print(view(reader, out))
        elif as_json or is_paper():
            # Told of whatever it ends as: an issue that leaves the filter has its last line.
            everything = filters.model_copy(update={"status": ()}) if filters and not given.get("status") else filters
            _tell(db, rows if issue else lambda: reading.list_issues(db, everything, MOST), every, is_over, as_json)
        else:
            _live(view, reader, every, is_over)


def _board(db: Database, filters: ListFilters) -> View:
    states = States(db)

    def view(reader: Reader, out: Console) -> RenderableType:
        rows = reading.list_issues(db, filters, MOST)
        height = out.height - 1 if out.is_terminal else None
        return board_view([(row, states.of(row)) for row in rows], reader, out.width, height)

    return view


def _issue(db: Database, issue: IssueId, person: str) -> View:
    def view(reader: Reader, out: Console) -> RenderableType:
        entries = reading.timeline(db, issue)
        state: IssueState | None = None
        for entry in entries:
            state = evolve(state, entry)
        assert state is not None, "it was on record when the watch began, and the record only grows"
        above = [moving_view(state, reader, _title(db, state, person)), Text("\nLately", "bold")]
        told = [entry for entry in entries if entry.event.kind not in DELIVERIES]
        written = _texts(db, state, told[-_LATEST:], person)

        def whole(most: int) -> Group:
            return Group(*above, timeline_view(told[-most:], reader, written))

        # The latest must be in sight: a screen cuts off what is below.
        fits = (most for most in range(_LATEST, 1, -1) if len(out.render_lines(whole(most), pad=False)) < out.height)
        return whole(next(fits, 1) if out.is_terminal else _LATEST)

    return view


def _title(db: Database, state: IssueState, person: str) -> str | None:
    ref = state.facts.title_ref
    if ref is None or not may_read(state, person):
        return None
    return texts.read(db, state.facts.id, [ref.ref]).get(ref.ref)


def _texts(db: Database, state: IssueState, entries: Sequence[Entry], person: str) -> dict[str, str]:
    if not may_read(state, person):
        return {}
    return texts.read(db, state.facts.id, [ref.ref for found in text_refs(entries).values() for _, ref in found])


def _live(view: View, reader: Reader, every: float, is_over: Callable[[], bool]) -> None:
    """The view on a screen of its own, and its last state left behind on the terminal."""
    out = console()
    last: RenderableType = ""
    try:
        with Live(console=out, screen=True, auto_refresh=False) as live:
            while True:
                try:
                    last = view(replace(reader, now=datetime.now(UTC)), out)
                    is_ended = is_over()
                except SQLAlchemyError as error:
                    # What was seen last stays in sight until the record is back.
                    live.update(Group(Text(f"the record is away: {type(error).__name__}", "red"), last), refresh=True)
                    is_ended = False
                else:
                    live.update(last, refresh=True)
                if is_ended:
                    return
                time.sleep(every)
    finally:
        out.print(last)


def _tell(
    db: Database, rows: Callable[[], list[IssueRow]], every: float, is_over: Callable[[], bool], as_json: bool
) -> None:
    """One line for each entry that is written from now on."""
    told = {row.issue: row.entries for row in rows()}
    while not is_over():
        time.sleep(every)
        for row in sorted(rows(), key=lambda row: row.written_at):
            for entry in _new(db, row, told):
                _say(row, entry, as_json=as_json)


def _new(db: Database, row: IssueRow, told: dict[IssueId, int]) -> Iterator[Entry]:
    if told.get(row.issue, 0) < row.entries:
        fresh = reading.timeline(db, row.issue)[told.get(row.issue, 0) :]
        told[row.issue] = told.get(row.issue, 0) + len(fresh)
        yield from fresh


def _say(row: IssueRow, entry: Entry, *, as_json: bool) -> None:
    sentence = " ".join(narrate(entry).split())
    if as_json:
        line = {
            "issue": str(row.issue),
            "short": row.issue.short,
            **entry.model_dump(mode="json"),
            "sentence": sentence,
        }
        print(json.dumps(line, ensure_ascii=False), flush=True)
    else:
        at = entry.happened_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        print(f"{at} {row.issue.short} {entry.number} {sentence}", flush=True)
