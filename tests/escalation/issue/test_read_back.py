"""What is handed over at the end of a shift is read back in words by who takes it over, and nothing else is taken."""

from escalation.issue.commands import Accept, Reassign
from escalation.issue.refusal import Rejected
from tests.escalation.issue.test_hand_over import HANDED, Told, ladder
from tests.given import TEXT, at

READ_BACK = HANDED.model_copy(update={"read_back": "required"})


def test_what_is_read_back_is_on_record_and_told_to_whose_shift_ends() -> None:
    issue = Told(owner="ann")
    issue.run_to(at(50))
    issue.do(Accept, "ben", at(55), read_back=TEXT)
    assert issue.sentence("accepted").endswith(", and read it back")
    (note,) = [note for note in issue.notes() if note.about == "relieved"]
    assert (note.person.id, note.said, note.said_by) == ("ann", TEXT, "ben")
    assert note.asked_of_you.startswith("ben has what you had of it, and says below in their own words what that is")
    plain = Told(owner="ann")
    plain.run_to(at(50))
    plain.do(Accept, "ben", at(55))
    (note,) = [note for note in plain.notes() if note.about == "relieved"]
    assert (note.said, "nothing more is asked of you" in note.asked_of_you.lower()) == (None, True)


def test_where_the_policy_needs_words_nothing_is_accepted_without() -> None:
    issue = Told(owner="ann", pinned=ladder(READ_BACK))
    issue.run_to(at(50))
    (note,) = [note for note in issue.notes() if note.about == "offered"]
    assert note.is_read_back_needed
    assert "accept it, saying in your own words what you take over, and" in note.asked_of_you
    refused = issue.do(Accept, "ben", at(55))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.nature) == ("read_back_missing", "input")
    assert "has whoever takes over what ann has say what that is; allowed: their own words" in refused.why
    assert issue.has == ("ann", "ann")
    issue.do(Accept, "ben", at(56), read_back=TEXT)
    assert issue.has == ("ben", "ben")


def test_by_hand_nothing_needs_to_be_read_back() -> None:
    issue = Told(owner="ann", pinned=ladder(READ_BACK))
    issue.do(Reassign, "ann", at(10), to="cat", facts=None)
    assert [note.is_read_back_needed for note in issue.notes() if note.about == "offered"] == [False]
    issue.do(Accept, "cat", at(15))
    assert issue.has == ("cat", "cat")


def test_what_is_accepted_of_a_shift_is_nothing_else() -> None:
    issue = Told(owner="ann")
    for when, whose in ((at(10), "ann"), (at(52), "cat")):
        issue.run_to(when)
        refused = issue.do(Accept, "ben", when, relieves=whose)
        assert isinstance(refused, Rejected)
        assert refused.code == "not_handed_over"
    issue.do(Accept, "ben", at(55), relieves="ann")
    assert issue.has == ("ben", "ben")
