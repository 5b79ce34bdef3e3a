"""`escalon deliveries`: what became of every attempt to tell somebody of an issue."""

import typer

from starter.options import EVERYDAY, IssueArgument, JsonOption, ReaderOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("deliveries", rich_help_panel=EVERYDAY)(deliveries)


def deliveries(issue: IssueArgument, person: ReaderOption = "", as_json: JsonOption = False) -> None:
    """Tell what became of each attempt to tell somebody of an issue, as it happened: whether it left, and why not.

    Read from the live log, which may lack what happened while the record was away; the timeline has it all.
    """
    from starter.deliveries import deliveries_from

    deliveries_from(issue, person, as_json=as_json)
