"""Directory text (`people.yaml`) in, a `Directory` or errors with lines out. Not read in a workflow."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from escalation.issue.authority import RELATIONS
from escalation.issue.identity import ALLOWED_NAME
from escalation.policy.addresses import address_fault, shown
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.finding import Findings, PolicyErrors, listed, nearest
from escalation.policy.parse import parse_yaml
from escalation.policy.read_value import Failed, ValueReader

_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_TEAM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)


def read_directory(text: str, file: str) -> Directory:
    """The directory in this YAML text; raises PolicyErrors with everything that is wrong in it."""
    findings = Findings(file)
    node = parse_yaml(text, findings)
    if node is None:
        raise PolicyErrors(findings.in_order())
    reader = ValueReader(findings, keyed={Person: "id", Team: "name"}, wordy=frozenset({Person}))
    directory = reader.model(Directory, node, "")
    if not isinstance(directory, Failed):
        _lint(directory, findings)
    if isinstance(directory, Failed) or findings.found:
        raise PolicyErrors(findings.in_order())
    return directory


def _lint(directory: Directory, findings: Findings) -> None:
    by_id = {person.id: person for person in directory.people}
    ids = list(by_id)
    teams = [team.name for team in directory.teams]
    if directory.operator not in ids:
        findings.unknown("operator", directory.operator, "is not in people", ids)
    for team in directory.teams:
        if not _TEAM.fullmatch(team.name):
            findings.add(f"teams.{team.name}", "is not a name of issues", value=team.name, allowed=ALLOWED_NAME)
        if team.duty_lead not in ids:
            findings.unknown(f"teams.{team.name}.duty_lead", team.duty_lead, "is not in people", ids)
    for person in directory.people:
        here = f"people.{person.id}"
        for place, name in enumerate(person.teams):
            if name not in teams:
                findings.unknown(f"{here}.teams[{place}]", name, "is not in teams", teams)
        _lint_details(person, here, findings)
        if person.deputy is not None:
            _lint_deputy(by_id, person, here, findings)
    _lint_addresses(directory, findings)


def _lint_deputy(by_id: dict[str, Person], person: Person, here: str, findings: Findings) -> None:
    if person.deputy == person.id:
        findings.add(f"{here}.deputy", "is this person", value=person.deputy, allowed="somebody else of people")
        return
    if person.deputy not in by_id:
        findings.unknown(f"{here}.deputy", str(person.deputy), "is not in people", list(by_id))
        return
    line = [person.id]
    while (following := by_id[line[-1]].deputy) is not None and following in by_id and following not in line:
        line.append(following)
    # Said once, of the first of those in the circle.
    if following == person.id and person.id == min(line, key=lambda each: list(by_id).index(each)):
        circle = " to ".join([*line, person.id])
        allowed = "deputies of whom the last has none"
        findings.add(f"{here}.deputy", f"goes round: {circle}", value=person.deputy, allowed=allowed)


def _lint_details(person: Person, here: str, findings: Findings) -> None:
    if person.role in RELATIONS:
        problem = "is a word for somebody in an issue, so no role of the directory"
        findings.add(f"{here}.role", problem, value=person.role, allowed=f"any but {listed(RELATIONS)}")
    if not _is_zone(person.zone):
        meant = nearest(person.zone, sorted(available_timezones()))
        allowed = "an IANA time zone such as Europe/Dublin"
        findings.add(f"{here}.zone", "is not a time zone", value=person.zone, allowed=allowed, suggestion=meant)
    if not _LANGUAGE.fullmatch(person.language):
        allowed = "a language tag such as en or pt-BR"
        findings.add(f"{here}.language", "is not a language", value=person.language, allowed=allowed)
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


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
