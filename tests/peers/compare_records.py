"""Comparing what is on record, which issues came to be, and timers that a case tells of in words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from escalation.issue.events import Entry
from tests.peers.compare_told import matching
from tests.peers.fields import Fields, Unsupported, as_fields, shown
from tests.peers.issue import Issue
from tests.peers.play import Play

_A_SECOND = timedelta(seconds=1)


def _kind(*kinds: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.event.kind in kinds


def _began(*whys: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.event.kind == "tier_began" and entry.event.why in whys


def _message(outcome: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.event.kind == "told" and entry.event.outcome == outcome


_BY_TIME = ("not_acknowledged", "work_limit_spent", "nobody_on_duty", "repeated", "restarted", "everybody_declined")
RECORDS: dict[str, Callable[[Entry], bool]] = {
    "created": _kind("opened"),
    "acknowledged": _kind("acknowledged"),
    "unacknowledged": _kind("released", "acknowledgement_lapsed"),
    "resolved": _kind("resolved"),
    "unresolved": _kind("reopened"),
    "reopened": _kind("reopened"),
    "closed": _kind("closed"),
    "escalated": _began(*_BY_TIME, "escalated_by_hand"),
    "escalated_by_hand": _began("escalated_by_hand"),
    "snoozed": _kind("snoozed"),
    "unsnoozed": _kind("snooze_ended"),
    "paused": _kind("held"),
    "resumed": _kind("hold_ended"),
    "breached": _kind("target_missed"),
    "duplicate": _kind("opened_again"),
    "notification_sent": _message("sent"),
    "notification_failed": _message("failed"),
    "nobody_on_call": _kind("tier_found_empty"),
    "exhausted": _kind("exhausted"),
    "ack_reminder": _kind("handler_reminded"),
    "policy_adopted": _kind("policy_adopted"),
}
"""The words of cases for entries, in our terms."""


_PHRASE = re.compile(
    r"(?P<word>[a-z_ ]+?)(?: (?:by|to) (?P<who>[\w-]+))?(?: \((?P<detail>delivered|sent|failed)\))?", re.ASCII
)


@dataclass(frozen=True)
class Wanted:
    """An entry as a case tells of it: `acknowledged by bob`, `notification sent to bob (delivered)`."""

    word: str
    who: str | None

    def is_it(self, entry: Entry) -> bool:
        """Whether that is the entry."""
        people = {entry.by.person, getattr(entry.event, "person", None)}
        return RECORDS[self.word](entry) and (self.who is None or self.who in people)


def wanted(text: str) -> Wanted:
    """The entry that a phrase tells of. Raises Unsupported."""
    found = _PHRASE.fullmatch(text.strip())
    word = found["word"].strip().replace(" ", "_") if found else ""
    if found and word == "notification_sent" and found["detail"] == "failed":
        word = "notification_failed"
    elif found and found["detail"] and word != "notification_sent":
        word = ""
    if found is None or word not in RECORDS:
        raise Unsupported(f"records of type {text}")
    return Wanted(word, found["who"])


def records(play: Play) -> list[str]:
    """The history holds it, by meaning."""
    differences = []
    for row in play.rows("records"):
        entries = _entries(play, row)
        name = "type" if "type" in row else "says"
        types = [wanted(text) for text in (row.names("types") if "types" in row else [row.words(name)])]
        order = row.text("order")
        if order not in {None, "newest first", "oldest first"}:
            raise row.cannot("order")
        # Of a reminder the clock is the author with us, and whom a case calls so is whom it is about.
        if "author" in row and any(one.word != "ack_reminder" for one in types):
            raise row.cannot("author")
        in_order = list(reversed(types)) if order == "newest first" else types
        kept = [entry for entry in entries if _is_by(play, row, entry)]
        found = [entry for entry in kept if any(one.is_it(entry) for one in types)]
        if not _holds_in_order(in_order, found):
            said = ", ".join(entry.event.kind for entry in kept)
            differences.append(f"not on record: {' '.join(f'{k}={v}' for k, v in row.data.items())}; there is: {said}")
        elif "count" in row and len(found) != row.number("count"):
            differences.append(f"on record {len(found)} times instead of {row.number('count')}: {row.data}")
        for column in ("count", "at", "by", "user", "to", "author"):
            row.take(column)
        row.done()
    return differences


def _entries(play: Play, row: Fields) -> list[Entry]:
    return [entry for issue in play.stage.issues if play.is_of(row, issue) for entry in issue.entries()]


def _is_by(play: Play, row: Fields, entry: Entry) -> bool:
    """Whether the entry is of that instant, and by or about that person."""
    by, user = row.text("by"), row.text("user") or row.text("to") or row.text("author")
    is_then = True
    if "at" in row:
        gap = abs(entry.happened_at - play.times.at(row.instant("at"), "then.records.at"))
        is_then = gap <= play.scenario.tolerance or gap < _A_SECOND
    return is_then and by in {None, entry.by.person} and user in {None, getattr(entry.event, "person", None)}


def _holds_in_order(types: Sequence[Wanted], found: Sequence[Entry]) -> bool:
    left = list(found)
    for one in types:
        place = next((place for place, entry in enumerate(left) if one.is_it(entry)), None)
        if place is None:
            return False
        left = left[place + 1 :]
    return True


def issues_created(play: Play) -> list[str]:
    """Exactly these issues came to be in the play."""
    raw = play.scenario.then["issues_created"]
    if not isinstance(raw, list):
        raise Unsupported(f"then.issues_created {shown(raw)}")
    rows = [as_fields({"issue": item} if isinstance(item, str) else item, "then.issues_created") for item in raw]
    created = [issue for issue in play.stage.issues if not issue.is_at_start]
    fits = [[place for place, issue in enumerate(created) if _is_born(play, row, issue)] for row in rows]
    for row in rows:
        for name in ("at", "issue", "service", "summary", "dedup_key"):
            row.take(name)
        row.done()
    matched = matching(fits)
    missing = [f"not created: {row.data}" for number, row in enumerate(rows) if number not in matched.values()]
    beyond = [
        f"created beyond the list: {_birth(play, issue)}" for place, issue in enumerate(created) if place not in matched
    ]
    return [*missing, *beyond]


def _is_born(play: Play, row: Fields, issue: Issue) -> bool:
    if "at" in row:
        gap = abs(issue.created_at - play.times.at(row.instant("at"), "then.issues_created.at"))
        if gap > play.scenario.tolerance and gap >= _A_SECOND:
            return False
    named = [row.text(name) for name in ("issue", "summary", "dedup_key")]
    is_named = all(name is None or name in issue.names for name in named)
    return is_named and row.text("service") in {None, issue.service}


def _birth(play: Play, issue: Issue) -> str:
    return f"{'/'.join(sorted(issue.names))} at {play.times.shown(issue.created_at)}"


def issue_count(play: Play) -> list[str]:
    """So many issues there were by then, however they stand."""
    differences = []
    for row in play.rows("issue_count"):
        at = play.times.at(row.instant("at"), "then.issue_count.at") if "at" in row else play.end_at
        expected, found = row.number("count"), [issue for issue in play.stage.issues if issue.created_at <= at]
        row.done()
        if len(found) != expected:
            differences.append(f"{len(found)} issues at {play.times.shown(at)} instead of {expected}")
    return differences


def not_created_at(play: Play) -> list[str]:
    """No issue came to be at these instants."""
    then = Fields(play.scenario.then, "then")
    instants = [play.times.at(item, "then.not_created_at") for item in then.items("not_created_at")]
    born = [issue for issue in play.stage.issues if not issue.is_at_start]
    return [f"created although nothing should be: {_birth(play, each)}" for each in born if each.created_at in instants]


_TIMERS = (
    (re.compile(r"snooze (?:cancelled|ended) at (-?P\w+)"), "snooze_ended"),
    (re.compile(r"ack timeout from (-?P\w+)"), "lapse"),
    (re.compile(r"unsnooze scheduled()"), "snoozes"),
)


def timers(play: Play) -> list[str]:
    """Timers that a case tells of in words."""
    then = Fields(play.scenario.then, "then")
    if len(play.stage.issues) != 1:
        raise Unsupported("then.timers of several issues")
    return [words for text in then.names("timers") if (words := _timer(play, play.stage.issues[0], text))]


def _timer(play: Play, issue: Issue, text: str) -> str | None:
    for pattern, what in _TIMERS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        at = play.times.at(match[1], "then.timers") if match[1] else play.last_event_at
        state = issue.state_at(at)
        if what == "snooze_ended":
            before = issue.state_at(at - timedelta(microseconds=1))
            is_so = before is not None and before.snoozes and state is not None and not state.snoozes
            return None if is_so else f"no snooze ended at {play.times.shown(at)}"
        if what == "lapse":
            timeout = play.setting.house.ack_timeout
            if timeout is None:
                raise Unsupported(f"timers {text!r}")
            lapses_at = state.lapses_at if state is not None else None
            shown_at = None if lapses_at is None else play.times.shown(lapses_at)
            return None if lapses_at == at + timeout else f"the acknowledgement lapses at {shown_at}, not as: {text}"
        return None if state is not None and state.snoozes else "no snooze is on"
    raise Unsupported(f"timers {text!r}")
