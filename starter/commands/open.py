"""`escalon open`: escalate an issue."""

from typing import Annotated

import typer

from starter.options import EVERYDAY, AsOption, IdOption, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("open", rich_help_panel=EVERYDAY)(open_issue)


def open_issue(
    title: Annotated[str, typer.Argument(metavar="TITLE", show_default=False, help="What is wrong, in one line.")],
    person: AsOption,
    description: Annotated[
        str, typer.Option("--description", "-d", metavar="TEXT", help="All that is known of it; - reads it from stdin.")
    ] = "",
    severity: Annotated[
        str, typer.Option("--severity", "-s", metavar="NAME", help="How bad, as the policy names it.")
    ] = "",
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="support, technical, complaint, conduct, privacy. Else: support.")
    ] = "",
    policy: Annotated[str, typer.Option(metavar="NAME", help="A policy by name, instead of kind and entity.")] = "",
    entity: Annotated[str, typer.Option(metavar="NAME", help="The legal entity. Else: main.")] = "",
    team: Annotated[str, typer.Option(metavar="NAME", help="The team that takes it in.")] = "main",
    source: Annotated[str, typer.Option(metavar="NAME", help="Where it comes from.")] = "desk",
    ref: Annotated[
        str,
        typer.Option(
            metavar="REFERENCE", help="Its number there. Else: made of the words, so that the same words are one issue."
        ),
    ] = "",
    issue_class: Annotated[
        str, typer.Option("--class", metavar="CLASS", help="normal, restricted or sealed: who may read it.")
    ] = "normal",
    harm: Annotated[
        list[str] | None,
        typer.Option(metavar="FLAG", help="vulnerable, no_access_to_funds, fraud, safety, legal, press. Repeatable."),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=KEY", help="Whom it concerns, such as customer=C-7781. Repeatable."),
    ] = None,
    about: Annotated[
        list[str] | None, typer.Option(metavar="PERSON", help="Whom of us it is about: never asked. Repeatable.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What the policy's triggers may look at. Repeatable.")
    ] = None,
    contacts: Annotated[int, typer.Option(min=1, help="How often the customer has been in touch about it.")] = 1,
    deadline: Annotated[
        list[str] | None, typer.Option(metavar="TIME", help="A date of the customer's or of the law. Repeatable.")
    ] = None,
    received_at: Annotated[
        str, typer.Option(metavar="TIME", help="When it reached us: with a zone, or 20 min ago. Else: now.")
    ] = "",
    noticed_at: Annotated[str, typer.Option(metavar="TIME", help="When it was first noticed.")] = "",
    command_id: IdOption = "",
    as_json: JsonOption = False,
) -> None:
    """Escalate an issue: the right tier is told, and it climbs until somebody has it.

    The same issue sent twice is one issue: what is open or can be reopened is the existing one.
    """
    from starter.opening import Typed, open_from

    given = Typed(
        title=title,
        person=person,
        description=description,
        severity=severity,
        kind=kind,
        policy=policy,
        entity=entity,
        team=team,
        source=source,
        ref=ref,
        issue_class=issue_class,
        harm=tuple(harm or ()),
        party=tuple(party or ()),
        about=tuple(about or ()),
        label=tuple(label or ()),
        contacts=contacts,
        deadline=tuple(deadline or ()),
        received_at=received_at,
        noticed_at=noticed_at,
        command_id=command_id,
    )
    open_from(given, as_json=as_json)
