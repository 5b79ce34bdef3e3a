"""The verdict on a case: whether it can be played, and whether everything that it expects was seen.

The table of comparisons is the law: what a case expects and no comparison knows makes it unsupported, by name.
"""

from collections.abc import Callable, Iterable

from escalation.calendar.open_times import OutOfReach
from tests.peers import (
    compare_answers,
    compare_calendars,
    compare_checks,
    compare_clocks,
    compare_duty,
    compare_records,
    compare_replies,
    compare_states,
    compare_sums,
    compare_told,
)
from tests.peers.conventions import other_convention
from tests.peers.deeds import EVENTS
from tests.peers.fields import Unsupported
from tests.peers.needs import check_needs, named
from tests.peers.play import NoSuchIssue, Play, plays
from tests.peers.scenario import Scenario, Verdict

COMPARISONS: dict[str, Callable[[Play], list[str]]] = {
    "notifications": compare_told.notifications,
    "no_notifications": compare_told.no_notifications,
    "notification_counts": compare_told.notification_counts,
    "states": compare_states.states,
    "next_step_at": compare_states.next_step_at,
    "records": compare_records.records,
    "errors": compare_answers.errors,
    "accepted": compare_answers.accepted,
    "responses": compare_answers.responses,
    "issues_created": compare_records.issues_created,
    "issue_count": compare_records.issue_count,
    "not_created_at": compare_records.not_created_at,
    "timers": compare_records.timers,
    "deadlines": compare_clocks.deadlines,
    "none_for": compare_clocks.none_for,
    "next_deadline": compare_clocks.next_deadline,
    "measures": compare_clocks.measures,
    "breaches": compare_clocks.breaches,
    "due": compare_sums.due,
    "elapsed": compare_sums.elapsed,
    "checks": compare_checks.checks,
    "business_days": compare_calendars.business_days,
    "shifts": compare_duty.shifts,
    "handoffs": compare_duty.handoffs,
    "on_call": compare_duty.on_call,
    "first_open_period": compare_calendars.first_open_period,
    "per_issue": compare_replies.per_issue,
    "rounds": compare_replies.rounds,
    "gap_after_close": compare_replies.gap_after_close,
}

BROKE = "the player broke:"
PURE = frozenset(
    {
        "due",
        "elapsed",
        "checks",
        "business_days",
        "first_open_period",
        "shifts",
        "handoffs",
        "on_call",
        "errors",
        "accepted",
    }
)
"""Expectations that are of no issue's clocks: compared even where issues lack a clock that the case gives."""

SAY_NONE = frozenset({"notifications", "errors", "breaches", "issues_created", "next_deadline"})
"""Expectations that say something when they are empty: that there was none."""


def judge(scenario: Scenario) -> Verdict:
    """What comes of the case."""
    if not scenario.is_portable:
        return Verdict(scenario, "not portable", ("tied to one product's inner working",))
    try:
        other = other_convention(scenario)
        if other is not None:
            return Verdict(scenario, "other convention", (f"{other.topic}: {other.choice}",))
        check_needs(scenario)
        _check_form(scenario)
        differences: list[str] = []
        refused: list[str] = []
        for play in plays(scenario):
            of_case = f"{play.case}: " if play.case is not None else ""
            differences += [f"{of_case}{difference}" for difference in _compare(play)]
            refused += [f"{of_case}{compare_answers.refusal_words(play, one)}" for one in play.stage.refusals]
    except Unsupported as reason:
        return Verdict(scenario, "unsupported", (named(scenario, str(reason)),))
    except OutOfReach as reason:  # beyond what a calendar is written out for, or of one that never opens or closes
        return Verdict(scenario, "unsupported", (named(scenario, str(reason)),))
    except Exception as error:  # noqa: BLE001 - one case that breaks the player must not hide all others
        return Verdict(scenario, "failed", (f"{BROKE} {type(error).__name__}: {str(error)[:300]}",))
    return Verdict(scenario, "failed" if differences else "passed", tuple(differences), tuple(refused))


def judge_all(scenarios: Iterable[Scenario]) -> list[Verdict]:
    """The verdicts, in order."""
    return [judge(scenario) for scenario in scenarios]


def _check_form(scenario: Scenario) -> None:
    if scenario.unknown:
        raise Unsupported(f"field {scenario.unknown[0]}")
    for event in scenario.when:
        if event["event"] not in EVENTS:
            raise Unsupported(f"event {event['event']}")
    for key in scenario.then:
        if key not in COMPARISONS:
            raise Unsupported(f"then.{key}")
    says_something = any(expected or key in SAY_NONE for key, expected in scenario.then.items())
    if not says_something and scenario.exhaustive_until is None:
        raise Unsupported("a case that expects nothing")


def _compare(play: Play) -> list[str]:
    keys = list(play.scenario.then)
    if play.setting.unplayed is not None and not PURE.issuperset(keys):
        raise Unsupported(play.setting.unplayed)
    if "notifications" not in keys and play.scenario.exhaustive_until is not None:
        keys.append("notifications")
    differences: list[str] = []
    for key in keys:
        try:
            differences += COMPARISONS[key](play)
        except NoSuchIssue as missing:
            differences.append(f"then.{key}: {missing}")
    return differences
