"""Hours in a policy's text: read, pinned, refused where they cannot be meant, shown in words."""

import pytest

from escalation.policy.describe import describe_policy
from escalation.policy.finding import PolicyError
from escalation.policy.model import Policy
from escalation.policy.parse import check_policy
from escalation.policy.pin_calendars import CalendarFile
from tests.escalation.policy.sample import FILE, POLICIES, SMALL, line_of, with_change

CALENDARS = """\
calendars:
  desk:
    zone: Europe/Dublin
    hours: { mon-fri: 09:00-17:00 }
    holidays: [{ country: IE }]
  night:
    zone: Europe/Dublin
    hours: { mon-sun: 22:00-06:00 }
"""
KNOWN = CalendarFile("calendars.yaml", CALENDARS, 2026)
AGREED = "  - { name: answer, title: What customers were told, within: { high: 3 h, low: 3 days }, tell: [owner] }\n"
ANCHOR = "    remind_every: { high: 2 min }\n"
HOURS = "hours: { high: desk, low: desk }"


def check(text: str, calendars: CalendarFile | None = KNOWN) -> tuple[Policy | None, tuple[PolicyError, ...]]:
    """The policy in this text, and what is found in it."""
    return check_policy(text, FILE, calendars)


def with_lines(*lines: str, agreed: str = "4 days 17 h") -> str:
    """Its text with these lines at its first tier, and so long agreed with customers for what is less bad."""
    text = with_change(ANCHOR, ANCHOR + "".join(f"    {line}\n" for line in lines))
    return text.replace(AGREED, f"  - {{ name: answer, within: {{ low: {agreed} }} }}\n")


def test_the_calendars_that_are_named_are_pinned_and_no_others() -> None:
    policy, findings = check(with_lines(HOURS, "when_closed: { high: skip }"))
    assert (findings, policy is not None) == ((), True)
    assert policy is not None
    assert list(policy.pinned_calendars) == ["desk"]
    pinned = policy.pinned_calendars["desk"]
    assert (pinned.first_year, pinned.last_year) == (2025, 2029)
    assert policy.tier("first").when_closed == {"high": "skip"}
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_a_policy_without_hours_pins_none_and_reads_no_calendars() -> None:
    broken = CalendarFile("calendars.yaml", "calendars: [", 2026)
    policy, findings = check(SMALL, broken)
    assert policy is not None
    assert (policy.pinned_calendars, findings) == ({}, ())
    assert "read" not in broken.__dict__


WRONG = [
    (("hours: { high: dsek, low: desk }",), "tiers[0].hours.high", "is not a calendar that can be used", "desk"),
    (("hours: { hgih: desk, high: desk, low: desk }",), "tiers[0].hours.hgih", "is not a severity", "high"),
    (("hours: { high: desk }",), "tiers[0].hours.high", "though low, which is less bad, counts day and night", None),
    (
        ("hours: { low: desk }", "when_closed: { high: skip }"),
        "tiers[0].when_closed.high",
        "the tier has no hours for high",
        None,
    ),
    (
        ("hours: { low: desk }", "when_closed: { low: page_out_of_hours }"),
        "tiers[0].when_closed.low",
        "out_of_hours is missing",
        None,
    ),
    (
        ("hours: { low: desk }", "out_of_hours: { people: [kim] }"),
        "tiers[0].out_of_hours",
        "is never told",
        None,
    ),
    (
        ("hours: { low: desk }", "when_closed: { low: page_out_of_hours }", "out_of_hours: { people: [] }"),
        "tiers[0].out_of_hours",
        "tells nobody",
        None,
    ),
    (("hours: { low: desk }", "when_closed: { low: sleep }"), "tiers[0].when_closed.low", "'sleep'", None),
]


@pytest.mark.parametrize(("lines", "field", "problem", "suggestion"), WRONG, ids=[each[2] for each in WRONG])
def test_what_cannot_be_meant_is_refused_where_it_stands(
    lines: tuple[str, ...], field: str, problem: str, suggestion: str | None
) -> None:
    text = with_lines(*lines)
    policy, findings = check(text)
    assert policy is None
    assert [finding.field for finding in findings] == [field]
    assert problem in str(findings[0])
    assert findings[0].line == line_of(lines[-1], text)
    assert findings[0].suggestion == suggestion


def test_without_a_file_of_calendars_there_is_none_to_name() -> None:
    policy, findings = check(with_lines(HOURS), None)
    assert policy is None
    assert {str(finding).partition(": ")[2] for finding in findings} == {
        "tiers[0].hours.high: 'desk' is not a calendar that can be used; allowed: nothing: there is none",
        "tiers[0].hours.low: 'desk' is not a calendar that can be used; allowed: nothing: there is none",
    }


def test_waiting_must_fit_into_what_was_agreed() -> None:
    """Closed for longest over four days of Easter: from Thursday 17:00 to Tuesday 09:00."""
    policy, findings = check(with_lines("hours: { low: desk }", agreed="3 days"))
    assert policy is None
    (found,) = findings
    assert (found.field, found.value) == ("tiers[0].when_closed.low", "wait")
    for said in ("target answer", "calendar desk is closed", "4 days 16 h", "the target is 3 days"):
        assert said in found.problem
    assert check(with_lines("hours: { low: desk }"))[1] == ()


@pytest.mark.parametrize("then", ["skip", "page_out_of_hours"])
def test_what_does_not_wait_fits(then: str) -> None:
    duty = ["out_of_hours: { people: [kim] }"] if then == "page_out_of_hours" else []
    text = with_lines("hours: { low: desk }", f"when_closed: {{ low: {then} }}", *duty, agreed="5 h")
    assert check(text)[1] == ()


def test_hours_are_shown_in_words() -> None:
    policy, _ = check(with_lines(HOURS, "when_closed: { high: page_out_of_hours }", "out_of_hours: { people: [kim] }"))
    assert policy is not None
    said = describe_policy(policy)
    assert "5 min / 15 min, in hours of desk" in said.tables[1].rows[0]
    assert "Where first is closed, for low it waits until it opens." in said.sentences
    assert any(
        each.startswith("Where first is closed, for high it pages its out-of-hours duty") for each in said.sentences
    )


def test_the_sample_with_hours_is_fit_for_use() -> None:
    text = (POLICIES / "calendars.yaml").read_text(encoding="utf-8")
    sample = (POLICIES / "samples" / "office-hours.yaml").read_text(encoding="utf-8")
    policy, findings = check_policy(sample, "office-hours.yaml", CalendarFile("calendars.yaml", text, 2026))
    assert findings == ()
    assert policy is not None
    assert sorted(policy.pinned_calendars) == ["sample-back-office", "sample-support"]
