"""`escalon channel test`: does a channel that was set up reach somebody."""

from typing import Annotated

import typer

from starter.options import RUN, JsonOption


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="Try out the channels by which people are told.")
    group.callback()(_about)
    group.command("test")(try_out)
    app.add_typer(group, name="channel", rich_help_panel=RUN)


def _about() -> None:
    """Try out the channels by which people are told."""


def try_out(
    person: Annotated[str, typer.Argument(metavar="PERSON", show_default=False, help="An id of the directory.")],
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", show_default=False, help="One that is set up.")],
    as_json: JsonOption = False,
) -> int:
    """Send a message that says it is a trial, from here, with the settings of here. About no issue, on no record.

    Exit code 1 where the other side did not take it, with the reason.
    """
    import asyncio
    from datetime import UTC, datetime

    from escalation.policy.directory import INBOX
    from records.database import open_database
    from selfwatch.channel_trial import try_channel
    from starter.failure import REFUSED, WrongInput, unknown
    from starter.installation import check_people, open_record, settings_now
    from starter.people_source import directory_now
    from starter.showing import say_json

    settings = settings_now()
    check_people(settings)
    directory = directory_now(settings)
    if not directory.has(person):
        raise unknown("PERSON", person, directory.ids())
    told = directory.person(person)
    if channel not in settings.ways:
        raise unknown("CHANNEL", channel, settings.ways)
    if channel != INBOX and channel not in told.addresses:
        has = ", ".join(told.addresses)
        raise WrongInput(f"CHANNEL: {person} has no address for {channel!r}; has: {has}", "no_address")
    if channel == INBOX:
        with open_record(settings) as db:
            tried = asyncio.run(try_channel(settings, db, told, channel, datetime.now(UTC)))
    else:
        db = open_database(settings.record)  # which is not touched
        try:
            tried = asyncio.run(try_channel(settings, db, told, channel, datetime.now(UTC)))
        except ValueError as error:
            raise WrongInput(f"{channel}: {error}", "bad_settings") from None
        finally:
            db.close()
    if as_json:
        say_json(tried)
    elif tried.is_sent:
        print(f"{tried.outcome} to {person} by {channel}" + (f": {tried.reference}" if tried.reference else ""))
    else:
        perhaps = "; it may have arrived all the same" if tried.is_outcome_unknown else ""
        print(f"{tried.outcome}: not sent to {person} by {channel}: {tried.error}{perhaps}")
    return 0 if tried.is_sent else REFUSED
