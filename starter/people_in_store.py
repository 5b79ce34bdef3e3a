"""The directory in the record, changed at the command line: taken in whole, and person by person."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from rich.text import Text

from client.settings import Settings
from escalation.masking import LONGEST_TITLE
from escalation.people.alter import FIELDS, altered
from escalation.policy.absence import Absence, Moment
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.finding import Findings, PolicyErrors
from escalation.policy.looked_up import LookedUp
from escalation.policy.read_directory import read_directory
from records import people_changes
from records.database import Database, migrate
from records.people_changes import Alteration
from records.people_pages import NoPeople, PeopleNow
from starter.failure import NotDone, WrongInput, one_of, unknown
from starter.installation import open_record, settings_now
from starter.keeping import clean_line
from starter.people_changing import Author, Changed, change_people, take_in
from starter.people_import import FORMATS, changes_json, merged, show_changes
from starter.people_source import IN_STORE
from starter.reader import Reader, machine_zone
from starter.record_at import lasting_record, text_of
from starter.showing import console, note, say_json, table

DOOR = "cli"
_MOST_NAMED = 5
Alter = Callable[[LookedUp], Alteration]


def import_from(
    file: Path, form: str, role: str, person: str, why: str, *, is_check: bool, keeps_others: bool, as_json: bool
) -> None:
    """Take a whole directory in, or show what would change; raises WrongInput, PolicyErrors, NotDone."""
    settings, now = settings_now(), datetime.now(UTC)
    form, reason = one_of("format", form, FORMATS), clean_line(why, "why", LONGEST_TITLE)
    text = text_of(file, "file")
    with _record(settings) as db:
        try:
            before: LookedUp | None = PeopleNow(db).current()
        except NoPeople:
            before = None
        findings = Findings(str(file))
        if form == "yaml":
            after = read_directory(text, str(file))
            if keeps_others and before is not None:
                after = _kept(before, after, findings)
        elif before is None:
            raise NotDone(
                f"{IN_STORE} is empty, and {form} says neither teams nor who operates Escalon: "
                "take in a directory with --format yaml first",
                "no_people",
            )
        else:
            after = merged(before.held(), text, form, role, findings, keeps_others=keeps_others)
        author = Author(_author(before or after, person, now), DOOR, reason)
        done = take_in(settings, db, before, after, author, now, is_check=is_check)
    _say(done, [str(each) for each in findings.in_order()], is_check=is_check, as_json=as_json)
    if done.is_made and settings.people_in != "store" and not as_json:
        note("it counts once ESCALON_PEOPLE_IN=store is set for every process of this installation")


def set_from(
    person: str, given: Sequence[str], who: str, why: str, *, is_new: bool, is_check: bool, as_json: bool
) -> None:
    """Change fields of somebody, or add somebody; raises WrongInput, PolicyErrors, NotDone."""
    fields = _fields(given)

    def make(directory: LookedUp) -> Alteration:
        if is_new and directory.has(person):
            raise WrongInput(f"person: there is a '{person}' already; allowed: somebody new, or without --new")
        known = None if is_new else _known(directory, person)
        return _altered(directory, known, person, fields)

    _change(make, who, why, is_check=is_check, as_json=as_json)


def absent_from(
    person: str, begins: str, until: str, deputy: str, remark: str, who: str, why: str, *,
    is_back: bool, is_check: bool, as_json: bool,
) -> None:  # fmt: skip
    """Note an absence, or that somebody is back; raises WrongInput, PolicyErrors, NotDone."""
    now = datetime.now(UTC)
    if is_back and (begins or until or deputy or remark):
        raise WrongInput("back: is given with a new absence; allowed: one of the two")

    def make(directory: LookedUp) -> Alteration:
        known = _known(directory, person)
        if is_back:
            return _people(directory, _back(known, now))
        new = {"from": begins or now.isoformat(timespec="seconds").replace("+00:00", "Z")}
        new |= {name: each for name, each in (("until", until), ("deputy", deputy), ("why", remark)) if each}
        return _altered(directory, known, person, {"absences": [*known.absences, new]})

    _change(make, who, why, is_check=is_check, as_json=as_json)


def leave_from(person: str, at: str, who: str, why: str, *, is_check: bool, as_json: bool) -> None:
    """Note that somebody leaves; raises WrongInput, PolicyErrors, NotDone."""
    left_at = at or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def make(directory: LookedUp) -> Alteration:
        return _altered(directory, _known(directory, person), person, {"left_at": left_at})

    _change(make, who, why, is_check=is_check, as_json=as_json)


def remove_from(person: str, who: str, why: str, *, is_check: bool, as_json: bool) -> None:
    """Take somebody out of the directory; raises WrongInput, PolicyErrors, NotDone."""

    def make(directory: LookedUp) -> Alteration:
        _known(directory, person)
        return Alteration.trusted(people={person: None})

    _change(make, who, why, is_check=is_check, as_json=as_json)


def team_from(
    name: str, lead: str, who: str, why: str, *, is_removed: bool, is_operator: bool, is_check: bool, as_json: bool
) -> None:
    """Set a team with its duty lead, remove one, or set who operates Escalon; raises WrongInput, NotDone."""

    def make(directory: LookedUp) -> Alteration:
        if is_operator:
            return Alteration.trusted(operator=None if directory.operator == lead else lead)
        known = directory.team(name) if directory.has_team(name) else None
        if is_removed and known is None:
            raise unknown("team", name, (team.name for team in directory.teams))
        made = None if is_removed else Team(name=name, duty_lead=lead)
        return Alteration.trusted(teams={} if known == made else {name: made})

    _change(make, who, why, is_check=is_check, as_json=as_json)


def history_from(person: str, count: int, *, as_json: bool) -> None:
    """The latest changes, of all or of one person; raises NotDone."""
    with open_record(settings_now()) as db:
        found = people_changes.changes(db, count, person)
        whom = {each.number: people_changes.touched(db, each.number, _MOST_NAMED + 1) for each in found}
    if as_json:
        say_json([each.model_dump(mode="json") for each in found])
        return
    if not found:
        note(f"nothing was changed in {IN_STORE} yet" if not person else f"nothing was changed of {person}")
        return
    reader = Reader(datetime.now(UTC), machine_zone())
    made = table("change", "when", ("by", {"style": "cyan"}), "through", "what", ("why", {"overflow": "fold"}))
    for each in found:
        named = [name if kind == "person" else f"{kind} {name}" for kind, name in whom[each.number]]
        more = f" and {each.size - _MOST_NAMED} more" if each.size > _MOST_NAMED else ""
        erased = f"erased by {each.erased_by}: {each.erased_why}" if each.erased_at else ""
        what = ", ".join(named[:_MOST_NAMED]) + more
        made.add_row(str(each.number), reader.clock(each.at), each.by, each.door, what, Text(each.why or erased))
    console().print(made)


def _change(make: Alter, who: str, why: str, *, is_check: bool, as_json: bool) -> None:
    settings, now = settings_now(), datetime.now(UTC)
    reason = clean_line(why, "why", LONGEST_TITLE)
    db = lasting_record(settings)
    people = PeopleNow(db)
    try:
        author = Author(_author(people.current(), who, now), DOOR, reason)
    except NoPeople as error:
        raise NotDone(f"{error}: `escalon people import --store` takes people in", "no_people") from None
    done = change_people(settings, people, db, make, author, now, is_check=is_check)
    _say(done, [], is_check=is_check, as_json=as_json)
    if done.is_made and settings.people_in != "store" and not as_json:
        note("this installation reads its directory from a file: ESCALON_PEOPLE_IN is not store")


def _author(directory: Directory, person: str, now: datetime) -> str:
    """Who makes the change, and stays on record. Raises WrongInput."""
    if not person:
        raise WrongInput("as: is missing; say who you are with --as or ESCALON_AS, as it stays who changed it")
    if not directory.has(person):
        raise unknown("as", person, directory.ids())
    if directory.person(person).is_gone(now):
        raise WrongInput(f"as: '{person}' has left; allowed: somebody who is still there", "has_left")
    return person


def _known(directory: Directory, person: str) -> Person:
    if not directory.has(person):
        raise unknown("person", person, directory.ids())
    return directory.person(person)


def _altered(directory: LookedUp, known: Person | None, person: str, fields: Mapping[str, object]) -> Alteration:
    findings = Findings(IN_STORE)
    made = altered(known, person, fields, findings)
    if made is None:
        raise PolicyErrors(findings.in_order())
    return _people(directory, made)


def _people(directory: LookedUp, person: Person) -> Alteration:
    is_same = directory.has(person.id) and directory.person(person.id) == person
    return Alteration.trusted(people={} if is_same else {person.id: person})


def _back(person: Person, now: datetime) -> Person:
    """The same without the absence that is under way: it ends now."""
    if person.absence_at(now) is None:
        raise NotDone(f"{person.id} is not away", "not_away")
    until: Moment = now.replace(microsecond=0)
    lasting: list[Absence] = []
    for each in person.absences:
        if not each.covers(now, person.zone):
            lasting.append(each)
        elif each.begins_at(person.zone) < until:
            lasting.append(each.changed({"until": until}))
    return person.changed({"absences": tuple(lasting)})


def _kept(before: LookedUp, after: Directory, findings: Findings) -> Directory:
    """The new directory with everybody and every team of the old one that it does not speak of."""
    from escalation.policy.lint_directory import lint_directory

    people = [each for each in before.people if not after.has(each.id)]
    teams = [each for each in before.teams if not after.has_team(each.name)]
    made = Directory.trusted(operator=after.operator, people=(*after.people, *people), teams=(*after.teams, *teams))
    lint_directory(made, findings)
    if findings.found:
        raise PolicyErrors(findings.in_order())
    return made


def _fields(given: Sequence[str]) -> dict[str, object]:
    """What was given as NAME=VALUE: a value as a directory's file has it, `addresses.sms=…` for one of several."""
    if not given:
        raise WrongInput(f"field: is missing; allowed: NAME=VALUE with NAME one of {', '.join(FIELDS)}")
    fields: dict[str, object] = {}
    for each in given:
        name, is_given, value = each.partition("=")
        if not is_given:
            raise WrongInput(f"field: '{each}' is not NAME=VALUE; allowed: such as zone=Europe/Dublin")
        whole, _, part = name.strip().partition(".")
        plain = _value(value.strip(), name)
        if part:
            parts = fields.setdefault(whole, {})
            if not isinstance(parts, dict):
                raise WrongInput(f"field: {whole} is given as a whole and in parts; allowed: one of the two")
            parts[part] = plain
        else:
            fields[whole] = plain
    return fields


def _value(text: str, name: str) -> object:
    """A value as YAML has it, on one line; nothing at all takes the field away."""
    from escalation.policy.located import Mapping as Fields
    from escalation.policy.located import Node, Scalar
    from escalation.policy.read_yaml import parse_yaml

    if not text:
        return None
    if text[0] not in "[{":
        return None if text.lower() == "null" else text
    findings = Findings(f"field {name}")
    node = parse_yaml(f"value: {text}\n", findings)
    if node is None or not isinstance(node, Fields):
        raise PolicyErrors(findings.in_order())

    def plain(each: Node) -> object:
        if isinstance(each, Scalar):
            if each.is_null or each.is_text:
                return None if each.is_null else each.text
            is_number = each.text.replace(".", "", 1).isascii() and each.text.replace(".", "", 1).isdigit()
            return Decimal(each.text) if is_number else each.text
        if isinstance(each, Fields):
            return {key: plain(inner) for key, inner in each.entries.items()}
        return [plain(inner) for inner in each.items]

    return plain(node.entries["value"])


def _say(done: Changed, notes: Sequence[str], *, is_check: bool, as_json: bool) -> None:
    told = [*notes, *done.warnings]
    if as_json:
        number = done.number if done.is_made else None
        say_json({**changes_json(done.found), "notes": told, "change": number, "is_made": done.is_made})
        return
    for each in told:
        note(each)
    show_changes(done.found)
    if done.is_made:
        console().print(Text.assemble(("✓ ", "bold green"), f"change {done.number} of {IN_STORE} is made"))
    elif is_check and done.found:
        note("only checked: nothing is changed")


@contextmanager
def _record(settings: Settings) -> Iterator[Database]:
    """The record, made and migrated where it is not there yet: people are taken in before anything runs."""
    from records.database import open_database

    db = open_database(settings.record, settings.text_key.get_secret_value())
    try:
        migrate(db)
        yield db
    finally:
        db.close()
