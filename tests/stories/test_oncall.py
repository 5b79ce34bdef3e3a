"""A tier that tells a rota, on the real server: whose turn it is when it begins is asked, after a hand-over the next.

Hours are skipped. The simulated clock, which reads the same rota, comes to the same people.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from escalation.issue.commands import Acknowledge, Open
from escalation.issue.events import Entry, PeopleAsked, TierBegan
from escalation.issue.events_of_ladder import TierFoundEmpty
from escalation.issue.identity import IssueId
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import World, people_of
from tests.given import actor, policy, tier
from tests.server import PEOPLE, House, working

pytestmark = pytest.mark.server

HOUR = timedelta(hours=1)
IN_TURN = ("ann", "ben", "lee")
ROTAS = """
rotas:
  duty:
    zone: UTC
    layers:
      hours: {people: [ann, ben, lee], rotates: hourly, handoff: "00:00", from: 2026-01-01}
  over:
    zone: UTC
    layers:
      past: {people: [ann], from: 2020-01-01, until: 2020-02-01}
"""
"""By `duty` somebody else is on duty each hour; by `over` nobody is any more."""
LADDER = policy(
    tier("first", acknowledge=60, work=600, tell=Tell(rotas=("duty",))),
    tier("second", acknowledge=60, work=600, tell=Tell(rotas=("duty",))),
    tier("third", acknowledge=60, work=600, tell=Tell(rotas=("over",))),
    tier("fourth", acknowledge=60, work=600, tell=Tell(people=("boss",))),
)


def on_duty_at(at: datetime) -> str:
    """Whose hour it is, counted by hand."""
    began = datetime(2026, 1, 1, tzinfo=at.tzinfo)
    return IN_TURN[(at - began) // HOUR % len(IN_TURN)]


@asynccontextmanager
async def with_rotas(env: WorkflowEnvironment, home: Path, rotas: str = ROTAS) -> AsyncIterator[House]:
    """A house with rotas beside its directory."""
    await asyncio.to_thread((home / "rotas.yaml").write_text, rotas)
    async with working(env, home, str(home)) as house:
        yield house


def asked_at(entries: list[Entry]) -> list[tuple[str, tuple[str, ...], datetime, str]]:
    """Who was asked at which tier, when it began, and why they."""
    found = []
    began: datetime | None = None
    for entry in entries:
        if isinstance(entry.event, TierBegan):
            began = entry.recorded_at
        if isinstance(entry.event, PeopleAsked) and began is not None:
            people = tuple(person.id for person in entry.event.people)
            found.append((entry.event.tier, people, began, entry.event.why))
    return found


async def asked(house: House, issue: IssueId, tier: str) -> str:
    """Who is asked, once that tier has somebody."""
    state = await house.until(issue, lambda state: state.here.name == tier and bool(state.asked))
    (person,) = state.asked
    return person


async def test_who_is_on_duty_is_asked_before_and_after_a_hand_over(env: WorkflowEnvironment, tmp_path: Path) -> None:
    async with with_rotas(env, tmp_path) as house:
        command = house.fresh(LADDER)
        issue = (await house.open(command)).issue
        first = await asked(house, issue, "first")
        await house.pass_time(issue, HOUR)
        second = await asked(house, issue, "second")
        entries = asked_at(await house.recorded(issue))
        assert [(tier, people) for tier, people, _, _ in entries] == [("first", (first,)), ("second", (second,))]
        assert [(first,), (second,)] == [(on_duty_at(began),) for _, _, began, _ in entries]
        assert first != second, "an hour later it is the next one's turn"
        assert all(
            f"rota duty: {people[0]} (hours: the turn of {people[0]} from " in why for _, people, _, why in entries
        )
        # Whoever was asked after the hand-over has it; the one before was asked, too, and may still take it.
        sent = await house.send(issue, Acknowledge(id="ack", by=actor(second, "first")))
        assert sent.outcome == "done", sent
        assert (await house.state(issue)).handler == second
        agrees(command, entries)


def agrees(command: Open, entries: list[tuple[str, tuple[str, ...], datetime, str]]) -> None:
    """The simulated clock asks the same people with the same reasons."""
    directory = read_directory(PEOPLE, "people.yaml")
    world = World(find=people_of(directory, rotas=read_rotas(RotaTexts("rotas.yaml", ROTAS), directory)))
    simulated = Simulated(world)
    simulated.send(command, command.issue.opened_at)
    simulated.run_to(command.issue.opened_at + HOUR + timedelta(minutes=1))
    again = asked_at(simulated.entries)
    assert [(tier, people) for tier, people, _, _ in again] == [(tier, people) for tier, people, _, _ in entries]
    assert [why for _, _, _, why in again] == [why for _, _, _, why in entries]


async def test_a_tier_with_nobody_on_duty_is_left_at_once_and_the_record_says_why(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with with_rotas(env, tmp_path) as house:
        issue = (await house.open(house.fresh(LADDER))).issue
        await house.pass_time(issue, HOUR)
        await asked(house, issue, "second")
        await house.pass_time(issue, HOUR)
        assert await asked(house, issue, "fourth") == "boss"
        entries = await house.recorded(issue)
        began = {e.event.tier: e.recorded_at for e in entries if isinstance(e.event, TierBegan)}
        assert began["fourth"] - began["third"] < timedelta(seconds=10)
        (empty,) = [e.event for e in entries if isinstance(e.event, TierFoundEmpty)]
        assert "rota over: nobody (no layer is in force)" in empty.why


async def test_an_override_that_is_written_while_an_issue_climbs_counts_at_the_next_tier(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with with_rotas(env, tmp_path) as house:
        issue = (await house.open(house.fresh(LADDER))).issue
        assert await asked(house, issue, "first") in IN_TURN
        override = "    overrides: [{from: 2026-01-01T00:00Z, until: 2126-01-01T00:00Z, only: [olga]}]\n"
        changed = ROTAS.replace("  over:\n", f"{override}  over:\n")
        await asyncio.to_thread((tmp_path / "rotas.yaml").write_text, changed)
        await house.pass_time(issue, HOUR)
        assert await asked(house, issue, "second") == "olga"
        # A mistake does not take effect: the last good copy stays in use.
        await asyncio.to_thread((tmp_path / "rotas.yaml").write_text, changed.replace("[olga]", "[olg]"))
        other = (await house.open(house.fresh(LADDER))).issue
        assert await asked(house, other, "first") == "olga"
