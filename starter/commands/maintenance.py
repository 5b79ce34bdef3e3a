"""`escalon maintenance`: windows in which issues are held, or told quietly."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, AsOption, IdOption, JsonOption, ReaderOption

_Window = Annotated[str, typer.Argument(metavar="WINDOW", show_default=False, help="The window's id.")]
_Until = Annotated[
    str,
    typer.Option(
        "--until", metavar="INSTANT", show_default=False, help="When it ends: an instant with its offset, or 2 h."
    ),
]
_From = Annotated[
    str, typer.Option("--from", metavar="INSTANT", show_default=False, help="When it begins: likewise. Else: now.")
]
_Why = Annotated[str, typer.Option("--why", metavar="TEXT", show_default=False, help="One line: what is maintained.")]
_Mode = Annotated[
    str, typer.Option("--mode", metavar="MODE", help="hold: nobody is asked; quiet: by inbox and e-mail alone.")
]
_Source = Annotated[
    str, typer.Option("--source", metavar="NAME", show_default=False, help="Issues from here, such as alertmanager.")
]
_Label = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="NAME=VALUE", show_default=False, help="Issues with this label; several: all."),
]
_When = Annotated[
    str,
    typer.Option("--when", metavar="CEL", show_default=False, help="Issues for which this holds, as in triggers."),
]
_All = Annotated[bool, typer.Option("--all", help="Every issue.")]
_Through = Annotated[
    list[str] | None,
    typer.Option("--through", metavar="SEVERITY", show_default=False, help="A severity that breaks through; several."),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Hold issues during maintenance, or have them told quietly.")
    group.command("set")(set_)
    group.command("list")(list_)
    group.command("end")(end)
    app.add_typer(group, name="maintenance", rich_help_panel=EVERYDAY)


def set_(
    until: _Until,
    why: _Why,
    person: AsOption,
    begins: _From = "",
    mode: _Mode = "hold",
    source: _Source = "",
    label: _Label = None,
    when: _When = "",
    is_all: _All = False,
    through: _Through = None,
    given_id: IdOption = "",
    as_json: JsonOption = False,
) -> None:
    """Set a window: issues that are opened in it are held until it ends, and then go their way at once.

    Issues that are open already are left alone. Who may: duty leads and the operator.
    """
    from starter.maintaining import set_from
    from starter.maintenance import Wanted, labels_from

    wanted = Wanted(
        until=until,
        why=why,
        mode=mode,
        begins=begins,
        when=when,
        source=source,
        labels=labels_from(label or []),
        is_everything=is_all,
        through=tuple(through or ()),
        id=given_id,
    )
    set_from(wanted, person, as_json=as_json)


def list_(
    is_all: Annotated[
        bool, typer.Option("--all", help="Also those that are over: who set and ended them, and why.")
    ] = False,
    person: ReaderOption = "",
    as_json: JsonOption = False,
) -> None:
    """The windows that are set or on: from when until when, for which issues, by whom, and why."""
    from starter.maintaining import list_from

    list_from(person, is_all=is_all, as_json=as_json)


def end(
    window: _Window,
    person: AsOption,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", show_default=False, help="One line.")] = "",
    as_json: JsonOption = False,
) -> None:
    """End a window before its time: its issues go their way at once. The same again is done once."""
    from starter.maintaining import end_from

    end_from(window, why, person, as_json=as_json)
