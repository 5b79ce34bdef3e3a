"""`escalon people`: who there is, who is away, who cannot be reached; people taken in from elsewhere, and changed.

Changed one by one is the directory in the record alone: a file is edited.
"""

from pathlib import Path
from typing import Annotated

import typer

from starter.options import EVERYDAY, AsOfOption, AsOption, JsonOption

_Person = Annotated[str, typer.Argument(metavar="PERSON", show_default=False, help="An id.")]
_Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why: for colleagues, and kept with the change.")]
_Check = Annotated[bool, typer.Option("--check", help="Show what would change, and change nothing.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        no_args_is_help=True,
        help="People: who there is, who is away, who cannot be reached; take them in from elsewhere.",
    )
    group.command("show")(show)
    group.command("check")(check)
    group.command("import")(import_people)
    group.command("set")(set_person)
    group.command("absent")(absent)
    group.command("leave")(leave)
    group.command("remove")(remove)
    group.command("team")(team)
    group.command("operator")(operator)
    group.command("history")(history)
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
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="csv; scim: a ListResponse in JSON; yaml: a directory, with --store."
        ),
    ],
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
    store: Annotated[
        bool,
        typer.Option("--store", help="Take them into the directory in the record; with --check: show what changes."),
    ] = False,
    person: AsOption = "",
    why: _Why = "",
    as_json: JsonOption = False,
) -> None:
    """Take people in from a table or an export: show who is new, changed and gone, and write a new directory.

    All or nothing: with one mistake in the file nothing is written, and every mistake is shown with its place.
    """
    from starter.failure import WrongInput

    if store:
        from starter.people_in_store import import_from as take_in

        if to is not None or into is not None:
            raise WrongInput("store: is given with --to or --into, which name files; allowed: one of them")
        take_in(file, form, role, person, why, is_check=is_check, keeps_others=keep, as_json=as_json)
        return
    from starter.people_import import import_from

    import_from(file, form, to, into, role, is_check=is_check, keeps_others=keep, as_json=as_json)


def set_person(
    person: _Person,
    field: Annotated[
        list[str],
        typer.Option(
            "--field",
            metavar="NAME=VALUE",
            show_default=False,
            help="As a directory's file has it: zone=Europe/Dublin, addresses.sms=+35315550100, teams=[support]; "
            "NAME= takes it away. Repeatable.",
        ),
    ],
    new: Annotated[bool, typer.Option("--new", help="Add somebody who is not there yet.")] = False,
    who: AsOption = "",
    why: _Why = "",
    is_check: _Check = False,
    as_json: JsonOption = False,
) -> None:
    """Change fields of somebody in the directory in the record, or add somebody."""
    from starter.people_in_store import set_from

    set_from(person, field, who, why, is_new=new, is_check=is_check, as_json=as_json)


def absent(
    person: _Person,
    begins: Annotated[
        str, typer.Option("--from", metavar="TIME", help="The first day away, or an instant with its zone. Else: now.")
    ] = "",
    until: Annotated[
        str,
        typer.Option("--until", metavar="TIME", help="The last day away, or an instant. Else: until further notice."),
    ] = "",
    deputy: Annotated[str, typer.Option(metavar="PERSON", help="Who is asked meanwhile. Else: their deputy.")] = "",
    remark: Annotated[
        str, typer.Option("--remark", metavar="TEXT", help="For colleagues; shown with the absence.")
    ] = "",
    back: Annotated[
        bool, typer.Option("--back", help="They are back: the absence that is under way ends now.")
    ] = False,
    who: AsOption = "",
    why: _Why = "",
    is_check: _Check = False,
    as_json: JsonOption = False,
) -> None:
    """Note in the directory in the record that somebody is away, or back."""
    from starter.people_in_store import absent_from

    absent_from(person, begins, until, deputy, remark, who, why, is_back=back, is_check=is_check, as_json=as_json)


def leave(
    person: _Person,
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="Their last day, or an instant with its zone. Else: now.")
    ] = "",
    who: AsOption = "",
    why: _Why = "",
    is_check: _Check = False,
    as_json: JsonOption = False,
) -> None:
    """Note in the directory in the record that somebody leaves: from then on nobody asks them any more."""
    from starter.people_in_store import leave_from

    leave_from(person, at, who, why, is_check=is_check, as_json=as_json)


def remove(
    person: _Person, who: AsOption = "", why: _Why = "", is_check: _Check = False, as_json: JsonOption = False
) -> None:
    """Take somebody out of the directory in the record; `escalon versions erase people` erases what it said of them."""
    from starter.people_in_store import remove_from

    remove_from(person, who, why, is_check=is_check, as_json=as_json)


def team(
    name: Annotated[str, typer.Argument(metavar="TEAM", show_default=False, help="Its name.")],
    lead: Annotated[str, typer.Option("--lead", metavar="PERSON", help="Its duty lead.")] = "",
    removed: Annotated[bool, typer.Option("--remove", help="There is no such team any more.")] = False,
    who: AsOption = "",
    why: _Why = "",
    is_check: _Check = False,
    as_json: JsonOption = False,
) -> None:
    """Set a team of the directory in the record with its duty lead, or remove one."""
    from starter.failure import WrongInput
    from starter.people_in_store import team_from

    if removed == bool(lead):
        raise WrongInput("lead: say who leads the team, or that there is none; allowed: one of --lead and --remove")
    team_from(name, lead, who, why, is_removed=removed, is_operator=False, is_check=is_check, as_json=as_json)


def operator(
    person: _Person, who: AsOption = "", why: _Why = "", is_check: _Check = False, as_json: JsonOption = False
) -> None:
    """Set in the directory in the record whom Escalon itself calls when something is wrong with it."""
    from starter.people_in_store import team_from

    team_from("", person, who, why, is_removed=False, is_operator=True, is_check=is_check, as_json=as_json)


def history(
    person: Annotated[str, typer.Argument(metavar="[PERSON]", show_default=False, help="An id. Else: all.")] = "",
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="So many changes.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show who changed what in the directory in the record, when, through which door, and why."""
    from starter.people_in_store import history_from

    history_from(person, count, as_json=as_json)
