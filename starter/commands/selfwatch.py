"""`escalon selfwatch`: watch over all of it from outside."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from starter.options import RUN, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("selfwatch", rich_help_panel=RUN)(run_selfwatch)


def run_selfwatch(
    once: Annotated[
        bool, typer.Option("--once", help="Look once, and say by the exit code whether all is well.")
    ] = False,
    as_json: JsonOption = False,
    log_level: Annotated[str, typer.Option(metavar="LEVEL", help="debug, info, warning or error.")] = "info",
) -> int:
    """Watch over the service from outside: deadlines that passed, issues that are stuck, workers that are gone.

    What is found is put on record, told to the operator of the directory, and told again when it has ended. With
    --json one line a round. Exit code of --once: 0 all is well, 1 something is found or could not be looked at.
    """
    from records.database import open_database
    from selfwatch.watch import Report, Watch
    from starter import logs, serving
    from starter.failure import REFUSED, WrongInput
    from starter.findings import show_round
    from starter.health import pages_at
    from starter.installation import settings_now
    from starter.watch_health import WatchHealth, watch_app

    settings = settings_now()
    logs.set_up("error" if once else logs.level(log_level))
    db = open_database(settings.record, settings.text_key.get_secret_value())
    try:
        watch = Watch(settings, db)
    except ValueError as error:
        raise WrongInput(f"ESCALON_MAIL_FROM: {error}", "bad_settings") from None

    health = WatchHealth(timedelta(seconds=settings.watch_every_s))

    def show(report: Report) -> None:
        health.note(report.shown())
        if as_json or once:
            show_round(report.shown(), as_json=as_json)

    async def main(stop: asyncio.Event) -> int:
        if not once:
            async with pages_at(watch_app(health), settings.health_ip, settings.watch_port, "ESCALON_WATCH_PORT"):
                await watch.run(stop, show)
            return 0
        report = await watch.round()
        show(report)
        return 0 if report.has_worked and not report.open else REFUSED

    return serving.run_until_signalled(main)
