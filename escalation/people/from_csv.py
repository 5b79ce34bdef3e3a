"""A table of people in CSV (RFC 4180) in, what it says of each of them or errors with lines out."""

import csv
import re
from decimal import Decimal
from typing import Any

from escalation.people.imported import LARGEST_IMPORT, ImportedPerson, at_once, is_line, is_name, moment, phone
from escalation.policy.finding import Findings

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_AMOUNT = re.compile(r"([A-Za-z]{3})[ :=](\d{1,12}(?:\.\d{1,2})?)", re.ASCII)
_ADDRESS = "address."
_ONE = frozenset({"name", "role", "department", "manager", "deputy", "language", "zone"})
_MANY = frozenset({"teams", "skills", "languages"})
_NEEDED = frozenset({"name", "role"})
COLUMNS = ("id", *sorted(_ONE), *sorted(_MANY), "left_at", "limit", "at_once", "email", "phone", "address.<channel>")
"""The columns that a table may have, in any order; `id` it must have."""


def read_csv(text: str, findings: Findings) -> tuple[ImportedPerson, ...]:
    """Everybody in the table. What is wrong is added to `findings`, with lines; then what comes back is not whole.

    The first line names the columns. An empty cell says that there is none; of what has no column nothing is said.
    Several words in one cell have a semicolon between them.
    """
    if len(text) > LARGEST_IMPORT:
        findings.add("", f"has {len(text)} characters", allowed=f"at most {LARGEST_IMPORT}")
        return ()
    reader = csv.reader(_LINES.findall(text.removeprefix("\ufeff")), strict=True)
    people: list[ImportedPerson] = []
    columns: list[str] | None = None
    seen: dict[str, int] = {}
    try:
        begins_on = 1
        for cells in reader:
            line, begins_on = begins_on, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, line, findings)
                if columns is None:
                    return ()
                continue
            person = _person(columns, [cell.strip() for cell in cells], line, findings)
            if person is None:
                continue
            first = seen.setdefault(person.id, line)
            if first != line:
                findings.add("id", f"is on line {first} already", value=person.id, allowed="once", line=line)
            people.append(person)
    except csv.Error as error:
        findings.add("", f"is not CSV: {error}", line=reader.line_num)
        return ()
    if columns is None:
        findings.add("", "is empty", allowed="a line with the names of columns, then a line for each person")
    return tuple(people)


def _columns(cells: list[str], line: int, findings: Findings) -> list[str] | None:
    names = [cell.strip() for cell in cells]
    if len(names) == 1 and ";" in names[0]:
        findings.add("", "has semicolons between its columns", allowed="commas", line=line)
        return None
    before = len(findings.found)
    for place, name in enumerate(names, start=1):
        if name in names[: place - 1]:
            findings.add(f"column {place}", "is there twice", value=name, allowed="once", line=line)
        elif name not in COLUMNS[:-1] and not (name.startswith(_ADDRESS) and name != COLUMNS[-1]):
            findings.unknown(f"column {place}", name, "is not a column", COLUMNS, line)
    if "id" not in names:
        findings.add("id", "is missing", allowed="a column with each person's id", line=line)
    return names if len(findings.found) == before else None


def _person(columns: list[str], cells: list[str], line: int, findings: Findings) -> ImportedPerson | None:
    if len(cells) != len(columns):
        problem = f"has {len(cells)} cells"
        findings.add("", problem, value=",".join(cells), allowed=f"{len(columns)}, one for each column", line=line)
        return None
    before = len(findings.found)
    row = dict(zip(columns, cells, strict=True))
    if not is_name(row["id"], "id", findings, line):
        return None
    fields: dict[str, Any] = {}
    addresses: dict[str, str | None] = {}
    for column, cell in row.items():
        if column in _NEEDED and not cell:
            findings.add(column, "is empty", value="", allowed="text", line=line)
        elif column in _ONE:
            if not cell or is_line(cell, column, findings, line):
                fields[column] = cell or _EMPTY.get(column)
        elif column in _MANY:
            fields[column] = tuple(word for word in (each.strip() for each in cell.split(";")) if word)
        elif column == "left_at":
            fields[column] = moment(cell, column, findings, line) if cell else None
        elif column == "limit":
            fields[column] = _limit(cell, line, findings)
        elif column == "at_once":
            fields[column] = at_once(cell, column, findings, line) if cell else None
        elif column == "phone":
            number = phone(cell, column, findings, line) if cell else None
            addresses |= {"sms": number, "voice": number}
        elif column != "id":
            addresses[column.removeprefix(_ADDRESS)] = cell or None
    if len(findings.found) > before:
        return None
    return ImportedPerson(row["id"], f"people.{row['id']}", line, fields, addresses)


_EMPTY = {"language": "en", "zone": "UTC"}
"""What an empty cell says of a field that everybody has."""


def _limit(cell: str, line: int, findings: Findings) -> dict[str, Decimal]:
    limit: dict[str, Decimal] = {}
    for part in filter(None, (each.strip() for each in cell.split(";"))):
        amount = _AMOUNT.fullmatch(part)
        if amount is None:
            findings.add("limit", "is not an amount", value=part, allowed="such as EUR 100.50; USD 90", line=line)
        else:
            limit[amount[1]] = Decimal(amount[2])
    return limit
