"""A process that migrates and writes, for tests of several at once: `python -m tests.records.writer URL NAME COUNT`.

Waits for a line on its standard input before each of both, so that all begin together. Writes `COUNT` entries of an
issue of its own and of one that all share, in batches that overlap, each batch twice, and a text with each.
"""

import sys

from records.database import migrate, open_database
from records.journal import write
from records.texts import keep
from tests.records.samples import issue_id, record

SHARED = issue_id("SHARED")
BATCH = 20


def main(url: str, name: str, count: int) -> None:
    """Do it."""
    db = open_database(url)
    _when_told("ready")
    migrate(db)
    _when_told("migrated")
    for first in range(1, count + 1, BATCH):
        last = min(count, first + BATCH - 1)
        for issue in (issue_id(name), SHARED):
            for _ in range(2):
                write(db, record(issue, max(1, first - 3), last))
            keep(db, issue, f"text-{first}", f"said at {first}")
    _say("written")


def _when_told(where: str) -> None:
    _say(where)
    sys.stdin.readline()


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
