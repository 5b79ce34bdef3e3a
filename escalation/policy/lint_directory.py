"""What is wrong in a directory that could be read: ids and words that nobody has, circles, addresses, absences.

What the clock has to say (who has left, and is needed) is in `lint_leavers.py`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from escalation.issue.authority import RELATIONS
from escalation.issue.identity import ALLOWED_NAME
from escalation.policy.absence import Absence, Moment
from escalation.policy.addresses import address_fault, shown
from escalation.policy.directory import Directory, Person
from escalation.policy.finding import Findings, listed
from escalation.policy.lint_own_rules import lint_own_rules
from escalation.policy.zones import is_zone, lint_zone

_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_TEAM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_SKILL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+#-]{0,39}", re.ASCII)
_YEARS = range(1970, 2200)


def lint_directory(directory: Directory, findings: Findings) -> None:
    """Add everything that is wrong between its fields."""
    by_id = {person.id: person for person in directory.people}
    teams = {team.name: team for team in directory.teams}
    if directory.operator not in by_id:
        findings.unknown("operator", directory.operator, "is not in people", by_id)
    for team in directory.teams:
        if not _TEAM.fullmatch(team.name):
            findings.add(f"teams.{team.name}", "is not a name of issues", value=team.name, allowed=ALLOWED_NAME)
        if team.duty_lead not in by_id:
            findings.unknown(f"teams.{team.name}.duty_lead", team.duty_lead, "is not in people", by_id)
    deputies = _Line("deputy", lambda each: each.deputy, by_id)
    managers = _Line("manager", lambda each: each.manager, by_id)
    for person in directory.people:
        here = f"people.{person.id}"
        for place, name in enumerate(person.teams):
            if name not in teams:
                findings.unknown(f"{here}.teams[{place}]", name, "is not in teams", teams)
        _lint_details(person, here, findings)
        deputies.lint(person, here, findings)
        managers.lint(person, here, findings)
        _lint_leaving(person, here, findings)
        lint_own_rules(person, here, findings)
        if person.absences and is_zone(person.zone):
            _lint_absences(person, here, by_id, findings)
    if not findings.found:
        _lint_stand_ins(by_id, findings)
    _lint_addresses(directory, findings)


class _Line:
    """Who is behind whom by one field: nobody behind themselves, and nobody unknown."""

    def __init__(self, field: str, behind: Callable[[Person], str | None], by_id: Mapping[str, Person]) -> None:
        self._field = field
        self._behind = behind
        self._by_id = by_id
        self._walked: set[str] = set()

    def lint(self, person: Person, here: str, findings: Findings) -> None:
        """What is wrong with the one behind this person; a circle is said once, of the first person in it."""
        behind, here = self._behind(person), f"{here}.{self._field}"
        if behind is None:
            return
        if behind == person.id:
            findings.add(here, "is this person", value=behind, allowed="somebody else of people")
            return
        if behind not in self._by_id:
            findings.unknown(here, behind, "is not in people", self._by_id)
            return
        line = {person.id: None}
        last = person.id
        # Everybody is walked over once, however long the lines are.
        while last not in self._walked:
            self._walked.add(last)
            following = self._behind(self._by_id[last])
            if following is None or following not in self._by_id:
                return
            if following in line:
                ids = list(line)
                self._say_circle(ids[ids.index(following) :], findings)
                return
            line[following], last = None, following

    def _say_circle(self, circle: list[str], findings: Findings) -> None:
        if len(circle) == 1:
            return  # behind themselves: said of that person
        order = {name: place for place, name in enumerate(self._by_id)}
        start = circle.index(min(circle, key=order.__getitem__))
        circle = circle[start:] + circle[:start]
        problem = f"goes round: {' to '.join([*circle, circle[0]])}"
        plural = {"deputy": "deputies", "manager": "managers"}[self._field]
        value, allowed = self._behind(self._by_id[circle[0]]), f"{plural} of whom the last has none"
        findings.add(f"people.{circle[0]}.{self._field}", problem, value=value, allowed=allowed)


def _lint_absences(person: Person, here: str, by_id: Mapping[str, Person], findings: Findings) -> None:
    sound: list[tuple[int, Absence]] = []
    for place, absence in enumerate(person.absences):
        where = f"{here}.absences[{place}]"
        days = [_is_near(absence.begins, f"{where}.from", findings)]
        if absence.until is not None:
            days.append(_is_near(absence.until, f"{where}.until", findings))
        if absence.deputy == person.id:
            findings.add(f"{where}.deputy", "is this person", value=absence.deputy, allowed="somebody else of people")
        elif absence.deputy is not None and absence.deputy not in by_id:
            findings.unknown(f"{where}.deputy", absence.deputy, "is not in people", by_id)
        if not all(days):
            continue
        ends_at = absence.ends_at(person.zone)
        if ends_at is not None and ends_at <= absence.begins_at(person.zone):
            allowed = f"what comes after its beginning, {absence.begins}"
            findings.add(f"{where}.until", "is before the absence begins", value=absence.until, allowed=allowed)
        else:
            sound.append((place, absence))
    longest: tuple[int, Absence] | None = None
    for place, absence in sorted(sound, key=lambda each: each[1].begins_at(person.zone)):
        if longest is not None and absence.begins_at(person.zone) < _end(longest[1], person):
            earlier = longest[1]
            problem = f"lies within absences[{longest[0]}], {earlier.begins} to {earlier.until or 'further notice'}"
            allowed = "absences one after the other"
            findings.add(f"{here}.absences[{place}].from", problem, value=absence.begins, allowed=allowed)
        if longest is None or _end(absence, person) > _end(longest[1], person):
            longest = place, absence


def _end(absence: Absence, person: Person) -> datetime:
    return absence.ends_at(person.zone) or datetime.max.replace(tzinfo=UTC)


def _lint_leaving(person: Person, here: str, findings: Findings) -> None:
    if person.left_at is not None:
        _is_near(person.left_at, f"{here}.left_at", findings)


def _is_near(moment: Moment, here: str, findings: Findings) -> bool:
    if moment.year in _YEARS:
        return True
    allowed = f"years from {_YEARS.start} to {_YEARS.stop - 1}"
    findings.add(here, "is out of range", value=moment, allowed=allowed)
    return False


def _lint_stand_ins(by_id: Mapping[str, Person], findings: Findings) -> None:
    """Nobody who is away stands in for one who stands in for them: a circle begins where its last absence does."""
    said: set[frozenset[str]] = set()
    for person in by_id.values():
        for place, absence in enumerate(person.absences):
            at = absence.begins_at(person.zone)
            line = _absent_line(person, at, by_id)
            if line is None or frozenset(line) in said:
                continue
            said.add(frozenset(line))
            field = "from" if absence.deputy is None else "deputy"
            problem = f"goes round while all of them are away: {' to '.join([*line, person.id])}"
            findings.add(
                f"people.{person.id}.absences[{place}].{field}",
                problem,
                value=line[1],
                allowed="in the end somebody who is there",
            )


def _absent_line(person: Person, at: datetime, by_id: Mapping[str, Person]) -> list[str] | None:
    """Everybody from this person round to them again who is away at that instant; None where there is no circle."""
    line = [person.id]
    following = person.deputy_at(at)
    while following is not None and by_id[following].is_absent(at):
        if following in line:
            return line if following == person.id else None
        line.append(following)
        following = by_id[following].deputy_at(at)
    return None


def _lint_details(person: Person, here: str, findings: Findings) -> None:
    if person.role in RELATIONS:
        problem = "is a word for somebody in an issue, so no role of the directory"
        findings.add(f"{here}.role", problem, value=person.role, allowed=f"any but {listed(RELATIONS)}")
    lint_zone(person.zone, f"{here}.zone", findings)
    if not _LANGUAGE.fullmatch(person.language):
        allowed = "a language tag such as en or pt-BR"
        findings.add(f"{here}.language", "is not a language", value=person.language, allowed=allowed)
    for place, language in enumerate(person.languages):
        if not _LANGUAGE.fullmatch(language):
            allowed = "a language tag such as en or pt-BR"
            findings.add(f"{here}.languages[{place}]", "is not a language", value=language, allowed=allowed)
    for place, skill in enumerate(person.skills):
        if not _SKILL.fullmatch(skill):
            allowed = "one word such as databases"
            findings.add(f"{here}.skills[{place}]", "is not a skill", value=skill, allowed=allowed)
    for currency in person.limit:
        if not _CURRENCY.fullmatch(currency):
            allowed = "three capital letters such as EUR"
            findings.add(f"{here}.limit.{currency}", "is not a currency", value=currency, allowed=allowed)
    if not person.addresses:
        findings.add(f"{here}.addresses", "is empty: this person cannot be told", allowed="at least one address")


def _lint_addresses(directory: Directory, findings: Findings) -> None:
    whose: dict[tuple[str, str], str] = {}
    for person in directory.people:
        for channel, address in person.addresses.items():
            here = f"people.{person.id}.addresses.{channel}"
            if not _CHANNEL.fullmatch(channel):
                findings.add(here, "is not a channel", value=channel, allowed="a name such as inbox or email")
            if (allowed := address_fault(channel, address)) is not None:
                kind = "an e-mail address" if channel == "email" else f"an address of {channel}"
                findings.add(here, f"is not {kind}", value=shown(address), allowed=allowed)
            if not address.isprintable() or " " in address:
                findings.add(here, "is not an address", value=shown(address), allowed="printable text without spaces")
            first = whose.setdefault((channel, address.lower()), person.id)
            if first != person.id:
                findings.add(here, f"is {first}'s already", value=shown(address), allowed="an address of one person")
