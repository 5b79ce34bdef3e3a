"""`escalon mail`: mails that come in, handed over by a mail server."""

from typing import Annotated

import typer

from starter.options import RUN, JsonOption

_Recipient = Annotated[
    str,
    typer.Option(
        "--recipient",
        metavar="ADDRESS",
        show_default=False,
        help="Where it was delivered to, as the mail server knows.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Take in mails: answers to messages, and reports of mail servers.")
    group.command("take")(take)
    app.add_typer(group, name="mail", rich_help_panel=RUN)


def take(recipient: _Recipient = "", as_json: JsonOption = False) -> None:
    """Take in the mail on the standard input: an answer becomes a command or a note, a bounce a receipt.

    For a mail server's pipe. Exit code 75 where Temporal or the record is away: the mail server then tries it again.
    """
    from starter.mail_pipe import take_from

    take_from(recipient, as_json=as_json)
