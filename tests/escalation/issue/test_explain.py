"""The explanation: why it is here, who has it, what comes next, with sums that can be checked by hand."""

from datetime import timedelta

from escalation.issue.explain import explain
from escalation.policy.model import Acknowledgement, Warn
from tests.given import Played, actor, at, done, exhaustion, holding, minutes, opened, policy, tier

WARNINGS = (Warn(at=0.75, of="acknowledge", tell=("asked",)), Warn(at=0.75, of="work", tell=("owner",)))


def next_lines(played: Played, minute: float) -> list[str]:
    """What comes next, as of that minute after the opening (19:40)."""
    return list(explain(played.state, at(minute)).what_next)


def test_every_instant_of_a_tier_is_its_beginning_plus_its_limit() -> None:
    played = Played(opened(policy(tier("first", warnings=WARNINGS, remind_every={"S1": minutes(4)}), tier("second"))))
    began = "Fri 20 Nov 19:40:00 UTC (when the tier began)"
    acknowledge, work = "(acknowledge_within for S1 at first)", "(work_within for S1 at first)"
    silent = "nobody has acknowledged: Second is asked."
    used_up = "75% of the time to {} is used up: a warning to {}."
    assert next_lines(played, 1) == [
        f"Fri 20 Nov 19:44:00 UTC = {began} + 4 min (remind_every for S1 at first) (in 3 min): First is reminded.",
        f"Fri 20 Nov 19:47:30 UTC = {began} + 75% of 10 min {acknowledge} (in 6 min 30 s): "
        + used_up.format("acknowledge", "whoever is asked"),
        f"Fri 20 Nov 19:50:00 UTC = {began} + 10 min {acknowledge} (in 9 min): " + silent,
        f"Fri 20 Nov 20:02:30 UTC = {began} + 75% of 30 min {work} (in 21 min 30 s): "
        + used_up.format("work", "the owner"),
        f"Fri 20 Nov 20:10:00 UTC = {began} + 30 min {work} (in 29 min): the time to work is spent: Second is asked.",
    ]


def test_a_clock_that_runs_anew_counts_from_when_the_tier_was_last_asked() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    played.release("first-1", at(7))
    assert next_lines(played, 8)[0] == (
        "Fri 20 Nov 19:57:00 UTC = Fri 20 Nov 19:47:00 UTC (when it was last asked) + 10 min"
        " (acknowledge_within for S1 at first) (in 9 min): nobody has acknowledged: Second is asked."
    )


def test_it_says_why_it_is_here() -> None:
    why = explain(Played().run_to(at(10)).state, at(10)).why_here
    assert why[0] == (
        "It is on the ladder of Small (policy small, version 1, text unknown), decided by rules revision 1."
    )
    assert why[1] == "It entered because of trigger all: Everything enters."
    assert "Second is asked since Fri 20 Nov 19:50:00 UTC: nobody acknowledged in time." in why
    assert why[-1] == "1 time limit was missed; that stays on record."


def test_it_says_who_has_it_and_until_when() -> None:
    lapsing = Acknowledgement(lapses_after={"S1": minutes(5)})
    played = Played(opened(policy(acknowledgement=lapsing)))
    assert explain(played.state, at(0)).who == (
        "ray owns it.",
        "Nobody works on it.",
        "Asked at this tier: first-1, first-2.",
        "They were chosen so: on duty.",
    )
    played.acknowledge("first-1", at(1))
    played.acknowledge("first-2", at(2))
    assert explain(played.state, at(2)).who == (
        "ray owns it.",
        "first-1 works on it, and that holds until Fri 20 Nov 19:46:00 UTC.",
        "Asked at this tier: first-1, first-2.",
        "They were chosen so: on duty.",
        "Also working on it: first-2.",
    )


def test_exhaustion_is_explained_and_the_cadence_with_its_sum() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    explained = explain(played.state, at(12))
    assert "All tiers' time has been up since Fri 20 Nov 19:50:00 UTC; nobody has taken charge." in explained.why_here
    assert explained.what_next == (
        (
            "Fri 20 Nov 20:05:00 UTC = Fri 20 Nov 19:50:00 UTC (last told) + 15 min (last_resort_every for S1)"
            " (in 13 min): the last resort is told again."
        ),
    )


def test_a_fallback_is_said_to_be_one() -> None:
    first = policy(tier("first"), exhaustion=exhaustion("fallback", fallback="second"))
    second = policy(tier("upstairs"), name="second")
    why = explain(Played(opened(first, second)).run_to(at(10)).state, at(10)).why_here
    assert "The ladder of policy small was exhausted; this is its fallback." in why


def test_after_the_resolution_the_sums_count_from_it() -> None:
    played = Played()
    played.resolve("first-1", at(20))
    assert next_lines(played, 20) == [
        (
            "Mon 23 Nov 20:00:00 UTC = Fri 20 Nov 20:00:00 UTC (resolved) + 3 days (remind_after) (in 3 days):"
            " ray is reminded to have it confirmed."
        ),
        (
            "Wed 25 Nov 20:00:00 UTC = Fri 20 Nov 20:00:00 UTC (resolved) + 5 days (silence_after) (in 5 days):"
            " it is closed, since nobody objected."
        ),
    ]


def test_the_window_counts_from_the_close_though_an_earlier_one_is_claimed() -> None:
    played = Played()
    played.resolve("first-1", at(20))
    played.confirm("ray", at(25), happened_at=at(22))
    assert next_lines(played, 25) == [
        (
            "Fri 04 Dec 20:05:00 UTC = Fri 20 Nov 20:05:00 UTC (closed) + 14 days (reopen_within) (in 14 days):"
            " it can no longer be reopened."
        )
    ]


def test_what_is_over_has_nothing_more_to_come() -> None:
    played = Played()
    played.resolve("first-1", at(20))
    played.confirm("ray", at(25))
    played.run_to(at(25) + timedelta(days=14))
    assert next_lines(played, 30) == ["Nothing more is due: it is over."]


def test_an_exhausted_issue_that_was_resolved_is_not_said_to_be_nobodys() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(11))
    played.take_charge("boss", at(40))
    played.resolve("boss", at(20))
    assert not [line for line in explain(played.state, at(20)).lines if "nobody has taken charge" in line]


def test_an_acknowledgement_lapses_so_long_after_it_was_made_or_as_it_was_promised() -> None:
    lapsing = Acknowledgement(lapses_after={"S1": minutes(5)})
    played = Played(opened(policy(acknowledgement=lapsing)))
    played.acknowledge("first-1", at(1), happened_at=at(0.5))
    lapses = "the acknowledgement of first-1 lapses, and First is asked again."
    assert next_lines(played, 2)[0] == (
        "Fri 20 Nov 19:46:00 UTC = Fri 20 Nov 19:41:00 UTC (acknowledged) + 5 min (lapses_after for S1)"
        f" (in 4 min): {lapses}"
    )
    played.acknowledge("first-1", at(3), until=at(7))
    assert next_lines(played, 3)[0] == f"Fri 20 Nov 19:47:00 UTC = as first-1 promised (in 4 min): {lapses}"
    played.acknowledge("first-1", at(4))
    assert "19:49:00 UTC = Fri 20 Nov 19:44:00 UTC (acknowledged) + 5 min" in next_lines(played, 4)[0]


def test_an_acknowledgement_taken_along_to_a_fallback_counts_as_it_was_made() -> None:
    lapsing = Acknowledgement(lapses_after={"S1": minutes(25)})
    first = policy(tier("first"), exhaustion=exhaustion("fallback", fallback="second"), acknowledgement=lapsing)
    played = Played(opened(first, policy(tier("upstairs"), name="second")))
    played.acknowledge("first-1", at(9))
    played.escalate("kim", at(10))
    assert played.state.policy == "second"
    line = next(line for line in next_lines(played, 10) if "lapses" in line)
    assert line.startswith("Fri 20 Nov 20:14:00 UTC = Fri 20 Nov 19:49:00 UTC (acknowledged) + 25 min")


def test_a_charge_holds_as_it_was_set() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(11))
    played.take_charge("boss", at(40))
    assert next_lines(played, 20) == [
        "Fri 20 Nov 20:20:00 UTC = as boss set it (in 20 min): the time that boss set is past: the last resort is told."
    ]


def test_a_look_up_has_half_a_minute() -> None:
    played = Played(answer=False)
    assert next_lines(played, 0)[0] == (
        "Fri 20 Nov 19:40:30 UTC = Fri 20 Nov 19:40:00 UTC (when the look-up began) + 30 s (in 30 s):"
        " the look-up is given up: the last known people of First are asked."
    )


def test_at_the_last_tier_it_says_whether_the_ladder_is_climbed_again() -> None:
    played = Played(opened(policy(tier("first", 10, None), exhaustion=exhaustion(repeats=1))))
    assert next_lines(played, 1)[0].endswith("nobody has acknowledged: the ladder is climbed again.")
    played.run_to(at(10))
    assert played.state.passes == 2
    silent = "nobody has acknowledged: all tiers' time is up, and the last resort is told."
    assert next_lines(played, 11)[0].endswith(silent)


def test_it_says_who_is_waited_for_but_not_in_what_fewer_may_read() -> None:
    for issue_class, words in (
        ("normal", "the hold ends, and the clocks run on: cust-7781 was waited for."),
        ("restricted", "the hold ends, and the clocks run on."),
    ):
        played = Played(opened(policy(hold=holding("acknowledge", "work")), issue={"issue_class": issue_class}))
        done(played.hold("first-1", at(20), at(1), by=actor("first-1", assurance="signed_link")))
        assert next_lines(played, 2)[0].endswith(f": {words}")
