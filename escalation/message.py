"""What a person reads: one message for each occasion, the same order in all, composed from facts alone.

Asked of you, by when, what, harm, since, who has it, tried, runbook, how to answer; the last line is always what
happens if nobody does anything. A restricted or sealed issue's message holds its id and where to read it, no more.
How a message travels is the business of the channels.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import Field

from escalation.answering import cli_answers, hand_over_line, show_line, signal_line
from escalation.duration import words
from escalation.instant import clock, full, localised
from escalation.issue.effects import About, Coming, Notify
from escalation.short_message import Short, shorten
from escalation.value import Value

LONGEST_SUBJECT = 160
LONGEST_DESCRIPTION = 1500
UNREADABLE = "(text could not be read)"
_WORD = re.compile(r"[\w@-]+(?:\.[\w@-]+)*")
_TURNS_TEXT_AROUND = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class MessageTexts(Value):
    """What does not travel with the effect: text kept beside the record, names of the directory."""

    title: str | None = None
    """Where the effect carries none; None: there is none, or it could not be read."""
    description: str | None = None
    said: str | None = None
    is_unreadable: bool = False
    """Whether there is text that could not be read: the message goes out without it, and says so."""
    names: Mapping[str, str] = Field(default_factory=dict)
    """People's names by id; where one is absent the id stands alone."""
    zones: Mapping[str, str] = Field(default_factory=dict)
    """IANA zones, by id, of those whose times are shown beside the reader's."""


class Line(Value):
    """One labelled statement of a message, so that a channel can set it as its medium allows."""

    label: str = ""
    text: str = ""
    items: tuple[str, ...] = ()
    is_verbatim: bool = False
    """Whether the items are to be copied as they stand (commands, quoted text)."""


class Message(Value):
    """A subject of one line, and lines of which the last says what happens if nobody does anything."""

    subject: str
    lines: tuple[Line, ...]
    short: Short | None = None
    """The same for media of few words; None: subject and last line must do."""

    @property
    def body(self) -> str:
        """Plain text; ends with the last line, without a line break."""
        return "\n".join(_plain(self.lines))


class _Occasion(NamedTuple):
    with_time: str
    without_time: str
    is_call: bool = True


_OCCASIONS: dict[About, _Occasion] = {
    "asked": _Occasion("Act by {by}", "You are asked to act"),
    "asked_again": _Occasion("Asked again, act by {by}", "You are asked again"),
    "reminded": _Occasion("Reminder, act by {by}", "Reminder, you are asked to act"),
    "warned": _Occasion("{left} left, until {by}", "Time is running out"),
    "left_tier": _Occasion("No longer asked of you", "No longer asked of you", is_call=False),
    "exhausted": _Occasion("NOBODY HAS IT, find who takes charge by {by}", "NOBODY HAS IT, find who takes charge"),
    "last_resort": _Occasion("NOBODY HAS IT, take charge by {by}", "NOBODY HAS IT, take charge"),
    "charge_lapsed": _Occasion("The time you set is past, act by {by}", "The time you set is past"),
    "confirm": _Occasion("Is it fixed? Answer by {by}", "Is it fixed?"),
    "resolved": _Occasion("Said to be fixed", "Said to be fixed", is_call=False),
    "closed": _Occasion("Closed", "Closed", is_call=False),
    "reopened": _Occasion("Open again, act by {by}", "Open again, and yours"),
    "offered": _Occasion("Offered to you, answer by {by}", "Offered to you: accept or decline"),
    "declined": _Occasion("Declined", "Declined", is_call=False),
    "severity_changed": _Occasion("Severity changed, act by {by}", "Severity changed", is_call=False),
    "customer_changed": _Occasion("Another customer, act by {by}", "Another customer", is_call=False),
    "hold_over": _Occasion("On hold no more, act by {by}", "On hold no more"),
    "snooze_over": _Occasion("You wanted to be told again, act by {by}", "You wanted to be told again"),
    "handler_reminded": _Occasion("Do you still have it? Answer by {by}", "You have it, go on with it"),
    "cancel_asked": _Occasion("Opened in error? Answer by {by}", "Opened in error? A second person is needed"),
    "target_missed": _Occasion("Target missed, act by {by}", "Target missed"),
    "plan_impossible": _Occasion("CANNOT BE KEPT, act by {by}", "CANNOT BE KEPT"),
    "target_warned": _Occasion("A target ends in {left}, {by}", "A target ends soon"),
    "waits": _Occasion("Closed for now", "Closed for now, asked when it opens", is_call=False),
    "offer_lapsed": _Occasion("Offer not accepted", "Offer not accepted: the duty lead owns it", is_call=False),
    "owns": _Occasion("Owned by the duty lead", "Owned by the duty lead, nobody accepted it"),
    "rota_empty": _Occasion("Nobody is on duty", "Nobody is on duty by your rota"),
    "relieved": _Occasion("Yours no more", "Yours no more, it is accepted", is_call=False),
    "taken_over": _Occasion("With the duty lead", "With the duty lead, nobody accepted it"),
    "tier_full": _Occasion("Everybody is at their limit", "Everybody is at their limit", is_call=False),
    "ask_put": _Occasion("Your help is asked by {by}", "Your help is asked"),
    "ask_warned": _Occasion("{left} left for your help, until {by}", "Time for your help is running out"),
    "ask_news": _Occasion("Put to others", "News of what was put to others", is_call=False),
    "ask_over": _Occasion("Your help is not needed any more", "Your help is not needed any more", is_call=False),
    "suppression_failed": _Occasion("No duplicate after all", "No duplicate after all", is_call=False),
}


_WHILE_ASKED: frozenset[About] = frozenset({"asked", "asked_again", "reminded", "warned", "left_tier", "reopened"})


def compose(
    notify: Notify, texts: MessageTexts, zone: str, language: str = "en", *, is_possible_repeat: bool = False
) -> Message:
    """The message of an effect for its reader, whose zone (IANA name) the times are shown in.

    What is read is English; what a telephone says is in `language` (a BCP 47 tag) where it is one that we speak.
    """
    occasion = _OCCASIONS[notify.about]
    title = _title(notify, texts)
    lead = _lead(notify, occasion, zone)
    name = one_line(texts.names.get(notify.person.id, "")) or notify.person.id
    short = shorten(notify, lead, title, name, zone, language, is_possible_repeat=is_possible_repeat)
    if notify.issue_class != "normal":
        return _restricted(notify, occasion, zone, short, is_possible_repeat=is_possible_repeat)
    repeat = " (may be a repeat)" if is_possible_repeat else ""
    head, tail = f"[{notify.severity}] {lead}{repeat}: ", f", {notify.issue.short}"
    return Message(
        subject=one_line(head + _cut(title, LONGEST_SUBJECT - len(head) - len(tail)) + tail),
        lines=_lines(notify, texts, zone, title, is_possible_repeat=is_possible_repeat),
        short=short,
    )


def one_line(text: str) -> str:
    """The text on one line, without control characters and without marks that turn text around."""
    return " ".join("".join(" " if _is_unfit(sign) else sign for sign in text).split())


def _restricted(notify: Notify, occasion: _Occasion, zone: str, short: Short, *, is_possible_repeat: bool) -> Message:
    repeat = " (may be a repeat)" if is_possible_repeat else ""
    by = f" by {clock(notify.until, zone, notify.at)}" if notify.until else ""
    asked = f"you are asked to act{by}" if occasion.is_call else "there is news for you to read"
    goes_on = "If you do nothing, others are asked in your place." if occasion.is_call else "You need do nothing."
    return Message(
        subject=one_line(f"Restricted case: {asked}{repeat}, {notify.issue.short}"),
        lines=(
            Line(text=f"Restricted case {notify.issue.short}: {asked}."),
            Line(label="Read it", items=(show_line(notify.issue, notify.person.id),), is_verbatim=True),
            Line(text="Do not forward or discuss this message."),
            Line(text=goes_on),
        ),
        short=short,
    )


def _lead(notify: Notify, occasion: _Occasion, zone: str) -> str:
    if notify.until is None:
        return occasion.without_time
    left = words(max(notify.until - notify.at, notify.at - notify.at))
    return occasion.with_time.format(by=clock(notify.until, zone, notify.at), left=left)


def _lines(notify: Notify, texts: MessageTexts, zone: str, title: str, *, is_possible_repeat: bool) -> tuple[Line, ...]:
    handler = _person(notify.handler, notify, texts) if notify.handler else "nobody"
    is_call = _OCCASIONS[notify.about].is_call
    repeat = "This may be a repeat: it is not known whether the first copy reached you." if is_possible_repeat else ""
    asked = "asked" if notify.about in _WHILE_ASKED else "last asked"
    asked_of = f", {asked}: {one_line(notify.tier_title)}" if notify.tier_title else ""
    blocks: tuple[tuple[Line, ...], ...] = (
        (
            Line(label="Asked of you" if is_call else "", text=_sentence(notify.asked_of_you, notify, zone)),
            Line(label="By" if is_call else "You can answer until", text=_by(notify.until, notify.at, zone)),
            Line(text=repeat),
        ),
        (
            Line(label="What", text=title),
            Line(label="Harm", text=one_line(f"{notify.severity}: {notify.severity_means}".rstrip(": "))),
            Line(label="Since", text=_since(notify, zone)),
            Line(label="Issue", text=f"{notify.issue.short} ({notify.issue_kind}){asked_of}"),
            Line(label="Handler", text=handler),
            Line(label="Owner", text=_person(notify.owner, notify, texts) if notify.owner else ""),
            _description(notify, texts),
            _said(notify, texts),
        ),
        (
            Line(label="What is due", items=tuple(_coming(each, notify, texts, zone) for each in notify.coming)),
            Line(
                label="Tried so far",
                items=tuple(_sentence(sentence, notify, zone) for sentence in notify.tried) or ("nothing yet",),
            ),
            Line(label="Who is who", text=_who_is_who(notify, texts)),
            Line(label="Runbook", text=one_line(notify.runbook)),
            Line(
                label="Before you send it up, have this ready",
                items=tuple(one_line(item) for item in notify.checklist),
            ),
        ),
        _answers(notify),
        (Line(text=_sentence(notify.otherwise, notify, zone)),),
    )
    said = [[line for line in block if line.text or line.items] for block in blocks]
    return tuple(line for block in said if block for line in (*block, Line()))[:-1]


def _answers(notify: Notify) -> tuple[Line, ...]:
    # The meaning stands above its line, not behind it after a #: some shells take that for arguments.
    person, issue = notify.person.id, notify.issue
    checklist = [one_line(item).partition(":")[0] for item in notify.checklist]
    needed = notify.is_read_back_needed
    answers = cli_answers(notify.commands, issue, person, checklist, is_read_back_needed=needed)
    lines = [Line(label=answer.means, items=(answer.line,), is_verbatim=True) for answer in answers]
    if notify.leaving and "accept" in notify.commands:
        of_all = tuple(hand_over_line(person, each) for each in notify.leaving)
        lines.append(Line(label="Take over all of that shift at once", items=of_all, is_verbatim=True))
    lines.append(Line(label="See all of it", items=(show_line(issue, person),), is_verbatim=True))
    if answers:
        signal = signal_line(notify.commands[0], issue, person, notify.at, is_read_back_needed=needed)
        lines.append(
            Line(label=f'"{answers[0].means}" with Temporal alone', items=(signal,), is_verbatim=True),
        )
    return tuple(lines)


def _sentence(text: str, notify: Notify, zone: str) -> str:
    said = one_line(localised(text, zone, notify.at))
    return said[:1].upper() + said[1:]


def _coming(each: Coming, notify: Notify, texts: MessageTexts, zone: str) -> str:
    """In the reader's zone, in that of whose shift ends, and in UTC: each of them once."""
    zones = (zone, *(texts.zones[who] for who in notify.leaving if who in texts.zones), "UTC")
    shown = dict.fromkeys(clock(each.at, where, notify.at) for where in zones)
    first, *others = shown
    beside = f" ({', '.join(others)})" if others else ""
    return one_line(f"{first}{beside}: {localised(each.words, zone, notify.at)}")


def _by(until: datetime | None, at: datetime, zone: str) -> str:
    if until is None:
        return ""
    if until <= at:
        return f"{full(until, zone, at)}: that time is past"
    return f"{full(until, zone, at)}, {words(until - at)} from {clock(at, zone)}"


def _since(notify: Notify, zone: str) -> str:
    received = f"received {full(notify.received_at, zone)}"
    if notify.opened_at == notify.received_at:
        return received
    return f"{received}, opened here {clock(notify.opened_at, zone, notify.received_at)}"


def _title(notify: Notify, texts: MessageTexts) -> str:
    title = one_line(notify.title or texts.title or "")
    return title or (UNREADABLE if texts.is_unreadable else "(no title)")


def _description(notify: Notify, texts: MessageTexts) -> Line:
    if texts.is_unreadable and texts.description is None:
        return Line(label="Description", text=f"{UNREADABLE}; try: {show_line(notify.issue, notify.person.id)}")
    given = texts.description or ""
    rows = [one_line(row) for row in _cut(given, LONGEST_DESCRIPTION).splitlines()]
    more = ("(there is more: see all)",) if len(given) > LONGEST_DESCRIPTION else ()
    return Line(label="Description", items=(*(f"> {row}" for row in rows if row), *more), is_verbatim=True)


def _said(notify: Notify, texts: MessageTexts) -> Line:
    """What somebody wrote last with a command: why it comes here, or how it was fixed."""
    rows = [one_line(row) for row in _cut(texts.said or "", LONGEST_DESCRIPTION).splitlines()]
    label = f"Written last, by {_person(notify.said_by, notify, texts)}"
    return Line(label=label, items=tuple(f"> {row}" for row in rows if row), is_verbatim=True)


def _person(person: str, notify: Notify, texts: MessageTexts) -> str:
    if person == notify.person.id:
        return f"you ({person})"
    name = one_line(texts.names.get(person, ""))
    return f"{name} ({person})" if name else person


def _who_is_who(notify: Notify, texts: MessageTexts) -> str:
    # Sentences name people by id; replacing ids in them would garble one that is also a word.
    shown = {notify.person.id, notify.handler, notify.owner}
    said = set(_WORD.findall(" ".join((notify.asked_of_you, *notify.tried, notify.otherwise))))
    named = sorted((person, texts.names[person]) for person in said - shown if person in texts.names)
    return ", ".join(f"{person} is {one_line(name)}" for person, name in named)


def _plain(lines: Sequence[Line]) -> list[str]:
    rows: list[str] = []
    for line in lines:
        if line == Line():
            rows.append("")
            continue
        rows.append(f"{line.label}: {line.text}".rstrip() if line.label else line.text)
        rows += [f"    {item}" if line.is_verbatim else f"- {item}" for item in line.items]
    return rows


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: max(longest - 1, 0)].rstrip() + "…"


def _is_unfit(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} or sign in _TURNS_TEXT_AROUND
