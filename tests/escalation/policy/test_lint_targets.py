"""Targets in a policy's text: kinds, hours and warnings are read, refused where they cannot be meant, and shown."""

import pytest

from escalation.policy.describe import describe_policy
from escalation.policy.finding import PolicyError
from tests.escalation.policy.sample import with_change
from tests.escalation.policy.test_lint_hours import AGREED, KNOWN, check


def with_target(*lines: str, within: str = "{ high: 3 h, low: 16 h }") -> str:
    """A policy whose one target says this."""
    target = "".join(f"    {line}\n" for line in (f"within: {within}", *lines))
    return with_change(AGREED, f"  - name: answer\n{target}")


def found(*lines: str, within: str = "{ high: 3 h, low: 16 h }") -> tuple[PolicyError, ...]:
    """What is found in it."""
    return check(with_target(*lines, within=within), KNOWN)[1]


GOOD = (
    "kind: ola",
    "hours: { high: desk, low: desk }",
    "warnings: [{ at: 75 %, tell: [handler] }, { before: 1 h, tell: [owner, next_tier] }]",
)


def test_it_is_read_pinned_and_shown() -> None:
    policy, findings = check(with_target(*GOOD), KNOWN)
    assert (findings, policy is not None) == ((), True)
    assert policy is not None
    (target,) = policy.targets
    assert (target.is_ola, list(policy.pinned_calendars)) == (True, ["desk"])
    assert [(warn.at, str(warn.before)) for warn in target.warnings] == [(0.75, "None"), (None, "1:00:00")]
    table = next(table for table in describe_policy(policy).tables if table.title == "Targets")
    shown = " | ".join(table.rows[0])
    assert "OLA | the opening to: it is resolved | 3 h, in hours of desk | 16 h, in hours of desk" in shown
    assert "at 75%: the handler; 1 h before: the owner, the next tier" in shown


WRONG: list[tuple[tuple[str, ...], str, str, str]] = [
    (("hours: { high: dsek, low: desk }",), "targets[0].hours.high", "is not a calendar that can be used", "desk"),
    (("hours: { hgih: desk, high: desk, low: desk }",), "targets[0].hours.hgih", "is not a severity", "high"),
    (("hours: { high: desk }",), "targets[0].hours.high", "though low, which is less bad", "hours for low, too"),
    (("kind: slo",), "targets[0].kind", "is not one of the choices", "sla, ola"),
    (("warnings: [{ tell: [owner] }]",), "targets[0].warnings[0]", "does not say when", "either at"),
    (
        ("warnings: [{ at: 50 %, before: 1 h, tell: [owner] }]",),
        "targets[0].warnings[0]",
        "says both at and before",
        "either at",
    ),
    (("warnings: [{ at: 100 %, tell: [owner] }]",), "targets[0].warnings[0].at", "is out of range", "less than 100%"),
    (("warnings: [{ before: 3 h, tell: [owner] }]",), "targets[0].warnings[0].before", "before the target", "than 3 h"),
    (("warnings: [{ at: 50 %, tell: [] }]",), "targets[0].warnings[0].tell", "tells nobody", "at least one"),
    (
        ("warnings: [{ at: 50 %, tell: [owner] }, { at: 50 %, tell: [handler] }]",),
        "targets[0].warnings[1]",
        "comes when another one does",
        "once",
    ),
]


WRONG += [
    (("ends: first_respons",), "targets[0].ends", "is not one of the choices", "first_response"),
    (("starts: tier_began",), "targets[0].tier", "is missing: tier_began needs one", "first, second"),
    (("starts: tier_began", "tier: frist"), "targets[0].tier", "is not a tier", "first, second"),
    (("tier: first",), "targets[0].tier", "has no effect", "with one of those only"),
    (("starts: acknowledged", "ends: acknowledged"), "targets[0].ends", "is over as it starts", "first_response"),
    (("starts: acknowledged", "ends: updated"), "targets[0].starts", "has no effect on a promise", "opened"),
    (("starts: customer_wrote",), "targets[0].starts", "is for a promise of an update", "with ends: updated"),
    (("runs_when_answered: true",), "targets[0].runs_when_answered", "has no effect", "with ends: updated"),
]


@pytest.mark.parametrize(("lines", "field", "problem", "allowed"), WRONG, ids=[f"{w[1]} {w[2]}" for w in WRONG])
def test_what_cannot_be_meant_is_refused(lines: tuple[str, ...], field: str, problem: str, allowed: str) -> None:
    (finding,) = found(*lines)
    assert (finding.field, finding.level) == (field, "error")
    assert problem in finding.problem
    assert allowed in finding.allowed


def test_hours_of_a_severity_without_a_limit_have_no_effect() -> None:
    (finding,) = found("hours: { high: desk, low: desk }", within="{ low: 16 h }")
    assert (finding.field, finding.value, finding.allowed) == ("targets[0].hours.high", "desk", "only low")


def test_a_week_of_working_time_that_no_week_has_is_warned_of() -> None:
    """Whoever writes a week means forty hours, and gets 168."""
    (finding,) = found("hours: { low: desk }", within="{ high: 3 h, low: 1 week }")
    assert (finding.field, finding.level) == ("targets[0].within.low", "warning")
    assert "than a working week of calendar desk has: 1 day 16 h" in finding.problem


def test_more_than_a_year_has_is_refused() -> None:
    (finding,) = found("hours: { low: desk }", within="{ high: 3 h, low: 100 days }")
    assert (finding.field, finding.level) == ("targets[0].within.low", "error")
    assert "than calendar desk has in a year" in finding.problem


def test_a_tier_may_wait_over_a_night_that_its_target_does_not_count() -> None:
    """Three hours day and night are over by the morning; three of the desk's are not."""
    tier = "    remind_every: { high: 2 min }\n"
    waits = tier + "    hours: { high: desk, low: desk }\n"
    day_and_night = with_target(within="{ high: 3 h, low: 5 days }").replace(tier, waits)
    assert any("waits for longer" in each.problem for each in check(day_and_night, KNOWN)[1])
    in_hours = with_target("hours: { high: desk, low: desk }", within="{ high: 3 h, low: 5 h }").replace(tier, waits)
    assert check(in_hours, KNOWN)[1] == ()


def test_what_it_measures_is_read_and_shown() -> None:
    policy, findings = check(with_target("starts: tier_began", "ends: tier_left", "tier: first"), KNOWN)
    assert (findings, policy is not None) == ((), True)
    assert policy is not None
    table = next(table for table in describe_policy(policy).tables if table.title == "Targets")
    assert "first begins to: first is left" in table.rows[0]
    policy, _ = check(with_target("ends: updated", "runs_when_answered: true"), KNOWN)
    assert policy is not None
    table = next(table for table in describe_policy(policy).tables if table.title == "Targets")
    assert "the customer's last word to: the customer hears again, then from each answer" in table.rows[0]


def test_kept_clocks_have_nothing_missed() -> None:
    text = with_target().replace("{ clocks: recount, tell", "{ clocks: keep, misses_targets: true, tell")
    (finding,) = check(text, KNOWN)[1]
    assert (finding.field, finding.allowed) == ("severity_change.misses_targets", "with recount or restart")
    policy, findings = check(text.replace("keep", "recount"), KNOWN)
    assert (findings, policy is not None) == ((), True)
    assert policy is not None
    assert any("is missed at once" in sentence for sentence in describe_policy(policy).sentences)


def fits(*lines: str, name: str = "answer") -> tuple[PolicyError, ...]:
    """What is found where the ladder is to fit to a target."""
    text = with_target(*lines).replace("\nhold:", f"\nfit_ladder_to: {name}\nhold:")
    assert "fit_ladder_to" in text
    return check(text, KNOWN)[1]


def test_the_ladder_fits_to_what_customers_were_promised() -> None:
    assert fits() == ()
    (unknown,) = fits(name="anwser")
    assert (unknown.field, unknown.suggestion) == ("fit_ladder_to", "answer")
    (inside,) = fits("kind: ola")
    assert (inside.field, inside.allowed) == ("fit_ladder_to", "an sla from the opening to the resolution")
    (short,) = fits("ends: acknowledged")
    assert "does not last from the opening to the resolution" in short.problem


def test_a_tier_that_can_keep_an_issue_for_good_lets_no_ladder_fit() -> None:
    text = with_target().replace("\nhold:", "\nfit_ladder_to: answer\nhold:")
    found_there = check(text.replace("    work_within: { high: 15 min, low: 4 h }\n", "", 1), KNOWN)[1]
    finding = next(each for each in found_there if each.field == "tiers[0].work_within")
    assert "no tier above would hear before answer" in finding.problem


def test_what_fits_is_shown() -> None:
    policy, _ = check(with_target().replace("\nhold:", "\nfit_ladder_to: answer\nhold:"), KNOWN)
    assert policy is not None
    assert any("before answer ends, the limits of the tiers" in each for each in describe_policy(policy).sentences)
