"""iCalendar text of another system in, its shifts or errors with lines out. The one reader of iCalendar for rotas.

Events must say which instants they mean: floating times, whole days and zones that nobody knows are refused, never
guessed; so is an event without anybody of the directory. Series are worked out when asked for, never all at once.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import recurring_ical_events  # type: ignore[import-untyped]
from icalendar import Calendar, Event

from escalation.oncall.rota import Occurrence
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, shown

LARGEST = 4 * 1024 * 1024
"""Bytes of one feed."""
_ALLOWED_TIME = "a time in UTC such as 20261123T090000Z, or with a TZID that is an IANA zone"
_WIDER = timedelta(days=2)
"""Asked for around a span: recurring-ical-events loses the last hour of a shift over the autumn change otherwise."""
_TRIED = timedelta(days=31)
"""So far beyond the last event that is written a feed is worked out when it is read, to see that it can be."""
_BEGINS = re.compile(r"^BEGIN:VEVENT\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class ReadFeed:
    """The shifts of a feed that was read."""

    people: tuple[str, ...]
    """Every id that it names."""
    _series: Any
    _whose: "Whose"

    def touching(self, from_at: datetime, until_at: datetime) -> tuple[Occurrence, ...]:
        """Those that touch this span (UTC), whole, in order."""
        found = []
        for event in self._series.between(from_at - _WIDER, until_at + _WIDER):
            begins_at, ends_at = event.start.astimezone(UTC), event.end.astimezone(UTC)
            if begins_at < until_at and ends_at > from_at and not _is_cancelled(event):
                found.append(Occurrence(begins_at, ends_at, self._whose.people(event)))
        return tuple(sorted(found))


class Whose:
    """Which people an event means: what the rota says it calls them, their e-mail addresses, ids and names."""

    def __init__(self, directory: Directory, called: Mapping[str, str]) -> None:
        self._directory = directory
        self._called = {word.casefold(): person for person, word in called.items()}

    def people(self, event: Event) -> tuple[str, ...]:
        """Those whom its attendees name; where none is known, whom its summary names; perhaps nobody."""
        attending = self._known(_attendees(event))
        return attending or self._known([str(event.get("SUMMARY", ""))])

    def _known(self, words: Iterable[str]) -> tuple[str, ...]:
        found = (self._whose(word.strip().casefold()) for word in words)
        return tuple(dict.fromkeys(person for person in found if person is not None))

    def _whose(self, word: str) -> str | None:
        if word in self._called:
            return self._called[word]
        return next((person.id for person in self._directory.called(word)), None)


def read_feed(text: str, findings: Findings, whose: Whose) -> ReadFeed | None:
    """The feed in this text; None, and findings, where anything in it cannot be used."""
    calendar = _calendar(text, findings)
    if calendar is None:
        return None
    lines = [text.count("\n", 0, found.start()) + 1 for found in _BEGINS.finditer(text)]
    events = calendar.events
    people: dict[str, None] = {}
    for number, event in enumerate(events):
        line = lines[number] if len(lines) == len(events) else None
        _check_times(event, line, findings)
        if not _is_cancelled(event):
            named = whose.people(event)
            if not named:
                _nobody(event, line, findings)
            people.update(dict.fromkeys(named))
    return None if findings.found else _tried(calendar, tuple(people), whose, findings)


def _tried(calendar: Calendar, people: tuple[str, ...], whose: Whose, findings: Findings) -> ReadFeed | None:
    """The feed once its shifts have been worked out: what fails at that fails now, and not when somebody is needed."""
    try:
        feed = ReadFeed(people, recurring_ical_events.of(calendar), whose)
        begins = [begins for event in calendar.events if isinstance(begins := event.start, datetime)]
        if begins:
            feed.touching(min(begins), max(begins) + _TRIED)
    except Exception as error:  # noqa: BLE001 - the library meets junk with errors of many kinds
        findings.add("", f"cannot be worked out: {shown(error)}", allowed="events as RFC 5545 has them", line=1)
        return None
    return feed


def _calendar(text: str, findings: Findings) -> Calendar | None:
    allowed = "iCalendar text: BEGIN:VCALENDAR to END:VCALENDAR"
    size = len(text.encode(errors="surrogatepass"))
    if size > LARGEST:
        findings.add("", f"has {size} bytes", allowed=f"at most {LARGEST}")
        return None
    plain = text.lstrip("\ufeff \r\n\t")
    if not plain.upper().startswith("BEGIN:VCALENDAR"):
        first = plain.partition("\n")[0].strip()
        findings.add("", "is not iCalendar: that is its first line", value=first, allowed=allowed, line=1)
        return None
    try:
        calendar = Calendar.from_ical(plain)
    except Exception as error:  # noqa: BLE001 - the library meets junk with errors of many kinds
        findings.add("", f"is not iCalendar: {shown(error)}", allowed=allowed, line=1)
        return None
    if not isinstance(calendar, Calendar):
        findings.add("", "is not iCalendar", value=plain.partition("\n")[0].strip(), allowed=allowed, line=1)
        return None
    return calendar


def _check_times(event: Event, line: int | None, findings: Findings) -> None:
    called = _called(event)
    for name, problem in event.errors:
        findings.add(f"{called}.{name}", f"cannot be read: {shown(problem)}", allowed="RFC 5545", line=line)
    if event.errors:
        return
    try:
        begins, ends = event.start, event.end
    except Exception as error:  # noqa: BLE001 - as above
        findings.add(
            called, f"has no time from and until: {shown(error)}", allowed="DTSTART, and DTEND or DURATION", line=line
        )
        return
    for name, at in (("DTSTART", begins), ("DTEND", ends)):
        if not isinstance(at, datetime):
            problem = "is a whole day, which begins at another instant in every zone"
            findings.add(f"{called}.{name}", problem, value=at, allowed=_ALLOWED_TIME, line=line)
            return
        if at.utcoffset() is None:
            zone = getattr(event.get(name), "params", {}).get("TZID", "")
            problem = f"is in zone '{shown(zone)}', which nobody knows" if zone else "is a floating time"
            findings.add(f"{called}.{name}", problem, value=at.isoformat(), allowed=_ALLOWED_TIME, line=line)
            return
    if ends <= begins:
        problem = f"is not after DTSTART, {begins.isoformat()}"
        findings.add(f"{called}.DTEND", problem, value=ends.isoformat(), allowed="a later instant", line=line)
    elif "RRULE" in event or "RDATE" in event:
        _check_series(event, line, findings)


def _check_series(event: Event, line: int | None, findings: Findings) -> None:
    """A series is tried at its beginning, so that a rule which cannot be worked out is found before it counts."""
    alone = Calendar()
    alone.add_component(event)
    try:
        recurring_ical_events.of(alone).between(event.start - _WIDER, event.start + _WIDER)
    except Exception as error:  # noqa: BLE001 - as above
        findings.add(f"{_called(event)}.RRULE", f"cannot be worked out: {shown(error)}", allowed="RFC 5545", line=line)


def _nobody(event: Event, line: int | None, findings: Findings) -> None:
    words = [*_attendees(event), str(event.get("SUMMARY", ""))]
    findings.add(
        _called(event),
        "names nobody of the directory",
        value=" / ".join(word for word in words if word) or "nothing",
        allowed="an attendee or summary that is an address, name or id of the directory, or stands in feed.people",
        line=line,
    )


def _attendees(event: Event) -> list[str]:
    """The addresses of those who have not declined."""
    found = event.get("ATTENDEE", [])
    listed = found if isinstance(found, list) else [found]
    words = []
    for each in listed:
        if getattr(each, "params", {}).get("PARTSTAT", "").upper() != "DECLINED":
            address = str(each)
            words.append(address[7:] if address.lower().startswith("mailto:") else address)
            if name := getattr(each, "params", {}).get("CN", ""):
                words.append(str(name))
    return words


def _is_cancelled(event: Event) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _called(event: Event) -> str:
    return f"VEVENT {shown(event.get('UID', 'without UID'))}"
