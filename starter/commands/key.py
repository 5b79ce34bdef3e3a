"""`escalon key`: API keys, by which people and machines come in through the HTTP door."""

from typing import Annotated

import typer

from starter.options import RUN, JsonOption


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="API keys: who may come in by HTTP, as whom, and what for.")
    group.command("create")(create)
    group.command("list")(list_keys)
    group.command("revoke")(revoke)
    app.add_typer(group, name="key", rich_help_panel=RUN)


def create(
    person: Annotated[
        str, typer.Option("--for", metavar="PERSON", help="Whose it is: an id of the directory. Or: --machine.")
    ] = "",
    machine: Annotated[str, typer.Option(metavar="NAME", help="The machine whose it is, such as alertmanager.")] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="open, read, act, a command's name, intake, on_behalf. Repeatable. Else: open, read and act.",
        ),
    ] = None,
    expires: Annotated[
        str, typer.Option(metavar="TIME", help="Until when it is good: 90 days, or an instant with its zone.")
    ] = "365 days",
    label: Annotated[str, typer.Option(metavar="WORDS", help="What it is for, for whoever lists the keys.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a key. It is written out this once; only its SHA-256 is kept."""
    from starter.keys import create_from

    create_from(person, machine, tuple(scope or ()), expires, label, as_json=as_json)


def list_keys(
    every: Annotated[bool, typer.Option("--all", help="Also those that were revoked or have run out.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the keys, without their secrets."""
    from starter.keys import list_from

    list_from(is_all=every, as_json=as_json)


def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", show_default=False, help="Its id, from `escalon key list`.")],
    as_json: JsonOption = False,
) -> None:
    """Revoke a key: a few seconds from now it opens nothing any more."""
    from starter.keys import revoke_from

    revoke_from(key, as_json=as_json)
