"""What calls are answered with, as the document describes it. What is in them is made where the CLI makes it."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from escalation.issue.clocks import Due
from escalation.issue.effects import Snapshot
from escalation.issue.events import Entry
from escalation.issue.facts import HarmFlag, Party


class Answer(BaseModel):
    """An answer; later releases may add fields."""

    model_config = ConfigDict(frozen=True)


class OpenAnswered(Answer):
    """What came of opening an issue."""

    outcome: Literal["opened", "reported_again", "stored"]
    issue: str = Field(description="Its full id, which is also the workflow's.")
    short: str = Field(description="The form that people read and type.")
    id: str = Field(description="The command's id: send it again with the same words, and nothing is done twice.")
    is_new: bool
    severity: str
    policy: str
    owner: str
    why: list[str] = Field(description="Why it enters where it does, and as bad as it is; or what it said.")
    sentences: list[str] = Field(description="What was decided, where it was there already.")
    notes: list[str] = Field(description="What its sender must hear besides.")


class StandingNow(Snapshot):
    """Where an issue stands. Whom it concerns is left out for readers who have nothing to do with it."""

    harm_flags: tuple[HarmFlag, ...] = ()
    audience: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()


class CommandAnswered(Answer):
    """What came of a command."""

    outcome: Literal["done", "stored"] = Field(description="stored: no worker answered; it is done when one runs.")
    issue: str
    short: str
    command: str
    id: str = Field(description="The command's id.")
    code: str
    why: str
    is_repeat: bool = Field(description="The same id came before; nothing was done again.")
    entries: list[int] = Field(description="Numbers of the journal's entries that it made.")
    sentences: list[str] = Field(description="What was decided.")
    status: StandingNow | None = Field(description="Where the issue stands; null where that is not known yet.")
    notes: list[str] = Field(description="What its sender must hear besides.")


class IssueInList(StandingNow):
    """A line of a list, as the record has it."""

    written_at: AwareDatetime
    short: str


class IssueList(Answer):
    """A page of a list, the issue opened last first."""

    issues: list[IssueInList]
    next_cursor: str | None = Field(description="Where the list goes on; null at its end.")


class IssueShown(StandingNow):
    """Where an issue stands, in full, with what was written as far as its reader may see it."""

    short: str
    description: str | None
    deadlines: list[Due]
    is_live: bool = Field(description="Whether the issue itself said so; else the record did.")
    as_of: AwareDatetime
    why_at_this_tier: str


class EntryShown(Entry):
    """An entry of the journal."""

    sentence: str
    texts: dict[str, str | None] = Field(description="What was written with it, as far as its reader may see it.")
    is_on_record: bool


class Timeline(Answer):
    """Everything that happened to an issue."""

    issue: str
    entries: list[EntryShown]
    is_complete: bool = Field(description="False where the issue could not be asked for what is not on record yet.")
    why_not: str = Field(description="Why it could not.")


class Explained(Answer):
    """Why an issue is where it is."""

    issue: str
    why_here: list[str]
    who: list[str]
    what_next: list[str]
    working_time: list[str] = Field(description="Until the tier's first limit: what counts, what is skipped, and why.")
    is_live: bool
    as_of: AwareDatetime


Body = dict[str, Any]
