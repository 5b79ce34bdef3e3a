"""`escalon calendar`: working calendars in words, and time counted in them."""

from pathlib import Path
from typing import Annotated

import typer

from starter.options import EVERYDAY, JsonOption

_Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="The calendar's name.")]
_File = Annotated[
    Path | None, typer.Option("--file", metavar="PATH", show_default=False, help="The calendars. Else: those in use.")
]
_From = Annotated[
    str,
    typer.Option(
        "--from", metavar="INSTANT", show_default=False, help="From when, such as 2026-11-20T16:30+01:00. Else: now."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Show working calendars, and count time in them.")
    group.command("show")(show)
    group.command("add")(add)
    group.command("between")(between)
    group.command("next")(next_)
    app.add_typer(group, name="calendar", rich_help_panel=EVERYDAY)


def show(
    name: Annotated[str, typer.Argument(metavar="[NAME]", show_default=False, help="Else: which there are.")] = "",
    year: Annotated[
        int | None,
        typer.Option(min=1970, max=2100, show_default=False, help="The year whose holidays are shown. Else: this one."),
    ] = None,
    file: _File = None,
    as_json: JsonOption = False,
) -> None:
    """Show a calendar: its hours, and the days of a year that are not like their weekday. Or check them all, and list.

    Exit code 2 where a calendar cannot be used, with file, line, field and what is allowed.
    """
    from starter.calendars import show_from

    show_from(name, year, file, as_json=as_json)


def add(
    name: _Name,
    limit: Annotated[
        str,
        typer.Argument(
            metavar="LIMIT", show_default=False, help="Such as '4 wh', '3 bd, close of business', '2 months', '15 min'."
        ),
    ],
    from_: _From = "",
    hold: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM/UNTIL", show_default=False, help="On hold from one instant to another. Repeatable."),
    ] = None,
    file: _File = None,
    as_json: JsonOption = False,
) -> None:
    """Tell when a limit is used up, and why then: what is counted, what is skipped."""
    from starter.calendars import add_from

    add_from(name, limit, from_, hold or [], file, as_json=as_json)


def between(
    name: _Name,
    from_: Annotated[str, typer.Argument(metavar="FROM", show_default=False, help="From when, with its zone.")],
    until: Annotated[str, typer.Argument(metavar="UNTIL", show_default=False, help="Until when, with its zone.")],
    file: _File = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how much working time lies between two instants, and why the rest is none."""
    from starter.calendars import between_from

    between_from(name, from_, until, file, as_json=as_json)


def next_(name: _Name, from_: _From = "", file: _File = None, as_json: JsonOption = False) -> None:
    """Tell whether it is open, when it opens next and when it closes next."""
    from starter.calendars import next_from

    next_from(name, from_, file, as_json=as_json)
