"""`escalon feed`: the feeds that rotas and calendars take from the web."""

import typer

from starter.options import RUN, JsonOption


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="The feeds that rotas and calendars take from the web.")
    group.command("list")(list_)
    group.command("fetch")(fetch)
    app.add_typer(group, name="feed", rich_help_panel=RUN)


def list_(as_json: JsonOption = False) -> int:
    """Every feed with an address: its host, how old its copy is, and what is wrong with it.

    Exit code 1 where one is older than it may be.
    """
    from starter.feeds import list_from

    return list_from(as_json=as_json)


def fetch(as_json: JsonOption = False) -> int:
    """Fetch every feed with an address now, as every worker does each quarter of an hour.

    Exit code 1 where one brought nothing that can be used; its last good copy stays in use.
    """
    import asyncio
    from datetime import UTC, datetime

    from activities.fetch_feeds import FetchingFeeds
    from records.database import open_database
    from starter.feeds import list_from
    from starter.installation import settings_now

    settings = settings_now()
    db = open_database(settings.record)  # which is not touched, unless the directory is kept there
    try:
        asyncio.run(FetchingFeeds.of(settings, db).fetch_due(datetime.now(UTC), all_of_them=True))
    finally:
        db.close()
    return list_from(as_json=as_json, is_just_fetched=True)
