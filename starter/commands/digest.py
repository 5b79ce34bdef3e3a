"""`escalon digest`: what a digest told, and one answer to all of it."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, AsOption, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("digest", rich_help_panel=EVERYDAY)(digest)


def digest(
    key: Annotated[
        str,
        typer.Argument(metavar="DIGEST", show_default=False, help="Its id, as in the message: digest:…/1"),
    ],
    person: AsOption,
    acknowledge_all: Annotated[
        bool, typer.Option("--acknowledge-all", help="Acknowledge all of its issues that nobody has.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show which issues a digest told you of, or acknowledge all of them."""
    from starter.digests import digest_from

    digest_from(key, person, is_answered=acknowledge_all, as_json=as_json)
