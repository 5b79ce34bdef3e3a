"""Agreements in a policy's text: read in order, refused where they cannot be meant, shown with what applies to whom."""

import pytest

from escalation.policy.describe import describe_policy
from escalation.policy.target import agreement_with
from tests.escalation.policy.sample import with_change
from tests.escalation.policy.test_lint_hours import AGREED, KNOWN, check

OWN = "  - { name: answer, within: { high: 3 h, low: 3 days }, tell: [owner] }\n"


def with_agreements(*lines: str) -> str:
    """A policy with these agreements."""
    return with_change(AGREED, OWN + "agreements:\n" + "".join(f"  {line}\n" for line in lines))


GOLD = "gold: { title: Gold, customers: [C-1, C-2], targets: [{ name: answer, within: { high: 1 h, low: 1 day } }] }"
CALL = "{ name: call, within: { low: 2 bd }, hours: { low: desk } }"
DAYS = f"days: {{ customers: [C-3], targets: [{CALL}], without: [answer] }}"
REST = "rest: { targets: [{ name: call, within: { low: 5 days } }] }"


def test_they_are_read_in_order_pinned_and_shown() -> None:
    policy, findings = check(with_agreements(GOLD, DAYS, REST), KNOWN)
    assert findings == ()
    assert policy is not None
    assert [agreement.name for agreement in policy.agreements] == ["gold", "days", "rest"]
    assert list(policy.pinned_calendars) == ["desk"], "the calendars of their targets, too"
    found = agreement_with(policy.agreements, ("C-9",))
    assert found is not None
    assert found.name == "rest"
    tables = {table.title: [row[0] for row in table.rows] for table in describe_policy(policy).tables}
    assert tables["Agreement gold: Gold, with C-1, C-2"] == ["answer"]
    assert tables["Agreement days, with C-3"] == ["call"]
    assert tables["Agreement rest, with whoever no other agreement names"] == ["answer", "call"]


@pytest.mark.parametrize(
    ("lines", "field", "problem", "allowed"),
    [
        ((GOLD, GOLD.replace("gold", "more")), "agreements.more.customers[0]", "is named by gold already", "once"),
        ((REST, REST.replace("rest", "more")), "agreements.more.customers", "rest is for whoever", "keys of customers"),
        (("gold: { customers: [C-1] }",), "agreements.gold.targets", "is empty", "targets"),
        ((f"{GOLD[:-1]}, without: [anser] }}",), "agreements.gold.without[0]", "is not a target", "answer"),
        ((f"{GOLD[:-1]}, without: [answer] }}",), "agreements.gold.without[0]", "is one of its own", "none"),
        ((DAYS.replace("desk", "dsek"),), "agreements.days.targets[0].hours.low", "is not a calendar", "desk"),
        (
            (DAYS.replace(", hours: { low: desk }", ""),),
            "agreements.days.targets[0].within.low",
            "is reckoned in",
            "hours",
        ),
        (
            (GOLD.replace("1 day ", "30 min "),),
            "agreements.gold.targets[0].within.high",
            "is longer than",
            "at most 30",
        ),
        (
            (GOLD.replace("within: { high", "within: { hgih"),),
            "agreements.gold.targets[0].within.hgih",
            "severity",
            "high",
        ),
        (("gold: { cusomers: [C-1], targets: [] }",), "agreements.gold.cusomers", "is not a field", "customers"),
    ],
)
def test_what_cannot_be_meant_is_named(lines: tuple[str, ...], field: str, problem: str, allowed: str) -> None:
    _, findings = check(with_agreements(*lines), KNOWN)
    found = [each for each in findings if each.field == field]
    assert found, findings
    assert problem in found[0].problem
    assert allowed in found[0].allowed
    assert found[0].line
