"""A case's policy as one of ours: tiers told by name, `delay` as the time to acknowledge, `repeat` as further passes.

What a case's policy does not say and ours must is said here, and tells only people whom no case names: who owns an
issue, and who is the last resort. Whether the policy may be used is asked of the product's own checks.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from escalation.calendar.working_hours import WorkingHours
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.policy.finding import Findings
from escalation.policy.lint import lint_policy
from escalation.policy.model import (
    Acknowledgement,
    Closing,
    Ends,
    EntryTiers,
    Exhaustion,
    Holding,
    Limits,
    Policy,
    Severity,
    SeverityChange,
    Target,
    Tell,
    Tier,
    Trigger,
)
from escalation.storm.counting import Limits as StormLimits
from tests.peers.fields import Fields, Unsupported
from tests.peers.spans import read_span

OWNER = "escalon:owner"
LAST_RESORT = "escalon:last-resort"
OUTSIDE = frozenset({OWNER, LAST_RESORT})
"""People of ours, whom no case knows: what they are told is no part of it."""
SERVICE_OWNER = "service owner"
NOBODY = "schedule:nobody"
"""A schedule that no case fills."""
ROTAS = ("schedule:", "rotation:")
"""How targets begin that are looked up by who is on duty."""
EVER = timedelta(days=3660)
"""The longest span that a policy may say."""
AT_ONCE = timedelta(milliseconds=1)
"""The shortest."""
WINDOW = timedelta(days=30)
MOST_REPEATS = 100
_ENDS: dict[str, Ends] = {"first_response": "first_response", "update": "updated", "next_response": "updated"}
"""What meets a clock; the others are met by the resolution."""
_ROLES: dict[str, tuple[str, ...]] = dict.fromkeys(("open", *HUMAN_COMMANDS), ("anyone",))


@dataclass(frozen=True)
class House:
    """What holds for every policy of a case."""

    ack_timeout: timedelta | None = None
    ack_reminder: timedelta | None = None
    """How often who has acknowledged is reminded of it."""
    answer_within: timedelta | None = None
    """How long they have to say that they still have it; None: they need not."""
    severities: tuple[str, ...] = ("S1",)
    """The priorities of the case, worst first."""
    targets: Mapping[str, timedelta] = field(default_factory=dict)
    """What is agreed, by clock."""
    hours: WorkingHours | None = None
    """In whose working time it counts; None: day and night."""
    types: Mapping[str, str | None] | None = None
    """By type of issue, the priority of one of which none is given; None: the case knows no types."""
    usual: str | None = None
    """The priority of one of which nothing is given, in a case that knows types."""
    agreed_for: tuple[str, ...] | None = None
    """The priorities for which it is agreed; None: all of them."""
    is_second_joining: bool = False
    has_restart: bool = False
    """Whether the ladder begins again when it is escalated by hand beyond the last tier."""
    is_update_for_words: bool = False
    """Whether an update is owed only from the customer's first word, where somebody else raised the issue."""
    has_reopening: bool = False
    """Whether the case reopens: else what is resolved is over, and what comes then is a new issue."""
    holds: tuple[str, ...] | None = None
    """Clocks of a tier that stop on hold; None: nothing is held in this case."""

    limits: StormLimits | None = None
    """How messages gather; None: each goes by itself."""
    has_all_clear: bool = False
    """Whether who was asked hears how it ends."""

    def limit(self, span: timedelta) -> Limits:
        """The same for every priority."""
        return dict.fromkeys(self.severities, span)

    @property
    def reminders(self) -> Limits:
        """Of who has acknowledged, at every tier."""
        return self.limit(self.ack_reminder) if self.ack_reminder else {}

    @property
    def has_customer(self) -> bool:
        """Whether somebody waits for an answer."""
        return any(clock in _ENDS for clock in self.targets)

    def target(self, clock: str) -> Target:
        """A clock of the case."""
        priorities = self.severities if self.agreed_for is None else self.agreed_for
        hours = dict.fromkeys(priorities, self.hours.name) if self.hours is not None else {}
        within = dict.fromkeys(priorities, self.targets[clock])
        ends = _ENDS.get(clock)
        return Target(
            name=clock,
            within=within,
            hours=hours,
            starts="customer_wrote" if ends == "updated" and self.is_update_for_words else None,
            ends=ends,
            begins_when_missed=clock == "next_response",
            when_reopened="goes_on" if self.has_reopening and ends != "updated" else None,
        )


@dataclass(frozen=True)
class Ladder:
    """One policy of a case, as it is played."""

    policy: Policy
    numbers: dict[str, str]
    """The case's number of a tier, by our name for it."""
    refusal: str | None = None
    """Why our checks refuse the case's policy; then this is the ladder in force without it, which tells nobody of the
    case, and what needs the refused one is refused with this reason."""


def ladder_of(fields: Fields, name: str, house: House, *, is_offered: bool = False) -> Ladder:
    """The policy of a case. Raises Unsupported.

    A tier without targets is one at which nobody is on call; where the policy is only offered to be saved, it is taken
    as it is written.
    """
    if "steps" in fields:
        raise Unsupported("step_chain")
    repeat = fields.number("repeat")
    if not -1 <= repeat <= MOST_REPEATS:
        raise fields.cannot("repeat")
    tiers = tuple(_tier(row, house, is_offered=is_offered) for row in fields.rows("tiers"))
    fields.text("name")
    fields.done()
    has_end = repeat >= 0 and not house.has_restart
    exhaustion = Exhaustion(
        repeats=MOST_REPEATS if repeat < 0 else repeat,
        procedure="last_resort" if has_end else "restart",
        last_resort=Tell(people=(LAST_RESORT,)),
        last_resort_every=house.limit(timedelta(days=7)),
        charge_for_at_most=house.limit(EVER),
    )
    policy = _policy(name, tiers, exhaustion, house)
    refusal = refusal_of(policy, house)
    if refusal is not None:
        return Ladder(stand_in((), house).policy, {}, refusal)
    return Ladder(policy, {tier.name: tier.name.removeprefix("tier-") for tier in tiers})


def stand_in(told: tuple[str, ...], house: House) -> Ladder:
    """The ladder of a case that gives none: one tier that is asked without end; by default nobody of the case."""
    tier = Tier(
        name="tier-1",
        title="those who are asked",
        tell=Tell(people=told or (OWNER,)),
        acknowledge_within=house.limit(EVER),
        remind_handler_every=house.reminders,
    )
    exhaustion = Exhaustion(
        procedure="last_resort",
        last_resort=Tell(people=(LAST_RESORT,)),
        last_resort_every=house.limit(timedelta(days=7)),
        charge_for_at_most=house.limit(EVER),
    )
    return Ladder(_policy("stand-in", (tier,), exhaustion, house), {"tier-1": "1"})


def refusal_of(policy: Policy, house: House) -> str | None:
    """Why our checks refuse it; None where they do not.

    Policies of cases have no work limits, so that an acknowledgement does stop their climb: the one rule against that
    is met, for the check alone, by an acknowledgement that lapses in ten years.
    """
    checked = policy
    if not policy.acknowledgement.lapses_after:
        rests = policy.acknowledgement.model_copy(update={"lapses_after": house.limit(EVER)})
        checked = policy.model_copy(update={"acknowledgement": rests})
    findings = Findings("policy")
    lint_policy(checked, findings)
    errors = [str(finding) for finding in findings.in_order() if finding.level == "error"]
    return "; ".join(errors) or None


def _tier(fields: Fields, house: House, *, is_offered: bool) -> Tier:
    number = fields.words("tier")
    delay = read_span(fields.take("delay")) if "delay" in fields else EVER
    if delay is None or not AT_ONCE <= delay <= EVER:
        raise fields.cannot("delay")
    targets = fields.names("targets")
    tell = _tell(targets if targets or is_offered else [NOBODY])
    is_by_all = fields.take("each_must_acknowledge")
    if is_by_all not in (None, False, True):
        raise fields.cannot("each_must_acknowledge")
    if "notifications" in fields:
        raise Unsupported("step_chain")
    fields.done()
    return Tier(
        name=f"tier-{number}",
        title=f"tier {number}",
        tell=tell,
        acknowledge_within=house.limit(delay),
        remind_handler_every=house.reminders,
        is_acknowledged_by_all=is_by_all is True,
    )


def _tell(targets: list[str]) -> Tell:
    people: list[str] = []
    roles: list[str] = []
    rotas: list[str] = []
    for target in targets:
        if target == SERVICE_OWNER:
            roles.append(target)
        elif target.startswith(ROTAS):
            rotas.append(target)
        elif target.startswith("channel:"):
            raise Unsupported("chat_channel")
        elif ":" in target:
            raise Unsupported(f"target {target}")
        else:
            people.append(target)
    return Tell(people=tuple(people), roles=tuple(roles), rotas=tuple(rotas))


def _policy(name: str, tiers: tuple[Tier, ...], exhaustion: Exhaustion, house: House) -> Policy:
    first = dict.fromkeys(house.severities, tiers[0].name) if tiers else {}
    return Policy(
        name=name,
        version=1,
        title=name,
        kind="technical",
        severities=tuple(_severity(name, house) for name in house.severities),
        tiers=tiers,
        entry=EntryTiers(person=first, machine=first),
        triggers=tuple(_triggers(house)),
        acknowledgement=Acknowledgement(
            lapses_after=house.limit(house.ack_timeout) if house.ack_timeout else {},
            answer_within=house.limit(house.answer_within) if house.answer_within else {},
            renewals=20,
            # Where each must, one who takes over from another would undo their acknowledgement.
            second="joins" if house.is_second_joining or any(t.is_acknowledged_by_all for t in tiers) else "takes_over",
        ),
        exhaustion=exhaustion,
        closing=Closing(
            reasons=("confirmed", "opened_in_error"),
            remind_after=EVER,
            reopen_within=WINDOW if house.has_reopening else AT_ONCE,
        ),
        targets=tuple(house.target(clock) for clock in house.targets),
        severity_change=SeverityChange(ends_targets=house.agreed_for is not None),
        pinned_calendars={house.hours.name: house.hours} if house.hours is not None else {},
        hold=None if house.holds is None else _holding(house),
        roles=_ROLES,
        courtesies=("all_clear",) if house.has_all_clear else (),
    )


def _triggers(house: House) -> Iterator[Trigger]:
    """One for each type that has a priority of its own, and the one that takes whatever is left."""
    said = {"why": "The case says so.", "owner": OWNER}
    for number, (kind, priority) in enumerate((house.types or {}).items()):
        if priority is not None:
            when = f'"type" in issue.labels && issue.labels["type"] == {json.dumps(kind)}'
            yield Trigger(name=f"type {number}", when=when, usual_severity=priority, **said)
    yield Trigger(name="every issue", when="true", usual_severity=house.usual, **said)


def _severity(name: str, house: House) -> Severity:
    """Of several priorities the worst is urgent."""
    is_worst = len(house.severities) > 1 and name == house.severities[0]
    return Severity(name=name, means="as the case says", priority=1 if is_worst else 3)


def _holding(house: House) -> Holding:
    return Holding.model_validate(
        {
            "reasons": {"waiting": "as the case says"},
            "stops": house.holds,
            "at_most": house.limit(EVER),
            "in_all_at_most": house.limit(EVER),
        }
    )
