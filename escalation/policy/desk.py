"""Others in the house to whom something is put beside the ladder: departments, teams, specialists, with their clocks.

Whom a desk tells is looked up as for a tier. What is put to it, and by whom, is said by commands (`docs/asks.md`).
"""

from typing import Literal, TypeAlias

from pydantic import Field

from escalation.calendar.limit import Within
from escalation.policy.tell import Tell
from escalation.value import Value

DeskListener: TypeAlias = Literal["takers", "asker", "owner", "lead"]
AskKind: TypeAlias = Literal["work", "advice", "swarm"]


class DeskWarn(Value):
    """A warning at a share of the time that a desk has for what was put to it."""

    at: float = Field(gt=0, lt=1)
    """The share of `done_within`, or of `answer_within` where it is advice, that has passed, in percent."""
    tell: tuple[DeskListener, ...]
    """Who is warned: who has taken it on (whoever is asked, where nobody has), who put it, the owner, the lead."""


class Desk(Value):
    """Others in the house to whom work or a question is put beside the ladder. The issue's owner stays who it is."""

    name: str
    """The word by which commands and the record refer to it; written before the colon."""
    title: str
    """Who that is, as a sentence would say it: 'the network department'."""
    tell: Tell
    """Who is asked there."""
    lead: str | None = None
    """The id of who leads it, and hears what goes wrong there; absent: the duty lead of `tell.team`, else of the
    issue's team."""
    take_within: Within = Field(default_factory=dict)
    """How long those asked have to take it on; then the next one in line is asked. A severity that is absent: as long
    as they take."""
    done_within: Within = Field(default_factory=dict)
    """How long work may take there, from when it is put to it (OLA). A severity that is absent: no work is taken."""
    answer_within: Within = Field(default_factory=dict)
    """How long an answer may take where advice is asked; then the next one in line is asked, once. A severity that is
    absent: no advice is given."""
    hours: dict[str, str] = Field(default_factory=dict)
    """By severity, the calendar in whose working time its times count; absent: day and night."""
    warnings: tuple[DeskWarn, ...] = ()
    """Warnings before it is due; each is given once."""
    holds_as: str | None = None
    """The reason, one of `hold.reasons`, for which the issue is on hold while it waits for work here, as far as holds
    are allowed; absent: its clocks run on."""

    @property
    def takes(self) -> tuple[AskKind, ...]:
        """What can be put to it, at some severity."""
        return (*(("work",) if self.done_within else ()), *(("advice",) if self.answer_within else ()), "swarm")
