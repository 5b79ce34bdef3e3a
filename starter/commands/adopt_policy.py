"""`escalon adopt-policy`: have a running issue go on under a policy as it is now."""

from typing import Annotated

import typer

from starter.options import ADAPT, AsOption, IdOption, IssueArgument, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "adopt-policy", rich_help_panel=ADAPT, short_help="Go on under another policy; or preview what that would do."
    )(adopt)


def adopt(
    issue: IssueArgument,
    person: AsOption,
    policy: Annotated[
        str, typer.Option(metavar="NAME", show_default=False, help="The policy, as it is installed here now.")
    ],
    tier: Annotated[
        str, typer.Option(metavar="NAME", help="The tier of its ladder to go on at. Else: the one of the same name.")
    ] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; - reads it from stdin. Needed to adopt it.")] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Show every deadline before and after, and change nothing.")
    ] = False,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When it happened: 20 min ago. Else: now.")] = "",
    command_id: IdOption = "",
    as_json: JsonOption = False,
) -> None:
    """Go on under another policy. Erases no breach and lengthens no running promise.

    With --preview: every deadline as it is and as it would be, who is asked and who would be.
    """
    from starter.adopting import Adopted, adopt_from

    given = Adopted(issue=issue, person=person, policy=policy, tier=tier, reason=reason, at=at, command_id=command_id)
    adopt_from(given, is_preview=preview, as_json=as_json)
