"""What is done with the clocks of targets: warned of."""

from datetime import datetime

from escalation.issue.deciding import Deciding
from escalation.issue.events import TargetWarned


def warn_of_target(turn: Deciding, name: str, at: datetime) -> None:
    """Warn that a target runs out. Of several warnings that are due by now the last one says it all."""
    target = next(target for target in turn.state.targets if target.name == name)
    warning = [each for each in target.warnings if each.at <= turn.now][-1]
    warned = TargetWarned(
        target=name,
        share=warning.share,
        before_s=warning.before_s,
        at=warning.at,
        due_at=target.due_at,
        tell=warning.tell,
    )
    turn.by_clock(warned, max(at, warning.at))
