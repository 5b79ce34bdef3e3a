"""The small invented log on the simulated clock: known answers, what the counts hang on, and the command."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from escalation.issue import clocks
from escalation.issue.commands import Command
from escalation.issue.events import Entry
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from escalation.simulate import Simulated
from starter.replaying.logfile import FORMATS, policy_of
from starter.replaying.simulated import replay_file
from tests.starter.command_line import CommandLine
from tests.starter.replaying.reference import table
from tests.starter.replaying.small import ACKNOWLEDGE, CASES, DIRTY, EVENTS, FILE, RESOLVE

REPLAY = ("replay", str(FILE), "--format", "uci498")


class ClockFirst(Simulated):
    """At one instant the clock comes before the command: the rule turned round."""

    def send(self, command: Command, at: datetime) -> tuple[Entry, ...] | Rejected:
        """What is due at that instant first."""
        if self.state is not None:
            self.run_to(at)
        return super().send(command, at)


def test_the_answers_are_those_known_by_hand() -> None:
    done = replay_file(FILE)
    assert done.counts.acknowledge_timeouts == ACKNOWLEDGE
    assert done.counts.resolve_breaches == RESOLVE
    assert (done.counts.cases, done.events) == (CASES, EVENTS)
    assert done.refused == []


def test_they_are_those_of_a_count_that_knows_no_rules() -> None:
    assert table(FILE) == {"acknowledge_timeouts": ACKNOWLEDGE, "resolve_breaches": RESOLVE}


def test_rows_that_are_not_as_they_should_be_are_named_by_line() -> None:
    done = replay_file(FILE)
    assert [(each.line, each.field, each.value) for each in done.dirty] == DIRTY
    assert all(each.allowed and each.done for each in done.dirty)
    assert [(each.reference, each.line, each.rows) for each in done.dropped] == [("SAMPLE0009", 39, 1)]


def test_counts_hang_on_commands_coming_before_the_clock() -> None:
    done = replay_file(FILE, player=ClockFirst)
    gained = {key: count - ACKNOWLEDGE[key] for key, count in done.counts.acknowledge_timeouts.items()}
    # Case 1 is acknowledged at 15 min, 5 at 72 h, 7 at 8 h, each in the very instant.
    assert {key: count for key, count in gained.items() if count} == {"15m": 1, "8h": 1, "72h": 1}
    wall, held = done.counts.resolve_breaches["wall"], done.counts.resolve_breaches["held"]
    assert (wall["4h"], wall["8h"], wall["24h"], wall["72h"]) == (8, 7, 5, 3)
    assert (held["4h"], held["8h"], held["72h"]) == (5, 3, 2)


def test_counts_hang_on_a_hold_that_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_of_them(state: IssueState) -> Sequence[object]:
        return state.targets

    monkeypatch.setattr(clocks, "running_targets", all_of_them)
    held = replay_file(FILE).counts.resolve_breaches["held"]
    assert held != RESOLVE["held"]
    assert held["240h"] == RESOLVE["wall"]["240h"], "the hold of case 4 never ends"


def test_a_target_that_does_not_stop_on_hold_is_the_wall_clock() -> None:
    policy = policy_of(FORMATS["uci498"])
    targets = tuple(target.model_copy(update={"stops_on_hold": False}) for target in policy.targets)
    breaches = replay_file(FILE, policy=policy.model_copy(update={"targets": targets})).counts.resolve_breaches
    assert breaches["held"] == breaches["wall"] == RESOLVE["wall"]


def test_the_command_answers_programs_with_one_object(escalon: CommandLine) -> None:
    ran = escalon(*REPLAY, "--json")
    assert ran.code == 0
    assert ran.err == ""
    assert ran.json["acknowledge_timeouts"] == ACKNOWLEDGE
    assert ran.json["resolve_breaches"] == RESOLVE
    assert (ran.json["cases"], ran.json["events"]) == (CASES, EVENTS)
    assert ran.json["seconds"] > 0
    assert len(ran.json["dirty_rows"]) == len(DIRTY)


def test_the_command_shows_people_what_it_counted_and_what_was_wrong(escalon: CommandLine) -> None:
    ran = escalon(*REPLAY, "--clock", "simulated")
    assert ran.code == 0
    assert "nobody had acknowledged within" in ran.out
    assert "8 cases, 36 events of the log" in ran.out
    assert "line 30: sys_updated_at '?'; allowed: a time as day/month/year hour:minute; the row is left out" in ran.out
    assert "SAMPLE0009 is not replayed: the file ends within it" in ran.out
    assert "reference" not in ran.out, "that is known of one published log"


def test_only_the_first_cases_are_replayed_where_that_is_asked(escalon: CommandLine) -> None:
    assert escalon(*REPLAY, "--cases", "2", "--json").json["cases"] == 2


def test_a_log_is_looked_up_in_the_data_folder(escalon: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    call = ("replay", FILE.name, "--format", "uci498", "--json")
    assert escalon(*call, "--data", str(FILE.parent)).json["cases"] == CASES
    monkeypatch.setenv("ESCALON_DATA", str(FILE.parent))
    assert escalon(*call).json["cases"] == CASES


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (("no-such.csv", "--format", "uci498"), "FILE: there is no no-such.csv"),
        (("log.txt", "--format", "uci498"), "allowed: .csv and .csv.xz"),
        ((str(FILE), "--format", "uci499"), "--format: 'uci499' is not known; allowed: uci498"),
        ((str(FILE), "--format", "uci498", "--clock", "sundial"), "--clock: 'sundial' is not known"),
    ],
)
def test_what_cannot_be_replayed_is_refused_in_words(call: Sequence[str], why: str, escalon: CommandLine) -> None:
    ran = escalon("replay", *call)
    assert ran.code == 2
    assert why in ran.err


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("other.csv", b"when,what\n1,2\n", "is not of format uci498: the header has no column number"),
        ("empty.csv", b"", "is not of format uci498"),
        ("broken.csv.xz", b"this is not packed", "broken.csv.xz cannot be read"),
        ("latin.csv", b"n\xe9\n", "latin.csv cannot be read"),
    ],
)
def test_a_file_that_is_no_such_log_is_refused(
    name: str, content: bytes, why: str, tmp_path: Path, escalon: CommandLine
) -> None:
    (tmp_path / name).write_bytes(content)
    ran = escalon("replay", str(tmp_path / name), "--format", "uci498")
    assert ran.code == 2
    assert why in ran.err
