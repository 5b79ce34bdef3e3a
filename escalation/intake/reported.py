"""What another system reported, in our words: the one shape that every adapter gives and every door carries out.

Which command that becomes depends on where the issue stands: `plan.py`.
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, Field

from escalation.issue.facts import Actor
from escalation.issue.identity import reference_for
from escalation.masking import mask_cards
from escalation.value import Value

Source: TypeAlias = Literal["alertmanager", "pagerduty", "heartbeat"]
What: TypeAlias = Literal["open", "acknowledge", "release", "escalate", "resolve", "note"]
Nature: TypeAlias = Literal["bad", "not_understood", "nothing_to_do", "warning"]


class Reported(Value):
    """One thing that happened there, in the order in which it came."""

    place: str
    """JSON path in what came."""
    source: Source
    said: str
    """The source's own word: `firing`, `incident.escalated`."""
    what: What
    """note: there is no command for it. It opens the issue where it is not known, else it is reported again."""
    reference: str
    """What the source calls it, the same for all that it says of it."""
    command_id: str
    """Derived from what came: the same thing sent twice is done once."""
    by: Actor
    happened_at: AwareDatetime
    """When it happened there, as the source claims."""
    began_at: AwareDatetime
    """When what is wrong began there, as the source claims."""
    is_open_there: bool | None = None
    """Whether it was open there right after this; None where the source does not say."""
    title: str
    """One line, masked, never empty."""
    description: str = ""
    """All that the source says of it, masked; of use when it is opened."""
    note: str = ""
    """What is new in this, masked; may be empty."""
    labels: dict[str, str] = Field(default_factory=dict)
    """The source's words, for triggers to match on."""
    severity: str = ""
    """One of the policy's, where the source gives one of ours."""


class NotTaken(Value):
    """Something in what came that asks nothing of an issue, and why."""

    place: str
    nature: Nature
    why: str
    """One line. Of what is bad, it begins with the JSON path."""


class Taken(Value):
    """What one payload holds."""

    reported: tuple[Reported, ...] = ()
    not_taken: tuple[NotTaken, ...] = ()


def machine(source: Source, which: str = "") -> Actor:
    """The system itself, or one of its parts or users whom our directory does not know."""
    person = f"{source}:{which}" if which else source
    return Actor(person=person, door=f"intake:{source}", assurance="asserted", is_machine=True)


def fit_id(given: str) -> str:
    """An id of the source, or where it could pass for a card number one derived from it: those are never kept."""
    return given if mask_cards(given) == given else reference_for(given)


def nothing_in(place: str) -> NotTaken:
    """A list without items: no error, and worth a word."""
    return NotTaken(place=place, nature="nothing_to_do", why=f"{place}: nothing is in it")


def together(parts: Iterable[Taken]) -> Taken:
    """All of it, in the order in which it came."""
    known = tuple(parts)
    return Taken(
        reported=tuple(each for part in known for each in part.reported),
        not_taken=tuple(each for part in known for each in part.not_taken),
    )


def in_order(reported: Iterable[Reported]) -> tuple[Reported, ...]:
    """As it happened there, whatever order it came in; what happened at one instant stays as it came."""
    return tuple(sorted(reported, key=lambda each: each.happened_at))
