"""`python -m tests.peers FOLDER [--json]`: plays a folder of peers' cases on the simulated clock.

Exit code 0: none failed; 1: at least one did; 2: the folder cannot be read.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

from tests.peers.judging import judge_all
from tests.peers.reading import Unreadable, read_folder
from tests.peers.report import as_json, lines


def main(arguments: list[str] | None = None) -> int:
    """Play the folder; the exit code."""
    parser = ArgumentParser(prog="python -m tests.peers", description="Plays peers' cases on the simulated clock.")
    parser.add_argument("folder", type=Path, help="folder with files of cases (*.yaml)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    given = parser.parse_args(arguments)
    try:
        scenarios = read_folder(given.folder)
    except Unreadable as error:
        sys.stderr.write(f"peers: {error}\n")
        return 2
    verdicts = judge_all(scenarios)
    said = as_json(verdicts) if given.json else "\n".join(lines(verdicts))
    sys.stdout.write(said + "\n")
    return 1 if any(verdict.word == "failed" for verdict in verdicts) else 0


if __name__ == "__main__":
    raise SystemExit(main())
