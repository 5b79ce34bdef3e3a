"""The reasoning of a rota in words that may go on record: ids, layers and instants; no names, and no reason of anybody.

Times are those of the rota's zone, with its name.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from escalation.oncall.answer import Duty, Step
from escalation.oncall.away import NEVER_BACK
from escalation.oncall.clock_face import zone_of
from escalation.oncall.rota import Rota
from escalation.oncall.turns import Span


def in_words(rota: Rota, duty: Duty) -> str:
    """One sentence: who is on duty and how that comes about."""
    steps = "; ".join(step_in_words(step, zone_of(rota.zone)) for step in duty.steps)
    who = ", ".join(duty.people) or ("closed" if duty.is_closed else "nobody")
    return f"rota {rota.name}: {who} ({steps})"


def step_in_words(step: Step, zone: ZoneInfo) -> str:
    """One step of the reasoning."""
    who, until = step.person, _until(step.span, zone)
    match step.because:
        case "turn" if step.span is not None:
            return f"{step.layer}: the turn of {who} from {clock(step.span.begins_at, zone)}{until}"
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
        case "unknown":
            return f"{who} is not in the directory"
        case "next_in_line":
            return f"next in line: {who}"
        case "nobody_in_line":
            return f"{step.layer}: nobody else is there"
        case "no_layer":
            return "no layer is in force"
        case _:
            return "outside the hours that it covers"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """An instant as the clock there shows it, with the zone; of an hour that comes twice also which one."""
    local = at.astimezone(zone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    offset = local.strftime(" %z") if twice else ""
    return f"{local:%a %Y-%m-%d %H:%M}{offset} {zone.key}"


def _until(span: Span | None, zone: ZoneInfo) -> str:
    if span is None or span.ends_at >= NEVER_BACK:
        return ""
    return f" until {clock(span.ends_at, zone)}"
