"""`escalon worker`: work on issues until told to stop."""

import asyncio
from typing import Annotated

import typer

from starter.options import RUN


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker", rich_help_panel=RUN)(run_worker)


def run_worker(
    log_level: Annotated[str, typer.Option(metavar="LEVEL", help="debug, info, warning or error.")] = "info",
) -> int:
    """Work on issues: run their workflows, tell people, keep the record. Logs to stderr until SIGTERM or Ctrl-C.

    Several may run, on one machine or on many. Waits for a server that is not there yet. Connection: Temporal's own
    environment variables and profile file; all else: ESCALON_ variables (docs/operating.md).
    """
    from activities.fetch_feeds import keep_fetched
    from activities.hastening import keep_hastened
    from client.settings import Settings
    from records.database import Database
    from starter import logs, serving
    from starter.installation import check_people, settings_now
    from starter.tracing import traced
    from worker import build_worker

    async def beside(settings: Settings, db: Database) -> None:
        await asyncio.gather(keep_fetched(settings, db), keep_hastened(settings, db))

    settings = settings_now()
    logs.set_up(logs.level(log_level))
    check_people(settings)
    with traced(settings, "worker"):
        return serving.run_until_signalled(lambda stop: serving.serve(settings, build_worker, stop, beside))
