"""Everything that can be wrong inside one policy beyond one field. What a single field may hold is in `read_value.py`.

The ladder's rules are in `lint_ladder.py`, those of targets, holds and changes of severity in `lint_times.py`, those of
triggers, roles and closing in `lint_acts.py`, those of desks in `lint_desks.py`; those between policies and with the
directory are in `lint_set.py`.
"""

from escalation.policy.finding import Findings
from escalation.policy.lint_acts import ACT_RULES
from escalation.policy.lint_desks import DESK_RULES
from escalation.policy.lint_hand_over import hand_overs_are_in_time
from escalation.policy.lint_ladder import LADDER_RULES
from escalation.policy.lint_routing import ROUTING_RULES
from escalation.policy.lint_times import TIME_RULES
from escalation.policy.model import Policy

POLICY_RULES = (*LADDER_RULES, *TIME_RULES, *ACT_RULES, *ROUTING_RULES, hand_overs_are_in_time, *DESK_RULES)


def lint_policy(policy: Policy, findings: Findings) -> None:
    """Everything that is wrong inside one policy."""
    for rule in POLICY_RULES:
        rule(policy, findings)
