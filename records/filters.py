"""Which issues a list shows: strict, so that a misspelt filter is an error and never an empty list."""

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sqlalchemy import ColumnElement, exists, or_

from escalation.issue.facts import IssueClass
from escalation.issue.identity import Name
from escalation.policy.model import Kind
from records import tables

Status = Literal["open", "resolved", "closed", "ended"]
Word = Annotated[str, Field(min_length=1, max_length=100)]


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class ListFilters(BaseModel):
    """Every filter that is given must hold; one that takes several values holds where any of them does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Annotated[tuple[Status, ...], BeforeValidator(_several)] = ()
    tier: Annotated[tuple[Word, ...], BeforeValidator(_several)] = ()
    severity: Annotated[tuple[Word, ...], BeforeValidator(_several)] = ()
    kind: Annotated[tuple[Kind, ...], BeforeValidator(_several)] = ()
    issue_class: Annotated[tuple[IssueClass, ...], BeforeValidator(_several)] = ()
    policy: Word | None = None
    org: Name | None = None
    legal_entity: Name | None = None
    team: Name | None = None
    source: Name | None = None
    asked: Word | None = None
    """A person's id, here and in the next three."""
    handler: Word | None = None
    owner: Word | None = None
    raiser: Word | None = None
    person: Word | None = None
    """Who is asked, handler or owner."""
    is_breached: bool | None = None
    is_exhausted: bool | None = None
    overdue_at: AwareDatetime | None = None
    """Something was due before this instant and has not been done."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filters as conditions on `issues`."""
        table = tables.issues
        several = (name for name in ("status", "tier", "severity", "kind", "issue_class") if getattr(self, name))
        one = (
            "policy",
            "org",
            "legal_entity",
            "team",
            "source",
            "handler",
            "owner",
            "raiser",
            "is_breached",
            "is_exhausted",
        )
        single = (name for name in one if getattr(self, name) is not None)
        found: list[ColumnElement[bool]] = [table.c[name].in_(getattr(self, name)) for name in several]
        found += [table.c[name] == getattr(self, name) for name in single]
        if self.asked is not None:
            found.append(_is_asked(self.asked))
        if self.person is not None:
            theirs = (_is_asked(self.person), _helps(self.person))
            found.append(or_(*theirs, table.c.handler == self.person, table.c.owner == self.person))
        if self.overdue_at is not None:
            found += [table.c.status != "ended", table.c.next_due_at < self.overdue_at]
        return found


def _helps(person: str) -> ColumnElement[bool]:
    helpers = tables.helpers
    return exists().where(helpers.c.issue == tables.issues.c.issue, helpers.c.person == person)


def _is_asked(person: str) -> ColumnElement[bool]:
    asked = tables.asked
    return exists().where(asked.c.issue == tables.issues.c.issue, asked.c.person == person)


def read_filters(given: Mapping[str, Any]) -> ListFilters:
    """Filters from names and values; raises ValueError that names the filter, the value and what is allowed."""
    try:
        return ListFilters.model_validate(given)
    except ValidationError as error:
        raise ValueError("; ".join(_in_words(fault) for fault in error.errors())) from None


def _in_words(fault: Any) -> str:
    name, value = str(fault["loc"][0]), fault["input"]
    if fault["type"] == "extra_forbidden":
        close = difflib.get_close_matches(name, ListFilters.model_fields, n=1)
        allowed = ", ".join(ListFilters.model_fields)
        return (
            f"there is no filter {name!r}"
            + (f", did you mean {close[0]!r}?" if close else "")
            + f"; allowed: {allowed}"
        )
    allowed = fault.get("ctx", {}).get("expected") or fault["msg"].removeprefix("Input should ").removeprefix("be ")
    return f"filter {name} has the value {str(value)[:60]!r}; allowed: {allowed}"
