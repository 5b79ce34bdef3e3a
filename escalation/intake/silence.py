"""A source's silence, and its end, in our words: the same way in as for what other systems report. Pure."""

from datetime import datetime

from escalation.duration import words
from escalation.heartbeat.watching import Report
from escalation.intake.reported import Reported, Source, What, fit_id, machine
from escalation.intake.wording import listed_labels, one_line, paragraphs

SOURCE: Source = "heartbeat"
_WHAT: dict[str, What] = {"silent": "open", "signed": "resolve", "removed": "note"}


def reported_silence(report: Report) -> Reported:
    """The report: a silence opens, a sign resolves, and of a source that is no longer watched a note is left."""
    silence, source = report.silence, report.silence.watched.source
    reference = fit_id(source.name)
    since = silence.since_at.isoformat()
    return Reported(
        place=f"heartbeats.{source.name}",
        source=SOURCE,
        said=report.said,
        what=_WHAT[report.said],
        reference=reference,
        command_id=f"{SOURCE}:{reference}:{since}:{report.said}",
        by=machine(SOURCE),
        happened_at=silence.ended_at or silence.due_at,
        began_at=silence.since_at,
        is_open_there=True if report.said == "silent" else None,
        title=one_line(f"No sign of life: {source.called}"),
        description=_description(report),
        note=_note(report),
        labels={**source.labels, SOURCE: source.name},
        severity=source.severity or "",
    )


def _description(report: Report) -> str:
    silence, source = report.silence, report.silence.watched.source
    grace = f", and may be {words(source.grace)} late" if source.grace else ""
    hours = f", counted while {source.hours} is open" if source.hours else ""
    return paragraphs(
        f"{source.called} ({source.name}) gives a sign at least every {words(source.every)}{grace}{hours}.",
        f"There was none since {_at(silence.since_at)}, and one was due by {_at(silence.due_at)}.",
        f"Labels:\n{listed_labels(source.labels)}" if source.labels else "",
    )


def _note(report: Report) -> str:
    silence = report.silence
    if silence.ended_at is None:
        return ""
    if report.said == "removed":
        return (
            f"It is no longer watched, since {_at(silence.ended_at)}: no sign will resolve this issue, "
            "so whoever has it does."
        )
    return f"It gave a sign again at {_at(silence.ended_at)}, after {words(silence.ended_at - silence.since_at)}."


def _at(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
