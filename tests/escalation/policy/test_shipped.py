"""The policies that ship: valid, with the figures that were decided, and every trigger tried both ways."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client.policy_files import BESIDE
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.policy.check_set import check_set, read_set
from escalation.policy.describe import told_at_the_latest
from escalation.policy.match import issue_fields, match
from escalation.policy.matched import Match
from escalation.policy.model import Policy
from tests.escalation.policy.sample import POLICIES

AT = datetime(2026, 11, 20, 19, 40, tzinfo=UTC)
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(POLICIES.glob("*.yaml"))}
PEOPLE = ("people.yaml", TEXTS["people.yaml"])
TEXTS = {name: text for name, text in TEXTS.items() if name not in BESIDE}
CHECKED = check_set(TEXTS, PEOPLE)
MIN, H = timedelta(minutes=1), timedelta(hours=1)
S1_TO_S4 = ("S1", "S2", "S3", "S4")
BY_NAME = {policy.name: policy for policy in CHECKED.policies}


def test_they_are_fit_for_use_without_a_warning() -> None:
    assert [str(finding) for finding in CHECKED.findings] == []
    assert set(BY_NAME) == {name.removesuffix(".yaml") for name in TEXTS}
    assert {"four-tier-support", "technical-sev"} <= set(BY_NAME)
    assert read_set(TEXTS, PEOPLE)


@pytest.mark.parametrize("name", TEXTS)
def test_their_figures_are_labelled_as_proposed(name: str) -> None:
    assert "PROPOSED STARTING VALUES" in TEXTS[name]


@pytest.mark.parametrize("policy", CHECKED.policies, ids=lambda policy: policy.name)
def test_everything_people_can_do_is_somebodys(policy: Policy) -> None:
    assert set(policy.roles) == {"open", *HUMAN_COMMANDS}
    assert policy.roles["decline"] == ("asked", "offered")
    assert policy.roles["snooze"] == ("asked", "handler")
    assert "offered" in policy.roles["accept"]
    assert "anyone" not in {word for name, words in policy.roles.items() if name != "open" for word in words}
    assert "machine" not in policy.roles["cancel"] + policy.roles["accept"], "only people can"
    assert {"duplicate_of", "opened_in_error"} <= set(policy.closing.reasons)


@pytest.mark.parametrize("policy", CHECKED.policies, ids=lambda policy: policy.name)
def test_a_hold_stops_the_time_to_work_alone_and_never_at_the_worst(policy: Policy) -> None:
    assert policy.hold is not None
    assert policy.hold.stops == ("work",)
    assert "waiting_vendor" in policy.hold.reasons
    assert policy.severities[0].name not in policy.hold.at_most
    for name, longest in policy.hold.at_most.items():
        assert policy.hold.in_all_at_most[name] == 2 * longest


def test_support_has_the_targets_and_holds_that_were_decided() -> None:
    policy = BY_NAME["four-tier-support"]
    assert [target.name for target in policy.targets] == ["resolution"]
    within = policy.targets[0].within
    assert [within[severity] for severity in S1_TO_S4] == [4 * H, 24 * H, 24 * H, 40 * H]
    assert policy.hold is not None
    assert policy.hold.at_most == {"S2": 4 * H, "S3": 24 * H, "S4": 40 * H}
    assert policy.severity_change.clocks == "recount"


def test_technical_asks_anew_when_it_gets_worse() -> None:
    policy = BY_NAME["technical-sev"]
    assert policy.severity_change.clocks == "restart"
    assert policy.targets == ()
    assert policy.hold is not None
    assert set(policy.hold.at_most) == {"SEV3", "SEV4"}


@pytest.mark.parametrize("policy", CHECKED.policies, ids=lambda policy: policy.name)
def test_every_tier_says_what_to_do_and_finds_somebody(policy: Policy) -> None:
    assert CHECKED.directory is not None
    for tier in policy.tiers:
        assert len(tier.runbook.split()) > 10
        assert CHECKED.directory.in_tell(tier.tell, "main")
        assert {(warning.of, warning.at) for warning in tier.warnings} >= {("acknowledge", 0.75), ("work", 0.75)}
    assert CHECKED.directory.in_tell(policy.exhaustion.last_resort, "main")


def test_the_sample_people_are_plainly_samples() -> None:
    assert CHECKED.directory is not None
    for person in CHECKED.directory.people:
        assert person.id.startswith("sample-")
        assert person.name.startswith("Sample ")
        assert person.addresses["email"].endswith("@example.org")
    assert [team.name for team in CHECKED.directory.teams] == ["main", "support", "platform"]


def figures(policy: Policy, severities: tuple[str, ...], kind: str) -> dict[str, list[timedelta]]:
    """The limits of each tier in the order of the severities."""
    limits = {tier.name: getattr(tier, kind) for tier in policy.tiers}
    return {name: [each[severity] for severity in severities] for name, each in limits.items()}


def test_support_has_the_times_that_were_decided() -> None:
    policy = BY_NAME["four-tier-support"]
    assert policy.climb() == ("front_line", "team_lead", "department_manager", "senior_management")
    assert figures(policy, S1_TO_S4, "acknowledge_within") == {
        "front_line": [5 * MIN, 15 * MIN, 1 * H, 4 * H],
        "team_lead": [10 * MIN, 30 * MIN, 2 * H, 8 * H],
        "department_manager": [15 * MIN, 1 * H, 4 * H, 8 * H],
        "senior_management": [30 * MIN, 2 * H, 8 * H, 16 * H],
        "specialist": [10 * MIN, 30 * MIN, 4 * H, 8 * H],
    }
    ladder = {k: v for k, v in figures(policy, S1_TO_S4, "work_within").items() if k != "specialist"}
    assert ladder == {
        "front_line": [15 * MIN, 1 * H, 4 * H, 8 * H],
        "team_lead": [30 * MIN, 2 * H, 8 * H, 16 * H],
        "department_manager": [1 * H, 4 * H, 16 * H, 24 * H],
        "senior_management": [1 * H, 8 * H, 24 * H, 40 * H],
    }
    assert policy.acknowledgement.lapses_after == {"S1": 30 * MIN, "S2": 2 * H, "S3": 8 * H, "S4": 16 * H}
    assert (policy.acknowledgement.renewals, policy.acknowledgement.second) == (2, "joins")
    assert policy.exhaustion.last_resort_every == {"S1": 15 * MIN, "S2": 1 * H, "S3": 24 * H, "S4": 24 * H}
    assert (policy.exhaustion.procedure, policy.exhaustion.repeats) == ("last_resort", 0)
    closing = policy.closing
    assert (closing.remind_after, closing.silence_after, closing.reopen_within) == (72 * H, 120 * H, 14 * 24 * H)


@pytest.mark.parametrize(
    ("clock", "latest"),
    [("acknowledge", [30 * MIN, 105 * MIN, 7 * H, 20 * H]), ("work", [105 * MIN, 7 * H, 28 * H, 48 * H])],
)
def test_senior_management_hears_at_the_latest(clock: Any, latest: list[timedelta]) -> None:
    policy = BY_NAME["four-tier-support"]
    sums = [told_at_the_latest(policy, severity, "senior_management", clock) for severity in S1_TO_S4]
    assert sums == latest


def test_support_raised_by_a_person_enters_at_the_team_lead() -> None:
    entry = BY_NAME["four-tier-support"].entry
    assert set(entry.person.values()) == {"team_lead"}
    assert entry.machine == {"S1": "team_lead", "S2": "team_lead", "S3": "front_line", "S4": "front_line"}


def test_technical_has_the_times_that_were_decided() -> None:
    policy = BY_NAME["technical-sev"]
    times = figures(policy, ("SEV1", "SEV2"), "acknowledge_within")
    assert times == {
        "primary": [5 * MIN, 10 * MIN],
        "secondary": [5 * MIN, 10 * MIN],
        "engineering_manager": [10 * MIN, 20 * MIN],
        "cto_duty": [15 * MIN, 30 * MIN],
    }
    sev3 = [limits[0] for limits in figures(policy, ("SEV3",), "acknowledge_within").values()]
    assert sev3[:3] == [2 * H, 4 * H, 8 * H]
    assert policy.tier("primary").acknowledge_within["SEV4"] == 8 * H
    assert policy.exhaustion.last_resort_every["SEV1"] == 15 * MIN
    everybody = {role for tier in policy.tiers for role in tier.tell.roles}
    assert everybody <= set(policy.exhaustion.last_resort.roles)


def test_machines_may_do_what_pagers_and_monitors_do() -> None:
    roles = BY_NAME["technical-sev"].roles
    assert all("machine" in roles[command] for command in ("open", "acknowledge", "release", "escalate", "resolve"))
    assert "machine" in BY_NAME["four-tier-support"].roles["resolve"]


Fields = dict[str, Any]
PERSON: Fields = {"raised_by_machine": False}
MACHINE: Fields = {"raised_by_machine": True}


def labelled(**labels: str) -> Fields:
    return {"labels": labels}


SUPPORT: list[tuple[str, list[Fields], list[Fields]]] = [
    (
        "no access to money or safety",
        [{"harm": ["fraud"]}, {"harm": ["press", "safety"]}, {"harm": ["no_access_to_funds"]}],
        [{"harm": []}, {"harm": ["vulnerable"]}],
    ),
    (
        "words of harm or law",
        [
            {"text": "I will go to the Ombudsman"},
            {"title": "Data leak on the portal"},
            {"text": "my solicitor writes"},
            {"text": "he was injured"},
            {"text": "they discriminated against me"},
            {"text": "the regulator will hear"},
            {"text": "I am a journalist"},
            {"harm": ["legal"]},
        ],
        [{"text": "The card machine is slow"}, {"text": "a pressing matter"}, {"title": "regulators' yearly report"}],
    ),
    (
        "vulnerable customer and money",
        [
            {"harm": ["vulnerable"], "text": "My rent was not paid"},
            {"harm": ["vulnerable"], "title": "Refund of EUR 640"},
        ],
        [{"harm": ["vulnerable"], "text": "The app is hard to read"}, {"text": "My rent was not paid"}],
    ),
    (
        "customer's deadline is near",
        [{"deadlines": [AT + timedelta(hours=47)]}, {"deadlines": [AT + timedelta(days=9), AT - timedelta(hours=1)]}],
        [{"deadlines": []}, {"deadlines": [AT + timedelta(hours=48)]}],
    ),
    ("third contact", [{"contacts": 3}, {"contacts": 7}], [{"contacts": 2}]),
    (
        "customer asks for a manager",
        [
            {"text": "I want to speak to a manager"},
            {"title": "WANT A MANAGER NOW"},
            {"text": "let me talk with your supervisor"},
            labelled(asks_for_manager="yes"),
        ],
        [{"text": "the account manager called me"}, labelled(asks_for_manager="no")],
    ),
    ("reopened twice", [{"reopened": 2}], [{"reopened": 1}]),
    ("over the agent's limit", [labelled(over_limit="yes")], [labelled(over_limit="no"), {}]),
    ("no standard solution", [labelled(no_standard_solution="yes")], [labelled(no_standard_solution="")]),
    ("raised by a person", [PERSON], [MACHINE]),
    ("raised by a machine", [MACHINE], [PERSON]),
]
TECHNICAL: list[tuple[str, list[Fields], list[Fields]]] = [
    ("harm to people or money", [{"harm": ["fraud"]}], [{"harm": ["legal"]}]),
    (
        "an alert that pages or says disaster",
        [labelled(severity="page"), labelled(severity="Disaster")],
        [labelled(severity="pager"), {}],
    ),
    (
        "PagerDuty priority P1",
        [labelled(priority="P1", urgency="high")],
        [labelled(priority="P11"), labelled(urgency="high")],
    ),
    (
        "PagerDuty priority P2",
        [labelled(priority="P2", urgency="high"), labelled(priority="sev2")],
        [labelled(priority="P1")],
    ),
    ("PagerDuty priority P3", [labelled(priority="p3", urgency="high")], [labelled(priority="P2")]),
    (
        "PagerDuty priority P4 or P5",
        [labelled(priority="P4", urgency="high"), labelled(priority="P5")],
        [labelled(priority="P3")],
    ),
    (
        "a critical alert",
        [labelled(severity="critical"), labelled(severity="Critical")],
        [labelled(severity="warning")],
    ),
    ("a warning", [labelled(severity="warning"), labelled(severity="average")], [labelled(severity="info")]),
    ("for information", [labelled(severity="info"), labelled(severity="Info"), labelled(severity="ok")], [labelled()]),
    ("PagerDuty high urgency", [labelled(urgency="high")], [labelled(urgency="low")]),
    ("PagerDuty low urgency", [labelled(urgency="low")], [labelled(urgency="high")]),
    ("raised by a person", [PERSON], [MACHINE]),
    ("raised by a machine", [MACHINE, MACHINE | labelled(severity="unheard of")], [PERSON]),
]
TRIED = {"four-tier-support": SUPPORT, "technical-sev": TECHNICAL}
CASES = [
    pytest.param(BY_NAME[policy], trigger, given, does_match, id=f"{policy}: {trigger}: {given} {does_match}")
    for policy, triggers in TRIED.items()
    for trigger, matching, others in triggers
    for does_match, cases in ((True, matching), (False, others))
    for given in cases
]


def the_match(policy: Policy, **given: Any) -> Match:
    facts = {"kind": policy.kind, "source": "desk", "received_at": AT, "opened_at": AT} | given
    found = match(policy, issue_fields(**facts))
    assert isinstance(found, Match), found.words
    assert "failed" not in {each.held for each in found.tried}
    return found


def test_every_shipped_trigger_is_tried() -> None:
    for policy in CHECKED.policies:
        assert [name for name, _, _ in TRIED[policy.name]] == [trigger.name for trigger in policy.triggers]


@pytest.mark.parametrize(("policy", "trigger", "given", "does_match"), CASES)
def test_a_shipped_trigger_matches_what_it_should(
    policy: Policy, trigger: str, given: Fields, does_match: bool
) -> None:
    severity = policy.severities[-1].name
    found = the_match(policy, **({"severity": severity} | given))
    assert (found.trigger == trigger) is does_match, found.words
    assert found.enter_at in {tier.name for tier in policy.tiers}
    if does_match:
        demanded = next(each.severity for each in policy.triggers if each.name == trigger)
        assert found.severity == (demanded or severity)


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ({"alertname": "High CPU Temperature", "severity": "critical", "host": "andromeda"}, "SEV2"),
        ({"priority": "P1", "urgency": "high"}, "SEV1"),
        ({"urgency": "high"}, "SEV2"),
        ({}, "SEV3"),
    ],
)
def test_what_a_machine_sends_gets_its_severity_from_its_labels(labels: dict[str, str], severity: str) -> None:
    found = the_match(BY_NAME["technical-sev"], raised_by_machine=True, labels=labels)
    assert (found.severity, found.enter_at) == (severity, "primary")


def test_a_given_severity_is_never_lowered() -> None:
    found = the_match(BY_NAME["technical-sev"], severity="SEV1", labels={"severity": "info"})
    assert found.severity == "SEV1"
    assert the_match(BY_NAME["four-tier-support"], severity="S1", contacts=3).severity == "S1"


def test_an_agents_refund_over_the_limit_enters_at_the_team_lead() -> None:
    found = the_match(BY_NAME["four-tier-support"], severity="S3", labels={"over_limit": "yes"})
    assert (found.trigger, found.severity, found.enter_at) == ("over the agent's limit", "S3", "team_lead")
    found = the_match(BY_NAME["four-tier-support"], severity="S3", labels={"no_standard_solution": "yes"})
    assert found.enter_at == "specialist"
