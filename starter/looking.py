"""Looking at one issue: where it stands, what happened, and why."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import typer
from rich.text import Text

from client.settings import Settings
from escalation.issue.clocks import deadlines
from escalation.issue.events import Entry
from escalation.issue.explain import explain
from escalation.issue.facts import TextRef
from escalation.issue.identity import IssueId
from escalation.issue.standing import snapshot
from escalation.issue.state import IssueState
from escalation.narrate import narrate
from records import reading, texts
from records.database import Database
from starter.failure import NotDone, as_failure
from starter.installation import open_record, record_if_there, settings_now
from starter.listing import hidden_from, reader_for
from starter.reader import Reader
from starter.showing import console, note, say_json, sentences
from starter.standing import Standing, ask, ask_further, ask_or_read, named, of_entries, unknown_issue, unwritten
from starter.views.entries import DELIVERIES, text_refs, timeline_view
from starter.views.standing import answer_lines, heading, standing_view


def show_from(text: str, person: str, *, as_json: bool) -> None:
    """Where the issue stands; raises NotDone, WrongInput."""
    settings = settings_now()
    reader = reader_for(settings, person, datetime.now(UTC))
    found = ask_or_read(settings, text)
    state = found.state
    _note_source(found, reader)
    written = _written(settings, state, [state.facts.title_ref, state.facts.description], person)
    title, description = (_text(written, ref) for ref in (state.facts.title_ref, state.facts.description))
    row = snapshot(state)
    if as_json:
        say_json(standing_json(found, person, title, description))
        return
    out = console()
    out.print(standing_view(state, reader, title=title, description=description, hidden=hidden_from(person, row)))
    for line in answer_lines(state, person):
        out.print(line, soft_wrap=True)  # a line to paste must not be broken by us


def standing_json(found: Standing, person: str, title: str | None, description: str | None) -> dict[str, object]:
    """Where the issue stands, for a program of this person's; title and description as far as they may read them."""
    state = found.state
    row = snapshot(state)
    return {
        **row.model_dump(mode="json", exclude=hidden_from(person, row)),
        "title": state.facts.title or title or "",
        "short": state.facts.id.short,
        "description": description,
        "passes": state.passes,
        "tier_began_at": state.tier_began_at.isoformat(),
        "why_at_this_tier": state.why,
        "joined": list(state.joined),
        "limits_missed": state.missed,
        **_beside(state, hides_parties="parties" in hidden_from(person, row)),
        "deadlines": [due.model_dump(mode="json") for due in deadlines(state)],
        "is_live": found.is_live,
        "as_of": found.as_of.isoformat(),
    }


def timeline_from(text: str, person: str, *, is_brief: bool, as_json: bool) -> None:
    """What happened to the issue: the record, and from the issue what is not yet there; raises NotDone, WrongInput."""
    settings = settings_now()
    reader = reader_for(settings, person, datetime.now(UTC))
    with open_record(settings) as db:
        issue = named(text, db)
        unwritten, why_unknown = _unwritten_of(issue)  # asked first: nothing is missed that is written meanwhile
        entries = reading.timeline(db, issue)
        on_record = len(entries)
        further = [entry for entry in unwritten if entry.number > on_record]
        entries += further
        state = of_entries(entries)
        if state is None:
            raise _unwritten(db, issue)
        refs = [ref for found in text_refs(entries).values() for _, ref in found]
        written = read_texts(db, state, [state.facts.title_ref, *refs], person)
    shown = [entry for entry in entries if not (is_brief and entry.event.kind in DELIVERIES)]
    if as_json:
        say_json([entry_json(entry, written, on_record) for entry in shown])
    else:
        out = console()
        out.print(heading(state, _text(written, state.facts.title_ref)))
        out.print(timeline_view(shown, reader, written))
    if further:
        first, last = further[0].number, further[-1].number
        which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
        come = "comes" if first == last else "come"
        note(f"{which} from the issue itself, and {come} on record with its next step at the latest")
    if why_unknown:
        note(f"{why_unknown}. So it cannot be told whether there is more than these {on_record} entries")


def explain_from(text: str, person: str, *, as_json: bool) -> None:
    """Why it is where it is; raises NotDone where no worker answers, after saying what the record says."""
    settings = settings_now()
    reader = reader_for(settings, person, datetime.now(UTC))
    found = ask_or_read(settings, text)
    explanation = explain(found.state, reader.now)
    if as_json:
        say_json(explanation_json(found, reader.now))
    else:
        out = console()
        out.print(heading(found.state))
        for name, lines in (
            ("Why it is where it is", explanation.why_here),
            ("Who", explanation.who),
            ("What is due, and why then", explanation.what_next),
            ("Working time until the first limit of the tier", explanation.working_time),
        ):
            if not lines:
                continue
            out.print(Text(f"\n{name}", "bold"))
            out.print(sentences([reader.sentence(line) for line in lines]))
    if not found.is_live:
        # The answer has been given, and its lack is told beside it: --json stays one value.
        _note_source(found, reader)
        raise typer.Exit(1)


def explanation_json(found: Standing, now: datetime) -> dict[str, object]:
    """Why it is where it is, for a program."""
    return {
        "issue": str(found.state.facts.id),
        **explain(found.state, now).model_dump(mode="json"),
        "is_live": found.is_live,
        "as_of": found.as_of.isoformat(),
    }


def _beside(state: IssueState, *, hides_parties: bool) -> dict[str, object]:
    """What else is true of it beside its tier, for programs."""
    facts = state.model_dump(mode="json", include=set(_BESIDE))
    if hides_parties and facts["hold"] is not None:
        facts["hold"]["waiting_for"] = None
    return facts


_BESIDE = (
    "hold",
    "held_s",
    "offer",
    "snoozes",
    "targets",
    "ceilings",
    "declined",
    "excluded",
    "cancel_asked_by",
    "suppressing",
    "duplicate_of",
    "duplicates",
)


def _note_source(found: Standing, reader: Reader) -> None:
    if not found.is_live:
        note(f"{found.why_not_live}. This is what the record says, as of {reader.clock(found.as_of)}")


def may_read(state: IssueState, person: str) -> bool:
    """Whether what was written is shown to this person: of a normal issue to all, else to those whom it concerns."""
    facts = state.facts
    if person and person in facts.about:
        return False
    if facts.issue_class == "normal":
        return True
    concerned = {*state.asked, *state.last_resort, *state.joined, *facts.audience}
    return bool(person) and person in concerned | {state.handler, state.owner, facts.raiser.person}


def _written(settings: Settings, state: IssueState, refs: Iterable[TextRef | None], person: str) -> dict[str, str]:
    with record_if_there(settings) as db:
        return read_texts(db, state, refs, person) if db is not None else {}


def read_texts(db: Database, state: IssueState, refs: Iterable[TextRef | None], person: str) -> dict[str, str]:
    """What was written, by reference, as far as this person may read it."""
    if not may_read(state, person):
        return {}
    return texts.read(db, state.facts.id, [ref.ref for ref in refs if ref is not None])


def _text(written: dict[str, str], ref: TextRef | None) -> str | None:
    return written.get(ref.ref) if ref is not None else None


def entry_json(entry: Entry, written: dict[str, str], on_record: int) -> dict[str, object]:
    """An entry for a program: what it says, its texts as far as they may be read, whether it is on record."""
    told = {name: written.get(ref.ref) for name, ref in text_refs([entry])[entry.number]}
    said = {"sentence": narrate(entry), "texts": told, "is_on_record": entry.number <= on_record}
    return {**entry.model_dump(mode="json"), **said}


def _unwritten(db: Database, issue: IssueId) -> NotDone:
    """Not on record: perhaps the record lags, perhaps there is no such issue."""
    try:
        state = asyncio.run(ask(issue))
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        if failure.code == "no_such_issue":
            return unknown_issue(db, issue)
        return unwritten(issue, failure)
    return NotDone(
        f"{issue.short} is open, and none of its {state.entries} entries is on record yet: the record lags; "
        f"`escalon show {issue.short}` asks the issue itself",
        "record_lags",
    )


def _unwritten_of(issue: IssueId) -> tuple[list[Entry], str]:
    """What the issue does not know to be on record, from itself; and why it cannot be told, where it cannot."""
    try:
        return asyncio.run(ask_further(issue)), ""
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        return [], "" if failure.code == "no_such_issue" else failure.why
