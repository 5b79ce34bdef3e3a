"""The reasoning of a rota in words that may go on record: ids, layers and instants; no names, and no reason of anybody.

Instants are written in UTC as in all sentences of the record: the doors show them in their reader's zone.
"""

from escalation.narrate import instant
from escalation.oncall.answer import Duty, Step
from escalation.oncall.away import NEVER_BACK
from escalation.oncall.rota import Rota
from escalation.oncall.turns import Span


def in_words(rota: Rota, duty: Duty) -> str:
    """One sentence: who is on duty and how that comes about."""
    who = ", ".join(duty.people) or ("closed" if duty.is_closed else "nobody")
    return f"rota {rota.name}: {who} ({reasons(duty)})"


def reasons(duty: Duty) -> str:
    """How it comes about, step by step."""
    return "; ".join(step_in_words(step) for step in duty.steps)


def step_in_words(step: Step) -> str:
    """One step of the reasoning."""
    who, until = step.person, _until(step.span)
    match step.because:
        case "turn" if step.span is not None:
            return f"{step.layer}: the turn of {who} from {instant(step.span.begins_at)}{until}"
        case "swapped":
            return f"swap: {who} in place of {step.other}{until}"
        case "replaced":
            return f"override: {who} in place of {step.other}{until}"
        case "removed":
            return f"override: without {who}{until}"
        case "added":
            return f"override: {who} besides{until}"
        case "only":
            return f"override: {who} alone{until}"
        case "absent":
            return f"{who} is absent{until}"
        case "unknown" | "unfit":
            return f"{who} {'is not in the directory' if step.because == 'unknown' else 'is not asked'}"
        case "next_in_line":
            return f"next in line: {who}"
        case "nobody_in_line":
            return f"{step.layer}: nobody else is there"
        case "no_layer":
            return "no layer is in force"
        case _:
            return "outside the hours that it covers"


def _until(span: Span | None) -> str:
    return "" if span is None or span.ends_at >= NEVER_BACK else f" until {instant(span.ends_at)}"
