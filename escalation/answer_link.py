"""Links by which a message is answered: what each stands for, as signed words that nobody else can make or change.

One link is one act of one person about one issue, for a time. Whoever opens it is shown what it would do; only what
they then send does it (`starter/http/answer_links.py`). Where no link leads, a shell's line does (`answering.py`).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

from pydantic import AwareDatetime, ValidationError

from escalation.answers_of import ACTS_OF, Act
from escalation.issue.effects import Notify
from escalation.storm.digest import DIGEST, SendDigest
from escalation.value import Value

ACTS: tuple[Act, ...] = get_args(Act)
ALL_OF_THEM: Act = "acknowledge"
"""What the one link of a digest stands for."""
LABELS: dict[Act, str] = {
    "acknowledge": "I have it",
    "accept": "I take it over",
    "decline": "Not me",
    "escalate": "Send it up",
    "confirm": "Yes, it is fixed",
    "reopen": "Not fixed after all",
    "take_charge": "I take charge",
    "take_on": "I do it",
    "pass_on": "Ask the next one",
    "complete": "Here is the answer",
    "leave": "I am not on it any more",
}
NEED_WORDS: frozenset[Act] = frozenset({"take_charge", "complete"})
"""What cannot be done without words of whoever does it."""
_PLAIN: frozenset[Act] = frozenset({"acknowledge", "accept", "decline", "confirm", "take_on", "pass_on", "leave"})
LABEL_OF_ALL = "I have them all"
GOOD_FOR = timedelta(days=3)
GOOD_AFTER = timedelta(days=1)
"""How long after its message a link is good, and how long at least after the answer was due. Ours: a long week-end."""
LONGEST_TOKEN = 1_000
LEAST_KEY = 32
"""Characters of a key that signs."""
_SIGNED = 20
"""Bytes of the signature, of HMAC-SHA256."""


class AnswerLink(Value):
    """One way to answer, as a message shows it."""

    act: Act
    label: str
    url: str
    """The page that shows what it would do, and does it when it is sent."""
    post_url: str
    """The same for programs: a POST to it does it."""
    is_read_back: bool = False
    """Whether it is accepted in words alone."""

    @property
    def needs_words(self) -> bool:
        """Whether the page asks for what the act cannot do without."""
        return self.act in NEED_WORDS or self.is_read_back

    @property
    def is_plain(self) -> bool:
        """Whether it is done by one press: whoever is asked next, or once more, wants no words."""
        return self.act in _PLAIN and not self.is_read_back

    @property
    def token(self) -> str:
        """What stands for it, as both URLs have it."""
        return self.url.partition("?t=")[2]


class Answering(Value):
    """What a link stands for."""

    message: str
    """The id of the message that it stood in."""
    issue: str
    """Its full id; empty: the message was a digest of several."""
    person: str
    channel: str
    act: Act
    tier: str = ""
    """The tier that was asked then; empty: of a digest."""
    is_personal: bool
    """Whether the message went where one person alone reads it."""
    good_until: AwareDatetime

    @property
    def id(self) -> str:
        """Of the command that it becomes: the same link twice is done once, as is each copy's."""
        return f"link-{hashlib.sha256(f'{self.act} {self.message}'.encode()).hexdigest()[:40]}"


def acts_of(notify: Notify) -> tuple[Act, ...]:
    """What its reader can answer by a link. Nothing of an issue that is not of class normal."""
    if notify.issue_class != "normal":
        return ()
    can = {*notify.commands, *(("decline",) if "acknowledge" in notify.commands else ())}
    return tuple(act for act in ACTS_OF.get(notify.about, ()) if act in can)


def answerings(notify: Notify, *, is_personal: bool) -> tuple[Answering, ...]:
    """The ways in which the message can be answered by a link; the same for every copy of it."""
    due = max(notify.until or notify.at, notify.not_before or notify.at)
    good_until = max(notify.at + GOOD_FOR, due + GOOD_AFTER)
    return tuple(
        Answering(
            message=notify.key,
            issue=str(notify.issue),
            person=notify.person.id,
            channel=notify.channel,
            act=act,
            tier=notify.tier,
            is_personal=is_personal,
            good_until=good_until,
        )
        for act in acts_of(notify)
    )


def answerings_of_digest(digest: SendDigest, *, is_personal: bool) -> tuple[Answering, ...]:
    """The one way in which a digest can be answered by a link: all that can be acknowledged is."""
    if digest.issue_class != "normal" or not any(each.can_acknowledge for each in digest.listed):
        return ()
    return (
        Answering(
            message=digest.key,
            issue="",
            person=digest.person.id,
            channel=digest.channel,
            act=ALL_OF_THEM,
            is_personal=is_personal,
            good_until=digest.at + GOOD_FOR,
        ),
    )


def label_of(answering: Answering) -> str:
    """What the link says."""
    return LABELS[answering.act] if answering.issue else LABEL_OF_ALL


def is_digest(answering: Answering) -> bool:
    """Whether it answers a digest."""
    return not answering.issue and answering.message.startswith(f"{DIGEST}:")


def sign(answering: Answering, key: str) -> str:
    """The token that stands for it: letters, digits, `-`, `_` and one full stop."""
    words = [
        answering.act,
        int(answering.good_until.timestamp()),
        answering.message,
        # Most messages' ids begin with their issue's; a link should be no longer than it must.
        answering.issue.removeprefix(_issue_in(answering.message)) if answering.issue else None,
        answering.person,
        answering.channel,
        answering.tier,
        int(answering.is_personal),
    ]
    said = _encode(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode())
    return f"{said}.{_signature(said, key)}"


def read(token: str, keys: Sequence[str]) -> Answering | None:
    """What a token stands for that one of the keys has signed, however old it is; None: it is none of ours."""
    said, mark, signature = token.partition(".")
    if not mark or len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    if not any(hmac.compare_digest(signature, _signature(said, key)) for key in keys):
        return None
    try:
        act, until, message, issue, person, channel, tier, is_personal = json.loads(_decode(said))
        return Answering(
            act=act,
            good_until=datetime.fromtimestamp(until, UTC),
            message=message,
            issue="" if issue is None else issue or _issue_in(message),
            person=person,
            channel=channel,
            tier=tier,
            is_personal=bool(is_personal),
        )
    except (ValueError, TypeError, OverflowError, ValidationError):
        return None  # signed, and of another release


def _issue_in(message: str) -> str:
    return message.partition("/")[0]


def _signature(said: str, key: str) -> str:
    return _encode(hmac.new(key.encode(), f"escalon answer 1\0{said}".encode(), hashlib.sha256).digest()[:_SIGNED])


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
