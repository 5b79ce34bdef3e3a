"""What a digest says: how many issues of what cause, how severe, by when an answer is asked, and the one that does
for all. Facts and ids alone: titles of many issues in one message could not be erased with each of them.
"""

from collections import Counter
from datetime import datetime

from escalation.answering import quoted
from escalation.duration import words
from escalation.instant import clock, full
from escalation.issue.identity import read_issue_id
from escalation.message import Line, Message
from escalation.short_message import Key, Short
from escalation.spoken import speak_digest
from escalation.storm.digest import Listed, SendDigest

SHOWN = 10
"""Issues that a digest names; the rest is counted, and listed on demand."""
ALL = Key(digit="1", command="acknowledge", means="I have them all")
"""The one answer by a digit."""


def compose_digest(digest: SendDigest, name: str, zone: str, language: str = "en") -> Message:
    """The message for its reader, called `name`, whose zone (IANA name) the times are shown in.

    What is read is English; what a telephone says is in `language` where it is one that we speak.
    """
    asks = [each for each in digest.listed if each.asks]
    can_answer = any(each.can_acknowledge for each in digest.listed)
    lead = _lead(digest, asks, zone)
    keys = (ALL,) if can_answer and digest.issue_class == "normal" else ()
    cause = f": {digest.cause.name}" if digest.cause.name else ""
    severities = _by_severity(asks or digest.listed)
    subject = f"[{digest.listed[0].severity}] {lead}{cause}"
    return Message(
        subject=subject if digest.issue_class == "normal" else f"Restricted cases: {lead}",
        lines=_lines(digest, asks, zone, can_answer=can_answer),
        short=Short(
            text=f"{lead}{cause}. {severities}.",
            terse=f"{lead}{cause}.",
            keys=keys,
            spoken=speak_digest(
                name,
                len(asks) or len(digest.listed),
                digest.listed[0].severity if asks else "",
                _first_until(asks),
                digest.at,
                ALL.digit if keys else "",
                language,
                zone,
            ),
        ),
    )


def _lead(digest: SendDigest, asks: list[Listed], zone: str) -> str:
    if not asks:
        return f"News of {len(digest.listed)} issues at once"
    until = _first_until(asks)
    by = f", answer by {clock(until, zone, digest.at)}" if until is not None else ""
    return f"{len(asks)} {_issues(len(asks))} at once{by}"


def _issues(number: int) -> str:
    return "issue" if number == 1 else "issues"


def _by_severity(listed: "list[Listed] | tuple[Listed, ...]") -> str:
    ranked = sorted({(each.priority, each.severity) for each in listed})
    counts = Counter(each.severity for each in listed)
    return ", ".join(f"{severity}: {counts[severity]}" for _, severity in ranked)


def _first_until(asks: list[Listed]) -> datetime | None:
    return min((each.until for each in asks if each.until is not None), default=None)


def _lines(digest: SendDigest, asks: list[Listed], zone: str, *, can_answer: bool) -> tuple[Line, ...]:
    until = _first_until(asks)
    due = sum(each.until is not None for each in digest.listed) if not asks else 0
    new = [each for each in asks if each.is_new and not each.is_again]
    news = [each for each in digest.listed if not each.asks]
    shown = digest.listed[:SHOWN]
    rest = len(digest.listed) - len(shown)
    key, person = quoted(digest.key), quoted(digest.person.id)
    answers = []
    if can_answer:
        line = f"escalon digest {key} --acknowledge-all --as {person}"
        answers.append(Line(label=ALL.means, items=(line,), is_verbatim=True))
    if any(each.can_take_charge for each in digest.listed):
        line = f'escalon digest {key} --take-charge --next "NEXT ACTION" --until "1 h" --as {person}'
        answers.append(Line(label="I take charge of all that nobody has", items=(line,), is_verbatim=True))
    answers.append(Line(label="See all of them", items=(f"escalon digest {key} --as {person}",), is_verbatim=True))
    blocks: tuple[tuple[Line, ...], ...] = (
        (
            Line(label="Asked of you" if asks or due else "", text=_asked_of_you(asks, due, can_answer=can_answer)),
            Line(label="By", text=_by(until, digest.at, zone)),
            Line(label="Further ones", text=_further(digest, zone, can_answer=can_answer)),
        ),
        (
            Line(label="What they share", text=digest.cause.name),
            Line(label="Wait for an answer", text=_by_severity(asks)),
            Line(label="Of these new to you", text=_by_severity(new) if len(new) < len(asks) else ""),
            Line(label="News, without a question", text=_by_severity(news)),
            Line(
                label="The first of them" if rest else "These are",
                items=(*(_one(each) for each in shown), *((f"and {rest} more",) if rest else ())),
            ),
        ),
        tuple(answers),
        (Line(text=_otherwise(asks, until, digest.at, zone, is_due=bool(due))),),
    )
    said = [[line for line in block if line.text or line.items] for block in blocks]
    return tuple(line for block in said if block for line in (*block, Line()))[:-1]


def _asked_of_you(asks: list[Listed], due: int, *, can_answer: bool) -> str:
    if not asks and due:
        return f"Look at {'this' if due == 1 else f'these {due}'}: each has a time by which something is due."
    if not asks:
        return "Much has happened at once; you need do nothing."
    one = " One answer does for all that can be acknowledged." if can_answer else " Each is answered by itself."
    return f"Say whether you have {'it' if len(asks) == 1 else f'these {len(asks)} issues'}.{one}"


def _by(until: datetime | None, at: datetime, zone: str) -> str:
    if until is None:
        return ""
    left = f"{words(until - at)} from {clock(at, zone)}" if until > at else "that time is past"
    return f"{full(until, zone, at)}, for the first of them: {left}"


def _further(digest: SendDigest, zone: str, *, can_answer: bool) -> str:
    if digest.stands_until is None:
        return ""
    does = "one answer does for them, too; the next message names them" if can_answer else "the next message names them"
    return f"until {clock(digest.stands_until, zone, digest.at)} they join these without another message: {does}"


def _one(listed: Listed) -> str:
    is_new = listed.is_new and not listed.is_again
    where = f", {listed.tier}" if is_new and listed.tier else "" if is_new else ", told before"
    return f"{read_issue_id(listed.issue)[0].short} ({listed.severity}{where})"


def _otherwise(asks: list[Listed], until: datetime | None, at: datetime, zone: str, *, is_due: bool) -> str:
    if is_due:
        return "If you do nothing, each of them goes on by its own clock."
    if not asks:
        return "If you do nothing, nothing changes."
    first = f", the first at {clock(until, zone, at)}" if until is not None and until > at else ""
    return f"If you do nothing, each of them goes on by its own clock{first}: others are asked."
