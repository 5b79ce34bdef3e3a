"""A house of 100,000: looking somebody up costs the same, and long files are read alike by the faster library."""

from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from escalation.people.write_yaml import write_directory
from escalation.policy import read_yaml
from escalation.policy.absence import Absence
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.finding import Findings, PolicyErrors
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from escalation.policy.read_yaml import LARGEST, parse_yaml
from tests.escalation.policy.sample import PEOPLE, POLICIES, SMALL

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Counted(tuple[Person, ...]):
    """People, with a count of how many were looked at one after the other."""

    __slots__ = ()
    looked_at = 0

    def __iter__(self) -> Iterator[Person]:
        for each in super().__iter__():
            type(self).looked_at += 1
            yield each

    def __reversed__(self) -> Iterator[Person]:
        for place in range(len(self) - 1, -1, -1):
            type(self).looked_at += 1
            yield self[place]


def house(size: int) -> Directory:
    """So many people in teams of ten, each with one lead; every hundredth is away."""
    people = [
        Person.trusted(
            id=f"p{n}",
            name="Sample",
            role="lead" if n % 10 == 0 else "agent",
            teams=(f"t{n // 10}",),
            addresses={"inbox": f"p{n}", "email": f"p{n}@example.org"},
            limit={"EUR": Decimal(n)},
            deputy=f"p{n + 1}" if n % 100 == 0 else None,
            manager=f"p{n // 10 * 10}" if n % 10 else None,
            absences=(Absence(begins=AT),) if n % 100 == 0 else (),
        )
        for n in range(size)
    ]
    teams = tuple(Team.trusted(name=f"t{n}", duty_lead=f"p{n * 10}") for n in range(size // 10))
    return Directory.trusted(operator="p1", people=Counted(people), teams=teams)


def look_up(found: Directory) -> None:
    """All that a look-up asks, and what doors ask."""
    told = found.in_tell(Tell(roles=("agent", "lead"), people=("p7",)), "t10")
    assert len(told) == 11
    present = found.present(told, AT)
    assert [person.id for person in present.people].count("p101") == 1
    assert found.in_place_of("p101", "t10", AT) == ()
    assert found.by_address("email", "P500@example.org") == found.person("p500")
    assert found.has("p3")
    assert not found.has("nobody")
    assert found.duty_lead("t5").id == "p50"
    assert found.roles() == ("lead", "agent")


@pytest.mark.parametrize("size", [1000, 100_000])
def test_once_its_indexes_are_made_a_look_up_walks_over_nobody(size: int) -> None:
    found = house(size)
    Counted.looked_at = 0
    look_up(found)
    assert Counted.looked_at <= 4 * size, "each index is made once"
    Counted.looked_at = 0
    for _ in range(100):
        look_up(found)
    assert Counted.looked_at == 0


def test_indexes_are_of_one_directory_alone() -> None:
    found = house(1000)
    look_up(found)
    fewer: dict[str, Any] = {"people": found.people[:2], "teams": ()}
    for other in (
        Directory(operator="p1", **fewer), found.model_copy(update=fewer), found.changed(fewer),
        copy(found).model_copy(update=fewer),
    ):  # fmt: skip
        assert not other.has("p3")
        assert other.has("p1")
        assert other.by_address("email", "p500@example.org") is None
        assert other.operator == "p1"
    assert copy(found) == found


def read_by(library: str, text: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """What that library makes of a directory: the directory, or what is wrong, with lines."""
    monkeypatch.setattr(read_yaml, "_LONG", 0 if library == "fast" else 10**9)
    try:
        return read_directory(text, "people.yaml")
    except PolicyErrors as errors:
        return [(each.line, each.field, each.problem.partition(":")[0]) for each in errors.errors]


@pytest.mark.parametrize(
    "text",
    [
        PEOPLE,
        (POLICIES / "people.yaml").read_text(encoding="utf-8"),
        PEOPLE.replace("\n", "\r\n"),
        PEOPLE.replace("Sample Kim", "'yes'"),
        PEOPLE.replace("Sample Kim", "yes"),
        PEOPLE.replace("Sample Kim", "010"),
        PEOPLE.replace("Sample Kim", "~"),
        PEOPLE.replace("Sample Kim", "''"),
        PEOPLE.replace("Sample Kim", '"a\\u00e9 \\U0001F600"'),
        PEOPLE.replace("Sample Kim", "é 😀 # a comment"),
        PEOPLE.replace("Sample Kim", "|\n      two\n      lines"),
        PEOPLE.replace("Sample Kim", "&a Kim"),
        PEOPLE.replace("Sample Kim", "*a"),
        PEOPLE.replace("Sample Kim", "!!str Kim"),
        PEOPLE.replace("  eve:\n", "  max:\n"),
        PEOPLE.replace("    role: expert\n", ""),
        PEOPLE.replace("    role: expert\n", "    ? [a]\n    : b\n"),
        PEOPLE + "---\na: b\n",
        PEOPLE + "  broken\n",
        PEOPLE + "\t- tab\n",
        "people: [",
        "",
        "\x00",
        write_directory(house(20)),
    ],
)
def test_both_libraries_read_a_directory_alike(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = read_by("slow", text, monkeypatch)
    fast = read_by("fast", text, monkeypatch)
    if isinstance(slow, list) and slow[0][2].startswith("is not YAML"):
        assert isinstance(fast, list)  # each says in its own words what it cannot read
        assert fast[0][2].startswith("is not YAML")
        return
    assert fast == slow


def test_a_long_policy_is_refused_and_a_long_directory_is_not() -> None:
    findings = Findings("small.yaml")
    assert parse_yaml(SMALL + "#" * LARGEST, findings) is None
    assert "bytes" in findings.found[0].problem
    found = house(2000)
    text = write_directory(found)
    assert len(text) > LARGEST
    assert read_directory(text, "people.yaml") == found


def test_a_wrong_name_among_many_is_answered_with_some_of_them() -> None:
    text = write_directory(house(2000)).replace("operator: p1\n", "operator: p1x\n")
    with pytest.raises(PolicyErrors) as refused:
        read_directory(text, "people.yaml")
    (error,) = refused.value.errors
    assert (error.line, error.suggestion) == (1, "p1")
    assert error.allowed.endswith("p99 and 1900 more")
