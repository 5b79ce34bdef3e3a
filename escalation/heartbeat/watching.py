"""The rules of a source's watch: when it is silent, when it no longer is, and what is then reported of it.

Pure: each function takes where it stands and gives where it stands then. The one timer is for `due_at`; a look too
early or too late is harmless. What is to be reported follows from where it stands alone, so that a report that could
not be made is made later, or not at all where it no longer holds.
"""

from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import AwareDatetime

from escalation.heartbeat.source import Watched
from escalation.value import Value

KEPT_IDS = 100
"""So many ids of signs are known again: a sign that is sent twice is one. Ours."""

Said: TypeAlias = Literal["silent", "signed", "removed"]


class Silence(Value):
    """A time without a sign that was too long. What it is raised with stays as it was when it began."""

    watched: Watched
    since_at: AwareDatetime
    """The last sign; without one, from when it was waited for."""
    due_at: AwareDatetime
    """When a sign was due at the latest, the grace included."""
    ended_at: AwareDatetime | None = None
    end: Literal["signed", "removed"] | None = None
    is_tried: bool = False
    """Whether it was begun to be raised: from then on there may be an issue."""
    is_raised: bool = False
    issue: str = ""
    """The issue's full id, once it is known."""


class Watch(Value):
    """Where the watch of a source stands."""

    org: str
    watched: Watched
    seen_at: AwareDatetime
    """When it was first known here."""
    counts_from_at: AwareDatetime
    """From when the time without a sign counts: the last sign, else the first sight of it, or a change of its times."""
    signed_at: AwareDatetime | None = None
    signs: int = 0
    silences: tuple[Silence, ...] = ()
    """Those that are not done with, oldest first; only the last may be going on."""
    ids: tuple[str, ...] = ()
    trouble: str = ""
    """Why the last report could not be made; empty where it could."""
    is_removed: bool = False

    @property
    def silence(self) -> Silence | None:
        """The one that is going on."""
        last = self.silences[-1] if self.silences else None
        return last if last is not None and last.ended_at is None else None

    @property
    def due_at(self) -> datetime | None:
        """When it will have been silent too long (UTC); None while it is, and once it is no longer watched."""
        if self.is_removed or self.silence is not None:
            return None
        return self.watched.due_at(self.counts_from_at)

    @property
    def issue(self) -> str:
        """The issue that is open for it; empty where there is none."""
        return next((each.issue for each in reversed(self.silences) if each.issue), "")


class Report(Value):
    """What is to be reported of a source. Its key is the same as long as it is the same report."""

    kind: Literal["report_silence"] = "report_silence"
    key: str
    said: Said
    org: str
    silence: Silence
    asked_at: AwareDatetime
    """When it was found to be reported, by the server's clock."""


class Told(Value):
    """The report was made."""

    issue: str = ""
    """The issue's full id; empty where there is none."""
    why: str = ""
    """Why the issue would not hear of it; empty where it did."""


def begun(org: str, watched: Watched, now: datetime) -> Watch:
    """A source that is seen for the first time: it is waited for from now on."""
    return Watch(org=org, watched=watched, seen_at=now, counts_from_at=now)


def configured(watch: Watch, watched: Watched, now: datetime) -> Watch:
    """The source as it is written now. Changed times count from the last sign.

    Where that would make it silent in this very instant, which it was not by the old ones, they count from now: nobody
    is called for an edit. A silence that is going on ends with a sign, whatever the new times are.
    """
    again = watch.changed({"watched": watched})
    if watch.is_removed:
        again = again.changed({"is_removed": False})
        return again if again.silence is not None else again.changed({"counts_from_at": now})
    due = again.due_at
    if watched != watch.watched and due is not None and due <= now and not _is_due(watch, now):
        again = again.changed({"counts_from_at": now})
    return again


def removed(watch: Watch, now: datetime) -> Watch:
    """It is no longer written anywhere: nobody waits for a sign, and its issue stays, for people to resolve."""
    return _ended(watch, now, "removed").changed({"is_removed": True})


def signed(watch: Watch, now: datetime, sign_id: str = "") -> Watch:
    """It gave a sign, which ends a silence. One whose id is known came before; one of a removed source is nothing."""
    if watch.is_removed or (sign_id and sign_id in watch.ids):
        return watch
    ended = _ended(watch, now, "signed")
    ids = (*watch.ids, sign_id)[-KEPT_IDS:] if sign_id else watch.ids
    return ended.changed({"counts_from_at": now, "signed_at": now, "signs": watch.signs + 1, "ids": ids})


def looked(watch: Watch, now: datetime) -> Watch:
    """What is due is found; nothing where nothing is."""
    due = watch.due_at
    if due is None or due > now:
        return watch
    silence = Silence(watched=watch.watched, since_at=watch.counts_from_at, due_at=due)
    return watch.changed({"silences": (*watch.silences, silence)})


def to_report(watch: Watch, now: datetime) -> Report | None:
    """What is to be reported first; None where nothing is."""
    first = watch.silences[0] if watch.silences else None
    if first is None or (first.is_raised and first.ended_at is None):
        return None
    said: Said = first.end or "silent"
    key = f"heartbeat/{watch.org}/{first.watched.source.name}/{first.since_at.isoformat()}/{said}"
    return Report(key=key, said=said, org=watch.org, silence=first, asked_at=now)


def tried(watch: Watch, report: Report) -> Watch:
    """The report is being made."""
    first, *rest = watch.silences
    is_tried = first.is_tried or report.said == "silent"
    return watch.changed({"silences": (first.changed({"is_tried": is_tried}), *rest)})


def told(watch: Watch, report: Report, answer: Told) -> Watch:
    """The report was made."""
    first, *rest = watch.silences
    if report.said != "silent":
        return watch.changed({"silences": tuple(rest), "trouble": answer.why})
    first = first.changed({"is_raised": True, "issue": answer.issue or first.issue})
    return watch.changed({"silences": (first, *rest), "trouble": ""})


def not_told(watch: Watch, why: str) -> Watch:
    """The report could not be made; what is to be reported then is asked for anew."""
    return watch.changed({"trouble": why})


def is_over(watch: Watch) -> bool:
    """Whether nothing of it is left to do."""
    return watch.is_removed and not watch.silences


def _is_due(watch: Watch, now: datetime) -> bool:
    due = watch.due_at
    return due is not None and due <= now


def _ended(watch: Watch, now: datetime, end: Literal["signed", "removed"]) -> Watch:
    """The silence that is going on has ended. Of one that nobody was told of nothing is left."""
    silence = watch.silence
    if silence is None:
        return watch
    before = watch.silences[:-1]
    if not silence.is_tried or (end == "removed" and not silence.is_raised):
        return watch.changed({"silences": before})
    return watch.changed({"silences": (*before, silence.changed({"ended_at": now, "end": end}))})
