"""Rules of a policy about acts: which issues enter and why, who may send a command, how a resolved issue ends."""

import re
from collections.abc import Callable
from typing import Final

from escalation.calendar.limit import span_words
from escalation.issue.authority import LIKE
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.commands_of_asks import ASK_COMMANDS
from escalation.policy.conditions import LONGEST, BadCondition, compile_condition, unguarded_labels
from escalation.policy.finding import Findings, listed
from escalation.policy.lint_limits import Timed, never_shorter
from escalation.policy.model import Policy

Rule = Callable[[Policy, Findings], None]

COMMANDS: Final = ("open", *HUMAN_COMMANDS)
"""The commands that a policy gives to roles."""
_TOUCHES_EVERYTHING = re.compile(r"\s*true\s*")
_BY_PERSON = re.compile(r"\s*!\s*issue\.raised_by_machine\s*")
_BY_MACHINE = re.compile(r"\s*issue\.raised_by_machine\s*")


def triggers_are_sound(policy: Policy, findings: Findings) -> None:
    """Every trigger compiles, gives its reason and owner, and names a known severity and tier."""
    severities = [severity.name for severity in policy.severities]
    tiers = [tier.name for tier in policy.tiers]
    if not policy.triggers:
        findings.add("triggers", "is empty: no issue could enter", allowed="at least one trigger")
    for place, trigger in enumerate(policy.triggers):
        here = f"triggers[{place}]"
        if trigger.severity is not None and trigger.severity not in severities:
            findings.unknown(f"{here}.severity", trigger.severity, "is not a severity", severities)
        usual = trigger.usual_severity
        if usual is not None and usual not in severities:
            findings.unknown(f"{here}.usual_severity", usual, "is not a severity", severities)
        elif usual is not None and trigger.severity is not None:
            problem = f"has no effect: without one it is {trigger.severity}, as `severity` demands"
            findings.add(f"{here}.usual_severity", problem, value=usual, allowed="either severity or usual_severity")
        if trigger.enter_at is not None and trigger.enter_at not in tiers:
            findings.unknown(f"{here}.enter_at", trigger.enter_at, "is not a tier", tiers)
        _condition(trigger.when, f"{here}.when", findings)


def _condition(text: str, field: str, findings: Findings) -> None:
    try:
        compile_condition(text)
    except BadCondition as bad:
        allowed = f"a CEL condition over issue, at most {LONGEST} characters; see docs/policy.md"
        findings.add(field, str(bad), value=text, allowed=allowed, suggestion=bad.suggestion)
        return
    for label in unguarded_labels(text):
        asks = f"has(issue.labels.{label})" if label.isidentifier() else f'"{label}" in issue.labels'
        problem = f"reads label '{label}' without asking whether it is there, and would fail on every issue without it"
        findings.add(field, problem, allowed=f"{asks} && ...")


def nothing_falls_through(policy: Policy, findings: Findings) -> None:
    """Warns where an issue may match no trigger: the last ones should hold for whatever is left."""
    conditions = [trigger.when for trigger in policy.triggers]
    everything = any(_TOUCHES_EVERYTHING.fullmatch(condition) for condition in conditions)
    persons = any(_BY_PERSON.fullmatch(condition) for condition in conditions)
    machines = any(_BY_MACHINE.fullmatch(condition) for condition in conditions)
    if conditions and not everything and not (persons and machines):
        last = f"triggers[{len(conditions) - 1}]"
        problem = "is the last, and not every issue matches one: what matches none does not enter the ladder"
        allowed = "a last trigger `when: true`, or one for issue.raised_by_machine and one for !issue.raised_by_machine"
        findings.add(last, problem, allowed=allowed, is_warning=True)


def triggers_can_be_reached(policy: Policy, findings: Findings) -> None:
    """Warns of triggers after one that always holds."""
    for place, trigger in enumerate(policy.triggers[:-1]):
        if _TOUCHES_EVERYTHING.fullmatch(trigger.when):
            problem = f"is never tried: triggers[{place}] always holds"
            findings.add(f"triggers[{place + 1}]", problem, allowed="the catch-all last", is_warning=True)
            return


def roles_name_commands(policy: Policy, findings: Findings) -> None:
    """Every command that people send has its roles; nothing else has."""
    for field, named in (("roles", policy.roles), ("assurance", policy.assurance)):
        for command in named:
            if command not in COMMANDS:
                findings.unknown(f"{field}.{command}", command, "is not a command", COMMANDS)
    for command, roles in policy.roles.items():
        if command in COMMANDS and not roles:
            findings.add(f"roles.{command}", "is empty: nobody could do it", allowed="at least one role")
    needed = [command for command in COMMANDS if policy.puts_to_others or command not in ASK_COMMANDS]
    missing = [command for command in needed if command not in {*policy.roles, *LIKE}]
    if missing:
        findings.add("roles", f"says nothing of {listed(missing)}", allowed="roles for every command")


def endings_are_possible(policy: Policy, findings: Findings) -> None:
    """There is a reason to close; silence closes only where it may, and after it was asked for again."""
    closing = policy.closing
    if not closing.reasons:
        findings.add("closing.reasons", "is empty: no issue could ever close", allowed="at least one reason")
    has_silence = "silence" in closing.reasons
    if has_silence and policy.kind == "complaint":
        allowed = "any other reason: a complaint is never closed by silence"
        findings.add("closing.reasons", "may not close a complaint", value="silence", allowed=allowed)
    if closing.silence_after is not None:
        after = span_words(closing.silence_after)
        if not has_silence:
            problem = "closes for a reason that is not among closing.reasons"
            findings.add("closing.silence_after", problem, value=after, allowed="only with silence among the reasons")
        calendar = policy.pinned_calendars.get(closing.hours or "")
        if never_shorter(Timed(closing.remind_after, calendar), Timed(closing.silence_after, calendar)):
            problem = "closes before the resolution's confirmation was asked for again"
            findings.add(
                "closing.silence_after", problem, value=after, allowed=f"more than {span_words(closing.remind_after)}"
            )
    for place, reason in enumerate(closing.reasons):
        if reason in closing.reasons[:place]:
            findings.add(f"closing.reasons[{place}]", "is written twice", value=reason, allowed="once")


ACT_RULES: Final[tuple[Rule, ...]] = (
    triggers_are_sound,
    nothing_falls_through,
    triggers_can_be_reached,
    roles_name_commands,
    endings_are_possible,
)
