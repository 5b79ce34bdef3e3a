"""What a policy may say of reminders of who works on an issue."""

import pytest

from escalation.policy.describe import describe_policy
from escalation.policy.parse import check_policy
from tests.escalation.policy.sample import FILE, SMALL

ANCHOR = "    remind_every: { high: 2 min }\n"
LAPSES = "  lapses_after: { high: 30 min, low: 8 h }\n"


def text(every: str, within: str = "") -> str:
    changed = SMALL.replace(ANCHOR, f"{ANCHOR}    remind_handler_every: {every}\n")
    return changed.replace(LAPSES, f"{LAPSES}  answer_within: {within}\n") if within else changed


def found(every: str, within: str = "") -> list[tuple[str, str, str]]:
    _, errors = check_policy(text(every, within), FILE)
    return [(error.field, error.problem, error.allowed or "") for error in errors]


@pytest.mark.parametrize(
    ("every", "within"),
    [("{ high: 5 min }", ""), ("{ high: 5 min, low: 1 h }", "{ high: 4 min }"), ("{ low: 1 h }", "{ low: 59 min }")],
)
def test_what_can_be_meant_is_taken(every: str, within: str) -> None:
    assert found(every, within) == []


@pytest.mark.parametrize(
    ("every", "within", "field", "problem", "allowed"),
    [
        ("{ high: 4 min }", "", "tiers[0].remind_handler_every.high", "is so often that", "at least 5 min"),
        ("{ high: 15 min }", "", "tiers[0].remind_handler_every.high", "would come when the tier", "less than 15 min"),
        ("{ hihg: 5 min }", "", "tiers[0].remind_handler_every.hihg", "is not a severity", "high"),
        ("{ high: 10 min, low: 6 min }", "", "tiers[0].remind_handler_every.high", "is longer than", "at most 6 min"),
        ("{ high: 1 business day }", "", "tiers[0].remind_handler_every.high", "is reckoned in a calendar", "hours"),
        ("{ high: 6 min }", "{ high: 6 min }", "acknowledgement.answer_within.high", "is not over when", "less than 6"),
        ("{ high: 6 min }", "{ low: 6 min }", "acknowledgement.answer_within.low", "has no effect", "remind_handler_e"),
        ("{ high: 6 min }", "{ hihg: 5 min }", "acknowledgement.answer_within.hihg", "is not a severity", "high"),
    ],
)
def test_what_cannot_be_meant_is_refused(every: str, within: str, field: str, problem: str, allowed: str) -> None:
    findings = found(every, within)
    assert [of for of, why, may in findings if problem in why and allowed in may] == [field], findings
    assert {of for of, _, _ in findings} == {field}


def test_the_answer_is_in_the_words_of_the_policy() -> None:
    policy, _ = check_policy(text("{ high: 6 min }", "{ high: 5 min }"), FILE)
    assert policy is not None
    words = str(describe_policy(policy))
    assert "after a reminder, unanswered," in words
