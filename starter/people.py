"""Who there is, where they are, who is asked in their place; and what is wrong with it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from escalation.people.changes import in_words
from escalation.people.reach import nobody_in_their_place, not_reached_urgently, urgent_channels
from escalation.policy.addresses import shown
from escalation.policy.directory import Directory, Person
from escalation.policy.finding import Findings, PolicyError
from escalation.policy.lint_directory import lint_directory
from escalation.policy.lint_leavers import lint_leavers
from escalation.policy.read_directory import parse_directory
from starter.as_of import people_as_of
from starter.failure import NotDone, unknown
from starter.installation import settings_now
from starter.people_source import IN_STORE, NOT_IN_USE, directory_now, stored
from starter.reader import Reader, machine_zone
from starter.record_at import text_of
from starter.showing import console, note, pairs, say_json, table
from starter.when import instant, instant_past

_IN_ALL = 500
"""So many people are shown in one table; there may be 100,000."""


def show_from(person: str, at: str, team: str, as_of: str, *, is_away_only: bool, as_json: bool) -> None:
    """Show one person, or everybody; `as_of`: as the directory was then. Raises WrongInput, PolicyErrors, NotDone."""
    settings = settings_now()
    if as_of:
        known_at = instant_past(as_of, "--as-of", datetime.now(UTC))
        directory, when = people_as_of(settings, known_at), _when(at, known_at)
    else:
        directory, when = directory_now(settings), _when(at)
    if team and not directory.has_team(team):
        raise unknown("team", team, (each.name for each in directory.teams))
    if person:
        if not directory.has(person):
            raise unknown("person", person, directory.ids())
        _show_one(directory, directory.person(person), when, as_json=as_json)
        return
    found = [
        each
        for each in directory.people
        if (not team or team in each.teams) and (not is_away_only or not each.is_present(when))
    ]
    if as_json:
        say_json([_json(directory, each, when) for each in found])
        return
    reader = Reader(when, machine_zone())
    made = table(("person", {"style": "cyan"}), "name", "role", "teams", "where", "in their place", "reached by")
    for each in found[:_IN_ALL]:
        where = Text(reader.sentence(each.whereabouts(when)), "" if each.is_present(when) else "yellow")
        made.add_row(
            each.id, each.name, each.role, ", ".join(each.teams), where, _in_place(directory, each, when) or "",
            ", ".join(each.addresses),
        )  # fmt: skip
    console().print(made)
    if len(found) > _IN_ALL:
        note(f"and {len(found) - _IN_ALL} more; --team and --away narrow it down, --json has all of them")
    away = sum(each.is_absent(when) and not each.is_gone(when) for each in found)
    gone = sum(each.is_gone(when) for each in found)
    console().print(Text(f"{len(found)} people, {away} of them away, {gone} gone"))


def check_from(file: Path | None, at: str, *, as_json: bool) -> None:
    """Check a directory; raises WrongInput, and NotDone where there are errors."""
    settings, when = settings_now(), _when(at)
    is_stored = file is None and settings.people_in == "store"
    path = IN_STORE if is_stored else str(file or settings.people)
    findings = Findings(path)
    directory: Directory | None
    if is_stored:
        directory = stored(settings).held()
        lint_directory(directory, findings)
        directory = None if findings.found else directory
    else:
        directory = parse_directory(text_of(file or settings.people, "file"), findings)
    notes: list[str] = []
    if not is_stored and settings.people_in == "store":
        notes.append(f"{path} was checked, and {NOT_IN_USE}: without a file, that is checked")
    if directory is not None:
        lint_leavers(directory, when, findings)
    found = list(findings.in_order())
    if directory is not None:
        found += _unreached(directory, settings.ways, when, findings)
        if not urgent_channels(settings.ways):
            ways = ", ".join(settings.ways)
            notes.append(f"nobody can be reached urgently: {ways} wait until somebody looks; see docs/channels.md")
    errors = [finding for finding in found if finding.level == "error"]
    if as_json:
        people = 0 if directory is None else len(directory.people)
        say_json({"is_fit": not errors, "people": people, "findings": found, "notes": notes})
    else:
        _show_check(found, notes, directory, path, when)
    if errors:
        count = f"{len(errors)} error{'s' if len(errors) > 1 else ''}"
        raise NotDone(f"{count}: not fit for use", "policy_errors", is_answered=as_json)


def _unreached(directory: Directory, channels: Sequence[str], at: datetime, findings: Findings) -> list[PolicyError]:
    unreached = (*nobody_in_their_place(directory, at), *not_reached_urgently(directory, channels, at))
    return [
        PolicyError(
            file=findings.file,
            line=findings.line_of(f"people.{each.person}"),
            field=f"people.{each.person}",
            problem=each.problem,
            allowed=each.allowed,
            level="warning",
        )
        for each in unreached
    ]


def _show_check(
    found: Sequence[PolicyError], notes: Sequence[str], directory: Directory | None, path: str, at: datetime
) -> None:
    out = console()
    for finding in found[:_IN_ALL]:
        out.print(Text(str(finding), "red" if finding.level == "error" else "yellow"), soft_wrap=True)
    if len(found) > _IN_ALL:
        note(f"and {len(found) - _IN_ALL} more; --json has all of them")
    for each in notes:
        note(each)
    if directory is None or any(finding.level == "error" for finding in found):
        return
    away = sum(each.is_absent(at) and not each.is_gone(at) for each in directory.people)
    gone = sum(each.is_gone(at) for each in directory.people)
    size = f"{len(directory.people)} people in {len(directory.teams)} teams"
    says = f"{path} is fit for use: {size}, {away} away, {gone} gone"
    warnings = f", {len(found)} warning{'s' if len(found) > 1 else ''}" if found else ""
    out.print(Text.assemble(("✓ ", "bold green"), says + warnings))


def _show_one(directory: Directory, person: Person, at: datetime, *, as_json: bool) -> None:
    if as_json:
        say_json(_json(directory, person, at))
        return
    reader = Reader(at, machine_zone())
    rows: list[tuple[str, Text | str]] = [("where", reader.sentence(person.whereabouts(at)))]
    in_place = _in_place(directory, person, at)
    if in_place is not None:
        rows.append(("in their place", in_place))
    for name, info in Person.model_fields.items():
        value = getattr(person, name)
        if name == "addresses":
            rows += [(f"address: {channel}", shown(address)) for channel, address in value.items()]
        elif name == "absences":
            rows += [("away", _absence(each)) for each in value]
        elif name != "id" and (info.is_required() or value not in (None, (), {})):
            rows.append((name.replace("_", " "), in_words(value)))
    reports = [each.id for each in directory.reporting_to(person.id)]
    if reports:
        rows.append(("reports to them", ", ".join(reports)))
    console().print(pairs([("person", Text(person.id, "bold cyan")), *rows]))


def _absence(absence: object) -> str:
    return in_words(absence).replace("begins ", "from ", 1)


def _in_place(directory: Directory, person: Person, at: datetime) -> str | None:
    """Who is asked in their place; None where they are there themselves."""
    if person.is_present(at):
        return None
    people = directory.present([person], at).people
    return people[0].id if people else "nobody"


def _json(directory: Directory, person: Person, at: datetime) -> dict[str, object]:
    where = "gone" if person.is_gone(at) else "away" if person.is_absent(at) else "here"
    addresses = {channel: shown(address) for channel, address in person.addresses.items()}
    in_place = _in_place(directory, person, at)
    fields = person.model_dump(mode="json", by_alias=True)
    return {
        **fields,
        "addresses": addresses,
        "where": where,
        "in_their_place": None if in_place in (None, "nobody") else in_place,
    }


def _when(at: str, else_at: datetime | None = None) -> datetime:
    return instant(at, "at") if at else else_at or datetime.now(UTC)
