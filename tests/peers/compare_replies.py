"""Comparing what replies did: rounds of an issue, a page and a reply that ends it; and what a claim was answered."""

import re
from datetime import datetime, timedelta

from escalation.issue.events import Acknowledged
from tests.peers.compare_states import STATES
from tests.peers.fields import Fields, Unsupported, as_fields
from tests.peers.play import Play

_CLAIMED = re.compile(
    r"claimed (?P<count>[0-9]+)|(?P<none>nothing active to claim)|claimed, previously claimed by (?P<whose>\w+)"
)


def per_issue(play: Play) -> list[str]:
    """Each issue was told of soon enough, and stands so after the last event about it."""
    wanted = as_fields(play.scenario.then["per_issue"], "then.per_issue")
    within, word = wanted.span("at_least_one_notification_within"), wanted.words("state_after_reply")
    wanted.done()
    if word not in STATES:
        raise Unsupported(f"state {word}")
    differences = []
    for issue in play.stage.issues:
        name = "/".join(sorted(issue.names))
        heard = [one.at - issue.created_at for one in issue.seen()]
        if within is not None and not any(timedelta(0) <= gap <= within for gap in heard):
            differences.append(f"{name}: nobody was told within {within}")
        state = issue.state_at(play.end_at)
        if state is None or not STATES[word](state):
            differences.append(f"{name}: it is not {word} after the reply")
    return differences


def rounds(play: Play) -> list[str]:
    """So many issues came to be."""
    wanted, found = Fields(play.scenario.then, "then").number("rounds"), len(play.stage.issues)
    return [] if found == wanted else [f"{found} rounds instead of {wanted}"]


def gap_after_close(play: Play) -> list[str]:
    """So long after an issue was resolved the next one was opened."""
    wanted = Fields(play.scenario.then, "then").span("gap_after_close")
    ended = [
        next((e.recorded_at for e in issue.entries() if e.event.kind == "resolved"), None)
        for issue in play.stage.issues
    ]
    began = [issue.created_at for issue in play.stage.issues]
    return [
        f"the next issue came {later - end if end else 'before the end'} after it, instead of {wanted}"
        for end, later in zip(ended, began[1:], strict=False)
        if end is None or later - end != wanted
    ]


def is_claim(says: str) -> bool:
    """Whether this is how a claim is answered."""
    return _CLAIMED.fullmatch(says) is not None


def was_claimed(play: Play, at: datetime, says: str) -> bool:
    """Whether the claims of that instant did what the answer says."""
    found = _CLAIMED.fullmatch(says)
    entries = [entry for issue in play.stage.issues for entry in issue.entries() if entry.recorded_at == at]
    claims = [entry.event for entry in entries if isinstance(entry.event, Acknowledged)]
    if found is None:
        return False
    if found["whose"]:
        return [claim.took_over_from for claim in claims] == [found["whose"]]
    return len(claims) == (0 if found["none"] else int(found["count"]))
