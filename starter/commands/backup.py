"""`escalon backup` and `escalon restore`: the embedded databases, copied while they are written to."""

from pathlib import Path
from typing import Annotated

import typer

from starter.options import RUN, JsonOption


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("backup", rich_help_panel=RUN)(backup)
    app.command("restore", rich_help_panel=RUN)(restore)


def backup(
    to: Annotated[Path, typer.Argument(metavar="TO", show_default=False, help="A folder that does not exist yet.")],
    as_json: JsonOption = False,
) -> None:
    """Back up the record and the embedded Temporal server's file, together, verified. Nothing need be stopped."""
    from starter.safekeeping import backup_from

    backup_from(to, as_json=as_json)


def restore(
    of: Annotated[Path, typer.Argument(metavar="FROM", show_default=False, help="The folder of a backup.")],
    as_json: JsonOption = False,
) -> None:
    """Put a backup's files back in their places. Nothing may be running, and nothing is overwritten."""
    from starter.safekeeping import restore_from

    restore_from(of, as_json=as_json)
