"""Which trigger an issue matches: in order, explained in words, and on the safe side."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from escalation.policy.conditions import ISSUE_FIELDS
from escalation.policy.match import issue_fields, match
from escalation.policy.matched import Match, NoMatch
from escalation.policy.parse import read_policy
from tests.escalation.policy.sample import FILE, SMALL, with_change

AT = datetime(2026, 11, 20, 19, 40, tzinfo=UTC)
POLICY = read_policy(SMALL, FILE)
SOME_OTHER_CONDITION = 'when: has(issue.labels.sort) && issue.labels.sort == "odd"'


def fields(**given: Any) -> Any:
    known: dict[str, Any] = {"kind": "support", "source": "desk", "received_at": AT, "opened_at": AT}
    return issue_fields(**(known | given))


def matched(when: str, **given: Any) -> Match:
    """The match of the small policy, its first trigger having this condition."""
    text = with_change(SOME_OTHER_CONDITION, f"when: |\n      {when}")
    found = match(read_policy(text, FILE), fields(severity="low", **given))
    assert isinstance(found, Match)
    return found


def test_the_first_trigger_that_holds_is_the_match() -> None:
    # Given a policy whose first trigger looks for a label; when an issue with it comes
    found = match(POLICY, fields(severity="low", labels={"sort": "odd"}))
    # Then it enters where the trigger says, at the worse severity, and the decision is in words
    assert isinstance(found, Match)
    assert (found.policy, found.trigger, found.severity, found.enter_at) == ("small", "by label", "high", "side")
    assert found.why == "Odd things need somebody who knows."
    assert [(each.trigger, each.held) for each in found.tried] == [("by label", "yes")]
    assert found.words.splitlines() == [
        "'by label' holds: Odd things need somebody who knows.",
        "Severity high: the worse of low as given and high as the trigger demands.",
        "It enters small at the side lane, as the trigger says.",
    ]


def test_what_did_not_hold_is_told_too() -> None:
    found = match(POLICY, fields(severity="low", labels={"sort": "even"}))
    assert isinstance(found, Match)
    assert [(each.trigger, each.held) for each in found.tried] == [("by label", "no"), ("anything", "yes")]
    assert found.words.splitlines() == [
        "'by label' does not hold.",
        "'anything' holds: Everything is looked at.",
        "Severity low, as given.",
        "It enters small at the first tier, where low raised by a person enters.",
    ]


@pytest.mark.parametrize(
    ("is_machine", "severity", "tier"),
    [(False, "high", "second"), (False, "low", "first"), (True, "high", "first"), (True, "low", "first")],
)
def test_the_entry_tier_is_by_severity_and_by_who_raised_it(is_machine: bool, severity: str, tier: str) -> None:
    found = match(POLICY, fields(severity=severity, raised_by_machine=is_machine))
    assert isinstance(found, Match)
    assert (found.enter_at, found.severity) == (tier, severity)


@pytest.mark.parametrize(
    ("given", "demanded", "taken"),
    [
        ("low", "high", "high"),
        ("high", "low", "high"),
        ("high", "high", "high"),
        (None, "low", "low"),
        ("low", None, "low"),
        (None, None, "high"),
    ],
)
def test_the_worse_severity_counts_and_no_severity_is_the_worst(
    given: str | None, demanded: str | None, taken: str
) -> None:
    written = f"    severity: {demanded}\n" if demanded else ""
    policy = read_policy(with_change("    severity: high\n", written), FILE)
    found = match(policy, fields(severity=given, labels={"sort": "odd"}))
    assert isinstance(found, Match)
    assert found.severity == taken
    if given is None and demanded is None:
        assert "taken as high, to be safe" in found.words


@pytest.mark.parametrize(("given", "taken"), [(None, "low"), ("high", "high"), ("low", "low")])
@pytest.mark.parametrize("usual", ["low", "high"])
def test_what_is_usual_counts_where_no_severity_is_given(given: str | None, taken: str, usual: str) -> None:
    policy = read_policy(with_change("    severity: high\n", f"    usual_severity: {usual}\n"), FILE)
    found = match(policy, fields(severity=given, labels={"sort": "odd"}))
    assert isinstance(found, Match)
    assert found.severity == (taken if given else usual)
    assert (f"No severity was given: {usual}, as is usual for the trigger." in found.words) is (given is None)
    assert policy.triggers[0].severity_words == f"as given, else {usual}"


@pytest.mark.parametrize(
    "when",
    [
        "1 / (issue.contacts - 1) > 0",
        'issue.labels.exists(k, issue.labels[k + "x"] == "x")',
        '[issue.title].exists(x, x.matches("("))',
        '"x".matches(issue.title + "(")',
        '[issue.title].exists(x, issue.labels[x] == "y")',
        "int(issue.title) > 1",
        'issue.harm[3] == "fraud"',
    ],
)
def test_a_rule_that_fails_escalates_to_be_safe(when: str) -> None:
    # Given a condition that compiles but fails on this issue; when the issue is matched
    found = matched(when, labels={"some": "label"}, title="secret words")
    # Then the failed trigger counts as held, says so, and quotes nothing of the issue
    assert (found.trigger, found.severity, found.enter_at) == ("by label", "high", "side")
    assert found.tried[-1].held == "failed"
    assert "the rule failed" in found.tried[-1].words
    assert "escalated to be safe" in found.words
    assert "secret" not in found.model_dump_json(), "text of the issue would be in history for good"


def test_a_condition_that_would_never_end_fails_and_escalates() -> None:
    loops = "".join(f"[0,1,2,3,4,5,6,7,8,9].all(x{n}, " for n in range(9)) + "x0 >= 0" + ")" * 9
    assert matched(loops).tried[-1].held == "failed"


def test_no_trigger_no_ladder() -> None:
    policy = read_policy(with_change('when: "true"', "when: issue.contacts > 5"), FILE)
    found = match(policy, fields(severity="low"))
    assert isinstance(found, NoMatch)
    assert [each.held for each in found.tried] == ["no", "no"]
    assert found.words.endswith("No trigger of small holds, so the issue does not enter its ladder.")


def test_the_match_survives_json() -> None:
    found = match(POLICY, fields(severity="low"))
    assert isinstance(found, Match)
    assert Match.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("when", "given"),
    [
        ('issue.kind == "support"', {}),
        ('issue.severity == "low"', {}),
        ('issue.source == "desk"', {}),
        ('issue.title.contains("Card")', {"title": "Card charged twice"}),
        ('issue.text.lowerAscii().contains("card")', {"text": "My CARD"}),
        ('has(issue.labels.a) && issue.labels.a == "b"', {"labels": {"a": "b"}}),
        ('"a-b" in issue.labels && issue.labels["a-b"] == "c"', {"labels": {"a-b": "c"}}),
        ('"fraud" in issue.harm', {"harm": ["fraud"]}),
        ('issue.org == "o"', {"org": "o"}),
        ('issue.legal_entity == "e"', {"legal_entity": "e"}),
        ('issue.team == "t"', {"team": "t"}),
        ('issue.class == "sealed"', {"issue_class": "sealed"}),
        ("issue.raised_by_machine", {"raised_by_machine": True}),
        ('issue.raiser_role == "agent"', {"raiser_role": "agent"}),
        ("issue.contacts >= 3", {"contacts": 3}),
        ("issue.reopened == 2", {"reopened": 2}),
        ("issue.opened_at - issue.received_at > duration('23h')", {"received_at": AT - timedelta(days=1)}),
        ("issue.received_at.getHours('Europe/Dublin') == 19", {}),
        ("issue.deadlines.exists(d, d < issue.opened_at + duration('48h'))", {"deadlines": [AT + timedelta(hours=47)]}),
    ],
)
def test_every_field_can_be_asked_about(when: str, given: dict[str, Any]) -> None:
    found = matched(when, **given)
    assert (found.trigger, found.tried[-1].held) == ("by label", "yes")


def test_every_declared_field_is_given() -> None:
    assert set(fields()) == {each.name for each in ISSUE_FIELDS}


def test_instants_of_any_zone_are_the_same_instants() -> None:
    zoned = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert matched("issue.received_at == issue.opened_at", received_at=zoned).tried[-1].held == "yes"


@pytest.mark.parametrize("name", ["received_at", "opened_at"])
def test_an_instant_without_a_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}: 2026-11-20T19:40:00 has no time zone"):
        fields(**{name: AT.replace(tzinfo=None)})


def test_a_deadline_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"deadlines: .* has no time zone"):
        fields(deadlines=[AT.replace(tzinfo=None)])


def test_a_severity_of_another_policy_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(
        ValueError, match="severity: 'hihg' is not one of policy small; allowed: high, low; did you mean 'high'"
    ):
        match(POLICY, fields(severity="hihg"))


def test_a_field_too_few_is_named() -> None:
    some = dict(fields())
    del some["contacts"]
    with pytest.raises(ValueError, match="missing: contacts"):
        match(POLICY, some)


def test_text_that_no_encoding_can_hold_does_not_break_the_rules() -> None:
    found = matched('issue.title.contains("x")', title="\ud800", text="\udfff", labels={"\ud800": "\udfff"})
    assert [each.held for each in found.tried] == ["no", "yes"]


def test_a_very_long_text_is_searched_in_linear_time() -> None:
    found = matched('issue.text.matches("(a+)+$")', text="a" * 200_000 + "b")
    assert found.tried[0].held in {"no", "failed"}
