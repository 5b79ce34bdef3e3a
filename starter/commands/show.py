"""`escalon show`: one issue, where it stands and what comes next."""

import typer

from starter.options import EVERYDAY, IssueArgument, JsonOption, ReaderOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("show", rich_help_panel=EVERYDAY)(show)


def show(issue: IssueArgument, person: ReaderOption = "", as_json: JsonOption = False) -> None:
    """Show where an issue stands, who has it, its clocks, what comes next and how to answer.

    Asks the issue itself; where no worker answers, what the record says.
    """
    from starter.looking import show_from

    show_from(issue, person, as_json=as_json)
