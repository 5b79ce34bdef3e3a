"""Which trigger an issue matches, and why: decided once, at the door, and pinned into the issue.

Triggers are tried in the policy's order; the first that holds is the match. One that fails on the issue counts as
held: better an issue too many on the ladder than one forgotten. What comes out is in `matched.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from escalation.policy.conditions import ISSUE_FIELDS, BadCondition, compile_condition, holds
from escalation.policy.finding import listed, nearest
from escalation.policy.matched import Match, NoMatch, Tried
from escalation.policy.model import Policy, Trigger

IssueFields = Mapping[str, object]


def issue_fields(  # noqa: PLR0913 - one argument for each field that a condition may use
    *,
    kind: str,
    source: str,
    received_at: datetime,
    opened_at: datetime,
    severity: str | None = None,
    title: str = "",
    text: str = "",
    labels: Mapping[str, str] | None = None,
    harm: Iterable[str] = (),
    org: str = "main",
    legal_entity: str = "main",
    team: str = "main",
    issue_class: str = "normal",
    raised_by_machine: bool = False,
    raiser_role: str = "",
    contacts: int = 1,
    reopened: int = 0,
    deadlines: Iterable[datetime] = (),
) -> IssueFields:
    """The fields of `issue` as conditions see them. Instants must be aware; raises ValueError."""
    return {
        "kind": kind,
        "severity": severity or "",
        "source": source,
        "title": _encodable(title),
        "text": _encodable(text),
        "labels": {_encodable(name): _encodable(value) for name, value in (labels or {}).items()},
        "harm": list(harm),
        "org": org,
        "legal_entity": legal_entity,
        "team": team,
        "class": issue_class,
        "raised_by_machine": raised_by_machine,
        "raiser_role": raiser_role,
        "contacts": contacts,
        "reopened": reopened,
        "received_at": _aware("received_at", received_at),
        "opened_at": _aware("opened_at", opened_at),
        "deadlines": [_aware("deadlines", deadline) for deadline in deadlines],
    }


def match(policy: Policy, fields: IssueFields) -> Match | NoMatch:
    """The policy's first trigger that holds for the issue, with everything that was tried before it.

    Raises ValueError where the given severity is not the policy's, or a field is missing.
    """
    missing = [each.name for each in ISSUE_FIELDS if each.name not in fields]
    if missing:
        raise ValueError(f"fields of the issue are missing: {listed(missing)}; issue_fields() makes them all")
    severity = _given_severity(policy, str(fields["severity"]))
    data = {f"issue.{name}": value for name, value in fields.items()}
    tried: list[Tried] = []
    for trigger in policy.triggers:
        tried.append(_try(trigger, data))
        if tried[-1].held != "no":
            return _matched(policy, trigger, tried, severity, is_machine=bool(fields["raised_by_machine"]))
    words = [each.words for each in tried]
    words.append(f"No trigger of {policy.name} holds, so the issue does not enter its ladder.")
    return NoMatch(policy=policy.name, tried=tuple(tried), words="\n".join(words))


def _try(trigger: Trigger, data: dict[str, object]) -> Tried:
    try:
        held = holds(compile_condition(trigger.when), data)
    except BadCondition as failure:
        words = f"'{trigger.name}': the rule failed ({failure}), so the issue is escalated to be safe."
        return Tried(trigger=trigger.name, held="failed", words=words)
    if held:
        return Tried(trigger=trigger.name, held="yes", words=f"'{trigger.name}' holds: {trigger.why}")
    return Tried(trigger=trigger.name, held="no", words=f"'{trigger.name}' does not hold.")


def _matched(policy: Policy, trigger: Trigger, tried: list[Tried], given: str | None, *, is_machine: bool) -> Match:
    severity, severity_words = _severity(policy, trigger, given)
    entry = policy.entry.machine if is_machine else policy.entry.person
    enter_at = trigger.enter_at or entry[severity]
    by = "a machine" if is_machine else "a person"
    because = "as the trigger says" if trigger.enter_at else f"where {severity} raised by {by} enters"
    words = [
        *(each.words for each in tried),
        severity_words,
        f"It enters {policy.name} at {policy.tier(enter_at).title}, {because}.",
    ]
    return Match(
        policy=policy.name,
        trigger=trigger.name,
        why=trigger.why,
        severity=severity,
        enter_at=enter_at,
        tried=tuple(tried),
        words="\n".join(words),
    )


def _severity(policy: Policy, trigger: Trigger, given: str | None) -> tuple[str, str]:
    """The worse of the given and the demanded one, and why; where there is neither, the usual, else the worst one."""
    order = [severity.name for severity in policy.severities]
    demanded, usual = trigger.severity, trigger.usual_severity
    if given is None and demanded is None and usual is not None:
        return usual, f"No severity was given: {usual}, as is usual for the trigger."
    if given is None and demanded is None:
        return order[0], f"No severity was given and the trigger demands none: taken as {order[0]}, to be safe."
    if given is None or demanded is None:
        return (
            (given, f"Severity {given}, as given.")
            if given
            else (demanded or "", f"Severity {demanded}, as the trigger demands.")
        )
    worse = min(given, demanded, key=order.index)
    if given == demanded:
        return worse, f"Severity {worse}, as given and as the trigger demands."
    return worse, f"Severity {worse}: the worse of {given} as given and {demanded} as the trigger demands."


def _given_severity(policy: Policy, given: str) -> str | None:
    names = [severity.name for severity in policy.severities]
    if not given:
        return None
    if given not in names:
        meant = nearest(given, names)
        hint = f"; did you mean '{meant}'?" if meant else ""
        raise ValueError(f"severity: '{given}' is not one of policy {policy.name}; allowed: {listed(names)}{hint}")
    return given


def _aware(name: str, instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{name}: {instant.isoformat()} has no time zone; allowed: an instant with its zone")
    return instant.astimezone(UTC)


def _encodable(text: str) -> str:
    """Text without what UTF-8 cannot hold (half surrogates from broken JSON), on which every condition would fail."""
    return text.encode(errors="replace").decode()
