"""Who has the word: whether the customer waits for us, or we for them. Where there is no customer, the raiser."""

from escalation.issue import events as e
from escalation.issue.facts import IssueFacts
from escalation.issue.state import IssueState

ACKNOWLEDGED = "acknowledged"
"""The milestone of the first acknowledgement."""
CUSTOMER = "customer"
"""The name under which any customer of the issue can be waited for, or have said something."""
ANSWERED, HEARD, FIRST_RESPONSE = "answered", "heard", "first_response"
"""Milestones: when they were last answered, as long as they have not written since; since when they wait; and the
first answer."""
WROTE = "wrote"
"""The milestone of their first word, where a target begins with it."""
ANSWERS = frozenset({"first_response", "updated"})
"""What ends a target that an answer meets."""


def can_be_answered(facts: IssueFacts) -> bool:
    """Whether there is anybody outside who waits for an answer: a customer, or a person who raised it."""
    return facts.has_customer or not facts.raiser.is_machine


def is_customer(facts: IssueFacts, person: str) -> bool:
    """Whether these words are the customer's; the raiser's, where there is no customer."""
    if facts.has_customer:
        return person == CUSTOMER or person in facts.customers
    return not facts.raiser.is_machine and person in {facts.raiser.person, CUSTOMER}


def is_raised_by_them(facts: IssueFacts) -> bool:
    """Whether the customer has raised it, so that the opening is their first word."""
    return is_customer(facts, facts.raiser.person)


def speaks(state: IssueState, entry: e.Entry) -> bool:
    """Whether the entry is the customer's word, by whatever channel and whatever it was."""
    if isinstance(entry.event, e.Noted) and entry.event.said_by is not None:
        return is_customer(state.facts, entry.event.said_by)
    if entry.by.is_machine or entry.by.person == state.handler:
        return False
    return not isinstance(entry.event, e.TargetMet | e.TargetBegan) and is_customer(state.facts, entry.by.person)


def is_answered(state: IssueState) -> bool:
    """Whether the word is the customer's."""
    return ANSWERED in state.milestones


def tier_milestone(tier: str) -> str:
    """The milestone of the first beginning of a tier."""
    return f"tier_began/{tier}"
