"""What was closed without being resolved, cancelled or as a duplicate, is not forgotten when it is reported again."""

from datetime import timedelta

import pytest

from escalation.issue.commands import Cancel, Suppress, TakeSuppression
from tests.given import Played, actor, at, done, opened, policy

FIRST = "main:main:main:desk:REF-0:1"


def _closed_by(how: str) -> Played:
    reasons = ("confirmed", "silence", "duplicate_of", "opened_in_error")
    small = policy()
    small = small.model_copy(update={"closing": small.closing.model_copy(update={"reasons": reasons})})
    played = Played(opened(small))
    if how == "cancelled":
        done(played.send(Cancel(id="one", by=actor("first-1")), at(3)))
        done(played.send(Cancel(id="two", by=actor("ray")), at(4)))
    else:
        done(played.send(Suppress(id="one", by=actor("first-1"), duplicate_of=FIRST), at(3)))
        done(played.send(TakeSuppression(id="two", duplicate_of=FIRST), at(4)))
    assert played.state.status == "closed"
    return played


@pytest.mark.parametrize("how", ["cancelled", "suppressed"])
def test_a_report_after_its_end_reopens_it(how: str) -> None:
    played = _closed_by(how)
    again = opened(id="open-2", issue={"received_at": at(4) + timedelta(seconds=1)})
    assert done(played.send(again, at(5))) == ["reopened", "tier_began"]


@pytest.mark.parametrize("how", ["cancelled", "suppressed"])
def test_a_report_from_before_its_end_is_noted(how: str) -> None:
    played = _closed_by(how)
    assert done(played.send(opened(id="open-2", issue={"received_at": at(2)}), at(5))) == ["opened_again"]
