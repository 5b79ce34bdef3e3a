"""`escalon policy`: check policies, and read them in words."""

from pathlib import Path
from typing import Annotated

import typer

from starter.options import EVERYDAY, JsonOption


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Check policies before they take effect, and read them in words.")
    group.command("check")(check)
    group.command("show")(show)
    group.command("storm")(storm)
    app.add_typer(group, name="policy", rich_help_panel=EVERYDAY)


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", show_default=False, help="Files or folders. Else: those in use."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check policies and the directory of people: everything that is wrong, each with its file and line.

    A file is checked together with its neighbours, since policies name each other. Exit code 1 where there are errors.
    """
    from starter.policies import check_from

    check_from(paths or [], as_json=as_json)


def show(
    name: Annotated[str, typer.Argument(metavar="[NAME]", show_default=False, help="Else: which there are.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show a policy in words: how bad, who, how long, which issues enter and why, and what if nobody answers."""
    from starter.policies import show_from

    show_from(name, as_json=as_json)


def storm(
    policy: Annotated[str, typer.Argument(metavar="POLICY", show_default=False, help="Whose ladder they climb.")],
    issues: Annotated[int, typer.Option(help="So many issues of one cause.")] = 500,
    over: Annotated[str, typer.Option(help="In so long they are raised.")] = "2 min",
    last: Annotated[str, typer.Option("--for", help="So long nobody answers.")] = "1 h",
    severity: Annotated[str, typer.Option(help="Else as the policy's trigger says.")] = "",
    label: Annotated[str, typer.Option(help="What makes them one cause: name=value.")] = "component=storm",
    as_json: JsonOption = False,
) -> None:
    """Show what a storm of issues would send to whom, on the simulated clock: nothing is sent, and nobody is asked.

    Pages by themselves and digests with their counts, for each person and channel, with the people, rotas, limits and
    rates of this installation, from now on.
    """
    from starter.storming import storm_from

    storm_from(policy, issues, over, last, severity, label, as_json=as_json)
