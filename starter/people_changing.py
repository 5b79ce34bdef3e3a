"""Changing the directory in the record: checked with all that hangs on it, journaled, made whole or not at all.

For command line and HTTP alike. What a change would break is refused as `escalon people check` and `policy check` say
it; what was wrong before, as where somebody has left meanwhile, stands in the way of no other change.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from client.settings import Settings
from escalation.people.changes import PersonChange, changes_of
from escalation.people.neighbourhood import neighbourhood
from escalation.policy.check_set import check_set
from escalation.policy.directory import Directory, Person
from escalation.policy.finding import Findings, PolicyError, PolicyErrors
from escalation.policy.lint_directory import lint_directory
from escalation.policy.lint_leavers import lint_behind, lint_offices, lint_told_leavers
from escalation.policy.looked_up import Altered, LookedUp
from records.database import Database
from records.people_changes import Alteration, Overtaken, between, write
from records.people_pages import NoPeople, PeopleNow
from starter.failure import NotDone
from starter.installation import calendars_of, policy_texts, rota_texts
from starter.people_source import IN_STORE

_TRIES = 50
"""So often a change is made anew where others come in between. Ours: each of them was made meanwhile."""
_SEEN_BY_POLICIES = ("role", "teams", "skills", "limit", "left_at")


@dataclass(frozen=True)
class Author:
    """Who changes the directory, through which door, and why."""

    person: str
    door: str
    why: str = ""


@dataclass(frozen=True)
class Changed:
    """What came of it."""

    number: int
    """The latest change by now: this one, unless nothing changed or it was only checked."""
    found: tuple[PersonChange, ...]
    warnings: tuple[str, ...]
    is_made: bool


Make = Callable[[LookedUp], Alteration]
"""What is to change, given the directory as it is. Raises Failed, PolicyErrors."""


def change_people(
    settings: Settings, now_in: PeopleNow, db: Database, make: Make, author: Author, at: datetime,
    *, is_check: bool = False,
) -> Changed:  # fmt: skip
    """Make the change, or say what it would be. Raises PolicyErrors, what `make` raises, NotDone, RecordBusy.

    `make` is asked again where somebody else has changed the directory meanwhile: two at once lose nothing.
    """
    for _ in range(_TRIES):
        try:
            before = now_in.current()
        except NoPeople as error:
            raise NotDone(f"{error}: `escalon people import --store` takes people in", "no_people") from None
        made, number = make(before), before.pages.number
        found = changes_of(before, made.people)
        if made.is_empty:
            return Changed(number, (), (), is_made=False)
        warnings = _check(settings, before, made, at)
        if is_check:
            return Changed(number, found, warnings, is_made=False)
        try:
            number = write(db, number, made, at=at, by=author.person, door=author.door, why=author.why)
        except Overtaken:
            continue
        return Changed(number, found, warnings, is_made=True)
    raise NotDone("others change the directory all the time: nothing was changed, try again", "overtaken")


def take_in(
    settings: Settings, db: Database, before: LookedUp | None, after: Directory, author: Author, at: datetime,
    *, is_check: bool = False,
) -> Changed:  # fmt: skip
    """Put a whole directory, which is fit for use by itself, in place of `before`. Raises PolicyErrors, NotDone.

    Refused where the directory was changed since `before` was read.
    """
    number = 0 if before is None else before.pages.number
    was = None if before is None else before.held()
    made = between(was, after)
    if made.is_empty:
        return Changed(number, (), (), is_made=False)
    found = changes_of(was, made.people)
    known = [] if was is None else _of_policies(settings, was, at)
    _refuse(_of_policies(settings, after, at), known, after)
    if is_check:
        return Changed(number, found, (), is_made=False)
    try:
        number = write(db, number, made, at=at, by=author.person, door=author.door, why=author.why)
    except Overtaken:
        raise NotDone("the directory was changed meanwhile: nothing is taken in; look again", "overtaken") from None
    return Changed(number, found, (), is_made=True)


def _check(settings: Settings, before: LookedUp, made: Alteration, at: datetime) -> tuple[str, ...]:
    """The warnings; raises PolicyErrors with every error that the change would make."""
    after = LookedUp.over(Altered(before.pages, made.people, made.teams, made.operator))
    if any(team is None for team in made.teams.values()):
        now, then = before.held(), after.held()  # who was in it is known by no index
    else:
        now = neighbourhood(None, before, made.people, made.teams)
        then = neighbourhood(before, after, made.people, made.teams)
    was, is_now = _of_people(now, at), _of_people(then, at)
    if any(_matters_to_policies(before, name, person) for name, person in made.people.items()):
        was += _of_policies(settings, before, at)
        is_now += _of_policies(settings, after, at)
    _refuse(is_now, was, after)
    old = {_said(each) for each in was}
    return tuple(dict.fromkeys(str(each) for each in is_now if each.level == "warning" and _said(each) not in old))


def _refuse(is_now: Sequence[PolicyError], was: Sequence[PolicyError], directory: Directory) -> None:
    old = {_said(each) for each in was}
    errors = [each for each in is_now if each.level == "error" and _said(each) not in old]
    if errors:
        raise PolicyErrors(dict.fromkeys(_with_all_names(each, directory) for each in errors))


def _with_all_names(error: PolicyError, directory: Directory) -> PolicyError:
    """The same with what is allowed among all, where it was looked for among the few that are checked."""
    known = _NAMES.get(error.problem)
    if known is None or error.value is None:
        return error
    findings = Findings(error.file)
    findings.unknown(error.field, error.value, error.problem, known(directory))
    return findings.found[0]


_NAMES: dict[str, Callable[[Directory], Iterable[str]]] = {
    "is not in people": lambda directory: directory.ids(),
    "is not in teams": lambda directory: (team.name for team in directory.teams),
}


def _said(finding: PolicyError) -> tuple[str, str, str | None, str]:
    return finding.file, finding.field, finding.value, finding.problem


def _of_people(directory: Directory, at: datetime) -> list[PolicyError]:
    findings = Findings(IN_STORE)
    lint_directory(directory, findings)
    if not findings.found:
        lint_offices(directory, at, findings)
        for person in directory.people:
            lint_behind(person, directory, at, findings)
    return list(findings.in_order())


def _matters_to_policies(before: Directory, name: str, after: Person | None) -> bool:
    was = before.person(name) if before.has(name) else None
    if was is None or after is None:
        return was is not None
    return any(getattr(was, field) != getattr(after, field) for field in _SEEN_BY_POLICIES)


def _of_policies(settings: Settings, directory: Directory, at: datetime) -> list[PolicyError]:
    """What is wrong between the directory and policies and rotas, with who has left by then; raises WrongInput."""
    checked = check_set(
        policy_texts(settings),
        (IN_STORE, ""),
        rotas=rota_texts(settings),
        read_people=lambda _text, _findings: directory,
        calendars=calendars_of(settings),
    )
    found = list(checked.findings)
    for policy in checked.policies:
        findings = Findings(policy.name)
        lint_told_leavers(policy, directory, at, findings)
        found += findings.in_order()
    return found
