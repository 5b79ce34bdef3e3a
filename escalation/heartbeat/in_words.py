"""A source's watch for people: its card in the Temporal UI, and the name of its timer."""

from datetime import datetime

from escalation.duration import words
from escalation.heartbeat.source import Source
from escalation.heartbeat.watching import Watch


def card(watch: Watch) -> str:
    """Where it stands, in Markdown."""
    source = watch.watched.source
    lines = [f"**{source.called}** gives a sign at least {how_often(source)}."]
    signed = (
        f"last sign {_at(watch.signed_at)}" if watch.signed_at else f"no sign since it is known, {_at(watch.seen_at)}"
    )
    lines.append(f"- {signed}")
    if watch.silence is not None:
        issue = f"; issue {watch.issue}" if watch.issue else ""
        lines.append(f"- **silent** since {_at(watch.silence.since_at)}{issue}")
    elif watch.due_at is not None:
        lines.append(f"- the next one is due by {_at(watch.due_at)}")
    if watch.is_removed:
        lines.append("- no longer watched")
    if watch.trouble:
        lines.append(f"- what is to be reported could not be: {watch.trouble}")
    return "\n".join(lines)


def how_often(source: Source) -> str:
    """`every 1 day (grace 2 h, hours of office)`."""
    more = [f"grace {words(source.grace)}"] if source.grace else []
    more += [f"hours of {source.hours}"] if source.hours else []
    return f"every {words(source.every)}" + (f" ({', '.join(more)})" if more else "")


def timer_name(watch: Watch) -> str:
    """What the timer is for."""
    return f"{watch.watched.source.name}: a sign is due"


def _at(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
