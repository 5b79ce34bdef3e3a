"""The card: where the issue stands, who has it, what happens next and when, in Markdown for the Temporal UI.

An issue of class sealed shows nothing here; of a restricted one, no title.
"""

from datetime import datetime

from escalation.issue.beside import beside
from escalation.issue.clocks import Due, deadlines, next_move
from escalation.issue.hours import hours_here
from escalation.issue.state import IssueState
from escalation.narrate import instant, why_began

SEALED = "Sealed. Sign in to Escalon to read it."
_SHOWN_STEPS = 8


def headline(state: IssueState) -> str:
    """One line for lists: severity, title or id."""
    facts = state.facts
    if facts.issue_class == "sealed":
        return facts.id.short
    title = facts.title if facts.issue_class == "normal" else ""
    return f"{state.severity} {title or facts.id.short}"


def timer_name(state: IssueState, due: Due) -> str:
    """What the one timer is waiting for; of a sealed issue nothing."""
    return "next deadline" if state.facts.issue_class == "sealed" else due.words


def card(state: IssueState, now: datetime) -> str:
    """The whole card."""
    facts = state.facts
    if facts.issue_class == "sealed":
        return SEALED
    lines = [f"## {headline(state)}", "", f"**{_standing(state)}**", ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {name} | {value.replace('|', '/')} |" for name, value in _rows(state)]
    if state.tried:
        lines += ["", "### So far", *[f"- {step}" for step in state.tried[-_SHOWN_STEPS:]]]
    dues = [due for due in deadlines(state) if due.at >= now or due.moves]
    if dues:
        lines += ["", "### What comes, if nobody does anything", *[f"- {instant(d.at)}: {d.words}" for d in dues[:6]]]
    lines += ["", "### To answer", _how_to_answer(state)]
    return "\n".join(lines)


def _standing(state: IssueState) -> str:
    if state.status != "open":
        return f"It is {state.status}."
    if state.charge is not None:
        return f"{state.charge.person} took charge until {instant(state.charge.until)}."
    if state.is_exhausted:
        return "NOBODY HAS IT: all tiers' time is up, the last resort is told until a person takes charge."
    if state.hold is not None:
        whom = state.hold.waiting_for if state.facts.issue_class == "normal" else "somebody"
        return f"On hold until {instant(state.hold.until)}: {whom} is waited for."
    if state.handler is not None:
        return f"{state.handler} works on it; {state.here.title} is asked."
    if state.is_closed and state.opens_at is not None:
        if state.is_in_maintenance:
            return f"Nobody has it yet; a maintenance window holds it until {instant(state.opens_at)}."
        return f"Nobody has it yet; {state.here.title} is closed and opens {instant(state.opens_at)}."
    return f"Nobody has it yet; {state.here.title} is asked."


def _nobody_yet(state: IssueState) -> str:
    if state.is_closed and state.opens_at is not None:
        return f"nobody before {state.opens_words} {hours_here(state).local(state.opens_at)}"
    return "being looked up"


def _rows(state: IssueState) -> list[tuple[str, str]]:
    due = next_move(state)
    severity = state.pinned.severity(state.severity)
    return [
        ("Tier", f"{state.here.title}, since {instant(state.tier_began_at)}: {why_began(state.why)}"),
        ("Severity", f"{severity.name}: {severity.means}"),
        ("Asked", ", ".join(state.asked) or _nobody_yet(state)),
        ("Handler", state.handler or "nobody"),
        ("Owner", state.owner),
        *((fact.name, fact.words) for fact in beside(state, hides_parties=state.facts.issue_class != "normal")),
        ("Next", f"{instant(due.at)}: {due.words}" if due else "nothing more"),
        ("Opened", f"{instant(state.facts.opened_at)} by {state.facts.raiser.person}"),
        ("Limits missed", str(state.missed)),
        ("Policy", f"{state.pinned.title} (version {state.pinned.version})"),
    ]


def _how_to_answer(state: IssueState) -> str:
    if state.status == "open":
        if state.is_exhausted:
            body = '`{"by": "<your id>", "next_action": "...", "until": "2026-11-21T12:00:00Z"}`'
            return f"Send a signal `take_charge` with the body {body}."
        names = "`acknowledge`, `escalate`, `resolve`"
        if state.hold is not None:
            names = "`resume`, `escalate`, `resolve`"
        if state.offer is not None:
            names = '`accept`, `decline` (also `"reason"`), `escalate`, `resolve`'
        return f'Send a signal {names} with the body `{{"by": "<your id>"}}` (resolve: also `"outcome": "solved"`).'
    if state.status == "resolved":
        return 'Send a signal `confirm` or `reopen` with the body `{"by": "<your id>"}`.'
    return 'Send a signal `reopen` with the body `{"by": "<your id>"}`.'
