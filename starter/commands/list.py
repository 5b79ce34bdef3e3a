"""`escalon list`: issues as the record has them."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, JsonOption, ReaderOption

_Names = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list", rich_help_panel=EVERYDAY)(list_issues)


def list_issues(
    status: Annotated[_Names, typer.Option(metavar="NAME", help="open, resolved, closed, ended. Repeatable.")] = None,
    tier: Annotated[_Names, typer.Option(metavar="NAME", help="The tier that is asked. Repeatable.")] = None,
    severity: Annotated[_Names, typer.Option(metavar="NAME", help="Repeatable.")] = None,
    kind: Annotated[_Names, typer.Option(metavar="KIND", help="support, technical, complaint … Repeatable.")] = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="The policy whose ladder is climbed.")] = "",
    entity: Annotated[str, typer.Option(metavar="NAME", help="The legal entity.")] = "",
    team: Annotated[str, typer.Option(metavar="NAME", help="The team.")] = "",
    source: Annotated[str, typer.Option(metavar="NAME", help="Where it came from.")] = "",
    asked: Annotated[str, typer.Option(metavar="PERSON", help="Who is asked.")] = "",
    handler: Annotated[str, typer.Option(metavar="PERSON", help="Who has it.")] = "",
    owner: Annotated[str, typer.Option(metavar="PERSON", help="Who owns it.")] = "",
    raiser: Annotated[str, typer.Option(metavar="PERSON", help="Who raised it.")] = "",
    of: Annotated[str, typer.Option(metavar="PERSON", help="Who is asked, has it or owns it.")] = "",
    exhausted: Annotated[bool, typer.Option("--exhausted", help="All tiers' time is up and nobody has it.")] = False,
    breached: Annotated[bool, typer.Option("--breached", help="A time limit was missed.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Something was due and is not done.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most, the latest first.")] = 50,
    person: ReaderOption = "",
    as_json: JsonOption = False,
) -> None:
    """List issues, the one opened last first. Every filter that is given must hold."""
    from starter.listing import list_from

    given = {
        "status": status,
        "tier": tier,
        "severity": severity,
        "kind": kind,
        "policy": policy,
        "legal_entity": entity,
        "team": team,
        "source": source,
        "asked": asked,
        "handler": handler,
        "owner": owner,
        "raiser": raiser,
        "person": of,
        "is_exhausted": exhausted or None,
        "is_breached": breached or None,
    }
    list_from(given, limit, person, is_overdue=overdue, as_json=as_json)
