"""Policy text in, a pinned `Policy` or errors with lines out.

Read at the doors and by the checks, never in a workflow: workflows carry the models.
"""

import hashlib

from escalation.policy.desk import Desk
from escalation.policy.finding import Findings, PolicyError, PolicyErrors
from escalation.policy.lint import lint_policy
from escalation.policy.model import Agreement, Policy, Severity, Trigger
from escalation.policy.pin_calendars import CalendarFile, pin_calendars
from escalation.policy.read_value import Failed, ValueReader
from escalation.policy.read_yaml import parse_yaml
from escalation.value import Value


def read_policy(text: str, file: str, calendars: CalendarFile | None = None) -> Policy:
    """The policy in this YAML text, linted; raises PolicyErrors with everything that is wrong in it."""
    policy, findings = check_policy(text, file, calendars)
    if policy is None:
        raise PolicyErrors(finding for finding in findings if finding.level == "error")
    return policy


def check_policy(
    text: str, file: str, calendars: CalendarFile | None = None
) -> tuple[Policy | None, tuple[PolicyError, ...]]:
    """The policy, or None where it has errors, with all findings: errors and warnings."""
    findings = Findings(file)
    policy = parse_policy(text, findings, calendars)
    if policy is not None:
        lint_policy(policy, findings)
    has_errors = any(finding.level == "error" for finding in findings.found)
    return (None if has_errors else policy), findings.in_order()


def parse_policy(text: str, findings: Findings, calendars: CalendarFile | None = None) -> Policy | None:
    """The policy as it is written, before the rules across fields; None where a field cannot be read."""
    node = parse_yaml(text, findings)
    if node is None:
        return None
    keyed: dict[type[Value], str] = {Severity: "name", Agreement: "name", Desk: "name"}
    reader = ValueReader(findings, keyed=keyed, wordy=frozenset({Trigger}))
    policy = reader.model(Policy, node, "")
    if isinstance(policy, Failed):
        return None
    policy = policy.model_copy(update={"digest": hashlib.sha256(text.encode()).hexdigest()})
    return pin_calendars(policy, calendars, findings)
