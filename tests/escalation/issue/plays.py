"""Random plays for the properties: valid policies, and steps that an interpreter turns into commands at instants.

A step says how far the clock goes (not at all, a little, exactly to what is due, past it) and what somebody then does.
Limits are whole minutes, so that clocks often run out at one instant.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeAlias, get_args

from hypothesis import strategies as st

from escalation.issue.clocks import next_due
from escalation.issue.commands import (
    Acknowledge,
    Close,
    Command,
    Confirm,
    Escalate,
    Open,
    Release,
    Reopen,
    Resolve,
    TakeCharge,
    TakeDelivery,
    TakeNoPeople,
    TakePeople,
    TakeShifts,
    Tick,
)
from escalation.issue.delivery import Outcome, StandIn
from escalation.issue.effects import Effect, FindResponders, FindShifts, Notify
from escalation.issue.facts import TextRef
from escalation.issue.state import IssueState
from escalation.policy.model import Acknowledgement, ChecklistItem, EntryTiers, Policy, Tell, Tier, Warn
from tests.escalation.issue.plays_by_hand import BY_HAND, by_hand, rules_by_hand
from tests.given import CUSTOMER, MACHINE, T0, actor, exhaustion, minutes, opened, person, policy

When: TypeAlias = Literal["now", "soon", "exact", "a bit late", "late", "very late"]
What: TypeAlias = Literal[
    "tick", "answer", "fail", "deliver", "repeat", "open", "acknowledge", "take_over", "release", "escalate",
    "take_charge", "resolve", "confirm", "close", "reopen",
    "escalate_to", "de_escalate", "accept", "reassign", "decline", "note", "attempt", "change_severity", "hold",
    "resume", "snooze", "cancel", "suppress", "adopt_policy", "link", "duplicate",
]  # fmt: skip

PEOPLE = ("ann", "ben", "lee", "boss")
ABOUT = "sue"
"""Whom some of the issues are about."""
WAYS = {
    "ann": ("email", "inbox", "sms"),
    "ben": ("inbox", "email"),
    "lee": ("inbox",),
    "boss": ("email",),
    ABOUT: ("inbox",),
}
"""How they are reached."""
_LATE = {"a bit late": timedelta(milliseconds=700), "late": minutes(4), "very late": timedelta(hours=9)}


@dataclass(frozen=True)
class Step:
    """How far the clock goes, and what is done then; `pick` chooses among variations."""

    when: When
    what: What
    who: str
    pick: int


@dataclass(frozen=True)
class Play:
    """An opening and what comes after it."""

    command: Open
    steps: tuple[Step, ...]


def _limits(draw: st.DrawFn, shortest: int, longest: int) -> dict[str, timedelta]:
    worse = draw(st.integers(shortest, longest))
    return {"S1": minutes(worse), "S2": minutes(draw(st.integers(worse, longest)))}


@st.composite
def tiers(draw: st.DrawFn, name: str, *, must_end: bool = False) -> Tier:
    """A tier of some minutes; with `must_end` always with a limit to work."""
    acknowledge = _limits(draw, 2, 12)
    longest = max(acknowledge.values()) // minutes(1)
    work = _limits(draw, longest, 30) if must_end or draw(st.booleans()) else {}
    shares = [("acknowledge", 0.5), ("acknowledge", 0.75), *([("work", 0.5)] if work else [])]
    warned = draw(st.lists(st.sampled_from(shares), unique=True, max_size=2))
    warnings = tuple(
        Warn.model_validate({"at": at, "of": of, "tell": ("asked", "handler", "owner", "next_tier")})
        for of, at in warned
    )
    is_kept = min(work.values(), default=minutes(30)) > minutes(7) and draw(st.booleans())
    return Tier(
        name=name,
        title=f"the {name}",
        tell=Tell(roles=(name,)),
        acknowledge_within=acknowledge,
        work_within=work,
        warnings=warnings,
        remind_every={"S1": minutes(1), "S2": minutes(1)} if draw(st.booleans()) else {},
        remind_handler_every={"S1": minutes(5), "S2": minutes(7)} if is_kept else {},
        checklist=(ChecklistItem(name="what", ask="What?", waived_for=("S2",)),) if draw(st.booleans()) else (),
    )


@st.composite
def ladders(draw: st.DrawFn, prefix: str = "", *, must_end: bool = False) -> tuple[Tier, ...]:
    """One to four tiers, perhaps with a lane beside them."""
    names = [f"{prefix}tier{number}" for number in range(draw(st.integers(1, 4)))]
    several: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
        [{}, {}, {"acknowledged_by": 2}, {"is_acknowledged_by_all": True}]
    )
    ladder = [draw(tiers(name, must_end=must_end)).model_copy(update=draw(several)) for name in names]
    if draw(st.integers(0, 3)) == 0:
        lane = draw(tiers(f"{prefix}lane", must_end=must_end))
        ladder.append(lane.model_copy(update={"is_beside": True, "then": draw(st.sampled_from(names))}))
    return tuple(ladder)


@st.composite
def policies(draw: st.DrawFn, *, must_end: bool = False) -> tuple[Policy, ...]:
    """A valid policy, followed by its fallback where it has one."""
    procedure = draw(st.sampled_from(["last_resort", "restart", "fallback"]))
    more: dict[str, Any] = {"fallback": "second"} if procedure == "fallback" else {}
    first = _policy(draw, "first", draw(ladders(must_end=must_end)), procedure, **more)
    if procedure != "fallback":
        return (first,)
    end = draw(st.sampled_from(["last_resort", "restart"]))
    return (first, _policy(draw, "second", draw(ladders("other-", must_end=must_end)), end))


def _policy(draw: st.DrawFn, name: str, ladder: tuple[Tier, ...], procedure: str, **more: Any) -> Policy:
    has_lapses = draw(st.booleans()) or any(not tier.work_within for tier in ladder)
    lapses = {"S1": minutes(7), "S2": minutes(10)} if has_lapses else {}
    renewals, repeats = draw(st.integers(0, 2)), draw(st.sampled_from([0, 0, 1, 2]))
    second = draw(st.sampled_from(["joins", "takes_over"]))
    is_asking = any(tier.remind_handler_every for tier in ladder) and draw(st.booleans())
    answers = {"S1": minutes(2), "S2": minutes(4)} if is_asking else {}
    built = policy(
        *ladder,
        name=name,
        acknowledgement=Acknowledgement.model_validate(
            {"lapses_after": lapses, "renewals": renewals, "second": second, "answer_within": answers}
        ),
        exhaustion=exhaustion(procedure, repeats=repeats, **more),
        courtesies=("left_tier", "outcome") if draw(st.booleans()) else (),
        **draw(rules_by_hand()),
    )
    if draw(st.integers(0, 3)) == 0:
        reasons = tuple(reason for reason in built.closing.reasons if reason != "silence")
        silent = built.closing.model_copy(update={"silence_after": None, "reasons": reasons})
        built = built.model_copy(update={"closing": silent})
    plain = [target for target in built.targets if target.starts is None and target.ends is None]
    can_be_left = all(tier.work_within for tier in ladder)
    if plain and can_be_left and draw(st.booleans()):
        built = built.model_copy(update={"fit_ladder_to": plain[0].name})
    entry = {"S1": ladder[0].name, "S2": ladder[0].name}
    return built.model_copy(update={"entry": EntryTiers(person=entry, machine=entry)})


@st.composite
def openings(draw: st.DrawFn, *, must_end: bool = False) -> Open:
    """An opening of some policy at one of its tiers, at once or some time before the workflow hears of it."""
    pinned = draw(policies(must_end=must_end))
    issue: dict[str, Any] = {
        "about": draw(st.sampled_from([(), (), (ABOUT,)])),
        "parties": draw(st.sampled_from([(), (CUSTOMER,)])),
        "opened_at": T0 - draw(st.sampled_from([minutes(0), minutes(0), minutes(3), minutes(600)])),
    }
    if draw(st.booleans()):
        issue["raiser"] = MACHINE
    severity = draw(st.sampled_from(["S1", "S2"]))
    return opened(
        *pinned, severity=severity, enter_at=draw(st.sampled_from([tier.name for tier in pinned[0].tiers])), issue=issue
    )


def steps(*whats: What) -> st.SearchStrategy[Step]:
    """Steps of these kinds, or of any."""
    kinds = whats or get_args(What)
    whens = ("now", "now", "soon", "exact", "exact", "exact", "a bit late", "late", "very late")
    who = st.sampled_from((*PEOPLE, ABOUT, MACHINE.person))
    return st.builds(Step, st.sampled_from(whens), st.sampled_from(kinds), who, st.integers(0, 5))


def plays() -> st.SearchStrategy[Play]:
    """Anything goes; the clock and look-ups go on more often than anything else happens."""
    kinds: tuple[What, ...] = ("tick", "tick", "tick", "tick", "answer", "answer", *get_args(What))
    return st.builds(Play, openings(), st.lists(steps(*kinds), min_size=20, max_size=40).map(tuple))


def instant_of(step: Step, state: IssueState, now: Any) -> Any:
    """The instant of a step; never before `now`."""
    due = next_due(state)
    if step.when == "now" or due is None:
        return now
    ahead = max(due.at - now, timedelta(0))
    if step.when == "soon":
        return now + ahead * (step.pick / 6)
    return now + ahead + _LATE.get(step.when, timedelta(0))


def command_of(step: Step, state: IssueState, pending: list[Effect], sent: list[Command], now: Any) -> Command:
    """The command of a step; a tick where there is nothing to answer or to repeat."""
    if step.what in {"answer", "fail"}:
        asked = [effect for effect in pending if isinstance(effect, FindResponders | FindShifts)]
        return _answer(step, asked)
    if step.what == "deliver":
        return _delivery(step, [effect for effect in pending if isinstance(effect, Notify)])
    if step.what == "repeat":
        return sent[step.pick % len(sent)] if sent else Tick()
    if step.what == "tick":
        return Tick()
    if step.what in BY_HAND:
        by = MACHINE if step.who == MACHINE.person else actor(step.who)
        return by_hand(step.what, step.pick, by, state, pending, f"command-{len(sent) + 1}", now)
    return _human(_sensible(step, state), state, f"command-{len(sent) + 1}", now)


def _sensible(step: Step, state: IssueState) -> Step:
    """Half of what makes no sense as the issue stands becomes what does, or plays would end in refusals."""
    if step.pick % 2 == 0:
        return step
    if step.what == "release" and state.handler:
        return Step(step.when, step.what, state.handler, step.pick)
    senseless = {"acknowledge", "take_over", "release", "escalate", "take_charge", "resolve"}
    instead: What = "close" if state.status == "resolved" else "reopen"
    if state.status == "open":
        senseless, instead = {"confirm", "close", "reopen"}, "take_charge" if state.is_exhausted else "acknowledge"
    if step.what not in senseless:
        return step
    return Step(step.when, instead, step.who, step.pick)


def _answer(step: Step, finds: list[FindResponders | FindShifts]) -> Command:
    if not finds:
        return Tick()
    # The latest one, mostly: what answers an older one comes too late.
    find = finds[-1] if step.who in PEOPLE[:3] else finds[step.pick % len(finds)]
    if isinstance(find, FindShifts):
        return _shifts(step, find)
    if step.what == "fail":
        return TakeNoPeople(id=find.key, turn=find.turn, error="the directory is away")
    names = [(), ("ann",), ("ann", "ben"), ("lee", ABOUT), (ABOUT,), ("boss", "boss")][step.pick]
    return TakePeople(
        id=find.key,
        turn=find.turn,
        people=tuple(person(name, channels=WAYS[name]) for name in names),
        why="on duty",
        stand_ins={
            "ann": (
                StandIn(id="lee", why="deputy of ann", is_next=step.pick == 1),
                StandIn(id=ABOUT, why="duty lead of team main"),
            )
        },
        beside=(person("lee", channels=WAYS["lee"]),),
    )


def _shifts(step: Step, find: FindShifts) -> TakeShifts:
    """Nobody goes, or some of those who have it do: long ago, now, soon or later; with somebody next or nobody."""
    if step.what == "fail":
        return TakeShifts(id=find.key, number=find.number, error="the directory is away")
    goes_at = find.at + minutes((0, -30, 1, 15, 60, 300)[step.pick])
    until = {} if step.pick == 0 else dict.fromkeys(list(find.people)[: step.pick], goes_at)
    names = [(), ("ann", "lee"), ("ben",), (ABOUT, "lee"), (), ("boss", "ann")][step.pick]
    people = tuple(person(name, channels=WAYS[name]) for name in names)
    return TakeShifts(id=find.key, number=find.number, until=until, people=people)


def _delivery(step: Step, notes: list[Notify]) -> Command:
    if not notes:
        return Tick()
    note = notes[step.pick % len(notes)]
    outcomes: tuple[Outcome, ...] = ("failed", "sent", "failed", "delayed", "failed", "failed")
    return TakeDelivery(
        id=note.key,
        message=note.key,
        person=note.person.id,
        channel=note.channel,
        about=note.about,
        turn=note.turn,
        outcome=outcomes[step.pick],
        is_later=note.earlier > 0,
    )


def _human(step: Step, state: IssueState, given: str, now: Any) -> Command:
    by = MACHINE if step.who == MACHINE.person else actor(step.who)
    claimed = now - minutes(2) if step.pick == 1 and now - minutes(2) >= T0 else None
    text = TextRef(ref=f"{given}.text", length=3)
    until = now + minutes([0, 5, 7, 30, 60, 61][step.pick])
    match step.what:
        case "acknowledge":
            return Acknowledge(id=given, by=by, happened_at=claimed, until=until if step.pick > 3 else None)
        case "take_over":
            return Acknowledge(id=given, by=by, take_over_from=state.handler or "ann")
        case "release":
            return Release(id=given, by=by, happened_at=claimed, reason=text)
        case "escalate":
            checked = ("what",) if step.pick == 2 else ()
            seen = state.tier if step.pick != 3 else "elsewhere"
            return Escalate(id=given, by=by, from_tier=seen, checked=checked, is_waived=step.pick > 3, reason=text)
        case "take_charge":
            return TakeCharge(id=given, by=by, until=until, next_action=text)
        case "resolve":
            outcome: Literal["paid", "solved"] = "paid" if step.pick == 0 else "solved"
            told = text if step.pick > 1 else None
            return Resolve(id=given, by=by, happened_at=claimed, outcome=outcome, told_customer=told)
        case "confirm":
            return Confirm(id=given, by=by, happened_at=claimed)
        case "close":
            reason: Literal["duplicate_of", "silence"] = "duplicate_of" if step.pick else "silence"
            return Close(id=given, by=by, reason=reason, duplicate_of="desk:REF-2" if step.pick > 1 else None)
        case "reopen":
            return Reopen(id=given, by=by, reason=text)
        case _:
            again = {"received_at": now - minutes(step.pick)}
            return opened(id=given, by=by, issue=again).model_copy(update={"policies": ()})
