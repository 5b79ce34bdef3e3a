"""The adapter of UCI 498: what is known when, what a case becomes, what is said of rows that are not in order."""

import csv
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from client.settings import SHIPPED
from escalation.intake.logged import BadLog, Case, Row
from escalation.intake.uci498 import Uci498
from escalation.intake.uci498_columns import COLUMNS, OUTCOMES, UNUSED, Known
from escalation.intake.uci498_script import actor, read_time
from escalation.issue.commands import Close, Hold, Open, Reassign
from escalation.policy.parse import read_policy
from tests.real_data import ROOT, data_file

SMALL = ROOT / "tests/starter/replaying/small.csv"
PATH = SHIPPED / "samples" / "replay-uci498.yaml"
POLICY = read_policy(PATH.read_text(encoding="utf-8"), PATH.name)
HEADER, *LINES = list(csv.reader(SMALL.read_text(encoding="utf-8").splitlines()))
UTC_10 = datetime(2031, 9, 13, 10, 0, tzinfo=UTC)


def row(state: str, at: str, **more: str) -> dict[str, str]:
    """A row of one invented case, opened at ten."""
    usual = {"number": "SAMPLE1", "opened_at": "13/9/2031 10:00", "priority": "3 - Moderate", "reopen_count": "0"}
    who = {"assignment_group": "Group 1", "assigned_to": "Resolver 1", "sys_updated_by": "Updated by 1"}
    return {**usual, **who, "caller_id": "Caller 1", "incident_state": state, "sys_updated_at": at, **more}


def read(*rows: dict[str, str]) -> tuple[list[Case], Uci498]:
    """The cases of these rows, followed by one that is complete, and the reader with its complaints."""
    last = row("Closed", "20/9/2031 10:00", number="SAMPLE9")
    reader = Uci498(HEADER, POLICY)
    taken = [(line, [each.get(name, "?") for name in HEADER]) for line, each in enumerate((*rows, last), 2)]
    return [case for case in reader.cases(taken) if case.reference != "SAMPLE9"], reader


def sent(*rows: dict[str, str]) -> list[str]:
    """What is sent for one case, with the minutes since ten."""
    (case,), _ = read(*rows)
    minutes = [(at - UTC_10).total_seconds() / 60 for at, _ in case.script]
    return [f"{minute:g} {step.command.kind}" for minute, step in zip(minutes, case.script, strict=True)]  # type: ignore[attr-defined]


def changed(lines: Sequence[Sequence[str]], change: Callable[[str, str], str]) -> list[Row]:
    """The lines with every field passed through `change`, which is told its column."""
    return [
        (line, [change(name, value) for name, value in zip(HEADER, fields, strict=True)])
        for line, fields in enumerate(lines, 2)
    ]


def cases_of(rows: Sequence[Row]) -> list[Case]:
    return list(Uci498(HEADER, POLICY).cases(rows))


def test_every_column_of_the_log_is_declared_once() -> None:
    declared = (*Known._fields, *OUTCOMES, *UNUSED)
    assert len(declared) == len(set(declared)) == len(COLUMNS)
    assert set(HEADER) == COLUMNS


def test_the_real_log_has_these_columns() -> None:
    import lzma

    with lzma.open(data_file("uci498_incident_event_log_119998.csv.xz"), "rt", encoding="utf-8") as log:
        assert next(csv.reader(log)) == HEADER


@pytest.mark.parametrize("column", [*OUTCOMES, *UNUSED])
def test_a_column_that_is_not_known_at_the_row_changes_nothing(column: str) -> None:
    plain = cases_of(changed(LINES, lambda _, value: value))
    other = cases_of(changed(LINES, lambda name, value: "anything else" if name == column else value))
    assert other == plain
    assert plain


def test_all_outcomes_together_change_nothing_whatever_they_say() -> None:
    draw = random.Random(498)

    def other(name: str, value: str) -> str:
        return draw.choice(["false", "?", "1/1/2030 00:00", "code 99"]) if name in OUTCOMES else value

    assert cases_of(changed(LINES, other)) == cases_of(changed(LINES, lambda _, value: value))


@pytest.mark.parametrize("column", Known._fields)
def test_a_column_that_is_known_is_looked_at(column: str) -> None:
    """Else the tests above would prove nothing."""
    values = {"number": "SAMPLE77", "incident_state": "Active", "sys_updated_at": "1/1/2032 00:00"}
    reopened = count()

    def other(name: str, value: str) -> str:
        if name != column:
            return value
        return str(next(reopened)) if column == "reopen_count" else values.get(column, "Other")

    plain = Uci498(HEADER, POLICY)
    reader = Uci498(HEADER, POLICY)
    told = list(reader.cases(changed(LINES, other))), reader.dirty
    assert told != (list(plain.cases(changed(LINES, lambda _, value: value))), plain.dirty)


def test_columns_may_stand_in_any_order() -> None:
    order = list(range(len(HEADER)))
    random.Random(1).shuffle(order)
    reader = Uci498([HEADER[place] for place in order], POLICY)
    mixed = [(line, [fields[place] for place in order]) for line, fields in enumerate(LINES, 2)]
    assert list(reader.cases(mixed)) == cases_of(changed(LINES, lambda _, value: value))


def test_times_are_read_as_utc_day_first() -> None:
    assert read_time("3/12/2031 08:05") == datetime(2031, 12, 3, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["?", "", "31/2/2031 08:00", "2031-12-03 08:05", "3/12/2031 24:00", "3/12/2031 08:05 "]
)
def test_what_is_no_such_time_is_none(text: str) -> None:
    assert read_time(text) is None


def test_people_are_named_as_the_log_names_them() -> None:
    assert actor("Opened by  8").person == "opened-by-8"


def test_the_first_row_opens_and_the_first_state_that_is_not_new_acknowledges() -> None:
    rows = row("New", "13/9/2031 10:05"), row("New", "13/9/2031 10:10"), row("Active", "13/9/2031 10:20")
    assert sent(*rows) == ["0 open", "20 acknowledge"]


def test_a_case_opens_with_what_its_first_row_knows() -> None:
    (case,), _ = read(row("New", "13/9/2031 10:05", priority="1 - Critical"), row("Active", "13/9/2031 10:06"))
    facts = case.opening.issue
    assert isinstance(case.script[0].command, Open)
    assert (facts.severity, facts.raiser.person, case.opening.owner) == ("P1", "caller-1", "resolver-1")
    assert (facts.opened_at, str(facts.id)) == (UTC_10, "main:main:main:uci498:SAMPLE1:1")
    assert [each.command.id for each in case.script] == ["line-2", "line-3-severity", "line-3-acknowledge"]


def test_a_hand_over_is_offered_at_once_and_accepted_when_it_is_worked_on() -> None:
    new = row("New", "13/9/2031 10:05", assigned_to="?")
    other = row("New", "13/9/2031 10:10", assigned_to="?", assignment_group="Group 2")
    third = row("Active", "13/9/2031 10:20", assigned_to="Resolver 3")
    assert sent(new, other, third) == ["0 open", "10 reassign", "20 reassign", "20 acknowledge", "20 accept"]
    (case,), _ = read(new, other, third)
    assert [step.command.to for step in case.script if isinstance(step.command, Reassign)] == ["group-2", "resolver-3"]


def test_one_who_has_it_again_before_anybody_accepted_is_offered_nothing() -> None:
    there = row("New", "13/9/2031 10:05", assigned_to="Resolver 2")
    rows = row("New", "13/9/2031 10:00"), there, row("Active", "13/9/2031 10:10")
    assert sent(*rows) == ["0 open", "5 reassign", "10 acknowledge"]


@pytest.mark.parametrize(
    ("state", "reason", "waiting_for"),
    [
        ("Awaiting User Info", "user", "caller-1"),
        ("Awaiting Vendor", "vendor", "vendor"),
        ("Awaiting Problem", "problem", "problem"),
        ("Awaiting Evidence", "evidence", "evidence"),
    ],
)
def test_a_state_that_waits_is_a_hold_and_leaving_it_ends_the_hold(state: str, reason: str, waiting_for: str) -> None:
    rows = row(state, "13/9/2031 10:05"), row(state, "13/9/2031 11:00"), row("Active", "13/9/2031 12:00")
    assert sent(*rows) == ["0 open", "5 acknowledge", "5 hold", "120 resume"]
    (case,), _ = read(*rows)
    hold = case.script[2].command
    assert isinstance(hold, Hold)
    assert (hold.reason, hold.waiting_for) == (reason, waiting_for)


def test_from_one_wait_into_another_is_a_hold_of_its_own() -> None:
    rows = row("Awaiting Vendor", "13/9/2031 10:05"), row("Awaiting Problem", "13/9/2031 11:00")
    assert sent(*rows)[2:] == ["5 hold", "60 resume", "60 hold"]


def test_resolving_ends_a_hold_by_itself() -> None:
    rows = row("Awaiting Vendor", "13/9/2031 10:05"), row("Resolved", "13/9/2031 11:00")
    assert sent(*rows)[2:] == ["5 hold", "60 resolve"]


def test_closed_without_resolved_is_both() -> None:
    rows = row("New", "13/9/2031 10:05"), row("Closed", "13/9/2031 11:00")
    assert sent(*rows) == ["0 open", "60 acknowledge", "60 resolve", "60 close"]


def test_resolved_and_then_closed() -> None:
    rows = row("Resolved", "13/9/2031 10:05"), row("Resolved", "13/9/2031 10:06"), row("Closed", "13/9/2031 11:00")
    assert sent(*rows)[2:] == ["5 resolve", "60 close"]
    (case,), _ = read(*rows)
    assert isinstance(case.script[-1].command, Close)


@pytest.mark.parametrize("ended", ["Resolved", "Closed"])
def test_an_end_that_becomes_active_again_is_reopened_and_worked_on(ended: str) -> None:
    rows = row(ended, "13/9/2031 10:05"), row("Active", "13/9/2031 11:00", reopen_count="1")
    assert sent(*rows)[-2:] == ["60 reopen", "60 acknowledge"]


def test_a_count_of_reopenings_that_grows_is_one_too() -> None:
    rows = row("Resolved", "13/9/2031 10:05"), row("Resolved", "13/9/2031 11:00", reopen_count="1")
    assert sent(*rows)[-3:] == ["60 reopen", "60 acknowledge", "60 resolve"]


def test_equal_times_keep_the_order_of_the_file() -> None:
    states = ("Active", "Awaiting Vendor", "Active", "Resolved")
    rows = [row(state, "13/9/2031 10:05") for state in states]
    assert sent(*rows) == ["0 open", *(f"5 {kind}" for kind in ("acknowledge", "hold", "resume", "resolve"))]


def test_a_step_backwards_is_carried_out_at_the_latest_instant_and_named() -> None:
    rows = row("New", "13/9/2031 11:10"), row("New", "13/9/2031 09:52"), row("Active", "13/9/2031 11:03")
    assert sent(*rows) == ["0 open", "70 acknowledge"]
    _, reader = read(*rows)
    assert [(each.line, each.value, each.done) for each in reader.dirty] == [
        (3, "13/9/2031 09:52", "carried out at 13/9/2031 11:10"),
        (4, "13/9/2031 11:03", "carried out at 13/9/2031 11:10"),
    ]


def test_what_precedes_the_opening_is_carried_out_at_the_opening_and_named() -> None:
    rows = row("Active", "13/9/2031 07:14"), row("Resolved", "13/9/2031 10:01")
    assert sent(*rows) == ["0 open", "0 acknowledge", "1 resolve"]
    _, reader = read(*rows)
    assert [str(each) for each in reader.dirty] == [
        "line 2: sys_updated_at '13/9/2031 07:14'; allowed: not before opened_at; carried out at 13/9/2031 10:00"
    ]


@pytest.mark.parametrize(
    ("more", "field", "done"),
    [
        ({"sys_updated_at": "?"}, "sys_updated_at", "the row is left out"),
        ({"opened_at": "13/9/2031 10:01"}, "opened_at", "the first row's counts"),
        ({"priority": "?"}, "priority", "3 - Moderate goes on"),
        ({"incident_state": "-100"}, "incident_state", "taken as work that goes on"),
    ],
)
def test_a_row_that_is_not_in_order_is_named_with_what_is_allowed(more: dict[str, str], field: str, done: str) -> None:
    rows: list[Any] = [row("New", "13/9/2031 10:05"), {**row("Active", "13/9/2031 10:06"), **more}]
    _, reader = read(*rows, row("Active", "13/9/2031 10:07"))
    (dirty,) = reader.dirty
    assert (dirty.line, dirty.field, dirty.value, dirty.done) == (3, field, more[field], done)
    assert dirty.allowed


def test_a_case_that_opens_without_a_priority_takes_the_usual_one() -> None:
    (case,), reader = read(row("New", "13/9/2031 10:05", priority="?"), row("Active", "13/9/2031 10:06"))
    assert case.opening.issue.severity == "P3"
    assert [each.done for each in reader.dirty] == ["taken as 3 - Moderate"]


def test_a_case_without_any_time_is_dropped_by_name() -> None:
    cases, reader = read(row("New", "?"), row("Active", "yesterday"))
    assert cases == []
    assert len(reader.dirty) == 2
    assert [str(each) for each in reader.dropped] == [
        "line 2: SAMPLE1 is not replayed: none of its rows has times that can be read"
    ]


def test_rows_of_a_case_that_come_after_another_one_are_left_out_and_named() -> None:
    one, two = row("New", "13/9/2031 10:05"), row("Active", "13/9/2031 10:05", number="SAMPLE2")
    late = row("Active", "13/9/2031 10:09")
    cases, reader = read(one, late, two, late, late)
    assert [(case.reference, case.rows) for case in cases] == [("SAMPLE1", 2), ("SAMPLE2", 1)]
    assert [(each.line, each.field) for each in reader.dirty] == [(5, "number"), (6, "number")]


def lines(*rows: dict[str, str]) -> list[Row]:
    """The rows as they stand at the end of a file."""
    return [(line, [each.get(name, "?") for name in HEADER]) for line, each in enumerate(rows, 2)]


@pytest.mark.parametrize(
    ("last", "is_dropped"),
    [
        ([row("New", "13/9/2031 10:05")], True),
        ([row("Closed", "13/9/2031 10:05")], False),
        ([row("New", "13/9/2031 10:05"), row("Active", "13/9/2031 10:06")], False),
    ],
)
def test_the_last_case_is_dropped_where_only_its_first_row_is_left(
    last: list[dict[str, str]], is_dropped: bool
) -> None:
    reader = Uci498(HEADER, POLICY)
    cases = list(reader.cases(lines(row("Closed", "13/9/2031 10:00", number="SAMPLE0"), *last)))
    assert [case.reference for case in cases] == ["SAMPLE0", *([] if is_dropped else ["SAMPLE1"])]
    assert [each.reference for each in reader.dropped] == (["SAMPLE1"] if is_dropped else [])


def test_a_last_line_that_is_torn_drops_its_case_and_is_named() -> None:
    whole = lines(row("New", "13/9/2031 10:05"), row("Active", "13/9/2031 10:06"))
    reader = Uci498(HEADER, POLICY)
    assert list(reader.cases([*whole, (4, ["SAMPLE1", "Act"])])) == []
    assert [(each.line, each.value) for each in reader.dirty] == [(4, "2 fields")]
    assert [each.rows for each in reader.dropped] == [2]


def test_a_header_that_lacks_columns_is_refused_by_name() -> None:
    with pytest.raises(BadLog, match="no column caller_id, priority; allowed: the 36 columns of UCI 498"):
        Uci498([name for name in HEADER if name not in {"caller_id", "priority"}], POLICY)


def test_the_small_log_is_plainly_invented() -> None:
    assert {line[0][:6] for line in LINES} == {"SAMPLE"}
    assert {line[HEADER.index("caller_id")][:6] for line in LINES} == {"Sample"}
