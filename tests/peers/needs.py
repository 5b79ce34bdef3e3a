"""Which features that a case may need are there.

Of those that are there in part, the forms that can be played are found while the case is read.
"""

from tests.peers.fields import Unsupported
from tests.peers.scenario import Scenario

THERE = frozenset(
    {
        "signals", "ack_timeout", "snooze", "pause", "business_calendar", "schedule", "rotation", "override",
        "personal_rules", "heartbeat", "status_notices", "each_must_acknowledge",
        "maintenance", "rate_limit", "bundling", "ack_reminder",
    }
)  # fmt: skip
IN_PART = {
    "reply_by_message": "acknowledging, declining, escalating and resolving; not what strangers are answered",
    "swap": "a swap that is taken; one that is only asked for changes nothing",
    "sla_clocks": "first response, update and resolution; not a clock for each message, nor agreements by condition",
}


def check_needs(scenario: Scenario) -> None:
    """Raises Unsupported with the names of features that are not there at all."""
    missing = [need for need in scenario.needs if need not in THERE and need not in IN_PART]
    if missing:
        raise Unsupported(", ".join(missing))


def named(scenario: Scenario, reason: str) -> str:
    """The reason for which a case cannot be played, beginning with the features that are there in part.

    Those are what it lacks, in a form that we do not have yet.
    """
    parts = [need for need in scenario.needs if need in IN_PART]
    if not parts or any(need in reason for need in scenario.needs):
        return reason
    return f"{', '.join(parts)}: {reason}"
