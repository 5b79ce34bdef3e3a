"""`escalon up`: everything on one machine."""

from pathlib import Path
from typing import Annotated

import typer

from starter.options import RUN

_UI_ABOVE = 1000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up", rich_help_panel=RUN)(up)


def up(
    home: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of all state. Else: ESCALON_HOME, or .escalon.")
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the Temporal server.")] = 7233,
    ui_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of its UI. Else: 1000 above the server's.")
    ] = None,
    ip: Annotated[
        str, typer.Option(help="Address that both listen at. They ask nobody who they are: keep it local.")
    ] = "127.0.0.1",
    health_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of health and metrics. Else: ESCALON_HEALTH_PORT.")
    ] = None,
    api_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the HTTP door; 0: none. Else: ESCALON_API_PORT.")
    ] = None,
    address: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Use the server that runs there, instead of starting one.")
    ] = "",
    sample: Annotated[bool, typer.Option("--sample", help="Open a sample issue that climbs within a minute.")] = False,
    no_watch: Annotated[bool, typer.Option("--no-watch", help="Do without the watch.")] = False,
) -> int:
    """Run everything on this machine: Temporal with its UI, a worker, the HTTP door and the watch, until Ctrl-C.

    All state lies in one folder and survives a restart. What dies is started again.
    """
    from starter import up as running
    from starter.failure import WrongInput
    from starter.installation import settings_now
    from starter.plan import Plan
    from starter.serving import run_until_signalled

    if ui_port is None and port + _UI_ABOVE > 65535:
        raise WrongInput(f"--ui-port: there is no port {port + _UI_ABOVE}; choose one with --ui-port")
    if address and not address.rpartition(":")[2].isdigit():
        raise WrongInput(f"--address: '{address}' is no address; allowed: host:port, such as 127.0.0.1:7233")
    settings = settings_now()
    plan = Plan(
        home=running.absolute(home or settings.home),
        ip=ip,
        port=port,
        ui_port=ui_port or port + _UI_ABOVE,
        health_port=settings.health_port if health_port is None else health_port,
        api_host=settings.api_host,
        api_port=settings.api_port if api_port is None else api_port,
        address=address,
        is_sample=sample,
        is_watched=not no_watch,
    )
    lock = running.prepare(plan)
    return run_until_signalled(lambda stop: running.run(plan, lock, stop), running.ENDS_WITHIN)
