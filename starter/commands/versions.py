"""`escalon versions`: what directory, rotas, calendars and policies said, and from when to when."""

from pathlib import Path
from typing import Annotated

import typer

from starter.options import RUN, AsOption, JsonOption

_Kind = Annotated[str, typer.Argument(metavar="KIND", show_default=False, help="people, rotas, calendars or policies.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        no_args_is_help=True, help="What directory, rotas, calendars and policies said, version by version."
    )
    group.command("list")(list_)
    group.command("write")(write)
    group.command("erase")(erase)
    app.add_typer(group, name="versions", rich_help_panel=RUN)


def list_(
    kind: Annotated[
        str,
        typer.Argument(metavar="[KIND]", show_default=False, help="people, rotas, calendars or policies. Else: all."),
    ] = "",
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="So many of each kind.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """List the latest versions: since when each was in use, and what changed with it."""
    from starter.versions import list_from

    list_from(kind, count, as_json=as_json)


def write(
    kind: _Kind,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="TIME", show_default=False, help="An instant with its zone, or 2 h ago.")
    ],
    to: Annotated[
        Path, typer.Option("--to", metavar="FOLDER", show_default=False, help="A folder that is not there yet.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Write the files out as they were at an instant."""
    from starter.versions import write_from

    write_from(kind, as_of, to, as_json=as_json)


def erase(
    kind: _Kind,
    before: Annotated[
        str,
        typer.Option(
            "--before", metavar="TIME", show_default=False, help="What was out of use then, given with its zone."
        ),
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", show_default=False, help="Why; it stays, so without names.")
    ],
    person: AsOption = "",
    is_sure: Annotated[bool, typer.Option("--yes", help="Without asking back.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Erase what versions say that were out of use before an instant, for good. The one in use stays.

    That there was a version, when, who erased it and why stays, and the chain holds.
    """
    from starter.versions import erase_from

    erase_from(kind, before, reason, person, is_sure=is_sure, as_json=as_json)
