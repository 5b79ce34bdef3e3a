"""`make chaos`: faults at random instants of random stories, then checks that every issue was kept (docs/chaos.md).

Progress goes to standard error, the figures to standard output, with --json as one object. Exit code 1: something was
found. Linux.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import sys
import tempfile
from pathlib import Path

import structlog

from chaos.dealt import deal
from chaos.figures import Sums, progress
from chaos.lanes import all_runs, database_of
from chaos.postgres import why_not
from chaos.processes import NotReady


def main() -> int:
    """Make the runs that are asked for; the exit code."""
    # Doors and the SDK complain of faults.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger().addHandler(logging.NullHandler())
    asked = _arguments()
    missing = why_not()
    if missing and asked.database != "sqlite":
        print(f"all runs on SQLite: {missing}", file=sys.stderr)
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    numbers = [asked.only] if asked.only is not None else list(range(1, asked.runs + 1))
    databases = ("sqlite",) if missing or asked.database == "sqlite" else ("postgres", "sqlite")
    if asked.database == "postgres" and not missing:
        databases = ("postgres",)
    folder = Path(tempfile.mkdtemp(prefix="escalon-chaos-"))
    print(f"seed {seed}, {len(numbers)} runs, in {folder}", file=sys.stderr, flush=True)
    runs = {each: [n for n in range(1, asked.runs + 1) if database_of(n, databases) == each] for each in databases}
    dealt = deal(seed, runs) if asked.deal else {}
    sums = Sums(seed, asked.database, f"--deal --runs {asked.runs}" if asked.deal else "")
    with progress(len(numbers), sys.stderr) as show:
        try:
            asyncio.run(all_runs(folder, seed, numbers, databases, asked.lanes, dealt, sums, show))
        except* NotReady as failed:
            sys.exit(f"nothing can be tried: {failed.exceptions[0]}")
    print(json.dumps(sums.as_json(), indent=2) if asked.json else sums.table())
    if not sums.failed and not asked.keep:
        sums.remove(folder)
    return 1 if sums.failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how many")
    parser.add_argument("--seed", type=int, help="the base of all runs' seeds; default: drawn, and printed")
    parser.add_argument("--only", type=int, metavar="N", help="run N of that seed alone")
    parser.add_argument(
        "--deal", action="store_true", help="deal all kinds of faults to the runs in place of drawing some"
    )
    parser.add_argument("--lanes", type=int, default=2, help="stages side by side")
    parser.add_argument("--database", choices=("both", "postgres", "sqlite"), default="both",
                        help="of the record; both: PostgreSQL where it is installed, in turn with SQLite")  # fmt: skip
    parser.add_argument("--keep", action="store_true", help="keep the folder also when nothing was found")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the SDK may abort at the interpreter's end
