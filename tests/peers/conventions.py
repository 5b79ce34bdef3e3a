"""Where peers differ, and which answer is ours. `docs/conventions.md` says the same to an operator; a test compares.

A topic's answers are those that our rules give by themselves, or that a policy of ours can say and the player then says
for the case. Every other answer belongs to somebody else.
"""

from dataclasses import dataclass

from escalation.issue.delivery import PATIENCE
from escalation.storm.waiting import hold
from tests.peers.fields import Unsupported
from tests.peers.scenario import Choice, Scenario
from tests.peers.spans import read_span


@dataclass(frozen=True)
class Topic:
    """One question."""

    ours: str
    """Our answer."""
    also_ours: frozenset[str] = frozenset()
    """Other words for it, and answers that a policy of ours can give."""


TOPICS: dict[str, Topic] = {
    "second_acknowledgement": Topic("takes_over_ownership", frozenset({"joins", "joined"})),
    "ack_timeout_restart": Topic("retrigger_and_resume"),
    "manual_escalate_past_last": Topic("exhaustion_procedure", frozenset({"wrap_to_first"})),
    "deadline_at_window_end": Topic("stay_at_close"),
    "closed_calendar": Topic("reject_configuration"),
    "failed_send": Topic("retry"),
    "no_personal_rules": Topic("default_rule"),
    "hourly_rotation_over_dst": Topic("clock_face"),
    "dst_nonexistent_time": Topic("next_existing_instant"),
    "low_urgency": Topic("escalates", frozenset({"as_policy_says", "escalate", "escalates_too"})),
    "maintenance": Topic("held_and_released"),
    "pause_scope": Topic("as_policy_says", frozenset({"all_clocks", "customer_clocks", "per_clock", "per_policy"})),
    "update_clock": Topic("stopped_by_agent_reply"),
    "policy_edit": Topic("snapshot_at_creation"),
    "repeat_count": Topic("n_further_passes"),
    "empty_tier": Topic("skip_immediately"),
    "nobody_on_call": Topic("create_unassigned"),
    "late_breach": Topic("kept_after_resolution"),
    "agreement_on_issue": Topic("only_by_explicit_act"),
    "blank_agreement": Topic("catch_all"),
    "snooze_expiry": Topic("renotify_responder"),
    "snooze_shift": Topic("clocks_not_moved", frozenset({"no_shift", "not_moved", "does_not_shift", "unchanged"})),
    "snooze_of_triggered": Topic("stays_unacknowledged"),
    "ladder_form": Topic("tiers"),
    "tier_choice": Topic("by_its_own_timers"),
    "grouping": Topic("an_issue_each"),
    "over_quota": Topic("delayed"),
    "old_issues": Topic("kept"),
    "bundle_delay": Topic("within_a_pages_patience"),
    "quiet_issues": Topic("never_closed_for_it"),
    "reminder_end": Topic("with_the_work"),
    "snooze_of_acknowledged": Topic("acknowledgement_stays"),
}

OF_NEEDS = {
    "step_chain": Choice("ladder_form", "chain_of_steps"),
    "age_based_tiers": Choice("tier_choice", "by_age_when_evaluated"),
    "grouping": Choice("grouping", "one_issue_for_all"),
    "quota": Choice("over_quota", "dropped"),
    "purge": Choice("old_issues", "purged_after_a_limit"),
    "auto_close": Choice("quiet_issues", "closed_after_a_limit"),
}
"""Features that are another answer to a question: a case that needs one takes that answer."""


def other_convention(scenario: Scenario) -> Choice | None:
    """The first choice of the case that is not ours. Raises Unsupported for a topic that nobody has answered."""
    for choice in scenario.conventions:
        topic = TOPICS.get(choice.topic)
        if topic is None:
            raise Unsupported(f"convention {choice.topic}")
        if choice.choice != topic.ours and choice.choice not in topic.also_ours:
            return choice
        if choice.choice == "wrap_to_first" and not _climbs_without_end(scenario):
            return choice
    if _bundles_for_long(scenario):
        return Choice("bundle_delay", "longer_than_a_page_waits")
    if _has_setting(scenario, "reminder_expiry"):
        return Choice("reminder_end", "with_the_age_of_the_issue")
    if _snoozes_undo(scenario):
        return Choice("snooze_of_acknowledged", "undone_first")
    return next((OF_NEEDS[need] for need in scenario.needs if need in OF_NEEDS), None)


def _bundles_for_long(scenario: Scenario) -> bool:
    """Whether the case lets messages that ask somebody wait for others longer than ours ever do."""
    settings = scenario.given.get("settings")
    delay = read_span(settings.get("bundle_delay")) if isinstance(settings, dict) else None
    kept = hold(PATIENCE)
    return delay is not None and kept is not None and delay > kept


def _has_setting(scenario: Scenario, name: str) -> bool:
    settings = scenario.given.get("settings")
    return isinstance(settings, dict) and settings.get(name) is not None


def _snoozes_undo(scenario: Scenario) -> bool:
    """Whether who snoozes what they have has it no more, by what the case expects to be on record."""
    rows = scenario.then.get("records")
    types = [row.get("types") for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict)]
    return any(event["event"] == "snoozed" for event in scenario.when) and ["unacknowledged", "snoozed"] in types


def chosen(scenario: Scenario, topic: str) -> str | None:
    """The case's answer to a question, where it gives one."""
    return next((choice.choice for choice in scenario.conventions if choice.topic == topic), None)


def _climbs_without_end(scenario: Scenario) -> bool:
    """Whether the case's policy goes on from its first tier by time too, as `restart` does.

    A ladder that ends by time and wraps only by hand is not one of ours.
    """
    policy = scenario.given.get("policy")
    return isinstance(policy, dict) and policy.get("repeat") == -1
