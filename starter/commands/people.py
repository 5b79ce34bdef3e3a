"""`escalon people`: who there is, who is away, who cannot be reached; and people taken in from elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from starter.options import EVERYDAY, AsOfOption, JsonOption


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        no_args_is_help=True,
        help="People: who there is, who is away, who cannot be reached; take them in from elsewhere.",
    )
    group.command("show")(show)
    group.command("check")(check)
    group.command("import")(import_people)
    app.add_typer(group, name="people", rich_help_panel=EVERYDAY)


def show(
    person: Annotated[
        str, typer.Argument(metavar="[PERSON]", show_default=False, help="An id. Else: everybody, in short.")
    ] = "",
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="Who is there at that instant, given with its zone. Else: now.")
    ] = "",
    team: Annotated[str, typer.Option(metavar="TEAM", help="Only who is in this team.")] = "",
    away: Annotated[bool, typer.Option("--away", help="Only who is away or gone.")] = False,
    as_of: AsOfOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show who there is, in which role, whether they are there, and who is asked in their place."""
    from starter.people import show_from

    show_from(person, at, team, as_of, is_away_only=away, as_json=as_json)


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", show_default=False, help="A directory. Else: the one in use.")
    ] = None,
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="As of that instant, given with its zone. Else: now.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Check the directory: mistakes, who left and is needed, who is away unreplaced, who cannot be reached urgently.

    Exit code 1 where there are errors; what is only warned of is none. Whom policies tell: `escalon policy check`.
    """
    from starter.people import check_from

    check_from(file, at, as_json=as_json)


def import_people(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The table or the export.")],
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="csv, or scim: a ListResponse in JSON.")],
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=False, help="Where the directory is written: no file that there is."),
    ] = None,
    is_check: Annotated[bool, typer.Option("--check", help="Show what would change, and write nothing.")] = False,
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", show_default=False, help="The directory they are taken into. Else: the one in use."
        ),
    ] = None,
    role: Annotated[str, typer.Option(metavar="ROLE", help="The role of new people of whom the file says none.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Keep people who are not in the file.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take people in from a table or an export: show who is new, changed and gone, and write a new directory.

    All or nothing: with one mistake in the file nothing is written, and every mistake is shown with its place.
    """
    from starter.people_import import import_from

    import_from(file, form, to, into, role, is_check=is_check, keeps_others=keep, as_json=as_json)
