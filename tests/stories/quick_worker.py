"""A worker as a process of its own, to be killed: the real one, with errands that are given up sooner.

A killed worker's errand is tried again when its time is up. That time is cut to a few seconds here, as the story's
ladder is; nothing else differs from `escalon worker`. Says `ready` on its standard output.
"""

import asyncio
import os
import sys
from datetime import timedelta

from client.connect import connect
from client.settings import Settings
from records.database import migrate, open_database
from worker import build_worker
from workflows import errands

GIVEN_UP_AFTER = timedelta(seconds=3)


async def main() -> None:
    """Work until killed."""
    for options in (*errands._OPTIONS.values(), errands.RECORD):
        options["start_to_close_timeout"] = GIVEN_UP_AFTER
    settings = Settings()
    db = open_database(settings.record)
    migrate(db)
    async with build_worker(await connect(), settings, db):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        os._exit(1)
