"""Sentences of reminders, for `narrate.py`: of those who are asked, and of who works on it."""

from escalation.issue import events as e
from escalation.narrate_words import tier_named, until_when


def of_keeping(event: e.Reminded | e.HandlerReminded | e.AcknowledgementLapsed) -> str:
    """Who was reminded, or whose acknowledgement is over."""
    match event:
        case e.Reminded():
            return f"{tier_named(event.tier)} was reminded (no. {event.count})"
        case e.HandlerReminded():
            by = until_when(event.answer_by, "; to be answered by ")
            return f"{event.person}, who works on it, was reminded of it (no. {event.count}){by}"
        case e.AcknowledgementLapsed():
            why = ": the reminder was not answered" if event.is_unanswered else ""
            return f"the acknowledgement of {event.person} lapsed{why}"
