"""`escalon api`: the HTTP door."""

import asyncio
from typing import Annotated

import typer

from starter.options import RUN


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("api", rich_help_panel=RUN)(run_api)


def run_api(
    log_level: Annotated[str, typer.Option(metavar="LEVEL", help="debug, info, warning or error.")] = "info",
) -> int:
    """Answer HTTP: open issues, act on them, read them (docs/api.md). Logs to stderr until SIGTERM or Ctrl-C.

    Who may come in: `escalon key`. Where it listens: ESCALON_API_HOST and ESCALON_API_PORT. Several may run.
    """
    from starter import calls, logs
    from starter.health import pages_at
    from starter.http import running
    from starter.installation import check_installed, settings_now
    from starter.serving import run_until_signalled
    from starter.tracing import traced

    settings = settings_now()
    logs.set_up(logs.level(log_level))
    check_installed(settings)
    metrics = calls.metrics_app()

    async def main(stop: asyncio.Event) -> int:
        async with pages_at(metrics, settings.health_ip, settings.api_metrics_port, "ESCALON_API_METRICS_PORT"):
            return await running.serve(settings, stop)

    with traced(settings, "api"):
        return run_until_signalled(main, running.ENDS_WITHIN, running.new_loop)
