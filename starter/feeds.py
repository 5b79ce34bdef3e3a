"""The feeds from the web, shown: from which host, how old their copies are, and what is wrong with them."""

from datetime import UTC, datetime, timedelta

from rich.text import Text

from client.feed_copies import Of, feed_sources, is_too_old, note_of, said_of_copies
from client.settings import Settings
from escalation.duration import words
from starter.failure import REFUSED
from starter.installation import settings_now
from starter.showing import console, note, say_json, table


def list_from(*, as_json: bool, is_just_fetched: bool = False) -> int:
    """All of them; 1 where one is too old or, just fetched, brought nothing that can be used, else 0."""
    now = datetime.now(UTC)
    found = [(source, note_of(source)) for source in feed_sources(settings_now())]
    wrong = [source for source, known in found if is_too_old(source, known, now) or (is_just_fetched and known.trouble)]
    if as_json:
        say_json([
            {
                "file": str(source.path),
                "of": source.of,
                "host": source.host,
                "fetched_at": known.fetched_at,
                "tried_at": known.tried_at,
                "trouble": known.trouble,
                "is_too_old": is_too_old(source, known, now),
            }
            for source, known in found
        ])  # fmt: skip
        return REFUSED if wrong else 0
    if not found:
        note("no feed of rotas or calendars has an address")
        return 0
    made = table("feed", "of", "host", "copy", ("trouble", {"overflow": "fold"}))
    for source, known in found:
        age = "none yet" if known.fetched_at is None else f"{words(max(now - known.fetched_at, timedelta()))} old"
        shown = Text(age, "bold red" if source in wrong else "")
        made.add_row(Text(source.path.name, "cyan"), source.of, source.host, shown, known.trouble)
    console().print(made)
    return REFUSED if wrong else 0


def note_copies(settings: Settings, of: Of | None = None) -> None:
    """Say beside an answer that rests on copies how old they are; `of`: only of those of rotas, or of calendars."""
    for said, _ in said_of_copies(settings, datetime.now(UTC), of):
        note(f"feed {said}")
