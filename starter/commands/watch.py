"""`escalon watch`: issues as they move."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, JsonOption, ReaderOption

_Names = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch", rich_help_panel=EVERYDAY)(watch)


def watch(
    issue: Annotated[
        str, typer.Argument(metavar="[ISSUE]", show_default=False, help="One issue. Else: all that are not over.")
    ] = "",
    status: Annotated[_Names, typer.Option(metavar="NAME", help="Else: open and resolved. Repeatable.")] = None,
    tier: Annotated[_Names, typer.Option(metavar="NAME", help="The tier that is asked. Repeatable.")] = None,
    severity: Annotated[_Names, typer.Option(metavar="NAME", help="Repeatable.")] = None,
    kind: Annotated[_Names, typer.Option(metavar="KIND", help="support, technical, complaint … Repeatable.")] = None,
    entity: Annotated[str, typer.Option(metavar="NAME", help="The legal entity.")] = "",
    team: Annotated[str, typer.Option(metavar="NAME", help="The team.")] = "",
    of: Annotated[str, typer.Option(metavar="PERSON", help="Who is asked, has it or owns it.")] = "",
    every: Annotated[float, typer.Option(min=0.2, max=60, metavar="SECONDS", help="How often to look.")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="Show it once and end.")] = False,
    person: ReaderOption = "",
    as_json: JsonOption = False,
) -> None:
    """Watch issues move: what nobody has first, each with the clock that runs out next. Ctrl-C ends it.

    In a pipe, or with --json, one line for each thing that happens from now on. Read from the record.
    """
    from starter.watching import watch_from

    given = {
        "status": status,
        "tier": tier,
        "severity": severity,
        "kind": kind,
        "legal_entity": entity,
        "team": team,
        "person": of,
    }
    watch_from(issue, given, person, every, is_once=once, as_json=as_json)
