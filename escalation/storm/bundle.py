"""What a bundle does with messages of one cause to one person by one channel: gathers them, and says when they go.

Pure, and independent of who keeps the time: the service (workflows/bundle.py) and the simulated clock give instants.
What a digest says is in `digest_text.py`.
"""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, Field

from escalation.issue.facts import CauseRef, IssueClass, PersonFacts
from escalation.storm.counting import Limits, Single
from escalation.value import Value

MOST_ISSUES = 2000
"""Issues of one bundle that can be answered together; those that were told first are let go of beyond it."""
MOST_ENDED = 4000
"""Messages of which it is remembered what became of them."""

What: TypeAlias = Literal["waits", "went", "by_itself", "over"]


class Handed(Value):
    """A message that is handed over, to go out with others."""

    key: str
    issue: str
    about: str
    severity: str
    priority: int
    tier: str
    until: AwareDatetime | None = None
    """By when an answer is asked, on the issue's clock."""
    asks: bool = False
    """Whether somebody is asked by it, and not only informed: once somebody has the issue, it is over."""
    can_acknowledge: bool = False
    can_take_charge: bool = False
    handed_at: AwareDatetime
    """On the bundle's clock, which sets it when the message comes."""
    hold: timedelta | None = None
    """How long it may wait at most; None: as long as the digest takes."""
    before: tuple[Single, ...] = ()
    """What the sender has let go by itself, of the same cause."""


class Whose(Value):
    """For whom a bundle is, and of what."""

    person: PersonFacts
    channel: str
    cause: CauseRef
    issue_class: IssueClass = "normal"
    limits: Limits = Limits()


class Became(Value):
    """What became of a message that was handed over."""

    what: What
    digest: str = ""
    """Its key, where the message went in one."""
    is_delivered: bool = False
    wait: timedelta = timedelta()
    """How long until it is worth asking again."""


class Held(Value):
    """An issue of the bundle, as its person was last told of it."""

    severity: str
    priority: int
    until: AwareDatetime | None = None
    can_acknowledge: bool = False
    can_take_charge: bool = False
    asks: bool = False
    number: int = 0
    """The digest in which it was told last; 0: by itself."""


class Bundle(Value):
    """Where it stands."""

    id: str
    whose: Whose
    waiting: tuple[Handed, ...] = ()
    under_way: tuple[Handed, ...] = ()
    """Those of the digest that is being sent."""
    number: int = 0
    """Of the digest that was begun last."""
    sent_at: AwareDatetime | None = None
    """When the last one went."""
    went: int = 0
    """How many went."""
    issues: dict[str, Held] = Field(default_factory=dict)
    ended: dict[str, Became] = Field(default_factory=dict)
    last_at: AwareDatetime
    """When a message was last handed over."""


def taken(bundle: Bundle, message: Handed) -> Bundle:
    """With one more message; the same one again changes nothing, unless it is known to have ended otherwise."""
    known = {each.key for each in (*bundle.waiting, *bundle.under_way)}
    last_at = max(bundle.last_at, message.handed_at)
    if message.key in known or _is_told(bundle, message.key):
        return bundle.changed({"last_at": last_at})
    issues = dict(bundle.issues)
    for single in message.before:
        issues.setdefault(
            single.issue,
            Held(
                severity=single.severity,
                priority=single.priority,
                can_acknowledge=single.can_acknowledge,
                can_take_charge=single.can_take_charge,
                asks=single.asks,
            ),
        )
    ended = {key: became for key, became in bundle.ended.items() if key != message.key}
    return bundle.changed({"waiting": (*bundle.waiting, message), "issues": issues, "ended": ended, "last_at": last_at})


def sends_at(bundle: Bundle) -> datetime | None:
    """When the next digest goes; None while there is nothing for one, or one is under way.

    The first after a short gathering, each later one after twice the time, and never so late that a message of it
    would have waited longer than it may.
    """
    if not bundle.waiting or bundle.under_way:
        return None
    limits = bundle.whose.limits
    first = min(message.handed_at for message in bundle.waiting)
    at = first + limits.gather
    if bundle.sent_at is not None:
        # Not `gather * 2**went`: that overflows after a night of a storm.
        pause = limits.longest if bundle.went > _DOUBLINGS else min(limits.gather * 2**bundle.went, limits.longest)
        at = max(at, bundle.sent_at + pause)
    held = [message.handed_at + message.hold for message in bundle.waiting if message.hold is not None]
    return max(min([at, *held]), first)


def ends_at(bundle: Bundle) -> datetime | None:
    """When the bundle is over; None while it has something to send."""
    return None if bundle.waiting or bundle.under_way else bundle.last_at + bundle.whose.limits.idle


def begun(bundle: Bundle) -> Bundle:
    """The same with a digest of all that waits under way. One message alone is no digest: it goes by itself."""
    if len(bundle.waiting) == 1:
        return bundle.changed({"waiting": (), "ended": _ended(bundle, bundle.waiting, Became(what="by_itself"))})
    return bundle.changed({"waiting": (), "under_way": bundle.waiting, "number": bundle.number + 1})


def gone(bundle: Bundle, at: datetime, dropped: frozenset[str], *, is_delivered: bool) -> Bundle:
    """The digest went; `dropped` are issues that were over by then."""
    went = Became(what="went", digest=digest_key(bundle), is_delivered=is_delivered)
    told = [message for message in bundle.under_way if message.issue not in dropped or not message.asks]
    over = [message for message in bundle.under_way if message.issue in dropped and message.asks]
    issues = {issue: held for issue, held in bundle.issues.items() if issue not in dropped}
    for message in told:
        issues.pop(message.issue, None)  # told last: it is let go of last
        issues[message.issue] = Held(
            severity=message.severity,
            priority=message.priority,
            until=message.until,
            can_acknowledge=message.can_acknowledge,
            can_take_charge=message.can_take_charge,
            asks=message.asks,
            number=bundle.number,
        )
    ended = _ended(bundle, told, went)
    ended = _ended(bundle.changed({"ended": ended}), over, Became(what="over"))
    return bundle.changed(
        {
            "under_way": (),
            "issues": dict(list(issues.items())[-MOST_ISSUES:]),
            "ended": ended,
            "sent_at": at,
            "went": bundle.went + 1,
        }
    )


def failed(bundle: Bundle) -> Bundle:
    """The digest can never go: each of its messages goes by itself, better twice than never."""
    ended = _ended(bundle, bundle.under_way, Became(what="by_itself"))
    return bundle.changed({"under_way": (), "ended": ended})


def became(bundle: Bundle, key: str, now: datetime) -> Became:
    """What became of a message so far; of one that is not known it is best that it goes by itself."""
    if key in bundle.ended:
        return bundle.ended[key]
    if any(message.key == key for message in bundle.under_way):
        return Became(what="waits", wait=_SOON)
    if any(message.key == key for message in bundle.waiting):
        at = sends_at(bundle)
        return Became(what="waits", wait=_SOON if at is None else max(at - now, timedelta()) + _SOON)
    return Became(what="by_itself")


def digest_key(bundle: Bundle) -> str:
    """The id of the digest that was begun last: the same for every copy of it."""
    return f"{bundle.id}/{bundle.number}"


_SOON = timedelta(seconds=1)
_DOUBLINGS = 16


def _is_told(bundle: Bundle, key: str) -> bool:
    return key in bundle.ended and bundle.ended[key].what in {"went", "over"}


def _ended(bundle: Bundle, messages: "tuple[Handed, ...] | list[Handed]", how: Became) -> dict[str, Became]:
    ended = {**bundle.ended, **{message.key: how for message in messages}}
    return dict(list(ended.items())[-MOST_ENDED:])
