"""What happens while there is no worker, or one with a bug: nothing is lost, and it goes on when that is mended."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from client.asking import NoWorker, ask_state
from client.sending import NoSuchIssue, send
from client.settings import Settings
from escalation.issue import from_body
from escalation.issue.commands import Acknowledge, Resolve
from escalation.issue.events import Entry, Refused
from escalation.issue.identity import IssueId
from escalation.issue.rules import IssueRules
from records.database import migrate, open_database
from tests.given import actor
from tests.server import PEOPLE, House
from tests.workflows.history import failed_tasks, goes_on
from tests.workflows.waiting import until_found
from worker import build_worker

pytestmark = pytest.mark.server

SOON = timedelta(seconds=0.5)


async def test_what_is_sent_while_no_worker_runs_is_carried_out_once_when_one_does(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Both ways are on the server then, the update and the signal that stands in for it; their id makes them one."""
    (tmp_path / "people.yaml").write_text(PEOPLE)
    settings = Settings(home=tmp_path, people=tmp_path / "people.yaml", task_queue=str(tmp_path))
    db = open_database(settings.record)
    migrate(db)
    house = House(env, env.client, db, settings)
    issue = (await house.open(house.fresh())).issue
    with pytest.raises(NoWorker):
        await ask_state(house.client, issue, SOON)
    sent = await send(house.client, issue, Acknowledge(id="a1", by=actor("ann")), SOON)
    assert (sent.outcome, sent.code) == ("stored", "no_worker")
    assert "is carried out when one runs" in sent.why
    async with build_worker(env.client, settings, db):
        await house.until(issue, lambda s: s.handler == "ann" and s.findings == ())
        kinds = [entry.event.kind for entry in await house.recorded(issue)]
        assert kinds.count("acknowledged") == 1
        assert "refused" not in kinds
        await goes_on(house.handle(issue), house.client)
    db.close()


async def test_a_report_that_no_worker_hears_is_kept(env: WorkflowEnvironment, tmp_path: Path) -> None:
    """An alert that fires again while the worker is away reopens what was resolved, once the worker is back."""
    (tmp_path / "people.yaml").write_text(PEOPLE)
    settings = Settings(home=tmp_path, people=tmp_path / "people.yaml", task_queue=str(tmp_path))
    db = open_database(settings.record)
    migrate(db)
    house = House(env, env.client, db, settings)
    first = house.fresh()
    issue = (await house.open(first)).issue
    again = first.model_copy(update={"id": f"{first.id}-again"})
    answer = await house.open(again)
    assert answer.sent is not None
    assert (answer.is_new, answer.sent.outcome) == (False, "stored")
    async with build_worker(env.client, settings, db):
        await house.until(issue, lambda s: again.id in s.done)
        kinds = [entry.event.kind for entry in await house.recorded(issue)]
        assert kinds.count("opened_again") == 1
        assert "refused" not in kinds
    db.close()


async def test_an_issue_that_never_was_is_said_to_be_none(house: House) -> None:
    nowhere = IssueId(source="desk", reference="never-was")
    with pytest.raises(NoSuchIssue):
        await send(house.client, nowhere, Resolve(id="r", by=actor("ann"), outcome="solved"))
    with pytest.raises(NoSuchIssue):
        await ask_state(house.client, nowhere)


async def test_a_bug_beside_the_loop_waits_for_mended_code_and_never_ends_the_issue(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ApplicationError, which raised in the loop itself would end the workflow as failed."""

    def breaks(*_: object) -> None:
        raise ApplicationError("a bug in what the scribe writes", non_retryable=True)

    monkeypatch.setattr(IssueRules, "record", breaks)
    issue = (await house.open(house.fresh())).issue
    handle = house.handle(issue)
    seen = await until_found(partial(failed_tasks, house.client, issue))
    assert "a bug in what the scribe writes" in seen[0]
    description = await handle.describe()
    assert description.status is WorkflowExecutionStatus.RUNNING

    monkeypatch.undo()

    async def look() -> bool:  # the server tries the task again in its own time
        return len(house.journal(issue)) >= 3

    await until_found(look, within_s=60)
    entries = await house.recorded(issue)
    assert [entry.event.kind for entry in entries][:3] == ["opened", "tier_began", "people_asked"]


@pytest.mark.parametrize("place", ["work_out", "effects", "record", "card", "sentence", "_read_fields"])
async def test_a_bug_that_one_command_meets_refuses_it_on_record_and_the_issue_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Wherever in the rules it is; what others send, before and after, is carried out."""
    subject = from_body if place == "_read_fields" else IssueRules
    right = getattr(subject, place)

    def breaks(*given: Any, **more: Any) -> Any:
        result = right(*given, **more)
        if is_of_the_jinx(given, result):
            raise ApplicationError("a bug that only this command meets", non_retryable=True)
        return result

    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: bool(s.asked))
    monkeypatch.setattr(subject, place, breaks)
    handle = house.handle(issue)
    await handle.signal("acknowledge", {"by": "ann"})
    await handle.signal("acknowledge", {"by": "jinx", "until": None})
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await handle.execute_update("acknowledge", {"by": "jinx"})
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.message) == ("rules_broke", "the rules broke on it: ApplicationError")
    await handle.signal("acknowledge", {"by": "ben"})
    after = await house.until(issue, lambda s: "ben" in s.joined)
    assert (after.handler, after.joined) == ("ann", ("ben",))
    entries = await house.recorded(issue)
    found = [entry.event for entry in entries if isinstance(entry.event, Refused)]
    assert [(event.command, event.code) for event in found] == [("acknowledge", "rules_broke")]
    await goes_on(handle, house.client)


def is_of_the_jinx(given: tuple[Any, ...], result: Any) -> bool:
    """Whether a rule is asked about what that person sent, other than its refusal, by what it is given or answers."""
    words = repr((given, result))
    return "'jinx'" in words and "Refused(" not in words


async def test_a_bug_that_the_clock_meets_is_seen_and_refuses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What our own clock and errands bring is never refused: it waits for mended code."""
    right = IssueRules.effects

    def breaks(self: IssueRules, before: Any, state: Any, entry: Entry) -> Any:
        if entry.event.kind == "people_asked":
            raise ApplicationError("a bug in whom to tell", non_retryable=True)
        return right(self, before, state, entry)

    monkeypatch.setattr(IssueRules, "effects", breaks)
    issue = (await house.open(house.fresh())).issue
    assert "a bug in whom to tell" in (await until_found(partial(failed_tasks, house.client, issue)))[0]
    monkeypatch.undo()

    async def look() -> bool:
        return len(house.journal(issue)) >= 3

    await until_found(look, within_s=60)
    assert "refused" not in [entry.event.kind for entry in await house.recorded(issue)]
