"""When a digest goes, and what becomes of each message that was handed over to go with others."""

from datetime import timedelta

from escalation.storm import bundle as rules
from escalation.storm.bundle import Bundle, became, begun, ends_at, failed, gone, sends_at, taken
from escalation.storm.digest import asked_in, digest_of
from tests.escalation.storm.given import at, bundle, handed, issue, seconds, single


def sent(given: Bundle, after: float, *dropped: str) -> Bundle:
    """Its digest is begun, and goes."""
    return gone(begun(given), at(after), frozenset(dropped), is_delivered=True)


def test_a_first_digest_goes_a_quarter_of_a_minute_after_the_first_message() -> None:
    assert sends_at(bundle()) is None
    assert sends_at(bundle(handed(1), handed(2, 14))) == at(15)


def test_none_goes_while_one_is_under_way() -> None:
    given = taken(begun(bundle(handed(1), handed(2))), handed(3, 20))
    assert sends_at(given) is None
    assert [message.issue for message in given.waiting] == [issue(3)]


def test_each_further_digest_waits_twice_as_long_and_at_most_ten_minutes() -> None:
    given, waits = bundle(handed(1), handed(2)), []
    for number in range(3, 30, 2):
        given = sent(given, 1000 * number)
        given = taken(taken(given, handed(number, 1000 * number + 1)), handed(number + 1, 1000 * number + 1))
        due, last = sends_at(given), given.sent_at
        assert due is not None
        assert last is not None
        waits.append((due - last).total_seconds())
    assert waits[:6] == [30, 60, 120, 240, 480, 600]
    assert set(waits[5:]) == {600}


def test_no_message_waits_longer_than_it_may() -> None:
    given = bundle(handed(1), handed(2, 5, hold=seconds(6)))
    assert sends_at(given) == at(11)
    assert sends_at(bundle(handed(1), handed(2, 5, hold=timedelta()))) == at(5)
    late = taken(sent(bundle(handed(1), handed(2)), 20), handed(3, 21, hold=seconds(8)))
    assert sends_at(late) == at(29)


def test_after_a_long_night_the_pause_is_still_ten_minutes() -> None:
    given = bundle(went=10_000, sent_at=at(100))
    assert sends_at(taken(given, handed(1, 101))) == at(700)


def test_one_message_alone_goes_by_itself() -> None:
    given = begun(bundle(handed(1)))
    assert given.under_way == ()
    assert became(given, handed(1).key, at(15)).what == "by_itself"
    assert given.number == 0, "and there was no digest"


def test_what_became_of_each_is_known() -> None:
    waiting = bundle(handed(1), handed(2, 3))
    assert became(waiting, handed(2).key, at(5)).wait == seconds(11), "a second after it goes"
    under_way = begun(waiting)
    assert (became(under_way, handed(1).key, at(16)).what, became(under_way, "?", at(16)).what) == (
        "waits",
        "by_itself",
    )
    went = became(gone(under_way, at(17), frozenset(), is_delivered=True), handed(1).key, at(18))
    assert (went.what, went.digest, went.is_delivered) == ("went", "digest:main:kim:sms:0123456789abcdef/1", True)


def test_what_is_over_drops_out_and_is_not_answered_any_more() -> None:
    given = sent(bundle(handed(1), handed(2), handed(3, asks=False)), 15, issue(2), issue(3))
    assert became(given, handed(2).key, at(16)).what == "over"
    assert became(given, handed(3).key, at(16)).what == "went", "news of it is told all the same"
    assert asked_in(given, 1).issues == (issue(1), issue(3))


def test_a_digest_that_can_never_go_lets_its_messages_go_by_themselves() -> None:
    given = failed(begun(bundle(handed(1), handed(2))))
    assert {became(given, handed(number).key, at(20)).what for number in (1, 2)} == {"by_itself"}
    assert sends_at(given) is None


def test_the_same_message_is_taken_once_and_again_where_it_went_by_itself() -> None:
    once = bundle(handed(1), handed(2), handed(1, 5))
    assert len(once.waiting) == 2
    assert taken(begun(once), handed(2, 6)).waiting == ()
    assert taken(sent(once, 15), handed(2, 16)).waiting == ()
    again = taken(failed(begun(once)), handed(2, 17))
    assert became(again, handed(2).key, at(18)).what == "waits"


def test_it_ends_when_it_was_quiet_for_half_an_hour() -> None:
    given = bundle(handed(1), handed(2, 10))
    assert ends_at(given) is None
    assert ends_at(begun(given)) is None
    assert ends_at(sent(given, 15)) == at(10 + 1800)


def test_a_later_digest_counts_what_was_told_before_and_still_waits() -> None:
    given = bundle(handed(1, before=(single(8), single(9))), handed(2))
    given = taken(taken(sent(given, 15), handed(3, 40, priority=1)), handed(4, 41))
    listed = {each.issue: (each.is_new, each.asks) for each in digest_of(begun(given), at(60)).listed}
    assert listed == {
        issue(3): (True, True), issue(4): (True, True),
        issue(1): (False, True), issue(2): (False, True), issue(8): (False, True), issue(9): (False, True),
    }  # fmt: skip
    assert digest_of(begun(given), at(60)).listed[0].issue == issue(3), "the most urgent first"


def test_an_answer_is_about_what_its_digest_told_and_not_what_came_later() -> None:
    given = sent(bundle(handed(1, before=(single(9),)), handed(2, can_acknowledge=False)), 15)
    given = sent(taken(taken(given, handed(3, 40)), handed(4, 41)), 60)
    first, second = asked_in(given, 1), asked_in(given, 2)
    assert (sorted(first.issues), first.others) == ([issue(1), issue(9)], 1)
    assert sorted(second.issues) == [issue(1), issue(3), issue(4), issue(9)]
    assert first.person == "kim"


def test_a_bundle_stays_within_what_a_server_keeps() -> None:
    given = bundle(*(handed(number) for number in range(rules.MOST_ISSUES + 2)))
    given = sent(given, 15)
    assert len(given.issues) == rules.MOST_ISSUES
    assert issue(0) not in given.issues, "what was told first is let go of first"
    assert len(given.model_dump_json()) < 1_000_000, "half of what the server takes"
