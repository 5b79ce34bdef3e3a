"""The bench policy and its people: what `make bench` plays, and what tests/workflows/test_costs.py counts.

Two tiers with one target each (the time to acknowledge; one person), no warnings, no courtesies. The story: opened; the
first tier is silent; the second acknowledges; resolved; closed by a person. Times are short, so that it plays in real
time. In production they are longer, which changes no figure here but the waiting.
"""

from datetime import UTC, datetime, timedelta

from escalation.issue.commands import Acknowledge, Close, Command, Open, Resolve
from escalation.issue.facts import Actor, IssueFacts, PersonFacts
from escalation.issue.identity import IssueId
from escalation.policy.matched import Match
from escalation.policy.model import (
    Acknowledgement,
    Closing,
    EntryTiers,
    Exhaustion,
    Policy,
    Severity,
    Tell,
    Tier,
    Trigger,
)

PEOPLE = """
operator: olga
teams: {main: {duty_lead: lee}}
people:
  ray: {name: Sample Raiser, role: agent, teams: [main], addresses: {inbox: ray}}
  ann: {name: Sample One, role: first, teams: [main], addresses: {inbox: ann}}
  lee: {name: Sample Lead, role: second, teams: [main], addresses: {inbox: lee}}
  olga: {name: Sample Operator, role: operator, teams: [main], addresses: {inbox: olga}}
"""
SEVERITY = "S1"
RECORDED = (
    "opened", "tier_began", "people_asked", "told", "tier_began", "people_asked", "told",
    "acknowledged", "resolved", "closed", "window_ended",
)  # fmt: skip
"""The entries of the story. Without the two deliveries, nine."""
UP_TO_CLOSE = len(RECORDED) - 1


def bench_policy(silence: timedelta, window: timedelta) -> Policy:
    """The policy: so long a tier may be silent, and so long what is closed can be reopened."""
    commands = ("open", "acknowledge", "resolve", "close")
    return Policy(
        name="bench",
        version=1,
        title="Bench",
        kind="support",
        severities=(Severity(name=SEVERITY, means="the one that is measured", priority=1),),
        tiers=(_tier("first", "ann", silence), _tier("second", "lee", silence)),
        entry=EntryTiers(person={SEVERITY: "first"}, machine={SEVERITY: "first"}),
        triggers=(Trigger(name="all", when="true", why="Everything enters.", owner="steward"),),
        acknowledgement=Acknowledgement(),
        exhaustion=Exhaustion(
            procedure="last_resort",
            last_resort=Tell(people=("olga",)),
            last_resort_every={SEVERITY: timedelta(minutes=15)},
            charge_for_at_most={SEVERITY: timedelta(hours=1)},
        ),
        closing=Closing(
            reasons=("confirmed",),
            remind_after=timedelta(days=3),
            silence_after=timedelta(days=5),
            reopen_within=window,
        ),
        roles=dict.fromkeys(commands, ("anyone",)),
    )


def _tier(name: str, person: str, silence: timedelta) -> Tier:
    return Tier(
        name=name,
        title=name.title(),
        tell=Tell(people=(person,)),
        acknowledge_within={SEVERITY: silence},
        work_within={},
    )


def opening(reference: str, policy: Policy) -> Open:
    """The command that opens the issue now."""
    now = datetime.now(UTC)
    raiser = _by("ray")
    return Open(
        id=f"open-{reference}",
        by=raiser,
        issue=IssueFacts(
            id=IssueId(source="bench", reference=reference),
            kind="support",
            title="Card payments fail",
            severity=SEVERITY,
            raiser=raiser,
            opened_at=now,
            received_at=now,
        ),
        policies=(policy,),
        match=Match(policy=policy.name, trigger="all", why="Everything enters.", severity=SEVERITY, enter_at="first"),
        owner="ray",
        people=(
            PersonFacts(id="ray", role="agent"),
            PersonFacts(id="ann", role="first"),
            PersonFacts(id="lee", role="second"),
        ),
        last_known={"bench/first": ("ann",), "bench/second": ("lee",), "bench/": ("ray",)},
    )


def acts() -> tuple[Command, ...]:
    """What people do once the second tier is told, one after the other: as updates, as people's doors send them."""
    return (
        Acknowledge(id="a", by=_by("lee")),
        Resolve(id="r", by=_by("lee"), outcome="solved"),
        Close(id="c", by=_by("ray"), reason="confirmed"),
    )


def _by(person: str) -> Actor:
    return Actor(person=person, door="cli", assurance="asserted")
