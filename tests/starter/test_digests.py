"""One answer to many issues: the id of each of its commands."""

from activities import hastening
from escalation.issue.identity import IssueId
from escalation.masking import mask_cards
from records.hand_overs import Followed
from starter.digests import id_for
from tests.given import T0


def test_no_id_of_an_answer_passes_for_a_card_number() -> None:
    """In a storm of five hundred issues one was refused, since its id did."""
    ids = {id_for("answer-1", str(IssueId(source="desk", reference=f"T-{number}"))) for number in range(5000)}
    assert len(ids) == 5000
    assert [each for each in ids if mask_cards(each) != each] == []


def test_it_is_the_same_whenever_the_answer_is_given_again_and_another_for_another_answer() -> None:
    assert id_for("answer-1", "desk:T-1") == id_for("answer-1", "desk:T-1") != id_for("answer-2", "desk:T-1")


def test_no_id_of_a_notice_that_shifts_have_changed_passes_for_one_either() -> None:
    people = [Followed(issue="desk:T-1", people=(f"person-{number}",)) for number in range(2000)]
    ids = {hastening._notice(each, frozenset(each.people), T0) for each in people}
    assert len(ids) == 2000
    assert [each for each in ids if mask_cards(each) != each] == []
