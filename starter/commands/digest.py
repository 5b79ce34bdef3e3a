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
    take_charge: Annotated[
        bool, typer.Option("--take-charge", help="Take charge of all of its exhausted issues.")
    ] = False,
    next_action: Annotated[
        str, typer.Option("--next", metavar="TEXT", show_default=False, help="What you do next about them.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", show_default=False, help="Until when: 1 h, or an instant.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show which issues a digest told you of, or answer all of them."""
    from starter.digests import digest_from

    digest_from(
        key,
        person,
        acknowledges=acknowledge_all,
        takes_charge=take_charge,
        next_action=next_action,
        until=until,
        as_json=as_json,
    )
