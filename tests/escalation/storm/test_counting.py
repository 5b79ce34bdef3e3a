"""When messages of one cause are a storm: the first few go by themselves, and so does what is worse than all before."""

from escalation.storm.counting import Counted, Limits, counted_with, goes_by_itself, is_forgotten
from tests.escalation.storm.given import LIMITS, at, seconds, single


def after(*numbers: int, gathered_after: float | None = None) -> Counted:
    """Messages about these issues went by themselves, a second apart; then one was gathered."""
    found = Counted()
    for place, number in enumerate(numbers):
        found = counted_with(found, single(number, place), LIMITS, is_gathered=False)
    return found.changed({"gathered_at": None if gathered_after is None else at(gathered_after)})


def test_the_first_few_issues_of_a_cause_are_told_of_one_by_one() -> None:
    assert goes_by_itself(after(), single(1), LIMITS)
    assert goes_by_itself(after(1, 2), single(3, 2), LIMITS)
    assert not goes_by_itself(after(1, 2, 3), single(4, 3), LIMITS)


def test_how_many_is_a_setting() -> None:
    assert not goes_by_itself(after(1), single(2, 1), Limits(after=1))


def test_several_messages_about_one_issue_are_no_storm() -> None:
    assert goes_by_itself(after(1, 2, 1, 2, 1, 2), single(3, 6), LIMITS)
    assert goes_by_itself(after(1, 2, 3), single(3, 9), LIMITS)


def test_what_is_spread_over_hours_is_no_storm() -> None:
    assert not goes_by_itself(after(1, 2, 3), single(4, 300), LIMITS)
    assert goes_by_itself(after(1, 2, 3), single(4, 303), LIMITS)


def test_the_page_of_a_more_severe_issue_goes_at_once_in_the_middle_of_a_storm() -> None:
    storm = after(1, 2, 3, gathered_after=4)
    assert goes_by_itself(storm, single(9, 5, priority=1), LIMITS)
    assert not goes_by_itself(storm, single(9, 5, priority=2), LIMITS)
    worse = counted_with(storm, single(9, 5, priority=1), LIMITS, is_gathered=False)
    assert not goes_by_itself(worse, single(10, 6, priority=1), LIMITS), "and those as severe after it gather"


def test_news_of_a_more_severe_issue_gathers() -> None:
    storm = after(1, 2, 3, gathered_after=4)
    assert not goes_by_itself(storm, single(9, 5, priority=1, asks=False), LIMITS)


def test_a_storm_goes_on_until_it_was_quiet_for_a_while() -> None:
    storm = after(1, 2, 3, gathered_after=4)
    assert not goes_by_itself(storm, single(1, 900), LIMITS), "a reminder of what began it gathers, too"
    assert not goes_by_itself(storm, single(4, 4 + 1800), LIMITS)
    assert goes_by_itself(storm, single(4, 5 + 1800), LIMITS)


def test_what_is_over_is_forgotten() -> None:
    storm = after(1, 2, 3, gathered_after=4)
    assert not is_forgotten(storm, at(1804), LIMITS)
    assert is_forgotten(storm, at(1805), LIMITS)
    assert is_forgotten(after(1), at(301), LIMITS)
    assert not is_forgotten(after(1), at(300), LIMITS)


def test_gathering_notes_when_and_forgets_nothing() -> None:
    storm = counted_with(after(1, 2, 3), single(4, 10), LIMITS, is_gathered=True)
    assert storm.gathered_at == at(10)
    assert len(storm.singles) == 3
    assert storm.gathered_at - storm.singles[0].at == seconds(10)
