"""Maintenance windows at the command line: what was typed, and what is shown. What is right: `maintenance.py`."""

import asyncio
from datetime import UTC, datetime

from rich.text import Text

from client.connect import connect
from escalation.issue.facts import Actor
from records import maintenance
from records.database import Database
from starter.door import actor_for
from starter.failure import NotDone
from starter.installation import Installed, installed, open_record, settings_now
from starter.maintenance import Ended, Wanted, end_window, in_words, set_window, window_from, window_json
from starter.reader import Reader, machine_zone
from starter.showing import console, note, say_json, table


def set_from(wanted: Wanted, person: str, *, as_json: bool) -> None:
    """Set a window; raises WrongInput, NotDone."""
    settings, now = settings_now(), datetime.now(UTC)
    here = installed(settings)
    who = here.acting(person, "--as", now)
    window = window_from(wanted, actor_for(who, "cli"), here, now)
    with open_record(settings) as db:
        window, is_new = set_window(db, window, settings.org)
    if as_json:
        say_json({**window_json(window, now), "is_new": is_new})
        return
    reader = Reader(now, who.zone, here.names)
    what = "are held" if window.mode == "hold" else "are told quietly"
    kept = f"issues {what} from {reader.clock(window.begins_at)} until {reader.clock(window.until)}"
    console().print(Text.assemble(("✓ ", "bold green"), f"{window.id}: {kept}"))
    if not is_new:
        note("it was set before, and stays as it was")


def list_from(person: str, *, is_all: bool, as_json: bool) -> None:
    """The windows that are set or on, or all there ever were; raises WrongInput, NotDone."""
    settings, now = settings_now(), datetime.now(UTC)
    here = installed(settings)
    zone = here.person(person, "--as").zone if person else machine_zone()
    with open_record(settings) as db:
        windows = maintenance.every(db, None if is_all else now)
    if as_json:
        say_json([window_json(each, now) for each in windows])
        return
    if not windows:
        note("no maintenance window is set" + ("" if is_all else "; --all shows those that are over"))
        return
    reader = Reader(now, zone, here.names)
    made = table(
        "window", "from", "until", "mode", "issues", "through", "set by", ("why", {"overflow": "fold"}), "state"
    )
    for each in windows:
        by, through = here.names.get(each.by, each.by), ", ".join(each.through)
        begins, until = reader.clock(each.begins_at), reader.clock(each.until)
        state = in_words(each, now)
        made.add_row(Text(each.id, "cyan"), begins, until, each.mode, each.condition, through, by, each.why, state)
    console().print(made)


def end_from(window: str, why: str, person: str, *, as_json: bool) -> None:
    """End a window; raises WrongInput, NotDone, and what connecting raises."""
    settings, now = settings_now(), datetime.now(UTC)
    here = installed(settings)
    who = here.acting(person, "--as", now)
    with open_record(settings) as db:
        ended = asyncio.run(_end(db, window, why, actor=actor_for(who, "cli"), here=here))
    if as_json:
        say_json(ended_json(ended, now))
    else:
        count = len(ended.released)
        sent = f"{count} issue{'' if count == 1 else 's'} sent on their way" if count else "no issue was in it"
        console().print(Text.assemble(("✓ ", "bold green"), f"{ended.window.id} is over: {sent}"))
    if ended.not_told:
        why_not = f"{', '.join(ended.not_told)} could not be told; end the window again, or they go at its time"
        raise NotDone(why_not, "not_told", is_answered=as_json)


async def _end(db: Database, window: str, why: str, *, actor: Actor, here: Installed) -> Ended:
    return await end_window(await connect(), db, window, why, actor, here)


def ended_json(ended: Ended, now: datetime) -> dict[str, object]:
    """What came of it, for a program."""
    return {
        "window": window_json(ended.window, now),
        "released": list(ended.released),
        "over": list(ended.over),
        "not_told": list(ended.not_told),
    }
