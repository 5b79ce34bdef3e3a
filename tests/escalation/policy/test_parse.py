"""Reading a policy: what is written becomes the model, and every mistake is named where it stands."""

import hashlib
from datetime import timedelta

import pytest

from escalation.policy.finding import MOST, PolicyErrors
from escalation.policy.model import Policy
from escalation.policy.parse import check_policy, read_policy
from escalation.policy.read_yaml import LARGEST
from tests.escalation.policy.sample import FILE, SMALL, found_in, line_of, the_finding, with_change


def test_what_is_written_is_read() -> None:
    policy = read_policy(SMALL, FILE)
    assert [severity.name for severity in policy.severities] == ["high", "low"]
    assert (policy.severity("high").priority, policy.severity("low").priority) == (1, 3)
    assert policy.climb() == ("first", "second")
    first = policy.tier("first")
    assert first.acknowledge_within == {"high": timedelta(minutes=5), "low": timedelta(hours=1)}
    assert (first.warnings[0].at, first.warnings[0].of, first.warnings[0].tell) == (0.5, "work", ("handler",))
    assert policy.tier("second").tell.people == ("kim",)
    assert policy.tier("second").checklist[0].waived_for == ("high",)
    assert policy.next_tier("side") == "second"
    assert policy.triggers[0].severity == "high"
    assert policy.closing.silence_after == timedelta(days=2)
    assert (policy.legal_entity, policy.assurance, policy.exhaustion.repeats) == ("main", {}, 0)


def test_the_digest_is_that_of_the_text() -> None:
    assert read_policy(SMALL, FILE).digest == hashlib.sha256(SMALL.encode()).hexdigest()
    assert read_policy(SMALL + "# a word\n", FILE).digest != read_policy(SMALL, FILE).digest


def test_json_round_trip_is_identity() -> None:
    policy = read_policy(SMALL, FILE)
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_a_policy_of_another_release_is_read_from_json_with_a_field_too_many() -> None:
    policy = read_policy(SMALL, FILE)
    dumped = policy.model_dump(mode="json") | {"colour": "blue"}
    assert Policy.model_validate(dumped) == policy


@pytest.mark.parametrize(
    ("old", "new", "field", "value", "problem", "allowed", "suggestion"),
    [
        ("version: 1", "versoin: 1", "versoin", "versoin", "is not a field", "version", "version"),
        ("    then: second", "    tehn: second", "tiers[2].tehn", "tehn", "is not a field", "then", "then"),
        ("of: work, tell", "of: wrok, tell", "tiers[0].warnings[0].of", "wrok", "choices", "acknowledge", "work"),
        ("kind: support", "kind: suport", "kind", "suport", "choices", "technical", "support"),
        (
            "procedure: last_resort",
            "procedure: last-resort",
            "exhaustion.procedure",
            "last-resort",
            "choices",
            "restart",
            "last_resort",
        ),
        (
            "reasons: [confirmed, silence]",
            "reasons: [confirmed, silense]",
            "closing.reasons[1]",
            "silense",
            "choices",
            "withdrawn_in_writing",
            "silence",
        ),
        (
            "high: 2 min",
            "high: 2 mins ago",
            "tiers[0].remind_every.high",
            "2 mins ago",
            "not a duration",
            "15 min",
            None,
        ),
        ("high: 2 min", "high: 2", "tiers[0].remind_every.high", "2", "not a duration", "a number and a unit", None),
        ("high: 2 min", "high: -2 min", "tiers[0].remind_every.high", "-2 min", "not a duration", "15 min", None),
        ("high: 2 min", "high: 0 min", "tiers[0].remind_every.high", "0 min", "out of range", "at least", None),
        ("high: 2 min", "high: P1M", "tiers[0].remind_every.high", "P1M", "not a duration", "15 min", None),
        (
            "high: 2 min",
            "high: 2 fortnights",
            "tiers[0].remind_every.high",
            "2 fortnights",
            "not a duration",
            "2 days",
            None,
        ),
        ("high: 2 min", "high:", "tiers[0].remind_every.high", "nothing", "not a duration", "2 days", None),
        ("high: 2 min", "high: [2 min]", "tiers[0].remind_every.high", "a list", "not a single value", "15 min", None),
        (
            "remind_after: 1 day",
            "remind_after: 99999 days",
            "closing.remind_after",
            "99999 days",
            "is out of range",
            "at most 3660 days",
            None,
        ),
        ("at: 50 %", "at: 0.5", "tiers[0].warnings[0].at", "0.5", "not a percentage", "50 %", None),
        ("at: 50 %", "at: 50", "tiers[0].warnings[0].at", "50", "not a percentage", "50 %", None),
        ("at: 50 %", "at: 100 %", "tiers[0].warnings[0].at", "100 %", "out of range", "less than 100%", None),
        ("at: 50 %", "at: 0 %", "tiers[0].warnings[0].at", "0 %", "out of range", "more than 0%", None),
        ("version: 1", "version: 0", "version", "0", "out of range", "at least 1", None),
        ("version: 1", "version: 1.5", "version", "1.5", "not a whole number", "a whole number", None),
        ("version: 1", "version: yes", "version", "yes", "not a whole number", "a whole number", None),
        ("version: 1", 'version: "1"', "version", "1", "not a whole number", "a whole number", None),
        ("priority: 1 }", "priority: 6 }", "severities.high.priority", "6", "out of range", "at most 5", None),
        ("is_beside: true", "is_beside: yes", "tiers[2].is_beside", "yes", "not true or false", "true or false", None),
        ("means: Bad", "means: 17", "severities.high.means", "17", "no text", "text", None),
        ("means: Bad", "means: null", "severities.high.means", "nothing", "is empty", "text", None),
        ("means: Bad", 'means: ""', "severities.high.means", "", "is empty", "text", None),
        ("means: Bad", 'means: "a\\nb"', "severities.high.means", "a\\nb", "not one line", "one line", None),
        ("name: small", "name: a small one", "name", "a small one", "not a name", "letters", None),
        ("name: small", "name: small/er", "name", "small/er", "not a name", "letters", None),
        ("  low: { means", "  very low: { means", "severities.very low", "very low", "not a name", "letters", None),
        (
            "  low: { means: Less bad }",
            "  low: { name: x, means: Less bad }",
            "severities.low.name",
            "name",
            "written before the colon",
            "means",
            None,
        ),
        (
            "tell: { roles: [agent] }",
            "tell: { roles: agent }",
            "tiers[0].tell.roles",
            "agent",
            "not a list",
            "list of text",
            None,
        ),
        (
            "tell: { roles: [agent] }",
            "tell: [agent]",
            "tiers[0].tell",
            "a list",
            "not a mapping",
            "people, roles, team",
            None,
        ),
        ("tell: { roles: [agent] }", 'tell: { roles: [""] }', "tiers[0].tell.roles[0]", "", "is empty", "text", None),
    ],
)
def test_a_mistake_in_a_field_is_named(
    old: str, new: str, field: str, value: str, problem: str, allowed: str, suggestion: str | None
) -> None:
    # Given a policy in which one field is wrong
    text = with_change(old, new)
    # When it is read
    found = [finding for finding in found_in(text) if "is missing" not in finding.problem]
    # Then the one finding names file, line, field, value, what is allowed, and what was meant
    assert len(found) == 1, "\n".join(map(str, found))
    (finding,) = found
    assert (finding.file, finding.line, finding.field, finding.value) == (FILE, line_of(old, SMALL), field, value)
    assert problem in finding.problem
    assert allowed in finding.allowed
    assert finding.suggestion == suggestion
    with pytest.raises(PolicyErrors) as refused:
        read_policy(text, FILE)
    assert f"{FILE}:{finding.line}: {field}: " in str(refused.value)


@pytest.mark.parametrize(
    ("written", "is_read_as"),
    [
        ("15 min", timedelta(minutes=15)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("PT15M", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("2 min", timedelta(minutes=2)),
        ('"1 min"', timedelta(minutes=1)),
        ("0.5 h", timedelta(minutes=30)),
    ],
)
def test_durations_are_words(written: str, is_read_as: timedelta) -> None:
    text = with_change("lapses_after: { high: 30 min, low: 8 h }", f"lapses_after: {{ high: {written}, low: 8 h }}")
    assert read_policy(text, FILE).acknowledgement.lapses_after["high"] == is_read_as


def test_a_missing_field_is_named_where_it_is_missed() -> None:
    text = with_change("    title: the second tier\n", "")
    finding = the_finding(text)
    assert (finding.line, finding.field) == (line_of("- name: second", text), "tiers[1].title")
    assert (finding.problem, finding.value) == ("is missing", None)


def test_a_key_that_is_written_twice_is_refused_with_both_lines() -> None:
    text = with_change("kind: support\n", "kind: support\nversion: 2\n")
    finding = the_finding(text)
    assert (finding.line, finding.field) == (line_of("version: 2", text), "version")
    assert f"first on line {line_of('version: 1', text)}" in finding.problem


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = (
        SMALL.replace("5 min, low", "5 mn, low").replace("kind: support", "kind: hats").replace("is_beside", "beside")
    )
    with pytest.raises(PolicyErrors) as refused:
        read_policy(text, FILE)
    fields = [error.field for error in refused.value.errors]
    assert fields[:2] == ["kind", "tiers[0].acknowledge_within.high"]
    assert "tiers[2].beside" in fields
    lines = [error.line or 0 for error in refused.value.errors]
    assert lines == sorted(lines)
    assert str(refused.value).splitlines() == [str(error) for error in refused.value.errors]


def test_an_error_is_one_clear_line() -> None:
    text = with_change("high: 2 min", "high: 2 mn")
    assert str(the_finding(text)) == (
        f"small.yaml:{line_of('2 mn', text)}: tiers[0].remind_every.high: '2 mn' is not a duration; allowed: "
        "a number and a unit, such as 30 s, 15 min, 1 h 30 min, 2 days, 1 week, or ISO 8601 such as PT15M; "
        "also 4 wh, 2 business days, 2 months, or '3 days, close of business'"
    )
    misspelt = with_change("kind: support", "kind: suport")
    assert str(the_finding(misspelt)) == (
        "small.yaml:4: kind: 'suport' is not one of the choices; "
        "allowed: support, technical, complaint, conduct, privacy; did you mean 'support'?"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("# nothing but a comment\n", "is empty"),
        ("- a\n- list\n", "is not a mapping"),
        ("just words", "is not a mapping"),
        ("a: b: c", "is not YAML"),
        ("a: [1, 2", "is not YAML"),
        ("a:\n\t- tab", "is not YAML"),
        ("\x00\x01\x02\xff", "is not YAML"),
        ("title: \ud800", "is not YAML"),
        ("%YAML 3.0\n---\na: 1", "is not YAML"),
        (SMALL + "---\n" + SMALL, "second document"),
        ("name: &n small\ntitle: *n\n", "anchor"),
        ("title: *n\n", "alias"),
        ("name: !!python/object:os.system x\n", "tag"),
        ("? [a, b]\n: c\n", "name must stand"),
        ("a: " + "[" * 30 + "]" * 30, "too deep"),
        ("[" * 50_000, "too deep"),
        ("a: " + "x" * LARGEST, "bytes"),
        ("\n".join(f"{' ' * depth}k:" for depth in range(500)), "too deep"),
        ("a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)), "anchor"),
    ],
)
def test_ugly_input_is_refused_in_words(text: str, problem: str) -> None:
    policy, found = check_policy(text, FILE)
    assert policy is None
    assert problem in " ".join(finding.problem for finding in found)
    assert all("\n" not in str(finding) and str(finding).isprintable() for finding in found)


def test_what_a_library_quotes_of_the_file_is_told_in_signs_that_can_be_seen() -> None:
    _, found = check_policy(SMALL.replace("when: has(", "when: h\u2028as(", 1), FILE)
    assert any("does not compile" in finding.problem for finding in found)
    assert all(str(finding).isprintable() for finding in found)


def test_a_file_full_of_mistakes_is_told_in_bounds() -> None:
    text = "".join(f"field{number}: 1\n" for number in range(5000))
    _, found = check_policy(text, FILE)
    assert len(found) == MOST + 1
    assert f"more than {MOST} findings" in " ".join(finding.problem for finding in found)


def test_a_warning_is_told_and_refuses_nothing() -> None:
    text = with_change('    when: "true"', "    when: issue.contacts > 1")
    policy, found = check_policy(text, FILE)
    assert policy is not None
    assert [finding.level for finding in found] == ["warning"]
    assert read_policy(text, FILE) == policy
    assert ": warning: triggers[1]: " in str(found[0])
