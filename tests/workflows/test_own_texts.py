"""Text belongs to one issue, however its reference reads and whichever occurrence it is opened as."""

from datetime import timedelta

import pytest

from client.opening import open_issue
from escalation.issue.commands import Close, Resolve
from escalation.issue.identity import IssueId
from records import inbox, texts
from starter.keeping import Keeper
from tests.given import actor
from tests.server import House
from tests.workflows.scenarios import pending
from tests.workflows.waiting import until_found

pytestmark = pytest.mark.server


async def told(house: House, person: str, issue: IssueId) -> str:
    """The message by which this person is asked, once it lies in their inbox."""

    async def found() -> str:
        mine = (each for each in inbox.read(house.db, person) if each.issue == issue and each.about == "asked")
        return next((each.body for each in mine), "")

    return await until_found(found)


async def test_each_message_shows_the_text_of_its_own_issue(house: House) -> None:
    """Signals without an id are numbered by their issue: both texts have the same reference."""
    issues = [(await house.open(house.fresh())).issue for _ in range(2)]
    reasons = ["they cannot pay their rent", "the card reader is on fire"]
    for issue, reason in zip(issues, reasons, strict=True):
        await house.handle(issue).signal("escalate", {"by": "ann", "reason": reason, "is_waived": True})
    for issue, reason, other in zip(issues, reasons, reversed(reasons), strict=True):
        body = await told(house, "lee", issue)
        assert f"> {reason}" in body
        assert other not in body
        said = (await house.state(issue)).said
        assert said is not None
        assert said.ref == "signal-1.reason"
        assert texts.read(house.db, issue, [said.ref]) == {said.ref: reason}
        assert await pending(house, issue, "keep_text") == 0, "nothing is refused and tried again"


async def test_the_first_page_of_a_later_occurrence_has_the_text_that_came_with_it(house: House) -> None:
    """The door takes the issue for open, as the record says; the server knows that it has ended."""
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda state: bool(state.asked))
    await house.send(issue, Resolve(id="r", by=actor("ann"), outcome="solved"))
    closed = await house.send(issue, Close(id="c", by=actor("ann"), reason="confirmed"))
    assert closed.outcome == "done", closed.why
    await house.pass_time(issue, timedelta(days=14, seconds=1))
    assert (await house.handle(issue).result())["status"] == "ended"
    again = house.fresh(issue={"id": issue})
    keeper = Keeper(house.db, again.id)
    ref = keeper.keep(issue, "description", "Charged for a third time.")
    command = again.model_copy(update={"issue": again.issue.model_copy(update={"description": ref})})
    answer = await open_issue(house.client, command, house.settings.task_queue, 1, keeper.carry)
    assert (answer.issue, answer.is_new) == (issue.at(2), True)
    assert "> Charged for a third time." in await told(house, "ann", issue.at(2))
    assert texts.erase(house.db, issue.at(2)) > 1
    assert texts.read(house.db, issue, [ref.ref]) == texts.read(house.db, issue.at(2), [ref.ref]) == {}
