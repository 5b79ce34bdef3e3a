"""`escalon explain`: why an issue is where it is, and why what comes next is due then."""

import typer

from starter.options import EVERYDAY, IssueArgument, JsonOption, ReaderOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain", rich_help_panel=EVERYDAY)(explain)


def explain(issue: IssueArgument, person: ReaderOption = "", as_json: JsonOption = False) -> None:
    """Explain why an issue is where it is and why what comes next is due then, with the arithmetic.

    Exit code 1 where no worker answers: then nothing moves, and the explanation is the record's.
    """
    from starter.looking import explain_from

    explain_from(issue, person, as_json=as_json)
