"""Sources' text (`heartbeats.yaml`) in, sources or errors with lines out. Not read in a workflow."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from escalation import duration
from escalation.calendar.working_hours import WorkingHours
from escalation.heartbeat.source import SHORTEST, Source, Sources, Watched
from escalation.heartbeat.watching import Report, Silence
from escalation.intake.silence import reported_silence
from escalation.policy.choose import choose_policy, policy_named
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, PolicyError, PolicyErrors
from escalation.policy.match import issue_fields, match
from escalation.policy.matched import NoMatch
from escalation.policy.model import Policy
from escalation.policy.pin_calendars import CalendarFile
from escalation.policy.read_value import Failed, ValueReader
from escalation.policy.read_yaml import parse_yaml

KIND = "technical"
"""The kind of what sources raise, unless a policy is named."""
LONGEST = timedelta(days=400)
"""The longest `every`, and the longest `grace`. Ours: beyond it nobody would know any more what was to come."""


def read_sources(
    text: str,
    file: str,
    policies: Sequence[Policy],
    directory: Directory,
    calendars: CalendarFile | None,
    at: datetime,
) -> tuple[Watched, ...]:
    """The sources in this YAML text; raises PolicyErrors with everything that is wrong in it. `at` (aware): now."""
    found, findings = check_sources(text, file, policies, directory, calendars, at)
    if findings:
        raise PolicyErrors(findings)
    return found


def check_sources(
    text: str,
    file: str,
    policies: Sequence[Policy],
    directory: Directory | None,
    calendars: CalendarFile | None,
    at: datetime,
) -> tuple[tuple[Watched, ...], tuple[PolicyError, ...]]:
    """The sources, and everything that is wrong in them. Without a directory, teams are not looked at."""
    findings = Findings(file)
    read = _written(text, findings)
    if read is None:
        return (), findings.in_order()
    watched = tuple(_pinned(source, calendars, findings) for source in read.heartbeats)
    for each in watched:
        here = f"heartbeats.{each.source.name}"
        _times(each.source, here, findings)
        if directory is not None and each.source.team not in (teams := [team.name for team in directory.teams]):
            findings.unknown(f"{here}.team", each.source.team, "is not a team of the directory", teams)
        _enters(each, here, policies, at, findings)
    return watched, findings.in_order()


def names_nobody(text: str) -> bool:
    """Whether it can be read and has no source in it: then nothing else is needed to know what to watch."""
    read = _written(text, Findings(""))
    return read is not None and not read.heartbeats


def ladder_of(source: Source, policies: Sequence[Policy]) -> Policy:
    """The policy that its issues enter; raises ValueError."""
    return policy_named(policies, source.policy) if source.policy else choose_policy(policies, "main", KIND)


def _written(text: str, findings: Findings) -> Sources | None:
    node = parse_yaml(text, findings)
    if node is None:
        return None
    read = ValueReader(findings, keyed={Source: "name"}, wordy=frozenset()).model(Sources, node, "")
    return None if isinstance(read, Failed) else read


def _pinned(source: Source, calendars: CalendarFile | None, findings: Findings) -> Watched:
    if source.hours is None:
        return Watched(source=source)
    known: dict[str, WorkingHours] = calendars.read[0] if calendars is not None else {}
    if source.hours not in known:
        field = f"heartbeats.{source.name}.hours"
        findings.unknown(field, source.hours, "is not a calendar that can be used", known)
    return Watched(source=source, calendar=known.get(source.hours))


def _times(source: Source, here: str, findings: Findings) -> None:
    if not SHORTEST <= source.every <= LONGEST:
        allowed = f"at least {duration.words(SHORTEST)} and at most {duration.words(LONGEST)}"
        findings.add(f"{here}.every", "is out of range", value=duration.words(source.every), allowed=allowed)
    if source.grace > LONGEST:
        allowed = f"at most {duration.words(LONGEST)}"
        findings.add(f"{here}.grace", "is out of range", value=duration.words(source.grace), allowed=allowed)


def _enters(watched: Watched, here: str, policies: Sequence[Policy], at: datetime, findings: Findings) -> None:
    """A silence of it would enter a ladder: else nobody would hear of it when it comes."""
    source = watched.source
    try:
        ladder = ladder_of(source, policies)
    except ValueError as error:
        findings.add(f"{here}.policy" if source.policy else here, str(error))
        return
    names = [severity.name for severity in ladder.severities]
    if source.severity is not None and source.severity not in names:
        problem = f"is not a severity of policy {ladder.name}"
        findings.unknown(f"{here}.severity", source.severity, problem, names)
        return
    silence = Silence(watched=watched, since_at=at, due_at=at)
    raised = reported_silence(Report(key="", said="silent", org="main", silence=silence, asked_at=at))
    fields = issue_fields(
        kind=ladder.kind,
        source=raised.source,
        received_at=at,
        opened_at=at,
        severity=source.severity,
        title=raised.title,
        text=raised.description,
        labels=raised.labels,
        legal_entity=ladder.legal_entity,
        team=source.team,
        raised_by_machine=True,
    )
    if isinstance(match(ladder, fields), NoMatch):
        problem = f"no trigger of policy {ladder.name} holds for it, so nobody would hear of its silence"
        findings.add(here, problem, allowed="labels or a severity for which one holds, or another policy")
