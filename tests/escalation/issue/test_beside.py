"""What is true of an issue beside its tier: shown on the card and explained, with sums that can be checked by hand."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.duration import parse_duration
from escalation.issue.beside import beside
from escalation.issue.card import card
from escalation.issue.commands import TakeDuplicate, TakeSuppression
from escalation.issue.explain import explain
from escalation.policy.model import Acknowledgement
from tests.given import Played, actor, at, holding, minutes, opened, policy, target, tier

LADDER = policy(
    tier("first"),
    tier("second"),
    tier("third", work=None),
    targets=(target(60, "answer"), target(90, "promise", stops_on_hold=False)),
    hold=holding("work"),
    acknowledgement=Acknowledgement(lapses_after={"S1": minutes(25), "S2": minutes(50)}),
)


def facts(played: Played) -> dict[str, str]:
    """What is said, by its name."""
    return {fact.name: fact.words for fact in beside(played.state)}


def next_lines(played: Played, now: float) -> list[str]:
    """What is explained of what comes next."""
    return list(explain(played.state, at(now)).what_next)


def line(played: Played, now: float, words: str) -> str:
    """The one line with these words."""
    (found,) = [each for each in next_lines(played, now) if words in each]
    return found


def test_of_an_issue_to_which_nothing_was_done_only_targets_are_told() -> None:
    assert facts(Played()) == {}
    told = facts(Played(opened(LADDER)))
    assert told == {"Targets": "answer by Fri 20 Nov 20:40:00 UTC; promise by Fri 20 Nov 21:10:00 UTC"}


def test_a_hold_says_since_when_until_when_for_whom_and_what_is_left() -> None:
    played = Played(opened(LADDER))
    played.acknowledge("first-1", at(5))
    played.hold("first-1", at(40), at(10), question="Q-1")
    told = facts(played)
    assert told["On hold"] == (
        "since Fri 20 Nov 19:50:00 UTC, by first-1, until Fri 20 Nov 20:20:00 UTC at the latest; "
        "cust-7781 is waited for (waiting customer: The customer was asked., question Q-1)"
    )
    assert told["Stands still"] == (
        "the time to work, 20 min left; the acknowledgement of first-1, 20 min left; the target answer, 50 min left"
    )
    assert told["Targets"] == "promise by Fri 20 Nov 21:10:00 UTC"
    assert told["Must hear"].startswith("second by Fri 20 Nov 20:10:00 UTC, and later by the hold; third by")
    assert "**On hold until Fri 20 Nov 20:20:00 UTC: cust-7781 is waited for.**" in card(played.state, at(11))
    assert "| Stands still | the time to work, 20 min left;" in card(played.state, at(11))
    assert "`resume`" in card(played.state, at(11))
    assert "first-1 works on it, and that does not lapse while it is on hold." in explain(played.state, at(11)).who
    assert line(played, 11, "the hold ends").startswith("Fri 20 Nov 20:20:00 UTC = as first-1 set it (in 29 min)")


def test_after_a_hold_every_clock_that_stood_is_explained_with_it() -> None:
    played = Played(opened(LADDER))
    played.acknowledge("first-1", at(5))
    played.hold("first-1", at(40), at(10))
    played.resume("first-1", at(20))
    assert facts(played)["Was on hold"] == "for 10 min in all"
    began = "Fri 20 Nov 19:40:00 UTC (when the tier began) + 10 min (on hold)"
    assert f"= {began} + 30 min (work_within for S1 at first)" in line(played, 20, "the time to work is spent")
    lapse = "= Fri 20 Nov 19:45:00 UTC (acknowledged) + 25 min (lapses_after for S1) + 10 min (on hold)"
    assert lapse in line(played, 20, "lapses")
    opened_at = "Fri 20 Nov 19:40:00 UTC (opened)"
    answer = f"= {opened_at} + 1 h (within of target answer for S1) + 10 min (on hold)"
    assert answer in line(played, 20, "target answer")
    assert f"= {opened_at} + 1 h 30 min (within of target promise for S1) (" in line(played, 20, "target promise")


def test_a_ceiling_is_the_sum_of_the_limits_below() -> None:
    played = Played(opened(LADDER))
    played.escalate("first-1", at(20))
    played.de_escalate("second-1", at(35))
    assert facts(played)["Must hear"] == "third by Fri 20 Nov 20:40:00 UTC"
    played.run_to(at(39)).acknowledge("second-1", at(39))
    assert line(played, 39, "for as long as it may be").startswith(
        "Fri 20 Nov 20:40:00 UTC = Fri 20 Nov 19:40:00 UTC (opened) + 30 min (work_within at first)"
        " + 30 min (work_within at second) (in 21 min): it has been below Third"
    )


def test_a_snooze_an_offer_and_who_declined_are_named() -> None:
    played = Played(opened(LADDER))
    played.snooze("first-1", at(6), at(1))
    played.reassign("ray", "lee", at(2))
    assert facts(played)["Told again"] == "first-1 Fri 20 Nov 19:46:00 UTC"
    assert facts(played)["Offered"] == "to lee by ray, no answer yet"
    assert "`accept`" in card(played.state, at(2))
    assert line(played, 2, "is told again").startswith("Fri 20 Nov 19:46:00 UTC = as first-1 wanted (in 4 min)")
    played.decline("first-2", at(3), has_conflict=True)
    assert facts(played)["Never asked"] == "first-2: a conflict of interest"
    assert facts(played)["Declined"] == "first-2"


def test_what_is_asked_of_it_is_said_until_it_is_answered() -> None:
    played = Played(opened(policy(closing=policy().closing.model_copy(update={"reasons": (
        "confirmed", "duplicate_of", "opened_in_error")}))))  # fmt: skip
    played.cancel("first-1", at(1))
    assert facts(played)["Cancelling"] == "asked by first-1; a second person must agree"
    played.suppress("first-1", "desk:REF-2", at(2))
    assert facts(played)["Repeats"] == "desk:REF-2, which is being asked to record it"
    first = "main:main:main:desk:REF-2:1"
    played.send(TakeSuppression(id="link", duplicate_of=first), at(3))
    assert played.state.status == "closed"
    assert facts(played) == {"Repeats": "desk:REF-2"}
    assert "| Repeats | desk:REF-2 |" in card(played.state, at(4))


def test_of_many_duplicates_the_latest_are_named() -> None:
    played = Played()
    for number in range(7):
        played.send(TakeDuplicate(id=f"d{number}", issue=f"main:main:main:desk:D-{number}:1", said_by="ann"), at(1))
    assert facts(played)["Repeated by"] == "desk:D-2, desk:D-3, desk:D-4, desk:D-5, desk:D-6 and 2 more"


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
def test_of_a_restricted_issue_nobody_reads_on_the_card_who_is_waited_for(issue_class: str) -> None:
    raiser = actor("ray", assurance="signed_in")
    played = Played(opened(LADDER, issue={"issue_class": issue_class, "raiser": raiser}))
    by = actor("first-1", assurance="signed_in")
    done = played.hold("first-1", at(20), at(1), by=by)
    assert not hasattr(done, "why"), done
    assert "cust-7781" not in card(played.state, at(2))
    assert played.state.hold is not None


INSTANT = re.compile(r"[A-Z][a-z]{2} (\d\d) Nov (\d\d):(\d\d):(\d\d) UTC")


def adds_up(told: str) -> bool:
    """Whether the instant of a line is the sum that is behind it; True where no sum is."""
    due, _, rest = told.partition(" = ")
    summed = rest.partition(" (in ")[0].partition(" ago): ")[0]
    start = INSTANT.match(summed)
    if start is None:
        return True
    total = instant_of(start)
    for part in re.findall(r"\+ (?:(\d+)% of )?((?:\d+ (?:days?|h|min|s) ?)+)\(", summed):
        share = int(part[0]) / 100 if part[0] else 1
        total += parse_duration(part[1]) * share
    found = INSTANT.match(due)
    assert found is not None
    return abs(instant_of(found) - total) <= timedelta(seconds=2)


def instant_of(found: "re.Match[str]") -> datetime:
    day, hour, minute, second = (int(part) for part in found.groups())
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@given(
    steps=st.lists(
        st.tuples(
            st.integers(1, 20),
            st.sampled_from(["acknowledge", "hold", "resume", "escalate", "de_escalate", "S2", "S1", "snooze", "wait"]),
        ),
        max_size=8,
    )
)
def test_whatever_was_done_the_sums_add_up(steps: list[tuple[int, str]]) -> None:
    played = Played(opened(LADDER))
    now = 0
    for passed, step in steps:
        now += passed
        played.run_to(at(now))
        match step:
            case "hold":
                played.hold("ray", at(now + 15), at(now))
            case "S1" | "S2":
                played.change_severity("ray", step, at(now))
            case "snooze":
                played.snooze((played.state.asked or ("ray",))[0], at(now + 5), at(now))
            case "wait":
                pass
            case _:
                getattr(played, step)((played.state.asked or ("ray",))[0], at(now))
        for told in next_lines(played, now):
            assert adds_up(told), told
