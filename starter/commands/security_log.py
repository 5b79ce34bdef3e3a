"""`escalon security-log`: what was refused for want of authority."""

from typing import Annotated

import typer

from starter.options import RUN, JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("security-log", rich_help_panel=RUN)(security_log)


def security_log(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most, the latest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show what was refused for authority, conflict or confidentiality, whichever door it came through."""
    from datetime import UTC, datetime

    from escalation.issue.identity import read_issue_id
    from escalation.message import one_line
    from records import refusals
    from starter.installation import open_record, people_names, settings_now
    from starter.reader import Reader, machine_zone
    from starter.showing import console, note, say_json, table

    settings = settings_now()
    with open_record(settings) as db:
        found = refusals.read(db, limit)
    if as_json:
        say_json(found)
        return
    if not found:
        note("nothing was refused for want of authority")
        return
    reader = Reader(datetime.now(UTC), machine_zone(), people_names(settings))
    made = table("when", "who", "through", "wanted to", ("issue", {"style": "cyan"}), ("why not", {"overflow": "fold"}))
    for refusal in found:
        made.add_row(
            reader.clock(refusal.at),
            one_line(refusal.by.person),
            f"{refusal.by.door} ({refusal.by.assurance.replace('_', ' ')})",
            one_line(refusal.command.replace("_", " ")),
            read_issue_id(refusal.issue)[0].short if refusal.issue else "",
            reader.sentence(refusal.why),
        )
    console().print(made)
