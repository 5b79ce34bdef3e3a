"""The same scripts on the simulated clock, as workflows whose time is skipped, and in real time: the same journals."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from escalation.issue.clocks import GRACE
from tests.server import House, working
from tests.stories.clocks import Told, live, on_the_server, simulated, ties
from tests.stories.dues import Dues
from tests.stories.invented import invented
from tests.stories.journals import Compared, compare
from tests.stories.script import UNREADABLE, Script
from tests.stories.scripts import LIVE, SCRIPTS

INVENTED = 10
PARTS = 4
"""So that each ends long before whatever hangs is given up, also on a busy machine."""
AT_ONCE = 6
"""Scripts that are under way side by side: more would starve each other on two cores, and timers would be late."""


async def played(
    house: House, scripts: Iterable[Script], play: Callable[[House, Script, str], Awaitable[Told]], prefix: str
) -> dict[str, Told]:
    """All of them, some side by side."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(script: Script) -> Told:
        async with slots:
            return await play(house, script, f"{prefix}-{script.name}")

    chosen = list(scripts)
    return dict(zip((script.name for script in chosen), await asyncio.gather(*map(one, chosen)), strict=True))


def compared(scripts: Iterable[Script], told: dict[str, Told]) -> Compared:
    """Each against the simulated clock; AssertionError with all that differ."""
    total, differ = Compared(), []
    for script in scripts:
        there = told[script.name]
        here = simulated(script, there.begun, there.opened_at, there.heard())
        try:
            total.add(compare(here, there))
        except AssertionError as error:
            differ.append(f"{script.name}: {error}")
    assert not differ, "\n".join(differ)
    return total


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
async def test_the_server_and_the_simulated_clock_write_the_same_journals(
    house: House, record_testsuite_property: Callable[[str, object], None], part: int
) -> None:
    scripts = [script for script in SCRIPTS if script.people != UNREADABLE][part::PARTS]
    total = compared(scripts, await played(house, scripts, on_the_server, "same"))
    record_testsuite_property(f"server and simulated, part {part}", str(total))
    assert total.scripts == len(scripts) >= 20 // PARTS
    assert total.entries >= 10 * total.refused, "what is left aside is little"


@pytest.mark.server
async def test_so_do_they_where_nobody_can_be_looked_up(env: WorkflowEnvironment, tmp_path: Path) -> None:
    scripts = [script for script in SCRIPTS if script.people == UNREADABLE]
    (tmp_path / "people.yaml").write_text(UNREADABLE)
    async with working(env, tmp_path, "unreadable") as house:
        total = compared(scripts, await played(house, scripts, on_the_server, "blind"))
    assert total.scripts >= 1


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
async def test_so_do_they_in_stories_that_nobody_wrote(
    house: House, record_testsuite_property: Callable[[str, object], None], part: int
) -> None:
    scripts = [invented(seed) for seed in range(part, INVENTED, PARTS)]
    assert not [script.name for script in scripts if ties(script)], "of an exact tie nobody can say who is first"
    total = compared(scripts, await played(house, scripts, on_the_server, "drawn"))
    record_testsuite_property(f"server and simulated, drawn, part {part}", str(total))
    assert total.scripts == len(scripts)


@pytest.mark.server
async def test_real_time_and_the_simulated_clock_write_the_same_journals(
    house: House, record_testsuite_property: Callable[[str, object], None]
) -> None:
    scripts = [script.scaled(1 / 60) for script in SCRIPTS if script.name in LIVE]
    total = compared(scripts, await played(house, scripts, live, "live"))
    record_testsuite_property("live and simulated", str(total))
    assert total.scripts == len(LIVE)


STALLING = ("snoozed", "lapse_and_renew", "released")
"""With reminders, lapses and limits that follow one another by the second, at half the time of the others."""
STALLS_S = ((1.5, 3.2), (4.4, 7.2), (8.5, 10.5))
"""From when to when, in seconds after the opening, nothing runs. The second is over after one of them ends, with three
reminders due in between."""


async def stalling() -> None:
    """Neither timers nor answers are heard for a while, as on a machine that has too much to do."""
    begun = time.monotonic()
    for since, until in STALLS_S:
        await asyncio.sleep(begun + since - time.monotonic())
        time.sleep(max(begun + until - time.monotonic(), 0))  # noqa: ASYNC251 - the loop is to stand still


@pytest.mark.server
@pytest.mark.slow
async def test_so_they_do_on_a_machine_that_serves_timers_late(
    house: House, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Late is late on both: what the rules make of it is the same, also where a script ends meanwhile."""
    scripts = [script.scaled(1 / 120) for script in SCRIPTS if script.name in STALLING]
    told, _ = await asyncio.gather(played(house, scripts, live, "late"), stalling())
    total = compared(scripts, told)
    record_testsuite_property("live and late, and simulated", str(total))
    served = [each for there in told.values() for each in Dues().follow(there.journal)]
    assert any(each.late_by > GRACE for each in served), "or nothing was late"
