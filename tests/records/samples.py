"""Samples: an issue's entries and rows made by hand, and any event of any kind for properties."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from escalation.issue.commands import Open
from escalation.issue.effects import Record, Snapshot
from escalation.issue.events import Entry, Event, Reminded
from escalation.issue.facts import Actor, IssueFacts, Party, PersonFacts, TextRef
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

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KIM = Actor(person="kim", role="agent", door="cli", assurance="asserted")


def issue_id(reference: str = "REF-1", **fields: Any) -> IssueId:
    """An issue of the desk."""
    return IssueId(**{"source": "desk", "reference": reference, **fields})


def entry(number: int, event: Any = None, **fields: Any) -> Entry:
    """The entry of that number, a minute after the one before."""
    at = NOON + timedelta(minutes=number)
    told = Reminded(tier="front_line", count=number, next_at=None)
    given = {"happened_at": at, "recorded_at": at, "by": KIM, "command": f"command-{number}", "event": event or told}
    return Entry(**{"number": number, **given, **fields})


def snapshot(issue: IssueId, entries: int, **fields: Any) -> Snapshot:
    """Where the issue stands after so many entries."""
    plain: dict[str, Any] = {
        "kind": "support",
        "issue_class": "normal",
        "harm_flags": (),
        "audience": (),
        "about": (),
        "parties": (),
        "links": (),
        "title": "Charged twice",
        "title_ref": None,
        "severity": "S2",
        "priority": 2,
        "status": "open",
        "policy": "four-tier-support",
        "tier": "front_line",
        "asked": ("kim", "ola"),
        "handler": None,
        "owner": "kim",
        "raiser": "kim",
        "is_exhausted": False,
        "is_breached": False,
        "opened_at": NOON,
        "received_at": NOON - timedelta(minutes=5),
        "first_noticed_at": None,
        "resolved_at": None,
        "closed_at": None,
        "close_reason": None,
        "next_due_at": NOON + timedelta(hours=1),
        "next_due": "the team lead is asked",
        "rules_revision": 1,
    }
    return Snapshot(**{**plain, "issue": issue, "entries": entries, **fields})


def record(issue: IssueId, first: int, last: int, **fields: Any) -> Record:
    """Entries from `first` to `last`, and where the issue stands after them."""
    entries = tuple(entry(number) for number in range(first, last + 1))
    return Record(snapshot=snapshot(issue, last, **fields), entries=entries)


A_POLICY = Policy(
    name="sample",
    version=3,
    title="A sample: ladder of one",
    kind="support",
    severities=(Severity(name="S1", means="no access to money", priority=1),),
    tiers=(
        Tier(
            name="front_line",
            title="Front line",
            tell=Tell(roles=("agent",), team="desk"),
            acknowledge_within={"S1": timedelta(minutes=5, milliseconds=250)},
            work_within={"S1": timedelta(days=1, hours=2)},
        ),
    ),
    entry=EntryTiers(person={"S1": "front_line"}, machine={"S1": "front_line"}),
    triggers=(Trigger(name="all", when="true", why="everything", owner="kim"),),
    acknowledgement=Acknowledgement(lapses_after={"S1": timedelta(minutes=30)}),
    exhaustion=Exhaustion(
        procedure="last_resort",
        last_resort=Tell(people=("kim",)),
        last_resort_every={"S1": timedelta(minutes=15)},
        charge_for_at_most={"S1": timedelta(hours=4)},
    ),
    closing=Closing(reasons=("confirmed",), remind_after=timedelta(days=3), reopen_within=timedelta(days=14)),
    roles={"acknowledge": ("asked",)},
)

_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-8))])
_INSTANTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1), timezones=_ZONES)  # noqa: DTZ001
_WORDS = st.text(max_size=20)
_ACTORS = st.builds(
    Actor,
    person=_WORDS,
    role=st.none() | _WORDS,
    door=_WORDS,
    assurance=st.sampled_from(["asserted", "known_address", "signed_link", "signed_in", "system"]),
    is_machine=st.booleans(),
)
_ISSUES = st.builds(IssueId, source=st.just("desk"), reference=st.text(min_size=1, max_size=20))
_PEOPLE = st.builds(
    PersonFacts,
    id=_WORDS,
    role=_WORDS,
    team=st.none() | _WORDS,
    channels=st.lists(_WORDS, max_size=2).map(tuple),
    limit=st.dictionaries(_WORDS, _WORDS, max_size=2),
)
_FACTS = st.builds(
    IssueFacts,
    id=_ISSUES,
    kind=st.just("support"),
    title=_WORDS,
    title_ref=st.none() | st.builds(TextRef),
    severity=st.just("S1"),
    harm_flags=st.just(("vulnerable",)),
    parties=st.tuples(st.builds(Party, key=_WORDS, role=st.just("customer"))),
    raiser=_ACTORS,
    opened_at=_INSTANTS,
    received_at=_INSTANTS,
    first_noticed_at=st.none() | _INSTANTS,
)
_OPENINGS = st.builds(
    Open,
    id=_WORDS,
    by=_ACTORS,
    issue=_FACTS,
    policies=st.just((A_POLICY,)),
    match=st.builds(Match),
    owner=_WORDS,
    people=st.lists(_PEOPLE, max_size=2).map(tuple),
    last_known=st.dictionaries(_WORDS, st.lists(_WORDS, max_size=2).map(tuple), max_size=2),
)
for _type, _strategy in (
    (AwareDatetime, _INSTANTS),
    (Actor, _ACTORS),
    (PersonFacts, _PEOPLE),
    (Open, _OPENINGS),
    (Policy, st.just(A_POLICY)),
):
    st.register_type_strategy(_type, _strategy)

EVENTS: tuple[type, ...] = get_args(get_args(Event)[0])
"""The class of every kind of event, from the union: a new one is in at once."""


def entries_of(kind: type, number: int = 1) -> st.SearchStrategy[Entry]:
    """Any entry with an event of that class."""
    return st.builds(
        Entry,
        number=st.just(number),
        happened_at=_INSTANTS,
        recorded_at=_INSTANTS,
        by=_ACTORS,
        command=_WORDS,
        event=_event_of(kind).filter(_is_finite),
    )


def _event_of(kind: type) -> st.SearchStrategy[Any]:
    """Any event of that class. A default that is made by a factory is none that the strategies can read."""
    fields = kind.model_fields if issubclass(kind, BaseModel) else {}
    made = {name: st.from_type(field.annotation) for name, field in fields.items() if field.default_factory}  # type: ignore[arg-type]
    return st.builds(kind, **made)


def _is_finite(value: object) -> bool:
    """Without a NaN or an infinity somewhere in it: no rule computes one, and JSON has none."""
    match value:
        case float():
            return math.isfinite(value)
        case BaseModel():
            return all(_is_finite(part) for _, part in value)
        case tuple():
            return all(_is_finite(part) for part in value)
        case _:
            return True
