"""Sentences of targets, for `narrate.py`."""

from datetime import timedelta

from escalation.duration import words
from escalation.issue import events as e
from escalation.narrate_words import instant, tier_named, until_when


def of_target(
    event: e.TargetBegan | e.TargetMet | e.TargetWarned | e.TargetMissed | e.LadderFitted | e.PlanImpossible,
) -> str:
    """The event in one sentence."""
    match event:
        case e.LadderFitted():
            shorter = f"the limits of the tiers are shortened to {event.parts / 10:g}%"
            hears = f"{tier_named(event.top)} hears {instant(event.top_hears_at)} at the latest"
            return f"{shorter}: {hears}, before the target {event.target} ends {instant(event.due_at)}"
        case e.PlanImpossible():
            ends = f"the target {event.target} ends {instant(event.due_at)}"
            hears = f"{tier_named(event.top)} hears {instant(event.top_hears_at)} by the limits as they are"
            return f"THIS CANNOT BE KEPT: {ends}, and {hears}; it is told now"
        case e.TargetBegan(target=target):
            begins = "goes on" if event.goes_on else "begins anew" if event.is_anew else "begins"
            return f"the target {target.name} {begins}{until_when(target.due_at)}"
        case e.TargetMet():
            return f"the target {event.target} was met; it would have ended {instant(event.due_at)}"
        case e.TargetWarned():
            share = f"{event.share:.0%} of the target {event.target} is used up"
            soon = f"the target {event.target} ends in {words(timedelta(seconds=event.before_s))}"
            return f"{share if event.share else soon}; it ends {instant(event.due_at)}"
        case e.TargetMissed():
            return f"the target {event.target} ended {instant(event.due_at)} and was missed"


def customer_changed(event: e.CustomerChanged, by: str) -> str:
    """Whose it is now, and what that changes."""
    was = f" (was {event.instead_of})" if event.instead_of is not None else ""
    said = f"{by} changed its customer to {event.customer.key}{was}"
    if event.agreement == event.from_agreement:
        return f"{said}; what is promised is as it was"
    named = f"agreement {event.agreement}" if event.agreement is not None else "what the policy promises everybody"
    before = f"agreement {event.from_agreement}" if event.from_agreement is not None else "that of everybody"
    return f"{said}; {named} applies now (was {before})"
