"""The embedded inbox at the command line: whose, which messages, and one of them in full."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.text import Text

from escalation.message import one_line
from records import inbox
from records.database import Database
from records.inbox import InboxMessage
from starter.failure import NotDone, WrongInput
from starter.installation import installed, open_record, settings_now
from starter.reader import Reader, machine_zone
from starter.showing import console, note, say_json, table

LATEST = "latest"
_ALL = 1000


def inbox_from(person: str, read: Sequence[str], limit: int, *, is_unread_only: bool, as_json: bool) -> None:
    """Show a person's messages, or some of them in full; raises WrongInput, NotDone."""
    if read and not person:
        raise WrongInput("--read: whose message is not said; allowed: `escalon inbox PERSON --read MESSAGE`, or --as")
    settings, now = settings_now(), datetime.now(UTC)
    here = installed(settings)
    with open_record(settings) as db:
        if not person:
            _everybody(db, list(here.directory.ids()), Reader(now, machine_zone(), here.names), as_json)
            return
        reader = Reader(now, here.person(person, "person").zone, here.names)
        if read:
            messages = [_wanted(db, person, each) for each in read]
            inbox.mark_read(db, person, [message.message for message in messages], now)
            if as_json:
                say_json(messages)
                return
            for message in messages:
                _show(message, reader)
            return
        found = inbox.read(db, person, unread_only=is_unread_only, limit=limit)
    if as_json:
        say_json(found)
        return
    if not found:
        note(f"no {'unread ' if is_unread_only else ''}message for {reader.person(person)}")
        return
    _list(found, reader)


def short_name(message: InboxMessage) -> str:
    """How a message is named at the command line: the issue and the number of the entry that it is about."""
    parts = message.message.removeprefix(f"{message.issue}/").split("/")
    return f"{message.issue.short}/{parts[0]}"


def _wanted(db: Database, person: str, name: str) -> InboxMessage:
    found = inbox.read(db, person, limit=_ALL)
    if name == LATEST and found:
        return found[0]
    for message in found:
        if name in {message.message, short_name(message)}:
            return message
    there = ", ".join(short_name(message) for message in found[:5]) or "none at all"
    raise NotDone(f"{person} has no message {name!r}; the latest are: {there}", "no_such_message")


def _everybody(db: Database, people: Sequence[str], reader: Reader, as_json: bool) -> None:
    counted = []
    for person in people:
        found = inbox.read(db, person, limit=_ALL)
        unread = sum(message.read_at is None for message in found)
        counted.append((person, unread, len(found), found[0] if found else None))
    if as_json:
        say_json([{"person": each[0], "unread": each[1], "messages": each[2]} for each in counted])
        return
    made = table("person", ("unread", {"justify": "right"}), ("all", {"justify": "right"}), "latest")
    for person, unread, count, latest in sorted(counted, key=lambda each: -each[1]):
        if latest is None:
            continue
        style = "bold yellow" if unread else "dim"
        shown = f"{reader.clock(latest.sent_at)}  {one_line(latest.subject)}"
        made.add_row(Text(person, "cyan"), Text(str(unread), style), Text(str(count), "dim"), shown)
    if made.row_count:
        console().print(made)
    none = sum(latest is None for _, _, _, latest in counted)
    if none:
        note(f"{none} {'people have' if none > 1 else 'person has'} no message yet")


def _list(found: Sequence[InboxMessage], reader: Reader) -> None:
    made = table("", ("message", {"no_wrap": True}), ("sent", {"no_wrap": True}), ("subject", {"overflow": "fold"}))
    for message in found:
        is_new = message.read_at is None
        subject = one_line(message.subject) or ("(erased)" if message.erased_at else "")
        made.add_row(
            Text("●", "yellow") if is_new else "",
            Text(short_name(message), "cyan"),
            reader.clock(message.sent_at),
            Text(subject, "bold" if is_new else ""),
        )
    out = console()
    out.print(made)
    note(f"one in full: escalon inbox {found[0].person} --read {short_name(found[0])}")


def _show(message: InboxMessage, reader: Reader) -> None:
    out = console()
    out.print(Text(one_line(message.subject), "bold"))
    repeat = "  (may be a repeat)" if message.is_possible_repeat else ""
    out.print(
        Text(
            f"{short_name(message)}  to {reader.person(message.person)}, {reader.full(message.sent_at)}{repeat}\n",
            "dim",
        )
    )
    for row in message.body.splitlines() or ["(erased)"]:
        # Tabs and escapes of a stored body must not act on a terminal; a line to paste must not be broken.
        indent = len(row) - len(row.lstrip(" "))
        out.print(Text(" " * indent + one_line(row)), soft_wrap=row.startswith("    "))
