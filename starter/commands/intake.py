"""`escalon intake`: what other systems send, as it is."""

from typing import Annotated, TypeAlias

import typer

from starter.options import EVERYDAY, JsonOption

FilesArgument: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...", show_default=False, help="Files of JSON, one payload or several in each; - is stdin."
    ),
]
TeamOption: TypeAlias = Annotated[
    str, typer.Option(metavar="NAME", help="The team that takes them in; its duty lead owns what a machine raised.")
]
EntityOption: TypeAlias = Annotated[str, typer.Option(metavar="NAME", help="The legal entity. Else: main.")]
PolicyOption: TypeAlias = Annotated[
    str, typer.Option(metavar="NAME", help="A policy by name. Else: that of the entity's technical issues.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    intake = typer.Typer(no_args_is_help=True, help="Take in what other systems send, as it is.")
    intake.command("alertmanager")(alertmanager)
    intake.command("pagerduty")(pagerduty)
    app.add_typer(intake, name="intake", rich_help_panel=EVERYDAY)


def alertmanager(
    files: FilesArgument,
    team: TeamOption = "main",
    entity: EntityOption = "",
    policy: PolicyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Webhook payloads of Alertmanager: what fires is opened, what no longer fires is resolved.

    The same payload twice is done once. What cannot be read is named by its JSON path; the rest is carried out.
    """
    from starter.batch import take_files

    take_files("alertmanager", files, team=team, entity=entity, policy=policy, as_json=as_json)


def pagerduty(
    files: FilesArgument,
    team: TeamOption = "main",
    entity: EntityOption = "",
    policy: PolicyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Webhook payloads (version 3) and incidents of PagerDuty: opened, acknowledged, moved up, resolved.

    Several events are carried out in the order in which they happened. The same one twice is done once.
    """
    from starter.batch import take_files

    take_files("pagerduty", files, team=team, entity=entity, policy=policy, as_json=as_json)
