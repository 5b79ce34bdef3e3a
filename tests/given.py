"""Building blocks for given / when / then on the rules: a small policy, people, an issue, and a player.

The policy is two tiers unless asked otherwise. Everything is public models; nothing here knows how the rules decide.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from escalation.issue.clocks import deadlines, next_due
from escalation.issue.commands import (
    HUMAN_COMMANDS,
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
    Suppress,
    TakeCharge,
    TakePeople,
    Tick,
)
from escalation.issue.decide import decide
from escalation.issue.effects import Effect, FindResponders
from escalation.issue.effects_of import effects
from escalation.issue.events import Entry
from escalation.issue.evolve import evolve
from escalation.issue.facts import Actor, IssueFacts, Party, PersonFacts, TextRef
from escalation.issue.identity import IssueId
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from escalation.policy.matched import Match
from escalation.policy.model import (
    Acknowledgement,
    Clock,
    Closing,
    EntryTiers,
    Exhaustion,
    Holding,
    Policy,
    Severity,
    Target,
    Tell,
    Tier,
    Trigger,
)
from tests.natures import documented_natures

Answered: TypeAlias = tuple[Entry, ...] | Rejected
T0 = datetime(2026, 11, 20, 19, 40, tzinfo=UTC)
TEXT = TextRef(ref="text", length=12)
ROLES: dict[str, tuple[str, ...]] = dict.fromkeys(["open", *HUMAN_COMMANDS], ("anyone",))


def minutes(count: float) -> timedelta:
    """A duration."""
    return timedelta(minutes=count)


def at(count: float) -> datetime:
    """So many minutes after the opening."""
    return T0 + minutes(count)


def tier(name: str, acknowledge: float = 10, work: float | None = 30, **more: Any) -> Tier:
    """A tier told by its name's role; limits in minutes for S1, and twice that for S2."""
    limits = {} if work is None else {"S1": minutes(work), "S2": minutes(work * 2)}
    return Tier(
        **{
            "name": name,
            "title": name.title(),
            "tell": Tell(roles=(name,)),
            "acknowledge_within": {"S1": minutes(acknowledge), "S2": minutes(acknowledge * 2)},
            "work_within": limits,
            **more,
        }
    )


def policy(*tiers: Tier, name: str = "small", **more: Any) -> Policy:
    """A policy; without tiers: `first` and `second`."""
    ladder = tiers or (tier("first"), tier("second"))
    entry = {"S1": ladder[0].name, "S2": ladder[0].name}
    return Policy(
        **{
            "name": name,
            "version": 1,
            "title": name.title(),
            "kind": "support",
            "severities": (Severity(name="S1", means="bad", priority=1), Severity(name="S2", means="less bad")),
            "tiers": ladder,
            "entry": EntryTiers(person=entry, machine=entry),
            "triggers": (Trigger(name="all", when="true", why="Everything enters.", owner="steward"),),
            "acknowledgement": Acknowledgement(),
            "exhaustion": exhaustion(),
            "closing": Closing(
                reasons=("confirmed", "silence", "withdrawn_in_writing", "duplicate_of", "opened_in_error"),
                remind_after=timedelta(days=3),
                silence_after=timedelta(days=5),
                reopen_within=timedelta(days=14),
            ),
            "roles": ROLES,
            **more,
        }
    )


def exhaustion(procedure: str = "last_resort", **more: Any) -> Exhaustion:
    """An exhaustion procedure told to `boss` every 15 minutes."""
    quarter, hour = ({"S1": minutes(count), "S2": minutes(count)} for count in (15, 60))
    return Exhaustion(
        **{
            "procedure": procedure,
            "last_resort": Tell(people=("boss",)),
            "last_resort_every": quarter,
            "charge_for_at_most": hour,
            **more,
        }
    )


def holding(*stops: Clock, at_most: float = 60, in_all: float = 90) -> Holding:
    """Holds for a customer or a vendor, with caps in minutes; without clocks the time to work stops."""
    return Holding(
        reasons={"waiting_customer": "The customer was asked.", "waiting_vendor": "A vendor was asked."},
        stops=stops or ("work",),
        at_most={"S1": minutes(at_most), "S2": minutes(at_most)},
        in_all_at_most={"S1": minutes(in_all), "S2": minutes(in_all)},
    )


def target(within: float, name: str = "solved", **more: Any) -> Target:
    """A target, in minutes for S1, and twice that for S2."""
    return Target(**{"name": name, "within": {"S1": minutes(within), "S2": minutes(within * 2)}, **more})


def actor(person: str, role: str | None = None, **more: Any) -> Actor:
    """Somebody at the command line, said to be that person."""
    return Actor(**{"person": person, "role": role, "door": "cli", "assurance": "asserted", **more})


MACHINE = Actor(person="alertmanager", door="intake:alertmanager", assurance="asserted", is_machine=True)


def person(name: str, role: str = "first", **more: Any) -> PersonFacts:
    """Facts of a person who is reached by the inbox."""
    return PersonFacts(**{"id": name, "role": role, **more})


def opened(*policies: Policy, severity: str = "S1", **more: Any) -> Open:
    """The command that opens an issue raised by `ray`; fields of the issue by `issue=`."""
    pinned = policies or (policy(),)
    issue = {
        "id": IssueId(source="desk", reference="REF-1"),
        "kind": "support",
        "title": "Charged twice",
        "severity": severity,
        "raiser": actor("ray", "agent"),
        "opened_at": T0,
        "received_at": T0,
        **more.pop("issue", {}),
    }
    match = Match(
        policy=pinned[0].name,
        trigger="all",
        why="Everything enters.",
        severity=severity,
        enter_at=more.pop("enter_at", pinned[0].climb()[0]),
    )
    known = {f"{p.name}/{t.name}": (f"{t.name}-known",) for p in pinned for t in p.tiers}
    known |= {f"{p.name}/": ("boss",) for p in pinned}
    people = [person(name) for names in known.values() for name in names]
    return Open(
        **{
            "id": "open-1",
            "by": issue["raiser"],
            "issue": IssueFacts(**issue),
            "policies": pinned,
            "match": match,
            "owner": "ray",
            "people": (person("ray", "agent"), *people),
            "last_known": known,
            **more,
        }
    )


CUSTOMER = Party(key="cust-7781", role="customer", language="ro", zone="Europe/Bucharest")


def refused(answer: tuple[Entry, ...] | Rejected) -> str:
    """The code of a refusal; fails where it was none."""
    assert isinstance(answer, Rejected), f"it was carried out: {answer}"
    assert answer.nature in documented_natures()[answer.code], answer
    return answer.code


def done(answer: tuple[Entry, ...] | Rejected) -> list[str]:
    """The kinds of the entries that a command made; fails where it was refused."""
    assert not isinstance(answer, Rejected), answer
    return [entry.event.kind for entry in answer]


class Played:
    """An issue played step by step against the pure rules; look-ups are answered with `<tier>-1` and `<tier>-2`."""

    def __init__(self, command: Open | None = None, *, nobody_at: tuple[str, ...] = (), answer: bool = True) -> None:
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self.now = T0
        self._nobody_at = nobody_at
        self._answer = answer
        self._state: IssueState | None = None
        self._count = 0
        first = self.send(command or opened())
        assert not isinstance(first, Rejected), first

    @property
    def state(self) -> IssueState:
        """Where it stands."""
        assert self._state is not None
        return self._state

    def send(self, command: Command, now: datetime | None = None) -> Answered:
        """Decide a command, then answer its look-ups at the same instant."""
        self.now = now or self.now
        decision = decide(self._state, command, self.now)
        if isinstance(decision, Rejected):
            return decision
        asked = self._take(decision)
        for effect in asked if self._answer else []:
            if effect.kind == "find_responders":
                self.send(self.found(effect, () if effect.tier in self._nobody_at else self.names(effect.tier)))
        return decision

    def found(self, effect: FindResponders, names: tuple[str, ...]) -> TakePeople:
        """The answer to a look-up that finds these."""
        people = tuple(person(name, effect.tier or "boss") for name in names)
        return TakePeople(id=effect.key, turn=effect.turn, people=people, why="on duty")

    @staticmethod
    def names(tier_name: str) -> tuple[str, ...]:
        """Who is on duty at a tier in these stories."""
        return (f"{tier_name}-1", f"{tier_name}-2") if tier_name else ("boss",)

    def _take(self, entries: tuple[Entry, ...]) -> list[Effect]:
        asked: list[Effect] = []
        for entry in entries:
            before, self._state = self._state, evolve(self._state, entry)
            assert self._state.__dict__.keys() == IssueState.model_fields.keys()
            asked.extend(effects(before, self._state, entry))
        self.entries.extend(entries)
        self.effects.extend(asked)
        return asked

    def tick(self, now: datetime) -> tuple[Entry, ...]:
        """One tick at that instant, early, on time or late."""
        decision = self.send(Tick(), now)
        assert not isinstance(decision, Rejected)
        return decision

    def run_to(self, instant: datetime) -> "Played":
        """Tick at each due instant up to and including this one, as the shell does when it is never late."""
        while (due := next_due(self.state)) is not None and due.at <= instant:
            assert self.tick(max(due.at, self.now)), f"{due.what} is due, and nothing is done"
            assert len(self.entries) < 20_000, f"{due.what} is due again and again"
        self.now = max(self.now, instant)
        return self

    def _id(self) -> str:
        self._count += 1
        return f"command-{self._count}"

    def acknowledge(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who says they work on it."""
        return self.send(Acknowledge(**{"id": self._id(), "by": actor(who), **more}), now)

    def release(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who gives it back."""
        return self.send(Release(**{"id": self._id(), "by": actor(who), **more}), now)

    def escalate(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who moves it up."""
        return self.send(Escalate(**{"id": self._id(), "by": actor(who), **more}), now)

    def take_charge(self, who: str, until: datetime, now: datetime | None = None, **more: Any) -> Answered:
        """Who takes charge."""
        said = TextRef(ref="next", length=9)
        return self._do(TakeCharge, who, now, **{"until": until, "next_action": said, **more})

    def resolve(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who says it is fixed."""
        return self.send(Resolve(**{"id": self._id(), "by": actor(who), "outcome": "solved", **more}), now)

    def confirm(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who confirms it."""
        return self.send(Confirm(**{"id": self._id(), "by": actor(who), **more}), now)

    def close(self, who: str, reason: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who closes it, and why."""
        return self.send(Close(**{"id": self._id(), "by": actor(who), "reason": reason, **more}), now)

    def reopen(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who reopens it."""
        return self.send(Reopen(**{"id": self._id(), "by": actor(who), **more}), now)

    def _do(self, kind: type[Command], who: str, now: datetime | None, **more: Any) -> Answered:
        return self.send(kind(**{"id": self._id(), "by": actor(who), **more}), now)

    def accept(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who answers for it from now on."""
        return self._do(Accept, who, now, **more)

    def reassign(self, who: str, to: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who offers it to whom."""
        return self._do(Reassign, who, now, to=to, **more)

    def decline(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who cannot take it."""
        return self._do(Decline, who, now, **{"reason": TEXT, **more})

    def de_escalate(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who hands it back down."""
        return self._do(DeEscalate, who, now, **{"reason": TEXT, "guidance": TEXT, **more})

    def note(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who writes something down."""
        return self._do(Note, who, now, **{"text": TEXT, **more})

    def attempt(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who tried something."""
        return self._do(Attempt, who, now, **{"what": TEXT, "result": "no_change", **more})

    def change_severity(self, who: str, severity: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who says how bad it is."""
        return self._do(ChangeSeverity, who, now, **{"severity": severity, "reason": TEXT, **more})

    def hold(self, who: str, until: datetime, now: datetime | None = None, **more: Any) -> Answered:
        """Who puts it on hold."""
        why = {"reason": "waiting_customer", "waiting_for": "cust-7781", "until": until, **more}
        return self._do(Hold, who, now, **why)

    def resume(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who ends the hold."""
        return self._do(Resume, who, now, **more)

    def snooze(self, who: str, until: datetime, now: datetime | None = None, **more: Any) -> Answered:
        """Who wants to be told again later."""
        return self._do(Snooze, who, now, until=until, **more)

    def cancel(self, who: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who says that it was opened in error."""
        return self._do(Cancel, who, now, **more)

    def suppress(self, who: str, duplicate_of: str, now: datetime | None = None, **more: Any) -> Answered:
        """Who says that it repeats another issue."""
        return self._do(Suppress, who, now, duplicate_of=duplicate_of, **more)

    def adopt(self, who: str, *policies: Policy, now: datetime | None = None, **more: Any) -> Answered:
        """Who moves it to another policy."""
        return self._do(AdoptPolicy, who, now, **{"policies": policies, "reason": TEXT, **more})

    def kinds(self, *left_out: str) -> list[str]:
        """The kinds of the entries so far."""
        return [entry.event.kind for entry in self.entries if entry.event.kind not in left_out]

    def entry(self, kind: str) -> Entry:
        """The latest entry of that kind."""
        return next(entry for entry in reversed(self.entries) if entry.event.kind == kind)

    def event(self, kind: str) -> Any:
        """What the latest entry of that kind holds."""
        return self.entry(kind).event

    def began(self) -> list[tuple[str, str]]:
        """Every beginning of a tier so far: its name, and why."""
        return [(entry.event.tier, entry.event.why) for entry in self.entries if entry.event.kind == "tier_began"]

    def due(self) -> dict[str, datetime]:
        """What is due, and when first."""
        return {due.what: due.at for due in reversed(deadlines(self.state))}

    def told(self, about: str) -> list[str]:
        """Who was told about that, in order."""
        return [e.person.id for e in self.effects if e.kind == "notify" and e.about == about]
