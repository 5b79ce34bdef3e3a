"""Targets: times agreed with customers or inside the house; and agreements, which promise some customers others.

Part of the policy (`model.py`); their clocks are in `issue/target_clocks.py`.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal, TypeAlias

from pydantic import Field

from escalation.calendar.limit import Within
from escalation.value import Value

Listener: TypeAlias = Literal["asked", "handler", "owner", "next_tier"]
Starts: TypeAlias = Literal["opened", "acknowledged", "tier_began", "reopened", "customer_wrote"]
Ends: TypeAlias = Literal["acknowledged", "first_response", "updated", "tier_left", "resolved"]
TargetKind: TypeAlias = Literal["sla", "ola"]


class TargetWarn(Value):
    """A warning before a target is due: at a share of it, or so long before its end."""

    at: float | None = Field(default=None, gt=0, lt=1)
    """The share of the target that has passed, in percent. Either this or `before`."""
    before: timedelta | None = None
    """How long before it is due, in the time in which the target counts. Either this or `at`."""
    tell: tuple[Listener, ...]
    """Who is warned."""


class Target(Value):
    """A time agreed with somebody: from the opening of an issue to its first resolution, unless it says otherwise."""

    name: str
    """The word by which entries and reports refer to it."""
    title: str = ""
    """What was agreed, with whom, in a few words."""
    within: Within
    """How long it may take; resolved in the very instant is in time. A severity that is absent has no such target."""
    stops_on_hold: bool = True
    """Whether its clock stops while the issue is on hold."""
    tell: tuple[Listener, ...] = ("owner",)
    """Who is told that it was missed."""
    kind: TargetKind | None = None
    """sla: agreed with customers; ola: inside the house. Absent: sla."""
    hours: dict[str, str] = Field(default_factory=dict)
    """By severity, the calendar in whose working time it counts: a hold adds only what was working time of it. Absent:
    it counts day and night."""
    warnings: tuple[TargetWarn, ...] = ()
    """Warnings before it is due; each is given once, whatever becomes of the clock."""
    starts: Starts | None = None
    """From when it counts: opened; acknowledged (by anybody, the first time); tier_began (`tier`, the first time);
    reopened (each time); or, of `updated`, customer_wrote (the opening only where they raised it). Absent: opened."""
    ends: Ends | None = None
    """What meets it: acknowledged; first_response or updated (a person's note of what was said to the customer, or to
    the raiser where there is none); tier_left (`tier` is no longer asked); or resolved (the first time). Absent:
    resolved. After `updated` it stands still until the customer writes, then begins anew."""
    tier: str | None = None
    """The tier of tier_began and tier_left."""
    runs_when_answered: bool = False
    """Of `updated`: whether it begins anew with each message to the customer, rather than when the customer writes."""
    begins_when_missed: bool = False
    """Of `updated`: whether a further message of the customer begins it anew where it was missed; so each is missed by
    itself."""
    when_reopened: Literal["goes_on"] | None = None
    """What a reopening does to it, where it was neither met nor missed before: goes_on, as if the issue had been on
    hold since it was resolved. Absent: it is over with the first resolution."""

    @property
    def is_ola(self) -> bool:
        """Whether it is agreed inside the house."""
        return self.kind == "ola"


class Agreement(Value):
    """What is promised to some customers. It may change while an issue runs: with its customer, or with the policy."""

    name: str
    """The word by which entries and reports refer to it; written before the colon."""
    title: str = ""
    """With whom it was made, in a few words."""
    customers: tuple[str, ...] = ()
    """The customers with whom it was made, by their keys. Absent: whoever no other agreement names."""
    targets: tuple[Target, ...] = ()
    """Times agreed with them. One of the same name takes the place of the policy's own."""
    without: tuple[str, ...] = ()
    """Names of the policy's own targets that they are not promised."""


def agreement_with(agreements: Iterable[Agreement], customers: Iterable[str]) -> Agreement | None:
    """The one that applies: the first that names one of them, else the first that names nobody; or none."""
    keys, rest = set(customers), None
    for agreement in agreements:
        if not keys.isdisjoint(agreement.customers):
            return agreement
        if rest is None and not agreement.customers:
            rest = agreement
    return rest


def promised(own: tuple[Target, ...], agreement: Agreement | None) -> tuple[Target, ...]:
    """The targets under an agreement: each in the place of the policy's own of that name, then what it has beside."""
    if agreement is None:
        return own
    theirs = {target.name: target for target in agreement.targets}
    kept = tuple(theirs.pop(target.name, target) for target in own if target.name not in agreement.without)
    return (*kept, *theirs.values())
