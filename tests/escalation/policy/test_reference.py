"""docs/policy.md: generated parts are up to date, and what is written by hand in it is true."""

import re

import pytest

from escalation.calendar.limit import Limit
from escalation.policy.check_set import check_set
from escalation.policy.conditions import compile_condition, unguarded_labels
from escalation.policy.model import Policy
from escalation.policy.read_value import SET_ON_READING
from escalation.value import Value
from scripts.policy_reference import DIRECTORY_MODELS, PAGE, POLICY_MODELS, main, renewed
from tests.escalation.policy.sample import POLICIES

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_generated_parts_are_up_to_date() -> None:
    assert renewed(TEXT) == TEXT, "run: python -m scripts.policy_reference"
    assert main(["--check"]) == 0


@pytest.mark.parametrize("model", POLICY_MODELS + DIRECTORY_MODELS, ids=lambda model: model.__name__)
def test_every_field_of_every_model_has_its_row(model: type[Value]) -> None:
    section = TEXT.partition(f"### {model.__name__}\n")[2].partition("\n#")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", section, re.MULTILINE)
    assert [name for name, _ in rows] == [info.alias or name for name, info in model.model_fields.items()]


def test_every_model_in_a_policy_is_in_the_reference() -> None:
    found: set[type[Value]] = set()
    waiting: list[object] = [Policy]
    while waiting:
        each = waiting.pop()
        if isinstance(each, type) and issubclass(each, Value) and each not in found:
            found.add(each)
            fields = each.model_fields.items()
            waiting += [info.annotation for name, info in fields if name not in SET_ON_READING]
        waiting += getattr(each, "__args__", ())
    assert found == {*POLICY_MODELS, Limit}, "a limit is written in a few words, which docs/calendars.md tells"


def test_the_policy_in_the_page_is_valid() -> None:
    (written,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    people = (POLICIES / "people.yaml").read_text(encoding="utf-8")
    assert check_set({"docs/policy.md": written}, ("people.yaml", people)).findings == ()


@pytest.mark.parametrize(
    "condition",
    [
        'has(issue.labels.severity) && issue.labels.severity == "critical"',
        '"alert-name" in issue.labels && issue.labels["alert-name"] == "x"',
        'issue.title.contains("x") || issue.title.startsWith("x") || issue.title.matches("regex")',
        'issue.title.lowerAscii() == "x" && issue.harm.size() > 1 && issue.harm.all(each, each in ["fraud"])',
        'issue.opened_at - issue.received_at < duration("48h")',
        'issue.received_at.getHours("Europe/Dublin") > 18',
    ],
)
def test_the_expressions_in_the_page_compile(condition: str) -> None:
    compile_condition(condition)
    assert unguarded_labels(condition) == ()
