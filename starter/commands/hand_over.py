"""`escalon hand-over`: what is handed over to somebody at the end of a shift, and one answer to all of it."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, AsOption, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("hand-over", rich_help_panel=EVERYDAY)(hand_over)


def hand_over(
    person: AsOption,
    of: Annotated[
        str, typer.Option("--of", metavar="PERSON", show_default=False, help="Of this person's shift alone.")
    ] = "",
    accept_all: Annotated[bool, typer.Option("--accept-all", help="Accept all of it.")] = False,
    read_back: Annotated[
        str,
        typer.Option(
            "--read-back",
            metavar="TEXT",
            show_default=False,
            help="What you take over, in your own words; - reads it from stdin.",
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what is handed over to you since a shift ends, or accept all of it.

    Each issue decides for itself, as if it had been accepted alone. Exit code 1 where one refuses.
    """
    from starter.hand_overs import hand_over_from

    hand_over_from(person, of, read_back, accepts=accept_all, as_json=as_json)
