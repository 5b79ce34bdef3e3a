"""Limits in days or with a shape are checked as plain ones are: their calendar, worse and milder, both clocks."""

import pytest

from escalation.calendar.limit import Limit
from escalation.policy.describe import describe_policy
from escalation.policy.finding import PolicyError
from escalation.policy.model import Policy
from tests.escalation.policy.sample import with_change
from tests.escalation.policy.test_lint_hours import AGREED, ANCHOR, HOURS, KNOWN, check

LONG = "  - { name: answer, within: { low: 30 days } }\n"


def with_limits(acknowledge: str, work: str, *lines: str, hours: str = HOURS) -> str:
    """A policy whose first tier has these limits, in these hours."""
    text = with_change(AGREED, LONG)
    before, _, after = text.partition(ANCHOR)
    given = ("acknowledge_within:", "work_within:")
    kept = [line for line in before.splitlines() if not line.strip().startswith(given)]
    more = (f"acknowledge_within: {acknowledge}", f"work_within: {work}", hours, *lines)
    return "\n".join(kept) + "\n" + "".join(f"    {line}\n" for line in more if line) + after


def found(
    acknowledge: str, work: str, *lines: str, hours: str = HOURS
) -> tuple[Policy | None, tuple[PolicyError, ...]]:
    """What is found in it."""
    return check(with_limits(acknowledge, work, *lines, hours=hours), KNOWN)


GOOD = "{ high: 2 h, low: 4 wh }", "{ high: '1 bd, close of business', low: '2 business days, close of business' }"


def test_they_are_read_pinned_and_shown() -> None:
    policy, findings = found(*GOOD)
    assert findings == ()
    assert policy is not None
    work = policy.tier("first").work_within["low"]
    assert isinstance(work, Limit)
    assert (work.count, work.unit, work.shape) == (2, "business_days", "close_of_business")
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    table = next(table for table in describe_policy(policy).tables if table.title == "The ladder")
    first = " | ".join(table.rows[0])
    assert "4 h of working time / 2 business days, close of business, in hours of desk" in first
    hears = " | ".join(table.rows[-1])
    assert "2 business days, close of business" in hears


WRONG = [
    (
        ("{ high: 2 h, low: 4 wh }", "{ high: 4 h, low: 5 days }", ""),
        "tiers[0].acknowledge_within.low",
        "is reckoned in a calendar, and tiers[0].hours names none for low",
        "hours for low; or a plain duration",
    ),
    (
        ("{ high: 2 h, low: 4 h }", "{ high: 3 business days, low: 2 business days }", HOURS),
        "tiers[0].work_within.high",
        "is longer than that of low, which is less bad: from ",
        "at most 2 business days",
    ),
    (
        ("{ high: '1 bd, close of business', low: '1 bd, close of business' }", "{ high: 8 h, low: 3 bd }", HOURS),
        "tiers[0].work_within.high",
        "is shorter than the time to acknowledge: from ",
        "at least 1 business day, close of business",
    ),
    (
        ("{ high: 4 wh, low: 4 wh }", "{ high: 3 bd, low: 3 bd }", HOURS, "remind_every: { high: 1 business day }"),
        "tiers[0].remind_every.high",
        "would come when the tier's time is up",
        "less than 4 h of working time",
    ),
]


@pytest.mark.parametrize(("limits", "field", "problem", "allowed"), WRONG)
def test_what_cannot_be_meant_is_named(limits: tuple[str, ...], field: str, problem: str, allowed: str) -> None:
    acknowledge, work, hours, *more = limits
    _, findings = found(acknowledge, work, *more, hours=hours)
    assert [(each.field, each.level) for each in findings] == [(field, "error")], findings
    assert problem in findings[0].problem
    assert allowed in findings[0].allowed


@pytest.mark.parametrize(
    ("limit", "problem", "allowed"),
    [
        ("2 bussines days", "is not a duration", "2 business days"),
        ("2 business days, cloze of business", "has 'cloze of business' after its comma", "close of business"),
        ("0 business days", "is out of range: at least 1 and at most 3660", "2 business days"),
        ("2 years", "has no fixed length", "months"),
    ],
)
def test_a_limit_that_is_none_is_named(limit: str, problem: str, allowed: str) -> None:
    _, findings = found("{ high: 2 h, low: 4 h }", f"{{ high: '{limit}', low: 9 bd }}")
    assert [each.field for each in findings if each.field] == ["tiers[0].work_within.high"], findings
    assert (findings[0].value, problem in findings[0].problem) == (limit, True), findings
    assert allowed in findings[0].allowed


def test_waiting_for_the_hours_is_held_against_a_target_in_days() -> None:
    """Closed from Friday evening to Monday: a target of one calendar day is over by then, one of a business day not."""
    text = with_limits(*GOOD).replace(LONG, "  - { name: answer, within: { low: 1 cd }, hours: { low: desk } }\n")
    _, findings = check(text, KNOWN)
    assert [each.field for each in findings] == ["tiers[0].when_closed.low"]
    assert "waits for longer than target answer lasts" in findings[0].problem
    assert "the target is 1 calendar day" in findings[0].problem
    in_days = text.replace("1 cd", "'1 bd, close of business'")
    assert check(in_days, KNOWN)[1] == ()


def test_a_target_in_days_needs_hours() -> None:
    text = with_change(AGREED, "  - { name: answer, within: { low: 3 business days } }\n")
    _, findings = check(text, KNOWN)
    assert [(each.field, each.value) for each in findings] == [("targets[0].within.low", "3 business days")]
    assert "targets[0].hours names none for low" in findings[0].problem
