"""explain, for the choice of people: how those were chosen who are asked, who was considered, and who was left out."""

from escalation.issue.beside_asks import found_for
from escalation.issue.state import LAST_RESORT, IssueState


def chosen(state: IssueState) -> tuple[str, ...]:
    """Of the tier, and of the last resort where that is told."""
    lines: list[str] = []
    for asking in state.askings:
        whose = "The last resort was" if asking.tier == LAST_RESORT else "They were"
        if asking.why:
            lines.append(f"{whose} chosen so: {asking.why}.")
        if asking.left_out:
            left_out = "; ".join(f"{each.id} ({each.why})" for each in asking.left_out)
            lines.append(f"Considered and left out: {left_out}.")
    if state.full is not None:
        left_out = "; ".join(f"{each.id} ({each.why})" for each in state.full.left_out)
        lines.append(f"Nobody is asked, since everybody is at their limit: {left_out}.")
    return (*lines, *found_for(state))
