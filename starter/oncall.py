"""Who is on duty, shown: now, next, gaps, and as a calendar. What is right is decided in `escalation/oncall`."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from rich.text import Text

from client.settings import Settings
from escalation.duration import words
from escalation.oncall import duty
from escalation.oncall.answer import Duty, Gap, Handoff
from escalation.oncall.away import Away, away_in
from escalation.oncall.in_words import reasons
from escalation.oncall.read_rotas import read_rotas
from escalation.oncall.rota import Rota, Rotas
from escalation.oncall.to_ical import to_ical
from escalation.policy.directory import Directory
from starter.as_of import rotas_as_of
from starter.failure import NotDone, WrongInput, unknown
from starter.feeds import note_copies
from starter.installation import rota_texts, settings_now
from starter.people_source import directory_now
from starter.reader import Reader, machine_zone
from starter.showing import console, note, say_json, table
from starter.when import instant, instant_ahead, instant_past

LONGEST = timedelta(days=5 * 366)
"""How much is worked out at once at most."""


class _Asked(NamedTuple):
    """What a call is about."""

    rotas: tuple[Rota, ...]
    directory: Directory
    reader: Reader
    away: Away
    known_at: datetime
    """As of when the files are read: now, or an earlier instant that was asked for."""

    def called(self, people: Sequence[str]) -> Text:
        """Their names, or that there is nobody."""
        if not people:
            return Text("nobody", "bold red")
        return Text(", ".join(self.reader.names.get(person, person) for person in people))


def now_from(rota: str, at: str, known_at: str, person: str, *, as_json: bool) -> None:
    """Who is on duty; raises WrongInput, PolicyErrors."""
    asked = _asked(rota, person, known_at)
    as_of = instant(at, "at") if at else asked.known_at
    reader = replace(asked.reader, now=as_of)  # a time without its day is of the day that was asked about
    if not (as_json or known_at):
        note_copies(settings_now(), "rotas")
    found = [(each, duty.on_duty(each, as_of, asked.away), _until(asked, each, as_of)) for each in asked.rotas]
    if as_json:
        say_json([{**_plain(each, answer), "until": _iso(ends_at)} for each, answer, ends_at in found])
        return
    made = table("rota", "on duty", "until", ("how that comes about", {"overflow": "fold"}))
    for each, answer, ends_at in found:
        who = Text("closed", "dim") if answer.is_closed else asked.called(answer.people)
        until = reader.clock(ends_at) if ends_at is not None else "further notice"
        made.add_row(Text(each.name, "cyan"), who, until, reader.sentence(reasons(answer)))
    console().print(made)


def next_from(rota: str, at: str, known_at: str, count: int, person: str, *, as_json: bool) -> None:
    """The next hand-overs; raises WrongInput, PolicyErrors."""
    asked = _asked(rota, person, known_at)
    as_of = instant(at, "at") if at else asked.known_at
    reader = replace(asked.reader, now=as_of)  # a time without its day is of the day that was asked about
    found = [(each, hand) for each in asked.rotas for hand in duty.next_handoffs(each, as_of, count, asked.away)]
    if as_json:
        say_json([_plain_handoff(each, hand) for each, hand in found])
        return
    if not found:
        note("nobody hands over to anybody in the next two years")
        return
    made = table("rota", "when", "from", "to", ("how that comes about", {"overflow": "fold"}))
    for each, hand in found:
        after = Text("closed", "dim") if hand.after.is_closed else asked.called(hand.after.people)
        before = asked.called(hand.before)
        why = reader.sentence(reasons(hand.after))
        made.add_row(Text(each.name, "cyan"), reader.clock(hand.at), before, after, why)
    console().print(made)


def gaps_from(rota: str, from_: str, until: str, known_at: str, person: str, *, as_json: bool) -> None:
    """The gaps; raises NotDone where there are some, WrongInput, PolicyErrors."""
    asked = _asked(rota, person, known_at)
    from_at, until_at = _span(from_, until, asked.known_at)
    reader = replace(asked.reader, now=from_at)
    found = [(each, gap) for each in asked.rotas for gap in duty.gaps(each, from_at, until_at, asked.away)]
    if as_json:
        say_json([_plain_gap(each, gap) for each, gap in found])
    elif found:
        made = table("rota", "from", "until", "how long", "answers for it", ("why", {"overflow": "fold"}))
        for each, gap in found:
            owner = reader.names.get(each.owner, each.owner) if each.owner is not None else ""
            begins, ends = reader.clock(gap.begins_at), reader.clock(gap.ends_at)
            why = reader.sentence(reasons(gap.duty))
            made.add_row(Text(each.name, "cyan"), begins, ends, words(gap.ends_at - gap.begins_at), owner, why)
        console().print(made)
    else:
        count = f"{len(asked.rotas)} rota{'s' if len(asked.rotas) != 1 else ''}"
        span = f"from {asked.reader.clock(from_at)} until {asked.reader.clock(until_at)}"
        console().print(Text.assemble(("✓ ", "bold green"), f"no gap in {count} {span}"))
    if found:
        count = f"{len(found)} gap{'s' if len(found) > 1 else ''}"
        raise NotDone(f"{count}: nobody is on duty then", "gaps", is_answered=as_json)


def ical_from(rota: str, person: str, from_: str, until: str) -> None:
    """The rota as iCalendar text on stdout; raises WrongInput, PolicyErrors."""
    asked = _asked(rota, "")
    (one,) = asked.rotas
    if person and not asked.directory.has(person):
        raise unknown("--person", person, asked.directory.ids())
    from_at, until_at = _span(from_, until, asked.reader.now)
    turn = duty.on_duty(one, from_at, asked.away).turn
    # From where the turn that is under way began, so that its shift is not cut, and is the same one tomorrow.
    begin_at = from_at if turn is None else min(from_at, turn.begins_at)
    shifts: Sequence[Duty] = [
        shift for shift in duty.shifts(one, begin_at, until_at, asked.away) if shift.ends_at > from_at
    ]
    if person:
        shifts = [shift._replace(people=(person,)) for shift in shifts if person in shift.people]
    sys.stdout.write(to_ical(one, shifts, asked.directory, asked.reader.now))


def _asked(rota: str, person: str, known_at: str = "") -> _Asked:
    settings, now = settings_now(), datetime.now(UTC)
    as_of = instant_past(known_at, "--as-of", now) if known_at else now
    directory, rotas = rotas_as_of(settings, as_of) if known_at else _rotas_now(settings)
    names = directory.names()
    if person and not directory.has(person):
        raise unknown("--as", person, names)
    zone = directory.person(person).zone if person else machine_zone()
    reader = Reader(now, zone, names)
    if not rota:
        return _Asked(rotas.rotas, directory, reader, away_in(directory), as_of)
    found = rotas.rota(rota)
    if found is None:
        raise unknown("rota", rota, rotas.names)
    return _Asked((found,), directory, reader, away_in(directory), as_of)


def _rotas_now(settings: Settings) -> tuple[Directory, Rotas]:
    directory = directory_now(settings)
    texts = rota_texts(settings)
    if texts is None:
        raise WrongInput(
            f"rotas: there is no file {settings.rotas_file}; docs/oncall.md says what stands in it", "no_rotas"
        )
    return directory, read_rotas(texts, directory)


def _span(from_: str, until: str, now: datetime) -> tuple[datetime, datetime]:
    from_at = instant(from_, "--from") if from_ else now.replace(second=0, microsecond=0)
    until_at = instant_ahead(until, "--until", from_at)
    if until_at <= from_at:
        raise WrongInput(
            f"--until: '{until}' is not after {from_at.isoformat()}; allowed: a later instant, or a duration"
        )
    if until_at - from_at > LONGEST:
        raise WrongInput(
            f"--until: '{until}' is too far ahead; allowed: at most {words(LONGEST)} from the beginning on"
        )
    return from_at, until_at


def _until(asked: _Asked, rota: Rota, at: datetime) -> datetime | None:
    handoffs = duty.next_handoffs(rota, at, 1, asked.away)
    return handoffs[0].at if handoffs else None


def _plain(rota: Rota, answer: Duty) -> dict[str, Any]:
    return {
        "rota": rota.name,
        "people": list(answer.people),
        "is_closed": answer.is_closed,
        "layer": answer.layer,
        "why": reasons(answer),
    }


def _plain_handoff(rota: Rota, hand: Handoff) -> dict[str, Any]:
    return {"at": _iso(hand.at), "before": list(hand.before), **_plain(rota, hand.after)}


def _plain_gap(rota: Rota, gap: Gap) -> dict[str, Any]:
    return {
        "rota": rota.name,
        "from": _iso(gap.begins_at),
        "until": _iso(gap.ends_at),
        "owner": rota.owner,
        "why": reasons(gap.duty),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
