"""The messages of the watch: what was found, what lasts, what ended; what to do; what happens if nobody does it.

Composed from findings alone, which hold no names and nothing that anybody wrote.
"""

from collections.abc import Iterable
from datetime import datetime

from escalation.duration import words
from escalation.instant import full
from escalation.message import Line, Message, one_line
from selfwatch.book import Finding, News
from selfwatch.found import KINDS

SHOWN = 10
"""So many findings of one kind are listed; the rest is counted."""


def found_message(news: News, at: datetime, zone: str) -> Message:
    """What is newly found, and what lasts since a day or more."""
    lines: list[Line] = []
    for findings, since in ((news.found, "Found"), (news.again, "Still there, told again")):
        for kind, of_kind in _by_kind(findings).items():
            lines += [
                Line(label=since, text=KINDS[kind].title),
                Line(label="Since", text=full(min(each.found_at for each in of_kind), zone, at)),
                Line(label="Where", items=_shown(each.found.sentence for each in of_kind)),
                Line(label="What to do", text=KINDS[kind].do),
                Line(),
            ]
    lines.append(Line(label="All that is found", items=("escalon selfwatch --once",), is_verbatim=True))
    lines.append(Line(text="If nobody does anything, you are told again in a day, and when it has ended."))
    return Message(subject=_subject("found", (*news.found, *news.again)), lines=tuple(lines))


def ended_message(news: News, at: datetime, zone: str) -> Message:
    """What is right again."""
    lines: list[Line] = []
    for kind, of_kind in _by_kind(news.ended).items():
        lines += [
            Line(label="Ended", text=KINDS[kind].title),
            Line(label="It lasted", items=_shown(_span(each, at, zone) for each in of_kind)),
            Line(),
        ]
    lines.append(Line(text="Nothing is asked of you."))
    return Message(subject=_subject("ended", news.ended), lines=tuple(lines))


def _subject(what: str, findings: Iterable[Finding]) -> str:
    parts = []
    for kind, of_kind in _by_kind(findings).items():
        several = f" ({len(of_kind)} times)" if len(of_kind) > 1 else ""
        parts.append(f"{KINDS[kind].title}{several}")
    return one_line(f"[Escalon watch] {what}: {'; '.join(parts)}")[:200]


def _span(finding: Finding, at: datetime, zone: str) -> str:
    issue = finding.found.issue_id
    about = f"{issue.short}: " if issue else ""
    ended_at = finding.ended_at or at
    return f"{about}{words(ended_at - finding.found_at)}, since {full(finding.found_at, zone, at)}"


def _by_kind(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.found.kind, []).append(finding)
    return kinds


def _shown(sentences: Iterable[str]) -> tuple[str, ...]:
    said = [one_line(sentence) for sentence in sentences]
    more = (f"and {len(said) - SHOWN} more",) if len(said) > SHOWN else ()
    return (*said[:SHOWN], *more)
