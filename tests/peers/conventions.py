"""Where peers differ, and which answer is ours. `docs/conventions.md` says the same to an operator; a test compares.

A topic's answers are those that our rules give by themselves, or that a policy of ours can say and the player then says
for the case. Every other answer belongs to somebody else.
"""

from dataclasses import dataclass

from tests.peers.fields import Unsupported
from tests.peers.scenario import Choice, Scenario


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
}


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
    return None


def chosen(scenario: Scenario, topic: str) -> str | None:
    """The case's answer to a question, where it gives one."""
    return next((choice.choice for choice in scenario.conventions if choice.topic == topic), None)


def _climbs_without_end(scenario: Scenario) -> bool:
    """Whether the case's policy goes on from its first tier by time too, as `restart` does.

    A ladder that ends by time and wraps only by hand is not one of ours.
    """
    policy = scenario.given.get("policy")
    return isinstance(policy, dict) and policy.get("repeat") == -1
