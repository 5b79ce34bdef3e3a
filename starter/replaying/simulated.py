"""A log replayed on the simulated clock, case by case: each script played to its end, its journal counted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple, TypeAlias

from client.settings import SHIPPED
from escalation.calendar.limit import longest
from escalation.intake.logged import Case, LogFormat
from escalation.issue.effects import FindResponders
from escalation.issue.events import Entry
from escalation.issue.refusal import Rejected
from escalation.policy.model import Policy
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import LookUp, World, people_of
from starter.replaying.counting import Counts
from starter.replaying.logfile import format_named, open_log
from starter.replaying.outcome import Refused, Replayed

PEOPLE = SHIPPED / "people.yaml"
"""The directory of replays, whatever people this installation has: those who ship have every role that is told."""

Player: TypeAlias = Callable[[World], Simulated]


def replay_file(
    path: Path,
    format_name: str = "uci498",
    *,
    cases: int | None = None,
    policy: Policy | None = None,
    player: Player = Simulated,
    on_bytes: Callable[[int], None] | None = None,
    on_cases: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Replay the log, or its first `cases` cases; `policy` and `player` in place of the usual ones, to try others.

    `on_bytes` and `on_cases` hear how far it is: in the file, and in cases. Raises WrongInput.
    """
    began, cpu_began = perf_counter(), process_time()
    done = Replayed(Counts(format_named(format_name)))
    world = the_world()
    with open_log(path, done.counts.format, policy, on_bytes) as log:
        rest = longest_limit(log.policy, log.format)
        for case in islice(log.reader.cases(log.rows), cases):
            played = play_case(case, player(world), rest, done.refused)
            done.counts.take(played.entries)
            done.events += case.rows
            done.commands += len(case.script)
            on_cases(done.counts.cases)
        done.dirty, done.dropped = log.reader.dirty, log.reader.dropped
    done.seconds, done.cpu_seconds = perf_counter() - began, process_time() - cpu_began
    return done


def play_case(case: Case, issue: Simulated, rest: timedelta, refused: list[Refused]) -> Simulated:
    """The case's script, and then its clock until `rest` after it."""
    for at, command in case.script:
        answer = issue.send(command, at)
        if isinstance(answer, Rejected):
            refused.append(Refused(case.reference, command.id, answer.code, answer.why))
        issue.hear()
    issue.run_to(case.script[-1].at + rest)
    return issue


class Beside(NamedTuple):
    """A case as the simulated clock plays it, for another clock to be held against."""

    entries: list[Entry]
    refused: list[Refused]
    ties: tuple[datetime, ...]
    """The instants in which a command came and something was due."""


def play_beside(case: Case, issue: Simulated, rest: timedelta) -> Beside:
    """The case's script as `play_case` does it, with an eye on exact ties."""
    refused: list[Refused] = []
    ties: list[datetime] = []
    for at, command in case.script:
        while (due_at := issue.next_at) is not None and due_at < at:
            issue.run_to(due_at)
        if due_at == at:
            ties.append(at)
        answer = issue.send(command, at)
        if isinstance(answer, Rejected):
            refused.append(Refused(case.reference, command.id, answer.code, answer.why))
        issue.hear()
    issue.run_to(case.script[-1].at + rest)
    return Beside(issue.entries, refused, tuple(ties))


def longest_limit(policy: Policy, chosen: LogFormat) -> timedelta:
    """How far the clock goes on after the last row of a case: then every limit that is counted has been reached."""
    ladder = (max(map(longest, policy.tier(name).acknowledge_within.values())) for name in chosen.tiers.values())
    targets = (max(map(longest, target.within.values())) for target in policy.targets)
    return max(sum(ladder, timedelta(0)), *targets)


def the_world(*, has_deliveries: bool = False) -> World:
    """Everybody of the shipped directory is on duty and found at once. Messages leave, or nothing is heard of them."""
    find = people_of(read_directory(PEOPLE.read_text(encoding="utf-8"), PEOPLE.name))
    known: dict[tuple[str, str], LookUp] = {}

    def find_once(effect: FindResponders, at: datetime) -> LookUp:
        key = (effect.tier, effect.severity)
        found = known.get(key)
        if found is None:  # the same people for every case: logs name nobody whom a case is about
            found = known[key] = find(effect, at)
        return found

    return World(find=find_once, has_deliveries=has_deliveries)
