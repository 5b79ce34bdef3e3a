"""Sources that must give signs of life: as they are written now, watched as they are written, signed for, and shown."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from rich.text import Text
from temporalio.service import RPCError

from client import heartbeats
from client.connect import connect
from client.finding import Connection
from client.settings import Settings
from escalation.heartbeat.in_words import how_often
from escalation.heartbeat.read_sources import names_nobody, read_sources
from escalation.heartbeat.source import Watched
from escalation.heartbeat.watching import Watch
from escalation.issue.identity import read_issue_id
from starter.failure import Failed, WrongInput, as_failure, unknown
from starter.installation import Installed, calendars_of, heartbeat_text, installed, settings_now
from starter.reader import Reader, machine_zone
from starter.showing import console, note, say_json, table

LOOK_AGAIN_S = 15.0
"""So often a worker looks whether the file has changed."""
LONGEST_ID = 200
"""Characters of a sign's id."""

_log = structlog.get_logger(__name__)


def sources_in(text: str, settings: Settings, here: Installed, now: datetime) -> tuple[Watched, ...]:
    """The sources in the text of the file in use; raises PolicyErrors with all that is wrong in them, WrongInput."""
    file = str(settings.heartbeats_file)
    return read_sources(text, file, here.policies, here.directory, calendars_of(settings), now)


def known_source(name: str, sources: Sequence[Watched], settings: Settings) -> Watched:
    """The source of this name; raises WrongInput with a suggestion."""
    for each in sources:
        if each.source.name == name:
            return each
    raise unknown(f"name: in {settings.heartbeats_file.name}", name, (each.source.name for each in sources))


def sign_id(given: str) -> str:
    """The id of a sign, as it was given; raises WrongInput."""
    if len(given) > LONGEST_ID or not given.isprintable():
        raise WrongInput(f"id: {given[:60]!a} cannot name a sign; allowed: one line of at most {LONGEST_ID} characters")
    return given


class SourcesNow:
    """The sources as they are now, read again when their file has changed.

    An edit with a mistake in it does not take effect: the last good copy stays in use, and it is said once.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen: tuple[str, Installed] | None = None
        self._good: tuple[Watched, ...] = ()
        self._trouble: Failed | None = None

    def now(self, here: Installed, at: datetime) -> tuple[Watched, ...]:
        """They; raises Failed where there is a file and it never was usable."""
        try:
            text = heartbeat_text(self._settings)
            if text is None:
                self._seen, self._good, self._trouble = None, (), None
            elif self._seen is None or self._seen[0] != text or self._seen[1] is not here:
                self._seen = (text, here)
                self._good = sources_in(text, self._settings, here, at)
                self._trouble = None
        except Exception as error:
            failure = as_failure(error)
            if failure is None:
                raise
            if self._trouble is None or self._trouble.why != failure.why:
                _log.error("heartbeats_unusable", trouble=failure.why)
            self._trouble = failure
        if self._trouble is not None and not self._good:
            raise self._trouble
        return self._good


async def keep_watched(client: Connection, settings: Settings) -> None:
    """Have the sources watched as they are written, now and whenever the file has changed; until it is cancelled."""
    done: object = None
    trouble = ""
    while True:
        try:
            text = await asyncio.to_thread(heartbeat_text, settings)
            # Once a day all the same: calendars are written out for some years, a watch may have been ended by hand.
            current = (text, datetime.now(UTC).date())
            if text is not None and current != done:
                await watch_all(client, settings, text)
                done, trouble = current, ""
        except Exception as error:
            failure = as_failure(error)
            if failure is None:
                raise
            if failure.why != trouble:
                trouble = failure.why
                _log.error("heartbeats_not_watched", why=trouble)
        await asyncio.sleep(LOOK_AGAIN_S)


async def watch_all(client: Connection, settings: Settings, text: str) -> None:
    """Have every source of the text watched as it is written there, and no other.

    Raises PolicyErrors, WrongInput, RPCError.
    """
    sources = () if names_nobody(text) else await asyncio.to_thread(_written_now, text, settings)
    for each in sources:
        await heartbeats.watch(client, settings.org, each, settings.task_queue)
    names = {each.source.name for each in sources}
    async for name in heartbeats.watched_names(client, settings.org):
        if name not in names:
            await heartbeats.stop_watching(client, settings.org, name)
            _log.info("heartbeat_removed", source=name)
    if sources:
        _log.info("heartbeats_watched", sources=len(sources))


def _written_now(text: str, settings: Settings) -> tuple[Watched, ...]:
    return sources_in(text, settings, installed(settings), datetime.now(UTC))


@dataclass(frozen=True)
class _Row:
    """A source of the list."""

    watched: Watched
    watch: Watch | None
    is_written: bool


def sign_from(name: str, given_id: str, *, as_json: bool) -> None:
    """A sign of life from the command line; raises WrongInput, PolicyErrors, and what connecting raises."""
    settings = settings_now()
    one = known_source(name, _sources(settings), settings)
    given = sign_id(given_id)
    asyncio.run(_sign(settings, one, given))
    if as_json:
        say_json({"outcome": "stored", "name": name, "id": given or None})
    else:
        console().print(Text.assemble(("✓ ", "bold green"), f"{one.source.called} is alive"))


async def _sign(settings: Settings, watched: Watched, given_id: str) -> None:
    await heartbeats.sign(await connect(), settings.org, watched, settings.task_queue, given_id)


def list_from(*, as_json: bool) -> None:
    """Every source, where it stands; raises WrongInput, PolicyErrors, and what connecting raises."""
    settings = settings_now()
    rows = asyncio.run(_rows(settings, _sources(settings)))
    if as_json:
        say_json([_plain(row) for row in rows])
        return
    if not rows:
        note(f"no source is watched; docs/heartbeats.md says how one is written in {settings.heartbeats_file.name}")
        return
    reader = Reader(datetime.now(UTC), machine_zone(), {})
    made = table("source", "gives a sign", "last sign", "due", "silent since", ("issue", {"overflow": "fold"}))
    for row in rows:
        made.add_row(*_cells(row, reader))
    console().print(made)


def _sources(settings: Settings) -> tuple[Watched, ...]:
    text = heartbeat_text(settings)
    return () if text is None else _written_now(text, settings)


async def _rows(settings: Settings, sources: Sequence[Watched]) -> list[_Row]:
    client = await connect()
    asked = await asyncio.gather(*(heartbeats.ask(client, settings.org, each.source.name) for each in sources))
    rows = [_Row(each, watch, is_written=True) for each, watch in zip(sources, asked, strict=True)]
    names = {each.source.name for each in sources}
    try:
        others = [name async for name in heartbeats.watched_names(client, settings.org) if name not in names]
    except RPCError:
        others = []
    for name in sorted(others):
        watch = await heartbeats.ask(client, settings.org, name)
        if watch is not None and not watch.is_removed:
            rows.append(_Row(watch.watched, watch, is_written=False))
    return rows


def _cells(row: _Row, reader: Reader) -> tuple[Text | str, ...]:
    source, watch = row.watched.source, row.watch
    name = Text(source.name, "cyan") if row.is_written else Text(f"{source.name} (no longer written)", "dim")
    if watch is None or watch.is_removed:
        return name, how_often(source), Text("not watched: no worker has answered", "yellow"), "", "", ""
    signed = reader.clock(watch.signed_at) if watch.signed_at else f"none since {reader.clock(watch.seen_at)}"
    due = reader.clock(watch.due_at) if watch.due_at else ""
    silence = watch.silence
    silent = Text(reader.clock(silence.since_at), "bold red") if silence is not None else Text("")
    issue = read_issue_id(watch.issue)[0].short if watch.issue else ""
    told = " ".join(each for each in (issue, watch.trouble) if each)
    return name, how_often(source), signed, due, silent, told


def _plain(row: _Row) -> dict[str, Any]:
    source, watch = row.watched.source, row.watch
    silence = watch.silence if watch is not None else None
    return {
        "name": source.name,
        "title": source.title,
        "every_s": source.every.total_seconds(),
        "grace_s": source.grace.total_seconds(),
        "hours": source.hours,
        "is_written": row.is_written,
        "is_watched": watch is not None and not watch.is_removed,
        "seen_at": _iso(watch.seen_at if watch is not None else None),
        "signed_at": _iso(watch.signed_at if watch is not None else None),
        "due_at": _iso(watch.due_at if watch is not None else None),
        "silent_since": _iso(silence.since_at if silence is not None else None),
        "issue": (watch.issue or None) if watch is not None else None,
        "trouble": watch.trouble if watch is not None else "",
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
