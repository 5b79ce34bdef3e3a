"""Handing over: an issue's workflow continues as new in the midst of its story, and nothing is lost by it.

The server here suggests it after a few events instead of thousands, so that each story hands over again and again.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

import workflows.shell
from escalation.issue.attributes import attributes
from escalation.issue.commands import Acknowledge, Release
from escalation.issue.events import Told
from tests.activities.channels.mail_server import mail_server
from tests.given import actor, minutes
from tests.server import House, dev_server, working
from tests.stories.server_process import free_port
from tests.workflows.history import failed_tasks, goes_on, kind, runs
from tests.workflows.scenarios import SCENARIOS, WITH_MAIL, Scenario, Telling, in_short, staged
from tests.workflows.waiting import until_found

pytestmark = pytest.mark.server

SOON = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=25")
AT_ONCE = ("--dynamic-config-value", 'history.workflowIdReuseMinimalInterval="0s"')
"""A server makes a run that follows a short one wait; skipped time then runs on too far. Stories here are short."""
PLAYED = [scenario for scenario in SCENARIOS if scenario.name in {"exhausted", "by_hand", "refused_signals"}]


@pytest.fixture(scope="module")
async def hasty() -> AsyncIterator[WorkflowEnvironment]:
    """A server that wants every run short."""
    async with dev_server(*SOON, *AT_ONCE) as environment:
        yield environment


async def played(
    env: WorkflowEnvironment, home: Path, scenario: Scenario, cached: int
) -> tuple[tuple[list[str], list[str]], int]:
    """The story's journal in short, and in how many runs it was played."""
    async with staged(env, home, scenario, cached) as house:
        issue = await scenario.play(house)
        entries = house.journal(issue)
        assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        assert await failed_tasks(house.client, issue) == []
        opened_at = entries[0].happened_at
        return in_short(entries, opened_at), len(await runs(house.client, str(issue)))


@pytest.mark.parametrize("scenario", PLAYED, ids=lambda scenario: scenario.name)
async def test_a_story_with_hand_overs_is_the_story_without(
    env: WorkflowEnvironment, hasty: WorkflowEnvironment, tmp_path: Path, scenario: Scenario
) -> None:
    (without, one), (cached, many), (uncached, as_many) = await asyncio.gather(
        played(env, tmp_path / "without", scenario, 1000),
        played(hasty, tmp_path / "cached", scenario, 1000),
        played(hasty, tmp_path / "uncached", scenario, 0),
    )
    assert one == 1
    assert min(many, as_many) >= 3
    assert cached == without
    assert uncached == without


@pytest.mark.parametrize("cached", [0, 1000])
async def test_what_a_hand_over_carries(hasty: WorkflowEnvironment, tmp_path: Path, cached: int) -> None:
    async with working(hasty, tmp_path, str(tmp_path), cached) as house:
        story = await Telling.begin(house)
        issue, handle = story.issue, house.handle(story.issue)
        first = Acknowledge(id="once", by=actor("ann"))
        done = await house.send(issue, first)
        await house.send(issue, Release(id="back", by=actor("ann")))
        await house.recorded(issue)
        await until_handed_over(house, story)
        again = await house.send(issue, first)
        assert done.done is not None
        assert again.done is not None
        assert (again.done.is_repeat, again.done.entries) == (True, done.done.entries)

        state = await house.state(issue)
        assert (state.handler, state.asked) == (None, ("ann", "ben"))
        description = await handle.describe()
        shown = {pair.key.name: pair.value for pair in description.typed_search_attributes}
        wanted = {name: value for name, value in attributes(state).items() if value is not None}
        assert {name: shown.get(name) for name in wanted} == wanted
        assert await description.memo_value("opened_by") == next(iter(state.done))
        assert description.raw_description.workflow_execution_info.priority.priority_key == 1
        assert len(await handle.query("timeline")) == state.entries
        assert (await house.open(house.fresh(issue={"id": issue}))).is_new is False

        due_at = state.acknowledge_due_at
        await house.pass_time(issue, minutes(10) + timedelta(seconds=1))
        moved = await house.until(issue, lambda s: s.tier == "second" and bool(s.asked))
        assert moved.tier_began_at == due_at
        began = [entry for entry in await house.recorded(issue) if entry.event.kind == "tier_began"][-1]
        assert began.recorded_at - began.happened_at < timedelta(seconds=1)
        await goes_on(handle, house.client)


async def test_no_signal_is_lost_over_hand_overs(hasty: WorkflowEnvironment, tmp_path: Path) -> None:
    async with working(hasty, tmp_path, str(tmp_path)) as house:
        story = await Telling.begin(house)
        handle = house.handle(story.issue)
        rounds = 0
        while len(await runs(house.client, str(story.issue))) < 3:  # the more signals share a task, the later
            await asyncio.gather(*[handle.signal("acknowledge") for _ in range(10)])
            await house.recorded(story.issue)
            rounds += 1
        entries = await house.recorded(story.issue)
        assert sum(entry.event.kind == "refused" for entry in entries) == 10 * rounds
        assert await failed_tasks(house.client, story.issue) == []


async def test_errands_under_way_are_carried_over_a_forced_hand_over(
    env: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail server is away for long and the history grows: it hands over with the mail still to be sent."""
    monkeypatch.setattr(workflows.shell, "FORCED_HISTORY", 60)
    (tmp_path / "people.yaml").write_text(WITH_MAIL)
    port = free_port()
    sender = "escalon@example.org"
    async with working(
        env, tmp_path, str(tmp_path), smtp_host="127.0.0.1", smtp_port=port, smtp_security="plain", mail_from=sender
    ) as house:
        story = await Telling.begin(house)
        handle = house.handle(story.issue)
        await until_handed_over(house, story)
        assert not [e for e in house.journal(story.issue) if isinstance(e.event, Told) and e.event.channel == "email"]
        async with mail_server(port=port) as server:
            await house.pass_time(story.issue, minutes(5))
            await house.until(story.issue, lambda s: s.entries > 0)
            entries = await until_told(house, story)
            assert [str(mail["To"]) for mail in server.mails] == ["ann@example.org"]
        told = [event for event in entries if event.channel == "email"]
        assert [(event.person, event.outcome, event.is_possible_repeat) for event in told] == [("ann", "sent", True)]
        carried_on = (await runs(house.client, str(story.issue)))[-1].events
        assert "ACTIVITY_TASK_SCHEDULED" in [kind(event) for event in carried_on]
        await goes_on(handle, house.client)


async def test_a_history_that_is_large_is_handed_over_though_an_errand_is_under_way(
    env: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few events, many bytes: a mail that does not get through keeps it from rest, and each signal is long."""
    monkeypatch.setattr(workflows.shell, "FORCED_HISTORY_BYTES", 300_000)
    (tmp_path / "people.yaml").write_text(WITH_MAIL)
    async with working(
        env,
        tmp_path,
        str(tmp_path),
        smtp_host="127.0.0.1",
        smtp_port=free_port(),
        smtp_security="plain",
        mail_from="escalon@example.org",
    ) as house:
        story = await Telling.begin(house)
        for _ in range(6):
            await house.handle(story.issue).signal("acknowledge", {"by": "x" * 60_000})
        await house.until(story.issue, lambda s: s.entries >= 6)

        async def handed_over() -> bool:
            return len(await runs(house.client, str(story.issue))) > 1

        await until_found(handed_over)
        first = (await runs(house.client, str(story.issue)))[0]
        assert len(first.events) < 100, "it was not the number of events"
        assert await failed_tasks(house.client, story.issue) == []
        await goes_on(house.handle(story.issue), house.client)


async def until_handed_over(house: House, story: Telling) -> None:
    """Keep it busy, with signals that it refuses, until it has handed over; it does so at rest."""
    for _ in range(30):
        await house.handle(story.issue).signal("acknowledge")
        await house.recorded(story.issue)
        for _ in range(10):
            if len(await runs(house.client, str(story.issue))) > 1:
                return
            await asyncio.sleep(0.02)
    raise AssertionError("it never handed over")


async def until_told(house: House, story: Telling) -> list[Told]:
    """What was told, once the mail is among it."""
    for _ in range(400):
        told = [entry.event for entry in await house.recorded(story.issue) if isinstance(entry.event, Told)]
        if any(event.channel == "email" for event in told):
            return told
        await asyncio.sleep(0.02)
    raise AssertionError("no mail went out")
