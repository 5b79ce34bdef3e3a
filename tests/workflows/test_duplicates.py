"""A duplicate is closed only once the first issue has it on record, on the real server; else it goes on as it is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from escalation.calendar.limit import longest
from escalation.issue.commands import Cancel, Resolve, Suppress
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId
from tests.given import actor, minutes, policy
from tests.server import House, dev_server, working
from tests.workflows.by_hand import update
from tests.workflows.history import failed_tasks
from workflows import errands

pytestmark = pytest.mark.server

CLOSABLE = policy(
    closing=policy().closing.model_copy(update={"reasons": ("confirmed", "duplicate_of", "opened_in_error")})
)


def events(entries: list[Entry], kind: str) -> list[Any]:
    """What the entries of that kind hold."""
    return [entry.event for entry in entries if entry.event.kind == kind]


async def two(house: House) -> tuple[IssueId, IssueId]:
    """Two open issues whose first tiers are asked."""
    found = [(await house.open(house.fresh(CLOSABLE))).issue for _ in range(2)]
    for issue in found:
        await house.until(issue, lambda state: bool(state.asked))
    return found[0], found[1]


async def suppress(house: House, issue: IssueId, first: IssueId | str) -> None:
    """Say that it repeats the other one."""
    sent = await house.send(issue, Suppress(id=f"s-{issue}", by=actor("ann"), duplicate_of=str(first)))
    assert sent.outcome == "done", sent


async def goes_on_because(house: House, issue: IssueId, words: str) -> None:
    """It is told why, and is open as before."""
    state = await house.until(issue, lambda each: each.suppressing is None)
    assert state.status == "open"
    entries = await house.recorded(issue)
    (failed,) = events(entries, "suppression_failed")
    assert words in failed.error


async def test_a_duplicate_is_on_record_on_the_first_and_then_closed(house: House) -> None:
    first, second = await two(house)
    await suppress(house, second, first)
    state = await house.until(second, lambda each: each.status == "closed")
    assert state.close_reason == "duplicate_of"
    of_first, of_second = await house.recorded(first), await house.recorded(second)
    (recorded,) = events(of_first, "duplicate_recorded")
    assert (recorded.issue, recorded.said_by) == (str(second), "ann")
    (closed,) = events(of_second, "closed")
    assert closed.duplicate_of == str(first)
    # The first had it on record before the second was closed for it.
    at = {each.event.kind: each.recorded_at for each in [*of_first, *of_second]}
    assert at["duplicate_recorded"] <= at["closed"]
    assert (await house.state(first)).duplicates == (str(second),)
    assert not await failed_tasks(house.client, first)


async def test_without_a_first_issue_it_goes_on(house: House) -> None:
    _, second = await two(house)
    await suppress(house, second, "desk:NOWHERE")
    await goes_on_because(house, second, "there is no such issue")


async def test_a_first_issue_that_is_no_longer_open_carries_no_duplicate(house: House) -> None:
    first, second = await two(house)
    assert (await house.send(first, Resolve(id="r", by=actor("ann"), outcome="solved"))).outcome == "done"
    await suppress(house, second, first)
    await goes_on_because(house, second, "it is not open")
    assert (await house.state(first)).duplicates == ()


async def test_a_first_issue_that_is_over_carries_no_duplicate(house: House) -> None:
    first, second = await two(house)
    for who in ("ann", "ben"):
        assert (await house.send(first, Cancel(id=who, by=actor(who)))).outcome == "done"
    await house.pass_time(first, longest(CLOSABLE.closing.reopen_within))
    await house.handle(first).result()
    await suppress(house, second, first)
    await goes_on_because(house, second, "it is over")


async def test_two_that_are_said_to_repeat_each_other_both_go_on(house: House) -> None:
    one, other = await two(house)
    await asyncio.gather(suppress(house, one, other), suppress(house, other, one))
    states = [await house.until(each, lambda state: state.suppressing is None) for each in (one, other)]
    # Whoever was asked while it asked itself refuses; never do both end.
    assert [state.status for state in states].count("open") >= 1
    for each, its_other in ((one, other), (other, one)):
        if (await house.state(each)).status == "closed":
            assert (await house.state(its_other)).status == "open"


@pytest.fixture
async def two_houses(tmp_path: Path) -> AsyncIterator[tuple[WorkflowEnvironment, House]]:
    """A server whose issues are served by two workers, of which the test starts the second itself."""
    async with dev_server() as env:
        (tmp_path / "near").mkdir()
        async with working(env, tmp_path / "near", "near") as near:
            yield env, near


async def test_it_waits_for_a_first_issue_whose_worker_is_away(
    two_houses: tuple[WorkflowEnvironment, House], tmp_path: Path
) -> None:
    env, near = two_houses
    (tmp_path / "far").mkdir()
    async with working(env, tmp_path / "far", "far") as far:
        first = (await far.open(far.fresh(CLOSABLE))).issue
        await far.until(first, lambda state: bool(state.asked))
    second = (await near.open(near.fresh(CLOSABLE))).issue
    await near.until(second, lambda state: bool(state.asked))
    await suppress(near, second, first)
    await asyncio.sleep(5)  # longer than one attempt waits for an answer
    state = await near.state(second)
    assert (state.status, state.suppressing) == ("open", str(first))
    async with working(env, tmp_path / "far", "far") as far:
        assert (await near.until(second, lambda each: each.status == "closed")).close_reason == "duplicate_of"
        assert (await far.state(first)).duplicates == (str(second),)
        assert len(events(await far.recorded(first), "duplicate_recorded")) == 1


async def test_a_first_issue_that_is_away_for_good_leaves_it_open(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try takes seconds, which are not skipped; so it is tried for a minute alone."""
    monkeypatch.setitem(errands._OPTIONS["link_duplicate"], "schedule_to_close_timeout", minutes(1))
    command = house.fresh(CLOSABLE)
    elsewhere = house.settings.model_copy(update={"task_queue": "nobody-works-here"})
    first = (await House(house.env, house.client, house.db, elsewhere).open(command)).issue
    _, second = await two(house)
    await suppress(house, second, first)
    await asyncio.sleep(5)
    assert (await house.state(second)).suppressing == str(first)
    await house.pass_time(second, longest(policy().tiers[0].acknowledge_within["S1"]) * 2)
    await goes_on_because(house, second, "it could not be reached in time")
    await house.handle(first).terminate("nobody works there")


WRONG: list[tuple[list[Any], str, str]] = [
    ([], "bad_body", "it came with no body"),
    ([{"issue": "desk:X", "said_by": "ann"}] * 2, "bad_body", "it came with 2 bodies"),
    (["desk:X"], "bad_body", "its body is of type str"),
    ([{}], "bad_field", "issue: Field required"),
    ([{"issue": "desk:X"}], "bad_field", "said_by: Field required"),
    ([{"issue": "X", "said_by": "ann"}], "bad_field", "issue is no issue's id"),
    ([{"issue": 7, "said_by": "ann"}], "bad_field", "issue: Input should be a valid string"),
    ([{"issue": "desk:X", "said_by": "x" * 301}], "too_long", "said_by has 301 characters"),
    ([{"issue": "desk:X", "said_by": "a\nb"}], "bad_field", "has control characters"),
    ([{"issue": "desk:X", "said_by": "ann", "why": "so"}], "unknown_field", "'why' is not known"),
    ([{"issue": "desk:X", "said_by": "ann", "id": 7}], "bad_field", "id: Input should be a valid string"),
]


async def test_what_is_no_duplicate_is_refused_and_leaves_nothing(house: House) -> None:
    first, second = await two(house)
    await house.until(first, lambda s: s.entries >= 5)  # opened, began, asked, and both were told
    before = len(await house.recorded(first))
    for bodies, code, words in WRONG:
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await house.handle(first).execute_update("take_duplicate", args=bodies)
        cause = caught.value.cause
        assert isinstance(cause, ApplicationError)
        assert (cause.type, words in cause.message) == (code, True), cause.message
    assert (await house.state(first)).entries == before
    # The same by hand, twice: recorded once.
    body = f'{{"issue": "{second}", "said_by": "ann"}}'
    for _ in range(2):
        assert (await update(house.client, first, "take_duplicate", "-i", body)).code == 0
    assert (await house.state(first)).duplicates == (str(second),)
    assert (await house.state(first)).entries == before + 1
    assert not await failed_tasks(house.client, first)
