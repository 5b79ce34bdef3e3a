"""An issue's id: read and written in three forms, derived and never drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from escalation.issue.identity import LONGEST_REFERENCE, IssueId, read_issue_id, reference_for

NAMES = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,39}", fullmatch=True)
REFERENCES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(NAMES, NAMES, NAMES, NAMES, REFERENCES, st.integers(1, 10**6))
def test_what_is_written_is_read_again(org: str, entity: str, team: str, source: str, ref: str, number: int) -> None:
    issue = IssueId(org=org, legal_entity=entity, team=team, source=source, reference=ref, occurrence=number)
    assert read_issue_id(str(issue)) == (issue, True)
    assert read_issue_id(issue.short)[0] == issue


def test_the_short_form_is_what_people_type() -> None:
    issue = IssueId(source="desk", reference="REF-1")
    assert (str(issue), issue.short) == ("main:main:main:desk:REF-1:1", "desk:REF-1")
    assert issue.at(2).short == "desk:REF-1:2"
    assert issue.model_copy(update={"team": "cards"}).short == "main:main:cards:desk:REF-1:1"


def test_without_an_occurrence_the_latest_is_meant() -> None:
    assert read_issue_id("desk:REF-1") == (IssueId(source="desk", reference="REF-1"), False)
    assert read_issue_id("desk:REF-1:1") == (IssueId(source="desk", reference="REF-1"), True)


def test_colons_and_spaces_of_a_reference_are_written_so_that_they_can_be_read() -> None:
    issue = IssueId(source="desk", reference="A:1 b/c")
    assert str(issue) == "main:main:main:desk:A%3A1%20b%2Fc:1"


def test_all_occurrences_of_a_reference_share_its_series() -> None:
    issue = IssueId(source="desk", reference="REF-1")
    assert issue.series == issue.at(7).series == "main:main:main:desk:REF-1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("REF-1", "is not an issue id"),
        ("a:b:c:d", "is not an issue id"),
        ("Desk:REF-1", "source 'Desk'"),
        (":REF-1", "source ''"),
        ("desk:", "has 0 characters"),
        ("desk:REF-1:0", "occurrence '0'"),
        ("desk:REF-1:-1", "occurrence '-1'"),
        ("desk:REF-1:\u0661", "occurrence"),
        ("desk:REF-1:1\u0662", "occurrence"),
        (f"desk:{'x' * (LONGEST_REFERENCE + 1)}", "has 201 characters"),
        ("desk:" + "\u65e5" * 100, "is too long as part of an id"),
        ("main:Main:main:desk:REF-1:1", "legal_entity 'Main'"),
    ],
)
def test_what_is_no_id_says_why_and_what_is(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="allowed:") as raised:
        read_issue_id(text)
    assert says in str(raised.value)


def test_an_id_fits_into_what_the_server_takes() -> None:
    longest = {"org": "o" * 40, "legal_entity": "e" * 40, "team": "t" * 40, "source": "s" * 40}
    issue = IssueId(**longest, reference="/" * LONGEST_REFERENCE, occurrence=999_999_999)
    assert len(str(issue)) < 1000
    with pytest.raises(ValidationError, match="reference takes 900 characters as part of an id; allowed: 800"):
        IssueId(source="desk", reference="\u65e5" * 100)


def test_the_same_words_give_the_same_reference() -> None:
    assert reference_for("Card declined", "ray") == reference_for("Card declined", "ray")
    assert reference_for("Card declined", "ray") != reference_for("Card declinedr", "ay")
    assert read_issue_id(f"desk:{reference_for('x')}")[0].reference == reference_for("x")
