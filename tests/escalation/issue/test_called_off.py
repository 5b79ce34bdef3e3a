"""What is over: a message about it that is still tried on is called off."""

from typing import Any

import pytest

from escalation.issue.commands import Resolve, TakeDelivery
from escalation.issue.delivery import Noted
from escalation.issue.effects import Notify
from escalation.issue.rules import IssueRules
from escalation.narrate import narrate
from tests.escalation.issue.paged import MAIL, Paged
from tests.given import actor, at


class TestWhatIsOver:
    """Nobody is told an hour later to act on what is over: a late copy is called off."""

    def late(self, **more: Any) -> tuple[Paged, Notify]:
        """A mail that is tried on, ten minutes after it was asked for."""
        played = Paged(channels={"first-1": MAIL}, **more)
        played.became(played.message("first-1", "email"), "delayed", at(2), attempts=7, is_possible_repeat=True)
        return played, played.message("first-1", "email")

    def test_what_is_still_asked_is_tried_on(self) -> None:
        played, later = self.late()
        assert not IssueRules().is_moot(played.state, later)

    @pytest.mark.parametrize("is_resolved", [False, True])
    def test_once_somebody_has_it_a_late_copy_is_called_off(self, *, is_resolved: bool) -> None:
        played, later = self.late()
        played.acknowledge("first-2", at(3))
        if is_resolved:
            played.send(Resolve(id="r", by=actor("first-2"), outcome="solved"), at(4))
        assert IssueRules().is_moot(played.state, later)
        assert not IssueRules().is_moot(played.state, later.changed({"earlier": 0})), "it has just been asked for"

    def test_so_it_is_once_another_tier_is_asked(self) -> None:
        played, later = self.late()
        played.tick(at(40))
        assert played.state.tier == "second"
        assert IssueRules().is_moot(played.state, later)
        assert not IssueRules().is_moot(played.state, later.changed({"turn": played.state.turn}))

    def test_what_only_informs_is_tried_on_while_it_is_open(self) -> None:
        played, later = self.late()
        inform = later.changed({"turn": 0, "about": "left_tier"})
        played.acknowledge("first-2", at(3))
        assert not IssueRules().is_moot(played.state, inform)
        played.send(Resolve(id="r", by=actor("first-2"), outcome="solved"), at(4))
        assert IssueRules().is_moot(played.state, inform)

    def test_one_that_has_not_left_by_then_is_not_tried_on(self) -> None:
        played = Paged(channels={"first-1": MAIL})
        played.acknowledge("first-2", at(1))
        played.became(played.message("first-1", "email"), "delayed", at(2), attempts=7)
        assert played.event("told").outcome == "withdrawn"
        assert played.by("first-1") == ["inbox", "email"]

    def test_it_is_on_record_and_opens_no_way(self) -> None:
        played, later = self.late(stand_ins={"first-1": ("dora",)})
        played.acknowledge("first-2", at(3))
        asked = played.by("first-1")
        answer = IssueRules().on_withdrawn(later, [Noted(last=3).model_dump(mode="json")])
        assert isinstance(answer, TakeDelivery)
        assert (answer.outcome, answer.attempts, answer.error) == ("withdrawn", 10, None)
        played.became(later, "withdrawn", at(4), attempts=10)
        told = played.event("told")
        assert (told.outcome, told.next_channel) == ("withdrawn", None)
        assert played.by("first-1") == asked
        assert narrate(played.entries[-1]) == "first-1 is not told by email any more (asked): it is over"

    def test_who_was_out_of_reach_still_is(self) -> None:
        played, later = self.late()
        before = played.state.askings
        played.became(later, "withdrawn", at(4))
        assert played.state.askings == before
