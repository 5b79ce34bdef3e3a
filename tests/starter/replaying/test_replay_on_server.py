"""The small invented log as real workflows with skipped time: the same answers, and the same journals."""

from typing import Any

import pytest

from starter.replaying.on_server import replay_on_server
from starter.replaying.simulated import play_beside
from tests.starter.command_line import CommandLine
from tests.starter.replaying.small import ACKNOWLEDGE, CASES, EVENTS, FILE, RESOLVE
from worker import build_worker

pytestmark = [pytest.mark.server, pytest.mark.slow]


async def test_the_server_gives_the_answers_known_by_hand_and_the_journals_of_the_simulated_clock() -> None:
    told: list[int] = []
    done = await replay_on_server(FILE, "uci498", 100, build_worker, told.append)
    agreement = done.agreement
    assert agreement is not None
    assert [str(each) for each in agreement.differences] == []
    # Case 8 is resolved in the very instant of a target that a hold has moved, and a hold is timed to the second.
    assert set(agreement.ties) <= {"SAMPLE0008"}
    assert (agreement.cases, agreement.entries > 100, agreement.answers > 50) == (CASES, True, True)
    assert done.counts.acknowledge_timeouts == ACKNOWLEDGE
    counted = done.counts.resolve_breaches
    counted["held"]["4h"] -= len(agreement.ties)
    assert counted == RESOLVE
    assert (done.counts.cases, done.events, done.refused) == (CASES, EVENTS, [])
    assert sorted(told) == list(range(1, CASES + 1))


def test_a_journal_that_differs_is_named_and_ends_with_one(
    escalon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last entry of the simulated journal is taken away before the two are held against each other."""

    def without_the_last(*given: Any) -> Any:
        beside = play_beside(*given)
        return beside._replace(entries=beside.entries[:-1])

    monkeypatch.setattr("starter.replaying.on_server.play_beside", without_the_last)
    ran = escalon("replay", str(FILE), "--format", "uci498", "--clock", "server", "--cases", "1", "--json")
    assert ran.code == 1
    (difference,) = ran.json["agreement"]["differences"]
    assert difference["case"] == "SAMPLE0001"
    assert difference["simulated"] == "nothing"
    assert difference["server"].startswith("closed at")
