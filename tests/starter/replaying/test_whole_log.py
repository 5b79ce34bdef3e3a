"""The whole published log on the simulated clock: its counts are those that others have counted, all twenty."""

from pathlib import Path

import pytest

from starter.replaying.logfile import FORMATS
from starter.replaying.outcome import Replayed
from starter.replaying.simulated import replay_file
from tests.real_data import data_file
from tests.starter.replaying.reference import table
from tests.starter.replaying.test_replay import ClockFirst

NAME = "uci498_incident_event_log_119998.csv.xz"
FORMAT = FORMATS["uci498"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # a minute of CPU, of which others may have most


@pytest.fixture(scope="module")
def log() -> Path:
    return data_file(NAME)


@pytest.fixture(scope="module")
def done(log: Path) -> Replayed:
    return replay_file(log)


def counted(done: Replayed) -> dict[str, dict[str, int]]:
    return {"acknowledged": done.counts.acknowledge_timeouts, **done.counts.resolve_breaches}


def test_all_twenty_counts_are_those_of_the_reference(done: Replayed) -> None:
    assert counted(done) == FORMAT.reference
    assert sum(len(group) for group in counted(done).values()) == 20


def test_the_reference_is_what_the_rows_say(log: Path) -> None:
    found = table(log)
    assert {"acknowledged": found["acknowledge_timeouts"], **found["resolve_breaches"]} == FORMAT.reference


def test_every_row_but_that_of_the_cut_case_is_replayed_and_nothing_is_refused(done: Replayed) -> None:
    assert (done.counts.cases, done.events) == (FORMAT.reference_cases, 119_997)
    assert [(each.reference, each.line, each.rows) for each in done.dropped] == [("INC0029233", 119_999, 1)]
    assert done.refused == []


def test_dirty_rows_are_named(done: Replayed) -> None:
    found = [(each.field, each.value) for each in done.dirty]
    assert found.count(("incident_state", "-100")) == 2
    assert [each.line for each in done.dirty] == [330, 336, 346, 351, 360, 361, 438, 115_643, 115_644]


def test_a_clock_that_comes_first_changes_the_counts(log: Path) -> None:
    """Cases that were acknowledged in the very instant of a limit are counted then. The first of them are enough."""
    right, wrong = counted(replay_file(log, cases=1500)), counted(replay_file(log, cases=1500, player=ClockFirst))
    gained = {key: wrong["acknowledged"][key] - count for key, count in right["acknowledged"].items()}
    assert gained["15m"] > 0
    assert gained["30m"] > 0
    assert min(gained.values()) >= 0
