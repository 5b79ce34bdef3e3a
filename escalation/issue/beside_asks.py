"""What is put to others beside the ladder, in words: what the issue waits for, who is on what, what came of it.

For card, explanation and views alike, through `beside.py`. People by their ids, instants in UTC.
"""

from escalation.issue.asks import PutAsk
from escalation.issue.state import IssueState
from escalation.narrate import instant

_SHOWN = 5
"""How many of those that are over are named."""


def blocked_by(state: IssueState) -> str:
    """What the issue waits for, and who has it."""
    awaited = [each for each in state.asks if each.is_open and each.is_awaited]
    return "; ".join(f"{each.id} ({each.title}: {_who(each)}{_due(each)})" for each in awaited)


def put_to_others(state: IssueState) -> str:
    """All that is open."""
    return "; ".join(_open(each) for each in state.asks if each.is_open)


def put_before(state: IssueState) -> str:
    """What is over, the latest few."""
    over = [each for each in state.asks if not each.is_open][-_SHOWN:]
    return "; ".join(_over(each) for each in over)


def found_for(state: IssueState) -> tuple[str, ...]:
    """How those were chosen to whom it is put, and who was left out, a sentence each."""
    lines: list[str] = []
    for ask in state.asks:
        if ask.is_open and ask.why:
            left_out = "; ".join(f"{each.id} ({each.why})" for each in ask.left_out)
            lines.append(f"For {ask.id}: {ask.why}{f'. Left out: {left_out}' if left_out else ''}.")
    return tuple(lines)


def _open(ask: PutAsk) -> str:
    advised = f", guidance by {', '.join(ask.advised)}" if ask.advised else ""
    missed = f", MISSED {instant(ask.missed_at)}" if ask.missed_at is not None else ""
    return f"{ask.what} {ask.id} to {ask.title}, by {ask.by}: {_who(ask)}{advised}{missed or _due(ask)}"


def _over(ask: PutAsk) -> str:
    became = "answered" if ask.status == "done" and ask.what == "advice" else str(ask.status)
    by = f" by {', '.join(ask.advised)}" if ask.advised else ""
    missed = f", after its time was missed {instant(ask.missed_at)}" if ask.missed_at is not None else ""
    return f"{ask.id} {became}{by}{missed}"


def _who(ask: PutAsk) -> str:
    if ask.takers:
        return f"{', '.join(ask.takers)} on it"
    if ask.is_untaken:
        return "NOBODY is left in line"
    if ask.asked:
        return f"{', '.join(ask.asked)} asked"
    return f"nobody yet: {ask.why}" if ask.why else "nobody yet: they are being looked up"


def _due(ask: PutAsk) -> str:
    return f", by {instant(ask.due_at)}" if ask.due_at is not None else ""
