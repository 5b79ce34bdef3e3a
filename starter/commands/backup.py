"""`escalon backup` and `escalon restore`: the state of this installation, while it runs and when it is gone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starter.options import RUN, JsonOption

if TYPE_CHECKING:
    from client.settings import Settings
    from records.backup import Manifest

HomeOption = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of all state. Else: ESCALON_HOME.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup", rich_help_panel=RUN)(back_up)
    app.command("restore", rich_help_panel=RUN)(restore)


def back_up(
    to: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False, help="A new folder for the backup.")],
    home: HomeOption = None,
    keys_to: Annotated[
        Path | None,
        typer.Option(
            "--keys-to", metavar="FILE", help="A new file for the keys of the texts, which then lie there only."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Back up the record, and the server's file where `up` keeps one, as of one instant and while they are in use.

    A record on PostgreSQL is backed up with pg_dump, before this.
    """
    from starter import backup

    settings = _settings(home)
    manifest = backup.back_up(settings, to, keys_to)
    _show(manifest, to, as_json=as_json)
    if backup.RECORD not in backup.files(settings):
        from starter.showing import note

        note("the record is not in it: it is a database with tools of its own, such as pg_dump")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False, help="The backup's folder.")],
    home: HomeOption = None,
    keys: Annotated[
        Path | None,
        typer.Option("--keys", metavar="FILE", help="The keys of the texts, of that backup or a later one."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Put a backup where this installation has its files. Checks it first, overwrites nothing, and needs it stopped.

    What came after the backup is gone. What fell due since is done at once when it is started.
    """
    from starter import backup

    _show(backup.restore(_settings(home), folder, keys), folder, as_json=as_json)


def _settings(home: Path | None) -> "Settings":
    from starter.installation import settings_now

    settings = settings_now()
    return settings if home is None else settings.model_copy(update={"home": home})


def _show(manifest: "Manifest", folder: Path, *, as_json: bool) -> None:
    from starter.showing import console, say_json, table

    if as_json:
        say_json({"folder": str(folder), **manifest.model_dump(mode="json")})
        return
    shown = table("what", "file", "rows", "bytes")
    for name, each in manifest.sources.items():
        shown.add_row(name, str(folder / each.file), str(sum(each.rows.values())), str(each.size))
    console().print(shown)
