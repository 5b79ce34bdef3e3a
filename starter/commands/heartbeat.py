"""`escalon heartbeat`: signs of life, and who gives them."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, JsonOption

_Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="The source's name in heartbeats.yaml.")]
_Id = Annotated[
    str, typer.Option("--id", metavar="ID", show_default=False, help="The sign's id: the same one twice is one sign.")
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Give a sign of life for a source, and see which are silent.")
    group.command("sign")(sign)
    group.command("list")(list_)
    app.add_typer(group, name="heartbeat", rich_help_panel=EVERYDAY)


def sign(name: _Name, given_id: _Id = "", as_json: JsonOption = False) -> None:
    """Say that a source is alive. It is durable when this returns; a silence ends with it, its issue is resolved."""
    from starter.heartbeats import sign_from

    sign_from(name, given_id, as_json=as_json)


def list_(as_json: JsonOption = False) -> None:
    """Every source that is watched: its last sign, when the next is due, since when it is silent, and its issue."""
    from starter.heartbeats import list_from

    list_from(as_json=as_json)
