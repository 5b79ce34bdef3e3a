"""A worker as a process of its own, to be killed: the real one, which is given up sooner.

A killed worker's errand is tried again when its time is up, and its workflows wait for it for a while before another
one takes them up. These times are cut to a few seconds here, as the story's ladder is; nothing else differs from
`escalon worker`. Says `ready` on its standard output.
"""

import asyncio
import os
import sys
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from temporalio.worker import Worker

from client.connect import connect
from client.settings import Settings
from records.database import migrate, open_database
from worker import build_worker
from workflows import errands

GIVEN_UP_AFTER = timedelta(seconds=3)
"""Errands of a worker that is dead."""
MISSED_AFTER = timedelta(seconds=1)
"""Its workflows; the SDK waits ten."""


async def main() -> None:
    """Work until killed."""
    for options in (*errands._OPTIONS.values(), errands.RECORD):
        options["start_to_close_timeout"] = GIVEN_UP_AFTER
    settings = Settings()
    db = open_database(settings.record)
    migrate(db)
    with patch("worker.Worker", partial(Worker, sticky_queue_schedule_to_start_timeout=MISSED_AFTER)):
        worker = build_worker(await connect(), settings, db)
    async with worker:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        os._exit(1)
