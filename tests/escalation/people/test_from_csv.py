"""Tables of people: what is taken from them, and what is refused with its line."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.people.from_csv import read_csv
from escalation.people.imported import ImportedPerson
from escalation.policy.finding import Findings
from escalation.policy.read_value import ALLOWED_NAME
from tests.escalation.people.lists import errors


def read(text: str) -> tuple[ImportedPerson, ...]:
    """The table, in which nothing is wrong."""
    findings = Findings("people.csv")
    people = read_csv(text, findings)
    assert errors(findings) == []
    return people


def refused(text: str) -> list[str]:
    """What is wrong with the table."""
    findings = Findings("people.csv")
    read_csv(text, findings)
    assert findings.found
    return errors(findings)


def test_every_column_is_taken() -> None:
    (ann,) = read(
        "id,name,role,teams,department,manager,deputy,skills,language,languages,zone,left_at,limit,email,phone,address.slack\n"
        'ann,"Sample, Ann",agent,main; support,Sales,kim,lee,sql;refunds,de,en; fr,Europe/Berlin,2026-12-31,'
        "EUR 100.50; USD 90,ann@example.org,+353 (1) 555-0100,U0123456789\n"
    )
    assert (ann.id, ann.line, ann.is_active) == ("ann", 2, None)
    assert ann.fields == {
        "name": "Sample, Ann",
        "role": "agent",
        "teams": ("main", "support"),
        "department": "Sales",
        "manager": "kim",
        "deputy": "lee",
        "skills": ("sql", "refunds"),
        "language": "de",
        "languages": ("en", "fr"),
        "zone": "Europe/Berlin",
        "left_at": date(2026, 12, 31),
        "limit": {"EUR": Decimal("100.50"), "USD": Decimal(90)},
    }
    assert ann.addresses == {
        "email": "ann@example.org", "sms": "+35315550100", "voice": "+35315550100", "slack": "U0123456789",
    }  # fmt: skip


def test_an_empty_cell_says_that_there_is_none_and_a_missing_column_nothing() -> None:
    (ann,) = read("id,manager,teams,zone,left_at,limit,email,phone\nann,,,,,,,\n")
    assert ann.fields == {"manager": None, "teams": (), "zone": "UTC", "left_at": None, "limit": {}}
    assert ann.addresses == {"email": None, "sms": None, "voice": None}
    assert read("id\nann\n")[0].fields == {}


def test_how_much_they_may_have_at_once_is_taken_and_an_empty_cell_ends_the_limit() -> None:
    people = read("id,at_once\nann,3\nben,\n")
    assert [each.fields for each in people] == [{"at_once": 3}, {"at_once": None}]


@pytest.mark.parametrize("cell", ["0", "1001", "-1", "2.5", "many", "00003", "٣"])
def test_what_is_no_such_number_is_refused(cell: str) -> None:
    allowed = "a whole number from 1 to 1000; or nothing, where there is no such limit"
    problem = f"people.csv:2: at_once: '{cell}' is not a number of issues; allowed: {allowed}"
    assert refused(f"id,at_once\nann,{cell}\n") == [problem]


def test_lines_are_counted_past_cells_of_several_lines_and_empty_ones() -> None:
    people = read("\ufeffid,name\r\n\r\nann,Ann\r\nben,Ben\r\n")
    assert [(each.id, each.line) for each in people] == [("ann", 3), ("ben", 4)]
    assert refused('id,name\n"ann","two\nlines"\nb c,Ben\n') == [
        "people.csv:2: name: 'two\\nlines' is not one line; allowed: one line of at most 200 characters",
        f"people.csv:4: id: 'b c' is not a name; allowed: {ALLOWED_NAME}",
    ]


def test_an_instant_of_leaving_is_taken_in_utc() -> None:
    (ann,) = read("id,left_at\nann,2026-12-31T18:00+01:00\n")
    assert ann.fields["left_at"] == datetime(2026, 12, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "people.csv: is empty"),
        ("\n\n", "people.csv: is empty"),
        ("id;name\nann;Ann\n", "people.csv:1: has semicolons between its columns; allowed: commas"),
        ("name\nAnn\n", "people.csv:1: id: is missing"),
        ("id,nam\nann,Ann\n", "people.csv:1: column 2: 'nam' is not a column"),
        ("id,nam\nann,Ann\n", "did you mean 'name'?"),
        ("id,address.<channel>\nann,x\n", "column 2: 'address.<channel>' is not a column"),
        ("id,name,name\nann,A,B\n", "people.csv:1: column 3: 'name' is there twice"),
        ("id,name\nann\n", "people.csv:2: 'ann' has 1 cells; allowed: 2, one for each column"),
        ("id,name\nann,A,B\n", "people.csv:2: 'ann,A,B' has 3 cells"),
        ("id,name\nann,\n", "people.csv:2: name: '' is empty"),
        ("id,role\nann,\n", "people.csv:2: role: '' is empty"),
        ("id\n\nann\nann\n", "people.csv:4: id: 'ann' is on line 3 already; allowed: once"),
        ("id,left_at\nann,31.12.2026\n", "people.csv:2: left_at: '31.12.2026' is neither a day nor an instant"),
        ("id,left_at\nann,2026-12-31T18:00\n", "left_at: '2026-12-31T18:00' is neither a day nor an instant"),
        ("id,left_at\nann,2026-02-30\n", "left_at: '2026-02-30' is neither a day nor an instant"),
        ("id,limit\nann,100\n", "people.csv:2: limit: '100' is not an amount"),
        ("id,limit\nann,EUR 1;x\n", "people.csv:2: limit: 'x' is not an amount"),
        ("id,phone\nann,01 555 0100\n", "people.csv:2: phone: '01 555 0100' is not a phone number"),
        ("id,phone\nann,+1 555 CALL\n", "phone: '+1 555 CALL' is not a phone number"),
        ('id,name\nann,"Ann\n', "is not CSV: unexpected end of data"),
        ('id,name\nann,"An"n\n', "people.csv:2: is not CSV"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, says: str) -> None:
    assert any(says in each for each in refused(text)), refused(text)


def test_every_mistake_is_named_at_once() -> None:
    assert len(refused("id,phone,limit\nann,1,2\nb c,,\nben,3,\n")) == 4


@given(st.text(max_size=200))
def test_whatever_it_is_it_is_read_or_refused(text: str) -> None:
    findings = Findings("people.csv")
    people = read_csv(text, findings)
    assert people or findings.found or text.strip("\ufeff\r\n, \t") == "id"
    assert len({each.id for each in people}) == len(people) or findings.found
