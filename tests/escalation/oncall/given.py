"""Rotas of tests: written as people write them, asked in words."""

from datetime import UTC, datetime

from escalation.oncall.away import NOBODY_AWAY, Away
from escalation.oncall.duty import shifts
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.oncall.rota import Rota
from escalation.oncall.turns import Span
from escalation.policy.directory import Directory
from escalation.policy.read_directory import read_directory

FILE = "rotas.yaml"
PEOPLE = """
operator: olga
teams: {main: {duty_lead: lee}}
people:
  ann: {name: Sample One, role: first, addresses: {inbox: ann, email: ann@example.org}}
  ben: {name: Sample Two, role: first, addresses: {inbox: ben, email: ben@example.org}}
  cid: {name: Sample Three, role: first, addresses: {inbox: cid}}
  dee: {name: Sample Four, role: first, addresses: {inbox: dee}}
  lee: {name: Sample Lead, role: second, addresses: {inbox: lee}}
  olga: {name: Sample Operator, role: operator, addresses: {inbox: olga}}
"""
DIRECTORY: Directory = read_directory(PEOPLE, "people.yaml")

WEEKS = """
zone: Europe/Dublin
layers:
  weeks: {people: [ann, ben, cid], from: 2026-11-02}
"""
"""From Monday to Monday at 09:00: ann's are those of 2 and 23 November, ben's 9 and 30, cid's 16 November."""


def rota(text: str, name: str = "duty", **feeds: str) -> Rota:
    """The rota that is written in this YAML; feeds by their file's name without its end."""
    lines = "\n".join(f"    {line}" for line in text.strip("\n").splitlines())
    texts = RotaTexts(FILE, f"rotas:\n  {name}:\n{lines}\n", {f"{file}.ics": feed for file, feed in feeds.items()})
    return read_rotas(texts, DIRECTORY).rotas[0]


def at(text: str) -> datetime:
    """An instant; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def away(**people: tuple[str, str]) -> Away:
    """Absences by person: from and until."""
    return Away({person: (Span(at(begins), at(ends)),) for person, (begins, ends) in people.items()})


def listed(rota: Rota, from_at: str, until_at: str, absent: Away = NOBODY_AWAY) -> list[str]:
    """The shifts: `11-23 09:00 - 11-30 09:00 ann`, in UTC."""
    found = shifts(rota, at(from_at), at(until_at), absent)
    return [f"{_short(each.begins_at)} - {_short(each.ends_at)} {' '.join(each.people)}" for each in found]


def _short(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%m-%d %H:%M")
