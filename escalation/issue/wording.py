"""What a message asks of a person, and what happens if they do nothing: the two lines that decide whether they act."""

from escalation.issue.clocks import next_move
from escalation.issue.effects import About
from escalation.issue.holding import held_words, is_read_back_needed
from escalation.issue.keeping import answer_due_at
from escalation.issue.quorum import is_for_several, quorum
from escalation.issue.state import IssueState
from escalation.narrate import instant


def instead(state: IssueState, about: About, in_place_of: str, *, has_declined: bool = False) -> str:
    """The same for who is asked in somebody's place."""
    if has_declined:
        return f"{in_place_of} has declined, so you are asked. {request(state, about)}"
    return f"No channel reaches {in_place_of}, so you are asked in their place. {request(state, about)}"


def request(state: IssueState, about: About) -> str:  # noqa: PLR0911, PLR0912 - one arm per occasion
    """What is asked of who reads it, in one sentence."""
    match about:
        case "asked":
            return f"You are asked as {state.here.title}: acknowledge if you work on it, or move it up."
        case "asked_again":
            return f"Nobody has it any more. You are asked again as {state.here.title}: acknowledge, or move it up."
        case "reminded":
            so_far = f"{quorum(state).words}" if is_for_several(state) and quorum(state).have else ""
            lead = f"Acknowledged so far: {so_far}" if so_far else "Nobody has acknowledged yet"
            return f"{lead}. You are asked as {state.here.title}: acknowledge, or move it up."
        case "warned":
            who = f"{state.handler} has it" if state.handler else "Nobody has it"
            return f"{who}. Resolve it in time, or move it up now: that is the right thing to do if you cannot."
        case "left_tier":
            return f"{state.here.title} is asked now. You are no longer asked; what you know still helps."
        case "exhausted":
            return "All tiers' time is up. You own this issue: find who takes charge."
        case "last_resort":
            return "NOBODY HAS IT. You are the last resort: take charge with a time, or name who does."
        case "charge_lapsed":
            return "The time that you set is past. Resolve it, or take charge again with a new time."
        case "confirm":
            return "The resolution is not confirmed. Ask the customer, then confirm, reopen or close it."
        case "resolved":
            return "It is said to be fixed. If it is not, reopen it."
        case "closed":
            return "It is closed. If it is not fixed after all, reopen it."
        case "offered" if state.offer is not None and state.offer.leaving:
            people = tuple(state.offer.leaving)
            ends = " and ".join(f"the shift of {who} ends {instant(at)}" for who, at in state.offer.leaving.items())
            what = f"It is {held_words(state, people)}, and {ends}"
            says = ", saying in your own words what you take over" if is_read_back_needed(state) else ""
            return f"{what}. You are on duty next: accept it{says}, and you have it in their place; or decline it."
        case "offered":
            return "It is offered to you: accept it, and you answer for it and work on it; or decline it with a reason."
        case "declined":
            return "Somebody who was to take it has declined. It goes on as said below; you need do nothing."
        case "severity_changed":
            return f"Its severity is now {state.severity}. Its times may have changed."
        case "customer_changed":
            return "It is another customer's. What was promised may be another time: it stands below."
        case "hold_over":
            return "It is on hold no more and its clocks run on: go on with it, or move it up."
        case "snooze_over":
            return "You wanted to be told again: this is it."
        case "handler_reminded" if answer_due_at(state) is not None:
            return (
                "You work on it: say that you still do (acknowledge), or what came of it. If you cannot, give it back."
            )
        case "handler_reminded":
            return "You work on it: go on, and say what came of it. If you cannot, give it back or move it up."
        case "cancel_asked":
            return f"{state.cancel_asked_by} says that it was opened in error. If you agree, cancel it, too."
        case "target_missed":
            return "A time that was agreed is past. Resolve it, and say so to whom it was promised."
        case "target_warned":
            who = f"{state.handler} has it" if state.handler else "Nobody has it"
            return f"A time that was agreed is running out. {who}. Do what was agreed in time, or move it up now."
        case "plan_impossible":
            top = state.pinned.tier(state.pinned.climb()[-1]).title
            return f"What was promised to the customer ends before {top} would be asked. Move it up now, or take it on."
        case "waits":
            when = f" and opens {instant(state.opens_at)}" if state.opens_at is not None else ""
            return f"{state.here.title} is closed{when}, and is asked then. You need do nothing meanwhile."
        case "offer_lapsed":
            if any(finding.relieves for finding in state.findings):
                return "It was not accepted before a shift ends: it stays where it is until the duty lead has it, soon."
            return "An offer of it was not accepted in time, so the duty lead owns it now. You need do nothing."
        case "owns":
            return f"{state.owner} owns it now, as duty lead, since nobody accepted it: who owns it sees that it ends."
        case "relieved":
            return "Your shift ends, and what you had of it is accepted. Nothing more is asked of you."
        case "taken_over":
            return "A shift ended and nobody accepted it, so the duty lead has it now. Who has it sees that it goes on."
        case "rota_empty":
            rota = state.gaps_told[-1] if state.gaps_told else "yours"
            return f"Nobody is on duty by rota {rota}, which you answer for: see that somebody is."
        case "tier_full":
            instead = "their lead is asked" if state.full is None else "it waits until one of them is free"
            return f"Everybody whom {state.here.title} could ask is at their limit: {instead}. You own this issue."
        case "ask_put" | "ask_warned":
            return "You are asked to help with it, beside those who are asked for the issue itself."
        case "ask_news" | "ask_over":
            return "There is news of what was put to others. You need do nothing."
        case "suppression_failed":
            return "It could not be recorded as a duplicate of another issue, so it goes on by itself."
        case "reopened":
            return f"It was reopened: {state.here.title} is asked again. You own it."


def otherwise(state: IssueState, about: About) -> str:
    """What happens if nobody does anything, with the instant: the last line of every message."""
    due = next_move(state)
    if about == "left_tier":
        return "If you do nothing: nothing more is asked of you."
    if about == "charge_lapsed":
        return "If nobody does anything: the last resort is told now, and again until somebody takes charge."
    if about == "offered" and state.offer is not None and state.offer.due_at is not None:
        then = "has" if state.offer.leaving else "owns"
        return f"If you do not accept it: at {instant(state.offer.due_at)} the duty lead {then} it."
    if due is None and state.status == "open":
        return f"If nobody does anything: {_climbs_at_once(state, about)}."
    if due is None:
        return "If nobody does anything: it stays as it is, and its owner is reminded."
    return f"If nobody does anything: at {instant(due.at)} {due.words}."


def _climbs_at_once(state: IssueState, about: About) -> str:
    """What the same decision goes on to do, where this message is about the moment before it."""
    if about == "reopened":
        return f"{state.here.title} is asked now, and it moves up again as before"
    if state.pinned.exhaustion.procedure == "fallback":
        return "the last resort is told now, and the fallback policy's ladder is climbed"
    return "the last resort is told now, and the ladder is climbed again"
