"""`escalon timeline`: everything that happened to an issue."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, IssueArgument, JsonOption, ReaderOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("timeline", rich_help_panel=EVERYDAY)(timeline)


def timeline(
    issue: IssueArgument,
    brief: Annotated[bool, typer.Option("--brief", help="Without who was told of what.")] = False,
    person: ReaderOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tell what happened to an issue, entry by entry: the record, and what is not yet there from the issue itself."""
    from starter.looking import timeline_from

    timeline_from(issue, person, is_brief=brief, as_json=as_json)
