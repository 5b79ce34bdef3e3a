"""`escalon rehearse`: before an upgrade, see whether the new release takes up all that runs."""

import asyncio
from typing import Annotated

import typer

from starter.options import RUN, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rehearse", rich_help_panel=RUN)(rehearse)


def rehearse(
    most: Annotated[int, typer.Option(min=1, max=100_000, help="So many issues at most, those opened last.")] = 1000,
    as_json: JsonOption = False,
) -> int:
    """Try out on this release what has happened to running issues so far. Changes nothing and needs no worker.

    Run it with the new release before its workers start. Exit code 1: it would stop the issues that are named.
    """
    from starter import logs
    from starter.failure import REFUSED
    from starter.rehearsing import replay_running
    from starter.showing import console, say_json
    from worker import build_replayer

    logs.set_up("critical")  # each failure is in the answer; the SDK would say it a second time
    done = asyncio.run(replay_running(build_replayer(), most))
    if as_json:
        say_json(done)
    else:
        out = console()
        for issue, why in done.failed.items():
            out.print(f"{issue}: {why}")
        out.print(f"{done.replayed} running issues replayed, {len(done.failed)} of them not taken up by this release.")
    return REFUSED if done.failed else 0
