"""Lists of issues from the record: filters read strictly, names checked against policies and people."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from client.settings import Settings
from escalation.issue.effects import Snapshot
from escalation.issue.state import Status
from escalation.policy.finding import PolicyErrors
from escalation.policy.model import Kind
from records import reading
from records.database import Database
from records.filters import ListFilters, read_filters
from starter.failure import WrongInput, one_of, unknown
from starter.installation import Installed, installed, open_record, people_names, settings_now
from starter.reader import Reader, machine_zone
from starter.showing import console, note, say_json
from starter.views.rows import rows_view

_PEOPLE = ("asked", "handler", "owner", "raiser", "person")
_CONCERNS = ("harm_flags", "audience", "about", "parties")
GRACE = timedelta(seconds=5)
"""So late something must be to count as overdue here: the record follows the issue by moments."""


def list_from(given: Mapping[str, Any], limit: int, person: str, *, is_overdue: bool, as_json: bool) -> None:
    """Show the issues for which everything that is given holds; raises WrongInput, NotDone."""
    settings, now = settings_now(), datetime.now(UTC)
    reader = reader_for(settings, person, now)
    with open_record(settings) as db:
        filters = filters_from(given, settings, db, now - GRACE if is_overdue else None)
        rows = reading.list_issues(db, filters, limit)
    if as_json:
        say_json([row.model_dump(mode="json", exclude=hidden_from(person, row)) for row in rows])
        return
    if not rows:
        note("no issue" + (" for which all of that holds" if filters != ListFilters() else " yet: see `escalon open`"))
        return
    out = console()
    out.print(rows_view(rows, reader, out.width))
    if len(rows) == limit:
        note(f"these are the latest {limit}; there may be more: --limit")


def hidden_from(person: str, row: Snapshot) -> set[str]:
    """The fields of the row that are not shown to this person: whom it concerns, unless they have to do with it."""
    if person and person in row.about:
        return set(_CONCERNS)
    involved = {*row.asked, *row.audience, row.handler, row.owner, row.raiser}
    return set() if row.issue_class == "normal" or (person and person in involved) else set(_CONCERNS)


def reader_for(settings: Settings, person: str, now: datetime) -> Reader:
    """The reader who is named, or whoever sits at this machine; raises WrongInput for an unknown name."""
    if not person:
        return Reader(now, machine_zone(), people_names(settings))
    here = installed(settings)
    return Reader(now, here.person(person, "--as").zone, here.names)


def filters_from(
    given: Mapping[str, Any],
    settings: Settings,
    db: Database,
    overdue_at: datetime | None = None,
    here: Installed | None = None,
) -> ListFilters:
    """Filters from what was typed, where nothing counts as absent. A name that nobody knows is an error.

    `here`: what is installed; None: it is read now.
    """
    wanted = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if value}
    for name, allowed in (("status", get_args(Status)), ("kind", get_args(Kind))):
        for each in wanted.get(name, ()):
            one_of(name, each, allowed)
    here = here or _installed(settings)
    if here is not None:
        _check_names(wanted, here, db)
    try:
        filters = read_filters({**wanted, **({"overdue_at": overdue_at} if overdue_at else {})})
    except ValueError as error:
        raise WrongInput(str(error)) from None
    if here is not None:
        _check_places(wanted, here, db)
    return filters


def _installed(settings: Settings) -> Installed | None:
    try:
        return installed(settings)
    except (PolicyErrors, WrongInput) as error:
        # The record is there to be read, whatever somebody has just written into a file.
        note(f"names are not checked: {next(iter(str(error).splitlines()), '')}")
        return None


def _check_names(wanted: Mapping[str, Any], here: Installed, db: Database) -> None:
    """Names are those of policies and people as they are now, and those on record, which may be older."""
    tiers = [tier.name for policy in here.policies for tier in policy.tiers]
    severities = [severity.name for policy in here.policies for severity in policy.severities]
    for name, known in (("tier", tiers), ("severity", severities)):
        for each in wanted.get(name, ()):
            if each not in known and not _is_on_record(db, name, (each,)):
                raise unknown(name, each, known)
    policies = [policy.name for policy in here.policies]
    if "policy" in wanted and wanted["policy"] not in policies and not _is_on_record(db, "policy", wanted["policy"]):
        raise unknown("policy", wanted["policy"], policies)
    for name in _PEOPLE:
        if name in wanted and not here.directory.has(wanted[name]) and not _is_on_record(db, name, wanted[name]):
            raise unknown(name, wanted[name], here.directory.ids())


def _check_places(wanted: Mapping[str, Any], here: Installed, db: Database) -> None:
    """Teams are those of the directory, legal entities those of the policies; sources are whatever came in."""
    teams = [team.name for team in here.directory.teams]
    entities = [policy.legal_entity for policy in here.policies]
    for name, option, known in (("team", "team", teams), ("legal_entity", "entity", entities)):
        if name in wanted and wanted[name] not in known and not _is_on_record(db, name, wanted[name]):
            raise unknown(option, wanted[name], known)


def _is_on_record(db: Database, name: str, value: object) -> bool:
    return bool(reading.list_issues(db, read_filters({name: value}), limit=1))
