"""A message for media of few words: one or two sentences for an SMS, what a telephone says, and the keys to answer by.

Facts and times alone. The title is only in what is said, and nothing but the id of an issue that is not normal.
"""

from collections.abc import Sequence

from escalation.answers_of import ACTS_OF, act_on_ask, is_of_ask
from escalation.duration import words
from escalation.instant import clock
from escalation.issue.effects import About, Notify
from escalation.reply import TextReply
from escalation.spoken import Facts, Spoken, speak
from escalation.spoken_words import Group
from escalation.value import Value

_DIGITS = {
    "acknowledge": "1",
    "accept": "1",
    "decline": "2",
    "escalate": "3",
    "confirm": "4",
    "take_on": "1",
    "pass_on": "2",
    "leave": "2",
}
"""By command. To confirm, which closes an issue, has a digit of its own: an answer can cross the next message."""
_MEANS = {
    "acknowledge": "I have it",
    "accept": "I take it over",
    "confirm": "it is fixed",
    "decline": "not me",
    "escalate": "send it up",
    "take_on": "I do it",
    "pass_on": "ask the next one",
    "leave": "I am not on it any more",
}
_GROUPS: dict[About, Group] = {
    "asked": "asked",
    "asked_again": "asked",
    "reminded": "asked",
    "warned": "asked",
    "charge_lapsed": "asked",
    "reopened": "asked",
    "hold_over": "asked",
    "snooze_over": "asked",
    "handler_reminded": "asked",
    "target_missed": "asked",
    "target_warned": "asked",
    "plan_impossible": "asked",
    "taken_over": "asked",
    "exhausted": "nobody",
    "last_resort": "nobody",
    "offered": "offered",
    "confirm": "answer",
    "cancel_asked": "answer",
    "ask_put": "answer",
    "ask_warned": "answer",
}
"""All others are news."""
_ANSWERS: dict[About, tuple[str, ...]] = {
    about: digits for about, acts in ACTS_OF.items() if (digits := tuple(act for act in acts if act in _DIGITS))
}
"""By occasion the commands that a digit can be; all others need more than a digit."""


class Key(Value):
    """One digit by which a message can be answered."""

    digit: str
    command: str
    means: str


class Short(Value):
    """The same message in few words."""

    text: str
    """One or two sentences, without a link and without how to answer."""
    terse: str
    """The same without what can be spared."""
    where: str = "Details"
    """What stands before the link."""
    keys: tuple[Key, ...] = ()
    spoken: Spoken


def keys_of(about: About, commands: Sequence[str]) -> tuple[Key, ...]:
    """The digits for those of the commands that have one; whoever can acknowledge can decline as well."""
    can = {*commands, *(("decline",) if "acknowledge" in commands else ())}
    offered = (name for name in _ANSWERS.get(about, ()) if name in can)
    return tuple(Key(digit=_DIGITS[name], command=name, means=_MEANS[name]) for name in offered)


def key_of(about: About, digit: str) -> Key | None:
    """What a digit stands for that answers a message on this occasion; None where it is none of its answers."""
    names = (name for name in _ANSWERS.get(about, ()) if _DIGITS[name] == digit)
    return next((Key(digit=digit, command=name, means=_MEANS[name]) for name in names), None)


def answer_of(about: About, reply: TextReply) -> Key | None:
    """What a reply stands for that answers a message on this occasion: as its digit, or in a word; None: nothing.

    A word can also say that it is fixed, for which there is no digit: one that is pressed by mistake must not.
    """
    if reply.digit or reply.command is None:
        return key_of(about, reply.digit)
    names = _ANSWERS.get(about, ())
    name = _meant(about, reply.command)
    if name is None:
        return None
    if name == "resolve" and "acknowledge" in names:
        return Key(digit="", command=name, means=_MEANS["confirm"])
    return Key(digit=_DIGITS[name], command=name, means=_MEANS[name]) if name in names else None


def _meant(about: About, said: str) -> str | None:
    if is_of_ask(about):
        return act_on_ask(about, said)
    return "accept" if said == "acknowledge" and is_taken_over(about) else said


def is_taken_over(about: About) -> bool:
    """Whether to say "I have it" to a message on this occasion is to take over what it offers."""
    return "accept" in _ANSWERS.get(about, ())


def is_answered_by_digit(about: About) -> bool:
    """Whether a message on this occasion can be answered by a digit at all."""
    return about in _ANSWERS


def shorten(
    notify: Notify, lead: str, title: str, name: str, zone: str, language: str, *, is_possible_repeat: bool
) -> Short:
    """The message in few words; `lead` is what its subject says first, `name` its reader's.

    `language` is a BCP 47 tag; what is written stays English, as all messages are.
    """
    is_restricted = notify.issue_class != "normal"
    by_digit = [name for name in notify.commands if name != "accept" or not notify.is_read_back_needed]
    keys = () if is_restricted else keys_of(notify.about, by_digit)
    group = _GROUPS.get(notify.about, "news")
    spoken = speak(
        Facts(
            group=group,
            issue=notify.issue.short,
            severity=notify.severity,
            title="" if is_restricted else title,
            name=name,
            until=notify.until,
            at=notify.at,
            is_restricted=is_restricted,
            is_possible_repeat=is_possible_repeat,
        ),
        tuple((key.digit, key.command) for key in keys),
        language,
        zone,
    )
    repeat = " (May be a repeat.)" if is_possible_repeat else ""
    said = _restricted(notify, group, zone) if is_restricted else _said(notify, lead, zone)
    left = "" if is_restricted else _left(notify, group)
    where = "Sign in to read" if is_restricted else "Details"
    return Short(text=f"{said}{left}.{repeat}", terse=f"{said}.{repeat}", where=where, keys=keys, spoken=spoken)


def _said(notify: Notify, lead: str, zone: str) -> str:
    if notify.about == "asked" and notify.until is not None:
        lead = f"You are asked to act by {clock(notify.until, zone, notify.at)}"
    return f"{notify.issue.short} {notify.severity}. {lead}"


def _left(notify: Notify, group: Group) -> str:
    """How much time there is; nothing of a message whose first words say it."""
    if notify.until is None or notify.until <= notify.at or group == "news" or notify.about == "warned":
        return ""
    return f" ({words(notify.until - notify.at)})"


def _restricted(notify: Notify, group: Group, zone: str) -> str:
    if group == "news":
        asked = "there is news for you to read"
    else:
        by = f" by {clock(notify.until, zone, notify.at)}" if notify.until else ""
        asked = f"you are asked to act{by}"
    return f"Restricted case {notify.issue.short}: {asked}. Do not forward or discuss this message"
