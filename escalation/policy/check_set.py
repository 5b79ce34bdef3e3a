"""All policies and the directory of one installation, read and checked together: texts in, everything wrong out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from escalation.oncall.read_rotas import RotaTexts, check_rotas
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, PolicyError, PolicyErrors
from escalation.policy.lint import lint_policy
from escalation.policy.lint_leavers import lint_leavers
from escalation.policy.lint_set import lint_set
from escalation.policy.model import Policy
from escalation.policy.parse import parse_policy
from escalation.policy.pin_calendars import CalendarFile
from escalation.policy.read_directory import parse_directory


@dataclass(frozen=True)
class CheckedSet:
    """What could be read, and everything that was found. Fit for use when `errors` is empty."""

    policies: tuple[Policy, ...]
    directory: Directory | None
    findings: tuple[PolicyError, ...]
    rotas: Rotas | None = NO_ROTAS
    """None where they have errors, or the directory has."""

    @property
    def errors(self) -> tuple[PolicyError, ...]:
        """The findings for which the set is refused."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def warnings(self) -> tuple[PolicyError, ...]:
        """The findings that are told and nothing more."""
        return tuple(finding for finding in self.findings if finding.level == "warning")


def check_set(
    policies: Mapping[str, str],
    people: tuple[str, str] | None,
    at: datetime | None = None,
    rotas: RotaTexts | None = None,
    read_people: Callable[[str, Findings], Directory | None] = parse_directory,
    calendars: CalendarFile | None = None,
) -> CheckedSet:
    """Check policies (text by file name) with directory (file name and text) and rotas: each finding has its line.

    With `at` (aware) also what only the clock can say: who has left by then, or leaves soon after, and is needed; the
    gaps of rotas in the four weeks from then on. Without `rotas` there are none. `read_people` reads the directory.
    """
    found: list[PolicyError] = []
    directory = None
    if people is not None:
        of_people = Findings(people[0])
        directory = read_people(people[1], of_people)
        if directory is not None and at is not None:
            lint_leavers(directory, at, of_people)
        found.extend(of_people.in_order())
    on_duty: Rotas | None = NO_ROTAS
    if rotas is not None:
        on_duty = None
        if directory is not None:
            on_duty, of_rotas = check_rotas(rotas, directory, at)
            found.extend(of_rotas)
    # `calendars` are pinned into the policies that name one, and looked at only then.
    read: list[Policy] = []
    places: dict[str, Findings] = {}
    for file, text in policies.items():
        findings = Findings(file)
        policy = parse_policy(text, findings, calendars)
        if policy is not None:
            lint_policy(policy, findings)
            read.append(policy)
            places.setdefault(policy.name, findings)
        found.extend(findings.in_order())
    if calendars is not None and any(policy.calendar_names for policy in read):
        found.extend(calendars.read[1])
    found.extend(lint_set(read, directory, places, at, on_duty))
    return CheckedSet(tuple(read), directory, tuple(found), on_duty)


def read_set(
    policies: Mapping[str, str],
    people: tuple[str, str],
    rotas: RotaTexts | None = None,
    calendars: CalendarFile | None = None,
    read_people: Callable[[str, Findings], Directory | None] = parse_directory,
) -> tuple[tuple[Policy, ...], Directory]:
    """The policies and the directory, fit for use; raises PolicyErrors with everything that is wrong in any of them.

    The `rotas` are checked with them: a policy may tell one. Without, there are none; nor are there calendars.
    """
    checked = check_set(policies, people, rotas=rotas, read_people=read_people, calendars=calendars)
    if checked.errors or checked.directory is None:
        raise PolicyErrors(checked.errors)
    return checked.policies, checked.directory
