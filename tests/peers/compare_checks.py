"""Comparing tables of a case: each row is known by its columns, and a table of anything else is not known."""

from collections.abc import Callable

from tests.peers import compare_calendars, compare_duty, compare_sums, rates
from tests.peers.fields import Fields, Unsupported
from tests.peers.heartbeats import raised_and_cleared
from tests.peers.play import Play

Compare = Callable[[Play, Fields], list[str]]


def _due(play: Play, row: Fields) -> list[str]:
    return compare_sums.due_of(play, row, compare_sums.history_of(play))


def _elapsed(play: Play, row: Fields) -> list[str]:
    return compare_sums.elapsed_of(play, row, "working_from", compare_sums.history_of(play))


def _watch(play: Play, row: Fields) -> list[str]:
    return raised_and_cleared(play.setting.heartbeat, play.times, row)


def _next(play: Play, row: Fields) -> list[str]:
    return rates.next_ones(play.setting.kept, play.times, row)


def _allowed(play: Play, row: Fields) -> list[str]:
    return rates.is_allowed(play.setting.kept, play.times, row)


def _priority(play: Play, row: Fields) -> list[str]:
    """How bad the issue of this variant is when the play is over."""
    expected, issue = row.words("priority"), play.the_issue(row)
    row.text("case")
    row.done()
    state = issue.state_at(play.end_at)
    found = None if state is None else state.severity
    return [] if found == expected else [f"{play.case}: priority {found} instead of {expected}"]


TABLES: list[tuple[frozenset[str], Compare]] = [
    (frozenset({"span", "from", "due"}), _due),
    (frozenset({"working_from", "until", "working"}), _elapsed),
    (frozenset({"at", "holiday"}), compare_calendars.is_holiday),
    (frozenset({"at", "open"}), compare_calendars.is_open),
    (frozenset({"at", "next_opening"}), compare_calendars.next_opening),
    (frozenset({"at", "next_handoff"}), compare_duty.next_handoff),
    (frozenset({"rule", "at", "active"}), compare_duty.is_active),
    (frozenset({"at", "raised"}), _watch),
    (frozenset({"at", "cleared"}), _watch),
    (frozenset({"noon_plus", "gives"}), compare_calendars.from_noon),
    (frozenset({"next"}), _next),
    (frozenset({"at", "allowed"}), _allowed),
    (frozenset({"case", "priority"}), _priority),
]
"""By the columns that a row must have."""


def checks(play: Play) -> list[str]:
    """Every row of the table is as it says."""
    differences = []
    for row in play.rows("checks"):
        compare = next((each for columns, each in TABLES if columns <= row.data.keys()), None)
        if compare is None:
            raise Unsupported(f"then.checks {sorted(row.data)}")
        differences += compare(play, row)
    return differences
