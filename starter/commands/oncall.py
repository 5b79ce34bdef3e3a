"""`escalon oncall`: who is on duty now and next, when nobody is, and a rota as a calendar."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, AsOfOption, JsonOption, ReaderOption

_Rota = Annotated[str, typer.Argument(metavar="[ROTA]", show_default=False, help="A rota's name. Else: every rota.")]
_OneRota = Annotated[str, typer.Argument(metavar="ROTA", show_default=False, help="The rota's name.")]
_At = Annotated[
    str,
    typer.Option(
        "--at", metavar="INSTANT", show_default=False, help="As of when, such as 2026-12-25T03:00+01:00. Else: now."
    ),
]
_From = Annotated[
    str, typer.Option("--from", metavar="INSTANT", show_default=False, help="From when on, with its offset. Else: now.")
]
_Until = Annotated[
    str, typer.Option("--until", metavar="INSTANT", help="Until when: an instant, or how long from the beginning on.")
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Tell who is on duty, who is next, and when nobody is.")
    group.command("now")(now)
    group.command("next")(next_)
    group.command("gaps")(gaps)
    group.command("ical")(ical)
    app.add_typer(group, name="oncall", rich_help_panel=EVERYDAY)


def now(
    rota: _Rota = "",
    at: _At = "",
    as_of: AsOfOption = "",
    person: ReaderOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tell who is on duty by each rota, until when, and how that comes about."""
    from starter.oncall import now_from

    now_from(rota, at, as_of, person, as_json=as_json)


def next_(
    rota: _Rota = "",
    count: Annotated[int, typer.Option("--count", min=1, max=100, help="So many of each rota.")] = 3,
    at: _At = "",
    as_of: AsOfOption = "",
    person: ReaderOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tell the next hand-overs of each rota: when, from whom, to whom. Hand-overs to nobody are among them."""
    from starter.oncall import next_from

    next_from(rota, at, as_of, count, person, as_json=as_json)


def gaps(
    rota: _Rota = "",
    from_: _From = "",
    until: _Until = "4 weeks",
    as_of: AsOfOption = "",
    person: ReaderOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tell when somebody must be on duty and nobody is, or only people who are absent. Exit code 1 where that is so."""
    from starter.oncall import gaps_from

    gaps_from(rota, from_, until, as_of, person, as_json=as_json)


def ical(
    rota: _OneRota,
    of: Annotated[
        str, typer.Option("--person", metavar="PERSON", show_default=False, help="Only this person's shifts.")
    ] = "",
    from_: _From = "",
    until: _Until = "13 weeks",
) -> None:
    """Write a rota's shifts as iCalendar text, for people's own calendars and for other systems."""
    from starter.oncall import ical_from

    ical_from(rota, of, from_, until)
