"""`escalon inbox`: what people have been told."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, JsonOption, ReaderOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inbox", rich_help_panel=EVERYDAY)(inbox)


def inbox(
    person: Annotated[
        str, typer.Argument(metavar="[PERSON]", show_default=False, help="Whose. Else: everybody's, counted.")
    ] = "",
    unread: Annotated[bool, typer.Option("--unread", help="Only what has not been read.")] = False,
    read: Annotated[
        list[str] | None,
        typer.Option(
            "--read", metavar="MESSAGE", help="Show this message and note that it was read; `latest`. Repeatable."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most, the latest first.")] = 20,
    reader: ReaderOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show what a person has been told in the embedded inbox, the latest first."""
    from starter.mail import inbox_from

    inbox_from(person or reader, read or [], limit, is_unread_only=unread, as_json=as_json)
