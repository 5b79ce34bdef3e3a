"""What became of every attempt to tell somebody of an issue: the live log, as a table or for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from records import deliveries, reading
from records.deliveries import Delivery
from starter.installation import open_record, settings_now
from starter.listing import reader_for
from starter.reader import Reader
from starter.showing import console, note, say_json, table
from starter.standing import named, unknown_issue

_STYLES: dict[str, str] = {
    "queued": "yellow",
    "sent": "green",
    "delivered": "green",
    "read": "green",
    "failed_for_now": "yellow",
    "failed_for_good": "bold red",
    "unknown": "magenta",
}


def deliveries_from(text: str, person: str, *, as_json: bool) -> None:
    """Every attempt; raises NotDone, WrongInput."""
    settings = settings_now()
    reader = reader_for(settings, person, datetime.now(UTC))
    with open_record(settings) as db:
        issue = named(text, db)
        rows = deliveries.of_issue(db, issue)
        if not rows and not reading.timeline(db, issue):
            raise unknown_issue(db, issue)
    if as_json:
        say_json([row.model_dump(mode="json") for row in rows])
    elif rows:
        console().print(_view(rows, reader))
    else:
        note(f"no attempt to tell anybody of {issue.short} is in the live log")


def _view(rows: Sequence[Delivery], reader: Reader) -> Table:
    when, number, why = ("when", {"no_wrap": True}), ("no.", {"justify": "right"}), ("", {"overflow": "fold"})
    made = table(when, "whom", "by", "about", number, "what became of it", why)
    for row in rows:
        at = reader.clock(row.at) if row.at is not None else ""
        became = Text(row.state.replace("_", " "), _STYLES[row.state])
        about = row.about.replace("_", " ")
        made.add_row(at, row.person, row.channel, about, str(row.attempt), became, _why(row, reader))
    return made


def _why(row: Delivery, reader: Reader) -> str:
    again = f"again {reader.clock(row.next_try_at)}" if row.next_try_at is not None else ""
    return reader.sentence("; ".join(part for part in (row.error, again) if part))
