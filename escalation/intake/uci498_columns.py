"""The columns of UCI 498, an audit log of ServiceNow: which of them may be looked at, and which tell the future.

Source: Amaral, Fantinato, Peres, "Incident management process enriched event log", UCI 498, doi 10.24432/C57S4H. Each
row is an incident as it stood when the row was written, but for columns that hold their final values on every row.
Only what is in `Known` is ever taken out of a row, so that nothing can leak.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

from escalation.intake.logged import BadLog

MISSING = "?"
"""How the log writes that there is nothing."""


class Known(NamedTuple):
    """What was known at the instant of the row (`sys_updated_at`), as it is written."""

    number: str
    incident_state: str
    reopen_count: str
    caller_id: str
    opened_at: str
    sys_updated_by: str
    sys_updated_at: str
    priority: str
    assignment_group: str
    assigned_to: str


OUTCOMES = (
    "made_sla", "problem_id", "rfc", "vendor", "caused_by", "closed_code", "resolved_by", "resolved_at", "closed_at",
)  # fmt: skip
"""They hold final values on every row, or turn only at the end: at the instant of the row nobody knew them."""

UNUSED = (
    "active", "reassignment_count", "sys_mod_count", "opened_by", "sys_created_by", "sys_created_at", "contact_type",
    "location", "category", "subcategory", "u_symptom", "cmdb_ci", "impact", "urgency", "knowledge",
    "u_priority_confirmation", "notify",
)  # fmt: skip
"""Nothing is made of them. Hand-overs are read from the group and the resolver themselves."""

COLUMNS = frozenset((*Known._fields, *OUTCOMES, *UNUSED))


def picker(header: Sequence[str]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Takes out of a row what was known, in the order of `Known`. Raises BadLog where the header lacks a column."""
    missing = [name for name in Known._fields if name not in header]
    if missing:
        names = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise BadLog(f"the header has no column {names}; allowed: the {len(COLUMNS)} columns of UCI 498")
    return itemgetter(*(header.index(name) for name in Known._fields))
