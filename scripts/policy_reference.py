"""The generated parts of docs/policy.md: fields from the models, examples from what ships, rules from the lint.

`python -m scripts.policy_reference` writes them into the page; with `--check` it says whether they are up to date, by
its exit code: 0 yes, 1 no.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from client.policy_files import BESIDE
from escalation.calendar.limit import Limit
from escalation.duration import words
from escalation.issue import personal_rules as personal_rules_module
from escalation.issue.personal_rules import QuietHours
from escalation.policy import absence as absence_module
from escalation.policy import desk as desk_module
from escalation.policy import directory as directory_module
from escalation.policy import hand_over, lint_set, model, target, tell
from escalation.policy import own_rules as own_rules_module
from escalation.policy.absence import Absence, Moment
from escalation.policy.check_set import read_set
from escalation.policy.conditions import ISSUE_FIELDS
from escalation.policy.desk import Desk, DeskWarn
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.hand_over import HandOver
from escalation.policy.lint import POLICY_RULES
from escalation.policy.model import (
    Acknowledgement,
    Agreement,
    ChecklistItem,
    Closing,
    EntryTiers,
    Exhaustion,
    Holding,
    Policy,
    Severity,
    SeverityChange,
    Target,
    TargetWarn,
    Tell,
    Tier,
    Trigger,
    Warn,
)
from escalation.policy.own_rules import OwnRules, RuleStep
from escalation.policy.read_value import ALLOWED_NAME, NAMED_FIELDS, SET_ON_READING, allowed_words, bounds_of
from escalation.value import Value

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "policy.md"
_OF_POLICIES = (model, tell, target, hand_over, desk_module)
POLICY_MODELS: tuple[type[Value], ...] = (
    *(Policy, Severity, Tier, Tell, Warn, ChecklistItem, EntryTiers, Trigger),
    *(Acknowledgement, Exhaustion, Closing, Target, TargetWarn, Agreement, Holding, SeverityChange, HandOver),
    *(Desk, DeskWarn),
)
DIRECTORY_MODELS: tuple[type[Value], ...] = (Directory, Team, Person, Absence, OwnRules, RuleStep, QuietHours)
_OF_DIRECTORY = (directory_module, absence_module, own_rules_module, personal_rules_module)
WHERE_WRITTEN = {
    Policy: "the file itself",
    Severity: "`severities`, by name",
    Tier: "`tiers`, in order",
    Tell: "`tell` of a tier, `exhaustion.last_resort`",
    Warn: "`warnings` of a tier",
    ChecklistItem: "`checklist` of a tier",
    EntryTiers: "`entry`",
    Trigger: "`triggers`, in order",
    Acknowledgement: "`acknowledgement`",
    Exhaustion: "`exhaustion`",
    Closing: "`closing`",
    Target: "`targets`",
    TargetWarn: "`warnings` of a target",
    Agreement: "`agreements`, by name",
    Holding: "`hold`",
    SeverityChange: "`severity_change`",
    HandOver: "`hand_over`",
    Desk: "`desks`, by name",
    DeskWarn: "`warnings` of a desk",
    Directory: "the file itself",
    Team: "`teams`, by name",
    Person: "`people`, by id",
    Absence: "`absences` of a person",
    OwnRules: "`rules` of a person",
    RuleStep: "`urgent` and `ordinary` of `rules`, in order",
    QuietHours: "`quiet_hours` of a person",
}
EXAMPLES_BESIDE = {
    "Trigger.usual_severity": "S3",
    "Tier.remind_handler_every": "{ S1: 30 min, S2: 2 h }",
    "Acknowledgement.answer_within": "{ S1: 5 min }",
    "Policy.desks": "{ network: { title: the network team, tell: { roles: [engineer] }, done_within: { S1: 1 h } } }",
    "Policy.advice_within": "{ S1: 10 min, S2: 1 h }",
    "Desk.name": "network",
    "Desk.title": "the network department",
    "Desk.tell": "{ roles: [network_engineer], team: network, choose: first }",
    "Desk.lead": "sample-lead-1",
    "Desk.take_within": "{ S1: 10 min, S2: 30 min }",
    "Desk.done_within": "{ S1: 1 h, S2: 8 h }",
    "Desk.answer_within": "{ S1: 15 min, S2: 2 h }",
    "Desk.hours": "{ S2: sample-support }",
    "Desk.warnings": "[{ at: 75 %, tell: [takers, lead] }]",
    "Desk.holds_as": "waiting_vendor",
    "DeskWarn.at": "75 %",
    "DeskWarn.tell": "[takers, lead]",
    "Policy.accept_within": "{ SEV1: 10 min, SEV2: 30 min }",
    "Policy.hand_over": "see there",
    "HandOver.before": "{ SEV1: 30 min, SEV2: 30 min }",
    "HandOver.accept_within": "{ SEV1: 15 min, SEV2: 20 min }",
    "Closing.hours": "sample-support",
    "HandOver.read_back": "required",
    "HandOver.tiers": "[on_call]",
    "HandOver.teams": "[platform]",
    "Tell.people": "[sample-senior]",
    "Tell.rotas": "[support-duty]",
    "Tell.team": "platform",
    "Tell.skills": "[refunds, databases]",
    "Tell.authority": "{ EUR: 500 }",
    "Tell.language": "preferred",
    "Tell.choose": "round_robin",
    "Tell.at_most": "2",
    "Tell.when_full": "wait",
    "Person.at_once": "3",
    "Tier.acknowledged_by": "2",
    "Tier.is_acknowledged_by_all": "true",
    "Tier.hours": "{ S3: sample-support, S4: sample-support }",
    "Tier.when_closed": "{ S3: skip }",
    "Tier.out_of_hours": "{ rotas: [support-duty] }",
    "SeverityChange.misses_targets": "true",
    "Policy.agreements": "{ gold: { customers: [customer-7], targets: [...] } }",
    "Agreement.name": "gold",
    "Agreement.title": "Gold customers",
    "Agreement.customers": "[customer-7, customer-12]",
    "Agreement.targets": "[{ name: resolution, within: { S1: 2 h } }]",
    "Agreement.without": "[first_answer]",
    "Target.kind": "ola",
    "Target.hours": "{ S3: sample-support, S4: sample-support }",
    "Target.warnings": "[{ at: 75 %, tell: [handler] }, { before: 1 h, tell: [owner] }]",
    "Target.starts": "acknowledged",
    "Target.ends": "first_response",
    "Target.tier": "team_lead",
    "Target.runs_when_answered": "true",
    "Target.begins_when_missed": "true",
    "Target.when_reopened": "goes_on",
    "SeverityChange.ends_targets": "true",
    "TargetWarn.at": "75 %",
    "TargetWarn.before": "1 h",
    "TargetWarn.tell": "[handler, owner]",
    "Policy.fit_ladder_to": "resolution",
    "Policy.assurance": "{ close: signed_link }",
    "Exhaustion.fallback": "four-tier-support",
    "Person.left_at": "2026-11-30",
    "Person.absences": "[{ from: 2026-12-21, until: 2027-01-02 }]",
    "Absence.from": "2026-12-21",
    "Absence.until": "2027-01-02T12:00+01:00",
    "Absence.why": "parental leave",
    "Absence.deputy": "sample-lead-2",
    "Severity.urgency": "ordinary",
    "Person.rules": "{ urgent: [{ channel: email }, { channel: sms, after: 5 min }] }",
    "Person.quiet_hours": '[{ from: "22:00", until: "07:00" }]',
    "OwnRules.urgent": "[{ channel: email }, { channel: sms, after: 5 min }]",
    "OwnRules.ordinary": "[{ channel: inbox }]",
    "RuleStep.channel": "sms",
    "RuleStep.after": "10 min",
    "RuleStep.repeat_every": "5 min",
    "RuleStep.times": "3",
    "QuietHours.from": '"22:00"',
    "QuietHours.until": '"07:00"',
    "QuietHours.days": "[mon, tue, wed, thu, fri]",
}
"""Examples of what no shipped policy needs."""


def main(arguments: list[str]) -> int:
    """Write the page's generated parts, or check them."""
    present = PAGE.read_text(encoding="utf-8")
    wanted = renewed(present)
    if "--check" in arguments:
        if present != wanted:
            print("docs/policy.md is out of date; run: python -m scripts.policy_reference")
        return int(present != wanted)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


def renewed(page: str) -> str:
    """The page with every generated part made anew, between its `<!-- generated: name -->` and `<!-- end -->`."""
    parts = {
        "fields": fields_part(POLICY_MODELS, *(module.__file__ for module in _OF_POLICIES)),
        "directory": fields_part(DIRECTORY_MODELS, *(module.__file__ for module in _OF_DIRECTORY)),
        "conditions": conditions_part(),
        "rules": rules_part(),
    }
    for name, text in parts.items():
        begin, end = f"<!-- generated: {name} -->\n", "<!-- end -->"
        before, _, rest = page.partition(begin)
        if not rest:
            raise SystemExit(f"docs/policy.md has no place for the part '{name}'")
        page = before + begin + "\n" + text + "\n" + end + rest.partition(end)[2]
    return page


def fields_part(models: Iterable[type[Value]], *sources: str | None) -> str:
    """A table for each model: field, meaning, what is allowed, default, example. `sources` are where they stand."""
    meanings: dict[str, dict[str, str]] = {}
    for source in sources:
        assert source is not None
        meanings |= field_docstrings(Path(source).read_text(encoding="utf-8"))
    lines: list[str] = []
    for each in models:
        lines += [f"### {each.__name__}", "", f"{inspect.getdoc(each)} Written in: {WHERE_WRITTEN[each]}.", ""]
        lines += ["| field | meaning | allowed | default | example |", "|---|---|---|---|---|"]
        for attribute, info in each.model_fields.items():
            meaning = meanings[each.__name__].get(attribute)
            if meaning is None:
                raise SystemExit(f"{each.__name__}.{attribute} has no docstring: say what it means")
            name = info.alias or attribute
            if name in SET_ON_READING:
                row = (f"`{name}`", meaning, "not written", "", "")
            else:
                row = (f"`{name}`", meaning, allowed(each, name, info), default(info), example(each, name))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
        lines.append("")
    return "\n".join(lines)


def field_docstrings(source: str) -> dict[str, dict[str, str]]:
    """By class and field, the string that stands below the field."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef):
            continue
        fields = found.setdefault(node.name, {})
        for field, below in zip(node.body, node.body[1:], strict=False):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    fields[name] = " ".join(text.split())
                case _:
                    pass
    return found


def allowed(owner: type[Value], name: str, info: FieldInfo) -> str:
    """What may stand there, in words short enough for a table."""
    annotation: Any = info.annotation
    arguments = [argument for argument in get_args(annotation) if argument is not NoneType]
    if len(arguments) == 1 and NoneType in get_args(annotation):
        annotation = arguments[0]
    elif set(arguments) == {date, datetime}:
        annotation = Moment
    if name in NAMED_FIELDS and (owner, name) not in {(Trigger, "name"), (Person, "name")}:
        return f"a name: {ALLOWED_NAME}"
    if get_origin(annotation) in {dict, Mapping}:
        return f"by name: {short(get_args(annotation)[1])}"
    says = short(annotation)
    bounds = " and ".join(bound for bound, _ in bounds_of(info))
    return f"{says}, {bounds}" if bounds else says


def short(annotation: Any) -> str:
    """The words of a type."""
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)[0]
        if isinstance(inner, type) and issubclass(inner, Value):
            return f"[{inner.__name__}](#{inner.__name__.lower()}), any number"
        return f"a list of {short(inner)}"
    if isinstance(annotation, type) and issubclass(annotation, Value):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if Limit in get_args(annotation):
        return "a [limit](#limits)"
    if annotation is timedelta:
        return "a [duration](#durations)"
    return allowed_words(annotation)


def default(info: FieldInfo) -> str:
    """The value of an absent field, in words."""
    if info.is_required():
        return "**needed**"
    value = info.get_default(call_default_factory=True, validated_data={})
    return "none" if value in (None, (), {}, "") else f"`{written(value)}`"


def example(owner: type[Value], name: str) -> str:
    """What a shipped policy or directory has there; else an example of our own."""
    beside = EXAMPLES_BESIDE.get(f"{owner.__name__}.{name}")
    if beside is not None:
        return f"`{beside}`"
    for value in what_ships():
        found = getattr(value, name) if isinstance(value, owner) else None
        if is_table_of_its_own(found):
            return "see there"
        if found not in (None, (), {}, ""):
            return f"`{written(found)}`"
    raise SystemExit(f"{owner.__name__}.{name} has no example: no shipped policy uses it")


def is_table_of_its_own(value: object) -> bool:
    """Models, but for those that are written in a few words."""
    if isinstance(value, tuple):
        return bool(value) and isinstance(value[0], Value)
    return isinstance(value, Value) and not isinstance(value, Tell)


@cache
def what_ships() -> tuple[Value, ...]:
    """Every model in the policies and the directory that ship, outer ones first."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "policies").glob("*.yaml"))}
    people = texts["people.yaml"]
    texts = {name: text for name, text in texts.items() if name not in BESIDE}
    policies, directory = read_set(texts, ("people.yaml", people))
    waiting: list[object] = [*policies, directory]
    found: list[Value] = []
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, Value):
            found.append(value)
            waiting += [getattr(value, name) for name in type(value).model_fields]
        elif isinstance(value, tuple):
            waiting += value
    return tuple(found)


def written(value: object) -> str:
    """The value as one writes it in YAML, shortened."""
    match value:
        case bool():
            return str(value).lower()
        case timedelta():
            return words(value)
        case Limit():
            return str(value)
        case float():
            return f"{value:.0%}".replace("%", " %")
        case str():
            line = value.strip().splitlines()[0]
            text = line if len(line) <= 70 else line[:70].rpartition(" ")[0] + " ..."
            return text if re.fullmatch(r"[\w .,'()/+@-]+|\w+: .*", text) else f"'{text}'"
        case int() | Decimal():
            return str(value)
        case tuple():
            return "[" + ", ".join(written(item) for item in value) + "]"
        case dict():
            first = list(value.items())[:4]
            return "{ " + ", ".join(f"{key}: {written(item)}" for key, item in first) + " }"
        case Value():
            given = [name for name in type(value).model_fields if name in value.model_fields_set]
            return "{ " + ", ".join(f"{name}: {written(getattr(value, name))}" for name in given) + " }"
        case _:
            raise TypeError(f"no example for {type(value).__name__}")


def conditions_part() -> str:
    """The fields that a condition may use."""
    lines = ["| field | type | means |", "|---|---|---|"]
    lines += [f"| `issue.{each.name}` | {each.type_in_words} | {each.means} |" for each in ISSUE_FIELDS]
    return "\n".join([*lines, ""])


def rules_part() -> str:
    """Every rule across fields, in the words of its docstring."""
    within = [inspect.getdoc(rule) or "" for rule in POLICY_RULES]
    between = list(lint_set.RULES_IN_WORDS)
    lines = ["Within one policy:", "", *(f"- {rule}" for rule in within), ""]
    lines += ["Between policies, and with the directory:", "", *(f"- {rule}" for rule in between), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
