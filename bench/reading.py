"""The simulated replay of a real log, as a multiple of what reading the same file with `csv.DictReader` takes.

Both are processes of their own, on the same unpacked file, one after the other; the CPU of the whole process counts,
its start too.
"""

import lzma
import resource
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.stand import BIN, ROOT

LOG = "uci498_incident_event_log_119998.csv.xz"
FORMAT = "uci498"
_READ = """
import csv, sys
with open(sys.argv[1], encoding="utf-8", errors="replace", newline="") as log:
    for row in csv.DictReader(log):
        pass
"""


class NoLog(Exception):
    """The data folder has no such log; says which, and how to name the folder."""


@dataclass(frozen=True)
class Readings:
    """Seconds of CPU, run by run: the replay, and beside it the plain reading."""

    replays: list[float]
    readings: list[float]

    @property
    def ratio(self) -> float:
        """The median of the pairs."""
        pairs = zip(self.replays, self.readings, strict=True)
        return statistics.median(replay / reading for replay, reading in pairs)


def measure(home: Path, data: Path, runs: int, say: Callable[[str], None]) -> Readings:
    """Replay the log and read it, so many times. Raises NoLog."""
    packed = data / LOG
    if not packed.is_file():
        raise NoLog(f"{packed} is not there; name its folder with --data or ESCALON_DATA")
    home.mkdir(parents=True)
    log = home / LOG.removesuffix(".xz")
    with lzma.open(packed) as source, log.open("wb") as target:
        shutil.copyfileobj(source, target)
    found = Readings([], [])
    for number in range(runs):
        say(f"run {number + 1} of {runs}: csv.DictReader, then escalon replay")
        found.readings.append(_cpu_of([sys.executable, "-c", _READ, str(log)]))
        found.replays.append(
            _cpu_of([str(BIN / "escalon"), "replay", str(log), "--format", FORMAT, "--clock", "simulated", "--json"])
        )
    return found


def _cpu_of(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
