"""Rules across fields: each has a policy that breaks it and nothing else."""

import pytest

from escalation.issue.commands import HUMAN_COMMANDS
from escalation.policy.lint_acts import COMMANDS
from tests.escalation.policy.sample import FILE, SMALL, found_in, line_of, the_finding, with_change


def test_the_small_policy_has_nothing_wrong() -> None:
    assert found_in(SMALL) == ()


def test_commands_are_those_of_the_rules() -> None:
    assert set(COMMANDS) == {"open", *HUMAN_COMMANDS}


LADDER = [
    ("kind: support", "kind: support\nlegal_entity: My Firm", "legal_entity", "is not a name of issues", None),
    ("- name: second\n", "- name: first\n", "tiers[1].name", "is also the name of tiers[0]", None),
    ("- name: anything\n", "- name: by label\n", "triggers[1].name", "is also the name of triggers[0]", None),
    (
        "work_within: { high: 15 min, low: 4 h }\n    remind",
        "work_within: { hgih: 15 min, low: 4 h }\n    remind",
        "tiers[0].work_within.hgih",
        "is not a severity",
        "high",
    ),
    ("{ high: 5 min, low: 1 h }", "{ high: 5 min }", "tiers[0].acknowledge_within", "has no limit for low", None),
    (
        "last_resort_every: { high: 15 min, low: 1 h }",
        "last_resort_every: { low: 1 h }",
        "exhaustion.last_resort_every",
        "has no limit for high",
        None,
    ),
    (
        "charge_for_at_most: { high: 1 h, low: 1 day }",
        "charge_for_at_most: { high: 1 h }",
        "exhaustion.charge_for_at_most",
        "has no limit for low",
        None,
    ),
    (
        "lapses_after: { high: 30 min, low: 8 h }",
        "lapses_after: { high: 9 h, low: 8 h }",
        "acknowledgement.lapses_after.high",
        "is longer than that of low",
        None,
    ),
    (
        "last_resort_every: { high: 15 min, low: 1 h }",
        "last_resort_every: { high: 2 h, low: 1 h }",
        "exhaustion.last_resort_every.high",
        "is longer than that of low",
        None,
    ),
    (
        "person: { high: second, low: first }",
        "person: { high: secnd, low: first }",
        "entry.person.high",
        "is not a tier",
        "second",
    ),
    (
        "machine: { high: first, low: first }",
        "machine: { high: first }",
        "entry.machine",
        "has no entry tier for low",
        None,
    ),
    (
        "machine: { high: first, low: first }",
        "machine: { high: first, low: first, lo: first }",
        "entry.machine.lo",
        "is not a severity",
        "low",
    ),
    ("    then: second\n", "", "tiers[2].then", "is missing", None),
    ("then: second", "then: secnd", "tiers[2].then", "is not a tier of the ladder", "second"),
    ("then: second", "then: side", "tiers[2].then", "is not a tier of the ladder", None),
    (
        "title: the first tier",
        "title: the first tier\n    then: second",
        "tiers[0].then",
        "follows a tier of the ladder",
        None,
    ),
    ("tell: { roles: [agent] }", "tell: { roles: [] }", "tiers[0].tell", "tells nobody", None),
    (
        "tell: { roles: [agent] }",
        "tell: { roles: [agent] }\n    also_tell: { high: { roles: [] } }",
        "tiers[0].also_tell.high",
        "tells nobody",
        None,
    ),
    (
        "tell: { roles: [agent] }",
        "tell: { roles: [agent] }\n    also_tell: { hihg: { roles: [agent] } }",
        "tiers[0].also_tell.hihg",
        "is not a severity",
        "high",
    ),
    ("tell: { roles: [agent] }", "tell: { team: main }", "tiers[0].tell", "tells nobody", None),
    ("last_resort: { people: [kim] }", "last_resort: {}", "exhaustion.last_resort", "tells nobody", None),
    (
        "remind_every: { high: 2 min }",
        "remind_every: { high: 5 min }",
        "tiers[0].remind_every.high",
        "would come when the tier's time is up",
        None,
    ),
    (
        "{ high: 15 min, low: 4 h }\n    remind",
        "{ high: 4 min, low: 4 h }\n    remind",
        "tiers[0].work_within.high",
        "is shorter than the time to acknowledge",
        None,
    ),
    (
        "lapses_after: { high: 30 min, low: 8 h }",
        "lapses_after: { high: 30 min }",
        "tiers[1]",
        "lets an acknowledged issue of low rest here for ever",
        None,
    ),
    ("tell: [handler] }", "tell: [] }", "tiers[0].warnings[0].tell", "tells nobody", None),
    ("waived_for: [high]", "waived_for: [hihg]", "tiers[1].checklist[0].waived_for[0]", "is not a severity", "high"),
    (
        "waived_for: [high] }",
        "waived_for: [high] }\n      - { name: what, ask: Again? }",
        "tiers[1].checklist[1].name",
        "is also the name of",
        None,
    ),
    ("procedure: last_resort", "procedure: fallback", "exhaustion.fallback", "is missing", None),
    ("procedure: last_resort", "procedure: restart\n  fallback: other", "exhaustion.fallback", "has no effect", None),
    (
        "procedure: last_resort",
        "procedure: fallback\n  fallback: small",
        "exhaustion.fallback",
        "is this policy itself",
        None,
    ),
]
TIMES = [
    (
        "  - { name: answer, title",
        "  - { name: answer, within: { high: 4 h } }\n  - { name: answer, title",
        "targets[1].name",
        "is also the name of targets[0]",
        None,
    ),
    ("within: { high: 3 h, low: 3 days }", "within: {}", "targets[0].within", "is empty", None),
    (
        "within: { high: 3 h, low: 3 days }",
        "within: { hihg: 3 h }",
        "targets[0].within.hihg",
        "is not a severity",
        "high",
    ),
    (
        "within: { high: 3 h, low: 3 days }",
        "within: { high: 4 days, low: 3 days }",
        "targets[0].within.high",
        "is longer than that of low",
        None,
    ),
    ("3 days }, tell: [owner] }", "3 days }, tell: [] }", "targets[0].tell", "tells nobody", None),
    (
        "reasons: { customer: The customer must answer, supplier: A supplier must act }",
        "reasons: {}",
        "hold.reasons",
        "is empty",
        None,
    ),
    (
        "high: 45 min, low: 10 h }",
        "high: 45 min, low: 10 h, hihg: 1 h }",
        "hold.at_most.hihg",
        "is not a severity",
        "high",
    ),
    (
        "  at_most: { high: 45 min, low: 10 h }",
        "  at_most: { high: 45 min }",
        "hold.at_most",
        "has no limit for low, which the other cap names",
        None,
    ),
    (
        "in_all_at_most: { high: 2 h, low: 20 h }",
        "in_all_at_most: { low: 20 h }",
        "hold.in_all_at_most",
        "has no limit for high, which the other cap names",
        None,
    ),
    (
        "  at_most: { high: 45 min, low: 10 h }\n  in_all_at_most: { high: 2 h, low: 20 h }",
        "  at_most: {}\n  in_all_at_most: {}",
        "hold.at_most",
        "is empty: nothing could be held",
        None,
    ),
    (
        "in_all_at_most: { high: 2 h, low: 20 h }",
        "in_all_at_most: { high: 30 min, low: 20 h }",
        "hold.at_most.high",
        "is longer than all holds together may be",
        None,
    ),
    ("stops: [work]", "stops: [work, work]", "hold.stops[1]", "is written twice", None),
    (
        "stops: [work]\nseverity_change: { clocks: recount",
        "stops: [acknowledge]\nseverity_change: { clocks: restart",
        "severity_change.clocks",
        "would ask a tier anew while a hold has stopped",
        None,
    ),
]
READ = [
    ("stops: [work]", "stops: [wrok]", "hold.stops[0]", "is not one of the choices", "work"),
    ("clocks: recount", "clocks: recuont", "severity_change.clocks", "is not one of the choices", "recount"),
    (
        "3 days }, tell: [owner] }",
        "3 days }, stop_on_hold: true }",
        "targets[0].stop_on_hold",
        "is not a field",
        "stops_on_hold",
    ),
    ("low: 10 h }", "low: 10 hours-ish }", "hold.at_most.low", "is not a duration", None),
]
"""What a single field may hold, here of the fields of targets, holds and changes of severity."""
ACTS = [
    ("severity: high\n", "severity: hgih\n", "triggers[0].severity", "is not a severity", "high"),
    ("severity: high\n", "usual_severity: hgih\n", "triggers[0].usual_severity", "is not a severity", "high"),
    (
        "severity: high\n",
        "severity: high\n    usual_severity: low\n",
        "triggers[0].usual_severity",
        "has no effect",
        None,
    ),
    ("enter_at: side", "enter_at: sied", "triggers[0].enter_at", "is not a tier", "side"),
    (
        'when: "true"',
        'when: "true && issue.contcts > 1 || true"',
        "triggers[1].when",
        "undeclared reference to 'issue.contcts'",
        "issue.contacts",
    ),
    ('when: "true"', "when: issue.kind == 3", "triggers[1].when", "no matching overload", None),
    ('when: "true"', "when: issue.kind ==", "triggers[1].when", "does not compile: line 1, column 14", None),
    ('when: "true"', "when: issue.contacts", "triggers[1].when", "gives int, not true or false", None),
    ('when: "true"', "when: wat", "triggers[1].when", "undeclared reference to 'wat'", None),
    ('when: "true"', f"when: {'true || ' * 250}true", "triggers[1].when", "has 2004 characters", None),
    (
        "has(issue.labels.sort) && issue.labels.sort",
        "issue.labels.sort",
        "triggers[0].when",
        "reads label 'sort'",
        None,
    ),
    (
        "has(issue.labels.sort) && issue.labels.sort",
        'issue.labels["a-b"]',
        "triggers[0].when",
        "reads label 'a-b'",
        None,
    ),
    ("has(issue.labels.sort) &&", "has(issue.labels.other) &&", "triggers[0].when", "reads label 'sort'", None),
    (
        "  resolve: [handler]",
        "  reslove: [handler]\n  resolve: [handler]",
        "roles.reslove",
        "is not a command",
        "resolve",
    ),
    ("  resolve: [handler]\n", "", "roles", "says nothing of resolve", None),
    ("  resolve: [handler]\n", "  resolve: []\n", "roles.resolve", "is empty", None),
    (
        "roles:\n  open",
        "assurance: { clsoe: signed_in }\nroles:\n  open",
        "assurance.clsoe",
        "is not a command",
        "close",
    ),
    ("kind: support", "kind: complaint", "closing.reasons", "may not close a complaint", None),
    ("reasons: [confirmed, silence]", "reasons: [confirmed]", "closing.silence_after", "is not among", None),
    ("reasons: [confirmed, silence]", "reasons: [confirmed, silence, confirmed]", "closing.reasons[2]", "twice", None),
    (
        "silence_after: 2 days",
        "silence_after: 1 day",
        "closing.silence_after",
        "before the resolution's confirmation",
        None,
    ),
]


@pytest.mark.parametrize(("old", "new", "field", "problem", "suggestion"), LADDER + TIMES + READ + ACTS)
def test_a_broken_rule_is_named(old: str, new: str, field: str, problem: str, suggestion: str | None) -> None:
    # Given a policy that breaks one rule; when it is checked
    text = with_change(old, new)
    matching = [finding for finding in found_in(text) if finding.field == field and problem in finding.problem]
    # Then the finding names the field, and what was likely meant
    assert len(matching) == 1, "\n".join(map(str, found_in(text)))
    (finding,) = matching
    assert (finding.level, finding.suggestion, finding.file) == ("error", suggestion, FILE)
    assert finding.line is not None
    assert finding.allowed


def test_each_rule_breaks_alone() -> None:
    """One mistake, one finding, wherever a mistake has no consequences."""
    for old, new, field, _, _ in LADDER + TIMES + ACTS:
        also = {found.field for found in found_in(with_change(old, new))} - {field}
        allowed_too = {"- name: second\n": {"tiers[2].then", "entry.person.high"}, 'when: "true"': {"triggers[1]"}}
        consequences = allowed_too.get(old, set()) | ({"entry.machine"} if "hgih" in new else set())
        if "closing" in field or "work_within.hgih" in field or "secnd" in new:
            continue
        assert also <= consequences, f"{new}: {also}"


def test_a_finding_stands_at_the_line_of_its_field() -> None:
    text = with_change("last_resort: { people: [kim] }", "last_resort: { people: [] }")
    assert the_finding(text).line == line_of("last_resort: { people", text)
    text = with_change("enter_at: side", "enter_at: sied")
    assert the_finding(text).line == line_of("enter_at: sied", text)
    text = with_change("{ high: 5 min, low: 1 h }", "\n      high: 2 h\n      low: 1 h")
    wrong = next(found for found in found_in(text) if found.field == "tiers[0].acknowledge_within.high")
    assert wrong.line == line_of("high: 2 h", text)


def test_a_work_warning_needs_a_work_limit() -> None:
    text = with_change("    work_within: { high: 15 min, low: 4 h }\n    remind", "    remind")
    finding = the_finding(text)
    assert (finding.field, finding.value) == ("tiers[0].warnings[0].of", "work")


def test_a_ladder_of_lanes_alone_is_no_ladder() -> None:
    text = SMALL.replace("    title: the first tier", "    title: x\n    is_beside: true\n    then: second")
    text = text.replace("    title: the second tier", "    title: x\n    is_beside: true\n    then: side")
    assert "has no tier that time climbs" in [found.problem for found in found_in(text)]


def test_nothing_at_all_is_no_policy() -> None:
    text = SMALL[: SMALL.index("severities:")] + "severities: {}\ntiers: []\n" + SMALL[SMALL.index("entry:") :]
    problems = {found.field: found.problem for found in found_in(text)}
    assert problems["severities"] == "is empty"
    assert problems["tiers"] == "has no tier that time climbs"
    begin, end = SMALL.index("triggers:"), SMALL.index("acknowledgement:")
    finding = the_finding(SMALL[:begin] + "triggers: []\n" + SMALL[end:])
    assert (finding.field, finding.level) == ("triggers", "error")


def test_without_a_catch_all_there_is_a_warning() -> None:
    finding = the_finding(with_change('when: "true"', "when: '!issue.raised_by_machine'"))
    assert (finding.level, finding.field) == ("warning", "triggers[1]")
    assert "does not enter the ladder" in finding.problem


def test_persons_and_machines_together_are_everybody() -> None:
    both = (
        'when: "!issue.raised_by_machine"\n    why: a\n    owner: b\n  - name: rest\n    when: issue.raised_by_machine'
    )
    assert found_in(with_change('when: "true"', both)) == ()


def test_what_comes_after_a_catch_all_is_warned_of() -> None:
    text = with_change('when: has(issue.labels.sort) && issue.labels.sort == "odd"', "when: 'true'")
    finding = the_finding(text)
    assert (finding.level, finding.field) == ("warning", "triggers[1]")
    assert "never tried" in finding.problem
