"""`escalon erase`: destroy the key of an issue's text."""

from typing import Annotated

import typer

from starter.options import RUN, AsOption, IssueArgument, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase", rich_help_panel=RUN)(erase)


def erase(
    issue: IssueArgument,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", show_default=False, help="Why; it stays, so without names.")
    ],
    person: AsOption = "",
    is_sure: Annotated[bool, typer.Option("--yes", help="Without asking back.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Erase what people wrote about an issue, here and in the inbox, for good: its key is destroyed.

    The entries stay and the chain holds; so does the one line of title that a normal issue has in them. That it was
    erased, when, by whom and why stays too (`escalon audit erasures`).
    """
    from starter.erasing import erase_from

    erase_from(issue, reason, person, is_sure=is_sure, as_json=as_json)
