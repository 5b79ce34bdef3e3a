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

REPEATS = frozenset({"reminded", "warned"})
"""Messages that say of an issue what the digest that named it said."""

What: TypeAlias = Literal["waits", "went", "by_itself", "over", "lost", "late"]
"""lost: its digest had left, and did not arrive; late: it waits on, while other ways are taken (`waiting.py`)."""


class Handed(Value):
    """A message that is handed over, to go out with others."""

    key: str
    issue: str
    about: str
    severity: str
    priority: int
    tier: str
    until: AwareDatetime | None = None
    """By when an answer is asked, or something else is due of its reader, on the issue's clock."""
    asks: bool = False
    """Whether somebody is asked by it, and not only informed: once somebody has the issue, it is over."""
    can_acknowledge: bool = False
    can_take_charge: bool = False
    handed_at: AwareDatetime
    """On the bundle's clock, which sets it when the message comes."""
    hold: timedelta | None = None
    """How long it may wait at most; None: as long as the digest takes."""
    within: timedelta | None = None
    """Where it joins a digest that stands, its issue is named after so long at most; None: when that stands no more."""
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
    error: str = ""
    """Why its digest did not arrive."""
    is_joined: bool = False
    """Whether it joined a digest that had left and stands."""


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
    listed: int = 0
    """The digest that named it last; 0: none has."""
    about: str = ""
    tier: str = ""
    asked_at: AwareDatetime | None = None
    """When the message was handed over that asks."""


class Bundle(Value):
    """Where it stands."""

    id: str
    whose: Whose
    waiting: tuple[Handed, ...] = ()
    under_way: tuple[Handed, ...] = ()
    """Those of the digest that is being sent."""
    number: int = 0
    """Of the digest that was begun last."""
    sent: int = 0
    """The number of the one that left last."""
    sent_at: AwareDatetime | None = None
    """When that was."""
    went: int = 0
    """How many went."""
    alone: int = 0
    """Messages that it has let go by themselves, since nothing came to go with them."""
    joined: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Issues that have joined the digest that stands, and when the next one names them at the latest."""
    naming: tuple[str, ...] = ()
    """Those of them that the digest on its way names."""
    did_not_arrive: int = 0
    """The last digest of which that is known."""
    issues: dict[str, Held] = Field(default_factory=dict)
    ended: dict[str, Became] = Field(default_factory=dict)
    last_at: AwareDatetime
    """When a message was last handed over."""


def taken(bundle: Bundle, message: Handed) -> Bundle:
    """With one more message; the same one again changes nothing, unless it is known to have ended otherwise.

    While a digest stands, a question about a further issue joins it, and a reminder of an issue that it named says
    nothing new: both are told with that. Of what has joined, the next digest says which they are.
    """
    known = {each.key for each in (*bundle.waiting, *bundle.under_way)}
    last_at = max(bundle.last_at, message.handed_at)
    if message.key in known or _is_told(bundle, message.key):
        return bundle.changed({"last_at": last_at})
    issues = dict(bundle.issues)
    for single in message.before:
        issues.setdefault(single.issue, _of_single(single))
    if message.issue in issues:
        issues[message.issue] = _ended_by(issues[message.issue], message)
    ended = bundle.ended
    if message.key in ended:
        ended = {key: became for key, became in ended.items() if key != message.key}
    bundle = bundle.changed({"issues": issues, "ended": ended, "last_at": last_at})
    joined = bundle.changed(
        {"ended": _ended(bundle, [message], Became(what="went", digest=_standing_key(bundle), is_joined=True))}
    )
    if _covers(bundle, message):
        return joined
    if _joins(bundle, message):
        issues[message.issue] = _held(message, number=bundle.sent)
        named_by = {**bundle.joined, message.issue: _named_by(bundle, message)}
        return joined.changed({"issues": _kept(issues), "joined": named_by})
    return bundle.changed({"waiting": (*bundle.waiting, message)})


def stands_until(bundle: Bundle) -> datetime | None:
    """Until when the digest stands that left last; None: there is none, or it did not arrive."""
    if bundle.sent_at is None or bundle.sent <= bundle.did_not_arrive:
        return None
    return bundle.sent_at + bundle.whose.limits.stands(bundle.went)


def sends_at(bundle: Bundle) -> datetime | None:
    """When the next digest goes; None while there is nothing for one, or one is under way.

    What asks goes when no more has come for a short while; never so late that a message of it would have waited longer
    than it may. What has joined the digest that stands, and news, when that stands no more.
    """
    if bundle.under_way or bundle.naming or not (bundle.waiting or bundle.joined):
        return None
    limits, stands = bundle.whose.limits, stands_until(bundle)
    due = list(bundle.joined.values())
    urgent = [message for message in bundle.waiting if message.asks or message.hold is not None]
    for messages, earliest in ((urgent, None), (bundle.waiting, stands)):
        if messages:
            first = min(message.handed_at for message in messages)
            last = max(message.handed_at for message in messages)
            at = min(last + limits.gather, first + limits.gather_longest)
            due.append(at if earliest is None else max(at, earliest))
    due += [message.handed_at + message.hold for message in bundle.waiting if message.hold is not None]
    return min(due)


def ends_at(bundle: Bundle) -> datetime | None:
    """When the bundle is over; None while it has something to send."""
    has_more = bundle.waiting or bundle.under_way or bundle.joined or bundle.naming
    return None if has_more else bundle.last_at + bundle.whose.limits.idle


def begun(bundle: Bundle) -> Bundle:
    """The same with a digest of all that waits under way. One message alone is mostly none: it goes by itself."""
    if len(bundle.waiting) == 1 and not bundle.joined and _goes_alone(bundle, bundle.waiting[0]):
        (message,) = bundle.waiting
        issues = dict(bundle.issues)
        if message.asks:
            issues[message.issue] = _held(message, number=0)
        ended = _ended(bundle, bundle.waiting, Became(what="by_itself"))
        return bundle.changed({"waiting": (), "issues": _kept(issues), "ended": ended, "alone": bundle.alone + 1})
    return bundle.changed(
        {
            "waiting": (),
            "under_way": bundle.waiting,
            "joined": {},
            "naming": tuple(bundle.joined),
            "number": bundle.number + 1,
        }
    )


def gone(bundle: Bundle, at: datetime, dropped: frozenset[str], *, is_delivered: bool) -> Bundle:
    """The digest went; `dropped` are issues that were over by then. Where all were, none went."""
    number = bundle.number
    told = [message for message in bundle.under_way if message.issue not in dropped or not message.asks]
    over = [message for message in bundle.under_way if message.issue in dropped and message.asks]
    issues = {issue: held for issue, held in bundle.issues.items() if issue not in dropped}
    for message in told:
        before = issues.pop(message.issue, None)  # told last: it is let go of last
        issues[message.issue] = after(before, message).changed({"number": number})
    ended = _ended(bundle, told, Became(what="went", digest=digest_key(bundle), is_delivered=is_delivered))
    ended = _ended(bundle.changed({"ended": ended}), over, Became(what="over"))
    is_sent = bool(told) or any(issue not in dropped for issue in bundle.naming)
    bundle = bundle.changed({"under_way": (), "naming": (), "issues": _kept(issues), "ended": ended})
    if not is_sent:
        return bundle
    listed = {issue: held.changed({"listed": number}) if held.asks else held for issue, held in bundle.issues.items()}
    waiting = bundle.waiting
    bundle = bundle.changed({"waiting": (), "issues": listed, "sent": number, "sent_at": at, "went": bundle.went + 1})
    for message in waiting:  # came while it was on its way: may join it now
        bundle = taken(bundle, message)
    return bundle


def after(held: Held | None, message: Handed) -> Held:
    """An issue as its person knows it after one more message: what waits for their answer still does after news of it,
    but for what says that it does not.
    """
    if held is None or message.asks:
        return _held(message, number=0)
    left = _ended_by(held, message)
    told = {"severity": message.severity, "priority": message.priority}
    return left.changed(told) if left.asks else _held(message, number=0)


def _ended_by(held: Held, message: Handed) -> Held:
    """An issue after a message that may say that its person is not asked any more; were they asked later, they are."""
    is_later = held.asked_at is not None and held.asked_at >= message.handed_at
    if message.about not in _ENDS or is_later:
        return held
    return held.changed({"asks": False, "can_acknowledge": False, "can_take_charge": False})


def failed(bundle: Bundle) -> Bundle:
    """The digest can never go: each of its messages goes by itself, better twice than never."""
    ended = _ended(bundle, bundle.under_way, Became(what="by_itself"))
    return bundle.changed({"under_way": (), "naming": (), "ended": ended})


def lost(bundle: Bundle, number: int, error: str) -> Bundle:
    """A digest that had left did not arrive: who asks after its messages from now on hears that they did not.

    What it told of can still be answered: the other side may be wrong.
    """
    key = f"{bundle.id}/{number}"
    how = Became(what="lost", digest=key, error=error)
    ended = {
        message: how if became.what == "went" and became.digest == key else became
        for message, became in bundle.ended.items()
    }
    return bundle.changed({"ended": ended, "did_not_arrive": max(bundle.did_not_arrive, number)})


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
_ENDS = frozenset({"left_tier", "resolved", "closed"})
"""Messages after which their reader is not asked any more."""


def _standing_key(bundle: Bundle) -> str:
    return f"{bundle.id}/{bundle.sent}"


def _is_standing(bundle: Bundle, at: datetime) -> bool:
    until = stands_until(bundle)
    return until is not None and at < until and not bundle.under_way and not bundle.naming


def _covers(bundle: Bundle, message: Handed) -> bool:
    held = bundle.issues.get(message.issue)
    if held is None or not held.asks or not _is_standing(bundle, message.handed_at):
        return False
    is_known = held.listed == bundle.sent or message.issue in bundle.joined
    return is_known and (message.about in REPEATS or (message.asks and _is_same(held, message)))


def _is_same(held: Held, message: Handed) -> bool:
    """Whether it asks what its person was asked: a question at another tier is told as soon as a first one."""
    return (message.about, message.tier) == (held.about, held.tier)


def _joins(bundle: Bundle, message: Handed) -> bool:
    if not message.asks or not _is_standing(bundle, message.handed_at):
        return False
    return any(
        held.asks and _is_same(held, message) and held.priority <= message.priority
        for issue, held in bundle.issues.items()
        if held.listed == bundle.sent or issue in bundle.joined
    )


def _named_by(bundle: Bundle, message: Handed) -> datetime:
    until = stands_until(bundle) or message.handed_at
    first = bundle.joined.get(message.issue, until)
    return min(until, first) if message.within is None else min(until, first, message.handed_at + message.within)


def _goes_alone(bundle: Bundle, message: Handed) -> bool:
    """Whether a message goes by itself that nothing came to go with: not again and again, in a storm that trickles."""
    others = [held for issue, held in bundle.issues.items() if held.asks and issue != message.issue]
    if not message.asks or not others or message.priority < min(held.priority for held in others):
        return True
    limits = bundle.whose.limits
    return limits.stand_times == 0 or (bundle.went == 0 and bundle.alone < limits.after)


def _held(message: Handed, number: int) -> Held:
    return Held(
        severity=message.severity,
        priority=message.priority,
        until=message.until,
        can_acknowledge=message.can_acknowledge,
        can_take_charge=message.can_take_charge,
        asks=message.asks,
        number=number,
        about=message.about,
        tier=message.tier,
        asked_at=message.handed_at if message.asks else None,
    )


def _of_single(single: Single) -> Held:
    return Held(
        severity=single.severity,
        priority=single.priority,
        can_acknowledge=single.can_acknowledge,
        can_take_charge=single.can_take_charge,
        asks=single.asks,
        about=single.about,
        tier=single.tier,
    )


def _kept(issues: dict[str, Held]) -> dict[str, Held]:
    return issues if len(issues) <= MOST_ISSUES else dict(list(issues.items())[-MOST_ISSUES:])


def _is_told(bundle: Bundle, key: str) -> bool:
    return key in bundle.ended and bundle.ended[key].what in {"went", "over", "lost"}


def _ended(bundle: Bundle, messages: "tuple[Handed, ...] | list[Handed]", how: Became) -> dict[str, Became]:
    ended = {**bundle.ended, **{message.key: how for message in messages}}
    return ended if len(ended) <= MOST_ENDED else dict(list(ended.items())[-MOST_ENDED:])
