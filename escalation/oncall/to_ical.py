"""Shifts as iCalendar text, for people's own calendars and for other systems. Instants in UTC, so nothing floats."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText

from escalation.oncall.answer import Duty
from escalation.oncall.in_words import in_words
from escalation.oncall.rota import Rota
from escalation.policy.directory import Directory, Person


def to_ical(rota: Rota, shifts: Iterable[Duty], directory: Directory, made_at: datetime) -> str:
    """One event for each person of each shift, with their name, and their e-mail address where they have one.

    The same shift has the same UID whenever it is made, so that whoever takes the text in again has it once. `made_at`
    (UTC) is what the events say of when they were made. Who is not in the directory is left out.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//Escalon//rotas//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", rota.title or rota.name)
    for shift in shifts:
        for person in shift.people:
            if directory.has(person):
                calendar.add_component(_event(rota, shift, directory.person(person), made_at))
    text: bytes = calendar.to_ical()
    return text.decode("utf-8")


def _event(rota: Rota, shift: Duty, person: Person, made_at: datetime) -> Event:
    event = Event()
    told = f"{rota.name}/{person.id}/{shift.begins_at.isoformat()}"
    event.add("UID", f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@escalon")
    event.add("DTSTAMP", made_at)
    event.add("DTSTART", shift.begins_at)
    event.add("DTEND", shift.ends_at)
    event.add("SUMMARY", person.name)
    event.add("DESCRIPTION", in_words(rota, shift))
    if (address := person.addresses.get("email")) is not None:
        attendee = vCalAddress(f"mailto:{address}")
        attendee.params["CN"] = vText(person.name)
        event.add("ATTENDEE", attendee)
    return event
