"""`escalon replay`: a log of another system played through the rules, and which limits were missed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from starter.options import RUN, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay", rich_help_panel=RUN)(replay)


def replay(
    file: Annotated[
        str, typer.Argument(metavar="FILE", show_default=False, help="The log, .csv or .csv.xz; here or in --data.")
    ],
    format_name: Annotated[str, typer.Option("--format", metavar="NAME", help="What kind of log it is: uci498.")],
    clock: Annotated[
        str, typer.Option(metavar="CLOCK", help="simulated: a plain loop. server: real workflows, with skipped time.")
    ] = "simulated",
    cases: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The first N cases. Else: all; on the server 200.")
    ] = None,
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", envvar="ESCALON_DATA", help="Folder of logs that are not found as they are named."),
    ] = Path("../shared/data"),
    as_json: JsonOption = False,
) -> int:
    """Play a log of incidents through the rules, and count from the journal which limits were missed.

    With the server's clock every case is played on the simulated clock too, and the two journals are compared. Exit
    code 1 where they differ.
    """
    from starter import logs
    from starter.replaying.command import replay_from

    logs.set_up("error")  # the worker of the server's clock works in this process, and stdout is the answer's

    def worker(*given: Any) -> Any:
        from worker import build_worker

        return build_worker(*given)

    return replay_from(file, format_name, clock, cases, data, worker, as_json=as_json)
