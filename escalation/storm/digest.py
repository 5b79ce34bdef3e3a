"""A digest as data: whom it tells of which issues of one cause, and what of it is still so when it leaves.

Pure. When it goes is decided in `bundle.py`; what it says is in `digest_text.py`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from escalation.issue.delivery import Waits
from escalation.issue.facts import CauseRef, IssueClass, PersonFacts
from escalation.issue.identity import IssueId, read_issue_id
from escalation.storm.bundle import REPEATS, Bundle, Held, after, digest_key
from escalation.value import Value

DIGEST: Literal["digest"] = "digest"
"""What the log of deliveries calls the occasion."""


class Listed(Value):
    """One issue of a digest."""

    issue: str
    severity: str
    priority: int
    tier: str = ""
    """Empty of one that was told before."""
    until: AwareDatetime | None = None
    asks: bool
    can_acknowledge: bool
    can_take_charge: bool = False
    is_new: bool
    """Whether this digest is about it; else it was told before, and may still wait for an answer."""
    is_again: bool = False
    """Whether it was told before all the same, and this reminds."""


class SendDigest(Value):
    """Send one person one message about many issues, by one channel."""

    kind: Literal["send_digest"] = "send_digest"
    key: str
    person: PersonFacts
    channel: str
    cause: CauseRef
    issue_class: IssueClass
    at: AwareDatetime
    listed: tuple[Listed, ...]
    """The most urgent first."""
    stands_until: AwareDatetime | None = None
    """Until when further issues of its cause join it without another message; None: none do."""
    patience: timedelta | None = None
    """As in `Notify`: it has no other way, and is tried for as long as may be."""
    earlier: int = 0
    not_before: AwareDatetime | None = None
    waits: Waits | None = None
    is_possible_repeat: bool = False

    @property
    def about(self) -> str:
        """The occasion."""
        return DIGEST

    @property
    def issue(self) -> IssueId:
        """The first of its issues, under whose name media file it."""
        return read_issue_id(self.listed[0].issue)[0]

    @property
    def priority(self) -> int:
        """That of the most urgent of its issues."""
        return self.listed[0].priority


class DigestWent(Value):
    """The answer: the digest left, or had nothing left to tell of."""

    is_delivered: bool = False
    dropped: tuple[str, ...] = ()
    """Issues that somebody has, or that are over."""


class Standing(Value):
    """Where an issue stands, as far as the record knows."""

    is_open: bool
    is_taken: bool
    """Whether one of those who are asked has it. A handler from a tier below is nobody's answer."""


class Asked(Value):
    """What a person can answer with one word: the issues of a digest that may still wait for it."""

    person: str
    channel: str
    cause: str
    issue_class: IssueClass
    issues: tuple[str, ...]
    """Those that were told and can be acknowledged, in the order of their telling."""
    exhausted: tuple[str, ...] = ()
    """Those of which its reader can take charge."""
    others: int
    """Told in it too, without a question that one word answers."""


def digest_of(bundle: Bundle, at: datetime) -> SendDigest:
    """The digest that is under way."""
    whose = bundle.whose
    new = {issue: bundle.issues[issue] for issue in bundle.naming if issue in bundle.issues}
    again: set[str] = set()
    for message in bundle.under_way:
        known = new.get(message.issue) or bundle.issues.get(message.issue)
        held = new[message.issue] = after(known, message)
        if known is not None and known.asks and held.asks and message.issue not in bundle.naming:
            is_same = (known.about, known.tier) == (held.about, held.tier)
            again |= {message.issue} if is_same or message.about in REPEATS else set()
    before = {issue: held for issue, held in bundle.issues.items() if held.asks and issue not in new}
    listed = sorted(
        (
            *(_listed(issue, held, is_new=True, is_again=issue in again) for issue, held in new.items()),
            *(_listed(issue, held) for issue, held in before.items()),
        ),
        key=_urgency,
    )
    stands_until = at + whose.limits.stands(bundle.went + 1) if any(each.asks for each in listed) else None
    return SendDigest(
        key=digest_key(bundle),
        person=whose.person,
        channel=whose.channel,
        cause=whose.cause,
        issue_class=whose.issue_class,
        at=at,
        listed=tuple(listed),
        stands_until=stands_until,
    )


def still(digest: SendDigest, standing: Mapping[str, Standing]) -> SendDigest | None:
    """The digest without what is over by now: asks about issues that are not open any more, and those that were told
    before of issues that somebody has.

    An issue that the record does not know is told of: better twice than never. None where nothing new is left.
    """
    listed = tuple(each for each in digest.listed if not _is_over(each, standing.get(each.issue)))
    return digest.changed({"listed": listed}) if any(each.is_new for each in listed) else None


def asked_in(bundle: Bundle, number: int) -> Asked:
    """What an answer to that digest, or to a later copy of it, is about."""
    told = {issue: held for issue, held in bundle.issues.items() if held.number <= number}
    issues = tuple(issue for issue, held in told.items() if held.can_acknowledge)
    exhausted = tuple(issue for issue, held in told.items() if held.can_take_charge)
    whose = bundle.whose
    return Asked(
        person=whose.person.id,
        channel=whose.channel,
        cause=whose.cause.name,
        issue_class=whose.issue_class,
        issues=issues,
        exhausted=exhausted,
        others=len(told) - len({*issues, *exhausted}),
    )


def read_digest_key(text: str) -> tuple[str, int]:
    """The bundle's id and the digest's number; raises ValueError."""
    bundle, _, number = text.strip().rpartition("/")
    if not bundle.startswith(f"{DIGEST}:") or not (number.isascii() and number.isdigit()):
        raise ValueError(f"{text[:80]!r} is no digest; allowed: its id as it stands in the message: digest:…/1")
    return bundle, int(number)


def bundle_id(org: str, person: str, channel: str, cause: CauseRef) -> str:
    """The id of the bundle of one person, channel and cause."""
    return f"{DIGEST}:{org}:{person}:{channel}:{cause.key}"


def _listed(issue: str, held: Held, *, is_new: bool = False, is_again: bool = False) -> Listed:
    return Listed(
        issue=issue,
        severity=held.severity,
        priority=held.priority,
        tier=held.tier if is_new else "",
        until=held.until,
        asks=held.asks,
        can_acknowledge=held.can_acknowledge,
        can_take_charge=held.can_take_charge,
        is_new=is_new,
        is_again=is_again,
    )


def _urgency(listed: Listed) -> tuple[object, ...]:
    return (not listed.asks, listed.priority, not listed.is_new, listed.issue)


def _is_over(listed: Listed, standing: Standing | None) -> bool:
    if not listed.asks or standing is None:
        return False
    # What was never told is told while the issue is open: somebody may be asked although another has acknowledged it.
    return not standing.is_open or (standing.is_taken and (listed.is_again or not listed.is_new))
