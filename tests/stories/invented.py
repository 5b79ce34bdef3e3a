"""Scripts that nobody wrote: drawn from a seed, each command such that it is mostly carried out where it stands."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from escalation.issue.commands import (
    Accept,
    Acknowledge,
    AdoptPolicy,
    Attempt,
    Cancel,
    ChangeSeverity,
    Close,
    Command,
    Confirm,
    Decline,
    DeEscalate,
    Escalate,
    Hold,
    Note,
    Open,
    Reassign,
    Release,
    Reopen,
    Resolve,
    Resume,
    Snooze,
    TakeCharge,
)
from escalation.issue.refusal import Rejected
from escalation.policy.model import Policy
from escalation.simulate import Simulated
from tests.given import CUSTOMER, exhaustion, minutes, policy, tier
from tests.stories.clocks import world_of
from tests.stories.script import Line, Script
from tests.stories.scripts import ASKED_FOR, CLOSING, FIX, LANE, LAPSING, NOBODY, WARNED, WHY, holding, limits, third

LINES = 9
"""Each has seconds of its own, seven apart, so that no line meets what another one made due."""

_LADDERS = (
    (tier("first"), tier("second")),
    (tier("first", warnings=WARNED, remind_every=limits(3, 4)), tier("second", checklist=(ASKED_FOR,)), third()),
    (tier("first", 6, 15), tier("second", tell=NOBODY), third()),
    LANE.tiers,
)
_PEOPLE = ("ann", "ben", "lee", "boss", "ray")
_Draw = Callable[[random.Random, Simulated, timedelta], dict[str, Any]]


def invented(seed: int) -> Script:
    """The script of this seed, always the same."""
    chance = random.Random(seed)
    script = Script(
        f"invented_{seed}", minutes(120), (), _policies(chance), opening={"issue": {"parties": (CUSTOMER,)}}
    )
    opened_at = datetime(2026, 1, 1, tzinfo=UTC)
    begun = script.begin(opened_at, "INVENTED")
    issue = Simulated(world_of(script))
    issue.send(begun, opened_at)
    lines: list[Line] = []
    after = timedelta(0)
    for number in range(1, LINES):
        after += minutes(chance.choice((1, 1, 2, 4, 7, 12, 30)))
        at = after + timedelta(seconds=7 * number)
        issue.run_to(opened_at + at - timedelta(seconds=1))
        line = _fitting(chance, issue, number, opened_at, at)
        issue.send(line.command(number, opened_at), opened_at + at)
        lines.append(line)
    is_open = issue.state is not None and issue.state.status == "open"
    until = after + minutes(chance.choice((20, 40)) if is_open else 9 * 24 * 60) + timedelta(seconds=63)
    return Script(script.name, until, tuple(lines), script.policies, opening=script.opening)


def _policies(chance: random.Random) -> tuple[Policy, ...]:
    ladder = chance.choice(_LADDERS)
    more: dict[str, Any] = {
        "closing": CLOSING,
        "courtesies": chance.choice(((), ("left_tier", "outcome"))),
        "targets": chance.choice(((), (FIX,))),
        "hold": chance.choice((holding(), holding("acknowledge", "work"))),
        "acknowledgement": chance.choice((LAPSING, LAPSING.model_copy(update={"second": "takes_over"}))),
    }
    end = chance.choice(("last_resort", "restart", "fallback"))
    if end == "fallback":
        first = policy(*ladder, exhaustion=exhaustion("fallback", fallback="other"), **more)
        return (first, policy(third("top"), name="other", closing=CLOSING))
    return (policy(*ladder, exhaustion=exhaustion(end, repeats=chance.choice((0, 1))), **more),)


def _fitting(chance: random.Random, issue: Simulated, number: int, opened_at: datetime, at: timedelta) -> Line:
    """Of some lines the first that would be carried out; else the last, which will be refused."""
    line = _drawn(chance, issue, at)
    for _ in range(12):
        command = line.command(number, opened_at)
        if not isinstance(issue.rules.work_out(issue.state, command, opened_at + at), Rejected):
            break
        line = _drawn(chance, issue, at)
    return line


def _drawn(chance: random.Random, issue: Simulated, at: timedelta) -> Line:
    kind, fields = chance.choice(_KINDS)
    who = chance.choice((*_PEOPLE, *issue.state.asked)) if issue.state is not None else "ann"
    return Line(at, kind, who, fields(chance, issue, at))


def _ahead(*choices: float) -> _Draw:
    return lambda chance, _, at: {"until": at + minutes(chance.choice(choices))}


def _fixed(**fields: Any) -> _Draw:
    return lambda *_: fields


def _charge(chance: random.Random, issue: Simulated, at: timedelta) -> dict[str, Any]:
    return {"next_action": WHY, "until": at + minutes(chance.choice((5, 25, 50)))}


def _hold(chance: random.Random, issue: Simulated, at: timedelta) -> dict[str, Any]:
    return {"reason": "customer", "waiting_for": CUSTOMER.key, "until": at + minutes(chance.choice((3, 9, 19)))}


def _up(chance: random.Random, issue: Simulated, at: timedelta) -> dict[str, Any]:
    assert issue.state is not None
    named = chance.choice((None, *(tier.name for tier in issue.state.pinned.tiers)))
    return {"to_tier": named, "is_waived": True, "reason": WHY}


def _adopted(chance: random.Random, issue: Simulated, at: timedelta) -> dict[str, Any]:
    assert issue.state is not None
    first, *more = issue.state.policies
    tiers = tuple(t.model_copy(update={"work_within": limits(12, 24)}) for t in first.tiers)
    changed = first.model_copy(update={"tiers": tiers, "version": first.version + 1})
    return {"policies": (changed, *more), "reason": WHY}


_KINDS: tuple[tuple[type[Command], _Draw], ...] = (
    (Acknowledge, _fixed()),
    (Acknowledge, _fixed(next_action=WHY)),
    (Acknowledge, _ahead(2, 4)),
    (Release, _fixed(reason=WHY)),
    (Accept, _fixed()),
    (Reassign, lambda chance, *_: {"to": chance.choice(_PEOPLE), "reason": WHY}),
    (Decline, lambda chance, *_: {"reason": WHY, "has_conflict": chance.random() < 0.3}),
    (Escalate, _up),
    (DeEscalate, _fixed(reason=WHY, guidance=WHY)),
    (DeEscalate, _fixed(reason=WHY, guidance=WHY)),
    (Note, _fixed(text=WHY)),
    (Attempt, _fixed(what=WHY, result="helped")),
    (ChangeSeverity, lambda chance, *_: {"severity": chance.choice(("S1", "S2")), "reason": WHY}),
    (Hold, _hold),
    (Hold, _hold),
    (Resume, _fixed()),
    (Snooze, _ahead(1, 3, 5)),
    (TakeCharge, _charge),
    (Resolve, _fixed(outcome="solved", told_customer=WHY)),
    (Confirm, _fixed()),
    (Close, _fixed(reason="withdrawn_in_writing")),
    (Cancel, _fixed(reason=WHY)),
    (Reopen, _fixed(reason=WHY)),
    (Open, _fixed()),
    (AdoptPolicy, _adopted),
)
