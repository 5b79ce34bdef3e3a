"""What a run does, drawn from its seed before it begins: issues, what people do with them, and faults.

The same seed gives the same plan. What then happens in which order is the machine's, which is the point of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, TypeAlias

POLICIES = {"two-tiers": "support", "three-tiers": "technical", "one-tier": "privacy"}
"""Those in `house/policies`, with the kind of issue that chooses each."""
DOORS = ("client", "api")
PEOPLE = ("ann", "ben", "lee", "eva", "boss", "ray")

ACTS_END_S = 4.0
"""Seconds after its opening by which people have acted on an issue; then it is resolved, as often as it takes."""
FAULTS_END_S = 4.5
"""Seconds after the run's beginning by which the last fault has begun."""

Trigger: TypeAlias = Literal["", "mail", "sent", "recorded"]
"""What a fault waits for, for a moment, beside its instant: a mail arriving, a command leaving, data to the record."""


@dataclass(frozen=True)
class Act:
    """What somebody does."""

    after_s: float
    command: str
    """A command of people by its name; `open` reports the issue again."""
    person: str
    fields: dict[str, Any] = field(default_factory=dict)
    """Texts as plain words; `until` as seconds from when it is sent."""
    door: str = "client"
    is_insisting: bool = True
    """Whether it is sent again, under its id, when no answer came."""


@dataclass(frozen=True)
class Story:
    """One issue and what people do with it."""

    reference: str
    kind: str
    after_s: float
    door: str
    is_insisting: bool
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that breaks."""

    after_s: float
    for_s: float
    part: str
    how: str
    trigger: Trigger = ""

    @property
    def name(self) -> str:
        """`worker killed`."""
        return f"{self.part} {self.how}"


@dataclass(frozen=True)
class Plan:
    """Of one run."""

    number: int
    seed: str
    stories: tuple[Story, ...]
    faults: tuple[Fault, ...]

    def lines(self) -> list[str]:
        """In words, for the folder of a run that failed."""
        return [repr(each) for each in (*self.faults, *self.stories)]


_TRIGGERS: tuple[Trigger, ...] = ("", "", "mail", "sent", "recorded")
CUTS = ("refused", "hanging", "reset")
FAULTS: dict[str, tuple[str, ...]] = {
    "worker": ("killed", "killed", "killed", "frozen"),
    "workers": ("killed", "frozen"),
    "worker-server": CUTS,
    "door-server": CUTS,
    "server": ("killed", "killed", "frozen"),
    "record": ("killed", "locked"),
    "worker-record": CUTS,
    "door-record": CUTS,
    "mail": ("busy", "slow", "drops", "silent"),
    "worker-mail": CUTS,
    "api": ("killed", "killed", "frozen"),
    "door-api": CUTS,
    "watch": ("killed",),
}
"""What can break, and how; how often a word stands here is how often it is drawn."""


def kinds_of_faults(*, has_postgres: bool) -> list[tuple[str, str]]:
    """Those that can be done on a stage: a file has no connection to cut, a server's table is locked by its death."""
    absent = {("record", "locked")} if has_postgres else {("record", "killed")}
    parts = set() if has_postgres else {"worker-record", "door-record"}
    return [(part, how) for part, ways in FAULTS.items() if part not in parts for how in ways
            if (part, how) not in absent]  # fmt: skip


def plan(base: int, number: int, *, has_postgres: bool, dealt: Sequence[tuple[str, str]] = ()) -> Plan:
    """The plan of run `number` under the base seed, with these kinds of faults, or with some that are drawn."""
    seed = f"{base}/{number}"
    chance = Random(seed)
    kinds = kinds_of_faults(has_postgres=has_postgres)
    faults = [_fault(chance, part, [how]) for part, how in dealt] if dealt else _drawn(chance, kinds)
    stories = tuple(_story(chance, f"{base}-{number}-{index}") for index in range(1, chance.randint(2, 4) + 1))
    return Plan(number, seed, stories, tuple(sorted(faults, key=lambda fault: fault.after_s)))


def _drawn(chance: Random, kinds: list[tuple[str, str]]) -> list[Fault]:
    by_part: dict[str, list[str]] = {}
    for part, how in kinds:
        by_part.setdefault(part, []).append(how)
    drawn = []
    for _ in range(chance.choice((1, 2, 2, 3, 3, 4))):
        part = chance.choice(list(by_part))
        drawn.append(_fault(chance, part, by_part[part]))
    return drawn


def _fault(chance: Random, part: str, ways: Sequence[str]) -> Fault:
    for_s = chance.choice((0.1, 0.5, 1.0, 2.0, 3.0)) * chance.uniform(0.5, 1.5)
    trigger: Trigger = chance.choice(_TRIGGERS)
    after_s = chance.uniform(0, FAULTS_END_S)
    return Fault(round(after_s, 3), round(for_s, 3), part, chance.choice(ways), trigger)


def _story(chance: Random, reference: str) -> Story:
    instants = sorted(chance.uniform(0.1, ACTS_END_S) for _ in range(chance.randint(0, 6)))
    return Story(
        reference=reference,
        kind=chance.choice(list(POLICIES.values())),
        after_s=round(chance.uniform(0, 1.5), 3),
        door=chance.choice(DOORS),
        is_insisting=chance.random() < 0.9,
        acts=tuple(_act(chance, round(after_s, 3)) for after_s in instants),
    )


def _act(chance: Random, after_s: float) -> Act:
    command = chance.choice(_COMMANDS)
    return Act(
        after_s=after_s,
        command=command,
        person=chance.choice(PEOPLE),
        fields=_fields(chance, command),
        door=chance.choice(DOORS),
        is_insisting=chance.random() < 0.8,
    )


_COMMANDS = (
    "acknowledge", "acknowledge", "acknowledge", "escalate", "escalate", "de_escalate", "release", "accept", "reassign",
    "decline", "note", "note", "attempt", "change_severity", "hold", "resume", "snooze", "take_charge", "take_charge",
    "resolve", "resolve", "confirm", "close", "reopen", "cancel", "open",
)  # fmt: skip


def _fields(chance: Random, command: str) -> dict[str, Any]:  # noqa: PLR0911 - one arm per command
    """What such a command needs; whether it fits where it comes is left to the rules."""
    words = f"sample words {chance.randrange(10**6)}"
    soon = round(chance.uniform(0.5, 3), 3)
    match command:
        case "acknowledge":
            return chance.choice(({}, {"next_action": words}, {"until": min(soon, 2)}))
        case "release" | "escalate" | "reopen" | "cancel" | "resume":
            return chance.choice(({}, {"reason": words}))
        case "de_escalate":
            return {"reason": words, "guidance": words}
        case "reassign":
            return {"to": chance.choice(PEOPLE), "reason": words}
        case "decline":
            return {"reason": words, "has_conflict": chance.random() < 0.2}
        case "note":
            return {"text": words}
        case "attempt":
            return {"what": words, "result": chance.choice(("helped", "no_change"))}
        case "change_severity":
            return {"severity": chance.choice(("S1", "S2")), "reason": words}
        case "hold":
            return {"reason": "waiting_customer", "waiting_for": "cust-1", "until": min(soon, 1.8)}
        case "snooze":
            return {"until": soon}
        case "take_charge":
            return {"next_action": words, "until": soon + 2}
        case "resolve":
            return {"outcome": chance.choice(("solved", "explained")), "told_customer": words}
        case "close":
            return {"reason": "withdrawn_in_writing", "explanation": words}
        case _:
            return {}
