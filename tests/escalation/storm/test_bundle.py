"""When a digest goes, and what becomes of each message that was handed over to go with others."""

from datetime import timedelta

from escalation.storm import bundle as rules
from escalation.storm.bundle import Bundle, became, begun, ends_at, failed, gone, lost, sends_at, stands_until, taken
from escalation.storm.digest import asked_in, digest_of
from tests.escalation.storm.given import BUNDLE, at, bundle, handed, issue, seconds, single


def sent(given: Bundle, after: float, *dropped: str) -> Bundle:
    """Its digest is begun, and goes."""
    return gone(begun(given), at(after), frozenset(dropped), is_delivered=True)


def test_a_digest_goes_when_no_more_has_come_for_a_quarter_of_a_minute_and_after_a_minute_and_a_half_at_most() -> None:
    assert sends_at(bundle()) is None
    assert sends_at(bundle(handed(1), handed(2, 14))) == at(29)
    assert sends_at(bundle(*(handed(number, 14 * number) for number in range(6)))) == at(85)
    assert sends_at(bundle(*(handed(number, 14 * number) for number in range(20)))) == at(90)


def test_none_goes_while_one_is_under_way() -> None:
    given = taken(begun(bundle(handed(1), handed(2))), handed(3, 20))
    assert sends_at(given) is None
    assert [message.issue for message in given.waiting] == [issue(3)]


def test_each_further_digest_stands_twice_as_long_and_at_most_ten_minutes() -> None:
    given, stands = bundle(handed(1), handed(2)), []
    for number in range(1, 10):
        given = sent(given, 1000 * number)
        until, last = stands_until(given), given.sent_at
        assert until is not None
        assert last is not None
        stands.append((until - last).total_seconds())
        given = taken(
            taken(given, handed(number * 2 + 1, 1000 * number + 700)), handed(number * 2 + 2, 1000 * number + 700)
        )
    assert stands[:4] == [120, 240, 480, 600]
    assert set(stands[3:]) == {600}


def test_no_message_waits_longer_than_it_may() -> None:
    given = bundle(handed(1), handed(2, 5, hold=seconds(6)))
    assert sends_at(given) == at(11)
    assert sends_at(bundle(handed(1), handed(2, 5, hold=timedelta()))) == at(5)
    late = taken(sent(bundle(handed(1), handed(2)), 20), handed(3, 21, tier="Head", hold=seconds(8)))
    assert sends_at(late) == at(29), "a question at another tier is a first one"


def test_a_question_about_a_further_issue_joins_the_digest_that_stands_and_the_next_one_names_it() -> None:
    given = taken(sent(bundle(handed(1), handed(2)), 15), handed(3, 40, within=seconds(600)))
    found = became(given, handed(3).key, at(41))
    assert (found.what, found.digest, found.is_joined) == ("went", f"{BUNDLE}/1", True)
    assert (given.waiting, sends_at(given)) == ((), at(135)), "when the first stands no more"
    assert asked_in(given, 1).issues == (issue(1), issue(2), issue(3)), "one answer does for it, too"
    given = taken(given, handed(4, 41, within=seconds(30)))
    assert sends_at(given) == at(71), "half of the time that is left for an answer"
    assert ends_at(given) is None
    listed = {each.issue: (each.is_new, each.is_again) for each in digest_of(begun(given), at(71)).listed}
    new, before = (True, False), (False, False)
    assert listed == {issue(1): before, issue(2): before, issue(3): new, issue(4): new}
    given = sent(given, 71)
    assert (sends_at(given), stands_until(given)) == (None, at(71 + 240))
    assert sorted(asked_in(given, 1).issues) == [issue(number) for number in (1, 2, 3, 4)]


def test_what_is_more_severe_joins_none_and_what_came_while_a_digest_was_on_its_way_does_when_that_has_left() -> None:
    given = sent(bundle(handed(1), handed(2)), 15)
    assert len(taken(given, handed(3, 40, priority=1)).waiting) == 1
    assert len(taken(given, handed(3, 135)).waiting) == 1, "it stands no more"
    under_way = begun(taken(taken(given, handed(3, 40, tier="Head")), handed(4, 41, tier="Head")))
    assert [message.issue for message in taken(under_way, handed(5, 56)).waiting] == [issue(5)]
    came = [handed(5, 56), handed(6, 57, tier="Head", within=seconds(60)), handed(7, 58, priority=1)]
    for message in came:
        under_way = taken(under_way, message)
    went = gone(under_way, at(60), frozenset(), is_delivered=True)
    assert ([message.issue for message in went.waiting], list(went.joined)) == ([issue(7)], [issue(5), issue(6)])
    news = sent(bundle(handed(1, asks=False), handed(2, asks=False)), 15)
    assert len(taken(news, handed(3, 40)).waiting) == 1, "news asks nothing that a question could join"
    assert len(taken(lost(given, 1, "undelivered"), handed(3, 40)).waiting) == 1, "it did not arrive"


def test_a_reminder_of_what_the_digest_that_stands_has_named_says_nothing_new() -> None:
    given = sent(bundle(handed(1, before=(single(9),)), handed(2)), 15)
    for number, about in ((1, "reminded"), (9, "reminded"), (2, "warned")):
        given = taken(given, handed(number, 100, about=about, key=f"{about}-{number}", asks=about != "warned"))
        assert became(given, f"{about}-{number}", at(101)).what == "went"
    assert (given.waiting, sends_at(given)) == ((), None)
    late = taken(given, handed(1, 136, about="reminded", key="late"))
    late = taken(late, handed(2, 140, about="reminded", key="later"))
    assert sends_at(late) == at(155), "when it stands no more, one more digest reminds of all"
    listed = digest_of(begun(late), at(155)).listed
    assert {each.issue: (each.is_new, each.is_again) for each in listed} == {
        issue(1): (True, True), issue(2): (True, True), issue(9): (False, False),
    }  # fmt: skip


def test_news_waits_until_the_digest_stands_no_more_and_what_still_waits_for_an_answer_does_after_news_of_it() -> None:
    given = sent(bundle(handed(1), handed(2)), 15)
    given = taken(taken(given, handed(1, 40, about="severity_changed", key="n1", asks=False, can_acknowledge=False)),
                  handed(2, 41, about="left_tier", key="n2", asks=False, can_acknowledge=False))  # fmt: skip
    assert sends_at(given) == at(135)
    assert asked_in(given, 1).issues == (issue(1),), "nobody asks them about the second any more"
    assert {each.issue: each.asks for each in digest_of(begun(given), at(135)).listed} == {
        issue(1): True, issue(2): False,
    }  # fmt: skip
    again = taken(given, handed(2, 42, tier="Head", key="asked-again"))
    assert {each.issue: each.asks for each in digest_of(begun(again), at(60)).listed} == {
        issue(1): True, issue(2): True,
    }  # fmt: skip


def test_where_all_of_it_was_over_none_went_and_the_one_before_stands_on() -> None:
    given = taken(sent(bundle(handed(1), handed(2)), 15), handed(3, 40))
    given = gone(begun(given), at(135), frozenset({issue(1), issue(2), issue(3)}), is_delivered=False)
    assert (given.sent, given.went, given.issues) == (1, 1, {})


def test_after_a_long_night_a_digest_still_stands_for_ten_minutes() -> None:
    assert stands_until(bundle(went=10_000, sent=9_000, sent_at=at(100))) == at(700)


def test_one_message_alone_goes_by_itself() -> None:
    given = begun(bundle(handed(1)))
    assert given.under_way == ()
    assert became(given, handed(1).key, at(15)).what == "by_itself"
    assert given.number == 0, "and there was no digest"
    assert asked_in(given, 1).issues == (issue(1),), "and still waits for an answer in those to come"


def test_a_storm_that_trickles_is_told_in_digests_all_the_same() -> None:
    given, alone = bundle(), []
    for number in range(6):
        given = begun(taken(given, handed(number, 100 * number, before=(single(9),))))
        alone.append(not given.under_way)
        if given.under_way:
            break
    assert alone == [True, True, True, False]
    assert len(digest_of(given, at(400)).listed) == 5
    more_severe = begun(taken(gone(given, at(400), frozenset(), is_delivered=True), handed(7, 401, priority=1)))
    assert not more_severe.under_way, "what is more severe than all that waits goes by itself"


def test_what_became_of_each_is_known() -> None:
    waiting = bundle(handed(1), handed(2, 3))
    assert became(waiting, handed(2).key, at(5)).wait == seconds(14), "a second after it goes"
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


def test_an_answer_is_about_what_its_digest_told_and_what_joined_it_and_not_what_came_later() -> None:
    given = sent(bundle(handed(1, before=(single(9),)), handed(2, can_acknowledge=False)), 15)
    given = sent(taken(taken(given, handed(3, 140)), handed(4, 141)), 160)
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


def test_messages_of_a_digest_that_did_not_arrive_did_not_either_and_can_still_be_answered() -> None:
    given = sent(taken(taken(sent(bundle(handed(1), handed(2)), 15), handed(3, 140)), handed(4, 141)), 160)
    told = lost(given, 1, "Twilio says undelivered")
    found = became(told, handed(2).key, at(70))
    assert (found.what, found.digest, found.error) == ("lost", f"{given.id}/1", "Twilio says undelivered")
    assert became(told, handed(3).key, at(70)).what == "went"
    assert asked_in(told, 2) == asked_in(given, 2)
    assert taken(told, handed(2, 80)).waiting == (), "it takes the next way, and not the same once more"
    assert lost(given, 7, "?").ended == given.ended
