"""A policy in words: nothing of it is left out, and the sums are right."""

from datetime import timedelta

import pytest

from escalation.policy.describe import describe_policy, told_at_the_latest
from escalation.policy.parse import read_policy
from tests.escalation.policy.sample import FILE, SMALL, with_change

POLICY = read_policy(SMALL, FILE)


def test_the_tables_hold_tiers_by_severities_triggers_and_roles() -> None:
    described = describe_policy(POLICY)
    tables = {table.title: table for table in described.tables}
    assert described.title == "small (version 1): A small ladder"
    targets = tables["Targets"]
    assert targets.columns == (
        *("target", "means", "kind", "from", "high", "low", "on hold it", "warns", "who hears that it is missed"),
    )
    assert targets.rows == (
        (
            "answer",
            "What customers were told",
            "SLA",
            "the opening to: it is resolved",
            "3 h",
            "3 days",
            "stands still",
            "-",
            "the owner",
        ),
    )
    ladder = tables["The ladder"]
    assert ladder.columns == ("tier", "tells", "high: acknowledge / work", "low: acknowledge / work")
    assert ladder.rows == (
        ("first", "agent", "5 min / 15 min", "1 h / 4 h"),
        ("second", "lead, kim", "10 min / -", "2 h / -"),
        ("side (beside, then second)", "expert", "10 min / 15 min", "2 h / 4 h"),
        ("second hears, at the latest", "if nobody answers", "5 min", "1 h"),
        ("second hears, at the latest", "although acknowledged", "15 min", "4 h"),
    )
    assert tables["Where an issue enters"].rows == (("a person", "second", "first"), ("a machine", "first", "first"))
    triggers = tables["Which issues enter, and why: the first that holds"].rows
    assert triggers[0] == ("1", "by label", "Odd things need somebody who knows.", "high", "side", "head")
    assert triggers[1][3:5] == ("as given", "as above")
    assert ("open", "anyone", "asserted") in tables["Who may do what"].rows
    for table in described.tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_sentences_say_how_it_ends() -> None:
    holds, waits, changes, ends, closes = describe_policy(POLICY).sentences
    assert holds == (
        "An acknowledgement lapses after 30 min (high), 8 h (low) without progress and can be renewed twice in a tier; "
        "a second person who acknowledges joins."
    )
    assert waits == (
        "It can be put on hold while somebody is waited for, which stops the time to work: at most 45 min (high), "
        "10 h (low) at a time and 2 h (high), 20 h (low) in all. Reasons: customer (The customer must answer); "
        "supplier (A supplier must act)."
    )
    assert changes == (
        "A change of severity counts the new severity's limits from the beginnings of the clocks that run; no tier "
        "hears later for it. Who is told of it: whoever is asked, the handler."
    )
    assert ends == (
        "When the last tier's time is up, kim are told every 15 min (high), 1 h (low), until a person takes charge, "
        "with a next action within 1 h (high), 1 day (low)."
    )
    assert closes == (
        "Once resolved, confirmation is asked for again after 1 day; after 2 days of silence it is closed. "
        "Reasons to close: confirmed, silence. It can be reopened within 14 days."
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("procedure: last_resort", "procedure: restart", ", and the ladder is climbed again, until"),
        ("procedure: last_resort", "procedure: fallback\n  fallback: x", ", and the ladder of x is climbed, until"),
        ("procedure: last_resort", "procedure: last_resort\n  repeats: 2", "When the ladder was climbed 3 times,"),
        ("stops: [work]", "stops: []", "which stops no clock of the tier: at most"),
        ("stops: [work]", "stops: [acknowledge, work]", "stops the time to acknowledge and the time to work: at"),
        ("clocks: recount", "clocks: restart", "A change of severity asks the tier anew; no tier"),
        ("clocks: recount, tell: [asked, handler]", "clocks: keep, tell: []", "leaves the clocks as they are; no tier"),
        ("  silence_after: 2 days\n", "", "; silence never closes it."),
        ("acknowledgement:\n", "acknowledgement:\n  second: takes_over\n  renewals: 0\n", "renewed never in a tier"),
        ("{ high: 15 min, low: 1 h }", "{ high: 1 h, low: 1 h }", "told every 1 h, until"),
    ],
)
def test_other_endings_have_other_words(old: str, new: str, says: str) -> None:
    policy = read_policy(with_change(old, new), FILE)
    assert says in "\n".join(describe_policy(policy).sentences)


def test_what_is_told_at_the_latest_is_a_sum_of_limits() -> None:
    assert told_at_the_latest(POLICY, "high", "second", "acknowledge") == timedelta(minutes=5)
    assert told_at_the_latest(POLICY, "high", "first", "acknowledge") == timedelta(0)
    assert told_at_the_latest(POLICY, "low", "second", "work", enter_at="second") == timedelta(0)
    text = with_change("    work_within: { high: 15 min, low: 4 h }\n    remind", "    remind")
    text = with_change("    warnings:\n      - { at: 50 %, of: work, tell: [handler] }\n", "", text)
    assert told_at_the_latest(read_policy(text, FILE), "low", "second", "work") is None
    with pytest.raises(ValueError, match="'first' lies below 'second'"):
        told_at_the_latest(POLICY, "low", "first", "work", enter_at="second")


def test_a_hand_over_is_said_with_its_times() -> None:
    handed = "hand_over: { before: { high: 30 min }, accept_within: { high: 10 min }, tiers: [first], teams: [main] }"
    described = describe_policy(read_policy(with_change("closing:\n", f"{handed}\nclosing:\n"), FILE))
    assert (
        "When the shift of whoever has it ends at first, of issues of main, it is offered to who is on duty next: "
        "high 30 min before, to be accepted within 10 min. Else the duty lead has it."
    ) in described.sentences
