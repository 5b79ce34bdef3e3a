"""What a digest says, to whom it is still worth saying, and which issues have one cause."""

import pytest

from escalation.storm.bundle import begun, gone, taken
from escalation.storm.causes import CAUSE_LABELS, causes_of, read_cause_labels
from escalation.storm.digest import SendDigest, Standing, asked_in, bundle_id, digest_of, read_digest_key, still
from escalation.storm.digest_text import SHOWN, compose_digest
from tests.escalation.storm.given import BUNDLE, CAUSE, at, bundle, handed, issue


def digest(*messages: object, **more: object) -> SendDigest:
    """The one that goes with these messages, 15 s after the first."""
    return digest_of(begun(bundle(*messages)), at(15)).changed(more)  # type: ignore[arg-type]


OVER = Standing(is_open=False, is_taken=False)
STORM = (
    *(handed(number) for number in range(30)),
    *(handed(number, severity="critical", priority=1, until=at(600)) for number in range(30, 37)),
)


def test_it_says_how_many_how_severe_by_when_and_the_one_answer_that_does_for_all() -> None:
    message = compose_digest(digest(*STORM), "Sample Lead", "UTC")
    assert message.subject == "[critical] 37 issues at once, answer by 19:50 UTC: component payments-api"
    body = message.body
    assert "Wait for an answer: critical: 7, high: 30" in body
    assert "By: 19:50 UTC, Sat 21 Nov 2026, for the first of them: 9 min 45 s from 19:40 UTC" in body
    assert f"    escalon digest {BUNDLE}/1 --acknowledge-all --as kim" in body
    last = "If you do nothing, each of them goes on by its own clock, the first at 19:50 UTC: others are asked."
    assert body.endswith(last)


def test_it_names_a_few_and_counts_the_rest() -> None:
    body = compose_digest(digest(*STORM), "Sample Lead", "UTC").body
    assert body.count("desk:REF-") == SHOWN
    assert "- desk:REF-30 (critical, Team lead)" in body, "the most urgent first"
    assert f"- and {37 - SHOWN} more" in body


def test_a_further_digest_tells_what_is_new_from_what_still_waits() -> None:
    given = gone(begun(bundle(handed(1), handed(2))), at(15), frozenset(), is_delivered=True)
    given = begun(taken(taken(given, handed(3, 40)), handed(4, 41)))
    message = compose_digest(digest_of(given, at(45)), "Sample Lead", "UTC")
    assert message.subject.startswith("[high] 4 issues at once")
    assert "Of these new to you: high: 2" in message.body
    assert "desk:REF-1 (high, told before)" in message.body


def test_news_alone_asks_nothing() -> None:
    news = [handed(number, asks=False, can_acknowledge=False, until=None) for number in (1, 2)]
    message = compose_digest(digest(*news), "Sample Lead", "UTC")
    assert message.subject == "[high] News of 2 issues at once: component payments-api"
    assert "--acknowledge-all" not in message.body
    assert message.body.endswith("If you do nothing, nothing changes.")
    assert message.short is not None
    assert message.short.keys == ()


def test_reminders_of_what_its_reader_works_on_are_no_news_that_asks_nothing() -> None:
    due = [handed(number, about="handler_reminded", asks=False, can_acknowledge=False) for number in (1, 2)]
    body = compose_digest(digest(*due), "Sample Lead", "UTC").body
    assert "Asked of you: Look at these 2: each has a time by which something is due." in body
    assert body.endswith("If you do nothing, each of them goes on by its own clock.")


def test_the_last_resort_is_told_how_to_take_charge_of_all() -> None:
    nobody = [handed(number, can_acknowledge=False, can_take_charge=True, until=None) for number in (1, 2)]
    message = compose_digest(digest(*nobody), "Sample Boss", "UTC")
    assert f'escalon digest {BUNDLE}/1 --take-charge --next "NEXT ACTION" --until "1 h" --as kim' in message.body
    assert "--acknowledge-all" not in message.body
    given = gone(begun(bundle(*nobody)), at(15), frozenset(), is_delivered=True)
    assert (asked_in(given, 1).issues, asked_in(given, 1).exhausted) == ((), (issue(1), issue(2)))


def test_a_telephone_says_it_in_one_breath_with_one_key() -> None:
    message = compose_digest(digest(*STORM), "Sample Lead", "UTC", "de-AT")
    assert message.short is not None
    assert [key.digit for key in message.short.keys] == ["1"]
    assert message.short.text == (
        "37 issues at once, answer by 19:50 UTC: component payments-api. critical: 7, high: 30."
    )
    said = message.short.spoken.sentences[1]
    assert said.startswith("37 Vorgänge auf einmal, der schwerste mit Schweregrad critical, warten bis")
    assert message.short.spoken.keys == ("Drücken Sie 1 für: ich habe sie alle.",)


def test_of_restricted_cases_it_says_how_many_and_their_ids() -> None:
    given = digest(handed(1), handed(2), issue_class="restricted", cause=CAUSE.changed({"name": ""}))
    message = compose_digest(given, "Sample Lead", "UTC")
    assert message.subject == "Restricted cases: 2 issues at once, answer by 20:10 UTC"
    assert "payments" not in message.body
    assert message.short is not None
    assert message.short.keys == ()


def test_what_is_over_is_left_out_and_news_of_it_is_not() -> None:
    left = still(digest(handed(1), handed(2), handed(4, asks=False)), {issue(1): OVER, issue(4): OVER})
    assert left is not None
    assert [each.issue for each in left.listed] == [issue(2), issue(4)]


def test_who_was_never_told_is_told_although_another_has_it_and_is_not_reminded() -> None:
    given = gone(begun(bundle(handed(1), handed(2))), at(15), frozenset(), is_delivered=True)
    given = begun(taken(taken(given, handed(3, 40)), handed(4, 41)))
    taken_up = Standing(is_open=True, is_taken=True)
    left = still(digest_of(given, at(45)), {issue(number): taken_up for number in (1, 3)})
    assert left is not None
    assert sorted(each.issue for each in left.listed) == [issue(2), issue(3), issue(4)]


def test_nothing_is_sent_where_all_of_it_is_over() -> None:
    assert still(digest(handed(1), handed(2)), {issue(1): OVER, issue(2): OVER}) is None


def test_what_the_record_does_not_know_is_told() -> None:
    given = digest(handed(1), handed(2))
    assert still(given, {}) == given


def test_ids_of_digests() -> None:
    assert read_digest_key(f" {BUNDLE}/12 ") == (BUNDLE, 12)
    assert bundle_id("main", "kim", "sms", CAUSE) == BUNDLE
    for text in ("", BUNDLE, f"{BUNDLE}/x", f"{BUNDLE}/-1", "desk:REF-1/2", f"{BUNDLE}/²"):
        with pytest.raises(ValueError, match=r"is no digest; allowed: its id"):
            read_digest_key(text)


def test_issues_have_one_cause_where_a_label_is_the_same() -> None:
    one = causes_of({"component": "payments-api", "pod": "a"}, CAUSE_LABELS, "normal")
    other = causes_of({"component": " payments-api ", "groupKey": "{}:{x}"}, CAUSE_LABELS, "normal")
    assert one[0] == other[0]
    assert [each.name for each in other] == ["component payments-api", "groupKey {}:{x}"]
    assert causes_of({"component": "cards-api"}, CAUSE_LABELS, "normal")[0].key != one[0].key
    assert causes_of({"service": "payments-api"}, CAUSE_LABELS, "normal")[0].key != one[0].key
    assert causes_of({"pod": "a", "component": " "}, CAUSE_LABELS, "normal") == ()
    assert causes_of({"component": "payments-api"}, (), "normal") == ()


def test_a_cause_of_restricted_issues_has_no_name_and_is_its_own() -> None:
    (open_one,), (closed,) = (
        causes_of({"component": "payments-api"}, CAUSE_LABELS, each) for each in ("normal", "restricted")
    )
    assert (closed.name, closed.key != open_one.key) == ("", True)


def test_a_card_number_in_a_label_is_masked() -> None:
    (cause,) = causes_of({"component": "x" * 70 + " 4111 1111 1111 1111"}, CAUSE_LABELS, "normal")
    assert "4111 1111" not in cause.name
    assert len(cause.name) <= 80


def test_labels_of_causes_are_read_strictly() -> None:
    assert read_cause_labels("component, service,component") == ("component", "service")
    assert read_cause_labels("") == read_cause_labels(" ") == ()
    with pytest.raises(ValueError, match="'component,,x': a name is empty; allowed: names of labels"):
        read_cause_labels("component,,x")
